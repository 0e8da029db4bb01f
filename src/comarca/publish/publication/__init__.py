"""The data set of a region, ready to be published: its files, with what catalogues and archives ask to know."""
