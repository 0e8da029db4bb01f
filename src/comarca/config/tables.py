"""The configuration of the tables that people keep, joined to the territories."""

from __future__ import annotations

from typing import ClassVar, Final, Literal, Self

from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt, model_validator

from comarca.config.base import WHERE, ColumnsByFullYear, Described, FilePath, Model, Source, Titles, Where, Word, Year
from comarca.errors import did_you_mean
from comarca.registry.columns import sector_key

_UNIT: Final = ("territory_id", "territory_name")


class TableLayout(Model):
    """How a table lies in its file, and how its cells are written."""

    decimal: Literal[",", "."] | None = Field(
        None, description="Sign of the decimals; null finds it out from the numbers of each column."
    )
    sheet: str | NonNegativeInt | None = Field(
        None,
        description="Sheet of a workbook, by name or by number from 0; null takes the first that is not hidden, unless "
        "others have the same heading.",
    )
    skip_rows: NonNegativeInt = Field(0, description="Rows above the heading.")
    header_rows: PositiveInt = Field(1, description="Rows of the heading; of several the texts are joined by ` - `.")
    encoding: str | None = Field(
        None, description="Encoding of delimited text, such as cp850; null finds it out: UTF-16, UTF-8, else cp1252."
    )
    where: Where = Field(default_factory=dict, description=WHERE)
    fill_down: tuple[str, ...] = Field(
        (), description="Columns whose empty cells repeat the one above, as merged cells leave them in text files."
    )
    missing: tuple[str, ...] = Field(
        (), description="Further marks of missing figures, such as `-1` or `-`, beside X, (D), .., n.d., NA and so on."
    )
    repair_codes: bool = Field(
        False, description="Join codes that lost leading zeros or differ by a check digit, where that leaves no doubt."
    )

    @model_validator(mode="after")
    def _sheets_are_of_workbooks(self) -> Self:
        path = getattr(self, "path", None)
        if self.sheet and isinstance(path, str) and path.lower().endswith((".csv", ".tsv", ".txt", ".parquet")):
            raise ValueError(f"`sheet` goes with workbooks; {path[-60:]} has none")
        return self


def require_known_columns(columns: dict[str, str], known: tuple[str, ...]) -> None:
    """Refuse names of columns that a table does not take: they would be passed over.

    Parameters
    ----------
    columns : dict
        Our names -> those of the file.
    known : tuple of str
        Our names that the table takes; empty to take any.

    Raises
    ------
    ValueError
        With the nearest right spelling.
    """
    for name in columns if known else ():
        if name not in known:
            hint = did_you_mean(name, known) or f"It takes {', '.join(known)}."
            raise ValueError(f"`columns` has no `{name}`, write ours: theirs. {hint}")


class Divisible(Model):
    """A section whose rows can be divided among territories."""

    divided: FilePath | None = Field(
        None,
        description="Table with the columns `old`, `new` and `share`: units of the file that several territories took "
        "over, and the part that each took; their figures are divided so.",
    )


class BySex(Model):
    """A section whose file may tell women from men."""

    sexes: dict[str, Literal["women", "men", "both"]] = Field(
        default_factory=dict,
        description="The file's words for sexes -> women, men or both, where the usual ones in English, Spanish and "
        "Portuguese do not serve.",
    )


class Table(Source, TableLayout):
    """Base of tables that people keep, joined to the territories by code."""

    #: Our names of the columns that the table takes.
    TAKES: ClassVar[tuple[str, ...]] = ()

    columns: dict[str, str] = Field(
        default_factory=dict, description="Our column names -> those of the file, where they differ."
    )
    codes: dict[str, str] = Field(
        default_factory=dict,
        description="Name or code in the file -> code of the territory, for rows that come without the right code; "
        "several may lead to one.",
    )

    @model_validator(mode="after")
    def _columns_are_known(self) -> Self:
        require_known_columns(self.columns, self.TAKES)
        return self


