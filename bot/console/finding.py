"""Full-text search over cases: what was said, concern, notes, remarks, tags, number, contact.

Every word has to occur somewhere in the case; case, umlauts and marks do not count on SQLite, case on PostgreSQL.
Nothing is indexed: only conversations with a case are read, and those are few enough (`docs/benchmarks.md`). So
there is no copy of a visitor's words that an erasure could forget.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.db import case_events, case_notes, case_tags, cases, messages
from bot.nlu.normalise import fold

MOST_WORDS = 6
_LONGEST = 100


def words_of(text: str) -> list[str]:
    """What is searched for; signs that mean something to LIKE or to a database's query language are plain text."""
    return text.strip()[:_LONGEST].split()[:MOST_WORDS]


def conditions(connection: Connection, text: str) -> list[Any]:
    """For each word of `text` a condition on `cases`."""
    return [_somewhere(connection, word) for word in words_of(text)]


def _somewhere(connection: Connection, word: str) -> Any:
    def having(column: Any) -> Any:
        return contains(connection, column, word)

    said = sa.select(messages.c.conversation_id).where(having(messages.c.text))
    noted = sa.select(case_notes.c.case_number).where(having(case_notes.c.text))
    passed_on = sa.select(case_events.c.case_number).where(having(case_events.c.text))
    tagged = sa.select(case_tags.c.case_number).where(having(case_tags.c.tag))
    return sa.or_(
        having(cases.c.number), having(cases.c.concern), having(cases.c.contact),
        cases.c.number.in_(noted), cases.c.number.in_(passed_on), cases.c.number.in_(tagged),
        _of_cases(cases.c.conversation_id, said),
    )  # fmt: skip


def _of_cases(column: Any, said: Any) -> Any:
    # Without this, the messages of all conversations that were never handed over would be read as well.
    return column.in_(said.where(messages.c.conversation_id.in_(sa.select(cases.c.conversation_id))))


def contains(connection: Connection, column: Any, word: str) -> Any:
    """Whether a text column contains a word, in any case of any script."""
    if connection.dialect.name == "sqlite":
        # SQLite's own LIKE knows the case of A to Z alone; `lotse_fold` is ours (bot/db.py).
        return sa.func.instr(sa.func.lotse_fold(column), fold(word).strip()) > 0
    return sa.collate(column, "und-x-icu").ilike(f"%{_escaped(word)}%", escape="!")


def _escaped(word: str) -> str:
    for sign in "!%_":
        word = word.replace(sign, f"!{sign}")
    return word
