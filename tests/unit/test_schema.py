"""What breaks a layer's schema, held against pandera."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pandera.errors
import pandera.pandas as pa
import pytest
import shapely

from comarca.errors import InputError
from comarca.layers.schema import Column, Schema, faults
from comarca.layers.schemas import empty_layer, validate_layer

TEXT = Column("text", "", nullable=False, unique=True)
COLUMNS = {
    "name": TEXT,
    "kind": Column("text", "", values=("gap", "city")),
    "share": Column("number", "", low=0, high=1),
    "count": Column("whole", "", nullable=False, low=0),
    "is_main": Column("boolean", "", nullable=False),
}
GOOD = {"name": ["a", "b"], "kind": ["gap", None], "share": [0.0, np.nan], "count": [0, 7], "is_main": [True, False]}
DTYPES = {"text": str, "number": float, "whole": "int64", "boolean": bool}


def by_pandera(table: pd.DataFrame) -> set[tuple[str, object]]:
    """Columns and rows that pandera refuses."""
    columns = {}
    for name, column in COLUMNS.items():
        checks = [pa.Check.isin(column.values)] if column.values else []
        checks += [pa.Check.ge(column.low)] if column.low is not None else []
        checks += [pa.Check.le(column.high)] if column.high is not None else []
        checks += [pa.Check.str_length(min_value=1)] if column.kind == "text" and not column.nullable else []
        columns[name] = pa.Column(DTYPES[column.kind], checks, nullable=column.nullable, unique=column.unique)
    try:
        pa.DataFrameSchema(columns, strict=True, ordered=True).validate(table, lazy=True)
    except pandera.errors.SchemaErrors as error:
        cases = error.failure_cases
        # Of a column of the wrong type, what its values break beside is of no interest.
        untyped = set(cases["column"][cases["check"].str.startswith("dtype")])
        named = cases["column"].where(cases["schema_context"] == "Column", cases["failure_case"])
        return {(name, None if name in untyped else row) for name, row in zip(named, cases["index"], strict=True)}
    return set()


@pytest.mark.parametrize(
    ("column", "values", "count"),
    [
        ("name", pd.Series(["a", "b"], dtype=object), 0),
        ("name", pd.Series(["a", "b"], dtype="string"), 0),
        ("name", ["a", "a"], 2),
        ("name", ["a", None], 1),
        ("name", ["", "b"], 1),
        ("name", [1, 2], 1),
        ("name", pd.Series(["a", 2], dtype=object), 1),
        ("name", pd.Series(["a", "b"], dtype="category"), 1),
        ("kind", ["gap", "foot"], 1),
        ("share", [1.5, -0.5], 2),
        ("share", [1, 0], 1),
        ("share", np.array([1, 0], dtype="float32"), 1),
        ("count", [-1, 2], 1),
        ("count", [1.0, 2.0], 1),
        ("is_main", [0, 1], 1),
    ],
)
def test_what_pandera_refuses_is_refused_in_the_same_rows(column, values, count):
    table = pd.DataFrame(GOOD | {column: values})
    found = faults(table, Schema("cases", COLUMNS))
    assert len(found) == count
    assert {(fault.column, fault.row) for fault in found} == by_pandera(table)


def test_columns_are_these_in_this_order_and_no_others():
    table, schema = pd.DataFrame(GOOD), Schema("cases", COLUMNS)
    assert faults(table, schema) == []
    assert [fault.column for fault in faults(table.drop(columns="share"), schema)] == ["share"]
    assert [fault.column for fault in faults(table.assign(more=1), schema)] == ["more"]
    assert [fault.got for fault in faults(table[list(COLUMNS)[::-1]], schema)] == ["this order"]


def test_a_geometry_is_of_the_given_type_and_not_empty():
    shapes = gpd.GeoSeries([shapely.Point(0, 0), None, shapely.Point(), shapely.LineString([(0, 0), (1, 1)])])
    schema = Schema("points", {"geometry": Column("geometry", "", nullable=False, values=("Point",))})
    found = faults(gpd.GeoDataFrame(geometry=shapes), schema)
    assert [(fault.row, fault.expected) for fault in found] == [
        (1, "a value"),
        (3, "Point"),
        (2, "a geometry that is not empty"),
    ]


def test_the_message_names_the_first_case_and_counts_them():
    layer = empty_layer("demand_lights").reindex(pd.Index(["x", "x"], name="demand_id"))
    with pytest.raises(InputError, match=r"layer demand_lights, column demand_id, row x: got 'x'.*2 such"):
        validate_layer(layer, "demand_lights")
    with pytest.raises(InputError, match=r"column index: got None, expected the name demand_id"):
        validate_layer(layer.rename_axis(None).iloc[:1], "demand_lights")
