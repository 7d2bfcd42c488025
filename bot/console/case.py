"""A case: the conversation so far, and what staff do with it."""

from __future__ import annotations

import asyncio
import contextlib
import re
import secrets
from collections.abc import Callable
from typing import Any

from sanic.response import HTTPResponse, empty
from sqlalchemy.engine import Connection, Row

from bot.console import handing, notes, palette, queue
from bot.console.page import Page, Refused
from bot.console.transcript import Entry, Transcript
from bot.console.words import Words
from bot.console.written import language_of, tidy
from bot.conversation import log
from bot.handoff import cases, outbox, presence

LONGEST_REPLY = 4000

_LONGEST_TALK = 5000
_LONGEST_AGREEMENT = 500
KEY = re.compile(r"[A-Za-z0-9_-]{8,40}")


def load(connection: Connection, page: Page, number: str) -> dict[str, Any]:
    """Everything that the case's page shows beside the messages.

    Raises:
        NotFound: there is no such case (any more).
    """
    case = cases.get(connection, number)
    conversation = log.find(connection, case.conversation_id)
    owner = cases.owner_name(connection, case)
    return {
        "case": case,
        "conversation": conversation,
        "owner": owner,
        "mode": _mode(page, case),
        "history": cases.history(connection, number),
        **notes.of(connection, number),
        "here": presence.is_here(connection, conversation.id, presence.VISITOR),
        "notified": outbox.notified(connection, number),
        "typing": False,
    }


def _mode(page: Page, case: Row) -> str:
    """What this member of staff can do: the part of the page that answers is drawn anew only when this changes."""
    if case.state == "closed":
        return "closed"
    if case.owner_id is None:
        return "free"
    return "mine" if case.owner_id == page.member.id else "taken"


def transcript(page: Page, number: str) -> Transcript:
    """Reads this case's messages for the page."""
    return Transcript(page.services, Words(page.services, page.texts), page.language, number)


async def show(page: Page, number: str) -> HTTPResponse:
    """The case's page; that it was read is noted."""
    number = number.upper()

    def read_all(connection: Connection) -> tuple[dict[str, Any], list[Entry]]:
        values = load(connection, page, number)
        rows = log.after(connection, values["case"].conversation_id, 0, limit=_LONGEST_TALK)
        return values, transcript(page, number).entries(rows)

    def mark(connection: Connection) -> None:
        queue.mark_read(connection, number, page.member.id)
        page.audit(connection, "case read", number)

    values, entries = await page.services.database.read(read_all)
    # Noted before it is shown: what cannot be noted is not read.
    await page.services.database.write(mark)
    return page.render("case.html", entries=entries, **panel_values(page, values), **values)


def panel_values(page: Page, values: dict[str, Any]) -> dict[str, Any]:
    """What the part of the page that answers needs beside the values of `load`."""
    mine = values["mode"] == "mine"
    chosen = palette.choices(page, values["case"], values["conversation"].language) if mine else {}
    targets = handing.targets(page, values["case"].team)
    # A key of its own for the palette: what is sent from there is not what was sent from the field before.
    keys = {"key": new_key(), "answer_key": new_key()}
    return {**keys, "longest": LONGEST_REPLY, "draft": "", "targets": targets, **chosen}


def new_key() -> str:
    """Marks a reply form, so that sending it twice stores it once."""
    return secrets.token_urlsafe(12)


_Act = Callable[[Connection, Row, str], None]


async def act_on(page: Page, number: str, what: str, act: _Act) -> None:
    """Carries out something that the visitor sees: (connection, case, visitor's language), then wakes who looks."""
    services, number = page.services, number.upper()

    def store(connection: Connection) -> str:
        case = cases.get(connection, number)
        if case.state == "closed":
            raise Refused(409, "closed")
        language = log.find(connection, case.conversation_id).language
        act(connection, case, language)
        page.audit(connection, what, number)
        services.bus.announce(connection, case.conversation_id)
        return str(case.conversation_id)

    services.bus.publish(await services.database.write(store))


