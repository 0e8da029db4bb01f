"""Tables of a synthetic country: a census of holdings, a panel of incomes, jobs, firms, commuters, cities."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from comarca.synthetic.country import PANEL_YEARS, YEARS
from comarca.synthetic.land import core_area_ha, level, owner_shares

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from comarca.synthetic.country import Country

#: Lower limits of the size classes of the census, ha.
_LIMITS_HA: Final = (0, 5, 20, 50, 100, 200, 500, 1000, 5000)
#: Classes of fewer holdings are withheld.
_SECRECY_BELOW: Final = 3
#: Sectors of the table of jobs, with the least and the greatest part of each.
_SECTORS: Final = ("Agriculture", "Industry", "Construction", "Trade", "Public services", "Other services")
#: Sector -> group of related ones, as config/regions/synthetic.yaml says.
SECTOR_GROUPS: Final = {
    "Industry": "Secondary", "Construction": "Secondary", "Trade": "Services", "Other services": "Services",
}  # fmt: skip
#: Age from which on people are one group.
_OPEN_AGE: Final = 80
#: Largest firms of the size classes, and parts of firms in them.
_MAX_JOBS: Final = (9.0, 49.0, 249.0, np.nan)
#: What the letters of a type say of one period: growth in % a year, change of poverty in points and of the Gini.
_IMPROVEMENT: Final = (1.5, -4.0, -0.02)


def types_of_change(country: Country) -> NDArray[np.bool_]:
    """Whether income grew, poverty fell and its distribution became more equal, per period.

    Parameters
    ----------
    country : Country
        The country.

    Returns
    -------
    numpy.ndarray of bool, shape (n, periods, 3)
        All eight patterns, in each period.
    """
    return country.rng(30).integers(0, 2, (country.territory_count, len(PANEL_YEARS) - 1, 3)).astype(bool)


def outcomes(country: Country) -> pd.DataFrame:
    """Income per head, poverty, inequality and women's share of jobs, by territory and year.

    Parameters
    ----------
    country : Country
        The country.

    Returns
    -------
    pandas.DataFrame
        One row per territory and year.
    """
    rng, count = country.rng(31), country.territory_count
    signs = np.where(types_of_change(country), 1.0, -1.0)
    size = rng.uniform(0.5, 1.5, signs.shape) * signs * np.abs(_IMPROVEMENT)
    span = np.diff(PANEL_YEARS)
    steps = np.concatenate([np.zeros((count, 1, 3)), np.cumsum(size * [1, -1, -1], axis=1)], axis=1)
    growth = np.cumprod((1 + size[..., 0] / 100) ** span, axis=1)
    income = rng.lognormal(6, 0.4, (count, 1)) * np.column_stack([np.ones(count), growth])
    years = len(PANEL_YEARS)
    return pd.DataFrame({
        "territory_id": country.codes.repeat(years),
        "year": np.tile(PANEL_YEARS, count),
        "population": np.rint(country.seat_persons * 2).repeat(years),
        "income": income.ravel(),
        "poverty": (rng.uniform(30, 60, (count, 1)) + steps[..., 1]).ravel(),
        "inequality": (rng.uniform(0.4, 0.6, (count, 1)) + steps[..., 2]).ravel(),
        "women": rng.uniform(25, 50, (count, years)).ravel(),
    })  # fmt: skip


def holdings(country: Country) -> pd.DataFrame:
    """Count holdings by size class in two years, and withhold the areas of classes of one or two holdings.

    Parameters
    ----------
    country : Country
        The country.

    Returns
    -------
    pandas.DataFrame
        One row per territory, year and class, with a row for all classes and one for producers without land.
    """
    area, tables = core_area_ha(country), []
    limits = [*_LIMITS_HA, np.inf]
    labels = [f"{low} a menos de {high} ha" for low, high in itertools.pairwise(_LIMITS_HA)]
    labels += [f"{_LIMITS_HA[-1]} ha y más", "Total", "Sin tierra"]
    for year in YEARS:
        for number, gini in enumerate(level(country, year).tolist()):
            sizes = owner_shares(gini) * area[number]
            number_of, area_of = np.histogram(sizes, limits)[0], np.histogram(sizes, limits, weights=sizes)[0]
            is_withheld = (number_of > 0) & (number_of < _SECRECY_BELOW)
            texts = np.where(is_withheld, "X", [f"{value:.4f}" for value in area_of])
            tables.append(pd.DataFrame({
                "territory_id": country.codes[number], "year": year, "size_class": labels,
                "holdings": [*number_of, len(sizes), landless(country)[number]],
                "area_ha": [*texts, f"{sizes.sum():.4f}", "0"],
                "women": [*(number_of // 4), (number_of // 4).sum(), 0],
                "absent": [*(number_of // 10), (number_of // 10).sum(), 0],
                "irrigated_ha": [*(f"{value:.4f}" for value in area_of / 5), f"{sizes.sum() / 5:.4f}", "0"],
            }))  # fmt: skip
    return pd.concat(tables, ignore_index=True)


def landless(country: Country) -> NDArray[np.int64]:
    """Count producers without land, per territory.

    Parameters
    ----------
    country : Country
        The country.

    Returns
    -------
    numpy.ndarray of int, shape (n,)
        From 0 to 20.
    """
    return np.arange(country.territory_count, dtype=np.int64) % 21


def employment(country: Country) -> pd.DataFrame:
    """Jobs, and those of women, by territory and sector.

    Parameters
    ----------
    country : Country
        The country.

    Returns
    -------
    pandas.DataFrame
        One row per territory and sector.
    """
    jobs = country.rng(32).integers(50, 2_000, (country.territory_count, len(_SECTORS)))
    women = np.rint(jobs * country.rng(35).uniform(0.2, 0.7, jobs.shape)).astype(np.int64)
    return pd.DataFrame({
        "territory_id": country.codes.repeat(len(_SECTORS)), "sector": np.tile(_SECTORS, len(jobs)),
        "jobs": jobs.ravel(), "women": women.ravel(),
    })  # fmt: skip


def age_groups(country: Country) -> pd.DataFrame:
    """People by age and sex in two years.

    Parameters
    ----------
    country : Country
        The country.

    Returns
    -------
    pandas.DataFrame
        One row per territory, year, sex and group of five years, the last one open.
    """
    ages = [*(f"{first}-{first + 4}" for first in range(0, _OPEN_AGE, 5)), f"{_OPEN_AGE}+"]
    rows = pd.MultiIndex.from_product(
        [country.codes.tolist(), YEARS, ("women", "men"), ages], names=["territory_id", "year", "sex", "age_group"]
    )
    return pd.DataFrame({"persons": country.rng(36).integers(20, 400, len(rows))}, index=rows).reset_index()


def public_finance(country: Country) -> pd.DataFrame:
    """Public money of each territory in two years.

    Parameters
    ----------
    country : Country
        The country.

    Returns
    -------
    pandas.DataFrame
        One row per territory and year: what is spent, invested, transferred and taken in, and inhabitants.
    """
    rng, count = country.rng(37), country.territory_count * len(YEARS)
    income = np.rint(rng.uniform(1e6, 9e6, count))
    return pd.DataFrame({
        "territory_id": country.codes.repeat(len(YEARS)), "year": np.tile(YEARS, country.territory_count),
        "budget": income, "investment": np.rint(income * rng.uniform(0.1, 0.4, count)),
        "transfers": np.rint(income * rng.uniform(0.2, 0.9, count)), "income": income,
        "population": np.rint(country.seat_persons * 2).repeat(len(YEARS)),
    })  # fmt: skip


def firms(country: Country) -> pd.DataFrame:
    """Firms by territory and size class; ``max_jobs`` is empty in the open class.

    Parameters
    ----------
    country : Country
        The country.

    Returns
    -------
    pandas.DataFrame
        One row per territory and class.
    """
    counts = country.rng(33).integers([100, 20, 2, 0], [400, 80, 10, 4], (country.territory_count, len(_MAX_JOBS)))
    return pd.DataFrame({
        "territory_id": country.codes.repeat(len(_MAX_JOBS)), "max_jobs": np.tile(_MAX_JOBS, len(counts)),
        "firms": counts.ravel(),
    })  # fmt: skip


def commuters(country: Country) -> pd.DataFrame:
    """People by where they live and work: most stay, others go to a neighbour.

    Parameters
    ----------
    country : Country
        The country.

    Returns
    -------
    pandas.DataFrame
        One row per pair, ``origin_id``, ``destination_id``, ``persons``.
    """
    everyone = np.arange(country.territory_count)
    pairs = np.concatenate([np.stack([everyone, everyone], 1), country.links, country.links[:, ::-1]])
    persons = np.where(pairs[:, 0] == pairs[:, 1], country.seat_persons[pairs[:, 0]] * 0.4, 0.0)
    persons = np.rint(persons + country.rng(34).uniform(10, 400, len(pairs)))
    return pd.DataFrame(
        {"origin_id": country.codes[pairs[:, 0]], "destination_id": country.codes[pairs[:, 1]], "persons": persons}
    )


def input_output(country: Country) -> pd.DataFrame:
    """Give the coefficients of a national table of inputs and outputs.

    Parameters
    ----------
    country : Country
        The country.

    Returns
    -------
    pandas.DataFrame
        One row per selling sector, ``sector`` and a column per buying one; a sector buys at most half its output.
    """
    coefficients = country.rng(38).uniform(0.01, 0.08, (len(_SECTORS), len(_SECTORS)))
    return pd.DataFrame(coefficients, columns=list(_SECTORS)).round(4).assign(sector=_SECTORS)[["sector", *_SECTORS]]


def cities(country: Country) -> pd.DataFrame:
    """Cities: seats of 20,000 people and more.

    Parameters
    ----------
    country : Country
        The country.

    Returns
    -------
    pandas.DataFrame
        Columns ``name``, ``inhabitants``, ``inhabitants_2010``, ``longitude``, ``latitude``; cities grow as their
        territories do.
    """
    numbers = np.flatnonzero(country.city_persons)
    longitude, latitude = country.seats[numbers].T
    growth = (1 + country.growth_percent / 100) ** (YEARS[1] - YEARS[0])
    return pd.DataFrame({
        "name": [f"Seat {code}" for code in country.codes[numbers]],
        "inhabitants": country.city_persons[numbers].astype(np.int64),
        f"inhabitants_{YEARS[0]}": np.rint(country.city_persons / growth)[numbers].astype(np.int64),
        "longitude": longitude, "latitude": latitude,
    })  # fmt: skip