class Holdings(Table, Divisible, BySex):
    """Holdings by size class, from an agricultural census."""

    TAKES: ClassVar[tuple[str, ...]] = (
        *_UNIT, "year", "size_class", "class_min_ha", "class_max_ha", "holdings", "area_ha", "value", "landless",
        "agrarian_households", "total_holdings", "total_area_ha", "women", "sex", "absent", "irrigated_ha",
    )  # fmt: skip

    provider: tuple[Literal["file", "none"], ...] = Field(("none",), description="Where the size classes come from.")
    year: Year | None = Field(None, description="Year of all rows, if the file has no such column.")
    area_unit: str | None = Field(
        None,
        description="Unit of areas and class limits where labels and headings name none: hectare, acre, m2, manzana, "
        "cuerda, tarea, alqueire_paulista, ... by the country's value.",
    )
    measure: str | None = Field(
        None, description="Column that says whether a row holds numbers or areas; null finds it by its words."
    )
    add: bool = Field(False, description="Add up rows or columns of one class, such as holdings of men and of women.")

    @property
    def has_women(self) -> bool:
        """Whether the file tells holdings of women: in a column `women`, or by rows with a column `sex`."""
        return bool({"women", "sex"} & {*self.columns})

    @property
    def has_absent(self) -> bool:
        """Whether the file tells holdings whose holder lives elsewhere."""
        return "absent" in self.columns

    @property
    def has_irrigated(self) -> bool:
        """Whether the file tells the land under irrigation."""
        return "irrigated_ha" in self.columns


class Crosswalk(TableLayout):
    """Which codes of any date form a unit that can be compared."""

    path: str = Field(description="Table with a row per code: `territory_id`, `unit_id`, and `year` if it has one.")
    columns: dict[str, str] = Field(
        default_factory=dict, description="Our column names -> those of the file, where they differ."
    )

    @model_validator(mode="after")
    def _columns_are_known(self) -> Self:
        require_known_columns(self.columns, ("territory_id", "unit_id", "year"))
        return self


class Outcomes(Table):
    """Income, poverty and inequality at two or more dates."""

    TAKES: ClassVar[tuple[str, ...]] = (
        *_UNIT, "year", "population", "income", "poverty", "inequality", "women", "income_error", "poverty_error",
        "inequality_error", "women_error",
    )  # fmt: skip

    provider: tuple[Literal["file", "none"], ...] = Field(("none",), description="Where the outcomes come from.")
    years: tuple[int, ...] | None = Field(
        None, description="Years to compare, each with the next; null takes all of the file."
    )
    prices: Literal["constant", "current"] | None = Field(
        None,
        description="In which prices incomes are; null flags what rests on growth. `current` needs a deflator.",
    )
    deflator: dict[int, PositiveFloat] = Field(
        default_factory=dict, description="Year -> price index, to bring incomes to the prices of the last year."
    )
    units: dict[Literal["poverty", "inequality", "women"], Literal["percent", "share"]] = Field(
        default_factory=dict, description="Unit of a column; one that is not given is a share if no value exceeds 1."
    )
    crosswalk: Crosswalk | None = Field(
        None, description="Municipalities that split or merged, joined to units that exist at all dates."
    )

    @model_validator(mode="after")
    def _years_are_in_order(self) -> Self:
        if self.years is not None and (len(self.years) < 2 or list(self.years) != sorted(set(self.years))):
            raise ValueError("years must be two or more, ascending")
        return self

    @model_validator(mode="after")
    def _current_prices_have_a_deflator(self) -> Self:
        if self.prices == "current" and not self.deflator:
            raise ValueError("incomes in current prices need `deflator`, a price index by year")
        if self.prices == "constant" and self.deflator:
            raise ValueError("incomes in constant prices take no `deflator`")
        return self


class Chain(Model):
    """A chain of sectors of the table of jobs."""

    title: Titles | None = Field(None, description="What it is called: one text, or one per language (en, es, pt).")
    primary: tuple[str, ...] = Field(min_length=1, description="Sectors that grow, catch or dig the product.")
    processing: tuple[str, ...] = Field(min_length=1, description="Sectors that process it.")

    @model_validator(mode="after")
    def _each_sector_counts_once(self) -> Self:
        keys = [sector_key(sector) for sector in (*self.primary, *self.processing)]
        if again := [key for key in keys if keys.count(key) > 1]:
            raise ValueError(f"the sector {again[0]!r} stands twice; each is either primary or processing")
        return self


class InputOutput(Source, TableLayout):
    """A national input-output table of domestic products: what sectors buy of each other."""

    provider: tuple[Literal["file", "none"], ...] = Field(("none",), description="Where the table comes from.")
    columns: dict[str, str] = Field(
        default_factory=dict,
        description="`sector` -> column with the names of the rows; `output` -> column with the output of each, where "
        "cells are flows. Without it cells are coefficients.",
    )
    sectors: dict[str, str] = Field(
        default_factory=dict,
        description="Sector of the table of jobs -> sector of this table, where the names differ; several may be one.",
    )

    @model_validator(mode="after")
    def _columns_are_known(self) -> Self:
        require_known_columns(self.columns, ("sector", "output"))
        return self


