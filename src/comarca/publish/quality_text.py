"""The quality report for readers, in their language: `quality.md`, `quality_es.md`, `quality_pt.md`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from comarca.publish.maps.atlas_words import REASON_WORDS
from comarca.publish.words import number
from comarca.registry.check_messages import check_message, check_word
from comarca.registry.checks import check_expected, check_title, number_in, reader_word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Cases that are printed per check; `quality.json` holds them all.
MAX_ROWS: Final = 20
#: Above this, and for whole numbers, decimals tell nothing.
_WHOLE: Final = 1e4
#: Nearer to zero than this, readers need no digits.
_LEAST: Final = 1e-4
#: Headings of cases whose cells are words of our own.
_WORDED: Final = frozenset({
    "at", "by", "city_class", "evidence", "family", "fault", "kind", "layer", "measure", "method", "reason", "terrain",
    "type",
})  # fmt: skip
#: Headings of coordinates in degrees: four decimals are some ten metres.
_PLACES: Final = frozenset(("longitude", "latitude"))
_WORDS: Final = {
    "title": {"en": "Quality of the results: {}", "es": "Calidad de los resultados: {}",
              "pt": "Qualidade dos resultados: {}"},
    "verdict_fail": {"en": "**Some checks failed.** Find out why before you use the results.",
                     "es": "**Algunas comprobaciones fallaron.** Averigüe por qué antes de usar los resultados.",
                     "pt": "**Algumas verificações falharam.** Descubra por quê antes de usar os resultados."},
    "verdict_warn": {
        "en": "**No check failed.** Read what is under *To look at* before you use the numbers.",
        "es": "**Ninguna comprobación falló.** Lea lo que está en *Para revisar* antes de usar las cifras.",
        "pt": "**Nenhuma verificação falhou.** Leia o que está em *Para rever* antes de usar os números.",
    },
    "verdict_pass": {"en": "**All checks passed.**", "es": "**Todas las comprobaciones resultaron bien.**",
                     "pt": "**Todas as verificações deram certo.**"},
    "checks": {"en": "Checks", "es": "Comprobaciones", "pt": "Verificações"},
    "number": {"en": "Number", "es": "Número", "pt": "Número"},
    "failed": {"en": "failed", "es": "fallaron", "pt": "falharam"},
    "look": {"en": "to look at", "es": "para revisar", "pt": "para rever"},
    "passed": {"en": "passed", "es": "resultaron bien", "pt": "deram certo"},
    "figures": {"en": "figures without a limit", "es": "cifras sin límite", "pt": "números sem limite"},
    "not_computed_count": {"en": "columns not computed, for want of data",
                           "es": "columnas no calculadas, por falta de datos",
                           "pt": "colunas não calculadas, por falta de dados"},
    "fail": {"en": "Failed", "es": "Fallaron", "pt": "Falharam"},
    "warn": {"en": "To look at", "es": "Para revisar", "pt": "Para rever"},
    "pass": {"en": "Passed", "es": "Resultaron bien", "pt": "Deram certo"},
    "info": {"en": "Figures", "es": "Cifras", "pt": "Números"},
    "intro_fail": {"en": "These results must not be used before the cause is found.",
                   "es": "Estos resultados no deben usarse antes de encontrar la causa.",
                   "pt": "Estes resultados não devem ser usados antes de se encontrar a causa."},
    "intro_warn": {
        "en": "The numbers stand, but each of these may matter for what you want to say with them.",
        "es": "Las cifras valen, pero cada uno de estos puntos puede importar para lo que quiera decir con ellas.",
        "pt": "Os números valem, mas cada um destes pontos pode importar para o que se quer dizer com eles.",
    },
    "intro_pass": {"en": "", "es": "", "pt": ""},
    "intro_info": {"en": "Measured, without a limit to hold them against.",
                   "es": "Medidas, sin un límite con el cual compararlas.",
                   "pt": "Medidos, sem um limite com que compará-los."},
    "expected": {"en": " Expected: {}.", "es": " Se espera: {}.", "pt": " Espera-se: {}."},
    "more": {"en": "The first {} of {}; all are in `quality.json`.",
             "es": "Los primeros {} de {}; todos están en `quality.json`.",
             "pt": "Os primeiros {} de {}; todos estão em `quality.json`."},
    "off": {"en": "switched off", "es": "desactivado", "pt": "desativado"},
    "nothing": {"en": "nothing found in the whole region ({})", "es": "nada encontrado en toda la región ({})",
                "pt": "nada encontrado em toda a região ({})"},
    "or": {"en": "or", "es": "o", "pt": "ou"},
    "no_reason": {"en": "no reason", "es": "sin razón", "pt": "sem razão"},
    "not_computed": {"en": "Not computed", "es": "No calculadas", "pt": "Não calculadas"},
    "intro_not_computed": {
        "en": "The table leaves these columns out, because the region has no data for them. Each setting, in the "
              "region's configuration, is where the data of the columns beside it come from; `config/README.md` "
              "explains the settings. Columns for which nothing was found stay in with `keep_empty_columns: true`.",
        "es": "La tabla no tiene estas columnas, porque la región no tiene datos para ellas. De cada ajuste, en la "
              "configuración de la región, vienen los datos de las columnas de su fila; `config/README.md` explica "
              "los ajustes. Las columnas para las que no se encontró nada quedan con `keep_empty_columns: true`.",
        "pt": "A tabela não tem estas colunas, porque a região não tem dados para elas. De cada ajuste, na "
              "configuração da região, vêm os dados das colunas de sua linha; `config/README.md` explica os "
              "ajustes. As colunas para as quais nada se encontrou ficam com `keep_empty_columns: true`.",
    },
    "factors": {"en": "The theory and this region", "es": "La teoría y esta región", "pt": "A teoria e esta região"},
    "intro_factors": {
        "en": "What the theory of territorial dynamics names, with the number of columns that the table has for it, "
              "those it lacks, and the setting that gives each.",
        "es": "Lo que nombra la teoría de la dinámica territorial, con el número de columnas que la tabla tiene para "
              "ello, las que le faltan y el ajuste que da cada una.",
        "pt": "O que a teoria da dinâmica territorial nomeia, com o número de colunas que a tabela tem para isso, as "
              "que lhe faltam e o ajuste que dá cada uma.",
    },
    "factor": {"en": "Factor", "es": "Factor", "pt": "Fator"},
    "says": {"en": "What the theory says", "es": "Lo que dice la teoría", "pt": "O que a teoria diz"},
    "there": {"en": "Columns there", "es": "Columnas que hay", "pt": "Colunas que há"},
    "lacking": {"en": "Columns lacking", "es": "Columnas que faltan", "pt": "Colunas que faltam"},
    "untold": {"en": "What no column tells:", "es": "Lo que ninguna columna dice:", "pt": "O que nenhuma coluna diz:"},
    "setting": {"en": "Setting", "es": "Ajuste", "pt": "Ajuste"},
    "lacks": {"en": "Data it lacks", "es": "Datos que faltan", "pt": "Dados que faltam"},
    "columns": {"en": "Columns", "es": "Columnas", "pt": "Colunas"},
    "what": {"en": "What they are", "es": "Qué son", "pt": "O que são"},
    "codes": {"en": "What the reason codes mean", "es": "Qué significan los códigos de razón",
              "pt": "O que significam os códigos de razão"},
    "intro_codes": {"en": "They stand in the column `flag` of `indicators_long.csv`.",
                    "es": "Están en la columna `flag` de `indicators_long.csv`.",
                    "pt": "Estão na coluna `flag` de `indicators_long.csv`."},
}  # fmt: skip


def quality_markdown(report: Mapping[str, Any], *, language: str = "en", title: str | None = None) -> str:
    """Write the report out for a reader who is no programmer.

    Parameters
    ----------
    report : mapping
        As from `comarca.publish.quality.quality_report`.
    language : str
        ``en``, ``es`` or ``pt``. A check whose sentence has no translation says what it measures and the figure.
    title : str, optional
        What readers call the region in the language; its name in the report where there is none.

    Returns
    -------
    str
        Markdown: a summary, what failed, what to look at, columns that were not computed, what passed, the figures,
        and what the reason codes mean.
    """
    parts = [f"# {_say('title', language).format(_cell(title or report['region']))}", _summary(report, language)]
    parts += [_section(report, status, language) for status in ("fail", "warn")]
    parts += [_factors(report["factors"], language), _not_computed(report["not_computed"], language)]
    parts += [_section(report, status, language) for status in ("pass", "info")]
    meanings = {code: REASON_WORDS[language].get(code, text) for code, text in report["reason_codes"].items()}
    codes = "\n".join(f"- `{code}`: {text}" for code, text in meanings.items())
    parts.append(f"## {_say('codes', language)}\n\n{_say('intro_codes', language)}\n\n{codes}")
    return "\n\n".join(part for part in parts if part) + "\n"


def _say(key: str, language: str) -> str:
    return _WORDS[key][language]


def _summary(report: Mapping[str, Any], language: str) -> str:
    counts = report["summary"]
    verdict = "verdict_fail" if counts["fail"] else "verdict_warn" if counts["warn"] else "verdict_pass"
    numbers = {"failed": counts["fail"], "look": counts["warn"], "passed": counts["pass"], "figures": counts["info"]}
    numbers["not_computed_count"] = len(report["not_computed"])
    head = [f"{_say(verdict, language)}\n", f"| {_say('checks', language)} | {_say('number', language)} |", "|---|---|"]
    return "\n".join([*head, *(f"| {_say(key, language)} | {n} |" for key, n in numbers.items())])


def _section(report: Mapping[str, Any], status: str, language: str) -> str:
    checks = [check for check in report["checks"] if check["status"] == status]
    if not checks:
        return ""
    entries = (_entry(check, language) for check in checks)
    head = [f"## {_say(status, language)}", _say(f"intro_{status}", language)]
    return "\n\n".join(part for part in [*head, *entries] if part)


def _entry(check: Mapping[str, Any], language: str) -> str:
    threshold = check_expected(check["threshold"], language)
    limit = _say("expected", language).format(threshold) if threshold else ""
    said = check_message(check["message"], language) or _measured(check["value"], language)
    text = f"- **{check_title(check['name'], language)}.** {said}{limit}".rstrip()
    return f"{text}\n\n{_table(check['rows'], language)}" if check["rows"] and check["status"] != "pass" else text


def _measured(value: Any, language: str) -> str:
    if value is None:
        return ""
    return f"{_cell(value, language) if isinstance(value, int | float) else reader_word(str(value), language)}."


def _table(rows: Sequence[Mapping[str, Any]], language: str) -> str:
    keys = list(dict.fromkeys(key for row in rows for key in row))
    lines = [
        "  | " + " | ".join(_cell(reader_word(key, language)) for key in keys) + " |",
        "  |" + "---|" * len(keys),
        *("  | " + " | ".join(_named(key, row.get(key), language) for key in keys) + " |" for row in rows[:MAX_ROWS]),
    ]
    more = f"\n\n  {_say('more', language).format(MAX_ROWS, len(rows))}" if len(rows) > MAX_ROWS else ""
    return "\n".join(lines) + more


def _factors(rows: Sequence[Mapping[str, Any]], language: str) -> str:
    """Give a line to each statement of the theory, and one to what no column tells of each factor."""
    if not rows:
        return ""
    head = " | ".join(_say(key, language) for key in ("factor", "says", "there", "lacking", "setting"))
    lines = [f"| {head} |", "|---|---|---|---|---|"]
    for row in rows:
        lacking = [_cell(name.replace("{", "(").replace("}", ")")) for name in row["lacking"]]
        keys = ", ".join(_setting(key, language) for key in dict.fromkeys(row["lacking"].values()))
        texts = (_cell(row["title"][language]), _cell(row["says"][language]), str(len(row["columns"])))
        lines.append(f"| {' | '.join(texts)} | {', '.join(f'`{name}`' for name in lacking)} | {keys} |")
    missing = {row["title"][language]: row["missing"][language] for row in rows}
    untold = "\n".join(f"- {title}: {text}" for title, text in missing.items())
    parts = [f"## {_say('factors', language)}", _say("intro_factors", language), "\n".join(lines)]
    return "\n\n".join([*parts, f"{_say('untold', language)}\n\n{untold}"])


def _not_computed(entries: Sequence[Mapping[str, Any]], language: str) -> str:
    """Give a line to each setting: a reader looks for data to get, not for names of columns."""
    if not entries:
        return ""
    titles: dict[tuple[str, str], list[str]] = {}
    for entry in entries:
        lacking = _lacking(entry, language)
        title = entry.get("titles", {}).get(language, entry["title"])
        titles.setdefault((entry["config_key"], lacking), []).append(f"{_cell(title)} (`{entry['column']}`)")
    head = " | ".join(_say(key, language) for key in ("setting", "lacks", "columns", "what"))
    lines = [f"| {head} |", "|---|---|---|---|"]
    lines += [
        f"| {_setting(key, language)} | {_cell(lacking)} | {len(found)} | {'; '.join(found)} |"
        for (key, lacking), found in titles.items()
    ]
    intro = _say("intro_not_computed", language)
    return "\n\n".join([f"## {_say('not_computed', language)}", intro, "\n".join(lines)])


def _lacking(entry: Mapping[str, Any], language: str) -> str:
    if entry.get("reasons"):
        return _say("nothing", language).format(_reasons(entry["reasons"], language))
    return ", ".join(reader_word(name, language) for name in entry["lacking"]) or _say("off", language)


def _setting(key: str, language: str) -> str:
    """Write the key of the configuration, or each of several of which one will do."""
    return f" {_say('or', language)} ".join(f"`{part}`" for part in key.split(" or "))


def _reasons(counts: Mapping[str, int], language: str) -> str:
    """Write how often each reason is given: in English its code in words, else what it means."""
    names = {code: REASON_WORDS[language].get(code) or code.replace("_", " ") for code in counts}
    return "; ".join(f"{names[code] or _say('no_reason', language)}: {count}" for code, count in counts.items())


def _named(key: str, value: Any, language: str) -> str:
    """Write a cell: words of our own are translated, names of places are not."""
    if key in _PLACES and isinstance(value, float):
        return number_in(f"{value:.4f}", language)
    if key == "reasons" and isinstance(value, dict):
        return _cell(_reasons(value, language))
    is_word = key in _WORDED and isinstance(value, str)
    return _cell(check_word(value, language) if is_word else value, language)


def _cell(value: Any, language: str = "en") -> str:
    """Text that cannot break a Markdown table or bring HTML in."""
    if value is None:
        return ""
    if isinstance(value, dict):
        return "; ".join(f"{_cell(key)}: {_cell(item, language)}" for key, item in value.items())
    if isinstance(value, list):
        return ", ".join(_cell(item, language) for item in value)
    text = _figure(value, language) if isinstance(value, float) else str(value)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|").replace("\n", " ")


def _figure(value: float, language: str) -> str:
    if abs(value) >= _WHOLE:
        return number(value, language, decimals=0)
    if 0 < value < _LEAST:
        return f"< {number(_LEAST, language)}"
    text = f"{value:,.4g}"
    return number_in(text, language)
