"""How far the values of the table can be off: bands by seeded draws, shifted grids, bounds and resampling."""
