"""Land concentration from parcels, holdings, patches and fields; land cover."""
