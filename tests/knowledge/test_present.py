"""Cards: the shape of the visitor API, and values in the words and formats of each language."""

from __future__ import annotations

import dataclasses
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.knowledge import Names, Offer, present
from bot.region import Region

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture(scope="module")
def names() -> Names:
    """Labels of two languages and a lexicon of one entity, so that every fallback can be seen."""
    interface = {
        "de": {
            "facts": {"rent_warm": "Warmmiete", "rooms": "Zimmer", "pay": "Lohn"},
            "values": {
                "per_month": "{value} im Monat", "square_metres": "{value} m²", "yes": "ja", "no": "nein",
                "immediately": "sofort", "from_to": "{from} bis {to}",
            },
        },
        "en": {"facts": {"rent_warm": "Rent with heating", "start": "Start"}, "values": {"per_month": "{value} a month"}},
    }  # fmt: skip
    lexicon = {"deal": {"rent": {"de": "mieten", "en": "rent", "uk": "оренда"}}}
    return Names(Region.load(DATA), interface, lexicon)


def offer(kind: str = "housing", **facts: Any) -> Offer:
    return Offer(
        id="x", kind=kind, place="tangermuende", provider="Muster", title={"de": "Titel", "en": "Title"},
        text={"de": "Text"}, facts=facts, contact={"email": "a@example.org"}, source="https://example.org/x",
        reviewed_on=date(2026, 10, 1), sample=True,
    )  # fmt: skip


def value(card: dict[str, Any], name: str) -> str:
    return next(fact["value"] for fact in card["facts"] if fact["name"] == name)


def test_the_shape_is_that_of_the_contract(names: Names) -> None:
    card = present(offer(rent_warm=550), "de", names)
    assert card == {
        "id": "x", "kind": "housing", "title": "Titel", "text": "Text", "place": "Tangermünde",
        "language": "de", "direction": "ltr",
        "facts": [
            {"name": "provider", "label": "provider", "value": "Muster"},
            {"name": "rent_warm", "label": "Warmmiete", "value": "550\xa0€ im Monat"},
        ],
        "contact": {"email": "a@example.org"}, "source": "https://example.org/x", "reviewed_on": "2026-10-01",
        "sample": True, "coordinates": {"latitude": 52.5408, "longitude": 11.9694, "exact": False},
    }  # fmt: skip
    json.dumps(card)


def test_distance_and_end_are_there_when_they_are_known(names: Names) -> None:
    limited = dataclasses.replace(offer(), valid_until=date(2027, 5, 31))
    card = present(limited, "de", names, distance_km=10.4873)
    assert (card["distance_km"], card["valid_until"]) == (10.5, "2027-05-31")
    assert "distance_km" not in present(limited, "de", names, distance_km=0.0)


def test_a_missing_language_falls_back(names: Names) -> None:
    card = present(offer(deal="rent", rent_warm=550), "uk", names)
    assert (card["title"], card["text"], card["place"]) == ("Title", "Text", "Тангермюнде")
    assert (card["language"], card["direction"]) == ("de", "ltr"), "so that the page can say what it is"
    assert value(card, "deal") == "оренда"
    assert [fact["label"] for fact in card["facts"] if fact["name"] == "rent_warm"] == ["Rent with heating"]
    assert present(offer(), "de-simple", names)["title"] == "Titel"
    arabic = dataclasses.replace(offer(), title={"ar": "عنوان"}, text={"ar": "نص"})
    card = present(arabic, "pl", names)
    assert (card["title"], card["language"], card["direction"]) == ("عنوان", "ar", "rtl"), "any language before none"


@pytest.mark.parametrize(
    ("language", "facts", "name", "expected"),
    [
        ("de", {"price": 239000}, "price", "239.000\xa0€"),
        ("en", {"price": 239000}, "price", "€239,000"),
        ("de", {"rent_cold": 385.5}, "rent_cold", "385,50\xa0€ im Monat"),
        ("de", {"rooms": 2.5}, "rooms", "2,5"),
        ("de", {"area": 1200}, "area", "1.200 m²"),
        ("de", {"available_from": "2027-02-01"}, "available_from", "01.02.2027"),
        ("en", {"available_from": "2027-02-01"}, "available_from", "Feb 1, 2027"),
        ("de", {"available_from": "immediately"}, "available_from", "sofort"),
        ("de", {"accessible": False}, "accessible", "nein"),
        ("de", {"pay_min": 3350, "pay_max": 3900, "pay_per": "month"}, "pay", "3.350\xa0€ bis 3.900\xa0€ im Monat"),
        ("de", {"pay_min": 14.6, "pay_per": "hour"}, "pay", "14,60\xa0€"),
        ("de", {"age_min_months": 3, "age_max_months": 83}, "age_range", "3 Monate – 7 Jahre"),
        ("pl", {"age_min_months": 12, "age_max_months": 36}, "age_range", "1 rok – 3 lata"),
        ("de", {"duration_months": 42}, "duration", "3,5 Jahre"),
        ("de", {"languages": ["uk", "ar"]}, "languages", "Ukrainisch, Arabisch"),
        ("ar", {"languages": ["uk", "de"]}, "languages", "الأوكرانية، الألمانية"),
        ("de", {"opening_hours": {"weekdays": [["06:00", "17:00"]], "friday": [["06:00", "14:00"]]}}, "opening_hours",
         "Mo–Do 06:00–17:00; Fr 06:00–14:00"),
        ("de", {"costs": 0}, "costs", "0\xa0€"),
        ("de", {"costs": 95, "costs_per": "month"}, "costs", "95\xa0€ im Monat"),
        ("de", {"costs": 14, "costs_per": "day"}, "costs", "14\xa0€"),
        ("de", {"starts": "2027-04-17 10:00", "ends": "2027-04-17 15:00"}, "date", "Sa., 17. Apr. 2027"),
        ("de", {"starts": "2027-04-17 10:00", "ends": "2027-04-17 15:00"}, "time", "10:00–15:00"),
        ("de", {"starts": "2027-07-03 11:00", "ends": "2027-07-04 17:00"}, "time", "11:00"),
        ("de", {"starts": "2027-07-03 11:00", "ends": "2027-07-04 17:00"}, "date", "Sa., 3. Juli 2027 – So., 4. Juli 2027"),
        ("de", {"housing_kind": "flat"}, "housing_kind", "flat"),
    ],
)  # fmt: skip
def test_values_are_written_as_the_language_writes_them(
    names: Names, language: str, facts: dict[str, Any], name: str, expected: str
) -> None:
    assert value(present(offer(**facts), language, names), name) == expected


def test_no_german_needed_is_said_by_no_line(names: Names) -> None:
    card = present(offer("job", language_level="none", hours_per_week=38.5), "de", names)
    assert [fact["name"] for fact in card["facts"]] == ["provider", "hours_per_week"]
