"""One module per provider: which files a layer takes and where they are."""
