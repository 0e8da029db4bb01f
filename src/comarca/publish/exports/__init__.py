"""One module per file format of the table."""
