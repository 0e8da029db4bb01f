"""The interactive atlas: one HTML file that needs no network, made of BokehJS and of the data.

Map and scatter plot are drawn by BokehJS, whose files ship inside the package bokeh (BSD 3-clause). Everything else,
table, profile, search and legend, is plain HTML, so that it can be used by keyboard and read by screen readers.
"""

from __future__ import annotations

import json
import re
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from comarca.publish.maps.atlas_words import ATLAS_WORDS, METHOD_WORDS, REASON_WORDS
from comarca.publish.maps.dynamics_html import dynamics_html
from comarca.publish.maps.dynamics_words import say
from comarca.publish.maps.style import GROUND, city_size_pt, contrast
from comarca.publish.maps.theme import column_classes, is_amount, make_theme
from comarca.publish.rounding import decimals
from comarca.publish.table import is_integer, opening_column
from comarca.publish.words import is_share, unit_label, word
from comarca.registry.propositions import load_propositions
from comarca.results import MEANING, Flag

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from comarca.publish.analysis import Analysis
    from comarca.publish.maps.classify import Classes
    from comarca.publish.maps.model import BaseMap, Frame
    from comarca.registry.columns import Column

#: Coordinates are whole multiples of this share of the main frame's longer side.
GRID_SHARE: Final = 1 / 4_000
#: Pattern as matplotlib writes it -> the name Bokeh has for it.
_BOKEH_HATCHES: Final = {"": " ", "////": "right_diagonal_line", "....": "dot"}
#: Distance of insets from the main frame, as a share of its longer side.
_GAP_SHARE: Final = 0.05


def atlas_html(
    base: BaseMap,
    table: pd.DataFrame,
    columns: Sequence[Column],
    *,
    title: str | Mapping[str, str],
    languages: Sequence[str],
    family_titles: Mapping[str, Mapping[str, str]],
    flags: pd.DataFrame | None = None,
    years: Mapping[str, int | None] | None = None,
    classes: Mapping[str, Classes | None] | None = None,
    sources: str | Mapping[str, str] = "",
    analysis: Analysis | None = None,
    bands: pd.DataFrame | None = None,
) -> str:
    """Make the page.

    Parameters
    ----------
    base : BaseMap
        The region, as from `comarca.publish.maps.base.build_base`.
    table, flags : pandas.DataFrame
        As from `comarca.publish.table.assemble_table`; without flags, the page does not say why a value is missing.
    columns : sequence of Column
        The registered columns, in the order of the table; those with ``mapped`` set can be chosen for the map.
    title : str or mapping
        Name of the region.
    languages : sequence of str
        Languages that the reader can choose from, the first one on opening.
    family_titles : mapping
        Family -> its title per language.
    years : mapping, optional
        Column name -> year of its data.
    classes : mapping, optional
        Column name -> its classes, None for columns that are not numbers; made of the table if not given.
    sources : str or mapping, optional
        Sources and licences, for the foot of the page; one text, or one per language.
    analysis : Analysis, optional
        Profiles and, where the region has outcomes, dynamics.
    bands : pandas.DataFrame, optional
        As from `comarca.uncertainty.bands.band_table`.

    Returns
    -------
    str
        The whole file. Names and texts from the data can neither end the data block nor become markup.
    """
    shown = [column for column in columns if column.name in table]
    drawn = [column for column in shown if column.mapped and table[column.name].notna().any()]
    data = {
        "title": _spoken(title, languages),
        "opening": opening_column(drawn),
        "languages": list(languages),
        "words": {key: {lang: words[lang] for lang in languages} for key, words in ATLAS_WORDS.items()},
        "families": {name: {lang: words[lang] for lang in languages} for name, words in family_titles.items()},
        "columns": [
            _column(column, base, table, languages, (years or {}).get(column.name), classes or {}) for column in shown
        ],
        "reasons": _reasons(base, flags, [column.name for column in shown]),
        "meaning": {flag.value: _meaning(flag, languages) for flag in Flag if flag != Flag.OK},
        "bands": _bands(base, bands, {column.name: column for column in shown}, languages),
        "sources": _spoken(sources, languages),
        "structure": _structure(base, analysis, languages) if analysis else None,
        **_geography(base),
    }
    dynamics = analysis.dynamics if analysis else None
    parts = {
        "LANGUAGE": languages[0],
        "TITLE": escape(_spoken(title, languages)[languages[0]]),
        "STYLE": _asset("atlas.css"),
        "BOKEH": "\n".join(_bokeh(name) for name in ("bokeh.min.js", "bokeh-api.min.js")),
        "DYNAMICS": dynamics_html(dynamics, load_propositions().rows, shown, languages=languages) if dynamics else "",
        "DATA": json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c"),
        "SCRIPT": _asset("atlas.js"),
    }
    # One pass: a placeholder that stands in the data is data.
    return re.sub(r"%%([A-Z]+)%%", lambda match: parts[match[1]], _asset("atlas.template.html"))


