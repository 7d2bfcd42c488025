"""The state of a dialogue is what the database says; the cache only saves reading it again."""

from __future__ import annotations

import json

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, SessionStarted, SlotSet, UserUttered
from sqlalchemy.engine import Connection

from bot.conversation import tracker
from bot.conversation.tracker import ConversationTrackerStore
from tests.conversation.stored import new_conversation

DOMAIN = Domain.from_dict({
    "intents": ["greet"],
    "slots": {name: {"type": "any", "mappings": [{"type": "custom"}]} for name in ("place", "price_max", "requested_slot")},
    "forms": {"handoff_form": {"required_slots": ["place"]}},
})  # fmt: skip


@pytest.fixture
def store() -> ConversationTrackerStore:
    return ConversationTrackerStore(DOMAIN, keep=3)


def rows(conversation_id: str, *events: object) -> list[dict[str, object]]:
    return [
        {"conversation_id": conversation_id, "type_name": e.type_name, "at": 0.0, "data": json.dumps(e.as_dict())}  # type: ignore[attr-defined]
        for e in events
    ]


def begin(store: ConversationTrackerStore, connection: Connection) -> str:
    """A conversation with a stored session, in the cache."""
    conversation_id = new_conversation(connection)
    first = rows(conversation_id, SessionStarted(), ActionExecuted("action_listen"), SlotSet("place", "stendal"))
    tracker.append_events(connection, conversation_id, first)
    store.prepare(conversation_id, *tracker.load_last_session(connection, conversation_id))
    return conversation_id


async def say(store: ConversationTrackerStore, connection: Connection, conversation_id: str, *events: object) -> int:
    """One turn: the dialogue changes the tracker, its new events are stored."""
    live = await store.retrieve(conversation_id)
    assert live is not None
    for event in events:
        live.update(event, DOMAIN)  # type: ignore[arg-type]
    await store.save(live)
    version = tracker.append_events(connection, conversation_id, store.take_new_events(conversation_id))
    store.committed(conversation_id, version)
    return version


async def test_only_new_events_are_written(store: ConversationTrackerStore, connection: Connection) -> None:
    conversation_id = begin(store, connection)
    assert store.take_new_events(conversation_id) == []
    await say(store, connection, conversation_id, UserUttered("hallo"), SlotSet("price_max", 600))
    assert store.take_new_events(conversation_id) == []
    names = [event["event"] for event in tracker.load_last_session(connection, conversation_id)[1]]
    assert names == ["session_started", "action", "slot", "user", "slot"]


async def test_a_cached_tracker_is_used_only_while_it_is_the_newest(
    store: ConversationTrackerStore, connection: Connection
) -> None:
    conversation_id = begin(store, connection)
    version = await say(store, connection, conversation_id, SlotSet("price_max", 600))
    assert store.is_current(conversation_id, tracker.stored_version(connection, conversation_id))
    # Another worker takes a turn.
    elsewhere = tracker.append_events(connection, conversation_id, rows(conversation_id, SlotSet("price_max", 700)))
    assert elsewhere > version and not store.is_current(conversation_id, elsewhere)
    store.prepare(conversation_id, *tracker.load_last_session(connection, conversation_id))
    live = await store.retrieve(conversation_id)
    assert live is not None and live.get_slot("price_max") == 700 and live.get_slot("place") == "stendal"


async def test_a_turn_that_was_not_committed_leaves_no_trace(
    store: ConversationTrackerStore, connection: Connection
) -> None:
    conversation_id = begin(store, connection)
    live = await store.retrieve(conversation_id)
    assert live is not None
    live.update(SlotSet("place", "havelberg"), DOMAIN)
    store.forget(conversation_id)
    assert not store.is_current(conversation_id, tracker.stored_version(connection, conversation_id))
    assert await store.retrieve(conversation_id) is None
    store.prepare(conversation_id, *tracker.load_last_session(connection, conversation_id))
    live = await store.retrieve(conversation_id)
    assert live is not None and live.get_slot("place") == "stendal"


