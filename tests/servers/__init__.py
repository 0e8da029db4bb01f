"""Servers on loopback that speak as providers do, well and badly."""
