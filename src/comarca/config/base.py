"""Base of the configuration's models."""

from __future__ import annotations

import datetime
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Literal, Self, get_args, get_origin

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    NonNegativeInt,
    PositiveInt,
    field_validator,
    model_validator,
)
from pydantic_core import core_schema

from comarca.registry.files import load_sources, providers_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import GetCoreSchemaHandler

Scalar = str | int | float | bool | None
#: Conditions on the rows of a file: column -> value or values; ``not`` -> a mapping of the same kind.
Where = dict[str, Scalar | list[Scalar] | dict[str, Scalar | list[Scalar]]]
WHERE = (
    "Rows to keep: column -> value, or list of values; under `not` the rows to leave out, such as "
    "`{year: 2018, not: {kind: [lake, subtotal]}}`."
)


def _on_disk(path: str) -> str:
    """Expand ``~``; take the form of the accents in which the file is there."""
    if not path.strip():
        raise ValueError("the name of a file; or leave the key out")
    if "\0" in path:
        raise ValueError("a path that a file can have, without characters of zero")
    plain = str(Path(path).expanduser()) if path.startswith("~") else path
    forms = (plain, unicodedata.normalize("NFC", plain), unicodedata.normalize("NFD", plain))
    try:
        return next((form for form in forms if Path(form).exists()), plain)
    except OSError as error:
        raise ValueError(f"a path that a file can have ({error.strerror})") from error


#: A path as the user writes it.
FilePath = Annotated[str, AfterValidator(_on_disk)]


#: A word that becomes part of the names of columns and files.
Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Year = Annotated[int, Field(ge=1800, le=2100)]


def _each_once(columns: dict[int, str]) -> dict[int, str]:
    """Refuse one column for two years."""
    for year, column in columns.items():
        other = next(first for first, name in columns.items() if name == column)
        if other != year:
            raise ValueError(f"the column {column!r} stands for {other} and for {year}: each year needs its own")
    return columns


#: Year -> column.
ColumnsByYear = Annotated[dict[int, str], AfterValidator(_each_once)]
ColumnsByFullYear = Annotated[dict[Year, str], AfterValidator(_each_once)]


def _kinds(annotation: Any) -> Iterator[Any]:
    """List the types that a field takes, those of literals and of entries of lists and mappings among them."""
    parts = get_args(annotation)
    if get_origin(annotation) is Literal:
        yield from map(type, parts)
    elif parts:
        for part in parts[:1] if get_origin(annotation) is Annotated else parts:
            yield from _kinds(part)
    else:
        yield annotation


def _leaves(entry: Any) -> Iterator[Any]:
    """List what stands in lists and mappings."""
    for part in entry.values() if isinstance(entry, dict) else entry if isinstance(entry, list | tuple) else ():
        yield from _leaves(part)
    if not isinstance(entry, dict | list | tuple):
        yield entry


#: Types of fields that hold no mapping of their own keys.
_PLAIN: Final = frozenset({int, float, str, type(None), ...})


class Model(BaseModel):
    """Base: unknown keys, numbers that are not finite and doubled entries are refused; values stay as they are read."""

    #: Pairs of numbers, which may be equal.
    MAY_REPEAT: ClassVar[frozenset[str]] = frozenset()

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _numbers_are_not_true_or_false(cls, value: Any) -> Any:
        for key, entry in value.items() if isinstance(value, dict) else ():
            kinds = set(_kinds(cls.model_fields[key].annotation)) if key in cls.model_fields else set()
            if kinds & {int, float} and kinds <= _PLAIN:
                truth = [str(leaf).lower() for leaf in _leaves(entry) if isinstance(leaf, bool)]
                if truth:
                    raise ValueError(f"`{key}` is a number; {truth[0]} is none")
        return value

    @model_validator(mode="after")
    def _nothing_stands_twice(self) -> Self:
        for name in type(self).model_fields:
            value = getattr(self, name)
            if isinstance(value, tuple) and name not in self.MAY_REPEAT:
                again = [item for place, item in enumerate(value) if item in value[:place]]
                if again:
                    raise ValueError(f"`{name}` lists {again[0]!r} twice; name each once")
        return self


