"""Boundaries of territories: providers' files and the user's -> layer `territories`."""
