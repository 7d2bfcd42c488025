"""How conversations were understood: what the content team reads, masked.

All functions work on a connection inside a transaction of `bot.db.Database`. No text leaves this module unmasked.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from bot.conversation import log
from bot.db import cases, conversations, insert, messages, reviews
from bot.nlu.normalise import fold
from bot.privacy.masking import mask

FAILED = ("nlu_fallback", "out_of_scope")
ANSWER = "inform"
"""An answer to a question, or a word that narrows a search: it needs no meaning of its own."""
UNSURE = 0.5
PER_PAGE = 30
_MOST_MESSAGES = 20_000
KINDS = ("open", "unsure", "handed", "marked", "all")


@dataclass(frozen=True)
class Misunderstood:
    """Wordings that are the same but for case and marks."""

    text: str
    language: str
    count: int
    taken_for: str
    """Intent that was recognised most often."""
    wanted: str
    """Intent that staff said it should have been; empty: nobody has said."""
    marked: int
    """How many of them staff marked as wrong."""


@dataclass
class _Group:
    text: str
    language: str
    count: int = 0
    taken_for: Counter[str] = field(default_factory=Counter)
    wanted: Counter[str] = field(default_factory=Counter)
    marked: int = 0


def conversations_to_review(connection: Connection, kind: str, page: int = 1) -> list[Any]:
    """Up to PER_PAGE + 1 conversations, newest first: id, language, at, `said` (visitor's messages), `unsure`,
    `marked` (reviewed messages), `wrong`, `handed` (whether there is a case).

    Args:
        kind: `open` (nothing marked yet), `unsure`, `handed`, `marked`, `all`.
    """
    m, r = messages.c, reviews.c
    own = m.conversation_id == conversations.c.id
    said = _count(messages, own & (m.author == "visitor"))
    marked = _count(reviews, r.conversation_id == conversations.c.id)
    wrong = _count(reviews, (r.conversation_id == conversations.c.id) & ~r.good)
    handed = sa.exists().where(cases.c.conversation_id == conversations.c.id)
    unsure = _count(messages, own & (m.author == "visitor") & _is_unsure())
    query = (
        sa.select(
            conversations.c.id, conversations.c.language, conversations.c.updated_at.label("at"), said.label("said"),
            unsure.label("unsure"), marked.label("marked"), wrong.label("wrong"), handed.label("handed"),
        )
        .where(said > 0)
        .order_by(conversations.c.updated_at.desc(), conversations.c.id)
        .limit(PER_PAGE + 1)
        .offset((page - 1) * PER_PAGE)
    )  # fmt: skip
    wanted = {"open": marked == 0, "unsure": unsure > 0, "handed": handed, "marked": marked > 0}
    return connection.execute(query.where(wanted[kind]) if kind in wanted else query).all()


def _count(table: sa.Table, condition: Any) -> Any:
    return sa.select(sa.func.count()).select_from(table).where(condition).scalar_subquery()


def _is_unsure() -> Any:
    """Typed, and hardly understood; what answered a question that we asked was, whatever it was taken for beside that."""
    intent = messages.c.extra["intent"]
    name, confidence = intent["name"].as_string(), intent["confidence"].as_float()
    typed = messages.c.extra["payload"].as_string().is_(None)
    an_answer = messages.c.extra["answered"].as_string().is_not(None) | (name == ANSWER)
    return typed & ~an_answer & (name.in_(FAILED) | (confidence < UNSURE))


def transcript(connection: Connection, conversation_id: str) -> tuple[Any, list[dict[str, Any]]]:
    """(the conversation's row, its messages masked, each with `review` or None).

    Raises:
        NotFound: there is no such conversation (any more).
    """
    conversation = log.find(connection, conversation_id)
    marks = {
        row.seq: row for row in connection.execute(sa.select(reviews).where(reviews.c.conversation_id == conversation_id))
    }
    return conversation, [
        {
            "seq": row.seq, "author": row.author, "text": mask(row.text), "language": row.language, "at": row.at,
            "typed": row.author == "visitor" and not row.extra.get("payload"), "pending": row.pending,
            "intent": row.extra.get("intent") or {}, "offers": len(row.extra.get("offers") or []),
            "review": marks.get(row.seq),
        }
        for row in log.after(connection, conversation_id, 0, limit=2000)
    ]  # fmt: skip


def review(
    connection: Connection, conversation_id: str, seq: int, *, user_id: int, good: bool, intent: str | None, note: str | None
) -> None:
    """Says how a visitor's message was understood; a second time replaces the first.

    Raises:
        NotFound: there is no such message of a visitor.
    """
    m = messages.c
    own = (m.conversation_id == conversation_id) & (m.seq == seq) & (m.author == "visitor")
    if connection.execute(sa.select(m.id).where(own)).first() is None:
        raise log.NotFound(conversation_id)
    values = {"user_id": user_id, "at": time.time(), "good": good, "intent": intent, "note": note and mask(note)}
    connection.execute(
        insert(connection, reviews)
        .values(conversation_id=conversation_id, seq=seq, **values)
        .on_conflict_do_update(index_elements=["conversation_id", "seq"], set_=values)
    )


def unreview(connection: Connection, conversation_id: str, seq: int) -> None:
    """Takes a mark back."""
    connection.execute(reviews.delete().where(reviews.c.conversation_id == conversation_id, reviews.c.seq == seq))


def misunderstood(connection: Connection) -> list[Misunderstood]:
    """What visitors typed and was not understood, or wrongly, the most frequent first."""
    groups: dict[tuple[str, str], _Group] = {}
    for row in _suspicious(connection):
        text = mask(row.text)
        group = groups.setdefault((row.language, " ".join(fold(text).split())), _Group(text, row.language))
        group.count += 1
        group.taken_for[(row.extra.get("intent") or {}).get("name") or ""] += 1
        if row.good is False:
            group.marked += 1
            if row.wanted:
                group.wanted[row.wanted] += 1
    found = [
        Misunderstood(g.text, g.language, g.count, _first(g.taken_for), _first(g.wanted), g.marked) for g in groups.values()
    ]
    return sorted(found, key=lambda each: (-each.count, -each.marked, each.language, each.text))


def _first(counter: Counter[str]) -> str:
    return counter.most_common(1)[0][0] if counter else ""


def _suspicious(connection: Connection) -> Iterator[Row]:
    r = reviews.c
    query = (
        sa.select(messages.c.text, messages.c.language, messages.c.extra, r.good, r.intent.label("wanted"))
        .outerjoin(reviews, (r.conversation_id == messages.c.conversation_id) & (r.seq == messages.c.seq))
        .where(messages.c.author == "visitor", ~messages.c.pending)
        # What staff found good is none, however unsure the assistant was.
        .where(sa.or_(r.good.is_(False), sa.and_(r.good.is_(None), _is_unsure())))
        .order_by(messages.c.id.desc())
        .limit(_MOST_MESSAGES)
    )
    yield from connection.execute(query)


def marked(connection: Connection) -> list[dict[str, Any]]:
    """Every mark with its message, masked: what the content team takes home."""
    r, m = reviews.c, messages.c
    query = (
        sa.select(m.text, m.language, m.extra, r.good, r.intent, r.note, r.at)
        .join(messages, (m.conversation_id == r.conversation_id) & (m.seq == r.seq))
        .order_by(r.at)
    )
    return [
        {
            "text": mask(row.text), "language": row.language, "good": row.good, "note": row.note or "", "at": row.at,
            "taken_for": (row.extra.get("intent") or {}).get("name") or "",
            "confidence": round(float((row.extra.get("intent") or {}).get("confidence") or 0), 2),
            "intent": row.intent or "",
        }
        for row in connection.execute(query)
    ]  # fmt: skip
