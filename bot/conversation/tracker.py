"""Where Rasa keeps the state of a dialogue: as events in our database, with a checked cache of live trackers.

Rasa's own SQL store reads all events anew for every message, and commits on its own. Here a turn is one
transaction: `save` only hands over the new events, and `bot/conversation/answering.py` writes them together with the
replies. A cached tracker is used only if its last event is still the last one in the database.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Dict, List, Optional

import sqlalchemy as sa
from rasa.core.tracker_store import SerializedTrackerAsText, TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME, REQUESTED_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
    deserialise_events,
)
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.engine import Connection

from bot.conversation.shortcuts.live_tracker import LiveTracker
from bot.db import tracker_events
from bot.statements import Statement

_MAX_EVENTS = 120
"""From so many events on a new session begins. Rasa replays all events of a session several times a turn, so a
long conversation would become slower with each message; the slots are carried over."""

# Statements of every message.
_OF = tracker_events.c.conversation_id == sa.bindparam("own")
_VERSION = Statement(sa.select(sa.func.max(tracker_events.c.id).label("newest")).where(_OF))
_LAST_SESSION = Statement(
    sa.select(tracker_events.c.id, tracker_events.c.data)
    .where(
        _OF,
        tracker_events.c.id
        >= sa.func.coalesce(
            sa.select(sa.func.max(tracker_events.c.id))
            .where(_OF, tracker_events.c.type_name == sa.bindparam("start"))
            .correlate(None)
            .scalar_subquery(),
            0,
        ),
    )
    .order_by(tracker_events.c.id)
)
_INSERT = Statement(tracker_events.insert(), "conversation_id", "type_name", "at", "data")


# `json.dumps` makes an encoder for each event.
_write = json.JSONEncoder(ensure_ascii=False).encode


@dataclass
class _Live:
    tracker: DialogueStateTracker
    version: int
    """Id of the last stored event, 0 for none."""
    saved: int
    """How many of the tracker's events are stored."""


class ConversationTrackerStore(TrackerStore, SerializedTrackerAsText):
    """Rasa's tracker store over `tracker_events`; see the module's text.

    Before a turn call `prepare`, after it `take_new_events`; commit them and call `committed`, or `forget`.
    """

    def __init__(self, domain: Optional[Domain] = None, *, keep: int = 500) -> None:
        """`keep`: how many live trackers are cached: some 70 KB each, and one that is not takes 2 ms to be told anew."""
        super().__init__(domain)
        self._live: OrderedDict[str, _Live] = OrderedDict()
        self._keep = keep

    def is_current(self, conversation_id: str, version: int) -> bool:
        """Whether the cache holds the conversation's tracker as of the stored event `version`."""
        live = self._live.get(conversation_id)
        return live is not None and live.version == version

    def prepare(self, conversation_id: str, version: int, stored: Iterable[Dict[str, Any]]) -> None:
        """Puts a tracker into the cache, built from the stored events of its last session."""
        events = deserialise_events(list(stored))
        tracker = LiveTracker.from_events(conversation_id, events, self.domain.slots, domain=self.domain)
        self._live[conversation_id] = _Live(tracker, version, len(tracker.events))
        while len(self._live) > self._keep:
            self._live.popitem(last=False)

    def shorten(self, conversation_id: str) -> None:
        """Begins a new session if the present one is long; slots and a running form stay."""
        live = self._live[conversation_id]
        tracker = live.tracker
        if len(tracker.events) < _MAX_EVENTS or live.saved != len(tracker.events):
            return
        slots = [SlotSet(slot.name, slot.value) for slot in tracker.slots.values() if slot.has_been_set]
        form = tracker.active_loop_name
        # As if the form had just asked: what it asks for is a slot.
        running: List[Event] = [ActionExecuted(form), ActiveLoop(form)] if form else []
        events: List[Event] = [SessionStarted(), *running, *slots, ActionExecuted(ACTION_LISTEN_NAME)]
        live.tracker = LiveTracker.from_events(conversation_id, events, self.domain.slots, domain=self.domain)
        live.saved = 0

    def init_tracker(self, sender_id: str) -> LiveTracker:
        """An empty tracker."""
        return LiveTracker(sender_id, self.domain.slots)

    async def retrieve(self, sender_id: str) -> Optional[DialogueStateTracker]:
        """The cached tracker itself, not a copy: Rasa changes it in place, as `save` expects."""
        live = self._live.get(sender_id)
        if live is None or not live.tracker.events:
            return None
        self._live.move_to_end(sender_id)
        return live.tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keeps the tracker; `take_new_events` says what is to be written."""
        live = self._live.get(tracker.sender_id)
        if live is None:
            self._live[tracker.sender_id] = _Live(tracker, 0, 0)
        else:
            live.tracker = tracker

    async def keys(self) -> Iterable[str]:
        """Ids of the conversations in the cache."""
        return list(self._live)

    def take_new_events(self, conversation_id: str) -> List[Dict[str, Any]]:
        """The events that are not stored yet, as rows for `tracker_events`."""
        live = self._live[conversation_id]
        new = list(live.tracker.events)[live.saved :]
        return [
            {
                "conversation_id": conversation_id,
                "type_name": event.type_name,
                "at": event.timestamp,
                "data": _write(event.as_dict()),
            }
            for event in new
        ]

    def answered(self, conversation_id: str) -> Optional[str]:
        """The question of a form that the last message answered: the slot's name; None where it answered none.

        What answered a question was understood, whatever it was taken for beside that.
        """
        tracker = self._live[conversation_id].tracker
        events = list(tracker.events)
        said = next((n for n in range(len(events) - 1, -1, -1) if isinstance(events[n], UserUttered)), 0)
        loop = next((event.name for event in reversed(events[:said]) if isinstance(event, ActiveLoop)), None)
        asked = (event.value for event in reversed(events[:said]) if isinstance(event, SlotSet) and event.key == REQUESTED_SLOT)
        question = next(asked, None)
        if not loop or not question or (tracker.active_loop_name and tracker.get_slot(REQUESTED_SLOT) == question):
            return None
        taken = (isinstance(event, SlotSet) and event.key == question and event.value is not None for event in events[said:])
        return str(question) if any(taken) else None

    def committed(self, conversation_id: str, version: int) -> None:
        """The new events are on disk, the last one with the id `version`."""
        live = self._live[conversation_id]
        live.version, live.saved = version, len(live.tracker.events)

    def forget(self, conversation_id: str) -> None:
        """The turn was not committed, or the conversation is erased."""
        self._live.pop(conversation_id, None)


def load_last_session(connection: Connection, conversation_id: str) -> tuple[int, List[Dict[str, Any]]]:
    """(id of the last stored event or 0, the events from the last `session_started` on)."""
    rows = _LAST_SESSION.all(connection, own=conversation_id, start=SessionStarted.type_name)
    return (rows[-1].id if rows else 0), [json.loads(row.data) for row in rows]


def stored_version(connection: Connection, conversation_id: str) -> int:
    """Id of the conversation's last stored event, 0 for none."""
    return _VERSION.scalar(connection, own=conversation_id) or 0


def append_events(connection: Connection, conversation_id: str, rows: List[Dict[str, Any]]) -> int:
    """Writes events (see `take_new_events`); returns the new version."""
    if rows:
        _INSERT.change_each(connection, rows)
    return stored_version(connection, conversation_id)
