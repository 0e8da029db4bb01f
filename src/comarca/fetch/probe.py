"""Asks every provider whether it still is what the program takes it for: ``python -m comarca.fetch.probe``.

For a few countries each file is looked up as a run would do it, and the first bytes of each address are read. Nothing
is kept. The report says what was found, what was expected, and what changed; it is made to be pasted into an issue.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

import comarca
from comarca.errors import ComarcaError
from comarca.fetch.http import Client
from comarca.fetch.ladder import plan_layer
from comarca.fetch.providers.index import PROVIDERS
from comarca.fetch.retry import Policy, TransferError
from comarca.fetch.settings import Context, Settings
from comarca.fetch.verify import lfs_pointer, markup_title
from comarca.registry.countries import country

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from shapely.geometry.base import BaseGeometry

    from comarca.fetch.http import Peek
    from comarca.fetch.receipts import Request

log = logging.getLogger(__name__)

#: A country with everything, one of MapBiomas' and one whose extract holds others.
COUNTRIES: Final = ("NIC", "URY", "BRB")
#: What a file of a format begins with.
_MAGIC: Final[dict[str, tuple[bytes, ...]]] = {
    "zip": (b"PK",), "geotiff": (b"II*\0", b"MM\0*", b"II+\0"), "gpkg": (b"SQLite format 3\0",), "geojson": (b"{",),
    "json": (b"{", b"["), "osm_pbf": (b"\0\0\0",), "parquet": (b"PAR1",), "text": (b"",),
}  # fmt: skip
_SIDE_DEG: Final = 0.05
_SHOWN: Final = 24


@dataclass(frozen=True)
class Finding:
    """What came of one file of one provider.

    Attributes
    ----------
    layer, provider, country : str
        What was asked for.
    url : str
        The address.
    verdict : str
        ``good``, ``not offered`` or ``changed``.
    status : int or None
        HTTP status, if there was an answer.
    size_bytes : int or None
        Size of the file, if the server says it.
    head : bytes
        First bytes.
    lacks : tuple of str
        Fields of the provider's index that are read and were not there.
    text : str
        What changed, or why it is not offered.
    """

    layer: str
    provider: str
    country: str
    url: str = ""
    verdict: str = "good"
    status: int | None = None
    size_bytes: int | None = None
    head: bytes = b""
    lacks: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True)
class _Listening(Context):
    """A context that notes the fields of all indexes that are read through it."""

    fields: set[str] = field(default_factory=set)

    def get_json(self, url: str, provider: str) -> Any:
        answer = super().get_json(url, provider)
        self.fields.update(_keys(answer))
        return answer


def probe(
    countries: Iterable[str], settings: Settings, *, outlines: Mapping[str, BaseGeometry] | None = None
) -> list[Finding]:
    """Ask every provider of every layer.

    Parameters
    ----------
    countries : iterable of str
        ISO 3166-1 alpha-3 codes.
    settings : Settings
        Settings; ``policy`` says how patient to be.
    outlines : mapping, optional
        Country -> area to ask providers of tiles for, EPSG:4326; a small square in the middle of the country if not
        given.

    Returns
    -------
    list of Finding
        One per layer, provider, country and address.
    """
    found: list[Finding] = []
    with Client(settings.policy, contact=settings.contact, trusted=settings.hosts) as client:
        for layer, providers in PROVIDERS.items():
            for provider in providers:
                for code in countries:
                    outline = (outlines or {}).get(code) or _square(code)
                    found += _one(Finding(layer, provider, code), outline, settings, client)
                    log.info("%s, %s, %s: %s", layer, provider, code, found[-1].verdict)
    return found


def report(findings: Sequence[Finding]) -> str:
    """Write the report.

    Parameters
    ----------
    findings : sequence of Finding
        From `probe`.

    Returns
    -------
    str
        Markdown.
    """
    verdicts = Counter(finding.verdict for finding in findings)
    changed = [finding for finding in findings if finding.verdict == "changed"]
    counted = ", ".join(f"{verdicts[name]} {name}" for name in ("good", "changed", "not offered"))
    lines = [
        f"# Providers of comarca {comarca.__version__}, asked on {datetime.now(tz=UTC):%Y-%m-%d %H:%M} UTC", "",
        f"{len(findings)} addresses: {counted}.", "", "## What changed", "",
        *([line for finding in changed for line in _explained(finding)] or ["Nothing."]),
        "", "## All addresses", "", "| layer | provider | country | verdict | status | size | first bytes | address |",
        "|---|---|---|---|---|---|---|---|", *(_row(finding) for finding in findings),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask all providers and write the report.

    Parameters
    ----------
    arguments : sequence of str, optional
        Command line; that of the process if not given.

    Returns
    -------
    int
        1 if anything changed, else 0.
    """
    parser = argparse.ArgumentParser(prog="comarca.fetch.probe", description=__doc__.splitlines()[0])
    parser.add_argument("--countries", default=",".join(COUNTRIES), help="ISO 3166-1 alpha-3 codes, with commas")
    parser.add_argument("--config", type=Path, help="YAML with contact and mirrors, such as config/config.yaml")
    parser.add_argument("--output", type=Path, default=Path("probe-report.md"))
    parser.add_argument("--attempts", type=int, default=2, help="how often each address is asked")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    config = yaml.safe_load(options.config.read_text(encoding="utf-8")) if options.config else {}
    settings = Settings.of_run(config)
    settings = replace(settings, policy=Policy(attempts=options.attempts, connect_timeout_s=15.0, read_timeout_s=30.0))
    findings = probe(options.countries.split(","), settings)
    options.output.write_text(report(findings), encoding="utf-8")
    changed = sum(finding.verdict == "changed" for finding in findings)
    sys.stdout.write(f"{options.output}: {len(findings)} addresses, {changed} changed\n")
    return int(changed > 0)


