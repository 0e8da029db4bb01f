"""The configuration of what is made of a region's finished table: profiles, clusters, propositions, groups."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt, model_validator

from comarca.config.base import Model
from comarca.config.tables import TableLayout, require_known_columns

Share = Annotated[float, Field(gt=0, le=1)]


class Profile(Model):
    """Structural profiles, and the territories that are most alike."""

    factors: dict[str, tuple[str, ...]] = Field(
        default_factory=dict,
        description="Dimension (access, land, diversification, infrastructure, services, environment) -> columns; "
        "empty takes the project's own choice.",
    )
    similar_count: NonNegativeInt = Field(5, description="How many most alike territories are listed for each.")
    min_shared_share: Share = Field(0.5, description="Share of the factors that two territories must both have.")


class Clusters(Model):
    """Classes of local Moran's I."""

    columns: tuple[str, ...] = Field((), description="Numeric columns that get a column `<column>_cluster_class`.")
    permutations: PositiveInt = Field(999, description="Conditional permutations.")
    level: Annotated[float, Field(gt=0, lt=1)] = Field(0.05, description="Level of the pseudo p-value.")
    seed: NonNegativeInt = Field(12_345, description="Seed of the permutations.")

    @property
    def tests(self) -> dict[str, Any]:
        """How significance is told."""
        return self.model_dump(exclude={"columns"})


class PropositionTests(Model):
    """How the propositions of the research are held against the region, where it has outcomes."""

    permutations: Annotated[int, Field(ge=99)] = Field(4_999, description="Permutations within parents.")
    seed: NonNegativeInt = Field(20_151, description="Seed of the permutations.")
    columns: dict[str, str] = Field(
        default_factory=dict,
        description="Proposition -> column for its factor instead of the registry's; `-` before it: less of it.",
    )


class Functional(TableLayout):
    """Functional territories: municipalities grouped, with a table of their own."""

    by: Literal["city", "flows", "column", "none"] = Field(
        "none",
        description="`city`: the city that most people reach first; `flows`: a table of commuters; `column`: a column "
        "of the table.",
    )
    path: str | None = Field(None, description="Table of commuters: `origin_id`, `destination_id`, `persons`.")
    columns: dict[str, str] = Field(
        default_factory=dict, description="Our column names -> those of the file, where they differ."
    )
    city_class: str = Field("intermediate", description="Class of the cities, for `city`.")
    max_time_min: Annotated[float, Field(gt=0, le=10_000)] = Field(
        60.0, description="Longest mean time to the city, min, for `city`."
    )
    column: str | None = Field(None, description="Column of the table whose values are the groups, for `column`.")
    method: Literal["travel_to_work", "louvain"] = Field(
        "travel_to_work", description="How flows become areas: Coombes and Bond (2008), or Louvain communities."
    )
    min_workers: PositiveFloat = Field(3_500.0, description="Fewest employed residents of an area (travel_to_work).")
    target_workers: PositiveFloat = Field(
        25_000.0, description="Employed residents from which the lower self-containment is enough."
    )
    min_self_containment: Share = Field(0.667, description="Self-containment that large areas must reach.")
    target_self_containment: Share = Field(0.75, description="Self-containment that small areas must reach.")
    seed: NonNegativeInt = Field(12_345, description="Seed of the Louvain method.")

    @model_validator(mode="before")
    @classmethod
    def _word_alone(cls, value: Any) -> Any:
        return {"by": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _keys_fit(self) -> Self:
        if (self.by == "flows") != (self.path is not None):
            raise ValueError("`path` goes with `by: flows`, and only with it")
        if (self.by == "column") != (self.column is not None):
            raise ValueError("`column` goes with `by: column`, and only with it")
        require_known_columns(self.columns, ("origin_id", "destination_id", "persons"))
        if self.min_workers > self.target_workers:
            raise ValueError("`min_workers`: at most `target_workers`")
        if self.min_self_containment > self.target_self_containment:
            raise ValueError("`min_self_containment`: at most `target_self_containment`")
        return self
