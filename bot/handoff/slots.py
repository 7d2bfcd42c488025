"""What the dialogue remembers, read from its stored events: for those who are not part of it."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from rasa.shared.core.events import SlotSet
from sqlalchemy.engine import Connection

from bot.db import tracker_events


def slots_of(connection: Connection, conversation_id: str) -> dict[str, Any]:
    """Slot -> value, as the conversation's last events left them."""
    events = tracker_events.c
    rows = connection.execute(
        sa.select(events.data)
        .where(events.conversation_id == conversation_id, events.type_name == SlotSet.type_name)
        .order_by(events.id)
    )
    slots = {}
    for row in rows:
        event = json.loads(row.data)
        slots[event["name"]] = event["value"]
    return slots
