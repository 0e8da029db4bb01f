"""Keep the base map and the classes of a region for the jobs that draw: GeoParquet and JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import shapely
from pyproj import CRS

from comarca import io
from comarca.publish.maps.classify import Classes
from comarca.publish.maps.model import BaseMap, Frame
from comarca.publish.maps.theme import MapText

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from comarca.io import PathLike
    from comarca.publish.assembled import Assembled

_CITY_COLUMNS: Final = ("x", "y", "city_name", "population_persons", "is_capital")


def base_of(data: Assembled) -> BaseMap:
    """Read the base map of a region, for a product that names ``shapes`` and ``frames``."""
    return read_base(data.path("shapes"), data.path("frames"))


def classes_of(data: Assembled) -> dict[str, Classes | None]:
    """Read the map classes of a region, for a product that names ``classes``."""
    return read_classes(data.path("classes"))


def text_of(data: Assembled) -> MapText:
    """Gather what the maps of a region say, for a product that names ``columns`` and ``credits``."""
    return MapText(
        language=data.language,
        region=data.title,
        source_line=data.credit,
        city_classes=data.city_classes,
        producer=data.producer,
    )


def write_base(base: BaseMap, shapes: PathLike, frames: PathLike) -> None:
    """Write a base map.

    Parameters
    ----------
    base : BaseMap
        The base map.
    shapes : path-like
        GeoParquet file of all shapes, in the plane of their frame: no CRS is stored there.
    frames : path-like
        JSON file with the territories, and with CRS (WKT) and bounds of each frame.
    """
    import geopandas as gpd

    rows = pd.DataFrame(
        [_row(0, "land", base.land), *(row for place, frame in enumerate(base.frames) for row in _rows(place, frame))]
    )
    with io.atomic_path(shapes) as part:
        gpd.GeoDataFrame(rows, geometry="geometry", crs=None).to_parquet(part, index=False, compression="zstd")
    entries = [{"crs": frame.crs.to_wkt(), "bounds": list(frame.bounds)} for frame in base.frames]
    names = {"territory_id": base.territory_id.tolist(), "territory_name": base.territory_name.tolist()}
    io.write_json({**names, "frames": entries}, frames)


def read_base(shapes: PathLike, frames: PathLike) -> BaseMap:
    """Read what `write_base` wrote.

    Parameters
    ----------
    shapes, frames : path-like
        The two files.

    Returns
    -------
    BaseMap
        The same map.
    """
    rows = pq.read_table(shapes).to_pandas(ignore_metadata=True)
    rows = rows.assign(geometry=shapely.from_wkb(rows["geometry"]))
    entry = io.read_json(frames)
    land = rows[rows["layer"] == "land"]["geometry"].iloc[0]
    return BaseMap(
        land=land,
        territory_id=np.array(entry["territory_id"], dtype=object),
        territory_name=np.array(entry["territory_name"], dtype=object),
        frames=tuple(_frame(rows[rows["frame"] == place], frame) for place, frame in enumerate(entry["frames"])),
    )


def write_classes(classes: Mapping[str, Classes | None], path: PathLike) -> None:
    """Write the classes of columns as JSON.

    Parameters
    ----------
    classes : mapping
        Column name -> its classes; None for a column that has none.
    path : path-like
        Where to.
    """
    io.write_json({name: asdict(entry) if entry else None for name, entry in classes.items()}, path)


def read_classes(path: PathLike) -> dict[str, Classes | None]:
    """Read what `write_classes` wrote.

    Parameters
    ----------
    path : path-like
        The file.

    Returns
    -------
    dict
        Column name -> its classes.
    """
    return {
        name: Classes(**{**entry, "breaks": tuple(entry["breaks"])}) if entry else None
        for name, entry in io.read_json(path).items()
    }


def _rows(place: int, frame: Frame) -> Iterator[dict[str, Any]]:
    for number, shape, point in zip(frame.territory, frame.shapes, frame.label_points, strict=True):
        yield _row(place, "territory", shape, number=int(number))
        yield _row(place, "label", shapely.Point(point), number=int(number))
    yield _row(place, "outline", frame.outline)
    yield _row(place, "parent_borders", frame.parent_borders)
    for name, lines in frame.roads.items():
        yield _row(place, "road", lines, name=name)
    for name, land in frame.surroundings.items():
        yield _row(place, "surroundings", land, name=name)
    for x, y, name in frame.parents.itertuples(index=False):
        yield _row(place, "parent", shapely.Point(x, y), name=name)
    for x, y, name, population, is_capital in frame.cities[list(_CITY_COLUMNS)].itertuples(index=False):
        layer = "capital" if is_capital else "city"
        yield _row(place, layer, shapely.Point(x, y), name=name, population_persons=population)


def _row(
    place: int,
    layer: str,
    geometry: shapely.Geometry,
    *,
    number: int = -1,
    name: str = "",
    population_persons: float = np.nan,
) -> dict[str, Any]:
    return {
        "frame": place,
        "layer": layer,
        "number": number,
        "name": name,
        "population_persons": population_persons,
        "geometry": geometry,
    }


def _frame(rows: pd.DataFrame, entry: Mapping[str, Any]) -> Frame:
    layers = {str(name): group for name, group in rows.groupby("layer")}
    none = rows.head(0)
    territories, parents = layers["territory"], layers.get("parent", none)
    roads, surroundings = layers.get("road", none), layers.get("surroundings", none)
    cities = rows[rows["layer"].isin(["city", "capital"])]
    west, south, east, north = entry["bounds"]
    return Frame(
        crs=CRS.from_wkt(entry["crs"]),
        bounds=(west, south, east, north),
        territory=territories["number"].to_numpy(dtype=np.intp),
        shapes=territories["geometry"].to_numpy(dtype=object),
        label_points=shapely.get_coordinates(layers["label"]["geometry"].to_numpy()),
        outline=layers["outline"]["geometry"].iloc[0],
        parent_borders=layers["parent_borders"]["geometry"].iloc[0],
        roads=dict(zip(roads["name"], roads["geometry"], strict=True)),
        cities=_points(cities).assign(
            city_name=cities["name"].to_numpy(dtype=object),
            population_persons=cities["population_persons"].to_numpy(dtype=float),
            is_capital=(cities["layer"] == "capital").to_numpy(),
        ),
        parents=_points(parents).assign(parent_name=parents["name"].to_numpy(dtype=object)),
        surroundings=dict(zip(surroundings["name"], surroundings["geometry"], strict=True)),
    )


def _points(rows: pd.DataFrame) -> pd.DataFrame:
    geometry = rows["geometry"].to_numpy(dtype=object)
    return pd.DataFrame({"x": shapely.get_x(geometry), "y": shapely.get_y(geometry)})
