"""Bands, grids, cell areas, zonal sums, patches, mosaics."""
