"""The canonical layers: their list, their schemas, their files."""
