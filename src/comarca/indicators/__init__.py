"""Families of indicators: each module has a pure function `compute` that makes the columns of its registry file."""
