"""README, citation and checksums of a data set."""

from __future__ import annotations

import hashlib
from fnmatch import fnmatchcase
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

import yaml

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from comarca.publish.publication.dataset import DataSet

_README: Final = {
    "en": (
        "Version {version}{date}. {territories} territories, {columns} columns. {revision}",
        "Files", "file", "what it holds", "How to cite", "Licence", "Method",
        "Each column is described in `codebook.csv` (`codebook_es.csv`, `codebook_pt.csv`): definition, formula, "
        "source, direction of bias, meaning of a missing value. `quality.md` says how the checks came out, "
        "`SOURCES.md` what the data were made from. Made with comarca {program}{commit}; `config.yaml` holds the "
        "configuration, and `snakemake --cores all --configfile config.yaml` makes the data again.",
        "Contact",
    ),
    "es": (
        "Versión {version}{date}. {territories} territorios, {columns} columnas. {revision}",
        "Archivos", "archivo", "qué contiene", "Cómo citar", "Licencia", "Método",
        "Cada columna está descrita en `codebook_es.csv`: definición, fórmula, fuente, dirección del sesgo, "
        "significado de un valor ausente. `quality_es.md` dice cómo resultaron las comprobaciones; `SOURCES_es.md`,"
        " con qué se hicieron los datos. Hecho con comarca {program}{commit}; `config.yaml` contiene la "
        "configuración, y `snakemake --cores all --configfile config.yaml` vuelve a hacer los datos.",
        "Contacto",
    ),
    "pt": (
        "Versão {version}{date}. {territories} territórios, {columns} colunas. {revision}",
        "Arquivos", "arquivo", "o que contém", "Como citar", "Licença", "Método",
        "Cada coluna está descrita em `codebook_pt.csv`: definição, fórmula, fonte, direção do viés, significado "
        "de um valor ausente. `quality_pt.md` diz como resultaram as verificações; `SOURCES_pt.md`, com que os dados "
        "foram feitos. Feito com comarca {program}{commit}; `config.yaml` contém a configuração, e `snakemake "
        "--cores all --configfile config.yaml` refaz os dados.",
        "Contato",
    ),
}  # fmt: skip
_FIRST_VERSION: Final = {"en": "First version.", "es": "Primera versión.", "pt": "Primeira versão."}
#: In place of the year of a data set whose date of release is not known.
_UNDATED: Final = {"en": "n.d.", "es": "s. f.", "pt": "s. d."}
#: What files hold, by the pattern of their names; the first one that fits counts.
_HOLDS: Final = (
    ("*.csvt", ("types of the columns of the table of the same name, for QGIS",
               "tipos de las columnas de la tabla del mismo nombre, para QGIS",
               "tipos das colunas da tabela de mesmo nome, para o QGIS")),
    ("critical_links*", ("roads whose closure costs most", "carreteras cuyo cierre más cuesta",
                        "estradas cujo fechamento custa mais")),
    ("siting*", ("where new services reach most people", "dónde nuevos servicios alcanzan a más personas",
                "onde novos serviços alcançam mais pessoas")),
    ("dynamics_summary*", ("types of change of income, poverty and inequality",
                          "tipos de cambio del ingreso, la pobreza y la desigualdad",
                          "tipos de mudança da renda, da pobreza e da desigualdade")),
    ("dynamics_transitions*", ("moves of territories between types of change",
                              "pasos de los territorios entre tipos de cambio",
                              "passagens dos territórios entre tipos de mudança")),
    ("dynamics_factors*", ("factors beside the types of change", "factores junto a los tipos de cambio",
                          "fatores ao lado dos tipos de mudança")),
    ("propositions*", ("claims of the research, held against the region",
                      "afirmaciones de la investigación, contrastadas con la región",
                      "afirmações da pesquisa, confrontadas com a região")),
    ("indicators_excel*", ("the table for Excel", "la tabla para Excel", "a tabela para Excel")),
    ("indicators_long*", ("a row per territory and column, with the reason of each gap",
                         "una fila por territorio y columna, con la razón de cada vacío",
                         "uma linha por território e coluna, com a razão de cada lacuna")),
    ("indicators_uncertainty*", ("the low and the high bound of each value, and how they are known",
                                "el límite inferior y el superior de cada valor, y cómo se conocen",
                                "o limite inferior e o superior de cada valor, e como são conhecidos")),
    ("functional_territories*", ("which municipality is in which functional territory",
                                "qué municipio está en qué territorio funcional",
                                "que município está em que território funcional")),
    ("indicators_functional*", ("the table for functional territories: municipalities in groups",
                               "la tabla para territorios funcionales: municipios agrupados",
                               "a tabela para territórios funcionais: municípios agrupados")),
    ("profiles*", ("where each territory stands on the factors", "dónde está cada territorio en los factores",
                  "onde cada território está nos fatores")),
    ("similar_territories*", ("the territories that are most like each one", "los territorios más parecidos a cada uno",
                             "os territórios mais parecidos com cada um")),
    ("indicators.csv", ("the table", "la tabla", "a tabela")),
    ("indicators.parquet", ("the table with shapes, all digits", "la tabla con contornos, todos los dígitos",
                            "a tabela com contornos, todos os dígitos")),
    ("indicators.dta", ("the table for Stata", "la tabla para Stata", "a tabela para o Stata")),
    ("indicators.xlsx", ("the table as a workbook, with codebook and sources",
                         "la tabla como libro de Excel, con libro de códigos y fuentes",
                         "a tabela como pasta de trabalho do Excel, com livro de códigos e fontes")),
    ("indicators.gpkg", ("the table and layers as maps for QGIS", "la tabla y capas como mapas para QGIS",
                         "a tabela e camadas como mapas para o QGIS")),
    ("indicators.geojson", ("the mapped columns with simplified shapes, for web maps",
                            "las columnas de los mapas con contornos simplificados, para mapas en la web",
                            "as colunas dos mapas com contornos simplificados, para mapas na web")),
    ("codebook*", ("what the columns mean", "qué significan las columnas", "o que as colunas significam")),
    ("datapackage*", ("description for programs (Frictionless)", "descripción para programas (Frictionless)",
                     "descrição para programas (Frictionless)")),
    ("provenance*", ("inputs with checksums, settings, versions",
                    "insumos con sumas de verificación, ajustes, versiones",
                    "insumos com somas de verificação, ajustes, versões")),
    ("quality*", ("checks and their results", "comprobaciones y sus resultados", "verificações e seus resultados")),
    ("SOURCES*", ("sources, ready to be cited", "fuentes, listas para citar", "fontes, prontas para citar")),
    ("LICENSE*", ("terms of use", "condiciones de uso", "condições de uso")),
    ("CITATION*", ("citation for programs", "cita para programas", "citação para programas")),
    ("ro-crate*", ("description for research archives (RO-Crate)", "descripción para archivos científicos (RO-Crate)",
                  "descrição para arquivos científicos (RO-Crate)")),
    ("dcat*", ("description for data portals (DCAT-AP)", "descripción para portales de datos (DCAT-AP)",
              "descrição para portais de dados (DCAT-AP)")),
    ("SHA256SUMS*", ("checksums", "sumas de verificación", "somas de verificação")),
    ("README*", ("this description", "esta descripción", "esta descrição")),
    ("config*", ("the configuration", "la configuración", "a configuração")),
)  # fmt: skip
_LANGUAGES: Final = ("en", "es", "pt")


