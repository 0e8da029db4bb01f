"""What the interactive atlas says, in English, Spanish and Portuguese."""

from typing import Final

from comarca.publish.words import WORDS

ATLAS_WORDS: Final[dict[str, dict[str, str]]] = {
    "atlas": {"en": "Territory indicators", "es": "Indicadores territoriales", "pt": "Indicadores territoriais"},
    "skip": {"en": "Skip to the table", "es": "Ir a la tabla", "pt": "Ir para a tabela"},
    "language": {"en": "Language", "es": "Idioma", "pt": "Idioma"},
    "indicator": {"en": "Indicator", "es": "Indicador", "pt": "Indicador"},
    "compare": {"en": "Compare with", "es": "Comparar con", "pt": "Comparar com"},
    "find": {"en": "Find a territory", "es": "Buscar un territorio", "pt": "Buscar um território"},
    "not_found": {"en": "No territory is called {0}.", "es": "Ningún territorio se llama {0}.",
                  "pt": "Nenhum território se chama {0}."},
    "cities": {"en": "City; larger with more people", "es": "Ciudad; más grande cuantos más habitantes",
               "pt": "Cidade; maior quanto mais habitantes"},
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
    "log_scale": WORDS["log_scale"],
    "with_value": WORDS["with_value"],
    "n": WORDS["n"],
    "all_flagged": {"en": "All values are flagged: the profile says why",
                    "es": "Todos los valores tienen aviso: el perfil dice por qué",
                    "pt": "Todos os valores têm aviso: o perfil diz por quê"},
    "flagged": {"en": "Flagged: the profile says why", "es": "Con aviso: el perfil dice por qué",
                "pt": "Com aviso: o perfil diz por quê"},
    "name": {"en": "Name", "es": "Nombre", "pt": "Nome"},
    "parent": {"en": "Part of", "es": "Parte de", "pt": "Parte de"},
    "value": {"en": "Value", "es": "Valor", "pt": "Valor"},
    "place": {"en": "Place", "es": "Lugar", "pt": "Posição"},
    "of": {"en": "{0} of {1}", "es": "{0} de {1}", "pt": "{0} de {1}"},
    "band": {"en": "Band", "es": "Banda", "pt": "Faixa"},
    "band_note": {
        "en": "Below a value: what it may be as well. Point at it to read how that is known; the file "
        "indicators_uncertainty.csv has all bands.",
        "es": "Debajo de un valor: lo que también podría ser. Señálelo para leer cómo se sabe; el archivo "
        "indicators_uncertainty.csv tiene todas las bandas.",
        "pt": "Abaixo de um valor: o que ele também poderia ser. Aponte para ler como se sabe; o arquivo "
        "indicators_uncertainty.csv tem todas as faixas.",
    },
    "place_note": {
        "en": "Place: 1 is the best value, or the greatest where neither direction is better. The bar shows the share "
        "of territories with a smaller value.",
        "es": "Lugar: 1 es el mejor valor, o el más alto donde ninguna dirección es mejor. La barra indica la "
        "proporción de territorios con un valor menor.",
        "pt": "Posição: 1 é o melhor valor, ou o maior onde nenhuma direção é melhor. A barra indica a proporção de "
        "territórios com valor menor.",
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
        "en": "Map of the chosen indicator. The table holds the same values.",
        "es": "Mapa del indicador elegido. La tabla tiene los mismos valores.",
        "pt": "Mapa do indicador escolhido. A tabela contém os mesmos valores.",
    },
    "scatter_label": {
        "en": "Scatter plot of the two chosen indicators. The table holds the same values.",
        "es": "Diagrama de dispersión de los dos indicadores elegidos. La tabla tiene los mismos valores.",
        "pt": "Gráfico de dispersão dos dois indicadores escolhidos. A tabela contém os mesmos valores.",
    },
    "several": {"en": "{0} territories bear this name; choose one:",
                "es": "{0} territorios tienen este nombre; elija uno:",
                "pt": "{0} territórios têm este nome; escolha um:"},
}  # fmt: skip

