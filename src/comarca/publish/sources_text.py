"""The sources of a region for readers, in their language: `SOURCES.md`, `SOURCES_es.md`, `SOURCES_pt.md`."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

import pandas as pd

from comarca.publish.licence import licence_paragraphs, terms_of
from comarca.publish.provenance import credits_of, ordered
from comarca.registry.checks import reader_word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comarca.publish.inputs import InputFile

_WORDS: Final = {
    "heading": {"en": "Sources of the indicators of {}", "es": "Fuentes de los indicadores de {}",
                "pt": "Fontes dos indicadores de {}"},
    "paragraph": {
        "en": "The territory indicators of {title} (region `{region}`) were computed with comarca {program} from "
              "{inputs}. The definition, formula and source of each indicator stand in `codebook.csv`; checksums of "
              "all input files in `provenance.json`.",
        "es": "Los indicadores territoriales de {title} (región `{region}`) se calcularon con comarca {program} a "
              "partir de {inputs}. La definición, la fórmula y la fuente de cada indicador están en "
              "`codebook_es.csv`; las sumas de verificación de todos los archivos, en `provenance.json`.",
        "pt": "Os indicadores territoriais de {title} (região `{region}`) foram calculados com comarca {program} a "
              "partir de {inputs}. A definição, a fórmula e a fonte de cada indicador estão em `codebook_pt.csv`; as "
              "somas de verificação de todos os arquivos, em `provenance.json`.",
    },
    "from": {"en": "{} from {}", "es": "{} de {}", "pt": "{} de {}"},
    "and": {"en": "{} and {}", "es": "{} y {}", "pt": "{} e {}"},
    "below": {"en": "the data listed below", "es": "los datos de la lista", "pt": "os dados da lista"},
    "data": {"en": "Data", "es": "Datos", "pt": "Dados"},
    "publish": {"en": "What may be published", "es": "Qué se puede publicar", "pt": "O que se pode publicar"},
    "print": {"en": "To be printed with maps and tables", "es": "Créditos para mapas y tablas",
              "pt": "Créditos para mapas e tabelas"},
    "from_file": {"en": "{} from the file {}", "es": "{} del archivo {}", "pt": "{} do arquivo {}"},
    "own": {"en": "own file", "es": "archivo propio", "pt": "arquivo próprio"},
    "dated": {"en": "data of {}", "es": "datos de {}", "pt": "dados de {}"},
    "retrieved": {"en": ", retrieved {}", "es": ", obtenido el {}", "pt": ", obtido em {}"},
    "no_licence": {"en": "licence not stated", "es": "licencia no indicada", "pt": "licença não indicada"},
    "closed": {"en": " Not to be passed on.", "es": " No se puede entregar a terceros.",
               "pt": " Não pode ser repassado."},
    "source": {"en": "Source", "es": "Fuente", "pt": "Fonte"},
    "edition": {"en": "Edition", "es": "Edición", "pt": "Edição"},
    "licence": {"en": "Licence", "es": "Licencia", "pt": "Licença"},
    "credit": {"en": "Credit", "es": "Crédito", "pt": "Crédito"},
    "address": {"en": "Address", "es": "Dirección", "pt": "Endereço"},
}  # fmt: skip


def sources_markdown(inputs: Sequence[InputFile], *, region: str, title: str, language: str = "en") -> str:
    """Write a paragraph and a list on the data, ready to paste into a paper.

    Parameters
    ----------
    inputs : sequence of InputFile
        Every file that was read.
    region, title : str
        Name of the region in the configuration; its name for readers.
    language : str
        ``en``, ``es`` or ``pt``.

    Returns
    -------
    str
        Markdown.
    """
    rows = ordered(inputs)
    phrases = [_phrase(entry, language) for entry in rows]
    facts = {"title": title, "region": region, "program": version("comarca"), "inputs": _enumerated(phrases, language)}
    parts = [
        f"# {_say('heading', language).format(title)}",
        _say("paragraph", language).format(**facts),
        f"## {_say('data', language)}",
        "\n".join(_listed(entry, language) for entry in rows),
        f"## {_say('publish', language)}",
        *licence_paragraphs(terms_of(inputs), language=language),
        f"## {_say('print', language)}",
        "\n".join(f"- {credit}" for credit in credits_of(inputs)),
    ]
    return "\n\n".join(parts) + "\n"


def sources_in(inputs: Sequence[InputFile], language: str) -> pd.DataFrame:
    """List the sources as a table for readers.

    Parameters
    ----------
    inputs : sequence of InputFile
        Every file that was read.
    language : str
        ``en``, ``es`` or ``pt``.

    Returns
    -------
    pandas.DataFrame
        A row per file under headings of the language: which data, whose, of which edition, licence, credit, address.
    """
    keys = ("data", "source", "edition", "licence", "credit", "address")
    rows = [
        (
            _layer(entry, language),
            _say("own", language) if entry.provider == "file" else entry.provider,
            _edition(entry, language),
            entry.licence or _say("no_licence", language),
            entry.attribution,
            entry.url or "",
        )
        for entry in ordered(inputs)
    ]
    return pd.DataFrame(rows, columns=[_say(key, language) for key in keys], dtype=object)


def _say(key: str, language: str) -> str:
    return _WORDS[key][language]


def _layer(entry: InputFile, language: str) -> str:
    return ", ".join(reader_word(layer, language) for layer in entry.layer.split(", "))


def _edition(entry: InputFile, language: str) -> str:
    dated = _say("dated", language).format(entry.data_date) if entry.data_date else ""
    return ", ".join(part for part in (entry.version, dated) if part)


def _phrase(entry: InputFile, language: str) -> str:
    """Name the layer and its provider, or the file if it is the user's own, with its edition if that is known."""
    is_file = entry.provider == "file"
    name = PurePath(entry.path).name if is_file else entry.provider
    edition = _edition(entry, language)
    origin = f"{name} ({edition})" if edition else name
    layer = _layer(entry, language)
    return origin if layer == name else _say("from_file" if is_file else "from", language).format(layer, origin)


def _listed(entry: InputFile, language: str) -> str:
    url = f" <{entry.url}>" if entry.url else f" `{entry.path}`"
    retrieved = _say("retrieved", language).format(entry.retrieved) if entry.retrieved else ""
    licence = entry.licence or _say("no_licence", language)
    provider = _say("own", language) if entry.provider == "file" else entry.provider
    edition = ", ".join(filter(None, (provider, _edition(entry, language))))
    passed_on = "" if entry.redistribute in {True, None} else _say("closed", language)
    layer = entry.layer if language == "en" else _layer(entry, language)
    return f"- **{layer}**: {edition}.{url}{retrieved}. {licence}.{passed_on} sha256 `{entry.sha256[:16]}...`"


def _enumerated(phrases: Sequence[str], language: str) -> str:
    if len(phrases) < 2:
        return "".join(phrases) or _say("below", language)
    return _say("and", language).format(", ".join(phrases[:-1]), phrases[-1])
