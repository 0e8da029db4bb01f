"""Territorial dynamics: types of change, structural profiles, propositions, clusters, functional territories."""
