"""Where people live: demand points, settlements, grids, degree of urbanisation."""
