"""The table with its polygons as GeoParquet, with the meaning of each column in its field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.parquet as pq

from comarca.publish.table import attach_geometry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from comarca.publish.assembled import Assembled
    from comarca.registry.columns import Column

#: Readers in a browser and small builds of Arrow know no other codec; Zstandard would save 6 % of the file.
CODEC: Final = "snappy"


def write(data: Assembled, path: Path) -> None:
    """Write ``indicators.parquet``."""
    write_geoparquet(data.table, data.territories, data.columns, path, years=data.years)


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
    Keys of the metadata: ``unit, title_en, title_es, title_pt, definition, source, reference, year``. Read them with
    ``pyarrow.parquet.read_schema(path).field(name).metadata``.
    """
    attach_geometry(table, territories).to_parquet(path, index=False, write_covering_bbox=True)
    known = {column.name: column for column in columns}
    arrow = pq.read_table(path)
    fields = [
        field.with_metadata(_field_metadata(known[field.name], (years or {}).get(field.name)))
        if field.name in known
        else field
        for field in arrow.schema
    ]
    described = arrow.cast(pa.schema(fields, metadata=arrow.schema.metadata))
    pq.write_table(described, path, compression=CODEC)


def _field_metadata(column: Column, year: int | None) -> dict[str, str]:
    return {
        "unit": column.unit,
        **{f"title_{language}": text for language, text in sorted(column.title.items())},
        "definition": column.definition,
        "source": column.source,
        "reference": column.reference,
        "year": "" if year is None else str(year),
    }
