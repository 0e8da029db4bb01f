"""What is said of a figure, in three languages: verdicts, reasons and remarks. Texts state association, no cause."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: Verdicts in the order of the legend, as they stand in the table, with the words of the pages.
VERDICTS: Final[Mapping[str, Mapping[str, str]]] = {
    "as expected": {"en": "as expected", "es": "como se espera", "pt": "como se espera"},
    "against": {"en": "against", "es": "al contrario", "pt": "ao contrário"},
    "no clear relation": {"en": "no clear relation", "es": "sin relación clara", "pt": "sem relação clara"},
    "cannot be told": {"en": "cannot be told", "es": "no se puede decir", "pt": "não se pode dizer"},
}

OUTCOME_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "growth": {"en": "growth of income", "es": "crecimiento del ingreso", "pt": "crescimento da renda"},
    "poverty": {"en": "fall of poverty", "es": "caída de la pobreza", "pt": "queda da pobreza"},
    "equality": {"en": "fall of inequality", "es": "caída de la desigualdad", "pt": "queda da desigualdade"},
    "nature": {"en": "nature kept", "es": "naturaleza conservada", "pt": "natureza conservada"},
    "women": {"en": "gain of women's share", "es": "avance de la parte de las mujeres",
              "pt": "avanço da parte das mulheres"},
}  # fmt: skip

#: Code -> sentence per language; fields in braces are values of the note.
SENTENCES: Final[Mapping[str, Mapping[str, str]]] = {
    "no_column": {
        "en": "The region has none of the columns {columns}.",
        "es": "La región no tiene ninguna de las columnas {columns}.",
        "pt": "A região não tem nenhuma das colunas {columns}.",
    },
    "no_condition_column": {
        "en": "The region has none of the columns {columns} for the condition.",
        "es": "La región no tiene ninguna de las columnas {columns} para la condición.",
        "pt": "A região não tem nenhuma das colunas {columns} para a condição.",
    },
    "no_outcome": {
        "en": "The outcome is not in the data.",
        "es": "El resultado no está en los datos.",
        "pt": "O resultado não está nos dados.",
    },
    "one_date": {
        "en": "The factor is known at one date only.",
        "es": "El factor se conoce en una sola fecha.",
        "pt": "O fator é conhecido em uma só data.",
    },
    "too_few_factors": {
        "en": "Fewer than two factors are known.",
        "es": "Se conocen menos de dos factores.",
        "pt": "Conhecem-se menos de dois fatores.",
    },
    "too_few_territories": {
        "en": "{n} territories have all figures; {least} are needed.",
        "es": "{n} territorios tienen todos los datos; se necesitan {least}.",
        "pt": "{n} territórios têm todos os dados; são necessários {least}.",
    },
    "one_parent": {
        "en": "Only one unit one level up has enough territories.",
        "es": "Solo una unidad del nivel superior tiene bastantes territorios.",
        "pt": "Só uma unidade do nível superior tem territórios suficientes.",
    },
    "no_variation": {
        "en": "Factor or outcome does not vary among the territories that have all figures.",
        "es": "El factor o el resultado no varía entre los territorios con todos los datos.",
        "pt": "O fator ou o resultado não varia entre os territórios com todos os dados.",
    },
    "nothing_claimed": {
        "en": "Nothing is claimed of this half; its figures stand for comparison.",
        "es": "Nada se afirma de esta mitad; sus cifras sirven de comparación.",
        "pt": "Nada se afirma desta metade; seus números servem de comparação.",
    },
    "turned": {
        "en": "Figures are for less of {column}.",
        "es": "Las cifras son para menos de {column}.",
        "pt": "Os números são para menos de {column}.",
    },
    "earliest": {
        "en": "{column} at its earliest date; that of the latest date is held.",
        "es": "{column} en su primera fecha; la de la última se mantiene fija.",
        "pt": "{column} na primeira data; a da última é mantida fixa.",
    },
    "counted_factors": {
        "en": "Factors counted: {columns}.",
        "es": "Factores contados: {columns}.",
        "pt": "Fatores contados: {columns}.",
    },
    "factor_year": {
        "en": "Factor of {year}.",
        "es": "Factor de {year}.",
        "pt": "Fator de {year}.",
    },
    "factor_later": {
        "en": "Factor of {year}, later than the first year of the outcome ({first}).",
        "es": "Factor de {year}, posterior al primer año del resultado ({first}).",
        "pt": "Fator de {year}, posterior ao primeiro ano do resultado ({first}).",
    },
    "factor_undated": {
        "en": "The year of the factor is not known.",
        "es": "No se conoce el año del factor.",
        "pt": "Não se conhece o ano do fator.",
    },
    "few_parents": {
        "en": "{parents} units one level up: errors are HC3, and the permutation test decides.",
        "es": "{parents} unidades del nivel superior: los errores son HC3 y decide la prueba de permutación.",
        "pt": "{parents} unidades do nível superior: os erros são HC3 e decide o teste de permutação.",
    },
    "small_parents": {
        "en": "{n} territories in units with fewer than three are left out.",
        "es": "Se dejan fuera {n} territorios de unidades con menos de tres.",
        "pt": "Ficam de fora {n} territórios de unidades com menos de três.",
    },
    "no_population": {
        "en": "Population is not known and not held.",
        "es": "La población no se conoce y no se mantiene fija.",
        "pt": "A população não é conhecida e não é mantida fixa.",
    },
    "alike_neighbours": {
        "en": "Neighbours are alike in what the model leaves (Moran's I {moran}): errors are too small.",
        "es": "Los vecinos se parecen en lo que el modelo deja (I de Moran {moran}): los errores son muy pequeños.",
        "pt": "Os vizinhos se parecem no que o modelo deixa (I de Moran {moran}): os erros são pequenos demais.",
    },
    "counts": {
        "en": "Of the {n} territories with most of the factor, {grew} grew; of these, {won} also had less poverty and "
        "less inequality.",
        "es": "De los {n} territorios con más del factor, {grew} crecieron; de ellos, {won} tuvieron además menos "
        "pobreza y menos desigualdad.",
        "pt": "Dos {n} territórios com mais do fator, {grew} cresceram; destes, {won} tiveram também menos pobreza e "
        "menos desigualdade.",
    },
}  # fmt: skip

CONDITIONS: Final[Mapping[str, Mapping[str, str]]] = {
    "upper": {"en": "upper half of {title}", "es": "mitad superior de {title}", "pt": "metade superior de {title}"},
    "lower": {"en": "lower half of {title}", "es": "mitad inferior de {title}", "pt": "metade inferior de {title}"},
    "interaction": {
        "en": "upper against lower half of {title}",
        "es": "mitad superior frente a la inferior de {title}",
        "pt": "metade superior frente à inferior de {title}",
    },
}


@dataclass(frozen=True)
class Note:
    """One remark.

    Attributes
    ----------
    code : str
        Key of `SENTENCES`.
    values : mapping
        What the sentence names.
    """

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)


def write_notes(notes: Iterable[Note], language: str) -> str:
    """Write remarks out.

    Parameters
    ----------
    notes : iterable of Note
        The remarks.
    language : str
        ``en``, ``es`` or ``pt``.

    Returns
    -------
    str
        Their sentences, one after the other.
    """
    return " ".join(SENTENCES[note.code][language].format(**note.values) for note in notes)


_SENTENCE: Final[Mapping[str, str]] = {
    "en": "{factor}, {outcome} {period}{condition}: {coefficient} standard deviations for one of the factor "
    "(95 %: {low} to {high}; n = {n}): {verdict}.",
    "es": "{factor}, {outcome} {period}{condition}: {coefficient} desviaciones estándar por una del factor "
    "(95 %: de {low} a {high}; n = {n}): {verdict}.",
    "pt": "{factor}, {outcome} {period}{condition}: {coefficient} desvios padrão por um do fator "
    "(95%: de {low} a {high}; n = {n}): {verdict}.",
}


def row_sentence(row: Mapping[str, Any], factor: Mapping[str, str], language: str) -> str:
    """Say a row of the propositions in one sentence.

    Parameters
    ----------
    row : mapping
        A row of the table of propositions.
    factor : mapping
        What more of the factor is, per language.
    language : str
        ``en``, ``es`` or ``pt``.

    Returns
    -------
    str
        The association and its verdict; without figures, the reason.
    """
    verdict = VERDICTS[row["verdict"]][language]
    words = factor[language][0].upper() + factor[language][1:]
    outcome = OUTCOME_WORDS[row["outcome"]][language]
    if row["coefficient"] != row["coefficient"]:
        return f"{words}, {outcome} {row['period']}".rstrip() + f": {verdict}. {row[f'note_{language}']}"
    point = "." if language == "en" else ","
    figures = {
        key: f"{row[key]:+.2f}".replace(".", point).replace("-", "\u2212") for key in ("coefficient", "low", "high")
    }
    condition = f", {row[f'condition_{language}']}" if row["condition"] else ""
    return _SENTENCE[language].format(
        factor=words, outcome=outcome, period=row["period"], condition=condition, n=row["n"], verdict=verdict, **figures
    )
