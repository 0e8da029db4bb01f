"""How much memory a job asks for, by the size of what it reads.

Figures were measured, see docs/benchmarks.md. What a cluster is asked for lies above them by `MARGIN`, and a job that
needs more still is sent again with twice and three times as much.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Need(NamedTuple):
    """Memory of a job.

    Attributes
    ----------
    base_mb : float
        What it takes with next to nothing to read.
    per_input_mb : float
        MB for each MB that it reads.
    """

    base_mb: float
    per_input_mb: float


#: What is asked for over what was measured.
MARGIN: Final = 1.3
#: Jobs that take more than a GB in a large country, by their rule.
NEEDS: Final[Mapping[str, Need]] = {
    "harmonise_osm": Need(480, 23.5),
    "harmonise_layer": Need(300, 6.8),
    "build_land_cover": Need(870, 9.0),
    "build_network": Need(300, 8.6),
    "build_connectors": Need(410, 3.1),
    "build_city_network": Need(400, 3.85),
    "compute_travel_times": Need(380, 3.5),
    "compute_travel_block": Need(440, 4.7),
    "compute_market_potential": Need(380, 3.5),
    "compute_job_access": Need(380, 4.0),
    "compute_service_times": Need(440, 4.1),
    "compute_family": Need(300, 9.2),
    "compute_functional": Need(300, 8.8),
    "compute_uncertainty": Need(420, 2.4),
    "export_products": Need(330, 6.2),
}


def asked_mb(rule: str, input_mb: float, *, attempt: int = 1) -> int:
    """Tell how much memory a job asks for.

    Parameters
    ----------
    rule : str
        Its rule, one of `NEEDS`.
    input_mb : float
        Size of the files that it reads.
    attempt : int, optional
        How many times the job has been sent, this time included.

    Returns
    -------
    int
        MB.
    """
    need = NEEDS[rule]
    return attempt * math.ceil(MARGIN * (need.base_mb + need.per_input_mb * input_mb))
