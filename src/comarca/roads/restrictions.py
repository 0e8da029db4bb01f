"""Which roads are open to the public: the one rule of what counts as a road."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

#: Tags that say who may use a road, the most specific first; the first that is tagged counts.
ACCESS_TAGS: Final = ("motorcar", "motor_vehicle", "access")
#: Their values that close a road to the public.
RESTRICTED: Final = ("no", "private", "agricultural", "forestry", "military", "emergency", "psv")


def is_restricted(roads: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell which roads are closed to the public's cars.

    Parameters
    ----------
    roads : pandas.DataFrame
        Schema ``roads``.

    Returns
    -------
    numpy.ndarray of bool, shape (n,)
        True where the most specific of `ACCESS_TAGS` that is tagged has one of the values `RESTRICTED`. Roads for
        delivery, customers or with a permit are open: those who live there use them.
    """
    stated = roads[ACCESS_TAGS[0]]
    for tag in ACCESS_TAGS[1:]:
        stated = stated.fillna(roads[tag])
    return np.asarray(stated.isin(RESTRICTED), dtype=bool)
