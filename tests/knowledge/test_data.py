"""The demonstration offers of this repository: complete, plainly fictional, in every language."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from bot.knowledge import Names, Offer, OfferIndex, Query, load_offers, present
from bot.knowledge.care import contact_problems
from bot.knowledge.schema import enum_values
from bot.region import Region

DATA = Path(__file__).parents[2] / "data"
WRITTEN = ("de", "en", "pl", "uk", "ru", "ar")
# The day the demonstration data was reviewed last: what is counted here must not depend on today.
THEN = date(2026, 11, 21)

# Bundesnetzagentur, Mitteilung 148/2021: numbers for use in films and the like.
FICTIONAL = re.compile(r"\+49 30 23125 \d{3}|\+49 40 66969 \d{3}")


@pytest.fixture(scope="module")
def region() -> Region:
    return Region.load(DATA)


@pytest.fixture(scope="module")
def offers(region: Region) -> list[Offer]:
    return load_offers(DATA, region)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> OfferIndex:
    return OfferIndex.open(DATA, tmp_path_factory.mktemp("cache"))


def test_there_are_enough_of_every_kind_and_place(offers: list[Offer], region: Region) -> None:
    count = Counter(offer.kind for offer in offers)
    least = {"job": 60, "training": 15, "housing": 50, "childcare": 40, "service": 30, "event": 20}
    assert all(count[kind] >= number for kind, number in least.items()), count
    assert {offer.place for offer in offers} == set(region.places)
    assert {offer.facts["occupation"] for offer in offers if offer.kind == "job"} == set(
        enum_values("job", "occupation")
    )
    for fact in ("housing_kind", "deal"):
        assert {offer.facts[fact] for offer in offers if offer.kind == "housing"} == set(enum_values("housing", fact))


def test_every_offer_is_written_in_every_language(offers: list[Offer]) -> None:
    scripts = {"uk": "[а-яіїєґ]", "ru": "[а-яё]", "ar": "[\u0621-\u064a]"}
    foreign = {"uk": "[ыэёъ]", "ru": "[іїєґ]", "de": "[а-я\u0621-\u064a]", "en": "[а-я\u0621-\u064a]", "pl": "[а-я]"}
    for offer in offers:
        for texts in (offer.title, offer.text):
            assert set(texts) == set(WRITTEN), offer.id
            for language, text in texts.items():
                assert re.search(scripts.get(language, "[a-z]"), text, re.IGNORECASE), (offer.id, language)
                assert not re.search(foreign.get(language, "$^"), text, re.IGNORECASE), (offer.id, language)


def test_everything_is_plainly_fictional(offers: list[Offer]) -> None:
    for offer in offers:
        assert offer.sample, offer.id
        assert offer.source.startswith("https://example.org/"), offer.id
        assert FICTIONAL.fullmatch(offer.contact["phone"]), offer.id
        assert offer.contact["email"].endswith("@example.org"), offer.id
        assert not list(contact_problems(offer.contact)), offer.id


def test_texts_are_all_different(offers: list[Offer]) -> None:
    for language in WRITTEN:
        assert max(Counter(offer.text[language] for offer in offers).values()) == 1, language


@pytest.mark.parametrize("language", [*WRITTEN, "de-simple"])
def test_every_offer_can_be_shown(offers: list[Offer], region: Region, language: str) -> None:
    names = Names.load(DATA, region)
    for offer in offers:
        card = present(offer, language, names)
        assert len(card["title"]) <= 60
        assert all(fact["label"] and fact["value"] for fact in card["facts"]), offer.id


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (Query(kind="housing", place="tangermuende", filters={"deal": "rent", "rooms": 3, "price_max": 600}), 3),
        (Query(kind="childcare", place="stendal", filters={"child_age": 24}), 4),
        (Query(kind="job", place="havelberg", filters={"occupation": "nursing_care"}), 1),
    ],
)
def test_the_first_questions_have_fitting_offers(index: OfferIndex, query: Query, expected: int) -> None:
    result = index.search(Query(**{**query.__dict__, "today": THEN}))
    assert result.relaxed == ()
    assert result.total >= expected
    assert {hit.offer.place for hit in result.hits} == {query.place}


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("service", "Deutschkurs", "svc-integrationskurs-stendal"),
        ("housing", "Bauernhaus mit Scheune", "home-haus-bismark-kauf"),
        ("job", "welder", "job-metallbau-goldbeck"),
        ("job", "kierowca ciężarówki", "job-lkw-schoenhausen"),
        ("childcare", "садок біля вокзалу", "care-kita-stendal-bahnhof"),
        ("event", "ярмарка работы", "event-jobmesse-osterburg"),
        ("job", "ممرض دار رعاية", "job-pflegefachkraft-havelberg"),
        (None, "coworking", "svc-coworking-stendal"),
    ],
)
def test_offers_are_found_in_the_words_of_every_language(
    index: OfferIndex, kind: str | None, text: str, expected: str
) -> None:
    result = index.search(Query(kind=kind, text=text, today=THEN, limit=3))
    assert expected in [hit.offer.id for hit in result.hits]
    assert result.relaxed == ()
