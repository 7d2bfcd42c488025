"""What a conversation counts as, from rows as they are stored, before and after it is gone."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Connection

from bot.conversation import log
from bot.db import cases, conversations, messages, ratings, talk_facts, tracker_events
from bot.privacy import facts
from bot.privacy.facts import Fact
from bot.region import Region
from tests.console.both import any_connection, any_engine, make_case

__all__ = ["any_connection", "any_engine"]

REGION = Region.load(Path(__file__).parents[2] / "data")


def talk(connection: Connection, token: str, *intents: str, at: str = "2026-11-02T12:00") -> str:
    """A conversation in which the visitor wrote something of each intent; `at` is local time."""
    conversation_id = log.create(connection, token=token, language="de", page=None, greeting=[])
    said = [{"author": "visitor", "text": "?", "language": "de", "extra": {"intent": {"name": name}}} for name in intents]
    log.append(connection, conversation_id, said)
    moment = datetime.fromisoformat(at).replace(tzinfo=REGION.time_zone).timestamp()
    connection.execute(conversations.update().where(conversations.c.id == conversation_id).values(created_at=moment))
    return conversation_id


def set_place(connection: Connection, conversation_id: str, value: Any) -> None:
    event = json.dumps({"event": "slot", "name": "place", "value": value})
    connection.execute(tracker_events.insert().values(conversation_id=conversation_id, type_name="slot", at=0, data=event))


def test_facts_of_conversations(any_connection: Connection) -> None:
    """From rows as they are stored."""
    alone = log.create(any_connection, token="a", language="uk", page=None, greeting=[], campaign="weihnachten", persona="returner")
    rows = [
        {"author": "visitor", "text": "?", "language": "uk", "extra": {"intent": {"name": "find_housing", "confidence": 0.9}}},
        {"author": "bot", "text": "-", "language": "uk", "extra": {"utter": "utter_search_none"}},
        {"author": "visitor", "text": "Ja", "language": "uk", "extra": {"payload": "/affirm", "intent": {"name": "affirm"}}},
    ]
    log.append(any_connection, alone, rows)
    any_connection.execute(ratings.insert().values(conversation_id=alone, seq=2, value=-1, at=0))
    handed = make_case(any_connection, "HL-2222-22")
    any_connection.execute(cases.update().values(created_at=1000, place="tangermuende"))
    log.append(any_connection, handed, [{"author": "staff", "text": "Hallo", "language": "de"}])
    any_connection.execute(messages.update().where(messages.c.author == "staff").values(at=1090))
    log.create(any_connection, token="c", language="de", page=None, greeting=[{"author": "bot", "text": "x", "language": "de"}])
    any_connection.execute(conversations.update().values(created_at=1_000_000))
    found = sorted(facts.between(any_connection, REGION, "1970-01-12", "1970-01-12"), key=lambda fact: fact.language)
    assert found == [
        Fact("1970-01-12", "de", place="tangermuende", said=1, handed_over=True, topic="housing", wait=90.0),
        Fact(
            "1970-01-12", "uk", "weihnachten", "returner", said=2, intents={"find_housing": 1}, down=1
        ),
    ]
    assert facts.between(any_connection, REGION, "1970-01-13", "1970-01-14") == []


def test_an_answer_to_a_form_was_understood(any_connection: Connection) -> None:
    own = talk(any_connection, "a", "nlu_fallback", "nlu_fallback")
    extra = {"intent": {"name": "nlu_fallback"}, "answered": "handoff_contact"}
    any_connection.execute(messages.update().where(messages.c.seq == 1).values(extra=extra))
    (fact,) = facts.of(any_connection, REGION, [own])
    assert (fact.said, fact.misunderstood) == (2, 1)


def test_a_conversation_that_is_kept_counts_once(any_connection: Connection) -> None:
    for name in ("gone", "here"):
        talk(any_connection, name, "find_job", "nlu_fallback")
    before = facts.between(any_connection, REGION, "2026-11-02", "2026-11-02")
    gone = any_connection.execute(conversations.select()).first()
    assert gone is not None
    facts.keep(any_connection, facts.of(any_connection, REGION, [gone.id]))
    log.erase(any_connection, gone.id)
    after = facts.between(any_connection, REGION, "2026-11-02", "2026-11-02")
    assert after == before == [Fact("2026-11-02", "de", said=2, intents={"find_job": 1, "nlu_fallback": 1}, misunderstood=1)] * 2


def test_facts_of_an_earlier_version_are_read(any_connection: Connection) -> None:
    kept = {"day": "2026-11-02", "language": "de", "said": 1, "searches_empty": 3}
    any_connection.execute(talk_facts.insert().values(day="2026-11-02", facts=kept))
    assert facts.between(any_connection, REGION, "2026-11-02", "2026-11-02") == [Fact("2026-11-02", "de", said=1)]


def test_a_day_is_a_day_of_the_region(any_connection: Connection) -> None:
    talk(any_connection, "evening", "greet", at="2026-11-02T23:59")
    talk(any_connection, "night", "greet", at="2026-11-03T00:01")
    for first, last, count in (("02", "02", 1), ("03", "03", 1), ("02", "03", 2), ("03", "02", 0)):
        assert len(facts.between(any_connection, REGION, f"2026-11-{first}", f"2026-11-{last}")) == count, (first, last)


@pytest.mark.parametrize(
    ("named", "place"),
    [
        pytest.param(["stendal", "tangermuende"], "tangermuende", id="the last one named"),
        pytest.param([["stendal", "tangermuende"]], "stendal", id="the first of several at once"),
        pytest.param(["stendal", None], "stendal", id="forgotten by the dialogue, but once named"),
        pytest.param(["stendal", "Musterweg 4, bei Kovalenko"], "", id="only places of the region are kept"),
        pytest.param([], "", id="none"),
    ],
)
def test_the_place_is_the_one_the_dialogue_knew(any_connection: Connection, named: list[Any], place: str) -> None:
    own = talk(any_connection, "a", "find_job")
    for value in named:
        set_place(any_connection, own, value)
    (fact,) = facts.of(any_connection, REGION, [own])
    assert fact.place == place


def test_whoever_only_opened_the_chat_is_no_conversation(any_connection: Connection) -> None:
    assert facts.of(any_connection, REGION, [talk(any_connection, "a")]) == []


def test_more_conversations_than_a_query_may_name(any_connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts, "_AT_ONCE", 2)
    ids = [talk(any_connection, str(number), "greet") for number in range(5)]
    assert len(facts.of(any_connection, REGION, ids)) == 5


@pytest.mark.parametrize(
    ("fact", "alone"),
    [
        (Fact("", "de", said=2, misunderstood=1), True), (Fact("", "de", said=2, misunderstood=2), False),
        (Fact("", "de", said=2, handed_over=True), False),
    ],
)  # fmt: skip
def test_answered_without_a_person(fact: Fact, alone: bool) -> None:
    assert fact.is_alone is alone