def _spoken(text: str | Mapping[str, str], languages: Sequence[str]) -> dict[str, str]:
    return {language: text if isinstance(text, str) else text[language] for language in languages}


def _asset(name: str) -> str:
    return files("comarca.publish.maps").joinpath(name).read_text(encoding="utf-8")


def _bokeh(name: str) -> str:
    text = files("bokeh").joinpath("server", "static", "js", name).read_text(encoding="utf-8")
    return re.sub(r"//# sourceMappingURL=\S+", "", text).replace("</script", "<\\/script")


def _column(
    column: Column,
    base: BaseMap,
    table: pd.DataFrame,
    languages: Sequence[str],
    year: int | None,
    known: Mapping[str, Classes | None],
) -> dict[str, Any]:
    values = table.set_index("territory_id", drop=False)[column.name].reindex(base.territory_id)
    entry: dict[str, Any] = {
        "name": column.name,
        "family": column.family,
        "kind": column.kind,
        "title": {lang: column.title[lang] for lang in languages},
        "unit": {lang: unit_label(column, lang) for lang in languages},
        "is_bare": column.unit == "1" and not is_share(column),
        "factor": 100 if is_share(column) else 1,
        "integer": is_integer(column),
        "better": column.better,
        "amount": is_amount(column),
        "definition": {lang: column.text("definition", lang) for lang in languages},
        "method": {lang: column.text("method", lang) for lang in languages},
        "source": {lang: column.reference or column.text("source", lang) for lang in languages},
        "year": year,
        "digits": decimals(column) if column.kind == "number" else 0,
        "values": _cells(values, column),
    }
    if column.categories:
        entry["categories"] = {
            code: {lang: words[lang] for lang in languages} for code, words in column.categories.items()
        }
    if column.mapped and values.notna().any():
        classes = known.get(column.name) or column_classes(column, values)
        themes = {lang: make_theme(column, values, classes, language=lang) for lang in languages}
        first = themes[languages[0]]
        entry["class_of"] = first.key_of.tolist()
        entry["keys"] = [
            {
                "color": key.color,
                "count": key.count,
                "missing": key.is_no_data,
                "hatch": _BOKEH_HATCHES[key.hatch],
                "hatch_color": key.pattern_color,
                "flag_color": contrast(GROUND if is_amount(column) else key.color),
                "label": {lang: theme.keys[row].label for lang, theme in themes.items()},
            }
            for row, key in enumerate(first.keys)
        ]
    return entry


def _structure(base: BaseMap, analysis: Analysis, languages: Sequence[str]) -> dict[str, Any]:
    """Profiles by column, most alike territories and Lorenz curves by number of the territory."""
    place = {str(name): number for number, name in enumerate(base.territory_id)}
    profiles = analysis.profiles
    columns = profiles.drop_duplicates("column")[["column", "dimension"]].to_dict("records")
    wide = profiles.pivot_table(index="territory_id", columns="column", values="percentile").reindex(base.territory_id)
    alike: dict[int, list[list[float]]] = {}
    for row in analysis.similar.to_dict("records"):
        other = place[row["similar_territory_id"]]
        alike.setdefault(place[row["territory_id"]], []).append([other, round(row["distance"], 3)])
    curves = {
        place[name]: [
            {"kind": c.kind, "year": c.year, "gini": round(c.gini, 4), "curve": c.curve.tolist()} for c in found
        ]
        for name, found in analysis.curves.items()
    }
    words = ("profile", "profile_note_bars", "percentile", "similar", "distance", "no_curve", "city")
    names = ("holdings", "parcels", "patches", "fields", "lorenz", "units_share", "land_share")
    return {
        "columns": columns,
        "percentiles": {
            name: [None if np.isnan(value) else round(float(value), 1) for value in wide[name]] for name in wide
        },
        "similar": alike,
        "curves": curves,
        "kinds": {name: {lang: word(name, lang) for lang in languages} for name in names},
        "dimensions": {
            entry["dimension"]: {lang: say(entry["dimension"], lang) for lang in languages} for entry in columns
        },
        "words": {key: {lang: say(key, lang) for lang in languages} for key in words},
    }


def _cells(values: pd.Series, column: Column) -> list[Any]:
    """Values as JSON has them, rounded by unit, None where missing; whole numbers without a point."""
    shown = values.astype("Float64").round(decimals(column)) if column.kind == "number" else values
    cells = (None if missing else _plain(value) for value, missing in zip(shown, shown.isna(), strict=True))
    return [int(cell) if isinstance(cell, float) and cell.is_integer() else cell for cell in cells]


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _meaning(flag: Flag, languages: Sequence[str]) -> dict[str, str]:
    return {lang: REASON_WORDS[lang].get(flag.value, MEANING[flag]) for lang in languages}


