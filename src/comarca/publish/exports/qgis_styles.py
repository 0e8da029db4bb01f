"""Layer styles as QGIS stores them (QML), and as the OGC standard has it (SLD 1.0)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from comarca.publish.maps.style import BORDER, CIRCLE, CITY, CITY_SIZES, GROUND, NO_DATA, NO_DATA_HATCH, ROAD_EDGE
from comarca.publish.maps.theme import make_theme
from comarca.publish.words import number, word

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from comarca.publish.maps.classify import Classes
    from comarca.registry.columns import Column

_MM_PER_PT: Final = 25.4 / 72
#: Width of road lines in millimetres.
ROAD_WIDTHS_MM: Final = {"motorway": 0.8, "trunk": 0.7, "primary": 0.5, "secondary": 0.35, "tertiary": 0.2}
#: Diameter of the largest circle in millimetres: the more territories, the smaller, within these limits.
_SPREAD_MM: Final = 110.0
_LEAST_MM: Final = 3.0
_LARGEST_MM: Final = 18.0
#: Upper ends of the sizes of circles for programs without roots, as shares of the greatest value.
_AMOUNT_STEPS: Final = (0.02, 0.05, 0.1, 0.25, 0.5, 1.0)
_DOT: Final = {"name": "circle", "outline_color": "255,255,255,255", "outline_width": "0.1", "size_unit": "MM"}


@dataclass(frozen=True)
class Style:
    """One style of a layer.

    Attributes
    ----------
    name, title : str
        Name in the table of styles; what it shows.
    qml, sld : str
        The style for QGIS and by the OGC standard.
    """

    name: str
    title: str
    qml: str
    sld: str


@dataclass(frozen=True)
class _Symbol:
    """One way of drawing: a filled area, a line or a mark; sizes in millimetres, colours in hexadecimal."""

    kind: str
    color: str
    width: float = 0.1
    is_no_data: bool = False

    def qml(self, name: str) -> str:
        shape = {"fill": _fill, "line": _line, "marker": _marker}[self.kind](self)
        return f'<symbol type="{self.kind}" name="{name}" alpha="1" clip_to_extent="1" force_rhr="0">{shape}</symbol>'

    def sld(self) -> str:
        if self.kind == "line":
            return f"<LineSymbolizer>{_stroke(self.color, self.width)}</LineSymbolizer>"
        if self.kind == "marker":
            return (
                "<PointSymbolizer><Graphic><Mark><WellKnownName>circle</WellKnownName>"
                f"{_sld_fill('#ffffff')}{_stroke(self.color, 0.25)}</Mark>"
                f"<Size>{self.width / _MM_PER_PT:.1f}</Size></Graphic></PointSymbolizer>"
            )
        return f"<PolygonSymbolizer>{_sld_fill(self.color)}{_stroke(BORDER, 0.1)}</PolygonSymbolizer>"


def graduated_style(column: Column, values: pd.Series, classes: Classes | None, *, language: str) -> Style:
    """Colour territories by classes of a numeric column: the colours, classes and words of its map.

    Parameters
    ----------
    column : Column
        The column.
    values : pandas.Series
        Its values, at least one of them not missing.
    classes : Classes or None
        Those of its map.
    language : str
        ``en``, ``es`` or ``pt``.

    Returns
    -------
    Style
        Each class runs from its limit to the last number below the next one: there is no gap between classes, and
        programs which differ on whether a limit belongs to the class below or above colour the map alike. In QGIS,
        missing values are a class too: they are replaced by a number far below all others.
    """
    theme = make_theme(column, values, classes, language=language)
    numbers = values.astype("float64").to_numpy(dtype=float, na_value=np.nan)
    field = f'"{column.name}"'
    ranges: list[str] = []
    rules: list[str] = []
    symbols: list[str] = []
    for row, key in enumerate(theme.keys):
        symbol = _Symbol("fill", NO_DATA if key.is_no_data else key.color, is_no_data=key.is_no_data)
        inside = numbers[theme.key_of == row]
        if key.is_no_data:
            apart = float(np.nanmin(numbers) - 1 - np.ptp(numbers[np.isfinite(numbers)]))
            field, low, high = f'coalesce("{column.name}", {apart!r})', apart, apart
            condition = f"<ogc:PropertyIsNull><ogc:PropertyName>{column.name}</ogc:PropertyName></ogc:PropertyIsNull>"
        elif len(inside) == 0:
            continue
        else:
            low, high = _span(classes, row, inside)
            condition = _between(column.name, low, high)
        place = len(symbols)
        ranges.append(
            f'<range render="true" symbol="{place}" lower="{low!r}" upper="{high!r}" label={quoteattr(key.label)}/>'
        )
        rules.append(_rule(key.label, condition, symbol))
        symbols.append(symbol.qml(str(place)))
    renderer = (
        f'<renderer-v2 type="graduatedSymbol" attr={quoteattr(field)} graduatedMethod="GraduatedColor" '
        f'symbollevels="0" enableorderby="0" forceraster="0"><ranges>{"".join(ranges)}</ranges>'
        f"<symbols>{''.join(symbols)}</symbols></renderer-v2>"
    )
    return Style(
        column.name, column.title[language], _qml(renderer, 2), _sld("territories", column.title[language], rules)
    )


def amount_style(column: Column, values: pd.Series, *, language: str) -> Style:
    """Draw a circle in each territory whose area is proportional to a number of people or things.

    Parameters
    ----------
    column : Column
        The column.
    values : pandas.Series
        Its values, at least one of them positive.
    language : str
        ``en``, ``es`` or ``pt``.

    Returns
    -------
    Style
        In QGIS each circle has its own size; by the OGC standard, which knows no roots, one of `_AMOUNT_STEPS` sizes.
    """
    most = float(values.max())
    largest = min(_LARGEST_MM, max(_LEAST_MM, _SPREAD_MM / math.sqrt(len(values))))
    size = f'coalesce({largest:.2f} * sqrt(max("{column.name}", 0) / {most!r}), 0)'
    dot = _layer("SimpleMarker", {**_DOT, "color": _rgba(CIRCLE), "size": f"{largest:.2f}"}, _sized(size))
    circle = f'<symbol type="marker" name="@0@1" alpha="0.6" clip_to_extent="1" force_rhr="0">{dot}</symbol>'
    ground = _layer("SimpleFill", {"color": _rgba(GROUND), "outline_color": _rgba(BORDER), "outline_width": "0.1"})
    drawn = ground + _layer("CentroidFill", {"point_on_surface": "1", "point_on_all_parts": "0"}, circle, level=1)
    symbol = f'<symbol type="fill" name="0" alpha="1" clip_to_extent="1" force_rhr="0">{drawn}</symbol>'
    renderer = (
        '<renderer-v2 type="singleSymbol" symbollevels="1" enableorderby="0" forceraster="0">'
        f"<symbols>{symbol}</symbols></renderer-v2>"
    )
    steps = [most * share for share in _AMOUNT_STEPS]
    # Circles are a style of their own, which is drawn after all grounds.
    rules = [f"<Rule>{_Symbol('fill', GROUND).sld()}</Rule></FeatureTypeStyle><FeatureTypeStyle>"]
    for below, above in pairwise([0.0, *steps]):
        label = f"{number(below, language, decimals=0)} \u2013 {number(above, language, decimals=0)}"
        mark = (
            "<PointSymbolizer><Graphic><Mark><WellKnownName>circle</WellKnownName>"
            f"{_sld_fill(CIRCLE)}</Mark><Size>{largest * math.sqrt(above / most) / _MM_PER_PT:.1f}</Size></Graphic>"
            "</PointSymbolizer>"
        )
        # Programs may compare fewer digits than the greatest value has.
        low, high = float(np.nextafter(below, np.inf)), above * (1 + (above == most) * 1e-6)
        rules.append(
            f"<Rule><Title>{label}</Title><ogc:Filter>{_between(column.name, low, high)}</ogc:Filter>{mark}</Rule>"
        )
    return Style(
        column.name, column.title[language], _qml(renderer, 2), _sld("territories", column.title[language], rules)
    )


def _sized(expression: str) -> str:
    """Let the size of a mark follow an expression."""
    size = (
        '<Option type="Map" name="size"><Option type="bool" name="active" value="true"/>'
        f'<Option type="QString" name="expression" value={quoteattr(expression)}/>'
        '<Option type="int" name="type" value="3"/></Option>'
    )
    return (
        '<data_defined_properties><Option type="Map"><Option type="QString" name="name" value=""/>'
        f'<Option type="Map" name="properties">{size}</Option>'
        '<Option type="QString" name="type" value="collection"/></Option></data_defined_properties>'
    )


def _span(classes: Classes | None, row: int, inside: NDArray[np.float64]) -> tuple[float, float]:
    """Least and greatest number of a class; the first and last class end at the data."""
    breaks = classes.breaks if classes else ()
    low = breaks[row - 1] if 0 < row <= len(breaks) else float(inside.min())
    high = float(np.nextafter(breaks[row], -np.inf)) if row < len(breaks) else float(inside.max())
    return min(low, float(inside.min())), max(high, float(inside.max()))


def category_style(column: Column, values: pd.Series, *, language: str) -> Style:
    """Colour territories by the codes of a class column.

    Parameters
    ----------
    column : Column
        The column.
    values : pandas.Series
        Its values.
    language : str
        ``en``, ``es`` or ``pt``.

    Returns
    -------
    Style
        One symbol per code that occurs; missing values hatched.
    """
    theme = make_theme(column, values, None, language=language)
    codes = values.to_numpy(dtype=object)
    rows = []
    for row, key in enumerate(theme.keys):
        symbol = _Symbol("fill", NO_DATA if key.is_no_data else key.color, is_no_data=key.is_no_data)
        code = "" if key.is_no_data else str(codes[np.flatnonzero(theme.key_of == row)[0]])
        rows.append((code, key.label, symbol))
    return _categorised("territories", column.name, column.title[language], rows, 2)


def road_style(language: str) -> Style:
    """Draw roads by class, the greater the wider; ``language`` is ``en``, ``es`` or ``pt``."""
    rows = [
        (name + link, name + link.replace("_", " "), _Symbol("line", ROAD_EDGE, width * (0.7 if link else 1.0)))
        for name, width in ROAD_WIDTHS_MM.items()
        for link in ("", "_link")
    ]
    return _categorised("roads", "road_class", word("main_roads", language), rows, 1)


def city_style(language: str) -> Style:
    """Draw cities as circles by size.

    Parameters
    ----------
    language : str
        ``en``, ``es`` or ``pt``.

    Returns
    -------
    Style
        Four sizes; a city whose population is not known gets the smallest.
    """
    ranges, rules, symbols = [], [], []
    above = 1e12
    for place, (least, size) in enumerate(CITY_SIZES):
        symbol = _Symbol("marker", CITY, size * _MM_PER_PT * 1.4)
        phrase, limit = ("over", least) if least else ("under", CITY_SIZES[place - 1][0])
        label = word(phrase, language).format(number(limit, language))
        ranges.append(
            f'<range render="true" symbol="{place}" lower="{least}" upper="{above}" label={quoteattr(label)}/>'
        )
        rules.append(_rule(label, _between("population_persons", least, above), symbol))
        symbols.append(symbol.qml(str(place)))
        above = least
    renderer = (
        '<renderer-v2 type="graduatedSymbol" attr="coalesce(&quot;population_persons&quot;, 0)" '
        'graduatedMethod="GraduatedSize" symbollevels="0" enableorderby="0" forceraster="0">'
        f"<ranges>{''.join(ranges)}</ranges><symbols>{''.join(symbols)}</symbols></renderer-v2>"
    )
    title = word("cities", language)
    return Style("cities", title, _qml(renderer, 0), _sld("cities", title, rules))


def _categorised(layer: str, field: str, title: str, rows: Sequence[tuple[str, str, _Symbol]], geometry: int) -> Style:
    categories = "".join(
        f'<category render="true" symbol="{place}" value={quoteattr(code)} label={quoteattr(label)} '
        f'type="{"string" if code else "NULL"}"/>'
        for place, (code, label, _) in enumerate(rows)
    )
    symbols = "".join(symbol.qml(str(place)) for place, (_, _, symbol) in enumerate(rows))
    renderer = (
        f'<renderer-v2 type="categorizedSymbol" attr="{field}" symbollevels="0" enableorderby="0" forceraster="0">'
        f"<categories>{categories}</categories><symbols>{symbols}</symbols></renderer-v2>"
    )
    rules = [_rule(label, _equals(field, code), symbol) for code, label, symbol in rows]
    return Style(field, title, _qml(renderer, geometry), _sld(layer, title, rules))


def _qml(renderer: str, geometry: int) -> str:
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
        f'<qgis version="3.22.0" styleCategories="Symbology">{renderer}'
        f"<layerGeometryType>{geometry}</layerGeometryType></qgis>"
    )


def _layer(name: str, options: dict[str, str], inside: str = "", *, level: int = 0) -> str:
    inner = "".join(f'<Option type="QString" name="{key}" value={quoteattr(value)}/>' for key, value in options.items())
    # Versions before 3.22 read the same options as <prop> elements.
    old = "".join(f"<prop k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in options.items())
    options_of = f'<Option type="Map">{inner}</Option>{old}'
    return f'<layer class="{name}" enabled="1" locked="0" pass="{level}">{options_of}{inside}</layer>'


def _fill(symbol: _Symbol) -> str:
    outline = {
        "outline_color": _rgba(BORDER),
        "outline_style": "solid",
        "outline_width": "0.1",
        "outline_width_unit": "MM",
    }
    plain = _layer("SimpleFill", {"color": _rgba(symbol.color), "style": "solid", **outline})
    if not symbol.is_no_data:
        return plain
    return plain + _layer("SimpleFill", {"color": _rgba(NO_DATA_HATCH), "style": "b_diagonal", "outline_style": "no"})


def _line(symbol: _Symbol) -> str:
    return _layer(
        "SimpleLine",
        {
            "line_color": _rgba(symbol.color),
            "line_style": "solid",
            "line_width": f"{symbol.width:.2f}",
            "line_width_unit": "MM",
        },
    )


def _marker(symbol: _Symbol) -> str:
    return _layer(
        "SimpleMarker",
        {"name": "circle", "color": "255,255,255,255", "outline_color": _rgba(symbol.color), "outline_width": "0.25",
         "outline_width_unit": "MM", "size": f"{symbol.width:.2f}", "size_unit": "MM"},
    )  # fmt: skip


def _rgba(color: str) -> str:
    return ",".join(str(int(color[place : place + 2], 16)) for place in (1, 3, 5)) + ",255"


def _sld(layer: str, title: str, rules: Sequence[str]) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<StyledLayerDescriptor version="1.0.0" xmlns="http://www.opengis.net/sld" xmlns:ogc="http://www.opengis.net/ogc">'
        f"<NamedLayer><Name>{layer}</Name><UserStyle><Title>{escape(title)}</Title>"
        f"<FeatureTypeStyle>{''.join(rules)}</FeatureTypeStyle></UserStyle></NamedLayer></StyledLayerDescriptor>"
    )


def _rule(label: str, condition: str, symbol: _Symbol) -> str:
    return f"<Rule><Title>{escape(label)}</Title><ogc:Filter>{condition}</ogc:Filter>{symbol.sld()}</Rule>"


def _between(field: str, low: float, high: float) -> str:
    return (
        f"<ogc:PropertyIsBetween><ogc:PropertyName>{field}</ogc:PropertyName>"
        f"<ogc:LowerBoundary><ogc:Literal>{low!r}</ogc:Literal></ogc:LowerBoundary>"
        f"<ogc:UpperBoundary><ogc:Literal>{high!r}</ogc:Literal></ogc:UpperBoundary></ogc:PropertyIsBetween>"
    )


def _equals(field: str, code: str) -> str:
    name = f"<ogc:PropertyName>{field}</ogc:PropertyName>"
    if not code:
        return f"<ogc:PropertyIsNull>{name}</ogc:PropertyIsNull>"
    return f"<ogc:PropertyIsEqualTo>{name}<ogc:Literal>{escape(code)}</ogc:Literal></ogc:PropertyIsEqualTo>"


def _sld_fill(color: str) -> str:
    return f'<Fill><CssParameter name="fill">{color}</CssParameter></Fill>'


def _stroke(color: str, width_mm: float) -> str:
    return (
        f'<Stroke><CssParameter name="stroke">{color}</CssParameter>'
        f'<CssParameter name="stroke-width">{width_mm / _MM_PER_PT:.2f}</CssParameter></Stroke>'
    )
