"""OpenStreetMap extracts -> layers."""
