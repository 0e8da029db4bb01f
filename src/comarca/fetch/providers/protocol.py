"""The shape of a provider: which files a layer takes, where they are, and whether the layer can be made of them.

A provider is a class in a module of this package, listed in `comarca.fetch.providers.index`. One whose layer is a
single file at a known address states its row of ``sources.yaml`` and nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from comarca.errors import InputError
from comarca.fetch.receipts import Resolved
from comarca.fetch.settings import NotOfferedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

    from comarca.fetch.http import Delivery
    from comarca.fetch.receipts import Request
    from comarca.fetch.settings import Context, Settings
    from comarca.registry.countries import Country, Level


class Provider(Protocol):
    """One provider of one layer.

    Only `plan` runs without the network, and it must never touch it: it is called whenever Snakemake plans a run.

    Attributes
    ----------
    source : str
        Key of the provider's main row in the source registry.
    needs_boundary : bool
        Whether the files depend on the outline of the region.
    """

    source: ClassVar[str]
    needs_boundary: ClassVar[bool] = False

    def plan(
        self, country: Country, options: Mapping[str, Any], settings: Settings, boundary: BaseGeometry | None
    ) -> tuple[Request, ...]:
        """Name the files that the layer takes.

        Parameters
        ----------
        country : Country
            The country.
        options : mapping
            What the configuration asks for: ``level``, ``year``, ``buffer_km``, as far as the provider has them.
        settings : Settings
            Settings of the run, the source registry among them.
        boundary : shapely geometry or None
            Outline of the region, EPSG:4326. None if it is not known yet: then one request, with ``<`` in its
            address, stands for all of them.

        Returns
        -------
        tuple of Request
            One per file. By default a single file without parameters.

        Raises
        ------
        NotOfferedError
            If the provider is known not to have the layer for the country.
        ConfigError
            If an option has a value that the provider never has.
        """
        return (settings.request(self.source, country.iso3, params={}),)

    def locate(self, request: Request, context: Context) -> Request:
        """Say which file serves a request, where only the provider's index tells.

        Parameters
        ----------
        request : Request
            From `plan`.
        context : Context
            Settings and client.

        Returns
        -------
        Request
            By default the same. If it has another target, the file is kept there, for other countries that it serves
            too, and linked to the planned place.
        """
        return request

    def resolve(self, request: Request, context: Context) -> Sequence[Resolved]:
        """Find the addresses of a file, with checksum, licence and date as far as the provider states them.

        Parameters
        ----------
        request : Request
            From `plan` or `locate`.
        context : Context
            Settings and client.

        Returns
        -------
        sequence of Resolved
            In the order in which they are tried. By default those of the registry row. Asked again if a file turns
            out damaged, since it may have changed meanwhile.

        Raises
        ------
        TransferError
            If the provider's index does not answer, has changed, or does not list the file (status 404).
        """
        return from_template(request, context)

    def deliver(self, request: Request, address: Resolved, part: Path, context: Context) -> Delivery:
        """Bring a file.

        Parameters
        ----------
        request : Request
            The file.
        address : Resolved
            One of its addresses.
        part : pathlib.Path
            Where to write.
        context : Context
            Settings and client.

        Returns
        -------
        Delivery
            What the server said of it. By default a plain download.

        Raises
        ------
        TransferError
            If the server does not answer completely.
        """
        url = context.url(address.url, request.provider)
        return context.client.download(url, part, resume=context.settings.sources[request.source].resume)

    def sample(self, request: Request, address: Resolved, context: Context) -> tuple[str, str]:
        """Name a file whose first bytes tell whether the provider still is what it was.

        Parameters
        ----------
        request : Request
            The file.
        address : Resolved
            One of its addresses.
        context : Context
            Settings and client.

        Returns
        -------
        tuple of str
            Address and format. By default those of the file itself.
        """
        return address.url, address.format or request.format

    def inspect(self, path: Path, request: Request) -> None:
        """Refuse one file before it gets its name, so that its next address is tried.

        Parameters
        ----------
        path : pathlib.Path
            The file, verified, under the name of a part.
        request : Request
            What was wanted.

        Raises
        ------
        InputError
            What is wrong with it. By default nothing is.
        """
        return

    def accept(self, paths: Sequence[Path], country: Country, options: Mapping[str, Any]) -> None:
        """Refuse files that the layer cannot be made of, so that the next provider is asked.

        Parameters
        ----------
        paths : sequence of pathlib.Path
            The files, verified.
        country : Country
            The country.
        options : mapping
            As for `plan`.

        Raises
        ------
        InputError
            What is wrong with them. By default nothing is: formats are checked before.
        """
        return

    def is_sea(self, request: Request, context: Context) -> bool:
        """Say whether a file that does not exist is rightly missing, because it would hold open sea only.

        Parameters
        ----------
        request : Request
            From `plan`.
        context : Context
            Settings and client.

        Returns
        -------
        bool
            By default False.
        """
        return False


class BoundaryProvider(Provider, Protocol):
    """A provider of boundaries: files are read once as the layer will read them.

    Attributes
    ----------
    name : str
        Its name in the configuration and in `comarca.sources.boundaries.fetched.READERS`.
    title : str
        Its name for people.
    """

    name: ClassVar[str]
    title: ClassVar[str]

    def plan(
        self, country: Country, options: Mapping[str, Any], settings: Settings, boundary: BaseGeometry | None
    ) -> tuple[Request, ...]:
        """Name the one file that holds all levels."""
        level = self.level(country, options)
        params = {"level": str(level.number), "exact": "yes" if level.exact else ""}
        return (settings.request(self.source, country.iso3, params=params),)

    def level(self, country: Country, options: Mapping[str, Any]) -> Level:
        """Level of the units: the option ``level``, or what the catalogue says; NotOfferedError if there is none."""
        level = country.level(self.name, asked=options.get("level"))
        if level is None:
            raise NotOfferedError(f"{self.title} has no {country.unit or 'unit'} level for {country.iso3}")
        return level

    def accept(self, paths: Sequence[Path], country: Country, options: Mapping[str, Any]) -> None:
        """Read the units, since a whole archive may lack the level or its names."""
        # Imported here, since planning a run reads nothing.
        from pyogrio.errors import DataLayerError, DataSourceError

        from comarca.sources.boundaries.fetched import territories

        try:
            territories(paths, provider=self.name, country=country, level=options.get("level"))
        except (DataLayerError, DataSourceError, KeyError, ValueError) as error:
            raise InputError(str(paths[0]), got=f"{type(error).__name__} {error}", expected="boundaries") from error


class TileProvider(Provider, Protocol):
    """A provider of rasters in tiles, of which those of open sea do not exist."""

    needs_boundary: ClassVar[bool] = True

    def tiles(self, boundary: BaseGeometry) -> dict[str, float]:
        """Tiles that a region touches: name -> area of the region in it, km2."""
        ...

    def params(self, options: Mapping[str, Any], settings: Settings) -> dict[str, str]:
        """Fields of the address beside the tile."""
        return {}

    def plan(
        self, country: Country, options: Mapping[str, Any], settings: Settings, boundary: BaseGeometry | None
    ) -> tuple[Request, ...]:
        """Name the tiles that the region touches."""
        params = self.params(options, settings)
        areas = {"<tile>": 0.0} if boundary is None else self.tiles(boundary)
        return tuple(
            settings.request(
                self.source, country.iso3, params={**params, "tile": tile, "area_km2": f"{area:.0f}"}, may_lack=True
            )
            for tile, area in areas.items()
        )

    def is_sea(self, request: Request, context: Context) -> bool:
        """Whether hardly anything of the region lies in the tile."""
        return float(request.params["area_km2"]) <= float(context.settings.sources[self.source].more["max_absent_km2"])


def from_template(request: Request, context: Context) -> tuple[Resolved, ...]:
    """Addresses of a request according to its registry row.

    Parameters
    ----------
    request : Request
        The request.
    context : Context
        Settings.

    Returns
    -------
    tuple of Resolved
        One per address template.
    """
    return tuple(Resolved(url.format(**request.params)) for url in context.settings.sources[request.source].url)