class Employment(Table, Divisible, BySex):
    """Jobs by territory and sector."""

    TAKES: ClassVar[tuple[str, ...]] = (*_UNIT, "sector", "jobs", "women", "sex")

    provider: tuple[Literal["file", "none"], ...] = Field(("none",), description="Where the jobs come from.")

    groups: dict[str, str] = Field(
        default_factory=dict,
        description="Sector of the table -> wider group, such as a division -> its section, or a crop and its mill -> "
        "their chain: tells related from unrelated variety. A sector that is not named is a group of its own.",
    )
    chains: dict[Word, Chain] = Field(
        default_factory=dict, description="Chains of sectors, from primary products to processing, by name."
    )

    @property
    def has_women(self) -> bool:
        """Whether the file tells jobs of women: in a column `women`, or by rows with a column `sex`."""
        return bool({"women", "sex"} & {*self.columns})


class Firms(Table, Divisible):
    """Firms by territory and size class."""

    TAKES: ClassVar[tuple[str, ...]] = (*_UNIT, "max_jobs", "firms")

    provider: tuple[Literal["file", "none"], ...] = Field(("none",), description="Where the firms come from.")


class AgeGroups(Table, Divisible, BySex):
    """People by age and sex, from a census."""

    TAKES: ClassVar[tuple[str, ...]] = (*_UNIT, "year", "sex", "age_group", "age_from", "age_to", "persons")

    provider: tuple[Literal["file", "none"], ...] = Field(("none",), description="Where the figures come from.")
    year: Year | None = Field(None, description="Year of all rows, if the file has no such column.")
    add: bool = Field(False, description="Add up rows of one age and sex, such as towns and countryside.")


class PublicFinance(Table, Divisible):
    """Public money by territory and year, in one currency."""

    TAKES: ClassVar[tuple[str, ...]] = (
        *_UNIT, "year", "budget", "investment", "transfers", "income", "population"
    )  # fmt: skip

    provider: tuple[Literal["file", "none"], ...] = Field(("none",), description="Where the figures come from.")
    year: Year | None = Field(None, description="Year of all rows, if the file has no such column.")

    @property
    def has_population(self) -> bool:
        """Whether the file has the inhabitants of each year."""
        return "population" in self.columns


class CityPopulation(Source, TableLayout):
    """Inhabitants of the cities at two or more dates: how the markets within reach grow."""

    provider: tuple[Literal["file", "none"], ...] = Field(("none",), description="Where the figures come from.")
    id: str | None = Field(None, description="Column with the code of the city, as the layer of cities has it.")
    name: str | None = Field(None, description="Column with the name of the city: joins the rows without a code.")
    population: ColumnsByFullYear = Field(
        default_factory=dict, description="Year -> column with the inhabitants; the first and the last year count."
    )
    country_percent_per_year: float | None = Field(
        None,
        description="Growth of the country between the two dates, % a year; null takes that of all cities of the table "
        "together.",
    )

    @model_validator(mode="after")
    def _two_dates_and_a_key(self) -> Self:
        if "file" in self.provider and (len(self.population) < 2 or self.id == self.name):
            raise ValueError("provider `file` needs `population` with two years or more, and the column `id` or `name`")
        return self


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


class Attributes(Described, TableLayout):
    """A table of the user's own, joined by code, or by name where it has none."""

    path: FilePath = Field(description="CSV, XLSX, XLS, ODS or Parquet file.")
    id: str | None = Field(None, description="Column with the code of the territory.")
    name: str | None = Field(None, description="Column with its name: joins the rows where there is no `id`.")
    parent: str | None = Field(None, description="Column with the name of the unit one level up.")
    columns: dict[str, ConfiguredColumn] = Field(min_length=1, description="Columns to take over.")
    population: str | None = Field(
        None,
        description="Column with the inhabitants: the people of the section `population` are scaled to them, or spread "
        "by them where its provider is `totals` and it names no table of its own. Needs `id`.",
    )
    year: Year | None = Field(None, description="Year of the inhabitants.")

    @model_validator(mode="after")
    def _rows_can_be_joined(self) -> Self:
        if self.id is None and self.name is None:
            raise ValueError("a table needs the column `id` with the codes of the territories, or `name`")
        return self
