"""The configuration: its models, how it is read, its reference page."""
