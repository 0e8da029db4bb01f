"""Fixtures of the unit tests."""

from __future__ import annotations

from servers.bench import desk

__all__ = ["desk"]
