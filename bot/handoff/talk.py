"""Who talks to a visitor: the assistant, or those who have one of the conversation's open cases.

All functions work on a connection inside a transaction of `bot.db.Database`.
"""

from __future__ import annotations

import json
import time
from typing import Any

import sqlalchemy as sa
from rasa.shared.core.events import ConversationPaused, ConversationResumed
from sqlalchemy.engine import Connection

from bot.conversation import log
from bot.db import case_reads, cases, conversations, tracker_events, users
from bot.handoff import outbox, presence
from bot.statements import Statement

_OF_CONVERSATION = Statement(
    sa.select(cases)
    .where(cases.c.conversation_id == sa.bindparam("own"))
    .order_by(cases.c.created_at.desc(), cases.c.trigger_seq.desc())
)


def of_conversation(connection: Connection, conversation_id: str) -> list[Any]:
    """A conversation's cases, newest first: a closed one that staff open again may be open beside a newer one."""
    return _OF_CONVERSATION.all(connection, own=conversation_id)


def current(connection: Connection, conversation_id: str) -> Any | None:
    """The case that the conversation is about: whose owner talks to the visitor, else an open one, else the newest."""
    found = of_conversation(connection, conversation_id)
    return min(found, key=lambda case: (not is_live(case), case.state == "closed"), default=None)


def is_live(case: Any) -> bool:
    """Whether its owner talks to the visitor; with a case that was opened again they do so once they have written."""
    return case.state != "closed" and case.owner_id is not None and case.taken_at is not None


def beside(connection: Connection, case: Any) -> str | None:
    """Name of somebody who talks to the visitor about another case of the same conversation."""
    others = (each for each in of_conversation(connection, case.conversation_id) if each.number != case.number)
    live = next(filter(is_live, others), None)
    return connection.execute(sa.select(users.c.name).where(users.c.id == live.owner_id)).scalar() if live else None


def lock(connection: Connection, conversation_id: str) -> None:
    """Nobody else changes one of the conversation's cases while this transaction lasts."""
    mine = sa.select(conversations.c.id).where(conversations.c.id == conversation_id)
    connection.execute(mine.with_for_update(key_share=True))


def settle(connection: Connection, conversation_id: str) -> bool:
    """Makes the conversation's state follow from its cases, and the dialogue silent or not; whether it is silent.

    Call it after a case has changed.
    """
    found = of_conversation(connection, conversation_id)
    live = any(map(is_live, found))
    waits = any(case.state != "closed" for case in found)
    before = log.find(connection, conversation_id).state
    if (before == "live") != live:
        _tracker_event(connection, conversation_id, ConversationPaused() if live else ConversationResumed())
    log.set_state(connection, conversation_id, state="live" if live else "waiting_for_staff" if waits else "bot")
    return live


def visitor_wrote(connection: Connection, conversation_id: str) -> None:
    """Every case whose owner talks to the visitor needs their attention again; where nobody does, every open one.

    The team is told if none of those who may answer has the conversation open.
    """
    opened = [case for case in of_conversation(connection, conversation_id) if case.state != "closed"]
    for case in [case for case in opened if is_live(case)] or opened:
        connection.execute(
            cases.update()
            .where(cases.c.number == case.number, cases.c.state == "waiting")
            .values(state="open", updated_at=time.time())
        )
        read = connection.execute(
            sa.select(sa.func.max(case_reads.c.seq)).where(case_reads.c.case_number == case.number)
        ).scalar()
        busy = {presence.staff(each.owner_id) for each in opened if each.owner_id not in (None, case.owner_id)}
        # Before anybody has read it, the team knows already that there is something new.
        if read is not None and not presence.any_staff(connection, conversation_id, but=busy):
            outbox.put(connection, "visitor_wrote", case, about=str(read))


def _tracker_event(connection: Connection, conversation_id: str, event: Any) -> None:
    """Tells the dialogue: Rasa itself is silent in a paused conversation."""
    connection.execute(
        tracker_events.insert().values(
            conversation_id=conversation_id, type_name=event.type_name, at=event.timestamp,
            data=json.dumps(event.as_dict()),
        )
    )  # fmt: skip
