"""What an entry changes in the record there is."""

from __future__ import annotations

from typing import Any

import pytest

from bot.knowledge.feeds.fields import Incoming
from bot.knowledge.feeds.merge import differing, merge, withdraw
from tests.knowledge.feeds.conftest import TODAY

OLD: dict[str, Any] = {
    "id": "a", "place": "iden", "provider": "Verein", "sample": True, "reviewed_on": "2026-10-01",
    "facts": {"service_kind": "advice", "topics": ["work", "housing"], "costs": 5}, "contact": {"email": "a@example.org"},
    "title": {"de": "Beratung", "en": "Advice"}, "text": {"de": "Ein Text von einiger Länge", "en": "A text of some length"},
}  # fmt: skip


def merged(old: dict[str, Any] | None = OLD, silent: set[str] | None = None, guessed: dict[str, Any] | None = None, **given: Any) -> Any:
    """`facts__costs` stands for `facts.costs`."""
    paths = {name.replace("__", "."): value for name, value in given.items()}
    return merge(old, Incoming(paths, guessed or {}, frozenset(silent or ())), "a", TODAY)


def test_what_the_format_does_not_carry_stays_and_the_old_record_is_not_touched() -> None:
    new = merged(facts__costs=6, silent={"contact.email", "address", "facts.costs_per"})
    assert new == {**OLD, "facts": {**OLD["facts"], "costs": 6}, "contact": {}, "reviewed_on": "2026-11-21"}
    assert (OLD["facts"]["costs"], OLD["contact"]) == (5, {"email": "a@example.org"})


@pytest.mark.parametrize(
    ("given", "reviewed"),
    [
        ({}, "2026-10-01"), ({"facts__costs": 6}, "2026-11-21"), ({"reviewed_on": "2026-11-01"}, "2026-11-01"),
        # The sender looked at it before one of us did.
        ({"reviewed_on": "2026-09-01"}, "2026-10-01"), ({"facts__costs": 6, "reviewed_on": "2026-09-01"}, "2026-10-01"),
    ],
)  # fmt: skip
def test_the_day_of_the_last_review(given: dict[str, Any], reviewed: str) -> None:
    assert merged(**given)["reviewed_on"] == reviewed
    new = merged(None, **{"place": "iden", **given})
    assert new["reviewed_on"] == given.get("reviewed_on", "2026-11-21")


def test_a_guess_is_made_once() -> None:
    guess = {"facts.topics": ["other"], "facts.costs_per": "once"}
    assert merged(None, guessed=guess)["facts"] == {"topics": ["other"], "costs_per": "once"}
    assert merged(guessed=guess) == OLD


def test_a_changed_text_takes_out_translations_that_the_entry_does_not_bring() -> None:
    assert merged(text={"de": "Ein  Text von\neiniger Länge "})["text"].keys() == {"de", "en"}, "blanks change nothing"
    alone = merged(title={"de": "Rat"}, text=OLD["text"] | {"en": OLD["text"]["en"]})
    assert alone["title"] == {"de": "Rat", "en": "Advice"}, "the entry speaks English too, if only in its text"
    german = merged(title={"de": "Rat"}, text={"de": OLD["text"]["de"]})
    assert (german["title"], german["text"]) == ({"de": "Rat"}, {"de": OLD["text"]["de"]})
    more = merged(title={"pl": "Porada"}, text={"pl": "Tekst o pewnej długości"})
    assert more["title"] == {**OLD["title"], "pl": "Porada"}, "one more language makes none of the others wrong"


def test_what_was_withdrawn_and_is_here_again_is_shown_again() -> None:
    gone = withdraw({**OLD, "valid_from": "2026-12-01"}, TODAY)
    assert gone == {**OLD, "valid_until": "2026-11-20"}, "nothing begins after its end"
    assert merged(gone) == {**OLD, "reviewed_on": "2026-11-21"}
    assert withdraw({**OLD, "valid_from": "2026-11-20"}, TODAY)["valid_from"] == "2026-11-20"
    ending = {**OLD, "valid_until": "2026-11-21"}
    assert merged(ending) == ending, "an editor's day that has not passed stays"
    assert merged(gone, valid_until="2026-11-01")["valid_until"] == "2026-11-01", "its sender says that it is over"


def test_which_differences_mean_something() -> None:
    same = {
        **OLD, "facts": {**OLD["facts"], "topics": ["housing", "work"]}, "title": {"en": "Advice", "de": " Beratung "},
    }  # fmt: skip
    assert differing(OLD, same) == []
    hours = {day: [["08:00", "12:00"]] for day in ("monday", "tuesday", "wednesday", "thursday", "friday")}
    grouped = {"facts": {"opening_hours": {"weekdays": [["08:00", "12:00"]]}}, "coordinates": {"latitude": 52.5, "longitude": 12}}
    apart = {"facts": {"opening_hours": hours}, "coordinates": {"latitude": 52.500001, "longitude": 12.0}}
    assert differing(grouped, apart) == []
    other = {**OLD, "facts": {"service_kind": "support", "topics": ["work"]}, "contact": {}, "place": "stendal"}
    assert differing(OLD, other) == ["contact.email", "facts.costs", "facts.service_kind", "facts.topics", "place"]
