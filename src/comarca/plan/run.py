"""What a run makes: the plans of its regions, from the configuration and the registries."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from comarca.config.read import read_config
from comarca.errors import RetrievalError
from comarca.fetch.failures import failure_table
from comarca.fetch.fallbacks import fallbacks_to_retry
from comarca.fetch.ladder import first_choices, lacking
from comarca.fetch.network import require_network
from comarca.fetch.settings import Settings
from comarca.plan.preflight import check_inputs
from comarca.plan.prune import stale_products
from comarca.plan.region import RegionPlan
from comarca.plan.size import download_lines, size_lines, told
from comarca.registry.columns import load_registry
from comarca.registry.products import TOGETHER, TOGETHER_DYNAMICS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from comarca.config.region import Config
    from comarca.fetch.receipts import Failure
    from comarca.registry.columns import Registry


@dataclass(frozen=True)
class RunPlan:
    """The plans of all regions of a run: ``plan["NIC"]``.

    Attributes
    ----------
    config : Config
        The whole configuration.
    registry : Registry
        The families of indicators that come with the project.
    regions : dict
        Name -> plan.
    settings : Settings
        How files are fetched.
    """

    config: Config
    registry: Registry
    regions: dict[str, RegionPlan]
    settings: Settings

    @classmethod
    def read(cls, raw: Mapping[str, Any], *, project_file: Callable[[str], str]) -> RunPlan:
        """Check keys and types of a configuration and read the registries. None of the user's files is opened.

        Parameters
        ----------
        raw : mapping
            What stands in the YAML files and on the command line.
        project_file : callable
            Where a file of the project lies: takes its path in the project.

        Returns
        -------
        RunPlan
            The plan.

        Raises
        ------
        ConfigError
            Names every wrong key.
        """
        config, registry = read_config(raw), load_registry()
        shared = [name for name, region in config.regions.items() if region.maps.shared_classes]
        regions = {
            name: RegionPlan(
                name=name,
                config=region,
                languages=config.languages,
                general=registry,
                project_file=project_file,
                peers=tuple(other for other in shared if name in shared and other != name),
            )
            for name, region in config.regions.items()
        }
        return cls(config=config, registry=registry, regions=regions, settings=Settings.of_run(raw))

    def __getitem__(self, region: str) -> RegionPlan:
        return self.regions[region]

    @property
    def by_city_classes(self) -> dict[tuple[str, ...], list[str]]:
        """Names of classes of cities -> the regions that have these."""
        found: dict[tuple[str, ...], list[str]] = {}
        for name, region in self.regions.items():
            found.setdefault(tuple(region.config.city_classes_persons), []).append(name)
        return found

    @property
    def tables(self) -> list[str]:
        """The products of every region but for maps and atlases."""
        return [path for region in self.regions.values() for path in region.tables] + self._shared

    @property
    def products(self) -> list[str]:
        """All that the run makes."""
        return [path for region in self.regions.values() for path in region.products] + self._shared

    @property
    def _shared(self) -> list[str]:
        """Tables of all regions together, of which there are several."""
        if len(self.regions) < 2:
            return []
        names = [*TOGETHER, *([TOGETHER_DYNAMICS] if self.together("dynamics_summary") else [])]
        return [f"results/together/{name}" for name in names]

    def together(self, name: str) -> list[str]:
        """Paths of one assembled file in all regions that have it."""
        files_of = [region.product_files("table", name) for region in self.regions.values()]
        return [files[name] for files in files_of if name in files]

    @property
    def folders(self) -> dict[str, str]:
        """Region -> its folder of results."""
        return {name: f"results/{name}" for name in self.regions}

    def stale(self) -> list[Path]:
        """List the products in the folders of results that the configuration no longer has."""
        return [path for region in self.regions.values() for path in stale_products(region)]

    def retry_fallbacks(self) -> list[str]:
        """Remove the receipts of layers whose earlier choice can be had now, so that they are fetched anew; say which.

        Nothing is done where the configuration keeps fallbacks.
        """
        if self.config.fallbacks == "keep":
            return []
        regions = self.regions.values()
        receipts = [region.file(f"fetched/{layer}.json") for region in regions for layer in region.ladders]
        paths = fallbacks_to_retry(receipts, self.settings)
        for path in paths:
            path.unlink()
        return [f"comarca: {path}: an earlier choice can be had now, the layer is fetched anew." for path in paths]

    def size(self) -> list[str]:
        """Say how large the run is, of regions without results, and what it would fetch first; opens no user's file."""
        new = [region for region in self.regions.values() if not Path(region.file("indicators.csv")).is_file()]
        sizes = [line for region in new for line in size_lines(region)]
        wanted = [] if self.config.offline else first_choices(self._wanted(required=False), self.settings)
        return told(sizes, download_lines(wanted))

    def check(self) -> None:
        """Look into the user's files and, offline, for those of the providers, before any job runs.

        Raises
        ------
        ConfigError or InputError
            If a file is not there or lacks what the configuration says of it.
        RetrievalError
            If files of required layers are not there, and the run is offline or nothing answers.
        """
        region = next(iter(self.regions.values()))
        speeds, surfaces = (region.project_file(f"config/{name}.csv") for name in ("speeds", "surfaces"))
        check_inputs(self.config, speeds=speeds, surfaces=surfaces)
        rows = self._lacking()
        if rows and self.config.offline:
            raise RetrievalError(f"offline=true, and these files are not there:\n{failure_table(rows)}")
        if rows:
            require_network([*rows, *first_choices(self._wanted(required=False), self.settings)], self.settings)

    def _lacking(self) -> list[Failure]:
        return lacking(self._wanted(required=True), self.settings)

    def _wanted(self, *, required: bool) -> list[tuple[str, str, tuple[str, ...], dict[str, Any]]]:
        """Layers that have no receipt yet, with their ladders; only those that a run cannot do without, or all."""
        return [
            (layer, region.config.country, ladder.providers, ladder.options)
            for region in self.regions.values()
            for layer, ladder in region.ladders.items()
            if (ladder.is_required or not required) and not Path(region.file(f"fetched/{layer}.json")).is_file()
        ]
