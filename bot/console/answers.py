"""Answers that need no translating: prepared replies, answers to common questions, offers, appointments.

Staff choose them in their own language; the visitor reads them in theirs.
"""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from babel.dates import format_date
from sanic.response import HTTPResponse, empty
from sqlalchemy.engine import Connection, Row

from bot.console import queue
from bot.console.case import KEY, act_on, new_key
from bot.console.page import Page, Refused
from bot.console.palette import FAQ, values_of
from bot.conversation import log
from bot.handoff import cases
from bot.handoff.appointments import LONGEST_MINUTES, Appointment, mark_of, there_is, ticket
from bot.handoff.hours import is_open
from bot.handoff.prepared import APPOINTMENT, APPOINTMENT_VARIABLES, OFFER
from bot.knowledge.present import present
from bot.knowledge.query import Query
from bot.region import locale_of

_OFFERS_SHOWN = 8
_FURTHEST = timedelta(days=365)

Said = tuple[str, str, dict[str, Any]]
"""(text, the language it is in, `extra` of the message)."""


async def prepared(page: Page, number: str) -> HTTPResponse:
    """Sends a prepared reply in the visitor's language."""
    reply = page.services.resources.prepared.replies.get(page.field("name"))
    if reply is None or reply.variables & set(APPOINTMENT_VARIABLES):
        raise Refused(422, "unknown_answer")

    def say(case: Row, language: str) -> Said:
        text, code = reply.text(language, page.services.languages, values_of(page, case, language))
        return text, code, {"prepared": reply.name, "values": {"adviser": page.member.name}}

    return await _send(page, number, say)


async def faq(page: Page, number: str) -> HTTPResponse:
    """Sends the assistant's answer to a common question, with its sources."""
    utter = f"utter_{page.field('intent')}"
    services = page.services
    if not utter.startswith(FAQ) or utter not in services.resources.replies:
        raise Refused(422, "unknown_answer")

    def say(case: Row, language: str) -> Said:
        row = services.presenter.row(services.replies.reply(utter, language), language, reply_to=None, number=0)
        # While a person answers, the assistant's buttons lead nowhere.
        return row["text"], row["language"], {k: v for k, v in row["extra"].items() if k != "buttons"}

    return await _send(page, number, say)


async def faq_preview(page: Page, number: str) -> HTTPResponse:
    """The answer in both languages, before it is sent."""
    utter = f"utter_{page.request.args.get('intent') or ''}"
    language = await _language(page, number)
    texts = {}
    if utter.startswith(FAQ) and utter in page.services.resources.replies:
        texts = {code: page.services.replies.reply(utter, code)["text"] for code in (page.language, language)}
    return page.render("answer_preview.html", texts=texts, language=language)


async def offers(page: Page, number: str) -> HTTPResponse:
    """Offers that fit what was typed, in the language of the console, each with a button that sends it."""
    language = await _language(page, number)
    text = str(page.request.args.get("q") or "")[:200]
    services = page.services
    found = services.offers.search(Query(text=text, language=page.language, limit=_OFFERS_SHOWN)) if text.strip() else None
    hits = found.hits if found else ()
    cards = [present(hit.offer, page.language, services.names, distance_km=hit.distance_km) for hit in hits]
    return page.render(
        "offer_choice.html", cards=cards, number=number.upper(), asked=bool(text.strip()), language=language,
        key=new_key(),
    )  # fmt: skip


async def offer(page: Page, number: str) -> HTTPResponse:
    """Sends an offer as a card."""
    services = page.services
    chosen = services.offers.get(page.field("offer"))
    reply = services.resources.prepared.replies.get(OFFER)
    if chosen is None or reply is None:
        raise Refused(422, "unknown_answer")

    def say(case: Row, language: str) -> Said:
        text, code = reply.text(language, services.languages, values_of(page, case, language))
        return text, code, {"prepared": OFFER, "offers": [present(chosen, language, services.names)]}

    return await _send(page, number, say)


async def appointment(page: Page, number: str) -> HTTPResponse:
    """Proposes a date; the message has a link to a calendar file."""
    services, zone = page.services, page.services.region.time_zone
    reply = services.resources.prepared.replies.get(APPOINTMENT)
    try:
        begin = datetime.fromisoformat(f"{page.field('day')}T{page.field('time')}").replace(tzinfo=zone)
        minutes = int(page.field("minutes"))
    except ValueError:
        raise Refused(422, "appointment") from None
    now = datetime.now(zone)
    if reply is None or not 5 <= minutes <= LONGEST_MINUTES or not now < begin < now + _FURTHEST:
        raise Refused(422, "appointment")
    day, clock = format_date(begin, "full", locale=locale_of(page.language)), f"{begin:%H:%M}"
    if not there_is(begin):
        raise Refused(422, "appointment_never", day=day, time=clock)
    if not is_open(services.region, begin) and not page.field("outside"):
        raise Refused(422, "appointment_closed", day=day, time=clock)

    def find_mark(connection: Connection) -> int:
        return mark_of(connection, cases.get(connection, number.upper()).conversation_id, begin, now)

    mark = await services.database.read(find_mark)

    def say(case: Row, language: str) -> Said:
        proposed = Appointment(case.number, begin, minutes, language, int(now.timestamp()), mark)
        link = f"{services.settings.base_url}/api/v1/appointments/{ticket(services.secret, proposed)}"
        given = {"time": clock, "minutes": minutes, "link": link}
        text, code = _written(page, case, language, begin, given)
        # In the console the date is written anew, in its own language.
        return text, code, {"prepared": APPOINTMENT, "values": {**given, "begin": begin.timestamp(), "mark": mark}}

    return await _send(page, number, say)


def _written(page: Page, case: Row, language: str, begin: datetime, given: dict[str, Any]) -> tuple[str, str]:
    reply = page.services.resources.prepared.replies[APPOINTMENT]
    code = reply.text(language, page.services.languages, {})[1]
    day = format_date(begin, "full", locale=locale_of(code))
    return reply.text(language, page.services.languages, {**values_of(page, case, language, **given), "date": day})


async def _language(page: Page, number: str) -> str:
    def find(connection: Connection) -> str:
        case = cases.get(connection, number.upper())
        return str(log.find(connection, case.conversation_id).language)

    return await page.services.database.read(find)


async def _send(page: Page, number: str, say: Any) -> HTTPResponse:
    """Stores what `say(case, language)` gives as this member's message, once for each form."""
    key = page.raw("key")
    if not KEY.fullmatch(key):
        raise Refused(400, "bad_request")

    def act(connection: Connection, case: Row, language: str) -> None:
        text, code, extra = say(case, language)
        reply = partial(cases.reply, connection, case.number, page.member, text, code)
        reply(client_id=f"staff-{key}", extra=extra)
        queue.mark_read(connection, case.number, page.member.id)

    with contextlib.suppress(cases.AlreadyDone):
        await act_on(page, number, "case answered", act)
    if not page.is_partial:
        return page.go(f"/cases/{number.upper()}#end")
    # The message itself comes by the stream; what is half written in the field stays there.
    return empty()
