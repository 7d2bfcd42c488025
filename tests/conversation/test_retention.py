"""What nobody has written in for a while is deleted; what somebody still works on is not."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.conversation.retention import purge_conversations
from bot.db import cases, conversations, messages
from bot.handoff import cases as handoff
from tests.conversation.conftest import new_conversation, say

DAY = 86400.0
CASE = {"topic": "other", "concern": "x", "language": "de", "contact_kind": "none", "team": "office"}


@pytest.fixture
def aged(connection: Connection) -> dict[str, str]:
    """Conversations last used on day 0 or day 10."""
    ids = {name: new_conversation(connection, token=name) for name in ("old", "young", "open case", "closed case")}
    for name, number in (("open case", "HL-AAAA-AA"), ("closed case", "HL-BBBB-BB")):
        seq = say(connection, ids[name], "ja").seq
        handoff.create(connection, ids[name], seq, {**CASE, "number": number})
    connection.execute(cases.update().where(cases.c.number == "HL-BBBB-BB").values(state="closed"))
    for name, conversation_id in ids.items():
        at = 10 * DAY if name == "young" else 0.0
        connection.execute(conversations.update().where(conversations.c.id == conversation_id).values(updated_at=at))
    return ids


def left(connection: Connection) -> set[str]:
    return {row.id for row in connection.execute(sa.select(conversations.c.id))}


def test_only_what_is_old_and_done_goes(connection: Connection, aged: dict[str, str]) -> None:
    assert purge_conversations(connection, 30, now=31 * DAY) == 2
    assert left(connection) == {aged["young"], aged["open case"]}
    assert {row.conversation_id for row in connection.execute(sa.select(messages))} == left(connection)
    assert [row.number for row in connection.execute(sa.select(cases))] == ["HL-AAAA-AA"]


def test_a_dry_run_counts_and_keeps(connection: Connection, aged: dict[str, str]) -> None:
    assert purge_conversations(connection, 30, now=31 * DAY, dry_run=True) == 2
    assert left(connection) == set(aged.values())


def test_nothing_goes_on_the_last_day(connection: Connection, aged: dict[str, str]) -> None:
    assert purge_conversations(connection, 30, now=30 * DAY) == 0


def test_a_second_run_finds_nothing(connection: Connection, aged: dict[str, str]) -> None:
    purge_conversations(connection, 30, now=31 * DAY)
    assert purge_conversations(connection, 30, now=31 * DAY) == 0
