"""Chains, Flegg's quotients and multipliers: closed forms and a brute-force sum."""

import math

import numpy as np
import pandas as pd
import pytest
from families import WEST_EAST, columns_of, territories
from pydantic import ValidationError

from comarca.config.region import Config, Region
from comarca.errors import ConfigError, InputError
from comarca.indicators import linkages
from comarca.measures.linkages import flegg_quotients, local_linkages
from comarca.plan.columns import regional_registry
from comarca.plan.preflight import check_inputs
from comarca.registry.columns import load_registry
from comarca.results import Flag
from comarca.sources.tables.input_output import read_input_output

PLACES = territories(*WEST_EAST)
CHAINS = {"grain": {"primary": ["maize"], "processing": ["Mill"]}}
JOBS = pd.DataFrame([("01", "maize", 30.0), ("01", "mill", 10.0), ("01", "trade", 60.0), ("02", "maize", 60.0),
                     ("02", "trade", 40.0)], columns=["territory_id", "sector", "jobs"])  # fmt: skip


def run(root, jobs=JOBS, **options):
    layers = ["employment", "chains", *(["input_output"] if "input_output" in options else [])]
    columns = columns_of(root, "linkages", layers=layers, fields={"chain": ["grain"]})
    return linkages.compute(territories=PLACES, employment=jobs, chains=CHAINS, columns=columns, **options)


def test_a_chain_has_its_weight_and_its_processed_part(root):
    result = run(root)
    quotient, processed = "chain_grain_location_quotient_ratio", "chain_grain_processing_share"
    # 100 of 200 jobs of the region are in the chain.
    assert result.values[quotient].tolist() == pytest.approx([0.8, 1.2])
    assert result.values[processed].tolist() == pytest.approx([0.25, 0])
    gone = run(root, JOBS[JOBS["territory_id"] == "01"])
    assert (gone.flags.loc["02"] == Flag.NO_SOURCE_ROW).all()
    gap = run(root, pd.concat([JOBS, pd.DataFrame({"territory_id": ["02"], "sector": ["mill"], "jobs": [np.nan]})]))
    assert gap.flags.loc["02", quotient] == Flag.NOT_IN_SOURCE


def test_flegg_quotients_are_those_of_the_formula():
    local, whole = np.array([30.0, 10, 60]), np.array([90.0, 10, 100])
    found = flegg_quotients([local], whole, delta=0.3)[0]
    size = math.log2(1 + 0.5) ** 0.3
    for i in range(3):
        for j in range(3):
            cross = (local[i] / whole[i]) / (0.5 if i == j else local[j] / whole[j])
            assert found[i, j] == pytest.approx(min(cross * size, 1))
    none = flegg_quotients([[0.0, 10]], [5.0, 20])[0]
    assert none[0].tolist() == [0, 0]
    assert none[1, 0] == 1


def test_multipliers_are_the_sum_of_all_rounds_of_purchases():
    rng = np.random.default_rng(3)
    inputs = rng.uniform(0, 0.2, (4, 4))
    jobs = rng.uniform(1, 50, (6, 4))
    multiplier, local = local_linkages(jobs, inputs)
    own = flegg_quotients(jobs, jobs.sum(axis=0)) * inputs
    for region in range(6):
        share, total, purchase = jobs[region] / jobs[region].sum(), np.zeros(4), np.eye(4)
        for _ in range(200):
            total, purchase = total + purchase.sum(axis=0), own[region] @ purchase
        assert multiplier[region] == pytest.approx(total @ share)
        assert local[region] == pytest.approx((own[region].sum(axis=0) @ share) / (inputs.sum(axis=0) @ share))
    assert (multiplier >= 1).all()
    for scaled, plain in zip(local_linkages(jobs * 1e-3, inputs), (multiplier, local), strict=True):
        np.testing.assert_allclose(scaled, plain)
    assert np.isnan(local_linkages([[0.0, 0], [1, 1]], np.eye(2) * 0.1)[0]).tolist() == [True, False]


def test_the_whole_has_the_multipliers_of_its_own_table(root):
    table = pd.DataFrame([("farm", "farm", 0.1), ("farm", "rest", 0.2), ("rest", "farm", 0.3), ("rest", "rest", 0.4)],
                         columns=["from_sector", "to_sector", "coefficient"])  # fmt: skip
    jobs = JOBS.assign(territory_id="01")
    result = run(root, jobs, input_output=table, sectors={"maize": "farm", "Mill": "rest", "trade": "Rest"})
    sums = np.linalg.inv(np.eye(2) - [[0.1, 0.2], [0.3, 0.4]]).sum(axis=0)
    assert result.values.loc["01", "local_output_multiplier_ratio"] == pytest.approx(
        (90 * sums[0] + 110 * sums[1]) / 200
    )
    assert result.values.loc["01", "local_input_share"] == pytest.approx(1)
    assert result.checks[-1].status == "pass"
    part = run(root, jobs, input_output=table, sectors={"maize": "farm"})
    assert part.checks[-1].value == pytest.approx(110 / 200)