def _one(base: Finding, outline: BaseGeometry | None, settings: Settings, client: Client) -> list[Finding]:
    try:
        (step,) = plan_layer(
            base.layer, base.country, providers=[base.provider], settings=settings, options={"buffer_km": 1.0},
            boundary=outline,
        )  # fmt: skip
    except ComarcaError as error:
        return [replace(base, verdict="not offered", text=str(error))]
    if step.refusal or (step.needs_boundary and outline is None):
        text = step.refusal or "the middle of the country is not known"
        return [replace(base, verdict="not offered", text=text)]
    request, provider = step.requests[0], PROVIDERS[base.layer][base.provider]
    context = _Listening(settings, client)
    try:
        addresses = provider.resolve(provider.locate(request, context), context)
        samples = [provider.sample(request, address, context) for address in addresses if not address.substitute]
    except ComarcaError as error:
        status, url = getattr(error, "status", None), getattr(error, "url", "") or request.url
        lacks = _lacking(request, context)
        return [replace(base, url=url, verdict="changed", status=status, lacks=lacks, text=str(error))]
    return list(_looked_at(base, samples, request, context))


def _looked_at(
    base: Finding, samples: Sequence[tuple[str, str]], request: Request, context: _Listening
) -> Iterator[Finding]:
    lacks = _lacking(request, context)
    good = False
    for url, form in samples:
        if good:
            return  # a further address is only asked where one before it failed, as in a run
        try:
            peek = context.client.peek(context.url(url, request.provider))
        except TransferError as error:
            yield replace(base, url=url, verdict="changed", lacks=lacks, text=str(error))
            continue
        text = _trouble(peek, form)
        good = not text
        text = "; ".join(filter(None, (text, f"the index lacks {', '.join(lacks)}" if lacks else "")))
        yield replace(
            base, url=url, verdict="changed" if text else "good", status=peek.status, size_bytes=peek.total,
            head=peek.head[:_SHOWN], lacks=lacks, text=text,
        )  # fmt: skip


def _trouble(peek: Peek, form: str) -> str:
    if peek.status not in {200, 206}:
        return f"HTTP {peek.status} from {peek.final_url}"
    if lfs_pointer(peek.head):
        return "a Git LFS pointer instead of the file"
    if title := markup_title(peek.head):
        return f"a page instead of the file: {title!r}"
    if not peek.head.startswith(_MAGIC[form]):
        return f"begins with {peek.head[:8]!r}, which is no {form}"
    return ""


def _lacking(request: Request, context: _Listening) -> tuple[str, ...]:
    """Fields that the provider's module reads and no index had; nothing if no index was read."""
    expected: Sequence[str] = context.settings.sources[request.source].more.get("fields", ())
    return tuple(name for name in expected if name not in context.fields) if context.fields else ()


def _keys(value: Any) -> set[str]:
    todo, names = [value], set[str]()
    while todo:
        item = todo.pop()
        if isinstance(item, dict):
            names.update(map(str, item))
            todo.extend(item.values())
        elif isinstance(item, list):
            todo.extend(item)
    return names


def _square(code: str) -> BaseGeometry | None:
    centre = country(code).centre
    if centre is None:
        return None
    import shapely

    x, y = centre
    return shapely.box(x - _SIDE_DEG, y - _SIDE_DEG, x + _SIDE_DEG, y + _SIDE_DEG)


def _explained(finding: Finding) -> list[str]:
    lines = [f"- **{finding.provider}** ({finding.layer} of {finding.country}): {_cell(finding.text)}"]
    lines += [f"    - address: <{finding.url}>"] if finding.url else []
    lines += [f"    - status: {finding.status}"] if finding.status else []
    lines += [f"    - fields expected and not found: {', '.join(finding.lacks)}"] if finding.lacks else []
    lines += [f"    - first bytes: `{_bytes(finding.head)}`"] if finding.head else []
    return lines


def _row(finding: Finding) -> str:
    size = "" if finding.size_bytes is None else f"{finding.size_bytes:,}"
    cells = [finding.layer, finding.provider, finding.country, finding.verdict, str(finding.status or ""), size,
             f"`{_bytes(finding.head)}`" if finding.head else "", finding.url or _cell(finding.text)]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _bytes(head: bytes) -> str:
    return "".join(chr(byte) if 32 <= byte < 127 and byte not in b"`|" else "." for byte in head)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")[:400]


if __name__ == "__main__":
    raise SystemExit(main())