async def take(page: Page, number: str) -> HTTPResponse:
    """Takes the case; of several who try, one gets it and the others learn who."""
    user = page.member

    def act(connection: Connection, case: Row, language: str) -> None:
        joined = page.services.desk.notice("utter_staff_joined", language, name=user.name)
        cases.take(connection, case.number, user, joined)

    await act_on(page, number, "case taken", act)
    return page.go(f"/cases/{number.upper()}")


async def reply(page: Page, number: str) -> HTTPResponse:
    """Sends a message to the visitor."""
    text, key = tidy(page.raw("text")), page.raw("key")
    if not text:
        raise Refused(422, "reply_empty")
    if len(text) > LONGEST_REPLY:
        raise Refused(422, "too_long", limit=LONGEST_REPLY, n=len(text))
    if not KEY.fullmatch(key):
        raise Refused(400, "bad_request")
    services = page.services
    loop = asyncio.get_running_loop()
    written_in = await loop.run_in_executor(None, language_of, text, services.languages)

    def act(connection: Connection, case: Row, language: str) -> None:
        cases.reply(connection, case.number, page.member, text, written_in, client_id=f"staff-{key}")
        queue.mark_read(connection, case.number, page.member.id)

    with contextlib.suppress(cases.AlreadyDone):
        await act_on(page, number, "case answered", act)
    if not page.is_partial:
        return page.go(f"/cases/{number.upper()}#end")
    return page.render("composer.html", number=number.upper(), key=new_key(), longest=LONGEST_REPLY, draft="")


async def give_back(page: Page, number: str) -> HTTPResponse:
    """Somebody else may take the case; the assistant answers again, unless somebody talks to them about another one."""

    def act(connection: Connection, case: Row, language: str) -> None:
        left = page.services.desk.left(connection, case, language, page.member.name)
        then = page.services.desk.search_kept(connection, case.conversation_id, language)
        cases.give_back(connection, case.number, page.member, left, close=False, then=then)

    await act_on(page, number, "case given back", act)
    return page.go(f"/cases/{number.upper()}")


async def close(page: Page, number: str) -> HTTPResponse:
    """The case is done; what was agreed on, if it was written down, is told to the visitor and the assistant."""
    agreed = tidy(page.field("agreed", _LONGEST_AGREEMENT)) or None

    def act(connection: Connection, case: Row, language: str) -> None:
        if agreed:
            closed = page.services.desk.notice(
                "utter_case_closed_agreed", language, case_number=case.number, agreed=agreed
            )
        else:
            closed = page.services.desk.notice("utter_case_closed", language, case_number=case.number)
        then = page.services.desk.search_kept(connection, case.conversation_id, language)
        cases.give_back(connection, case.number, page.member, closed, close=True, agreed=agreed, then=then)

    await act_on(page, number, "case closed", act)
    return page.go(f"/cases/{number.upper()}")


async def release(page: Page, number: str) -> HTTPResponse:
    """Takes the case from its owner, who is away."""

    def act(connection: Connection, case: Row, language: str) -> None:
        left = page.services.desk.left(connection, case, language, cases.owner_name(connection, case) or "")
        cases.release(connection, case.number, page.member, left)

    await act_on(page, number, "case released", act)
    return page.go(f"/cases/{number.upper()}")


async def read(page: Page, number: str) -> HTTPResponse:
    """What came in while the page was looked at is read."""
    await page.services.database.write(lambda c: queue.mark_read(c, number.upper(), page.member.id))
    return empty()


async def typing(page: Page, number: str) -> HTTPResponse:
    """The visitor sees that somebody is writing, if the case is this member's; nothing is stored."""
    case = await page.services.database.read(lambda c: cases.get(c, number.upper()))
    if _mode(page, case) == "mine":
        note = {"typing": True, "author": "staff", "name": page.member.name}
        await page.services.bus.tell(case.conversation_id, note)
    return empty()
