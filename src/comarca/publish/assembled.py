"""What a region's products are written from: the assembled table, what its columns are, and what maps share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from comarca import io
from comarca.errors import InputError
from comarca.publish.words import word
from comarca.registry.columns import Column
from comarca.registry.products import SOURCE_TEXTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd


@dataclass(frozen=True)
class Assembled:
    """The files that a product names in its row, read when they are asked for.

    Attributes
    ----------
    files : mapping
        Name, as in the product's row -> path.
    language : str
        Language of the product's texts: ``en``, ``es`` or ``pt``.
    """

    files: Mapping[str, str]
    language: str = "en"

    def in_language(self, language: str) -> Assembled:
        """Give the same data with texts in another language; what was read stays read."""
        other = replace(self, language=language)
        other.__dict__.update({name: value for name, value in self.__dict__.items() if name != "language"})
        return other

    @cached_property
    def table(self) -> pd.DataFrame:
        """The table, as from `comarca.publish.table.assemble_table`."""
        return io.read_table(self.path("table"))

    @cached_property
    def flags(self) -> pd.DataFrame:
        """Reason codes, as from `comarca.publish.table.assemble_table`."""
        return io.read_table(self.path("flags"))

    @cached_property
    def description(self) -> dict[str, Any]:
        """Texts on the region and its columns, as from `comarca.publish.describe.describe`."""
        return io.read_json(self.path("columns"))  # type: ignore[no-any-return]

    @cached_property
    def columns(self) -> list[Column]:
        """Registry entries of the table's columns; those of layers that turned out to be absent are not in it."""
        entries = (Column(**entry) for entry in self.description["columns"])
        return [column for column in entries if column.name in self.table]

    @property
    def years(self) -> dict[str, int | None]:
        """Column name -> year of its data."""
        return self.description["years"]  # type: ignore[no-any-return]

    @property
    def region(self) -> str:
        """Name of the region in the configuration."""
        return str(self.description["region"])

    @property
    def title(self) -> str:
        """What readers call the region."""
        return self.titles[self.language]

    @property
    def titles(self) -> dict[str, str]:
        """What readers call the region, per language."""
        return self.description["title"]  # type: ignore[no-any-return]

    @property
    def languages(self) -> list[str]:
        """Configured languages, the first one before the others."""
        return self.description["languages"]  # type: ignore[no-any-return]

    @property
    def families(self) -> dict[str, dict[str, str]]:
        """Family -> its title per language."""
        return self.description["families"]  # type: ignore[no-any-return]

    @property
    def city_classes(self) -> dict[str, tuple[float, float | None]]:
        """Class of cities -> least number of inhabitants, and the number that it ends before."""
        return {name: (low, high) for name, (low, high) in self.description["city_classes"].items()}

    @cached_property
    def sources(self) -> pd.DataFrame:
        """The same as a table, as from `comarca.publish.provenance.sources_table`."""
        return io.read_table(self.path("sources"))

    def source_text(self, language: str) -> str:
        """Read the sources and licences, for readers.

        Parameters
        ----------
        language : str
            ``en``, ``es`` or ``pt``.

        Returns
        -------
        str
            Markdown.
        """
        return io.read_text(self.path(SOURCE_TEXTS[language]))

    @property
    def credit(self) -> str:
        """Sources and licences in one line, for the foot of a page."""
        return str(self._credits["all"])

    @cached_property
    def _credits(self) -> dict[str, Any]:
        return io.read_json(self.path("credits"))[self.language]  # type: ignore[no-any-return]

    def credit_of(self, *columns: str) -> str:
        """Write the sources of some columns in one line; those of the region if it is not known what they rest on.

        Parameters
        ----------
        *columns : str
            Names of columns.

        Returns
        -------
        str
            Such as ``Sources: ...``; each credit once.
        """
        layers = self._credits["layers"]
        names = sorted({name for column in columns for name in self.description["inputs"].get(column, ())})
        chosen = list(dict.fromkeys(credit for name in names for credit in layers.get(name, ())))
        return f"{self._credits['word']}: {'; '.join(chosen)}." if chosen else self.credit

    @cached_property
    def failed(self) -> dict[str, list[str]]:
        """Column -> names of the failed checks that it rests on; empty where the product does not ask."""
        return io.read_json(self.files["failed"]) if "failed" in self.files else {}

    def foot_of(self, *columns: str) -> str:
        """Write what stands below a map of some columns.

        Parameters
        ----------
        *columns : str
            Names of columns.

        Returns
        -------
        str
            Their failed checks, if there are any, and their sources.
        """
        names = dict.fromkeys(name.replace("_", " ") for column in columns for name in self.failed.get(column, ()))
        failed = word("failed_checks", self.language).format(", ".join(names)) if names else ""
        return f"{failed} {self.credit_of(*columns)}".strip()

    @property
    def producer(self) -> str:
        """Who publishes the region's products; empty if nobody is named."""
        return str(self.description.get("producer", ""))

    @property
    def territories(self) -> gpd.GeoDataFrame:
        """Layer ``territories``."""
        self.path("territories")
        layer = self.layer("territories")
        if layer is None:
            raise InputError("territories", got=None, expected="the layer of territories")
        return layer

    def layer(self, name: str) -> gpd.GeoDataFrame | None:
        """Read a layer.

        Parameters
        ----------
        name : str
            Its name.

        Returns
        -------
        geopandas.GeoDataFrame or None
            None if the region does not have it.
        """
        from comarca.layers import files as layer_files

        return layer_files.read_layer(self.files[name], name) if name in self.files else None

    def path(self, name: str) -> str:
        """Tell where a file lies.

        Parameters
        ----------
        name : str
            Its name in the product's row.

        Returns
        -------
        str
            The path.

        Raises
        ------
        LookupError
            If the row does not name it: the product would not be made anew when that file changes.
        """
        if name not in self.files:
            raise LookupError(f"the product's row in comarca.registry.products does not name the input {name!r}")
        return self.files[name]
