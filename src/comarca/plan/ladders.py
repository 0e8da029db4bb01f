"""Which layers of a region are fetched, by which ladder of providers, and what of the region hangs on each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from comarca.fetch.providers.index import LOCAL, PROVIDERS
from comarca.plan.layers import available_layers, providers

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from comarca.config.region import Region
    from comarca.fetch.receipts import LayerReceipt

#: Layers without which a run makes no sense.
REQUIRED: Final = frozenset({"osm", "territories", "roads", "cities"})
#: Configuration keys that say which file of a provider is wanted.
_OPTIONS: Final = ("level", "year")


@dataclass(frozen=True)
class Ladder:
    """How a region's layer is to be had.

    Attributes
    ----------
    providers : tuple of str
        In the order in which they are tried.
    options : dict
        As `comarca.fetch.ladder.plan_layer` takes them.
    is_required : bool
        Whether the run makes no sense without the layer.
    needs_outline : bool
        Whether some provider has to know the territories first.
    """

    providers: tuple[str, ...]
    options: dict[str, Any]
    is_required: bool
    needs_outline: bool


def ladders(region: Region) -> dict[str, Ladder]:
    """Name the layers that a region fetches.

    Parameters
    ----------
    region : Region
        The region's configuration.

    Returns
    -------
    dict
        Layer -> its ladder. Layers that come from files or from other layers alone are not in it.
    """
    return {
        layer: _ladder(region, layer, known)
        for layer, known in PROVIDERS.items()
        if not set(providers(region, layer)) <= {*LOCAL, "file"}
    }


def layers_resting_on(region: Region, missing: Iterable[str]) -> frozenset[str]:
    """Name the layers and conditions that a region loses with some of its fetched layers.

    Parameters
    ----------
    region : Region
        The region's configuration.
    missing : iterable of str
        Fetched layers that could not be had.

    Returns
    -------
    frozenset of str
        Keys of `comarca.layers.index.LAYERS`.
    """
    sections = {name: getattr(region, name).model_copy(update={"provider": ("none",)}) for name in missing}
    return available_layers(region) - available_layers(region.model_copy(update=sections))


def chosen_provider(configured: Iterable[str], receipt: LayerReceipt | None) -> str:
    """Say which provider a layer comes from.

    Parameters
    ----------
    configured : iterable of str
        The providers of the layer's section.
    receipt : LayerReceipt or None
        What came of fetching it; None if nothing had to be fetched.

    Returns
    -------
    str
        The provider that answered; the only one of a layer that is not fetched; empty if the layer could not be had.
    """
    return next(iter(configured)) if receipt is None else receipt.provider


def population_source(configured: Iterable[str], receipt: LayerReceipt | None, given: Container[str]) -> str:
    """Say which of the files at hand people are gathered from.

    Parameters
    ----------
    configured : iterable of str
        The providers of the section ``population``.
    receipt : LayerReceipt or None
        What came of fetching it; None if nothing had to be fetched.
    given : container of str
        Names of the files at hand.

    Returns
    -------
    str
        ``raster`` (the user's), ``receipt`` (fetched), ``settlements``; empty if nobody's home is known.
    """
    provider = chosen_provider(configured, receipt)
    totals = "raster" if "raster" in given else "settlements"
    local = {"": "", "none": "", "file": "raster", "settlements": "settlements", "totals": totals}
    name = local.get(provider, "receipt")
    return name if name in given else ""


def _ladder(region: Region, layer: str, known: dict[str, Any]) -> Ladder:
    source, names = getattr(region, layer), providers(region, layer)
    options = {key: value for key in _OPTIONS if (value := getattr(source, key, None)) is not None}
    options |= {"buffer_km": region.abroad_buffer_km} if layer in {"osm", "roads"} else {}
    return Ladder(
        providers=names,
        options=options,
        is_required=layer in REQUIRED or (layer == "land_cover" and region.friction.provider == ("land_cover",)),
        needs_outline=any(known[name].needs_boundary for name in names if name in known),
    )
