"""What maps say beyond the registry's titles, in English, Spanish and Portuguese: words, units, numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from comarca.registry.columns import Column

WORDS: Final[dict[str, dict[str, str]]] = {
    "no_data": {"en": "No data", "es": "Sin datos", "pt": "Sem dados"},
    "no_data_at_all": {"en": "No data for any territory", "es": "Sin datos en ningún territorio",
                       "pt": "Sem dados em nenhum território"},
    "none": {"en": "None", "es": "Ninguno", "pt": "Nenhum"},
    "territories": {"en": "territories", "es": "territorios", "pt": "territórios"},
    "cities": {"en": "Cities", "es": "Ciudades", "pt": "Cidades"},
    "persons": {"en": "people", "es": "habitantes", "pt": "habitantes"},
    "connectors": {"en": "Assumed connection", "es": "Conexión supuesta", "pt": "Ligação suposta"},
    "main_roads": {"en": "Main roads", "es": "Carreteras principales", "pt": "Estradas principais"},
    "north": {"en": "N", "es": "N", "pt": "N"},
    "span": {"en": "{} to {}", "es": "{} a {}", "pt": "{} a {}"},
    "one_value": {"en": "The same value for all territories", "es": "El mismo valor en todos los territorios",
                  "pt": "O mesmo valor em todos os territórios"},
    "hardly_differs": {"en": "Values that differ by less than a thousandth",
                       "es": "Valores que difieren en menos de una milésima",
                       "pt": "Valores que diferem em menos de um milésimo"},
    "map": {"en": "Map", "es": "Mapa", "pt": "Mapa"},
    "joint": {"en": "Two indicators together", "es": "Dos indicadores a la vez", "pt": "Dois indicadores juntos"},
    "n": {"en": "n: number of territories", "es": "n: número de territorios", "pt": "n: número de territórios"},
    "with_value": {"en": "Territories with a value", "es": "Territorios con valor", "pt": "Territórios com valor"},
    "log_scale": {"en": "logarithmic scale", "es": "escala logarítmica", "pt": "escala logarítmica"},
    "flagged": {"en": "Flagged: see the notes on quality", "es": "Con aviso: vea las notas de calidad",
                "pt": "Com aviso: ver as notas de qualidade"},
    "all_flagged": {"en": "All values are flagged: see the notes on quality",
                    "es": "Todos los valores tienen aviso: vea las notas de calidad",
                    "pt": "Todos os valores têm aviso: ver as notas de qualidade"},
    "failed_checks": {"en": "Failed checks: {}; read quality.md before you use this map.",
                      "es": "Comprobaciones fallidas: {}; lea quality.md antes de usar este mapa.",
                      "pt": "Verificações com falha: {}; leia quality.md antes de usar este mapa."},
    "projection": {"en": "Lambert azimuthal equal-area projection", "es": "Proyección azimutal equivalente de Lambert",
                   "pt": "Projeção azimutal equivalente de Lambert"},
    "summary": {"en": "In short", "es": "En breve", "pt": "Em resumo"},
    "against": {"en": "{0}, against: {1}", "es": "{0}, frente a: {1}", "pt": "{0}, frente a: {1}"},
    "thirds": {"en": "Thirds of the territories by each indicator.",
               "es": "Tercios de los territorios según cada indicador.",
               "pt": "Terços dos territórios segundo cada indicador."},
    "headline": {"en": "{0}: from {1} ({2}) to {3} ({4}); {5}.", "es": "{0}: de {1} ({2}) a {3} ({4}); {5}.",
                 "pt": "{0}: de {1} ({2}) a {3} ({4}); {5}."},
    "headline_half": {"en": "half of the territories have {3} or less",
                      "es": "la mitad de los territorios tiene {3} o menos",
                      "pt": "metade dos territórios tem {3} ou menos"},
    "headline_half_known": {"en": "half of the {1} territories with data, of {2}, have {3} or less",
                            "es": "la mitad de los {1} territorios con datos, de {2}, tiene {3} o menos",
                            "pt": "metade dos {1} territórios com dados, de {2}, tem {3} ou menos"},
    "headline_shared": {"en": "{0} of {1} territories have {3}", "es": "{0} de {1} territorios tienen {3}",
                        "pt": "{0} de {1} territórios têm {3}"},
    "headline_shared_known": {"en": "{0} of the {1} territories with data, of {2}, have {3}",
                              "es": "{0} de los {1} territorios con datos, de {2}, tienen {3}",
                              "pt": "{0} dos {1} territórios com dados, de {2}, têm {3}"},
    "count_of": {"en": "{} territories", "es": "{} territorios", "pt": "{} territórios"},
    "flagged_short": {"en": "Flagged", "es": "Con aviso", "pt": "Com aviso"},
    "rankings": {"en": "First and last", "es": "Primeros y últimos", "pt": "Primeiros e últimos"},
    "west": {"en": "W", "es": "O", "pt": "O"},
    "capital": {"en": "Capital", "es": "Capital", "pt": "Capital"},
    "parents": {"en": "Boundary of the units above", "es": "Límite de las unidades superiores",
                "pt": "Limite das unidades superiores"},
    "under": {"en": "under {}", "es": "menos de {}", "pt": "menos de {}"},
    "over": {"en": "{} or more", "es": "{} o más", "pt": "{} ou mais"},
    "yes": {"en": "Yes", "es": "Sí", "pt": "Sim"},
    "no": {"en": "No", "es": "No", "pt": "Não"},
    "table": {"en": "Table", "es": "Tabla", "pt": "Tabela"},
    "explanations": {"en": "Explanations", "es": "Explicaciones", "pt": "Explicações"},
    "data_sources": {"en": "Data sources", "es": "Fuentes de los datos", "pt": "Fontes dos dados"},
    "share": {"en": "share, 0 to 1", "es": "proporción, de 0 a 1", "pt": "proporção, de 0 a 1"},
    "title": {"en": "Column", "es": "Columna", "pt": "Coluna"},
    "unit": {"en": "Unit", "es": "Unidad", "pt": "Unidade"},
    "definition": {"en": "What it is", "es": "Qué es", "pt": "O que é"},
    "method": {"en": "How it is computed", "es": "Cómo se calcula", "pt": "Como se calcula"},
    "source": {"en": "Source", "es": "Fuente", "pt": "Fonte"},
    "proxy_for": {"en": "What it stands for", "es": "Qué representa", "pt": "O que representa"},
    "bias": {"en": "How it errs", "es": "Cómo yerra", "pt": "Como erra"},
    "missing": {"en": "Why a value is missing", "es": "Por qué falta un valor", "pt": "Por que falta um valor"},
    "year": {"en": "Year", "es": "Año", "pt": "Ano"},
    "n_valid": {"en": "Territories with a value", "es": "Territorios con valor", "pt": "Territórios com valor"},
    "column": {"en": "Name in the other tables", "es": "Nombre en las otras tablas",
               "pt": "Nome nas outras tabelas"},
    "higher": {"en": "higher", "es": "mayor", "pt": "maior"},
    "lower": {"en": "lower", "es": "menor", "pt": "menor"},
    "neither": {"en": "neither", "es": "ninguno", "pt": "nenhum"},
    "kind_number": {"en": "number", "es": "número", "pt": "número"},
    "kind_class": {"en": "class", "es": "clase", "pt": "classe"},
    "kind_text": {"en": "text", "es": "texto", "pt": "texto"},
    "kind_boolean": {"en": "yes or no", "es": "sí o no", "pt": "sim ou não"},
    "data_of": {"en": "data of {}", "es": "datos de {}", "pt": "dados de {}"},
    "lorenz": {"en": "How land is divided", "es": "Cómo se reparte la tierra", "pt": "Como a terra se divide"},
    "units_share": {"en": "Share of units, from the smallest to the largest (%)",
                    "es": "Parte de las unidades, de la menor a la mayor (%)",
                    "pt": "Parte das unidades, da menor à maior (%)"},
    "land_share": {"en": "Share of their land (%)", "es": "Parte de su tierra (%)", "pt": "Parte de sua terra (%)"},
    "equality": {"en": "Equal division", "es": "Reparto igual", "pt": "Divisão igual"},
    "band": {"en": "All that the size classes allow", "es": "Todo lo que admiten los estratos",
             "pt": "Tudo o que os grupos de área admitem"},
    "holdings": {"en": "Holdings", "es": "Explotaciones", "pt": "Estabelecimentos"},
    "parcels": {"en": "Parcels", "es": "Predios", "pt": "Parcelas"},
    "patches": {"en": "Patches of farmland", "es": "Manchas de tierra agrícola", "pt": "Manchas de terra agrícola"},
    "fields": {"en": "Mapped fields", "es": "Campos mapeados", "pt": "Campos mapeados"},
    "gini": {"en": "Gini {}", "es": "Gini {}", "pt": "Gini {}"},
    "gini_range": {"en": "Gini {} ({} to {})", "es": "Gini {} ({} a {})", "pt": "Gini {} ({} a {})"},
    "contents": {"en": "Contents", "es": "Contenido", "pt": "Conteúdo"},
    "sources": {"en": "Sources", "es": "Fuentes", "pt": "Fontes"},
    "atlas": {"en": "Atlas of territory indicators", "es": "Atlas de indicadores territoriales",
              "pt": "Atlas de indicadores territoriais"},
    "indicators": {"en": "{} indicators, {} territories", "es": "{} indicadores, {} territorios",
                   "pt": "{} indicadores, {} territórios"},
}  # fmt: skip

_UNITS: Final[dict[str, dict[str, str]]] = {
    "min": {"en": "minutes", "es": "minutos", "pt": "minutos"},
    "persons": {"en": "people", "es": "habitantes", "pt": "habitantes"},
    "km2/km2": {"en": "% of the area", "es": "% de la superficie", "pt": "% da área"},
    "km2": {"en": "km²", "es": "km²", "pt": "km²"},
    "m2": {"en": "m²", "es": "m²", "pt": "m²"},
    "persons/km2": {"en": "people per km²", "es": "habitantes por km²", "pt": "habitantes por km²"},
    "km/100 km2": {"en": "km per 100 km²", "es": "km por 100 km²", "pt": "km por 100 km²"},
    "km/1000 persons": {"en": "km per 1,000 people", "es": "km por 1000 habitantes", "pt": "km por mil habitantes"},
    "1/10000 persons": {"en": "per 10,000 people", "es": "por 10\u00a0000 habitantes", "pt": "por 10 mil habitantes"},
    "DN/1000 persons": {
        "en": "light (DN) per 1,000 people",
        "es": "luz (DN) por 1000 habitantes",
        "pt": "luz (DN) por mil habitantes",
    },
    "points": {"en": "points", "es": "puntos", "pt": "pontos"},
    "currency": {"en": "in the unit of the table", "es": "en la unidad de la tabla", "pt": "na unidade da tabela"},
    "%/year": {"en": "% a year", "es": "% por año", "pt": "% ao ano"},
    "1/100 km2": {"en": "per 100 km²", "es": "por 100 km²", "pt": "por 100 km²"},
    "1/100 km2/year": {"en": "per 100 km² and year", "es": "por 100 km² y año", "pt": "por 100 km² e ano"},
    "currency/person": {
        "en": "currency of the table",
        "es": "moneda de la tabla",
        "pt": "moeda da tabela",
    },
}
_KINDS: Final[dict[str, dict[str, str]]] = {
    "_share": {"en": "%", "es": "%", "pt": "%"},
    "_index": {"en": "index", "es": "índice", "pt": "índice"},
    "_ratio": {"en": "ratio", "es": "razón", "pt": "razão"},
    "_count": {"en": "number", "es": "número", "pt": "número"},
    "_rank": {"en": "rank", "es": "posición", "pt": "posição"},
}
#: Languages that write a comma before decimals.
DECIMAL_COMMA: Final = frozenset({"es", "pt"})
_SEPARATORS: Final = {"en": (",", "."), "es": ("\N{NO-BREAK SPACE}", ","), "pt": (".", ",")}


def word(key: str, language: str) -> str:
    """Look a word up.

    Parameters
    ----------
    key : str
        A key of `WORDS`.
    language : str
        ``en``, ``es`` or ``pt``.

    Returns
    -------
    str
        The word or phrase.
    """
    return WORDS[key][language]


def is_share(column: Column) -> bool:
    """Tell whether a column is a share between 0 and 1, which maps show as a percentage.

    Parameters
    ----------
    column : Column
        The column.

    Returns
    -------
    bool
        By the ending of its name.
    """
    return column.name.endswith("_share")


def unit_label(column: Column, language: str) -> str:
    """Write a column's unit out.

    Parameters
    ----------
    column : Column
        The column.
    language : str
        ``en``, ``es`` or ``pt``.

    Returns
    -------
    str
        Such as ``minutes``; ``%`` for shares; ``index`` where there is no unit; empty for texts and classes.
    """
    if column.kind != "number":
        return ""
    if column.unit in {"", "1"}:
        return next((words[language] for ending, words in _KINDS.items() if column.name.endswith(ending)), "")
    return _UNITS.get(column.unit, {}).get(language, column.unit.replace("km2", "km²"))


def stored_unit(column: Column, language: str) -> str:
    """Write out the unit of the numbers as files hold them.

    Parameters
    ----------
    column : Column
        The column.
    language : str
        ``en``, ``es`` or ``pt``.

    Returns
    -------
    str
        As `unit_label`, but that shares are from 0 to 1 in files and not in per cent as on maps.
    """
    return word("share", language) if is_share(column) else unit_label(column, language)


def number(value: float, language: str, *, decimals: int | None = None) -> str:
    """Write a number as a reader of the language expects it.

    Parameters
    ----------
    value : float
        The number.
    language : str
        ``en`` (1,234.5), ``es`` (1234,5 and 12 345,6: four digits stand together) or ``pt`` (1.234,5).
    decimals : int, optional
        Digits after the point; as many as the number needs, at most six significant ones, if not given.

    Returns
    -------
    str
        The number; a minus sign, not a hyphen, before negative ones.
    """
    thousands, point = _SEPARATORS[language]
    short = f"{float(f'{value:.6g}'):,.10f}".rstrip("0").rstrip(".")
    plain = short if decimals is None else f"{value:,.{decimals}f}"
    plain = "0" if plain in {"-0", ""} else plain
    if language == "es" and len(plain.lstrip("-").partition(".")[0]) == len("1,000"):
        plain = plain.replace(",", "")
    swapped = plain.translate({ord(","): thousands, ord("."): point})
    return swapped.replace("-", "\N{MINUS SIGN}")
