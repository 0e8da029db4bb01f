"""Time that passes when told to."""

from __future__ import annotations

import random

from comarca.fetch.retry import Policy


class Clock:
    """A clock that sleeping advances, and that leaps a little at every look."""

    def __init__(self, leap_s: float = 0.0) -> None:
        self.now = 1_795_000_000.0
        self.leap_s = leap_s
        self.pauses: list[float] = []

    def sleep(self, seconds: float) -> None:
        """Pass time without waiting."""
        self.pauses.append(seconds)
        self.now += seconds

    def look(self) -> float:
        """Tell the time."""
        self.now += self.leap_s
        return self.now

    def policy(self, **options: object) -> Policy:
        """A policy that goes by this clock."""
        return Policy(
            **{
                "progress": False, "connect_timeout_s": 5.0, "read_timeout_s": 5.0, "sleep": self.sleep,
                "clock": self.look, "wall_clock": self.look, "chance": random.Random(1), **options,
            }  # type: ignore[arg-type]
        )  # fmt: skip
