"""Travel times: destinations, quickest ways over roads and off them, market potential, catchments, rasters."""
