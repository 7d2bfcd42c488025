"""What a conversation counts as in the statistics: facts without a text, a time of day or an id.

Worked out from what is stored while the conversation lives, and kept in `talk_facts` when its time is over.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.db import cases, conversations, messages, ratings, talk_facts, tracker_events
from bot.region import Region

FAILED = ("nlu_fallback", "out_of_scope")
_AT_ONCE = 400


@dataclass
class Fact:
    """One conversation. `wait`: seconds from the hand-over to the first word of a person."""

    day: str
    language: str
    campaign: str = ""
    persona: str = ""
    place: str = ""
    said: int = 0
    intents: dict[str, int] = field(default_factory=dict)
    misunderstood: int = 0
    handed_over: bool = False
    topic: str = ""
    """Of the case; empty without one."""
    wait: float | None = None
    up: int = 0
    down: int = 0

    @property
    def is_alone(self) -> bool:
        """Answered without a person: something was understood, and nobody was called."""
        return not self.handed_over and self.said > self.misunderstood


def of(connection: Connection, region: Region, ids: Collection[str]) -> list[Fact]:
    """The facts of conversations in which the visitor wrote at least once."""
    found: list[Fact] = []
    ordered = sorted(ids)
    for start in range(0, len(ordered), _AT_ONCE):
        found += _of(connection, region, ordered[start : start + _AT_ONCE])
    return found


def _of(connection: Connection, region: Region, ids: list[str]) -> list[Fact]:
    facts = {}
    query = sa.select(conversations).where(conversations.c.id.in_(ids))
    for row in connection.execute(query):
        day = datetime.fromtimestamp(row.created_at, region.time_zone).date().isoformat()
        facts[row.id] = Fact(day, row.language, row.campaign or "", row.persona or "")
    _count_messages(connection, facts, ids)
    for row in connection.execute(sa.select(ratings).where(ratings.c.conversation_id.in_(ids))):
        fact = facts[row.conversation_id]
        fact.up, fact.down = fact.up + (row.value > 0), fact.down + (row.value < 0)
    for conversation_id, place in _places(connection, ids):
        facts[conversation_id].place = place if place in region.places else ""
    for row in connection.execute(_cases(ids)):
        fact = facts[row.conversation_id]
        fact.handed_over, fact.topic = True, row.topic
        fact.place = row.place if row.place in region.places else fact.place
        if row.answered_at is not None and fact.wait is None:
            fact.wait = round(max(0.0, row.answered_at - row.created_at), 1)
    return [fact for fact in facts.values() if fact.said]


def _count_messages(connection: Connection, facts: Mapping[str, Fact], ids: list[str]) -> None:
    m = messages.c
    query = sa.select(m.conversation_id, m.extra).where(m.conversation_id.in_(ids), m.author == "visitor")
    intents: dict[str, Counter[str]] = {conversation_id: Counter() for conversation_id in facts}
    for row in connection.execute(query):
        fact, extra = facts[row.conversation_id], row.extra or {}
        fact.said += 1
        name = (extra.get("intent") or {}).get("name")
        if name and not extra.get("payload"):
            intents[row.conversation_id][name] += 1
            fact.misunderstood += name in FAILED and not extra.get("answered")
    for conversation_id, counted in intents.items():
        facts[conversation_id].intents = dict(counted)


def _places(connection: Connection, ids: list[str]) -> Iterator[tuple[str, str]]:
    """The municipality that the dialogue knows, the last one named winning."""
    t = tracker_events.c
    query = (
        sa.select(t.conversation_id, t.data)
        .where(t.conversation_id.in_(ids), t.type_name == "slot", t.data.like('%"place"%'))
        .order_by(t.id)
    )
    for row in connection.execute(query):
        event = json.loads(row.data)
        value = event.get("value")
        if event.get("name") == "place" and value:
            yield row.conversation_id, str(value[0] if isinstance(value, list) else value)


def _cases(ids: list[str]) -> Any:
    m = messages.c
    answered = (
        sa.select(sa.func.min(m.at))
        .where(m.conversation_id == cases.c.conversation_id, m.author == "staff", m.at >= cases.c.created_at)
        .scalar_subquery()
    )
    columns = (cases.c.conversation_id, cases.c.topic, cases.c.place, cases.c.created_at)
    return (
        sa.select(*columns, answered.label("answered_at"))
        .where(cases.c.conversation_id.in_(ids))
        .order_by(cases.c.created_at)
    )


def keep(connection: Connection, facts: Collection[Fact]) -> None:
    """Stores facts of conversations that are about to go."""
    if facts:
        connection.execute(talk_facts.insert(), [{"day": fact.day, "facts": asdict(fact)} for fact in facts])


def between(connection: Connection, region: Region, first: str, last: str) -> list[Fact]:
    """All conversations that began from day `first` to day `last` (ISO, both included), gone or not."""
    t = talk_facts.c
    rows = connection.execute(sa.select(t.facts).where(t.day >= first, t.day <= last))
    # What an earlier version counted, and this one does not, is left out.
    known = {each.name for each in fields(Fact)}
    kept = [Fact(**{name: value for name, value in row.facts.items() if name in known}) for row in rows]
    begin = datetime.fromisoformat(first).replace(tzinfo=region.time_zone).timestamp()
    # A day more: which day it is depends on the time zone, and is looked at below.
    end = datetime.fromisoformat(last).replace(tzinfo=region.time_zone).timestamp() + 2 * 86400
    c = conversations.c
    ids = connection.execute(sa.select(c.id).where(c.created_at >= begin, c.created_at < end)).scalars().all()
    return kept + [fact for fact in of(connection, region, ids) if first <= fact.day <= last]
