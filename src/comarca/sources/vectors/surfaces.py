"""Triangulated and polyhedral surfaces, which GEOS does not know, as polygons."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

_PLAIN: Final = {15: 6, 16: 6, 17: 3}
_POINT_BYTES: Final = 16


def plain_surfaces(shapes: Iterable[bytes | None]) -> NDArray[np.object_]:
    """Read geometries of two dimensions, surfaces of several faces as multipolygons.

    Parameters
    ----------
    shapes : iterable of bytes or None
        Well-known binary.

    Returns
    -------
    numpy.ndarray of shapely geometries
        None where there is none.
    """
    return np.asarray(shapely.from_wkb([None if shape is None else _plain(bytes(shape)) for shape in shapes]))


def _plain(wkb: bytes) -> bytes:
    data = bytearray(wkb)
    order = "<" if data[0] else ">"
    (kind,) = struct.unpack_from(f"{order}I", data, 1)
    if kind not in _PLAIN:
        return wkb
    struct.pack_into(f"{order}I", data, 1, _PLAIN[kind])
    if kind == 17:
        return bytes(data)
    (faces,) = struct.unpack_from(f"{order}I", data, 5)
    at = 9
    for _ in range(faces):
        struct.pack_into(f"{order}I", data, at + 1, 3)
        (rings,) = struct.unpack_from(f"{order}I", data, at + 5)
        at += 9
        for _ in range(rings):
            (points,) = struct.unpack_from(f"{order}I", data, at)
            at += 4 + points * _POINT_BYTES
    return bytes(data)
