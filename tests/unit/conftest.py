"""Fixtures of the unit tests."""

from __future__ import annotations

from file_cases import bench, server
from osm_cases import write
from servers.bench import desk

__all__ = ["bench", "desk", "server", "write"]
