"""Pure statistics, usable on their own: inequality, Lorenz curves, size classes, diversity, change."""
