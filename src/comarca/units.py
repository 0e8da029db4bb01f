"""Conversion constants. Every conversion in the package goes through these names."""

from __future__ import annotations

from typing import Final

M_PER_KM: Final = 1_000.0
M2_PER_KM2: Final = 1_000_000.0
M2_PER_HA: Final = 10_000.0
HA_PER_KM2: Final = 100.0
MIN_PER_HOUR: Final = 60.0
KM_PER_MILE: Final = 1.609344
S_PER_MIN: Final = 60.0
