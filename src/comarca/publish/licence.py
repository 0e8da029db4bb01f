"""What may be published of a region, and under which licence: it follows from the licences of what was read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from comarca.registry.licences import licence_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comarca.publish.provenance import InputFile

ODBL_URL: Final = "https://opendatacommons.org/licenses/odbl/1-0/"
#: Products that hold the outlines of the territories.
WITH_OUTLINES: Final = "indicators.parquet, indicators.geojson, indicators.gpkg, atlas.html, maps/*.svg, layers/"


@dataclass(frozen=True)
class Terms:
    """Terms of a region's products.

    Attributes
    ----------
    licence : str
        Licence that the tables and layers have to be, or may be, published under; empty if there is none that fits.
    closed, unknown, conflicting : tuple of str
        Layers whose files may not be passed on; whose licence is not stated; that ask for different licences.
    """

    licence: str
    closed: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    conflicting: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the terms as plain data for `provenance.json`.

        Returns
        -------
        dict
            ``licence``, and lists of layers.
        """
        return {
            "licence": self.licence,
            "not_to_be_passed_on": list(self.closed),
            "licence_not_stated": list(self.unknown),
            "licences_in_conflict": list(self.conflicting),
        }


def terms_of(inputs: Sequence[InputFile]) -> Terms:
    """Derive the terms of a region's products.

    Parameters
    ----------
    inputs : sequence of InputFile
        Every file that was read.

    Returns
    -------
    Terms
        ODbL 1.0 where data of OpenStreetMap, or others under that licence, are in the tables; CC BY-SA where such
        data are; else CC BY 4.0, which keeps the credits together. None where both share-alike licences meet.
    """
    by_kind: dict[str, set[str]] = {}
    for entry in inputs:
        kind = licence_of(entry.licence).kind
        kind = "closed" if entry.redistribute is False and kind != "unknown" else kind
        by_kind.setdefault(kind, set()).add(entry.layer)
    odbl, by_sa = (tuple(sorted(by_kind.get(kind, ()))) for kind in ("odbl", "by-sa"))
    both = bool(odbl and by_sa)
    return Terms(
        licence="" if both else "ODbL-1.0" if odbl else "CC-BY-SA-4.0" if by_sa else "CC-BY-4.0",
        closed=tuple(sorted(by_kind.get("closed", ()))),
        unknown=tuple(sorted(by_kind.get("unknown", ()))),
        conflicting=(*odbl, *by_sa) if both else (),
    )


def licence_paragraphs(terms: Terms) -> list[str]:
    """Say in words what may be published.

    Parameters
    ----------
    terms : Terms
        From `terms_of`.

    Returns
    -------
    list of str
        Markdown paragraphs.
    """
    parts = [_main_paragraph(terms)]
    if terms.closed:
        parts.append(
            f"The files of {', '.join(terms.closed)} **may not be passed on**, nor may products that hold them: where "
            f"they are the territories, {WITH_OUTLINES}. Tables without geometry and printed maps may be used in "
            "academic work; see the licence of the source."
        )
    if terms.unknown:
        parts.append(
            f"The licence of {', '.join(terms.unknown)} is not stated here (files of your own, or a provider that does "
            "not say). Whether they may be published is for you to find out."
        )
    return parts


def _main_paragraph(terms: Terms) -> str:
    if terms.conflicting:
        return (
            f"The layers {', '.join(terms.conflicting)} are under two share-alike licences, ODbL and CC BY-SA, and "
            "each asks for itself. No licence fits a table of all columns: publish the columns of each apart, or ask "
            "the providers."
        )
    if terms.licence == "ODbL-1.0":
        return (
            "The tables and layers are a database derived from OpenStreetMap, or from other data under the Open "
            f"Database License. Whoever publishes them has to do so under the **ODbL 1.0** (<{ODBL_URL}>) and to say "
            "that they contain information from OpenStreetMap. Maps and figures made from them may be under any "
            "licence, if the credit line stays."
        )
    if terms.licence == "CC-BY-SA-4.0":
        return (
            "Some layers are under CC BY-SA: tables, layers and maps that hold them have to be published under "
            "**CC BY-SA 4.0**."
        )
    return "Tables, layers and maps may be published, for instance under **CC BY 4.0**, with the credits."


def licence_note(terms: Terms, credit_lines: Sequence[str], *, title: str) -> str:
    """Write the note that lies beside a region's products.

    Parameters
    ----------
    terms : Terms
        From `terms_of`.
    credit_lines : sequence of str
        Attributions, each once.
    title : str
        Name of the region for readers.

    Returns
    -------
    str
        Markdown, for `LICENSE.md`.
    """
    name = terms.licence or "no single licence fits"
    return (
        f"# Licence of the indicators of {title}: {name}\n\n"
        + "\n\n".join(licence_paragraphs(terms))
        + "\n\n## Credits that have to stay\n\n"
        + "\n".join(f"- {credit}" for credit in credit_lines)
        + "\n\nThis note follows from the licences of the inputs (`SOURCES.md`, `provenance.json`). It is no legal "
        "advice. The program itself is under Apache-2.0, which says nothing of its results.\n"
    )
