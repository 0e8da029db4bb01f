"""The configuration of the bands around the values of the table."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, NonNegativeInt, model_validator

from comarca.config.base import Model


class Uncertainty(Model):
    """How far values can be off, `indicators_uncertainty.csv`; `none` or `false` in its place switches it off."""

    enabled: bool = Field(True, description="Whether bands are computed.")
    draws: Annotated[int, Field(ge=0, le=10_000)] | None = Field(
        None,
        description="Draws of speeds and detours for bands of travel times; null: 30 as long as the region has no more "
        "than `max_points` places where people live, else none. Each draw computes all travel times anew.",
    )
    seed: NonNegativeInt = Field(1, description="Seed of all draws.")
    max_points: NonNegativeInt = Field(
        5_000, description="Most places where people live (cells of `demand_cell_m`) for which draws are made unasked."
    )

    @model_validator(mode="before")
    @classmethod
    def _word_alone(cls, value: Any) -> Any:
        return {"enabled": False} if value is False or value == "none" else value
