"""Jobs ask for the memory that they took where it was measured, and for some more."""

from __future__ import annotations

import pytest

from comarca.plan.memory import MARGIN, NEEDS, asked_mb

#: Rule, MB read, and MB taken as the job's own log tells it: the synthetic country of 100 and of 1,000
#: territories, and the example.
MEASURED = [
    ("harmonise_osm", 8.8, 684),
    ("harmonise_osm", 84.3, 2442),
    ("harmonise_layer", 30.9, 436),
    ("harmonise_layer", 300.0, 2275),
    ("build_land_cover", 2.0, 881),
    ("build_land_cover", 16.6, 1011),
    ("build_network", 30.5, 623),
    ("build_network", 298.6, 2839),
    ("build_connectors", 88.1, 677),
    ("build_connectors", 873.5, 3058),
    ("build_city_network", 66.4, 646),
    ("build_city_network", 660.8, 2911),
    ("compute_travel_times", 79.3, 646),
    ("compute_travel_times", 790.0, 3124),
    ("compute_market_potential", 79.2, 583),
    ("compute_market_potential", 790.0, 2989),
    ("compute_job_access", 67.3, 632),
    ("compute_job_access", 670.5, 3031),
    ("compute_service_times", 67.3, 694),
    ("compute_service_times", 670.8, 3151),
    ("compute_family", 31.1, 489),
    ("compute_family", 302.1, 3020),
    ("compute_functional", 42.7, 616),
    ("compute_functional", 394.2, 3709),
    ("compute_uncertainty", 188.0, 859),
    ("compute_uncertainty", 1852.5, 5419),
    ("export_products", 31.8, 458),
    ("export_products", 302.1, 2182),
    ("compute_travel_block", 77.8, 802),
    ("compute_travel_block", 778.9, 4095),
    ("harmonise_osm", 1.0, 266),
    ("build_connectors", 1.5, 341),
    ("compute_travel_times", 1.5, 345),
    ("compute_uncertainty", 3.6, 390),
]


@pytest.mark.parametrize(("rule", "input_mb", "peak_mb"), MEASURED)
def test_a_job_asks_for_what_it_took_and_not_for_many_times_as_much(rule, input_mb, peak_mb):
    asked = asked_mb(rule, input_mb)
    assert asked >= peak_mb * (1 + MARGIN) / 2
    assert asked <= 3 * peak_mb


def test_all_rules_that_ask_are_measured_where_they_are_large():
    assert {rule for rule, _, peak_mb in MEASURED if peak_mb > 900} == {*NEEDS}


def test_a_job_sent_again_asks_for_more():
    once, twice = (asked_mb("build_network", 100, attempt=attempt) for attempt in (1, 2))
    assert once == pytest.approx(
        MARGIN * (NEEDS["build_network"].base_mb + 100 * NEEDS["build_network"].per_input_mb), abs=1
    )
    assert twice == 2 * once
