"""What OpenStreetMap tags mean here. Every rule on tags stands in this module, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from comarca.layers.schemas import OSM_KEYS, ROAD_TAGS
from comarca.units import latin_digits

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Values of ``highway`` that a car, truck or 4x4 can use. Not in it: construction, proposed, path, footway, ...
DRIVABLE: Final = (
    "motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link", "secondary", "secondary_link",
    "tertiary", "tertiary_link", "unclassified", "residential", "living_street", "service", "track", "road",
)  # fmt: skip
FERRY: Final = "ferry"

#: Columns of the roads layer -> keys of their tags.
ROAD_TAG_OF: Final = {column: OSM_KEYS.get(column, column) for column in ROAD_TAGS}

#: Tags that with the value ``yes`` say that a road is not there.
LIFECYCLE: Final = ("proposed", "planned", "construction", "abandoned", "disused", "razed", "demolished", "dismantled")
#: Tags of roads over frozen ground and ice.
WINTER: Final = ("winter_road", "ice_road")
#: Tags with conditions under which a road is open or closed.
CONDITIONAL: Final = ("access:conditional", "vehicle:conditional", "motor_vehicle:conditional")

POWER_CLASSES: Final = ("line", "minor_line", "cable")

#: Values of ``waterway`` that may carry water to fields. Ditches mostly drain.
CANAL_CLASSES: Final = ("canal", "ditch")
#: Values of ``usage`` of canals that are not for fields.
_NOT_FOR_FIELDS: Final = ("transportation", "navigation", "headrace", "tailrace", "penstock", "spillway", "drainage",
                          "transmission", "water_supply")  # fmt: skip

#: Kind of service by tag; of several that fit, the first one counts. ``clinic`` is any place of care by a health
#: worker without beds for the night: rural posts and doctors' practices are tagged in all these ways.
SERVICE_KINDS: Final[dict[tuple[str, str], str]] = {
    ("amenity", "school"): "school",
    ("amenity", "hospital"): "hospital",
    ("healthcare", "hospital"): "hospital",
    ("amenity", "clinic"): "clinic",
    ("amenity", "doctors"): "clinic",
    ("amenity", "health_post"): "clinic",
    ("healthcare", "clinic"): "clinic",
    ("healthcare", "centre"): "clinic",
    ("healthcare", "doctor"): "clinic",
    ("amenity", "bank"): "bank",
    ("amenity", "marketplace"): "marketplace",
    ("amenity", "fuel"): "fuel",
    ("amenity", "townhall"): "townhall",
    ("amenity", "post_office"): "post_office",
    ("amenity", "bus_station"): "bus_station",
    ("man_made", "communications_tower"): "telecom",
    ("tower:type", "communication"): "telecom",
    ("communication:mobile_phone", "yes"): "telecom",
}

#: Sector of the local economy by key: all values of it count but those below, or only those listed. Of several that
#: fit, the first one counts.
ECONOMY_KEYS: Final[dict[str, tuple[str, tuple[str, ...] | None]]] = {
    "shop": ("shop", None),
    "craft": ("craft", None),
    "office": ("office", None),
    "industrial": ("industry", None),
    "man_made": ("industry", ("works",)),
    "tourism": (
        "tourism",
        ("hotel", "motel", "guest_house", "hostel", "apartment", "chalet", "camp_site", "caravan_site", "alpine_hut",
         "wilderness_hut", "museum", "gallery", "theme_park", "zoo", "aquarium"),
    ),
    "amenity": (
        "service",
        ("restaurant", "cafe", "bar", "pub", "fast_food", "ice_cream", "biergarten", "food_court", "nightclub", "bank",
         "bureau_de_change", "money_transfer", "pharmacy", "doctors", "dentist", "veterinary", "fuel", "car_wash",
         "car_rental", "boat_rental", "vehicle_inspection", "driving_school", "language_school", "cinema", "theatre",
         "casino", "gambling", "internet_cafe", "coworking_space", "studio", "marketplace", "funeral_hall"),
    ),
}  # fmt: skip
#: Values that say that there is no establishment, or no longer.
_NO_ESTABLISHMENT: Final = ("no", "none", "vacant", "disused", "abandoned", "closed", "construction", "proposed")

#: Values of ``natural`` that say what covers the ground.
NATURAL_COVER: Final = (
    "wood", "scrub", "heath", "grassland", "fell", "tundra", "moor", "wetland", "mud", "water", "glacier", "bare_rock",
    "scree", "shingle", "sand", "beach", "dune",
)  # fmt: skip

#: Values of ``place`` at which people live.
SETTLEMENTS: Final = (
    "city", "town", "village", "hamlet", "isolated_dwelling", "farm", "borough", "suburb", "quarter", "neighbourhood",
)  # fmt: skip

_CLOSED: Final = ("no", "private")
_OPEN: Final = ("yes", "permissive", "designated", "destination", "official")
#: Tags that tell ferries for cars from boats for people and for tourists.
FERRY_KEYS: Final = ("foot", "bicycle", "passenger", "hgv", "usage", "tourism", "ferry", "service")
_TOURISM: Final = ("tourism", "tourist", "leisure", "sightseeing", "excursion", "attraction")


def canal_class(tags: pd.DataFrame) -> pd.Series:
    """Class of each way that may carry water to fields, or null if it is none.

    A canal counts unless its ``usage`` is another; a ditch only if its ``usage`` is irrigation, as most of them drain.

    Parameters
    ----------
    tags : pandas.DataFrame
        Columns ``waterway`` and ``usage``.

    Returns
    -------
    pandas.Series
        Same index.
    """
    kind, usage = tags["waterway"], tags["usage"]
    counts = ((kind == "canal") & ~usage.isin(_NOT_FOR_FIELDS)) | ((kind == "ditch") & (usage == "irrigation"))
    return kind.where(counts)


def road_class(tags: pd.DataFrame) -> pd.Series:
    """Class of each way: its drivable ``highway`` value, or ``ferry``, or null if it is no road.

    Parameters
    ----------
    tags : pandas.DataFrame
        Columns ``highway`` and ``route``.

    Returns
    -------
    pandas.Series
        Same index.
    """
    drivable = tags["highway"].where(tags["highway"].isin(DRIVABLE))
    return drivable.mask(drivable.isna() & (tags["route"] == FERRY), FERRY)


def motorcar(tags: pd.DataFrame) -> pd.Series:
    """Say whether cars may use a road, as far as tags of cars do; for ferries, as far as any tags do.

    A ferry takes no cars where ``motorcar``, ``motor_vehicle`` or ``vehicle`` says so, where it is tagged for
    passengers, people on foot or on bicycles and nothing is said of cars, and where it is a boat for sightseeing. What
    takes lorries (``hgv``) takes cars. A ferry that nothing is said of takes cars.

    Parameters
    ----------
    tags : pandas.DataFrame
        Columns of `road_class`, ``motorcar``, ``motor_vehicle``, ``vehicle`` and `FERRY_KEYS`.

    Returns
    -------
    pandas.Series
        The tag ``motorcar``, ``no`` for ferries without cars; null where nothing is said. Same index.
    """
    stated = tags["motorcar"]
    of_cars = stated.fillna(tags["motor_vehicle"]).fillna(tags["vehicle"])
    is_for_people = tags[["foot", "bicycle", "passenger"]].isin(_OPEN).any(axis=1) | (tags["ferry"] == "passenger")
    for_people = is_for_people & of_cars.isna() & ~tags["hgv"].isin(_OPEN)
    for_tourists = tags[["usage", "tourism", "ferry", "service"]].isin(_TOURISM).any(axis=1)
    is_ferry = road_class(tags) == FERRY
    return stated.mask(is_ferry & (for_people | for_tourists | of_cars.isin(_CLOSED)), "no")


def is_not_there(tags: pd.DataFrame) -> pd.Series:
    """Tell whether a road is planned, being built or given up, though its class says what it will be or was.

    Parameters
    ----------
    tags : pandas.DataFrame
        Columns `LIFECYCLE`.

    Returns
    -------
    pandas.Series of bool
        Same index.
    """
    return (tags[list(LIFECYCLE)] == "yes").any(axis=1)


def oneway(tags: pd.DataFrame) -> pd.Series:
    """Direction of each road: motorways and roundabouts are one-way unless told not to be.

    Parameters
    ----------
    tags : pandas.DataFrame
        Columns ``oneway``, ``highway`` and ``junction``.

    Returns
    -------
    pandas.Series
        Same index; null where nothing is said or implied.
    """
    implied = (tags["highway"] == "motorway") | tags["junction"].isin(("roundabout", "circular"))
    return tags["oneway"].mask(tags["oneway"].isna() & implied, "yes")


def seasonal(tags: pd.DataFrame) -> pd.Series:
    """Season in which a road can be used, as far as tags say.

    Parameters
    ----------
    tags : pandas.DataFrame
        Columns ``seasonal``, `WINTER` and `CONDITIONAL`.

    Returns
    -------
    pandas.Series
        The tag ``seasonal``; ``winter`` for winter and ice roads, ``conditional`` where access is closed at times; null
        where nothing is said. Same index.
    """
    stated = tags["seasonal"]
    winter = (tags[list(WINTER)] == "yes").any(axis=1)
    closed = tags[list(CONDITIONAL)].apply(lambda column: column.str.contains(r"^\s*no\s*@").eq(True)).any(axis=1)
    return stated.mask(stated.isna() & closed, "conditional").mask(winter, "winter")


def service_kind(tags: pd.DataFrame) -> pd.Series:
    """Kind of service of each object, null if it is none.

    Parameters
    ----------
    tags : pandas.DataFrame
        One column per key in `SERVICE_KINDS`.

    Returns
    -------
    pandas.Series
        Same index.
    """
    kind = pd.Series(None, index=tags.index, dtype="str")
    for (key, value), name in SERVICE_KINDS.items():
        kind = kind.mask(kind.isna() & (tags[key] == value), name)
    return kind


def establishment(tags: pd.DataFrame) -> pd.Series:
    """Sector and category of each establishment of the local economy, such as ``shop=bakery``, null if it is none.

    Parameters
    ----------
    tags : pandas.DataFrame
        One column per key in `ECONOMY_KEYS`.

    Returns
    -------
    pandas.Series
        Same index. The sector is one of those in `ECONOMY_KEYS`, the category the first value of its tag.
    """
    kind = pd.Series(None, index=tags.index, dtype="str")
    for key, (sector, listed) in ECONOMY_KEYS.items():
        value = tags[key][kind.isna()].dropna().astype("str").str.split(";", n=1).str[0].str.strip().str.lower()
        counts = ~value.isin(["", *_NO_ESTABLISHMENT]) if listed is None else value.isin(listed)
        kind[value.index[counts]] = f"{sector}=" + value[counts]
    return kind


def land_use(tags: pd.DataFrame) -> pd.Series:
    """Use or cover of each area: the ``landuse`` value, or else ``natural=<value>``, null if neither is known.

    Parameters
    ----------
    tags : pandas.DataFrame
        Columns ``landuse`` and ``natural``.

    Returns
    -------
    pandas.Series
        Same index.
    """
    natural = tags["natural"].where(tags["natural"].isin(NATURAL_COVER))
    return tags["landuse"].fillna("natural=" + natural)


def country_code(tags: pd.DataFrame) -> pd.Series:
    """ISO 3166-1 alpha-2 code in upper case, null if there is none of that form.

    Parameters
    ----------
    tags : pandas.DataFrame
        Columns ``ISO3166-1:alpha2`` and ``ISO3166-1``.

    Returns
    -------
    pandas.Series
        Same index.
    """
    code = tags["ISO3166-1:alpha2"].fillna(tags["ISO3166-1"]).str.strip().str.upper()
    return code.where(code.str.fullmatch("[A-Z]{2}").eq(True))


def parse_count(text: pd.Series) -> NDArray[np.float64]:
    """Read counts as people write them: ``1234``, ``1 234``, ``1,234``, ``1.234``, ``~1200``.

    Parameters
    ----------
    text : pandas.Series
        Tag values.

    Returns
    -------
    numpy.ndarray of float
        NaN where the text is not a count.
    """
    plain = _latin(text).str.strip().str.lstrip("~").str.replace(r"[ ,.'\u00a0](?=\d{3}(?:\D|$))", "", regex=True)
    return _number(plain.where(plain.str.fullmatch(r"\d+").eq(True)))


def parse_number(text: pd.Series) -> NDArray[np.float64]:
    """Read plain numbers that are not negative, such as storeys.

    Parameters
    ----------
    text : pandas.Series
        Tag values.

    Returns
    -------
    numpy.ndarray of float
        NaN where the text is not such a number.
    """
    plain = _latin(text).str.strip().str.replace(",", ".", regex=False)
    return _number(plain.where(plain.str.fullmatch(r"\d+(?:\.\d+)?").eq(True)))


def _latin(text: pd.Series) -> pd.Series:
    return text.map(latin_digits, na_action="ignore").astype("str")


def _number(text: pd.Series) -> NDArray[np.float64]:
    return np.asarray(pd.to_numeric(text, errors="coerce"), dtype=float)
