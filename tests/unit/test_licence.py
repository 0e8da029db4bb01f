"""What may be published follows from what was read."""

from __future__ import annotations

import pytest

from comarca.publish.inputs import InputFile
from comarca.publish.licence import licence_note, terms_of
from comarca.publish.provenance import provenance
from comarca.publish.sources_text import sources_markdown
from comarca.registry.licences import licence_of


def file(layer: str, licence: str, *, redistribute: bool | None = True) -> InputFile:
    return InputFile(
        layer=layer, provider="p", version="1", path=layer, url=None, sha256="ab" * 32, bytes=1, retrieved=None,
        data_date=None, licence=licence, attribution=f"By {layer}", redistribute=redistribute,
    )  # fmt: skip


OSM = file("osm", "ODbL-1.0")
CITIES = file("cities", "CC-BY-4.0")
SHARE_ALIKE = file("territories", "Creative Commons Attribution-ShareAlike 2.0")
GADM = file("territories", "GADM licence: academic and other non-commercial use", redistribute=False)
OWN = file("parcels", "", redistribute=None)


@pytest.mark.parametrize(
    ("inputs", "licence", "said"),
    [
        ([OSM, CITIES], "ODbL-1.0", "has to do so under the **ODbL 1.0**"),
        ([CITIES, SHARE_ALIKE], "CC-BY-SA-4.0", "have to be published under **CC BY-SA 4.0**"),
        ([CITIES], "CC-BY-4.0", "for instance under **CC BY 4.0**"),
        ([OSM, SHARE_ALIKE], "", "No licence fits a table of all columns"),
    ],
)
def test_the_licence_of_a_regions_products_follows_from_its_inputs(
    inputs: list[InputFile], licence: str, said: str
) -> None:
    assert terms_of(inputs).licence == licence
    assert said in " ".join(licence_note(terms_of(inputs), ["By us"], title="X").split())
    assert said in sources_markdown(inputs, region="X", title="X")
    assert provenance(inputs, region="X", config={})["terms"]["licence"] == licence


def test_what_may_not_be_passed_on_is_named_with_the_products_that_hold_it() -> None:
    terms = terms_of([OSM, GADM])
    assert (terms.licence, terms.closed) == ("ODbL-1.0", ("territories",))
    note = licence_note(terms, [], title="X")
    assert "territories **may not be passed on**" in note
    assert "indicators.gpkg" in note
    assert "Not to be passed on." in sources_markdown([OSM, GADM], region="X", title="X")


def test_a_source_that_forbids_it_closes_a_licence_that_would_allow_it() -> None:
    assert terms_of([file("territories", "CC BY-IGO", redistribute=False)]).closed == ("territories",)


def test_files_of_ones_own_are_for_their_owner_to_judge() -> None:
    terms = terms_of([CITIES, OWN])
    assert terms.unknown == ("parcels",)
    assert "for you to find out" in licence_note(terms, [], title="X")


def test_credits_stand_in_the_note() -> None:
    assert "- By osm (ODbL-1.0)" in licence_note(terms_of([OSM]), ["By osm (ODbL-1.0)"], title="X")


@pytest.mark.parametrize(
    ("text", "kind"),
    [("ODbL-1.0", "odbl"), ("CC-BY-4.0", "attribution"), ("CC-BY-SA-4.0", "by-sa"), ("CC0-1.0", "public"),
     ("Creative Commons Attribution for Intergovernmental Organisations (CC BY-IGO)", "attribution"),
     ("CC BY-IGO; the source, GADM, forbids passing it on", "closed"), ("", "unknown"), ("something else", "unknown")],
)  # fmt: skip
def test_licences_are_recognised_however_they_are_written(text: str, kind: str) -> None:
    assert licence_of(text).kind == kind
