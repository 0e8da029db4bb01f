"""Offices of the State and cooperatives, mines, related and unrelated variety: counted and worked out by hand."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from families import WEST_EAST, columns_of, demand, territories
from shapely.geometry import Point, box

from comarca.crs import geodesic_area_km2
from comarca.indicators import organisation, production
from comarca.results import Flag

PLACES = territories(*WEST_EAST)
PEOPLE = demand(("01", 2000, 0.05, 0.05), ("02", 0, 0.15, 0.05))


def establishments(*rows):
    sector, category, lon = zip(*rows, strict=True)
    return gpd.GeoDataFrame(
        {"economy_id": [str(n) for n in range(len(rows))], "sector": sector, "category": category},
        geometry=[Point(x, 0.05) for x in lon], crs=4326,
    )  # fmt: skip


def organisations(root, economy):
    columns = columns_of(root, "organisation", layers=["economy", "demand", "population"])
    return organisation.compute(territories=PLACES, economy=economy, demand=PEOPLE, columns=columns)


def test_offices_of_the_state_and_cooperatives_are_counted(root):
    result = organisations(root, establishments(
        ("office", "government", 0.01), ("office", "administrative", 0.15), ("office", "lawyer", 0.02),
        ("shop", "government", 0.02), ("office", "cooperative", 0.03), ("office", "association", 0.04),
        ("office", "government", 5.0)))  # fmt: skip
    assert result.values["public_office_count"].tolist() == [1, 1]
    assert result.values["cooperative_count"].tolist() == [2, 0]
    assert result.values["public_office_density_per_10000persons"].tolist() == pytest.approx([5, np.nan], nan_ok=True)
    assert result.flags.loc["02", "public_office_density_per_10000persons"] == Flag.NO_POPULATION
    assert result.checks[0].value == 4


def test_what_nobody_mapped_is_not_zero(root):
    result = organisations(root, establishments(("office", "government", 0.01)))
    assert result.values["cooperative_count"].isna().all()
    flags = result.flags[["cooperative_count", "cooperative_density_per_10000persons"]]
    assert (flags == Flag.NOT_MAPPED).all(axis=None)


def products(root, names, min_establishments=30, brand_territories=5, **layers):
    options = {"min_establishments": min_establishments, "brand_territories": brand_territories}
    given = [*layers, *(["sector_groups"] if "sector_groups" in layers else [])]
    columns = [c for c in columns_of(root, "production", layers=given) if c.name in names]
    return production.compute(territories=PLACES, columns=columns, **options, **layers)


def test_mines_cover_their_share_and_overlaps_count_once(root):
    pit, wood = box(0.0, 0.0, 0.02, 0.1), box(0.1, 0, 0.2, 0.1)
    land_use = gpd.GeoDataFrame({"land_use_id": list("123"), "land_use": ["quarry", "quarry", "forest"]},
                                geometry=[pit, box(0.01, 0.0, 0.03, 0.1), wood], crs=4326)  # fmt: skip
    result = products(root, ["mine_area_share"], land_use=land_use)
    expected = geodesic_area_km2(np.array([box(0, 0, 0.03, 0.1)]))[0] / geodesic_area_km2(np.array([WEST_EAST[0]]))[0]
    assert result.values["mine_area_share"].tolist() == pytest.approx([expected, 0], rel=1e-3)
    none = products(root, ["mine_area_share"], land_use=land_use[land_use["land_use"] == "forest"])
    assert (none.flags["mine_area_share"] == Flag.NOT_MAPPED).all()


def test_related_and_unrelated_variety_add_up_to_the_diversity_of_employment(root):
    rows = [("01", "maize", 10), ("01", "mill", 10), ("01", "mine", 20), ("02", "maize", 5), ("02", "mine", 5)]
    jobs = pd.DataFrame(rows, columns=["territory_id", "sector", "jobs"]).astype({"jobs": float})
    names = [f"employment_{kind}_index" for kind in ("shannon", "related_variety", "unrelated_variety")]
    result = products(root, names, employment=jobs, sector_groups={"maize": "grain", "mill": "grain"})
    # Half of the jobs in a group of two equal sectors, half in a group of one.
    assert result.values.loc["01", names[1]] == pytest.approx(0.5 * np.log(2))
    assert result.values.loc["01", names[2]] == pytest.approx(np.log(2))
    assert result.values.loc["02", names[1]] == pytest.approx(0, abs=1e-12)
    both = result.values[names[1]] + result.values[names[2]]
    assert both.tolist() == pytest.approx(result.values[names[0]].tolist())


def test_establishments_of_brands_have_the_tag_or_a_name_in_many_territories(root):
    names = ["Sol", "sol", "Luna", None, "SÓL", "Ana"]
    brands = [None, None, None, "Acme", None, None]
    rows = establishments(*(("shop", "bakery", x) for x in (0.01, 0.15, 0.02, 0.03, 0.04, 0.16)))
    rows = rows.assign(name=names, brand=brands)
    result = products(root, ["economy_brand_share"], economy=rows, brand_territories=2, min_establishments=1)
    assert result.values["economy_brand_share"].tolist() == [0.75, 0.5]
    few = products(root, ["economy_brand_share"], economy=rows, brand_territories=3, min_establishments=3)
    assert few.values["economy_brand_share"].tolist() == pytest.approx([0.25, np.nan], nan_ok=True)
    assert few.flags.loc["02", "economy_brand_share"] == Flag.TOO_FEW_UNITS
