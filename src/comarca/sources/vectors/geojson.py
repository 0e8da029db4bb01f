"""The coordinate system that an old GeoJSON file names: GDAL takes one it does not know for longitude and latitude."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

from comarca.crs import parse_crs
from comarca.errors import CRSError

_MEMBER: Final = re.compile(r'"crs"\s*:\s*(null|"[^"]*"|\{[^{}]*(?:\{[^{}]*\})?[^{}]*\})')
_READ: Final = 1 << 16


def named_crs(path: str, stated: Any, *, where: str) -> Any:
    """Look for the member ``crs`` of a GeoJSON file.

    Parameters
    ----------
    path : str
        The file.
    stated : object
        What GDAL says its system is.
    where : str
        The file, for messages.

    Returns
    -------
    object
        The system that the member names; `stated` if there is no such member.

    Raises
    ------
    CRSError
        If the member names no system that is known.
    """
    place = Path(path)
    if not place.is_file():
        return stated
    with place.open("rb") as stream:
        start = stream.read(_READ)
        stream.seek(max(0, place.stat().st_size - _READ))
        end = stream.read()
    head = start.decode("utf-8", errors="replace").split('"features"')[0]
    tail = end.decode("utf-8", errors="replace").rpartition("]")[2]
    member = _MEMBER.search(head) or _MEMBER.search(tail)
    if member is None:
        return stated
    name = _name(member[1])
    remedy = "Set the coordinate system with the key `crs`, such as EPSG:4326, or mend the file."
    if name is None:
        raise CRSError(where, got=f"crs: {member[1][:80]}", expected="a coordinate reference system", remedy=remedy)
    try:
        return parse_crs(name, name=where)
    except CRSError as error:
        raise CRSError(
            where, got=name, expected="a coordinate reference system that is known", remedy=remedy
        ) from error


def _name(text: str) -> str | None:
    try:
        member = json.loads(text)
    except json.JSONDecodeError:
        return None
    if isinstance(member, str):
        return member
    properties = member.get("properties") if isinstance(member, dict) else None
    if not isinstance(properties, dict):
        return None
    if "code" in properties:
        return f"EPSG:{properties['code']}"
    return str(properties["name"]) if properties.get("name") else None
