"""What files of others may not do: unpack without end, reach the network through GDAL, hold formulas."""
