"""Layers by country code: a ladder of providers, tried in order, and one table of what could not be had.

`plan_layer` works without the network. `fetch_layer` takes the first provider that answers; the receipt says which one
that was, and why those before it did not.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from comarca.errors import ConfigError, InputError, did_you_mean
from comarca.fetch.download import fetch
from comarca.fetch.failures import FileError, LadderError, failure, failure_table, put_there
from comarca.fetch.http import Client
from comarca.fetch.providers.index import LOCAL, PROVIDERS
from comarca.fetch.receipts import Failure, LayerReceipt
from comarca.fetch.settings import Context, NotOfferedError, Settings
from comarca.registry.countries import country

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from shapely.geometry.base import BaseGeometry

    from comarca.fetch.receipts import Receipt, Request
    from comarca.registry.countries import Country

__all__ = [
    "LadderError",
    "Step",
    "failure_table",
    "fetch_layer",
    "first_choices",
    "lacking",
    "plan_layer",
]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Step:
    """One provider of a ladder, as planned.

    Attributes
    ----------
    provider : str
        Its name.
    requests : tuple of Request
        Files it would need. Where `needs_boundary` is true and none was given, one stands for all.
    is_local : bool
        Whether it needs no file to be fetched.
    needs_boundary : bool
        Whether the files depend on the region's outline.
    refusal : str
        Why it cannot serve, known without asking; empty if it can.
    """

    provider: str
    requests: tuple[Request, ...] = ()
    is_local: bool = False
    needs_boundary: bool = False
    refusal: str = ""


def plan_layer(
    layer: str,
    code: str,
    *,
    providers: Sequence[str],
    settings: Settings,
    options: Mapping[str, Any] | None = None,
    boundary: BaseGeometry | None = None,
) -> tuple[Step, ...]:
    """Say which files a layer would need from each provider, without the network.

    Parameters
    ----------
    layer : str
        Key of `PROVIDERS`.
    code : str
        ISO 3166-1 alpha-3 code.
    providers : sequence of str
        The ladder.
    settings : Settings
        Settings of the run.
    options : mapping, optional
        ``level``, ``year``, ``buffer_km``, ``path``, as far as the providers use them.
    boundary : shapely geometry, optional
        The region, EPSG:4326.

    Returns
    -------
    tuple of Step
        In the order of the ladder.

    Raises
    ------
    ConfigError
        If the code, the layer or a provider is unknown, or an option is out of range.
    """
    entry = country(code)
    return tuple(_step(layer, name, entry, settings, options or {}, boundary) for name in providers)


def fetch_layer(
    layer: str,
    code: str,
    *,
    providers: Sequence[str],
    settings: Settings,
    options: Mapping[str, Any] | None = None,
    boundary: BaseGeometry | None = None,
    required: bool = True,
) -> LayerReceipt:
    """Have the files of a layer, from the first provider of the ladder that has them all.

    Parameters
    ----------
    layer, code, providers, settings, options, boundary
        As in `plan_layer`.
    required : bool
        Whether the run makes no sense without the layer.

    Returns
    -------
    LayerReceipt
        With status ``missing`` if no provider answered and the layer is not required.

    Raises
    ------
    LadderError
        If no provider answered and the layer is required. Its text is the table of what to do.
    ConfigError
        As in `plan_layer`.
    """
    entry = country(code)
    tried: list[Failure] = []
    with Client(settings.policy, contact=settings.contact, trusted=settings.hosts) as client:
        context = Context(settings, client)
        for step in plan_layer(layer, code, providers=providers, settings=settings, options=options, boundary=boundary):
            try:
                files, note = _from_step(layer, step, entry, context, options or {}, has_boundary=boundary is not None)
            except FileError as error:
                log.warning("%s", error)
                tried.append(error.failure)
                continue
            return LayerReceipt(layer, code, "ready", step.provider, files, tuple(tried), note)
    if required:
        raise LadderError(tried)
    return LayerReceipt(layer, code, "missing", "", (), tuple(tried))


def lacking(layers: Iterable[tuple[str, str, Sequence[str], Mapping[str, Any]]], settings: Settings) -> list[Failure]:
    """Name what an offline run would miss.

    Parameters
    ----------
    layers : iterable of tuple
        Layer, country code, ladder and options of each layer.
    settings : Settings
        Settings of the run.

    Returns
    -------
    list of Failure
        Rows for all providers of each layer that none can serve from files that are there; checked by name only.
    """
    rows: list[Failure] = []
    for layer, code, providers, options in layers:
        steps = plan_layer(layer, code, providers=providers, settings=settings, options=options)
        if not any(step.is_local or (not step.refusal and _is_there(step, settings)) for step in steps):
            rows += [_row(layer, code, step, "not there, and offline=true forbids fetching it") for step in steps]
    return rows


def first_choices(
    layers: Iterable[tuple[str, str, Sequence[str], Mapping[str, Any]]], settings: Settings
) -> list[Failure]:
    """Name the file of each layer that a run would begin with.

    Parameters
    ----------
    layers, settings
        As in `lacking`.

    Returns
    -------
    list of Failure
        A row per layer: its first provider that is planned, unless its files are there.
    """
    rows: list[Failure] = []
    for layer, code, providers, options in layers:
        steps = plan_layer(layer, code, providers=providers, settings=settings, options=options)
        step = next((step for step in steps if step.requests), None)
        if step is not None and not _is_there(step, settings):
            rows.append(_row(layer, code, step, "not there yet"))
    return rows


def _step(
    layer: str,
    name: str,
    entry: Country,
    settings: Settings,
    options: Mapping[str, Any],
    boundary: BaseGeometry | None,
) -> Step:
    if layer not in PROVIDERS:
        raise ConfigError(
            "layer", got=layer, expected=f"one of {', '.join(PROVIDERS)}", remedy=did_you_mean(layer, PROVIDERS)
        )
    if name in LOCAL or name == "file":
        return Step(name, is_local=True)
    if name not in PROVIDERS[layer]:
        names = [*PROVIDERS[layer], *sorted(LOCAL), "file"]
        raise ConfigError(
            f"{layer}.provider", got=name, expected=f"one of {', '.join(names)}", remedy=did_you_mean(name, names)
        )
    provider = PROVIDERS[layer][name]
    try:
        requests = provider.plan(entry, options, settings, boundary)
    except NotOfferedError as error:
        return Step(name, needs_boundary=provider.needs_boundary, refusal=str(error))
    return Step(name, requests, needs_boundary=provider.needs_boundary)


def _from_step(
    layer: str, step: Step, entry: Country, context: Context, options: Mapping[str, Any], *, has_boundary: bool
) -> tuple[tuple[Receipt, ...], str]:
    """Have all files of one provider."""
    if step.is_local:
        return (), ""
    if step.refusal:
        raise FileError(_row(layer, entry.iso3, step, step.refusal))
    if step.needs_boundary and not has_boundary:
        raise FileError(_row(layer, entry.iso3, step, "it needs the region's boundary, which is not known yet"))
    provider = PROVIDERS[layer][step.provider]
    receipts: list[Receipt] = []
    left_out: list[str] = []
    for request in step.requests:
        try:
            receipts.append(fetch(request, context, provider))
        except FileError as error:
            if not request.optional and not (
                request.may_lack and error.not_there and provider.is_sea(request, context)
            ):
                raise
            left_out.append(request.target.name)
    if not receipts:
        raise FileError(_row(layer, entry.iso3, step, "none of the tiles that the region touches exists"))
    try:
        provider.accept([Path(receipt.path) for receipt in receipts], entry, options)
    except InputError as error:
        raise FileError(_row(layer, entry.iso3, step, f"what it gave cannot be used: {error}")) from error
    return tuple(receipts), f"Not offered by the provider: {', '.join(left_out)}." if left_out else ""


def _is_there(step: Step, settings: Settings) -> bool:
    def is_present(request: Request) -> bool:
        if "<" in request.target.name:
            return any(request.target.parent.glob(f"*{request.target.suffix}"))
        names = (request.target, *request.alternatives)
        return any(
            path.is_file() or settings.cache.find(path.relative_to(settings.raw_dir).as_posix()) for path in names
        )

    return all(is_present(request) for request in step.requests if not request.optional)


def _row(layer: str, code: str, step: Step, reason: str) -> Failure:
    if not step.requests:
        return Failure(
            layer, code, step.provider, "", "", reason, "Take another provider, or give the layer as a file."
        )
    request = step.requests[0]
    return replace(failure(request, reason, put_there(request)), layer=layer)