def _reasons(base: BaseMap, flags: pd.DataFrame | None, names: Sequence[str]) -> dict[str, dict[str, str]]:
    """Column -> number of the territory -> reason code, for those that have one."""
    if flags is None:
        return {}
    ordered = flags.reindex(base.territory_id)
    found = {}
    for name in names:
        if name in ordered:
            codes = ordered[name].fillna("").to_numpy()
            some = {str(place): str(codes[place]) for place in np.flatnonzero(codes != "")}
            if some:
                found[name] = some
    return found


def _bands(
    base: BaseMap, bands: pd.DataFrame | None, columns: Mapping[str, Column], languages: Sequence[str]
) -> dict[str, Any]:
    """Column -> how its bands are known, and number of the territory -> lower and upper end, as cells have them."""
    if bands is None:
        return {}
    place = {str(name): str(number) for number, name in enumerate(base.territory_id)}
    found: dict[str, Any] = {}
    for name, rows in bands[bands["column"].isin(list(columns))].groupby("column", sort=False):
        column = columns[str(name)]
        ends = ("low", "high") if column.kind == "number" else ("low_class", "high_class")
        low, high = (_cells(rows[end], column) for end in ends)
        method = METHOD_WORDS[str(rows["method"].iloc[0])]
        numbers = [place[str(territory)] for territory in rows["territory_id"]]
        found[str(name)] = {
            "method": {lang: method[lang] for lang in languages},
            "ends": dict(zip(numbers, zip(low, high, strict=True), strict=True)),
        }
    return found


def _geography(base: BaseMap) -> dict[str, Any]:
    """Shapes and cities in whole steps of a grid; insets stand left of the main frame, at its scale."""
    main = base.frames[0]
    step = main.extent_m * GRID_SHARE
    xs: list[list[Any]] = [[] for _ in base.territory_id]
    ys: list[list[Any]] = [[] for _ in base.territory_id]
    centres = np.zeros((len(base.territory_id), 2), dtype=int)
    cities: list[list[float]] = []
    boxes: list[list[int]] = []
    foot = main.bounds[1]
    for place, frame in enumerate(base.frames):
        west, south, east, north = frame.bounds
        shift = np.zeros(2)
        if place:
            gap = main.extent_m * _GAP_SHARE
            shift = np.array([main.bounds[0] - gap - east, foot - south])
            foot += north - south + 2 * gap
            corners = (np.array([[west, south], [east, north]]) + shift + [[-gap / 3] * 2, [gap / 3] * 2]) / step
            boxes.append(np.rint(corners).astype(int).ravel().tolist())
        _add_shapes(frame, shift, step, xs, ys)
        centres[frame.territory] = np.rint((frame.label_points + shift) / step)
        inside = frame.cities[shapely.contains_xy(frame.area, frame.cities["x"], frame.cities["y"])]
        points = np.rint((inside[["x", "y"]].to_numpy(dtype=float) + shift) / step).astype(int).tolist()
        people = inside["population_persons"].to_numpy(dtype=float)
        cities += [[x, y, city_size_pt(float(size))] for (x, y), size in zip(points, people, strict=True)]
    return {
        "ids": base.territory_id.tolist(),
        "names": base.territory_name.tolist(),
        "xs": xs,
        "ys": ys,
        "centres": centres.T.tolist(),
        "boxes": boxes,
        "cities": cities,
    }


def _add_shapes(
    frame: Frame, shift: np.ndarray[Any, Any], step: float, xs: list[list[Any]], ys: list[list[Any]]
) -> None:
    for number, shape in zip(frame.territory, frame.shapes, strict=True):
        for polygon in shapely.get_parts(shape):
            rings = [np.rint((shapely.get_coordinates(ring) + shift) / step).astype(int) for ring in _rings(polygon)]
            kept = [_without_repeats(ring) for ring in rings]
            xs[number].append([ring[:, 0].tolist() for ring in kept])
            ys[number].append([ring[:, 1].tolist() for ring in kept])


def _rings(polygon: shapely.Polygon) -> Sequence[shapely.LinearRing]:
    return [polygon.exterior, *polygon.interiors]


def _without_repeats(ring: NDArray[np.intp]) -> NDArray[np.intp]:
    """Leave out repeated vertices; a ring that the grid has shrunk to a line stays, so that no territory vanishes."""
    kept = ring[np.r_[True, (np.diff(ring, axis=0) != 0).any(axis=1)]]
    return kept if len(kept) > 3 else ring
