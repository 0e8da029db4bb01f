"""The configuration of scenarios: roads added, changed or closed, cities that grow, services that open or close."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from comarca.config.base import WHERE, FilePath, Model, Titles, Where, Word
from comarca.config.layers import Roads, Services


class AddedRoads(Roads):
    """Roads that a scenario adds, from a file with lines."""

    provider: tuple[Literal["file"], ...] = Field(("file",), description="Always `file`.")
    snap_m: Annotated[float, Field(ge=0, le=500)] = Field(
        20.0, description="How far the end of a new road may miss another one and still be joined to it, m."
    )
    crossings: Literal["join", "pass"] = Field(
        "join",
        description="Where a new road crosses one that is no bridge or tunnel: `join` makes a junction, `pass` none; "
        "ends are joined always.",
    )


class OtherRoads(Roads):
    """A road network that takes the place of the region's: of another date, or from another source."""

    provider: tuple[Literal["file"], ...] = Field(("file",), description="Always `file`: lines, or an OSM extract.")


class Place(Model):
    """Which roads or services an edit is for."""

    where: Where = Field(default_factory=dict, description=WHERE)
    path: FilePath | None = Field(
        None, description="File of areas; of points and lines, all within `buffer_m`. Roads are cut at its border."
    )
    layer: str | None = Field(None, description="Layer of the file, if it has several.")
    buffer_m: Annotated[float, Field(ge=0, le=100_000)] = Field(
        10.0, description="Distance around the points and lines of the file that counts as inside, m."
    )

    @model_validator(mode="after")
    def _says_what(self) -> Self:
        if not self.where and self.path is None:
            raise ValueError("needs `where` or `path`: which ones are meant")
        return self


class RoadChange(Place):
    """How a scenario changes roads."""

    to_class: Word | None = Field(None, description="OSM highway class that they become.")
    surface: Word | None = Field(
        None, description="OSM surface that they get; what is tagged of smoothness and track grade is then dropped."
    )
    maxspeed_kmh: Annotated[float, Field(gt=0, le=200)] | None = Field(None, description="Speed limit, km/h.")

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if self.to_class is None and self.surface is None and self.maxspeed_kmh is None:
            raise ValueError("needs `to_class`, `surface` or `maxspeed_kmh`: what becomes of the roads")
        return self


class CityChange(Model):
    """How a scenario changes a city."""

    population_persons: Annotated[float, Field(ge=0)] = Field(description="Inhabitants in the scenario.")


class AddedServices(Services):
    """Services that a scenario adds, from a file or a table with coordinates."""

    provider: tuple[Literal["file"], ...] = Field(("file",), description="Always `file`.")


class ServiceChange(Model):
    """How a scenario changes services."""

    add: AddedServices | None = Field(None, description="Services that open.")
    close: tuple[Place, ...] = Field((), description="Services that close.")

    @field_validator("close", mode="before")
    @classmethod
    def _one_or_several(cls, value: object) -> object:
        return (value,) if isinstance(value, dict) else value


class CriticalLinks(Place):
    """Which link of the road network matters: each is closed in turn, and who loses time is counted."""

    by: Literal["road_id", "ref", "name"] = Field(
        "road_id", description="Roads of one value close together; those without one are left out."
    )
    city_class: Word = Field("intermediate", description="Class of the cities that people want to reach.")
    loss_min: Annotated[float, Field(ge=0, le=10_000)] = Field(
        10.0, description="People who lose more than this count as losing, minutes."
    )


class Siting(Model):
    """Where one more service or market would bring most people within reach."""

    path: FilePath = Field(description="File of the candidate places: points, areas, or a table with coordinates.")
    layer: str | None = Field(None, description="Layer of the file, if it has several.")
    id: str | None = Field(None, description="Column with a code; null numbers the rows.")
    name: str | None = Field(None, description="Column with the name.")
    longitude: str | None = Field(None, description="Column of a table with the longitude, degrees.")
    latitude: str | None = Field(None, description="Column of a table with the latitude, degrees.")
    kind: Word = Field(description="Kind of service, or class of cities, of which there would be more.")
    threshold_min: Annotated[float, Field(gt=0, le=10_000)] = Field(
        60.0, description="Travel time that counts as within reach, minutes."
    )
    count: Annotated[int, Field(ge=1, le=1000)] = Field(5, description="How many places are wanted.")


class Scenario(Model):
    """What would be different, the people and all else as they are."""

    title: Titles | None = Field(None, description="What readers call it: one text, or one per language (en, es, pt).")
    roads: OtherRoads | None = Field(
        None, description="Another network in place of the region's, such as that of an older extract."
    )
    add_roads: AddedRoads | None = Field(None, description="Roads that are built.")
    change_roads: tuple[RoadChange, ...] = Field((), description="Roads that become better or worse, in this order.")
    close_roads: tuple[Place, ...] = Field((), description="Roads that are closed.")
    cities: dict[str, CityChange] = Field(
        default_factory=dict, description="Code or name of a city -> its inhabitants; a new class may follow."
    )
    services: ServiceChange = Field(ServiceChange(), description="Services that open or close.")

    @field_validator("close_roads", "change_roads", mode="before")
    @classmethod
    def _one_or_several(cls, value: object) -> object:
        return (value,) if isinstance(value, dict) else value

    @model_validator(mode="after")
    def _differs(self) -> Self:
        if not self.edited_layers:
            raise ValueError("changes nothing: add, change or close roads, change cities, or add or close services")
        return self

    @property
    def edited_layers(self) -> tuple[str, ...]:
        """Layers that differ from the base."""
        is_edited = {
            "roads": self.roads or self.add_roads or self.change_roads or self.close_roads,
            "cities": self.cities,
            "services": self.services.add or self.services.close,
        }
        return tuple(name for name, edits in is_edited.items() if edits)

    @property
    def files(self) -> dict[str, str]:
        """Key of the configuration -> file."""
        added = {"roads": self.roads, "add_roads": self.add_roads, "services.add": self.services.add}
        found = {f"{key}.path": source.path for key, source in added.items() if source is not None}
        lists = {
            "change_roads": self.change_roads,
            "close_roads": self.close_roads,
            "services.close": self.services.close,
        }
        for key, places in lists.items():
            found |= {f"{key}.{at}.path": place.path for at, place in enumerate(places) if place.path}
        return {key: path for key, path in found.items() if isinstance(path, str)}
