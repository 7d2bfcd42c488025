"""Why an offer was found, and what there would be if a criterion were given up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.interface import Interface
from bot.knowledge import FILTERS, Names, OfferIndex, Query
from bot.knowledge.listing import listing
from bot.languages import load_languages
from tests.knowledge.conftest import DATA, TODAY, Write


@pytest.fixture
def index(data: Path, write: Write, tmp_path: Path) -> OfferIndex:
    flat = "housing_kind: flat, deal: rent, area: 60, rent_cold: 300"
    write(
        "housing",
        {"id": "here-large", "facts": f"{flat}, rooms: 4, rent_warm: 700", "title": "Wohnung mit Garten"},
        {"id": "here-small", "facts": f"{flat}, rooms: 2, rent_warm: 400"},
        {"id": "there", "place": "tangermuende", "facts": f"{flat}, rooms: 4, rent_warm: 450"},
        {"id": "far", "place": "havelberg", "facts": f"{flat}, rooms: 4, rent_warm: 480"},
    )
    return OfferIndex.open(data, tmp_path / "cache")


def test_every_criterion_that_alone_stands_in_the_way_is_named_with_what_there_would_be(index: OfferIndex) -> None:
    wanted = {"rooms": 4, "price_max": 500}
    found = index.search(Query(kind="housing", place="stendal", filters=wanted, today=TODAY))
    assert found.relaxed == ("place",)
    assert [hit.offer.id for hit in found.hits] == ["there", "far"], "the nearest first"
    assert found.without == {"place": 2, "price_max": 1, "rooms": 1}
    for name, count in found.without.items():
        place = None if name == "place" else "stendal"
        alone = Query(kind="housing", place=place, filters={k: v for k, v in wanted.items() if k != name}, today=TODAY)
        assert index.search(alone).total == count, name
    assert index.search(Query(kind="housing", place="stendal", today=TODAY)).without == {}


def test_only_what_helps_is_named(index: OfferIndex) -> None:
    query = Query(kind="housing", place="iden", filters={"rooms": 9, "price_max": 500}, today=TODAY)
    found = index.search(query)
    assert found.relaxed and found.without == {}, "no single criterion would do"


def test_the_reasons_of_a_hit_are_told_in_the_visitors_words(data: Path, index: OfferIndex) -> None:
    languages = load_languages(DATA)
    interface, names = Interface.load(DATA, languages), Names.load(DATA)
    query = Query(kind="housing", place="stendal", text="Garten", filters={"rooms": 4, "price_max": 900}, today=TODAY)
    found = index.search(query)
    told = {language: listing(found, language, names, interface)["offers"][0]["reasons"] for language in ("de", "en", "uk")}
    assert sorted(told["de"]) == sorted(["Zahl der Zimmer", "Preis", "Ort", "„Garten“"])
    assert len({tuple(words) for words in told.values()}) == 3
    relaxed = index.search(Query(kind="housing", place="stendal", filters={"rooms": 4, "price_max": 500}, today=TODAY))
    shown = json.loads(json.dumps(listing(relaxed, "de", names, interface)))
    assert "Ort" not in shown["offers"][0]["reasons"], "what was given up is no reason"
    assert (shown["relaxed"], shown["without"]["price_max"]) == (["place"], 1)


def test_every_criterion_has_a_name_in_every_language() -> None:
    languages = load_languages(DATA)
    interface = Interface.load(DATA, languages)
    for language in languages.codes:
        for name in (*FILTERS, "place", "text"):
            assert interface.text(language, "criteria", name) != name, (language, name)


def test_within_kilometres_widens_the_place(index: OfferIndex) -> None:
    def ids(km: float) -> list[str]:
        query = Query(kind="housing", place="stendal", radius_km=km, filters={"rooms": 4}, today=TODAY)
        return [hit.offer.id for hit in index.search(query).hits]

    assert ids(0) == ["here-large"]
    assert ids(15) == ["here-large", "there"]
    assert ids(50) == ["here-large", "there", "far"]
