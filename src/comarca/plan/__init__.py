"""What a region has, needs, fetches and makes. Imports nothing heavy."""
