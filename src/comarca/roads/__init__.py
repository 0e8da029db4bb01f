"""The road network: noding, crossings, speeds, segments and their search, lengths inside territories."""
