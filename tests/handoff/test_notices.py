"""What visitors were told about their case, said again in another language."""

from __future__ import annotations

from typing import Any

import pytest

from bot.handoff import notices
from bot.knowledge.searching import Search, as_slot
from bot.resources import Resources

SLOTS = {"search_kind": "housing", "place": "havelberg", "rooms": 3, "handoff_concern": "Wohnung", "price_max": None}


def test_a_search_is_kept_without_what_else_was_said() -> None:
    assert notices.criteria(SLOTS) == {"kind": "housing", "place": "havelberg", "rooms": 3}
    assert notices.criteria({"place": "havelberg"}) is None


def test_a_search_is_kept_with_what_no_slot_says(loaded: Resources) -> None:
    found_by = {"place": "werben", "also_in": ["iden"], "without_place": ["stendal"], "rooms": 3, "rooms_from": "at_least",
                "text": "Garten", "prefer": "Garten"}  # fmt: skip
    history = as_slot([Search("job", {"place": "stendal"}), Search("housing", found_by)])
    kept = notices.criteria({**SLOTS, "search_history": history})
    assert kept == {"kind": "housing", **{name: value for name, value in found_by.items() if name != "prefer"}}
    said = notices.in_words(loaded, {"criteria": kept}, "en")["search"]
    assert all(part in said for part in ("Iden / Werben", "not: Stendal", "at least 3", "Garten")), said


@pytest.mark.parametrize(
    ("values", "german", "arabic"),
    [
        ({"team_id": "immigration"}, {"team": "Team Zuwanderung"}, {"team": "فريق الهجرة"}),
        ({"answer_by": "2026-11-25"}, {"answer_date": "25. November"}, {"answer_date": "25 نوفمبر"}),
        ({"name": "Anna"}, {"name": "Anna"}, {"name": "Anna"}),
        ({"team_id": "dropped"}, {"team": "…"}, {"team": "…"}),
        ({"criteria": {"kind": "housing", "place": "atlantis"}}, {"search": "…"}, {"search": "…"}),
    ],
)
def test_in_words_of_each_language(
    loaded: Resources, values: dict[str, Any], german: dict[str, str], arabic: dict[str, str]
) -> None:
    assert notices.in_words(loaded, values, "de") == german
    assert notices.in_words(loaded, values, "ar") == arabic


def test_a_search_in_words_of_each_language(loaded: Resources) -> None:
    values = {"criteria": notices.criteria(SLOTS)}
    assert notices.in_words(loaded, values, "de") == {"search": "Wohnen, Havelberg, 3 Zimmer"}
    assert "هافلبرغ" in notices.in_words(loaded, values, "ar")["search"]


def test_a_text_is_filled(loaded: Resources) -> None:
    told = notices.text(loaded, "passed_on_beside", {"case_number": "HL-1", "team_id": "immigration", "other": "Bert"}, "de")
    assert "HL-1" in told and "Bert" in told and "{" not in told
