"""The receipt: number and secret link of a case, as a QR code and as a page to print.

The secret never stands in an address: `POST …/receipt` gives addresses with a ticket that is good for ten minutes.
"""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path
from typing import Any

import segno
from itsdangerous import BadSignature, URLSafeTimedSerializer
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sanic import Request
from sanic.response import HTTPResponse, html, raw
from sanic.response import json as json_response
from sqlalchemy.engine import Connection

from bot.conversation import log
from bot.conversation.errors import ApiError
from bot.conversation.services import Services
from bot.handoff import cases, talk
from bot.region import name_in

_SECONDS = 600
_KINDS = {"qr.svg": "image/svg+xml", "qr.png": "image/png"}

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined
)


def _tickets(services: Services) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(services.secret, salt="receipt")


async def issue(services: Services, conversation_id: str) -> HTTPResponse:
    """Number, link, and where its pictures and the page to print are for the next minutes.

    Raises:
        ApiError: 404, the conversation has no case.
    """
    case = await services.database.read(lambda c: talk.current(c, conversation_id))
    if case is None:
        raise ApiError(404, "not_found")
    ticket = _tickets(services).dumps(case.number)
    base = f"/api/v1/receipts/{case.number}"
    return json_response(
        {
            "case_number": case.number,
            "link": cases.receipt_link(services.settings.base_url, services.secret, case.number),
            "svg": f"{base}/qr.svg?ticket={ticket}",
            "png": f"{base}/qr.png?ticket={ticket}",
            "page": f"{base}/page?ticket={ticket}",
            "expires_in": _SECONDS,
        },
        status=201,
    )


def _check(services: Services, request: Request, number: str) -> None:
    try:
        opened = _tickets(services).loads(request.args.get("ticket") or "", max_age=_SECONDS)
    except BadSignature:
        opened = None
    if opened != number:
        raise ApiError(404, "case_unknown")


def code(link: str, kind: str) -> bytes:
    """The link as a QR code; `kind` is `svg` or `png`."""
    made, out = segno.make(link, error="m", micro=False), io.BytesIO()
    if kind == "svg":
        made.save(out, kind="svg", scale=6, border=4, xmldecl=False, svgclass=None, lineclass=None)
    else:
        made.save(out, kind="png", scale=6, border=4)
    return out.getvalue()


async def picture(services: Services, request: Request, number: str, name: str) -> HTTPResponse:
    """The QR code.

    Raises:
        ApiError: 404, the ticket is another one's, too old, or missing.
    """
    _check(services, request, number)
    link = cases.receipt_link(services.settings.base_url, services.secret, number)
    return raw(code(link, name.rpartition(".")[2]), content_type=_KINDS[name], headers={"Cache-Control": "no-store"})


async def page(services: Services, request: Request, number: str) -> HTTPResponse:
    """The receipt as a page to print, in the conversation's language.

    Raises:
        ApiError: 404, as for `picture`.
    """
    _check(services, request, number)

    def look(connection: Connection) -> tuple[Any, str] | None:
        case = cases.find(connection, number)
        return (case, log.find(connection, case.conversation_id).language) if case is not None else None

    found = await services.database.read(look)
    if found is None:
        raise ApiError(404, "case_unknown")
    case, language = found
    link = cases.receipt_link(services.settings.base_url, services.secret, number)
    text = _templates.get_template("receipt.html").render(
        t=services.interface.section(language, "receipt"), facts=services.facts(language), language=language,
        direction=services.languages[language].direction, number=number, link=link, code=code(link, "svg").decode(),
        topic=name_in(services.region.topics[case.topic].names, language) if case.topic in services.region.topics else "",
        answer=services.desk.answer_date(language, case.updated_at) if case.state == "new" else "",
        made=datetime.now(services.region.time_zone).date().isoformat(),
    )  # fmt: skip
    policy = (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
    return html(text, headers=headers)
