"""What a visitor sees before consenting, and what of it becomes the case."""

from __future__ import annotations

from typing import Any

import pytest

from bot.conversation.forms import read_contact, read_form
from bot.handoff import summary
from bot.knowledge.searching import Search, as_slot
from bot.resources import Resources

LANGUAGES = ["de", "de-simple", "en", "pl", "uk", "ru", "ar"]
SLOTS = {"persona": "returner", "search_kind": "housing", "place": "tangermuende", "rooms": 3, "price_max": 600}


@pytest.mark.parametrize("language", LANGUAGES)
def test_facts_are_said_in_the_visitors_language(loaded: Resources, language: str) -> None:
    said = summary.facts(loaded, SLOTS, language)
    assert loaded.region.places["tangermuende"].name(language) in said and "3" in said and "600" in said
    assert summary.facts(loaded, {}, language) == ""


def test_facts_are_what_was_last_looked_for_of_each_kind(loaded: Resources) -> None:
    history = as_slot(
        [
            Search("housing", {"place": "stendal"}),
            Search("childcare", {"place": "osterburg", "child_age": 24}),
            Search("housing", {"place": "osterburg", "rooms": 3, "rooms_from": "at_least"}),
            Search("childcare", {"place": "osterburg", "child_age": 36}),
        ]
    )
    said = summary.facts(loaded, {"search_kind": "childcare", "search_history": history}, "de")
    assert said == "Wohnen, Osterburg, mindestens 3 Zimmer; Kinderbetreuung, Osterburg, Kind: 3 Jahre"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("direct", [True, False])
def test_the_form_can_be_sent_as_it_is(loaded: Resources, language: str, direct: bool) -> None:
    known = {"topic": "housing", "concern": "Wohnung", "contact": "+493023125000", "facts": "3 Zimmer"}
    form = summary.form(loaded, language, known, direct=direct)
    assert all(field["label"] != field["name"] and field["label"] for field in form["fields"]), "every label is written"
    for field in form["fields"]:
        assert all(
            option["label"] and not option["label"].startswith("contact_") for option in field.get("options", [])
        )
    values = {field["name"]: field["value"] for field in form["fields"]}
    entities = read_form(form, values)
    case = summary.direct_case(loaded, "HL-2222-22", entities, language)
    assert (case is not None) == direct
    if case is not None:
        assert (case["topic"], case["contact_kind"], case["contact"], case["facts"]) == (
            "housing",
            "phone",
            "+493023125000",
            "3 Zimmer",
        )


@pytest.mark.parametrize(
    ("kind", "contact", "expected"),
    [
        ("none", "none", ("none", None)),
        ("none", "anna@example.org", ("email", "anna@example.org")),
        ("email", "none", ("none", None)),
        ("visit", "none", ("visit", None)),
        ("video", "anna@example.org", ("video", "anna@example.org")),
        ("visit", "+49 30 23125 000", ("visit", "+493023125000")),
    ],
)
def test_an_address_that_was_typed_is_never_lost(loaded: Resources, kind: str, contact: str, expected: Any) -> None:
    slots = {"handoff_topic": "work", "handoff_concern": "x", "handoff_contact": summary.chosen_contact(kind, contact)}
    case = summary.as_case(loaded, "HL-2222-22", slots, "de", "")
    assert (case["contact_kind"], case["contact"]) == expected
    assert case["notify"] == (contact == "anna@example.org")


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("030 23125 000", "pl", "+493023125000"),
        ("512 345 678", "pl", "+48512345678"),
        ("+48 512 345 678", "de", "+48512345678"),
        ("0048 512 345 678", "de", "+48512345678"),
        ("0151 23456789", "uk", "+4915123456789"),
        ("12345", "de", None),
        ("99999999999999999999", "de", None),
    ],
)
def test_a_telephone_number_belongs_to_a_country(
    loaded: Resources, text: str, language: str, expected: str | None
) -> None:
    found = read_contact(text, **summary.countries(loaded, language))
    assert (found and found[1]) == expected


def test_struck_out_facts_are_not_passed_on() -> None:
    assert summary.shown_facts(None, "alles") == "alles"
    assert summary.shown_facts("none", "alles") == ""
    assert summary.shown_facts("nur das", "alles") == "nur das"