async def test_two_hundred_messages_stay_short_and_keep_the_slots(
    store: ConversationTrackerStore, connection: Connection
) -> None:
    conversation_id = begin(store, connection)
    longest = 0
    for number in range(200):
        store.shorten(conversation_id)
        turn = (UserUttered(f"m{number}"), SlotSet("price_max", number), ActionExecuted("action_listen"))
        await say(store, connection, conversation_id, *turn)
        live = await store.retrieve(conversation_id)
        assert live is not None and live.get_slot("place") == "stendal" and live.get_slot("price_max") == number
        longest = max(longest, len(live.events))
    assert longest < 130
    version, stored = tracker.load_last_session(connection, conversation_id)
    assert len(stored) < 130 and store.is_current(conversation_id, version)
    # Read anew it is the same dialogue.
    store.prepare(conversation_id, version, stored)
    live = await store.retrieve(conversation_id)
    assert live is not None and live.current_slot_values() == {"place": "stendal", "price_max": 199, "requested_slot": None,
                                                               "session_started_metadata": None}  # fmt: skip


async def test_a_form_runs_on_in_the_new_session(store: ConversationTrackerStore, connection: Connection) -> None:
    conversation_id = begin(store, connection)
    filler = [SlotSet("price_max", number) for number in range(150)]
    await say(store, connection, conversation_id, ActiveLoop("handoff_form"), *filler)
    store.shorten(conversation_id)
    live = await store.retrieve(conversation_id)
    assert live is not None and len(live.events) < 20
    assert live.active_loop_name == "handoff_form" and live.latest_action_name == "action_listen"
    assert live.get_slot("price_max") == 149


async def test_what_is_not_stored_yet_is_not_cut(store: ConversationTrackerStore, connection: Connection) -> None:
    conversation_id = begin(store, connection)
    live = await store.retrieve(conversation_id)
    assert live is not None
    for number in range(150):
        live.update(SlotSet("price_max", number), DOMAIN)
    store.shorten(conversation_id)
    assert len(store.take_new_events(conversation_id)) == 150


async def test_the_cache_is_bounded(store: ConversationTrackerStore, connection: Connection) -> None:
    for number in range(5):
        store.prepare(f"c{number}", 1, [SessionStarted().as_dict()])
    assert await store.keys() == ["c2", "c3", "c4"]
    assert await store.retrieve("c0") is None


def test_a_conversation_without_events_is_new(connection: Connection) -> None:
    assert tracker.load_last_session(connection, new_conversation(connection)) == (0, [])


@pytest.mark.parametrize(
    ("after", "answered"),
    [
        pytest.param([SlotSet("place", "iden"), SlotSet("requested_slot", "price_max")], "place", id="the next question"),
        pytest.param([SlotSet("place", "iden"), SlotSet("place", None), SlotSet("requested_slot", None), ActiveLoop(None)],
                     "place", id="the last one, and all is sent off"),
        pytest.param([SlotSet("place", "xy"), SlotSet("place", None), SlotSet("requested_slot", "place")], None, id="refused"),
        pytest.param([SlotSet("price_max", 5), SlotSet("requested_slot", "place")], None, id="something else"),
        pytest.param([SlotSet("requested_slot", None), ActiveLoop(None)], None, id="cancelled"),
    ],
)  # fmt: skip
async def test_what_answered_the_forms_question(
    after: list[object], answered: str | None, store: ConversationTrackerStore, connection: Connection
) -> None:
    conversation_id = begin(store, connection)
    await say(store, connection, conversation_id, UserUttered("ein Mensch, bitte"))
    assert store.answered(conversation_id) is None, "no form ran"
    asked = [ActionExecuted("handoff_form"), ActiveLoop("handoff_form"), SlotSet("requested_slot", "place")]
    await say(store, connection, conversation_id, UserUttered("Hilfe"), SlotSet("place", None), *asked)
    assert store.answered(conversation_id) is None, "it began with this message"
    await say(store, connection, conversation_id, UserUttered("?"), ActionExecuted("handoff_form"), *after)
    assert store.answered(conversation_id) == answered
    await say(store, connection, conversation_id, UserUttered("danke"))
    assert store.answered(conversation_id) is None
