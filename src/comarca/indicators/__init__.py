"""Families of indicators: each module has a pure function `compute` that makes the columns of its registry file.

All of them share this shape; their docstrings say what each takes beside it.

Parameters
----------
territories : geopandas.GeoDataFrame
    Layer ``territories``, EPSG:4326.
demand : geopandas.GeoDataFrame
    Layer ``demand``, EPSG:4326: where people live, and how many. Like all layers that a family does not rest on, it may
    be missing; then the columns that need it are not asked for.
columns : sequence of TableColumn
    The active columns of the family.
**layers, **options
    The other layers by name, and the family's section of the configuration.

Returns
-------
Indicators
    The columns asked for, on the ids of the territories; a missing value has its reason.

Raises
------
CRSError
    If a layer is not in EPSG:4326.
KeyError
    If a column is active whose layer is not given.
"""
