"""Which roads are paved, and which can be used all year, from their tags and an editable table of surfaces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from comarca.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    BoolArray = NDArray[np.bool_]

COLUMNS: Final = ("surface", "is_paved", "is_all_weather")

#: Share of the untagged km of a class that is taken as paved as long as the region's own tags say little. Classes not
#: listed: one half, which says that nothing is known.
UNTAGGED_PAVED_SHARE: Final[Mapping[str, float]] = {
    "motorway": 1.0,
    "trunk": 1.0,
    "primary": 1.0,
    "secondary": 1.0,
    "track": 0.0,
    "path": 0.0,
}
_UNKNOWN_SHARE: Final = 0.5
_ANSWERS: Final[Mapping[str, bool]] = {"true": True, "yes": True, "false": False, "no": False}


def check_surfaces(surfaces: pd.DataFrame, *, name: str = "surfaces") -> pd.DataFrame:
    """Check a table of surfaces.

    Parameters
    ----------
    surfaces : pandas.DataFrame
        Columns ``surface`` (value of the OSM tag, or of the user's road file), ``is_paved``, ``is_all_weather``.
    name : str, optional
        What to call the table in messages, such as its path.

    Returns
    -------
    pandas.DataFrame
        The two boolean columns, indexed by surface.

    Raises
    ------
    InputError
        If a column or a name lacks, a surface stands twice, or a value is not true or false.
    """
    if lacking := set(COLUMNS) - set(surfaces.columns):
        raise InputError(name, got=list(surfaces.columns), expected=f"also the column(s) {sorted(lacking)}")
    if surfaces.empty:
        raise InputError(name, got="no row", expected="surfaces below the heading")
    names = surfaces["surface"].fillna("").str.lower().rename("surface")
    if (names == "").any():
        raise InputError(name, got=f"row {(names == '').argmax() + 1} without a surface", expected="a name in each row")
    # Tags are looked up in small letters.
    table = surfaces.set_axis(names)[list(COLUMNS[1:])].map(lambda answer: _ANSWERS.get(str(answer).lower(), answer))
    if table.index.has_duplicates:
        raise InputError(
            f"{name}, surface", got=table.index[table.index.duplicated()][0], expected="one row per surface"
        )
    for column, values in table.items():
        bad = values[~values.isin([True, False])]
        if len(bad):
            raise InputError(f"{name}, {column}, surface {bad.index[0]}", got=bad.iloc[0], expected="true or false")
    return table.astype(bool)


def base_class(road_class: pd.Series) -> pd.Series:
    """Class of each road, with links counted as the road they lead to.

    Parameters
    ----------
    road_class : pandas.Series of str
        OSM highway values.

    Returns
    -------
    pandas.Series of str
        The same without ``_link``.
    """
    return road_class.str.removesuffix("_link")


def surface_is(surface: pd.Series, known: pd.Series) -> FloatArray:
    """Look up a property of surfaces.

    Parameters
    ----------
    surface : pandas.Series of str
        Tags; several values may stand in one, separated by semicolons.
    known : pandas.Series of bool
        The property by surface, a column of `check_surfaces`.

    Returns
    -------
    numpy.ndarray, shape (n,)
        1 where every value of the tag has the property, 0 where one has not, NaN where the tag is missing or holds a
        value that is not known.
    """
    answers = {value: _all_of(value, known) for value in surface.dropna().unique()}
    return surface.map(answers).to_numpy(dtype=float, na_value=np.nan)


def paved_share_by_class(
    road_class: pd.Series, is_paved: FloatArray, km: FloatArray, *, prior_km: float = 10.0
) -> pd.DataFrame:
    """Share of each class that is paved, to stand in where the surface is not tagged.

    Parameters
    ----------
    road_class : pandas.Series of str, length n
        Classes; links count as the road they lead to.
    is_paved : numpy.ndarray, shape (n,)
        1 paved, 0 not, NaN not known.
    km : numpy.ndarray, shape (n,)
        Length of each road.
    prior_km : float, optional
        Tagged length that the default is worth, so that a few tagged roads do not speak for a whole class.

    Returns
    -------
    pandas.DataFrame
        Indexed by class: ``share`` (used), ``tagged_share`` (among the class's tagged km in the region; NaN if there
        are none), ``tagged_km``, ``default`` (`UNTAGGED_PAVED_SHARE`).

    Notes
    -----
    ``share = (tagged_share x tagged_km + default x prior_km) / (tagged_km + prior_km)``. Mappers tag what stands out,
    so the tagged roads of a class are no random sample of it.
    """
    known = pd.DataFrame({"class": base_class(road_class), "tagged_km": km, "paved_km": km * is_paved})
    known.loc[np.isnan(is_paved), "tagged_km"] = 0.0
    sums = known.groupby("class")[["tagged_km", "paved_km"]].sum()
    default = pd.Series([UNTAGGED_PAVED_SHARE.get(str(name), _UNKNOWN_SHARE) for name in sums.index], sums.index)
    share = (sums["paved_km"] + default * prior_km) / (sums["tagged_km"] + prior_km)
    return pd.DataFrame(
        {
            "share": share.clip(0, 1),
            "tagged_share": sums["paved_km"] / sums["tagged_km"].where(sums["tagged_km"] > 0),
            "tagged_km": sums["tagged_km"],
            "default": default,
        }
    )


def is_all_season(roads: pd.DataFrame, surfaces: pd.DataFrame, *, main_road_classes: Collection[str]) -> BoolArray:
    """Tell which roads can be used all year, as far as tags say.

    Parameters
    ----------
    roads : pandas.DataFrame
        Columns ``road_class``, ``surface``, ``seasonal``, ``ford``, ``four_wd_only`` of schema ``roads``.
    surfaces : pandas.DataFrame
        As `check_surfaces` returns it.
    main_road_classes : collection of str
        Classes that count unless a tag speaks against them; their links too.

    Returns
    -------
    numpy.ndarray of bool, shape (n,)
        True for main roads and for roads of any class with an all-weather surface; never for ferries, nor for roads
        tagged as seasonal, as a ford, for four-wheel drive only, or with a surface that is not all-weather.
    """
    all_weather = surface_is(roads["surface"], surfaces["is_all_weather"])
    main = base_class(roads["road_class"]).isin(list(main_road_classes)).to_numpy()
    good = (main & ~(all_weather == 0)) | (all_weather == 1)
    for tag in ("seasonal", "ford", "four_wd_only"):
        good &= (roads[tag].isna() | (roads[tag] == "no")).to_numpy(dtype=bool)
    return np.asarray(good & (roads["road_class"] != "ferry").to_numpy(dtype=bool))


def _all_of(value: str, known: pd.Series) -> float:
    parts = [part.strip().lower() for part in value.split(";") if part.strip()]
    if not parts or not all(part in known.index for part in parts):
        return np.nan
    return float(all(known[part] for part in parts))
