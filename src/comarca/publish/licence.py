"""What may be published of a region, and under which licence: it follows from the licences of what was read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from comarca.registry.checks import reader_word
from comarca.registry.licences import licence_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comarca.publish.inputs import InputFile

ODBL_URL: Final = "https://opendatacommons.org/licenses/odbl/1-0/"
#: Products that hold the outlines of the territories.
WITH_OUTLINES: Final = "indicators.parquet, indicators.geojson, indicators.gpkg, atlas.html, maps/*.svg, layers/"
#: What may be published, per case and language.
_WORDS: Final = {
    "conflicting": {
        "en": "The layers {} are under two share-alike licences, ODbL and CC BY-SA, and each asks for itself. No "
              "licence fits a table of all columns: publish the columns of each apart, or ask the providers.",
        "es": "Las capas {} están bajo dos licencias que se exigen a sí mismas, ODbL y CC BY-SA. Ninguna licencia "
              "sirve para una tabla de todas las columnas: publique por separado las de cada una, o pregunte a los "
              "proveedores.",
        "pt": "As camadas {} estão sob duas licenças que exigem a si mesmas, ODbL e CC BY-SA. Nenhuma licença serve "
              "para uma tabela de todas as colunas: publique separadamente as de cada uma, ou consulte os provedores.",
    },
    "ODbL-1.0": {
        "en": "The tables and layers are a database derived from OpenStreetMap, or from other data under the Open "
              "Database License. Whoever publishes them has to do so under the **ODbL 1.0** (<{}>) and to say that "
              "they contain information from OpenStreetMap. Maps and figures made from them may be under any "
              "licence, if the credit line stays.",
        "es": "Las tablas y capas son una base de datos derivada de OpenStreetMap, o de otros datos bajo la Open "
              "Database License. Quien las publique debe hacerlo bajo la **ODbL 1.0** (<{}>) e indicar que contienen "
              "información de OpenStreetMap. Los mapas y figuras hechos con ellas pueden llevar cualquier licencia, "
              "si conservan la línea de créditos.",
        "pt": "As tabelas e camadas são um banco de dados derivado do OpenStreetMap, ou de outros dados sob a Open "
              "Database License. Quem as publicar deve fazê-lo sob a **ODbL 1.0** (<{}>) e dizer que contêm "
              "informação do OpenStreetMap. Mapas e figuras feitos com elas podem ter qualquer licença, se "
              "mantiverem a linha de créditos.",
    },
    "CC-BY-SA-4.0": {
        "en": "Some layers are under CC BY-SA: tables, layers and maps that hold them have to be published under "
              "**CC BY-SA 4.0**.",
        "es": "Algunas capas están bajo CC BY-SA: las tablas, capas y mapas que las contienen deben publicarse bajo "
              "**CC BY-SA 4.0**.",
        "pt": "Algumas camadas estão sob CC BY-SA: tabelas, camadas e mapas que as contêm devem ser publicados sob "
              "**CC BY-SA 4.0**.",
    },
    "CC-BY-4.0": {
        "en": "Tables, layers and maps may be published, for instance under **CC BY 4.0**, with the credits.",
        "es": "Las tablas, capas y mapas pueden publicarse, por ejemplo bajo **CC BY 4.0**, con los créditos.",
        "pt": "As tabelas, camadas e mapas podem ser publicados, por exemplo sob **CC BY 4.0**, com os créditos.",
    },
    "closed": {
        "en": "The files of {} **may not be passed on**, nor may products that hold them: where they are the "
              f"territories, {WITH_OUTLINES}. Tables without geometry and printed maps may be used in academic work; "
              "see the licence of the source.",
        "es": "Los archivos de {} **no se pueden entregar a terceros**, ni los productos que los contienen: si son los "
              f"territorios, {WITH_OUTLINES}. Las tablas sin geometría y los mapas impresos pueden usarse en trabajos "
              "académicos; vea la licencia de la fuente.",
        "pt": "Os arquivos de {} **não podem ser repassados**, nem os produtos que os contêm: se forem os "
              f"territórios, {WITH_OUTLINES}. Tabelas sem geometria e mapas impressos podem ser usados em trabalhos "
              "acadêmicos; veja a licença da fonte.",
    },
    "unknown": {
        "en": "The licence of {} is not stated here (files of your own, or a provider that does not say). Whether "
              "they may be published is for you to find out.",
        "es": "La licencia de {} no está indicada aquí (archivos propios, o un proveedor que no la dice). A usted le "
              "toca averiguar si se pueden publicar.",
        "pt": "A licença de {} não está indicada aqui (arquivos próprios, ou um provedor que não a diz). Cabe a você "
              "descobrir se podem ser publicados.",
    },
}  # fmt: skip


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


def licence_paragraphs(terms: Terms, *, language: str = "en") -> list[str]:
    """Say in words what may be published.

    Parameters
    ----------
    terms : Terms
        From `terms_of`.
    language : str
        ``en``, ``es`` or ``pt``.

    Returns
    -------
    list of str
        Markdown paragraphs.
    """
    if terms.conflicting:
        main = _WORDS["conflicting"][language].format(_layers(terms.conflicting, language))
    else:
        main = _WORDS[terms.licence][language].format(ODBL_URL)
    parts = [main]
    if terms.closed:
        parts.append(_WORDS["closed"][language].format(_layers(terms.closed, language)))
    if terms.unknown:
        parts.append(_WORDS["unknown"][language].format(_layers(terms.unknown, language)))
    return parts


def _layers(names: Sequence[str], language: str) -> str:
    return ", ".join(names if language == "en" else (reader_word(name, language) for name in names))


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
