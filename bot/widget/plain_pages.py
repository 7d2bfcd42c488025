"""What `/plain` shows: the notice, and the conversation with what can be done in it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from dataclasses import field as made
from typing import Any

import sqlalchemy as sa
from sanic import Request
from sanic.response import HTTPResponse

from bot import digits
from bot.conversation import beginning, log
from bot.conversation.api import state_of
from bot.conversation.errors import ApiError
from bot.conversation.services import Services
from bot.db import ratings
from bot.widget import session
from bot.widget.formats import Formats
from bot.widget.responses import language_of, render

_RELOAD = 20  # seconds, only where the visitor asked for it
_LONGEST_LIST = 2000
_CASE = re.compile(r"[A-Z]{2}-[A-Z0-9]{4}-[A-Z0-9]{2}")
PRIVATE = {"Cache-Control": "no-store"}


@dataclass(frozen=True)
class Problem:
    """What the visitor has to be told, and what they had entered. `field` is the form field meant, or empty."""

    text: str
    status: int = 422
    field: str = ""
    entered: Mapping[str, str] = made(default_factory=dict)


def services_of(request: Request) -> Services:
    """The running server's parts."""
    services: Services = request.app.ctx.services
    return services


def said(services: Services, language: str, error: ApiError) -> str:
    """An error in the visitor's words."""
    values = {**services.facts(language), **error.values}
    return services.interface.text(language, "errors", error.code, **values)


def notice(request: Request, problem: str | None = None, *, language: str = "", status: int = 200) -> HTTPResponse:
    """What is accepted before anything is stored, and the way back into a case."""
    services = services_of(request)
    language = language or language_of(request, services.languages)
    tags = {name: request.args.get(name) or "" for name in beginning.TAGS}
    number = (request.args.get("case") or "").upper()
    return render(
        "plain_notice.html", status=status, headers=PRIVATE, problem=problem, tags=beginning.read_tags(tags),
        case_number=number if _CASE.fullmatch(number) else "", chat_days=services.settings.chat_days, **frame(services, language),
    )  # fmt: skip


def frame(services: Services, language: str) -> dict[str, Any]:
    """What every page needs."""
    return {
        "language": language,
        "direction": services.languages[language].direction,
        "languages": list(services.languages),
        "texts": services.interface.section(language, "widget"),
        "region": services.region.name(language),
        "office": services.region.office,
        "formats": Formats(language, services.region.time_zone),
    }


async def messages_of(services: Services, conversation_id: str) -> list[dict[str, Any]]:
    """All messages as the visitor API shows them."""
    rows = await services.database.read(lambda c: log.after(c, conversation_id, 0, limit=_LONGEST_LIST))
    return [services.presenter.message(row) for row in rows]


def _fields(messages: list[dict[str, Any]], last_own: int, problem: Problem) -> set[str]:
    """Names of the fields on the page at which a problem can be said; any other one is said at its top."""
    forms = [message["form"] for message in messages if message["seq"] > last_own and "form" in message]
    sent = problem.entered.get("form")
    return {"text"} | {field["name"] for form in forms if form["id"] == sent for field in form["fields"]}


async def conversation_page(
    request: Request, row: Any, problem: Problem | None = None, *, asked: str = ""
) -> HTTPResponse:
    """The conversation; `asked` is the question that is put before it."""
    services = services_of(request)
    messages = await messages_of(services, row.id)

    def look(connection: sa.engine.Connection) -> tuple[dict[str, Any], set[int]]:
        rated = connection.execute(sa.select(ratings.c.seq).where(ratings.c.conversation_id == row.id))
        return state_of(services, connection, row), {each.seq for each in rated}

    state, rated = await services.database.read(look)
    last_own = max((m["seq"] for m in messages if m["author"] == "visitor"), default=0)
    if problem and problem.field not in _fields(messages, last_own, problem):
        problem = replace(problem, field="")
    return render(
        "plain.html", status=problem.status if problem else 200, headers=PRIVATE, messages=messages, state=state, rated=rated,
        last_own=last_own, problem=problem, asked=asked, key=session.form_key(services, request), client_id=uuid.uuid4().hex,
        comment=digits.number(request.args.get("comment")) or 0, thanked="rated" in request.args,
        pending="pending" in request.args and bool(messages) and messages[-1]["author"] == "visitor",
        reload=_RELOAD if "auto" in request.args else 0, has_offers=any(m["offers"] for m in messages),
        **frame(services, row.language),
    )  # fmt: skip
