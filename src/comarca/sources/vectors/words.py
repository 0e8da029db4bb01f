"""Words of official road, power and service inventories in Spanish, Portuguese and English, and what they mean here.

Keys are folded (`comarca.sources.names.fold_name`): lower case, no accents, no punctuation. Only words that leave no
doubt stand here; a region's configuration adds its own.
"""

from __future__ import annotations

from typing import Final

_SURFACES: Final[dict[str, str]] = {
    "asphalt": "asfalto, asfaltado, asfaltada, asfaltico, asfaltica, pavimento asfaltico, pavimento flexible, "
    "carpeta asfaltica, concreto asfaltico, hormigon asfaltico, mezcla asfaltica, asfalto en caliente, "
    "cbuq, asphalt, asphalted, tarmac, bitumen, bituminous, pavimento flexivel",
    "chipseal": "tratamiento superficial, tratamiento superficial bituminoso, tratamiento superficial asfaltico, "
    "doble tratamiento superficial, tratamento superficial, tratamento superficial duplo, tsd, chipseal, "
    "surface dressing",
    "concrete": "concreto, concreto hidraulico, concreto rigido, hormigon, pavimento rigido, losa de concreto, "
    "concreto de cemento portland, concrete",
    "cement": "cemento, cimento, encementado, cement",
    "paved": "pavimento, pavimentado, pavimentada, pavimentacion, pavimentada pista simples, pavimentada pista "
    "dupla, via pavimentada, carretera pavimentada, camino pavimentado, rodovia pavimentada, duplicada, "
    "pav, dup, paved, sealed",
    "paving_stones": "adoquin, adoquinado, adoquinada, adoquines, bloquete, bloquetes, intertravado, "
    "piso intertravado, paver, pavers, paving stones",
    "cobblestone": "empedrado, empedrada, calcamento, calcada de pedra, pedra irregular, pedra tosca, cobblestone, "
    "cobbles",
    "sett": "paralelepipedo, paralelepipedos, sett, setts",
    "gravel": "grava, gravilla, engravillado, ripio, ripiado, enripiado, ripiada, enripiada, lastre, lastrado, "
    "lastrada, balasto, balastro, balastado, balastada, material selecto, material granular, afirmado, "
    "afirmada, cascajo, cascalho, cascalhado, cascalhada, revestimento primario, revestido con grava, "
    "macadan, macadame, piedra chancada, brita, saibro, gravel, gravelled, graveled, macadam",
    "compacted": "compactado, compactada, suelo compactado, solo compactado, suelo estabilizado, solo estabilizado, "
    "estabilizado, compacted, stabilised, stabilized",
    "ground": "tierra, camino de tierra, suelo natural, terreno natural, terraceria, brecha, trocha, trocha "
    "carrozable, sin afirmar, leito natural, terra, estrada de terra, chao batido, solo natural, chao, "
    "leito, len, ground, earth road",
    "dirt": "dirt",
    "earth": "earth",
    "unpaved": "sin pavimento, sin pavimentar, no pavimentado, no pavimentada, sin asfaltar, sin asfalto, nao "
    "pavimentado, nao pavimentada, sem pavimento, sem pavimentacao, sem asfalto, nao asfaltada, "
    "implantada, imp, unpaved, unsealed, not paved",
    "sand": "arena, areia, sand",
    "clay": "arcilla, argila, clay",
    "mud": "barro, lama, lodo, mud",
    "laterite": "laterita, laterite, laterita compactada",
    "grass": "pasto, cesped, grama, hierba, grass",
    "wood": "madera, madeira, wood",
}  # fmt: skip

_ONEWAY: Final[dict[str, str]] = {
    "yes": "yes, y, true, 1, si, s, sim, verdadero, verdadeiro, f, ft, from to, forward, oneway, one way, "
    "unidireccional, unidirecional, un sentido, sentido unico, un solo sentido, una via, mao unica, "
    "unico, unica",
    "-1": "t, tf, to from, reverse, reversed, backward, contrario, inverso, sentido contrario, sentido inverso",
    "no": "no, n, false, 0, nao, falso, b, both, two way, twoway, bidireccional, bidirecional, doble, doble "
    "sentido, doble via, dos sentidos, ambos, ambos sentidos, dupla, mao dupla, sentido duplo, duplo "
    "sentido",
}

