"""Searches that found nothing are counted, once a turn, without a word of the visitor's."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
import sqlalchemy as sa
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.engine import Connection

from actions.search import ActionSearchOffers
from bot.conversation.demand import counter, most_wanted, show_demand
from bot.db import demand
from bot.knowledge import Query, Result
from bot.knowledge.demand import EFFECT, unmet
from bot.resources import Resources, use
from bot.settings import Settings
from tests.console.both import any_connection, any_engine  # noqa: F401
from tests.conversation.conftest import ROOT

SEARCH = Query(kind="housing", place="iden", filters={"rooms": 5, "price_max": 400, "deal": "rent"}, language="uk")


@pytest.fixture(scope="module")
def resources(tmp_path_factory: pytest.TempPathFactory) -> Resources:
    loaded = Resources.load(Settings(data=ROOT / "data", var=tmp_path_factory.mktemp("var")))
    use(loaded)
    return loaded


def values(query: Query, *relaxed: str) -> dict[str, Any]:
    """What the effect of a search that found nothing carries."""
    effect: dict[str, Any] = unmet(query, Result((), 0, relaxed))["effects"][EFFECT]
    return effect


def rows(connection: Connection) -> list[Any]:
    return list(connection.execute(sa.select(demand)))


def test_equal_searches_are_one_row(any_connection: Connection, resources: Resources) -> None:  # noqa: F811
    count = counter(resources.region)
    for language in ("uk", "uk", "de"):
        count(any_connection, "c", 1, values(dataclasses.replace(SEARCH, language=language), "price_max"))
    count(any_connection, "c", 2, values(SEARCH))
    stored = rows(any_connection)
    assert sorted((row.language, row.relaxed, row.searches) for row in stored) == [
        ("de", "price_max", 1), ("uk", "", 1), ("uk", "price_max", 2),
    ]  # fmt: skip
    assert {(row.kind, row.place) for row in stored} == {("housing", "iden")}
    assert {row.criteria for row in stored} == {'{"deal": "rent", "price_max": 400, "rooms": 5}'}
    first, second = most_wanted(any_connection)
    assert (first.searches, first.relaxed, first.languages) == (3, ["price_max"], {"uk": 2, "de": 1})
    assert (second.searches, second.relaxed) == (1, [])
    assert most_wanted(any_connection, "1999-01") == []


def test_words_are_never_stored(any_connection: Connection, resources: Resources) -> None:  # noqa: F811
    count = counter(resources.region)
    spoken = dataclasses.replace(SEARCH, text="Maria Muster, 0151 2345", filters={"deal": "Maria Muster", "rooms": "Maria"})
    count(any_connection, "c", 1, values(spoken))
    forged = {
        "kind": "housing", "place": "iden", "language": "Maria Muster", "relaxed": ["Maria", "place"],
        "criteria": {"deal": "Maria", "note": "Maria", "text": "Maria", "rooms": True, "radius_km": "Maria"},
    }  # fmt: skip
    count(any_connection, "c", 2, forged)
    count(any_connection, "c", 3, {**forged, "kind": "Maria"})
    count(any_connection, "c", 4, {**forged, "place": "bei Maria"})
    stored = [tuple(row)[1:] for row in rows(any_connection)]
    assert "Maria" not in str(stored)
    month = stored[0][0]
    assert stored == [
        (month, "housing", "iden", "uk", '{"text": true}', "", 1), (month, "housing", "iden", "", "{}", "place", 1),
    ]  # fmt: skip


def test_the_search_of_the_chat_asks_for_it_to_be_counted(
    any_connection: Connection, resources: Resources, capsys: pytest.CaptureFixture[str]  # noqa: F811
) -> None:
    slots = {"language": "de", "place": "iden", "rooms": 9, "price_max": 100, "deal": "rent"}
    message = {"text": "x", "intent": {"name": "find_housing"}, "entities": [
        {"entity": name, "value": value} for name, value in slots.items() if name != "language"
    ]}  # fmt: skip
    dispatcher = CollectingDispatcher()
    ActionSearchOffers().run(dispatcher, Tracker("s", slots, message, [], False, None, {}, None), {})
    effects = [each["custom"]["effects"] for each in dispatcher.messages if each.get("custom", {}).get("effects")]
    assert [list(effect) for effect in effects] == [[EFFECT]]
    counter(resources.region)(any_connection, "c", 1, effects[0][EFFECT])
    (row,) = rows(any_connection)
    assert (row.kind, row.place, row.language) == ("housing", "iden", "de")
    assert json.loads(row.criteria)["rooms"] == 9
    show_demand(most_wanted(any_connection), resources, as_json=False)
    printed = capsys.readouterr().out
    assert "Wohnen, Iden" in printed and "9 Zimmer" in printed
    show_demand(most_wanted(any_connection), resources, as_json=True)
    assert json.loads(capsys.readouterr().out)[0]["searches"] == 1
