"""What the dialogue remembers, as it is read by those who are not part of it."""

from __future__ import annotations

import json
from typing import Any

from rasa.shared.core.events import ActionExecuted, Event, SlotSet, UserUttered
from sqlalchemy.engine import Connection

from bot.conversation import tracker
from bot.handoff.slots import slots_of
from tests.conversation.stored import new_conversation

SAID = {"start": 0, "end": 7, "entity": "place", "value": "havelberg"}


def remember(connection: Connection, conversation_id: str, *events: Event) -> None:
    rows: list[dict[str, Any]] = [
        {"conversation_id": conversation_id, "type_name": each.type_name, "at": 0.0, "data": json.dumps(each.as_dict())}
        for each in events
    ]
    tracker.append_events(connection, conversation_id, rows)


def test_the_last_word_on_each_slot_counts(connection: Connection) -> None:
    conversation = new_conversation(connection)
    assert slots_of(connection, conversation) == {}
    remember(connection, conversation, SlotSet("place", "stendal"), SlotSet("rooms", 3), SlotSet("price_max", 600))
    remember(connection, conversation, SlotSet("place", "iden"), SlotSet("price_max", None), SlotSet("topics", ["a"]))
    assert slots_of(connection, conversation) == {"place": "iden", "rooms": 3, "price_max": None, "topics": ["a"]}


def test_neither_other_events_nor_other_conversations_are_read(connection: Connection) -> None:
    mine, other = (new_conversation(connection, token=token) for token in "ab")
    remember(connection, mine, SlotSet("place", "stendal"))
    remember(connection, other, SlotSet("place", "iden"), SlotSet("rooms", 3))
    remember(connection, mine, UserUttered("Havelberg", entities=[SAID]), ActionExecuted("action_listen"))
    assert slots_of(connection, mine) == {"place": "stendal"}
