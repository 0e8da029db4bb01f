"""The download engine, from a request to a verified file with its receipt."""
