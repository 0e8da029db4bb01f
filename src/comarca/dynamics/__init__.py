"""Types of change, structural profiles, clusters and functional territories."""
