"""What staff keep about a case among themselves: notes and tags. Visitors never see either."""

from __future__ import annotations

import time
from typing import Any

import sqlalchemy as sa
from sanic.response import HTTPResponse
from sqlalchemy.engine import Connection, Row

from bot.console.page import Page, Refused
from bot.console.written import tidy
from bot.db import case_notes, case_tags, insert, users
from bot.handoff import cases

LONGEST_NOTE = 2000
_SAME_SECONDS = 60
"""The same words within this time are the same form, sent twice."""
_LONGEST_TAG, _MOST_TAGS = 40, 12


def of(connection: Connection, number: str) -> dict[str, Any]:
    """`notes` (newest last, each with its author's name) and `tags` of a case."""
    notes = (
        sa.select(case_notes, users.c.name)
        .outerjoin(users, users.c.id == case_notes.c.user_id)
        .where(case_notes.c.case_number == number)
        .order_by(case_notes.c.id)
    )
    tags = sa.select(case_tags.c.tag).where(case_tags.c.case_number == number).order_by(case_tags.c.tag)
    return {"notes": connection.execute(notes).all(), "tags": list(connection.execute(tags).scalars())}


async def add(page: Page, number: str) -> HTTPResponse:
    """Adds a note."""
    text = tidy(page.raw("text"))
    if not text:
        raise Refused(422, "reply_empty")
    if len(text) > LONGEST_NOTE:
        raise Refused(422, "too_long", limit=LONGEST_NOTE, n=len(text))

    def store(connection: Connection, case: Row) -> None:
        now, notes = time.time(), case_notes.c
        same = (notes.case_number == case.number) & (notes.user_id == page.member.id) & (notes.text == text)
        if connection.execute(sa.select(notes.id).where(same, notes.at > now - _SAME_SECONDS)).first() is not None:
            return
        connection.execute(case_notes.insert().values(case_number=case.number, user_id=page.member.id, at=now, text=text))
        page.audit(connection, "note added", case.number)

    return await _change(page, number, store)


async def tag(page: Page, number: str) -> HTTPResponse:
    """Adds a tag; the same one again changes nothing."""
    name = page.field("tag", longest=_LONGEST_TAG)
    if not name:
        raise Refused(422, "reply_empty")

    def store(connection: Connection, case: Row) -> None:
        if len(of(connection, case.number)["tags"]) >= _MOST_TAGS:
            raise Refused(422, "tags", limit=_MOST_TAGS)
        connection.execute(insert(connection, case_tags).values(case_number=case.number, tag=name).on_conflict_do_nothing())

    return await _change(page, number, store)


async def untag(page: Page, number: str) -> HTTPResponse:
    """Takes a tag away."""
    name = page.field("tag", longest=_LONGEST_TAG)

    def store(connection: Connection, case: Row) -> None:
        mine = (case_tags.c.case_number == case.number) & (case_tags.c.tag == name)
        connection.execute(case_tags.delete().where(mine))

    return await _change(page, number, store)


async def _change(page: Page, number: str, store: Any) -> HTTPResponse:
    number = number.upper()

    def work(connection: Connection) -> str:
        case = cases.get(connection, number)
        store(connection, case)
        page.services.bus.announce(connection, case.conversation_id)
        return str(case.conversation_id)

    page.services.bus.publish(await page.services.database.write(work))
    if page.is_partial:
        return page.render("memo_form.html", number=number)
    return page.go(f"/cases/{number}")
