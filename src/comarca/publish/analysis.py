"""What is computed from a region's finished table: dynamics, propositions, profiles, curves; for the atlases."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from comarca import io
from comarca.land.lorenz_curves import LorenzCurve

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from comarca.io import PathLike
    from comarca.publish.assembled import Assembled

#: Decimals of the points of a curve, as shares.
_DECIMALS = 4


@dataclass(frozen=True)
class Dynamics:
    """Tables of a region with outcomes, see `comarca.dynamics`.

    Attributes
    ----------
    summary, transitions, factors, propositions : pandas.DataFrame
        The tables of these names.
    """

    summary: pd.DataFrame
    transitions: pd.DataFrame
    factors: pd.DataFrame
    propositions: pd.DataFrame


@dataclass(frozen=True)
class Analysis:
    """All of it.

    Attributes
    ----------
    profiles, similar : pandas.DataFrame
        As from `comarca.dynamics.profiles`.
    curves : mapping
        Territory -> Lorenz curves of its land.
    dynamics : Dynamics or None
        None for a region without outcomes.
    """

    profiles: pd.DataFrame
    similar: pd.DataFrame
    curves: Mapping[str, Sequence[LorenzCurve]] = field(default_factory=dict)
    dynamics: Dynamics | None = None

    @classmethod
    def of(cls, data: Assembled) -> Analysis:
        """Read what the files of a product hold.

        Parameters
        ----------
        data : Assembled
            The files; ``profiles``, ``similar_territories`` and ``lorenz_curves`` are there, those of dynamics may be.

        Returns
        -------
        Analysis
            The tables.
        """
        names = ("dynamics_summary", "dynamics_transitions", "dynamics_factors", "propositions")
        dynamics = Dynamics(*(io.read_table(data.path(name)) for name in names)) if names[0] in data.files else None
        return cls(
            profiles=io.read_table(data.path("profiles")),
            similar=io.read_table(data.path("similar_territories")),
            curves=read_curves(data.path("lorenz_curves")),
            dynamics=dynamics,
        )


def write_curves(curves: Mapping[str, Sequence[LorenzCurve]], path: PathLike) -> None:
    """Write Lorenz curves as JSON, without their bands.

    Parameters
    ----------
    curves : mapping
        Territory -> its curves.
    path : path-like
        Where to.
    """
    io.write_json({name: [_entry(curve) for curve in found] for name, found in sorted(curves.items())}, path)


def _entry(curve: LorenzCurve) -> dict[str, Any]:
    points = [[round(float(x), _DECIMALS), round(float(y), _DECIMALS)] for x, y in curve.curve]
    return {
        "kind": curve.kind,
        "year": curve.year,
        "count": float(curve.count),
        "gini": float(curve.gini),
        "curve": points,
    }


def read_curves(path: PathLike) -> dict[str, list[LorenzCurve]]:
    """Read what `write_curves` wrote.

    Parameters
    ----------
    path : path-like
        The file.

    Returns
    -------
    dict
        Territory -> its curves.
    """
    return {
        name: [LorenzCurve(**{**entry, "curve": np.array(entry["curve"])}) for entry in entries]
        for name, entries in io.read_json(path).items()
    }