@dataclass(frozen=True)
class ProviderOf:
    """Constrains a text to the providers of a layer: those of the source registry, and those without a file there.

    Attributes
    ----------
    layer : str
        Layer in the source registry.
    others : tuple of str
        Names beside the registry's.
    """

    layer: str
    others: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """All names, the registry's first."""
        return (*providers_of(self.layer, load_sources()), *self.others)

    def __get_pydantic_core_schema__(self, source: type[str], handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Validate like a Literal of the names."""
        return core_schema.literal_schema(list(self.names))


class FamilyOptions(Model):
    """Base of the options of a family of indicators."""

    #: Options that the family's layers, columns or drawings are made with, and its `compute` does not take.
    NOT_COMPUTED_WITH: ClassVar[frozenset[str]] = frozenset()


Titles = str | dict[Literal["en", "es", "pt"], str]


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int | datetime.date) and not isinstance(value, bool) else value


def _day(value: str) -> str:
    try:
        return datetime.date.fromisoformat(value).isoformat()
    except ValueError:
        raise ValueError(f"{value[:50]!r} is no date; write it as 2026-03-31") from None


#: A day, as an ISO date.
Day = Annotated[str, BeforeValidator(_as_text), AfterValidator(_day)]


class Described(Model):
    """What a file of the user's own is, for source lines, licences and the published data set; all of it optional."""

    title: Titles | None = Field(
        None, exclude=True, description="What readers call the data: one text, or one per language (en, es, pt)."
    )
    source: str | None = Field(None, exclude=True, description="Who made the data, as one cites it.")
    licence: str | None = Field(None, exclude=True, description="Licence of the data, such as CC BY 4.0.")
    attribution: str | None = Field(
        None, exclude=True, description="Line that the licence asks to be printed; `source` if it is not given."
    )
    date: Annotated[str | None, BeforeValidator(_as_text, json_schema_input_type=str | int | None)] = Field(
        None, exclude=True, description="Date or year that the data describe."
    )
    url: str | None = Field(None, exclude=True, description="Where the data, or a description of them, are to be had.")

    @property
    def description(self) -> dict[str, Any]:
        """What is said of the data, as plain data; nothing where nothing is said."""
        return {name: value for name in Described.model_fields if (value := getattr(self, name)) is not None}


class Source(Described):
    """Base of the layers' sections: a ladder of providers, tried in order."""

    #: Providers that need `path`.
    WITH_PATH: ClassVar[tuple[str, ...]] = ("file",)
    #: Whether `path` may be a list.
    SEVERAL: ClassVar[bool] = False

    provider: tuple[str, ...] = Field(description="Where the layer comes from: one name, or several in order.")
    path: FilePath | tuple[FilePath, ...] | None = Field(
        None, description="The file, for provider `file`; of vector layers a list of several that are read as one."
    )

    @property
    def is_given(self) -> bool:
        """Whether the region has this layer at all."""
        return self.provider != ("none",)

    @model_validator(mode="before")
    @classmethod
    def _provider_alone(cls, value: Any) -> Any:
        return {"provider": value} if isinstance(value, str | list) else value

    @field_validator("provider", mode="before")
    @classmethod
    def _one_provider(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _providers_fit(self) -> Self:
        if not self.provider:
            raise ValueError("a list of providers cannot be empty; write `none` for a layer that is not wanted")
        if "none" in self.provider and len(self.provider) > 1:
            raise ValueError("`none` stands alone")
        if bool({*self.WITH_PATH} & {*self.provider}) != bool(self.path):
            names = " or ".join(f"`{name}`" for name in self.WITH_PATH)
            raise ValueError(f"`path` goes with provider {names}, and only with it")
        if isinstance(self.path, tuple) and not self.SEVERAL:
            raise ValueError("`path` is one file here; only layers of shapes may be several")
        return self


class VectorSource(Source):
    """Base of sections whose file may be a vector file."""

    SEVERAL: ClassVar[bool] = True

    layer: str | tuple[str, ...] | None = Field(
        None, description="Layer of the file, or a list of several that are read as one; null if it has only one."
    )
    encoding: str | None = Field(
        None, description="Encoding of the texts, such as cp1252; null finds it out from the file and its bytes."
    )
    where: Where = Field(default_factory=dict, description=WHERE)
    crs: str | None = Field(
        None, description="Coordinate system of the file, such as EPSG:24877, where it says none, or a wrong one."
    )
    broken_shapes: Literal["refuse", "drop"] = Field(
        "refuse",
        description="Rows of the file without a shape (of a table: without coordinates), with an empty one or with one "
        "that no repair can mend: `refuse` stops the run and names them all, `drop` leaves them out and reports them.",
    )


class PlacesSource(VectorSource):
    """Base of sections whose file may be a table as well."""

    skip_rows: NonNegativeInt = Field(0, description="Of a table in place of a vector file: rows above the heading.")
    header_rows: PositiveInt = Field(1, description="Of a table: rows of the heading.")
