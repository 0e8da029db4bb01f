"""The products: table, codebook, quality report, provenance, exports, maps."""
