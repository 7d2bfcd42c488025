"""What an entry says, is silent about, or lets be guessed; what cannot be read is refused by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.knowledge.feeds import FORMATS, Unreadable, values
from bot.knowledge.feeds.fields import Entry, Field, Format, Refused, convert
from tests.knowledge.feeds.conftest import context, offers, take


def cell(name: str) -> Callable[[Entry], Any]:
    return lambda entry: entry.raw.get(name)


FORMAT = replace(FORMATS["hsds"], fields=(
    Field("place", "Ort", cell("ort")),
    Field("address", "Anschrift", cell("anschrift"), keep=True),
    Field("facts.costs", "Preis", lambda entry: values.number(entry.raw.get("preis"))),
    Field("facts.costs", "sonst Kosten", lambda entry: values.number(entry.raw.get("kosten"))),
    Field("facts.topics", "Themen", cell("themen"), ("service",), keep=True),
    Field("facts.topics", "aus dem Titel", lambda entry: ["other"], ("service",), guess=True),
    Field("facts.free_places", "Plätze", cell("frei"), ("childcare",)),
))  # fmt: skip


@pytest.fixture
def entry(data: Path) -> Callable[..., Entry]:
    return lambda **raw: Entry("row 2", raw, context(data))


def test_what_is_said_what_is_guessed_and_what_falls_silent(entry: Callable[..., Entry]) -> None:
    found = convert(FORMAT, entry(ort="iden", preis="", kosten=5, frei=3), "service")
    assert found.given == {"place": "iden", "facts.costs": 5}, "the first row for a fact that says something counts"
    assert found.guessed == {"facts.topics": ["other"]}
    assert found.silent == frozenset(), "no row of another kind, none that is kept, none that another row has filled"
    assert convert(FORMAT, entry(preis=1, kosten=2), "service").given == {"facts.costs": 1}
    assert convert(FORMAT, entry(ort="", frei=0), "childcare").silent == {"place", "facts.costs"}, "no place is free: that says something"


def test_nothing_is_guessed_of_what_is_said_or_known(entry: Callable[..., Entry]) -> None:
    assert convert(FORMAT, entry(themen=["work"]), "service").guessed == {}
    known = convert(FORMAT, entry(), "service", known=True)
    assert known.guessed == {} and "facts.topics" not in known.silent, "what an editor corrected is neither undone nor removed"


def test_a_value_that_means_nothing_is_named_by_its_senders_word(entry: Callable[..., Entry]) -> None:
    with pytest.raises(Refused, match="^sonst Kosten: 'viel' is no number$"):
        convert(FORMAT, entry(kosten="viel"), "service")


def test_an_entry_that_could_not_be_read_says_why(entry: Callable[..., Entry]) -> None:
    assert entry(ort="iden").content() == {"ort": "iden"}
    for error in (Unreadable("half a file"), Refused("half a file"), ValueError("half a file")):
        with pytest.raises(Refused, match="^half a file$"):
            replace(entry(), raw=error).content()


def test_a_remark_is_made_once(entry: Callable[..., Entry]) -> None:
    one = entry()
    for text in ("a", "b", "a"):
        one.remark(text)
    assert one.remarks == ["a", "b"]


def test_which_offers_a_format_can_hold(data: Path) -> None:
    take(data, "openimmo", "openimmo_voll.xml")
    take(data, "hsds", "hsds.json")
    carried = {name: {offer.facts.get("service_kind") for offer in offers(data).values() if format_.carries(offer)}
               for name, format_ in FORMATS.items()}  # fmt: skip
    assert carried["openimmo"] == {None, "commercial_space"}, "homes, and of the services those that are rooms"
    assert carried["hsds"] == {None, "commercial_space", "advice"} and carried["icalendar"] == set()
    assert isinstance(FORMAT, Format) and [field.ours for field in FORMAT.fields_of("childcare")][-1] == "facts.free_places"
