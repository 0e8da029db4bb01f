import re

import pytest
import yaml

from comarca.errors import InputError
from comarca.registry.columns import LANGUAGES, load_registry

TITLE = {"en": "Time to a {city_class} city", "es": "Tiempo a una ciudad {city_class}", "pt": "Tempo a {city_class}"}
ENTRY = {
    "title": TITLE, "unit": "min", "better": "lower", "definition": "d", "method": "m", "source": "s",
    "missing": "none",
}  # fmt: skip


def write(folder, columns, families=("access",)):
    index = {
        "families": list(families),
        "terms": {"city_class": {"town": {"en": "town", "es": "pueblo", "pt": "vila"}}},
    }
    (folder / "_index.yaml").write_text(yaml.safe_dump(index))
    for family in families:
        entry = {"title": dict.fromkeys(LANGUAGES, "x"), "layers": ["territories"], "columns": columns}
        (folder / f"{family}.yaml").write_text(yaml.safe_dump(entry))
    return folder


def test_a_template_becomes_one_column_per_value_with_its_words(tmp_path):
    registry = load_registry(write(tmp_path, {"time_{city_class}_city_mean_min": ENTRY}))
    active, inactive = registry.columns("access", fields={"city_class": ["town", "sea_port"]}, layers=["territories"])
    assert [column.name for column in active] == ["time_town_city_mean_min", "time_sea_port_city_mean_min"]
    assert active[0].title["es"] == "Tiempo a una ciudad pueblo"
    assert active[1].title["en"] == "Time to a sea port city"
    assert active[0].fields == {"city_class": "town"}
    assert inactive == ()


def test_a_column_whose_layer_lacks_is_inactive(tmp_path):
    registry = load_registry(
        write(tmp_path, {"a_min": {**ENTRY, "title": dict.fromkeys(LANGUAGES, "a"), "layers": ["roads"]}})
    )
    active, inactive = registry.columns("access", fields={}, layers=["territories"])
    assert (active, [column.name for column in inactive]) == ((), ["a_min"])


def test_an_unknown_key_is_refused_with_the_nearest_one(tmp_path):
    with pytest.raises(InputError, match="Did you mean 'better'"):
        load_registry(write(tmp_path, {"a_min": {**ENTRY, "beter": "lower"}}))


def test_a_column_stands_in_one_family_only(tmp_path):
    with pytest.raises(InputError, match="a_min"):
        load_registry(write(tmp_path, {"a_min": ENTRY}, families=("access", "land")))


def test_titles_are_needed_in_every_language(tmp_path):
    with pytest.raises(InputError, match="'pt'"):
        load_registry(write(tmp_path, {"a_min": {**ENTRY, "title": {"en": "a", "es": "a"}}}))


#: Words for people, but for the inhabitants of cities that market potential sums.
_PEOPLE = re.compile(
    r"people|person|population|nobody|somebody|(?<!-)\blives?\b|poblaci|habitant|popula|pessoa", re.IGNORECASE
)


def test_nothing_that_is_weighted_by_area_speaks_of_people():
    registry = load_registry()
    fields = {"city_class": ["town"], "time_threshold": ["60"], "service": ["schools"]}
    layers = {
        "territories",
        "demand",
        "cities",
        "roads",
        "travel_times",
        "market_potential",
        "services",
        "service_times",
    }
    by_name = {}
    for family in ("access", "services"):
        for given in (layers, layers | {"population"}):
            columns, _ = registry.columns(family, fields=fields, layers=given)
            by_name |= {(column.name, "population" in given): column for column in columns}
    weighted = [name for name, people in by_name if not people and by_name[name, True] != by_name[name, False]]
    assert len(weighted) == 12
    for (name, has_people), column in by_name.items():
        if has_people or column.layers == ("population",):
            continue
        texts = (*column.title.values(), column.unit, column.definition, column.method, column.missing, column.bias)
        found = _PEOPLE.findall(" ".join(texts))
        assert not found or (name == "market_potential_persons" and found == ["person"]), name
        if name in weighted:
            assert all(
                word in column.title[language].lower()
                for language, word in (("en", "area"), ("es", "superficie"), ("pt", "área"))
            ), name


def test_sources_are_data_and_what_methods_are_taken_from_stands_apart():
    columns = [column for family in load_registry().families.values() for column in family.columns]
    assert [column.name for column in columns if re.search("doi|http|ISBN", column.source)] == []
    named = {column.name: column.reference for column in columns}
    assert named["time_{city_class}_city_mean_min"] == "doi:10.1007/BF01386390"
    assert "Vollrath" in named["holding_gini_with_landless_index"]
    assert "Moser" in named["farmland_mesh_size_ha"]


def test_an_unknown_key_by_area_is_refused(tmp_path):
    with pytest.raises(InputError, match="by_area"):
        load_registry(write(tmp_path, {"a": ENTRY | {"by_area": {"source": "x"}}}))
