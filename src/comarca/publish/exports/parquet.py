"""Exports for other tools: GeoParquet, Excel, Stata, Frictionless Data Package. GeoPackage: see `exports_gpkg`.

The functions that write take the path of a file that does not exist yet, such as `comarca.io.atomic_path` gives. The
same table gives the same bytes: no file carries the time it was written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from comarca.publish.exports.datapackage import datapackage
from comarca.publish.exports.stata import write_dta
from comarca.publish.exports.xlsx import write_xlsx
from comarca.publish.stata_names import stata_names
from comarca.publish.table import attach_geometry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from comarca.registry.columns import Column

__all__ = ["datapackage", "stata_names", "write_dta", "write_geoparquet", "write_xlsx"]


def write_geoparquet(
    table: pd.DataFrame,
    territories: gpd.GeoDataFrame,
    columns: Sequence[Column],
    path: Path,
    *,
    years: Mapping[str, int | None] | None = None,
) -> None:
    """Write the table with its polygons as GeoParquet, with the meaning of each column in its field's metadata.

    Parameters
    ----------
    table : pandas.DataFrame
        As from `comarca.publish.table.assemble_table`.
    territories : geopandas.GeoDataFrame
        Layer ``territories``, EPSG:4326.
    columns : sequence of Column
        The registered columns.
    path : pathlib.Path
        Where to.
    years : mapping, optional
        Column name -> year of its data.

    Notes
    -----
    Keys of the metadata: ``unit, title_en, title_es, title_pt, definition, source, year``. Read them with
    ``pyarrow.parquet.read_schema(path).field(name).metadata``.
    """
    attach_geometry(table, territories).to_parquet(path, index=False, compression="zstd")
    known = {column.name: column for column in columns}
    arrow = pq.read_table(path)
    fields = [
        field.with_metadata(_field_metadata(known[field.name], (years or {}).get(field.name)))
        if field.name in known
        else field
        for field in arrow.schema
    ]
    described = arrow.cast(pa.schema(fields, metadata=arrow.schema.metadata))
    pq.write_table(described, path, compression="zstd")


def _field_metadata(column: Column, year: int | None) -> dict[str, str]:
    return {
        "unit": column.unit,
        **{f"title_{language}": text for language, text in sorted(column.title.items())},
        "definition": column.definition,
        "source": column.source,
        "year": "" if year is None else str(year),
    }