def readme(data: DataSet, names: Sequence[str]) -> str:
    """Write the README of a data set, in English, Spanish and Portuguese.

    Parameters
    ----------
    data : DataSet
        What is said of it.
    names : sequence of str
        Its files.

    Returns
    -------
    str
        Markdown.
    """
    return "\n".join(_readme_in(language, data, names) for language in _LANGUAGES)


def _readme_in(language: str, data: DataSet, names: Sequence[str]) -> str:
    place = _LANGUAGES.index(language)
    intro, files, name, holds, cite, licence, method, text, contact = _README[language]
    facts = {
        "version": data.statement.version,
        "date": f", {data.released}" if data.released else "",
        "territories": data.territory_count,
        "columns": data.column_count,
        "revision": data.statement.revision or _FIRST_VERSION[language],
        "program": version("comarca"),
        "commit": f", {data.commit[:10]}" if data.commit else "",
    }
    rows = [f"| `{file}` | {meaning[place]} |" for file in names if (meaning := held_by(file))]
    parts = [
        f"# {data.titles[language]}",
        intro.format(**facts).strip(),
        f"## {files}\n\n| {name} | {holds} |\n|---|---|\n" + "\n".join(rows),
        f"## {cite}\n\n{citation(data, language)}",
        f"## {licence}\n\n{data.licence or 'LICENSE.md'}\n\n" + "\n".join(f"- {line}" for line in data.credits),
        f"## {method}\n\n{text.format(**facts)}",
    ]
    parts += [f"## {contact}\n\n{data.statement.contact}"] if data.statement.contact else []
    return "\n\n".join(parts) + "\n"


def held_by(name: str) -> tuple[str, str, str] | None:
    """Say in English, Spanish and Portuguese what a file holds; None for one that needs no row."""
    return next((words for pattern, words in _HOLDS if fnmatchcase(name, pattern)), None)


def citation(data: DataSet, language: str) -> str:
    """Write how the data set is cited."""
    year = data.released[:4] or _UNDATED[language]
    name = data.producer_in(language)
    return f"{name} ({year}). {data.titles[language]}, v{data.statement.version}. {data.identifier}"


def citation_cff(data: DataSet) -> str:
    """Write the citation as a ``CITATION.cff`` (Citation File Format 1.2.0).

    Parameters
    ----------
    data : DataSet
        What is said of it.

    Returns
    -------
    str
        YAML.
    """
    entry: dict[str, Any] = {
        "cff-version": "1.2.0",
        "message": "Please cite this data set, and the sources named in LICENSE.md.",
        "type": "dataset",
        "title": data.titles["en"],
        "version": data.statement.version,
        "authors": [{"name": data.producer}],
        "keywords": ["territory indicators", "rural development", "accessibility"],
    }
    optional = {
        "date-released": data.released,
        "license": data.spdx,
        "doi": data.statement.doi,
        "url": data.statement.url,
    }
    entry |= {key: value for key, value in optional.items() if value}
    entry["references"] = [
        {"type": "data", "title": f"{item.layer}: {item.provider}", "authors": [{"name": item.provider}]}
        | ({"url": item.url} if item.url else {})
        for item in data.inputs
    ]
    return yaml.safe_dump(entry, sort_keys=False, allow_unicode=True)


def checksums(paths: Sequence[Path]) -> str:
    """List the SHA-256 of files as ``sha256sum --check`` reads it."""
    return "".join(f"{sha256_of(path)}  {path.name}\n" for path in sorted(paths))


def sha256_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