#: What the reason codes say; English is `comarca.results.MEANING`.
REASON_WORDS: Final[dict[str, dict[str, str]]] = {
    "en": {},
    "es": {
        "no_population": "no se conocen habitantes en el territorio, de modo que un valor por persona no está definido",
        "no_demand": "no se conoce ningún lugar habitado en el territorio",
        "no_city": "en los datos de la región no hay ninguna ciudad de esta clase",
        "no_roads": "el territorio no tiene carreteras del tipo al que se refiere el valor",
        "unreachable": "ninguna ciudad o servicio de este tipo es accesible por la red o a pie",
        "border_bias": "el valor es válido, pero lo que hay fuera de los datos es estimado o puede cambiarlo",
        "border_undecided": "decide una ciudad fuera de los datos viales, y su tiempo estimado admite dos clases",
        "too_few_units": "menos unidades que el mínimo configurado",
        "not_mapped": "la fuente no ha mapeado nada de este tipo aquí, lo que no significa que no exista",
        "suppressed": "la fuente reservó cifras por secreto estadístico; el valor, si lo hay, se basa en estimaciones",
        "no_source_row": "la tabla de la fuente no tiene una fila para este territorio",
        "not_in_source": "la fuente tiene una fila para este territorio, pero sin cifra",
        "outside_raster": "el ráster no cubre el territorio",
        "zero_denominator": "el total del que el valor es una parte es cero",
        "impossible": "lo calculado no puede ser correcto y se dejó fuera: una falla de los datos o del programa",
        "spanning_patch": "una mancha que cruza el límite ocupa la mayor parte de la tierra; no muestra cómo se divide",
        "between_classes": "el valor es válido, pero los datos en que se basa admiten también la clase siguiente",
        "not_at_both_dates": "la fuente tiene el territorio en una sola de las dos fechas; puede ser nuevo o fusionado",
        "compared_jointly": "el valor es de una unidad de varios territorios, pues hubo divisiones o fusiones",
        "prices_not_stated": "el valor vale, pero nadie dice si los ingresos están en precios constantes",
    },
    "pt": {
        "no_population": "não se conhecem habitantes no território, portanto um valor por pessoa não está definido",
        "no_demand": "não se conhece nenhum lugar habitado no território",
        "no_city": "nos dados da região não há nenhuma cidade desta classe",
        "no_roads": "o território não tem estradas do tipo a que o valor se refere",
        "unreachable": "nenhuma cidade ou serviço deste tipo é acessível pela rede ou a pé",
        "border_bias": "o valor é válido, mas o que há fora dos dados é estimado ou pode mudá-lo",
        "border_undecided": "decide uma cidade fora dos dados viários, e seu tempo estimado admite duas classes",
        "too_few_units": "menos unidades que o mínimo configurado",
        "not_mapped": "a fonte não mapeou nada deste tipo aqui, o que não significa que não exista",
        "suppressed": "a fonte omitiu valores por sigilo estatístico; o valor, se houver, baseia-se em estimativas",
        "no_source_row": "a tabela da fonte não tem uma linha para este território",
        "not_in_source": "a fonte tem uma linha para este território, mas sem valor",
        "outside_raster": "o raster não cobre o território",
        "zero_denominator": "o total do qual o valor é uma parte é zero",
        "impossible": "o que se calculou não pode estar certo e ficou de fora: uma falha dos dados ou do programa",
        "spanning_patch": "uma mancha que cruza o limite ocupa a maior parte da terra; não mostra como ela se divide",
        "between_classes": "o valor é válido, mas os dados em que se baseia admitem também a classe seguinte",
        "not_at_both_dates": "a fonte tem o território em só uma das duas datas; pode ser novo ou fundido",
        "compared_jointly": "o valor é de uma unidade de vários territórios, pois houve divisões ou fusões",
        "prices_not_stated": "o valor vale, mas ninguém diz se as rendas estão em preços constantes",
    },
}

#: How a band is known -> what readers are told of it.
METHOD_WORDS: Final[dict[str, dict[str, str]]] = {
    "draws_of_speeds": {
        "en": "nine of ten draws with speeds by class of road and walking detours up to 20 % off",
        "es": "nueve de cada diez sorteos con velocidades por clase de vía y rodeos a pie hasta 20 % distintos",
        "pt": "nove de cada dez sorteios com velocidades por classe de via e desvios a pé até 20% diferentes",
    },
    "draws_of_speeds_and_threshold": {
        "en": "nine of ten draws with speeds and walking detours up to 20 % off, and the time limit 10 % off",
        "es": "nueve de cada diez sorteos con velocidades y rodeos a pie hasta 20 % distintos, y el límite de tiempo "
        "10 % distinto",
        "pt": "nove de cada dez sorteios com velocidades e desvios a pé até 20% diferentes, e o limite de tempo 10% "
        "diferente",
    },
    "threshold": {
        "en": "the limit 10 % lower and 10 % higher",
        "es": "el límite 10 % más bajo y 10 % más alto",
        "pt": "o limite 10% mais baixo e 10% mais alto",
    },
    "untagged_surfaces": {
        "en": "all roads without a known surface unpaved, and all of them paved",
        "es": "todas las vías sin superficie conocida sin pavimentar, y todas pavimentadas",
        "pt": "todas as vias sem superfície conhecida não pavimentadas, e todas pavimentadas",
    },
    "grid_shifts": {
        "en": "the grid of 1 km in four positions, half a cell apart",
        "es": "la malla de 1 km en cuatro posiciones, a media celda de distancia",
        "pt": "a malha de 1 km em quatro posições, a meia célula de distância",
    },
    "coverage_and_bootstrap": {
        "en": "nine of ten samples drawn anew, with an estimate of the kinds that are not mapped",
        "es": "nueve de cada diez muestras sorteadas de nuevo, con una estimación de las clases sin mapear",
        "pt": "nove de cada dez amostras sorteadas de novo, com uma estimativa dos tipos não mapeados",
    },
    "bounds_of_size_classes": {
        "en": "equal holdings inside each size class, and the most unequal ones that its limits allow",
        "es": "explotaciones iguales dentro de cada estrato, y las más desiguales que permiten sus límites",
        "pt": "estabelecimentos iguais dentro de cada grupo de área, e os mais desiguais que seus limites permitem",
    },
}
