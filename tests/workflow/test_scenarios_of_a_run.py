"""A scenario of the embedded example: a planned road, from the user's file to the tables and the page."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import yaml
from pyproj import Geod

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("example")]

#: Planken, which one road joins to the valley, and Nendeln below it, which none joins to Planken.
ENDS = ((9.545221, 47.185885), (9.543069, 47.197384))
RESULT = "results/LIE/scenarios/planken/summary.pdf"


@pytest.fixture(scope="module")
def planned(example_project):
    """Draw a road between the vertices of roads that are nearest to both places, 5 m short of the second."""
    project = example_project
    roads = gpd.read_parquet(project.results("LIE") / "layers/roads.parquet")
    vertices = shapely.get_coordinates(roads.geometry.to_numpy())
    start, end = (vertices[np.hypot(*(vertices - place).T).argmin()] for place in ENDS)
    line = shapely.LineString([start, end + (start - end) * 0.004])
    plan = gpd.GeoDataFrame({"tipo": ["nacional"]}, geometry=[line], crs=4326)
    plan.to_file(project.folder / "plan.gpkg", driver="GPKG")
    config = yaml.safe_load((project.folder / "config/config.yaml").read_text(encoding="utf-8"))
    roads_added = {"path": "plan.gpkg", "class": "tipo", "classes": {"nacional": "primary"}, "crossings": "pass"}
    config["regions"]["LIE"]["scenarios"] = {"planken": {"add_roads": roads_added}}
    path = project.folder / "planned.yaml"
    path.write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    jobs = project.planned(RESULT, "--configfile", str(path))
    project.run(RESULT, "--configfile", str(path))
    return project.results("LIE"), jobs, Geod(ellps="WGS84").geometry_length(line) / 1000


def test_the_base_is_not_computed_again(planned):
    assert {"compute_scenario": 1, "export_scenario": 1}.items() <= planned[1].items()
    assert not {job for job in planned[1] if job.startswith(("harmonise_", "build_network", "compute_"))} - {
        "compute_scenario"
    }


def test_the_new_road_adds_its_length_and_makes_no_way_longer(planned):
    results, _, km = planned
    table = pd.read_parquet(results / "assembled/scenarios/planken/differences.parquet")
    by_column = table.groupby("column")["difference"]
    # The end drawn is moved onto the road near it, by 5 m at most.
    assert km < by_column.sum()["road_length_km"] < km / 0.996
    minutes = table[table["column"].str.fullmatch(r"time_.*_city_mean_min")]
    assert (minutes["difference"].fillna(0) <= 0).all()
    assert minutes.loc[minutes["territory_name"] == "Planken", "difference"].min() < -0.5


def test_tables_and_maps_tell_the_same(planned):
    results, _, _ = planned
    folder = results / "scenarios/planken"
    told = pd.read_csv(folder / "differences.csv")
    exact = pd.read_parquet(results / "assembled/scenarios/planken/differences.parquet")
    assert len(told) == len(exact)
    assert (told["difference"].fillna(0) - exact["difference"].fillna(0)).abs().max() <= 0.51
    changed = set(told.loc[told["difference"].abs() > 0, "column"])
    drawn = {path.stem for path in (folder / "maps").glob("*.png")}
    assert drawn
    assert drawn <= changed
    people = pd.read_csv(folder / "people.csv")
    assert (
        people["scenario_persons"] - people["base_persons"] == people["gained_persons"] - people["lost_persons"]
    ).all()
    assert (people["lost_persons"] == 0).all()
