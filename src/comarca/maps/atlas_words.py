"""What the interactive atlas says, in English, Spanish and Portuguese."""

from typing import Final

ATLAS_WORDS: Final[dict[str, dict[str, str]]] = {
    "atlas": {"en": "Territory indicators", "es": "Indicadores territoriales", "pt": "Indicadores territoriais"},
    "skip": {"en": "Skip to the table", "es": "Ir a la tabla", "pt": "Ir para a tabela"},
    "language": {"en": "Language", "es": "Idioma", "pt": "Idioma"},
    "indicator": {"en": "Indicator", "es": "Indicador", "pt": "Indicador"},
    "compare": {"en": "Compare with", "es": "Comparar con", "pt": "Comparar com"},
    "find": {"en": "Find a territory", "es": "Buscar un territorio", "pt": "Buscar um território"},
    "map": {"en": "Map", "es": "Mapa", "pt": "Mapa"},
    "legend": {"en": "Legend", "es": "Leyenda", "pt": "Legenda"},
    "profile": {"en": "Profile", "es": "Perfil", "pt": "Perfil"},
    "choose": {
        "en": "Click a territory on the map, or choose one in the search box or the table.",
        "es": "Haga clic en un territorio del mapa, o elija uno en el buscador o en la tabla.",
        "pt": "Clique em um território do mapa, ou escolha um na busca ou na tabela.",
    },
    "scatter": {"en": "Two indicators", "es": "Dos indicadores", "pt": "Dois indicadores"},
    "table": {"en": "Table", "es": "Tabla", "pt": "Tabela"},
    "download": {"en": "Download all indicators (CSV)", "es": "Descargar todos los indicadores (CSV)",
                 "pt": "Baixar todos os indicadores (CSV)"},
    "code": {"en": "Code", "es": "Código", "pt": "Código"},
    "name": {"en": "Name", "es": "Nombre", "pt": "Nome"},
    "parent": {"en": "Part of", "es": "Parte de", "pt": "Parte de"},
    "value": {"en": "Value", "es": "Valor", "pt": "Valor"},
    "place": {"en": "Place", "es": "Lugar", "pt": "Posição"},
    "of": {"en": "{0} of {1}", "es": "{0} de {1}", "pt": "{0} de {1}"},
    "place_note": {
        "en": "Place: 1 is the greatest value. The bar shows the share of territories with a smaller value.",
        "es": "Lugar: 1 es el valor más alto. La barra indica la proporción de territorios con un valor menor.",
        "pt": "Posição: 1 é o maior valor. A barra indica a proporção de territórios com valor menor.",
    },
    "no_data": {"en": "No data", "es": "Sin datos", "pt": "Sem dados"},
    "definition": {"en": "What it is", "es": "Qué es", "pt": "O que é"},
    "method": {"en": "How it is computed", "es": "Cómo se calcula", "pt": "Como é calculado"},
    "source": {"en": "Reference", "es": "Referencia", "pt": "Referência"},
    "data_of": {"en": "data of {0}", "es": "datos de {0}", "pt": "dados de {0}"},
    "yes": {"en": "Yes", "es": "Sí", "pt": "Sim"},
    "no": {"en": "No", "es": "No", "pt": "Não"},
    "shown": {"en": "{0} territories. Map of: {1}.", "es": "{0} territorios. Mapa de: {1}.",
              "pt": "{0} territórios. Mapa de: {1}."},
    "selected": {"en": "Chosen: {0}", "es": "Elegido: {0}", "pt": "Escolhido: {0}"},
    "map_label": {
        "en": "Map of the territories, coloured by the chosen indicator. The table below holds the same values.",
        "es": "Mapa de los territorios, coloreado según el indicador elegido. La tabla de abajo tiene los mismos valores.",
        "pt": "Mapa dos territórios, colorido pelo indicador escolhido. A tabela abaixo contém os mesmos valores.",
    },
    "scatter_label": {
        "en": "Scatter plot of the two chosen indicators, one point per territory. The table below holds the same values.",
        "es": "Diagrama de dispersión de los dos indicadores elegidos, un punto por territorio. La tabla de abajo tiene los "
              "mismos valores.",
        "pt": "Gráfico de dispersão dos dois indicadores escolhidos, um ponto por território. A tabela abaixo contém os "
              "mesmos valores.",
    },
    "english_only": {"en": "", "es": "Las definiciones están en inglés.", "pt": "As definições estão em inglês."},
}  # fmt: skip
