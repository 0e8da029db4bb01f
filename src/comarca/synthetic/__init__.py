"""A synthetic country of any size: all inputs of a region from a seed, with truths planted by construction."""
