"""Notes of who did what fit their row on both databases, and are added, never changed."""

from __future__ import annotations

import re
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

import bot
from bot.console.audit import note
from bot.db import audit

from .both import any_connection, any_engine

__all__ = ["any_connection", "any_engine"]


def test_an_endless_address_refuses_nobody_the_note(any_connection: Connection) -> None:
    """What a proxy reports as an address may be anything, and PostgreSQL refuses what is too long."""
    for _ in range(2):
        note(any_connection, "login failed", user_id=None, object=None, address="9" * 500)
    note(any_connection, "case read", user_id=1, object="HL-2222-22", address="127.0.0.1")
    stored = any_connection.execute(sa.select(audit).order_by(audit.c.id)).all()
    assert [(row.what, row.user_id, row.object, row.address) for row in stored] == [
        ("login failed", None, None, "9" * 64)] * 2 + [("case read", 1, "HL-2222-22", "127.0.0.1")
    ]  # fmt: skip
    assert all(row.at > 0 for row in stored)


def test_every_word_of_the_program_fits() -> None:
    longest = audit.c.what.type.length
    for file in Path(bot.__file__).parent.rglob("*.py"):
        for what in re.findall(r'(?:page\.audit|audit\.note|_note|note)\(\w+, "([^"]+)"', file.read_text(encoding="utf-8")):
            assert len(what) <= longest, f"{file}: {what}"
