"""Divide a region into map frames: the main body, and insets for islands too far away to be drawn at its scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import scipy
import shapely
from pyproj import CRS, Transformer

from comarca.crs import STORAGE, equal_area_crs, geocentric_m
from comarca.publish.maps.layout import page_scale
from comarca.units import M_PER_KM

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Parts nearer than this belong together.
GAP_M: Final = 100 * M_PER_KM
#: A far group stays in the main frame if the map's scale shrinks by no more than this.
MAX_GROWTH: Final = 1.1
#: A far group with a greater share of the territories is no exclave but half the country.
MAX_INSET_SHARE: Final = 0.1
MAX_INSETS: Final = 4


@dataclass(frozen=True)
class Group:
    """Parts of territories that are drawn in one frame.

    Attributes
    ----------
    crs : pyproj.CRS
        Equal-area system centred on the group.
    parts : numpy.ndarray of int
        Numbers of the parts.
    """

    crs: CRS
    parts: NDArray[np.intp]


def divide(parts: NDArray[np.object_], owner: NDArray[np.intp]) -> list[Group]:
    """Tell the main body of a region from its far islands.

    Parameters
    ----------
    parts : numpy.ndarray of shapely.Polygon, shape (n,)
        Parts of the territories, EPSG:4326.
    owner : numpy.ndarray of int, shape (n,)
        Number of the territory of each part.

    Returns
    -------
    list of Group
        The main body first, then at most `MAX_INSETS` insets, the ones with most territories first.

    Notes
    -----
    Parts with less than about `GAP_M` between them form a group; the main body is the group with most territories.
    Another group gets an inset if it holds at most `MAX_INSET_SHARE` of the territories and would shrink the
    scale of the map by more than `MAX_GROWTH`. Works across the antimeridian.
    """
    centre = centred_crs(parts)
    plane = project(parts, centre)
    bounds = shapely.bounds(plane)
    group = _grouped(plane)
    count = int(group.max()) + 1
    territories = np.array([len(np.unique(owner[group == number])) for number in range(count)])
    area = np.bincount(group, weights=shapely.area(plane), minlength=count)
    order = np.lexsort((-area, -territories))
    boxes = np.array([_box(bounds[group == number]) for number in range(count)])
    main, far = _absorb(order, boxes, territories / (owner.max() + 1))
    bodies = [main, *([number] for number in far[:MAX_INSETS])]
    for number in far[MAX_INSETS:]:
        middle = boxes[:, :2] + boxes[:, 2:]
        bodies[1 + int(np.argmin([np.hypot(*(middle[number] - middle[body[0]])) for body in bodies[1:]]))].append(
            number
        )
    members = [np.flatnonzero(np.isin(group, body)) for body in bodies]
    return [Group(_crs_of(plane[chosen], centre), chosen) for chosen in members]


def centred_crs(geometry: NDArray[np.object_]) -> CRS:
    """Equal-area system centred on geometries, wherever they lie, the antimeridian included.

    Parameters
    ----------
    geometry : numpy.ndarray of shapely geometries
        EPSG:4326.

    Returns
    -------
    pyproj.CRS
        Lambert azimuthal equal-area; metres.
    """
    coordinates = shapely.get_coordinates(geometry)
    mean = geocentric_m(coordinates[:, 0], coordinates[:, 1]).mean(axis=0)
    longitude = float(np.degrees(np.arctan2(mean[1], mean[0])))
    latitude = float(np.degrees(np.arctan2(mean[2], np.hypot(mean[0], mean[1]))))
    return equal_area_crs((longitude, latitude, longitude, latitude))


def project(geometry: NDArray[np.object_], crs: CRS) -> NDArray[np.object_]:
    """Bring geometries from EPSG:4326 to another system.

    Parameters
    ----------
    geometry : numpy.ndarray of shapely geometries
        EPSG:4326.
    crs : pyproj.CRS
        Where to.

    Returns
    -------
    numpy.ndarray of shapely geometries
        The same, in `crs`.
    """
    transformer = Transformer.from_crs(STORAGE, crs, always_xy=True)
    moved: NDArray[np.object_] = shapely.transform(
        geometry, lambda points: np.column_stack(transformer.transform(points[:, 0], points[:, 1]))
    )
    return moved


def _grouped(plane: NDArray[np.object_]) -> NDArray[np.intp]:
    """Group of each part: cells of half `GAP_M` that hold a vertex and touch, sides or corners."""
    points, part = shapely.get_coordinates(plane, return_index=True)
    cell = np.floor((points - points.min(axis=0)) / (GAP_M / 2)).astype(int)
    taken = np.zeros(cell.max(axis=0) + 1, dtype=bool)
    taken[cell[:, 0], cell[:, 1]] = True
    # Long straight sides may skip cells, so every part's own cells are joined by its number afterwards.
    label, _ = scipy.ndimage.label(taken, structure=np.ones((3, 3)))
    group = label[cell[:, 0], cell[:, 1]]
    pairs = np.unique(np.column_stack([part, group]), axis=0)
    return _merged(pairs, len(plane))


def _merged(pairs: NDArray[np.intp], count: int) -> NDArray[np.intp]:
    size = count + int(pairs[:, 1].max()) + 1
    graph = scipy.sparse.coo_array((np.ones(len(pairs)), (pairs[:, 0], count + pairs[:, 1])), shape=(size, size))
    _, component = scipy.sparse.csgraph.connected_components(graph, directed=False)
    _, group = np.unique(component[:count], return_inverse=True)
    return np.asarray(group, dtype=np.intp)


def _absorb(
    order: NDArray[np.intp], boxes: NDArray[np.float64], share: NDArray[np.float64]
) -> tuple[list[int], list[int]]:
    """Join groups to the main one as long as the map does not shrink too much; tell which stay apart."""
    main = [int(order[0])]
    rest = [int(number) for number in order[1:]]
    for number in [number for number in rest if share[number] > MAX_INSET_SHARE]:
        main.append(number)
        rest.remove(number)
    grown = True
    while grown:
        box = _box(boxes[main])
        near = [number for number in rest if _scale(_box(boxes[[*main, number]])) <= MAX_GROWTH * _scale(box)]
        grown = bool(near)
        if near:
            nearest = min(near, key=lambda number: _scale(_box(boxes[[*main, number]])))
            main.append(nearest)
            rest.remove(nearest)
    return main, rest


def _box(bounds: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.concatenate([bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0)])


def _scale(box: NDArray[np.float64]) -> float:
    return page_scale(float(box[2] - box[0]), float(box[3] - box[1]))


def _crs_of(plane: NDArray[np.object_], crs: CRS) -> CRS:
    west, south, east, north = shapely.total_bounds(plane)
    back = Transformer.from_crs(crs, STORAGE, always_xy=True)
    longitude, latitude = back.transform((west + east) / 2, (south + north) / 2)
    return equal_area_crs((longitude, latitude, longitude, latitude))
