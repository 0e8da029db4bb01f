"""The configuration of the tables that people keep, joined to the territories."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, NonNegativeInt, PositiveInt, model_validator

from comarca.config.base import Model, Source


class Table(Source):
    """Base of tables that people keep, joined to the territories by code."""

    columns: dict[str, str] = Field(
        default_factory=dict, description="Our column names -> those of the file, where they differ."
    )
    codes: dict[str, str] = Field(
        default_factory=dict,
        description="Name in the file -> code of the territory, for rows that come without the right code.",
    )
    decimal: Literal[",", "."] | None = Field(
        None, description="Sign of the decimals; null finds it out from the numbers."
    )
    sheet: str | None = Field(None, description="Sheet of a workbook; null takes the first.")
    skip_rows: NonNegativeInt = Field(0, description="Rows above the header.")


class Holdings(Table):
    """Holdings by size class, from an agricultural census."""

    provider: tuple[Literal["file", "none"], ...] = Field(("none",), description="Where the size classes come from.")
    header_rows: PositiveInt = Field(1, description="Rows of the header.")
    year: int | None = Field(None, description="Year of all rows, if the file has no such column.")


class Outcomes(Table):
    """Income, poverty and inequality at two or more dates."""

    provider: tuple[Literal["file", "none"], ...] = Field(("none",), description="Where the outcomes come from.")


class Employment(Table):
    """Jobs by territory and sector."""

    provider: tuple[Literal["file", "none"], ...] = Field(("none",), description="Where the jobs come from.")


class Firms(Table):
    """Firms by territory and size class."""

    provider: tuple[Literal["file", "none"], ...] = Field(("none",), description="Where the firms come from.")


Titles = str | dict[Literal["en", "es", "pt"], str]


class ConfiguredColumn(Model):
    """One column of a user's table."""

    title: Titles = Field(description="Title on maps and in the codebook: one text, or one per language (en, es, pt).")
    unit: str = Field(description="Unit; `1` if it has none, empty for text.")
    kind: Literal["number", "text", "class", "boolean"] = Field("number", description="What its cells hold.")
    better: Literal["higher", "lower", "neither"] = Field("neither", description="Which direction is better.")
    column: str | None = Field(None, description="Its name in the file, where it differs.")
    categories: dict[str, Titles] = Field(
        default_factory=dict, description="For kind `class`: value -> title, in the order of the legend."
    )
    definition: str = Field("", description="What it means, for the codebook.")
    source: str = Field("", description="Where it comes from, for the codebook.")


class Attributes(Model):
    """A table of the user's own, joined by code, or by name where it has none."""

    path: str = Field(description="CSV, XLSX or Parquet file.")
    id: str | None = Field(None, description="Column with the code of the territory.")
    name: str | None = Field(None, description="Column with its name: joins the rows where there is no `id`.")
    parent: str | None = Field(None, description="Column with the name of the unit one level up.")
    sheet: str | None = Field(None, description="Sheet of a workbook; null takes the first.")
    decimal: Literal[",", "."] | None = Field(
        None, description="Sign of the decimals; null finds it out from the numbers."
    )
    columns: dict[str, ConfiguredColumn] = Field(min_length=1, description="Columns to take over.")

    @model_validator(mode="after")
    def _rows_can_be_joined(self) -> Self:
        if self.id is None and self.name is None:
            raise ValueError("a table needs the column `id` with the codes of the territories, or `name`")
        return self
