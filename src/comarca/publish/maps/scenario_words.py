"""What maps and pages on scenarios say, in English, Spanish and Portuguese."""

from typing import Final

SCENARIO_WORDS: Final[dict[str, dict[str, str]]] = {
    "scenario": {"en": "Scenario", "es": "Escenario", "pt": "Cenário"},
    "change_of": {"en": "{column}: change", "es": "{column}: cambio", "pt": "{column}: mudança"},
    "note": {
        "en": "What would differ from today if only this changed: people stay where they live, and nothing else "
        "reacts. Travel times are computed, not observed; means are over those who still reach a destination.",
        "es": "Qué sería distinto de hoy si solo esto cambiara: la gente sigue donde vive y nada más reacciona. Los "
        "tiempos de viaje son calculados, no observados; las medias son de quienes aún llegan a un destino.",
        "pt": "O que seria diferente de hoje se só isto mudasse: as pessoas ficam onde moram e nada mais reage. Os "
        "tempos de viagem são calculados, não observados; as médias são de quem ainda chega a um destino.",
    },
    "roads_replaced": {
        "en": "Another road network: {0} km", "es": "Otra red de carreteras: {0} km",
        "pt": "Outra rede de estradas: {0} km",
    },
    "roads_added": {"en": "Roads added: {0} km", "es": "Carreteras nuevas: {0} km", "pt": "Estradas novas: {0} km"},
    "roads_changed": {
        "en": "Roads changed: {0} km", "es": "Carreteras modificadas: {0} km", "pt": "Estradas modificadas: {0} km"
    },
    "roads_closed": {
        "en": "Roads closed: {0} km", "es": "Carreteras cerradas: {0} km", "pt": "Estradas fechadas: {0} km"
    },
    "cities_changed": {
        "en": "Cities with other populations: {0}", "es": "Ciudades con otra población: {0}",
        "pt": "Cidades com outra população: {0}",
    },
    "services_added": {
        "en": "Services that open: {0}", "es": "Servicios que abren: {0}", "pt": "Serviços que abrem: {0}"
    },
    "services_closed": {
        "en": "Services that close: {0}", "es": "Servicios que cierran: {0}", "pt": "Serviços que fecham: {0}"
    },
    "people": {"en": "People within reach", "es": "Personas al alcance", "pt": "Pessoas ao alcance"},
    "destination": {"en": "Destination", "es": "Destino", "pt": "Destino"},
    "today": {"en": "today", "es": "hoy", "pt": "hoje"},
    "then": {"en": "scenario", "es": "escenario", "pt": "cenário"},
    "gained": {"en": "gained", "es": "ganan", "pt": "ganham"},
    "lost": {"en": "lost", "es": "pierden", "pt": "perdem"},
    "within": {"en": "{0}, {1} min", "es": "{0}, {1} min", "pt": "{0}, {1} min"},
    "most": {
        "en": "Territories that change most", "es": "Territorios que más cambian", "pt": "Territórios que mais mudam"
    },
    "no_people": {
        "en": "Nobody comes within reach or falls out of it.", "es": "Nadie queda al alcance ni deja de estarlo.",
        "pt": "Ninguém fica ao alcance nem deixa de estar.",
    },
    "siting": {
        "en": "People newly within {1} min of {0}", "es": "Personas que quedan a menos de {1} min: {0}",
        "pt": "Pessoas que ficam a menos de {1} min: {0}",
    },
    "no_change": {"en": "No territory changes.", "es": "Ningún territorio cambia.", "pt": "Nenhum território muda."},
}  # fmt: skip


def say(key: str, language: str) -> str:
    """Look a text up.

    Parameters
    ----------
    key : str
        Key of `SCENARIO_WORDS`.
    language : str
        ``en``, ``es`` or ``pt``.

    Returns
    -------
    str
        The text; ``{0}`` stands for a figure.
    """
    return SCENARIO_WORDS[key][language]
