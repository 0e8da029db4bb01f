"""Cities: providers' files and the user's -> layer `cities`."""