_POWER: Final[dict[str, str]] = {
    "line": "line, transmission, transmission line, high voltage, overhead line, linea, linea de transmision, "
    "linea de transporte, transmision, transporte, alta tension, linea de alta tension, linea aerea, "
    "linha, linha de transmissao, transmissao, alta tensao, lt, at, hv",
    "minor_line": "minor line, distribution, distribution line, medium voltage, low voltage, subtransmission, "
    "distribucion, linea de distribucion, media tension, baja tension, linea de media tension, linea de "
    "baja tension, subtransmision, distribuicao, linha de distribuicao, media tensao, baixa tensao, "
    "subtransmissao, mt, bt, mv, lv",
    "cable": "cable, underground, underground cable, submarine cable, subterranea, subterraneo, linea subterranea, "
    "cable subterraneo, cable submarino, cabo, cabo subterraneo, cabo submarino, linha subterranea, "
    "submarino",
}

_SERVICES: Final[dict[str, str]] = {
    "school": "school, schools, primary school, secondary school, high school, escuela, escuelas, escuela primaria, "
    "escuela secundaria, escuela rural, escuela publica, colegio, colegios, liceo, instituto de educacion "
    "secundaria, unidad educativa, institucion educativa, centro educativo, centro escolar, "
    "establecimiento educacional, escola, escolas, escola municipal, escola estadual, escola rural, "
    "escola publica, ensino fundamental, ensino medio",
    "hospital": "hospital, hospitals, hospitales, hospitais, hospital general, hospital geral, hospital regional, "
    "hospital provincial, hospital municipal, hospital distrital, hospital publico, hospital de campana",
    "clinic": "clinic, clinics, health centre, health center, health post, health clinic, doctors, clinica, "
    "clinicas, centro de salud, centros de salud, puesto de salud, puestos de salud, posta medica, posta "
    "de salud, posta rural, posta, consultorio, consultorio rural, policlinica, policlinico, dispensario, "
    "subcentro de salud, unidad de salud, centro medico, ambulatorio, cesfam, centro de saude, posto de "
    "saude, unidade de saude, unidade basica de saude, ubs, upa, consultorio medico",
    "bank": "bank, banks, bank branch, banco, bancos, sucursal bancaria, agencia bancaria, oficina bancaria, "
    "entidad bancaria, caja de ahorro, agencias bancarias",
    "marketplace": "marketplace, market, mercado, mercados, mercado municipal, mercado publico, plaza de mercado, "
    "feria libre, feira, feira livre",
    "fuel": "fuel, fuel station, petrol station, gas station, gasolinera, gasolineras, estacion de servicio, "
    "grifo, bomba de bencina, surtidor, bencinera, posto de combustivel, posto de gasolina",
    "townhall": "townhall, town hall, municipality, municipalidad, alcaldia, ayuntamiento, intendencia, palacio "
    "municipal, casa de gobierno municipal, prefeitura, prefeitura municipal, camara municipal",
    "post_office": "post office, correo, correos, oficina de correos, oficina postal, estafeta, agencia de correos, "
    "agencia dos correios, correios, agencia de correios",
    "bus_station": "bus station, bus terminal, terminal de buses, terminal de autobuses, terminal de omnibus, terminal "
    "terrestre, central de autobuses, terminal de transporte, terminal rodoviario, rodoviaria, estacao "
    "rodoviaria",
    "telecom": "telecom, telecommunication tower, cell tower, mobile tower, antena, antenas, torre de "
    "telecomunicaciones, antena de telefonia, antena de telefonia movil, radiobase, estacion base, torre "
    "celular, erb, estacao radio base, torre de telecomunicacoes, torre de celular",
}


def _by_word(words: dict[str, str]) -> dict[str, str]:
    return {word.strip(): meaning for meaning, said in words.items() for word in said.split(",")}


#: Surfaces -> values of the OSM tag ``surface``.
SURFACE_WORDS: Final = _by_word(_SURFACES)
#: Directions -> values of the OSM tag ``oneway``; ``-1`` is against the direction of drawing.
ONEWAY_WORDS: Final = _by_word(_ONEWAY)
#: Kinds of power line -> values of the OSM tag ``power``.
POWER_WORDS: Final = _by_word(_POWER)
#: Kinds of service.
SERVICE_WORDS: Final = _by_word(_SERVICES)
