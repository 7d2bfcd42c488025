"""What is done to several cases of the inbox at once."""

from __future__ import annotations

from functools import partial

from sanic.response import HTTPResponse
from sqlalchemy.engine import Connection

from bot.console.page import Page, Refused
from bot.conversation import log
from bot.handoff import cases

MOST = 100


async def close(page: Page) -> HTTPResponse:
    """Closes the cases that are chosen; each visitor is told. One that a colleague has is left as it is."""
    given = page.request.form.getlist("number") if page.request.form else []
    numbers = list(dict.fromkeys(str(number)[:20].upper() for number in given or []))[:MOST]
    if not numbers:
        raise Refused(422, "none_chosen")
    kept = []
    for number in numbers:
        # Each in a transaction of its own: one that cannot be closed holds up nobody.
        try:
            conversation_id = await page.services.database.write(partial(_close, page=page, number=number))
            page.services.bus.publish(conversation_id)
        except (cases.Conflict, log.NotFound):
            kept.append(number)
    if kept:
        raise Refused(409, "kept", numbers=", ".join(kept))
    return page.go("/")


def _close(connection: Connection, page: Page, number: str) -> str:
    case = cases.get(connection, number)
    services, user = page.services, page.member
    language = log.find(connection, case.conversation_id).language
    closed = services.desk.notice("utter_case_closed", language, case_number=number)
    then = services.desk.search_kept(connection, case.conversation_id, language)
    if case.owner_id is None:
        cases.close_unclaimed(connection, number, user, closed, then)
    else:
        cases.give_back(connection, number, user, closed, close=True, then=then)
    page.audit(connection, "case closed", number)
    services.bus.announce(connection, case.conversation_id)
    return str(case.conversation_id)