def test_the_size_of_a_territory_is_that_of_all_its_jobs(root):
    table = pd.DataFrame([("maize", "maize", 0.5)], columns=["from_sector", "to_sector", "coefficient"])
    result = run(root, input_output=table)
    # 100 of 200 jobs are in each territory, 30 and 60 of them in the only sector of the table.
    local = [min(1, 30 / 90 / 0.5 * math.log2(1.5) ** 0.3), min(1, 60 / 90 / 0.5 * math.log2(1.5) ** 0.3)]
    assert result.values["local_input_share"].tolist() == pytest.approx(local)
    assert result.values["local_output_multiplier_ratio"].tolist() == pytest.approx([1 / (1 - 0.5 * q) for q in local])


def written(tmp_path, text):
    path = tmp_path / "io.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_flows_become_coefficients_and_rows_that_are_no_sectors_go(tmp_path):
    path = written(tmp_path, "rama;Agro;Resto;Demanda;VBP\nagro;10;40;50;100\nResto;30;80;90;200\nValor;60;80;;\n")
    table, check = read_input_output(path, columns={"sector": "rama", "output": "VBP"})
    assert table["from_sector"].tolist() == ["Resto", "Resto", "agro", "agro"]
    assert table["coefficient"].tolist() == pytest.approx([0.4, 0.3, 0.2, 0.1])
    assert check.message.startswith("2 sectors")
    assert "1 rows" in check.message


@pytest.mark.parametrize(
    ("text", "message"),
    [("sector,a,b\na,0.6,0\nb,0.5,0\n", "not below the output"), ("sector,a\nb,1\n", "same sectors"),
     ("sector,a\na,-0.1\n", "negative"), ("sector,a\na,0.1\na,0.1\n", "two rows")],
)  # fmt: skip
def test_tables_that_cannot_be_right_are_refused(tmp_path, text, message):
    with pytest.raises(InputError, match=message):
        read_input_output(written(tmp_path, text))


def test_sectors_that_the_table_of_jobs_lacks_are_refused(tmp_path):
    path = tmp_path / "jobs.csv"
    path.write_text("territory_id,sector,jobs\n01,Maize,30\n01,Mill,10\n", encoding="utf-8")
    table = {"provider": "file", "path": str(path)}

    def check(processing, **sections):
        chain = {"primary": ["maize"], "processing": processing}
        check_inputs(
            Config(regions={"r": Region(country="NIC", employment=table | {"chains": {"g": chain}}, **sections)})
        )

    check(["mill"])
    with pytest.raises(ConfigError, match=r"chains\.g\.processing.*'Mill'"):
        check(["mil"])
    inputs = written(tmp_path, "sector,a\na,0.1\n")
    with pytest.raises(ConfigError, match=r"input_output\.sectors\.mais.*'Maize'"):
        check(["mill"], input_output={"provider": "file", "path": str(inputs), "sectors": {"mais": "a"}})
    with pytest.raises(ValidationError, match="'maize' stands twice"):
        check(["mill", "Maize"])


def test_titles_of_chains_are_those_of_the_configuration(tmp_path):
    path = written(tmp_path, "territory_id,sector,jobs\n01,maize,1\n")
    chain = {"primary": ["maize"], "processing": ["mill"], "title": {"es": "Maíz", "en": "Maize", "pt": "Milho"}}
    employment = {"provider": "file", "path": str(path), "chains": {"grain": chain}}
    registry = regional_registry(load_registry(), Region(country="NIC", employment=employment))
    assert registry.terms["chain"]["grain"] == {"es": "Maíz", "en": "Maize", "pt": "Milho"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sector,Farms,farms,trade\nFarms,1,2,1\ntrade,1,1,1\n", "'Farms', 'farms'"),
        ("sector,farms,trade,trade\nfarms,.1,.2,.3\ntrade,.1,.1,.1\n", "two columns trade"),
        ("sector,farms,mining\nfarms,.1,.2\nminning,.1,.1\n", "'minning'.*'mining'"),
        ("sector,farms,mining\nfarms,..,..\nmining,0,0\n", "no purchase above 0"),
    ],
)
def test_sectors_of_two_columns_or_a_slip_and_empty_tables_are_refused(tmp_path, text, message):
    with pytest.raises(InputError, match=message):
        read_input_output(written(tmp_path, text))
