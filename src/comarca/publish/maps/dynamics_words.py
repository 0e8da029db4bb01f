"""What the pages on dynamics say, in English, Spanish and Portuguese. They state association and no cause."""

from typing import Final

DYNAMICS_WORDS: Final[dict[str, dict[str, str]]] = {
    "summary": {"en": "Types of change", "es": "Tipos de cambio", "pt": "Tipos de mudança"},
    "letters": {
        "en": "One letter each for income per head, poverty and inequality of income: W better at the second date, "
        "L not, N no significant change.",
        "es": "Una letra para el ingreso por persona, otra para la pobreza y otra para la desigualdad del ingreso: "
        "W mejor en la segunda fecha, L no, N sin cambio significativo.",
        "pt": "Uma letra para a renda por pessoa, uma para a pobreza e uma para a desigualdade da renda: W melhor "
        "na segunda data, L não, N sem mudança significativa.",
    },
    "type": {"en": "Type", "es": "Tipo", "pt": "Tipo"},
    "territories": {"en": "Territories", "es": "Territorios", "pt": "Territórios"},
    "people": {"en": "People", "es": "Personas", "pt": "Pessoas"},
    "missing": {"en": "No type: a figure is missing", "es": "Sin tipo: falta un dato", "pt": "Sem tipo: falta um dado"},
    "total": {"en": "All", "es": "Todos", "pt": "Todos"},
    "published": {
        "en": "Published counts of WWW to compare with: Chile in the 1990s about 2 % of the municipalities with "
        "less than 1 % of the people; El Salvador in the same years almost 11 % of the territories with 7 % "
        "of the people.",
        "es": "Cifras publicadas de WWW para comparar: Chile en los años 1990, cerca del 2 % de las comunas con "
        "menos del 1 % de la población; El Salvador en los mismos años, casi el 11 % de los territorios con "
        "el 7 % de la población.",
        "pt": "Números publicados de WWW para comparar: Chile nos anos 1990, cerca de 2% dos municípios com menos "
        "de 1% da população; El Salvador nos mesmos anos, quase 11% dos territórios com 7% da população.",
    },
    "transitions": {
        "en": "From one period to the next: territories by type",
        "es": "De un período al siguiente: territorios por tipo",
        "pt": "De um período ao seguinte: territórios por tipo",
    },
    "stay": {
        "en": "{stay} of {all} territories with both types stay in theirs.",
        "es": "{stay} de {all} territorios con ambos tipos se quedan en el suyo.",
        "pt": "{stay} de {all} territórios com ambos os tipos ficam no seu.",
    },
    "factors": {"en": "Factors and changes", "es": "Factores y cambios", "pt": "Fatores e mudanças"},
    "factors_note": {
        "en": "Spearman's rank correlation of each factor with each change; all changes are turned so that + is "
        "better. Bold: adjusted p (Benjamini and Hochberg, over all {tests} correlations) under 0.05. These "
        "are associations across territories. They do not say what comes from what. dynamics_factors.csv has "
        "means, standard errors and n by type.",
        "es": "Correlación de rangos de Spearman de cada factor con cada cambio; todos los cambios se leen de modo "
        "que + es mejor. Negrita: p ajustado (Benjamini y Hochberg, sobre las {tests} correlaciones) menor "
        "que 0,05. Son asociaciones entre territorios. No dicen qué viene de qué. dynamics_factors.csv tiene "
        "medias, errores estándar y n por tipo.",
        "pt": "Correlação de postos de Spearman de cada fator com cada mudança; todas as mudanças se leem de modo "
        "que + é melhor. Negrito: p ajustado (Benjamini e Hochberg, sobre as {tests} correlações) menor que "
        "0,05. São associações entre territórios. Não dizem o que vem de quê. dynamics_factors.csv tem "
        "médias, erros padrão e n por tipo.",
    },
    "factor": {"en": "Factor", "es": "Factor", "pt": "Fator"},
    "growth": {"en": "Income", "es": "Ingreso", "pt": "Renda"},
    "poverty": {"en": "Poverty", "es": "Pobreza", "pt": "Pobreza"},
    "equality": {"en": "Equality", "es": "Igualdad", "pt": "Igualdade"},
    "nature": {"en": "Nature", "es": "Naturaleza", "pt": "Natureza"},
    "women": {"en": "Women", "es": "Mujeres", "pt": "Mulheres"},
    "propositions": {
        "en": "What the research claims, held against this region",
        "es": "Lo que afirma la investigación, frente a esta región",
        "pt": "O que afirma a pesquisa, diante desta região",
    },
    "propositions_note": {
        "en": "Each line is the association of a factor with an outcome across the territories of one region in one "
        "period, with the outcome's initial level, population and the unit one level up held. It is an "
        "association, no cause. Points and lines: standard deviations of the outcome for one of the factor, "
        "with the 95 % interval; the side that the claim expects is shaded. Factors are often measured after "
        "the period starts; proxies err in directions that the codebook tells; neighbours are not independent "
        "cases. Verdicts follow fixed rules: clear means that both the adjusted p and that of permutations "
        "are under 0.05.",
        "es": "Cada línea es la asociación de un factor con un resultado entre los territorios de una región en un "
        "período, con el nivel inicial del resultado, la población y la unidad del nivel superior fijos. Es "
        "una asociación, no una causa. Puntos y líneas: desviaciones estándar del resultado por una del "
        "factor, con el intervalo del 95 %; el lado que la afirmación espera está sombreado. Los factores se "
        "miden a menudo después del inicio del período; las variables proxy yerran en direcciones que dice el "
        "libro de códigos; los vecinos no son casos independientes. Los veredictos siguen reglas fijas: claro "
        "es que el p ajustado y el de las permutaciones son menores que 0,05.",
        "pt": "Cada linha é a associação de um fator com um resultado entre os territórios de uma região em um "
        "período, com o nível inicial do resultado, a população e a unidade do nível superior fixos. É uma "
        "associação, não uma causa. Pontos e linhas: desvios padrão do resultado por um do fator, com o "
        "intervalo de 95%; o lado que a afirmação espera está sombreado. Os fatores são muitas vezes medidos "
        "depois do início do período; as variáveis proxy erram em direções que o livro de códigos diz; os "
        "vizinhos não são casos independentes. Os veredictos seguem regras fixas: claro é que o p ajustado e "
        "o das permutações são menores que 0,05.",
    },
    "untold": {"en": "Cannot be told here", "es": "No se puede decir aquí", "pt": "Não se pode dizer aqui"},
    "more": {"en": "More of the factor: {}", "es": "Más del factor: {}", "pt": "Mais do fator: {}"},
    "profile": {"en": "Structural profile", "es": "Perfil estructural", "pt": "Perfil estrutural"},
    "profile_note_bars": {
        "en": "Bars show how many territories have a value; the dot is this one. Right is better where a direction is "
        "known, else more. The percentile is the share of the other territories that stand further left.",
        "es": "Las barras muestran cuántos territorios tienen un valor; el punto es este. A la derecha es mejor donde "
        "se conoce una dirección; si no, es más. El percentil es la parte de los demás territorios que están más a la "
        "izquierda.",
        "pt": "As barras mostram quantos territórios têm um valor; o ponto é este. À direita é melhor onde se conhece "
        "uma direção; senão, é mais. O percentil é a parte dos demais territórios que estão mais à esquerda.",
    },
    "profile_note": {
        "en": "Each dot is a territory; the large one is this one. Right is better where a direction is known, else "
        "more. The percentile is the share of the other territories that stand further left.",
        "es": "Cada punto es un territorio; el grande es este. A la derecha es mejor donde se conoce una dirección; "
        "si no, es más. El percentil es la parte de los demás territorios que están más a la izquierda.",
        "pt": "Cada ponto é um território; o grande é este. À direita é melhor onde se conhece uma direção; senão, "
        "é mais. O percentil é a parte dos demais territórios que estão mais à esquerda.",
    },
    "percentile": {"en": "percentile {}", "es": "percentil {}", "pt": "percentil {}"},
    "no_value": {"en": "no data", "es": "sin datos", "pt": "sem dados"},
    "access": {"en": "Access", "es": "Acceso", "pt": "Acesso"},
    "land": {"en": "Land", "es": "Tierra", "pt": "Terra"},
    "diversification": {"en": "Diversification", "es": "Diversificación", "pt": "Diversificação"},
    "infrastructure": {"en": "Infrastructure", "es": "Infraestructura", "pt": "Infraestrutura"},
    "services": {"en": "Services", "es": "Servicios", "pt": "Serviços"},
    "environment": {"en": "Environment", "es": "Ambiente", "pt": "Ambiente"},
    "city": {"en": "City of reference: {}", "es": "Ciudad de referencia: {}", "pt": "Cidade de referência: {}"},
    "similar": {
        "en": "Most alike in these factors",
        "es": "Los más parecidos en estos factores",
        "pt": "Os mais parecidos nestes fatores",
    },
    "distance": {"en": "distance {} of 1", "es": "distancia {} de 1", "pt": "distância {} de 1"},
    "no_curve": {
        "en": "No figures on how land is divided.",
        "es": "Sin datos sobre cómo se reparte la tierra.",
        "pt": "Sem dados sobre como a terra se divide.",
    },
    "headlines": {"en": "In figures", "es": "En cifras", "pt": "Em números"},
    "others": {"en": "Other indicators", "es": "Otros indicadores", "pt": "Outros indicadores"},
    "here": {"en": "here", "es": "aquí", "pt": "aqui"},
    "medians": {"en": "Unit above and region: medians of their territories.",
                "es": "Unidad superior y región: medianas de sus territorios.",
                "pt": "Unidade superior e região: medianas de seus territórios."},
    "where": {"en": "Where it is", "es": "Dónde está", "pt": "Onde fica"},
    "change": {"en": "How it changed", "es": "Cómo cambió", "pt": "Como mudou"},
    "no_type": {
        "en": "No type of change: a figure is missing.",
        "es": "Sin tipo de cambio: falta un dato.",
        "pt": "Sem tipo de mudança: falta um dado.",
    },
}  # fmt: skip


def say(key: str, language: str) -> str:
    """Look a text up.

    Parameters
    ----------
    key : str
        A key of `DYNAMICS_WORDS`.
    language : str
        ``en``, ``es`` or ``pt``.

    Returns
    -------
    str
        The text.
    """
    return DYNAMICS_WORDS[key][language]
