"""`/plain`: the same conversation as plain HTML forms, for weak connections and devices without JavaScript.

Every action is a POST that ends in a redirect, so reloading sends nothing twice; each form carries the `client_id`
of the message it would send, so neither does pressing twice.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

import sqlalchemy as sa
from sanic import Blueprint, Request
from sanic.exceptions import SanicException
from sanic.log import logger
from sanic.response import HTTPResponse, redirect

from bot import digits
from bot.conversation import beginning, log
from bot.conversation.api import everything, store_rating, take_in
from bot.conversation.errors import ApiError
from bot.conversation.services import Services
from bot.db import Unavailable
from bot.handoff import cases
from bot.widget import session
from bot.widget.plain_pages import PRIVATE, Problem, conversation_page, frame, messages_of, notice, said, services_of
from bot.widget.responses import language_of, render

plain = Blueprint("plain", url_prefix=session.PATH)

_WAIT = 10.0  # seconds for the reply, then the page says that it is on its way
Handler = Callable[[Request], Awaitable[HTTPResponse]]


def _action(handler: Callable[[Request, Services, Any], Awaitable[HTTPResponse]]) -> Handler:
    """A form of the conversation: only with the session's own key; what goes wrong is said on the page."""

    @wraps(handler)
    async def checked(request: Request) -> HTTPResponse:
        services = services_of(request)
        row = await session.conversation(services, request)
        if row is None:
            return redirect(session.PATH, status=303)
        if not session.is_own(services, request):
            stale = services.interface.text(row.language, "widget", "plain_stale")
            return await conversation_page(request, row, Problem(stale, 403, entered=_entered(request)))
        try:
            return await handler(request, services, row)
        except ApiError as error:
            problem = Problem(
                said(services, row.language, error), error.status, (error.field or "").removeprefix("form."), _entered(request)
            )  # fmt: skip
            return await conversation_page(request, row, problem)

    return checked


def _entered(request: Request) -> dict[str, str]:
    return {name: values[-1] for name, values in (request.form or {}).items()}


@plain.exception(Exception)
async def failed(request: Request, error: Exception) -> HTTPResponse:
    """Even a failure is a page, in the visitor's language."""
    services = services_of(request)
    language = language_of(request, services.languages)
    if not isinstance(error, Unavailable) and (row := await session.conversation(services, request)):
        language = row.language
    if isinstance(error, SanicException) and error.status_code < 500:
        code, status = ("not_found" if error.status_code in (404, 405) else "bad_request"), error.status_code
    else:
        code, status = "unavailable", 503
        if not isinstance(error, Unavailable):
            logger.error("a page failed: %s", request.path, exc_info=error)
    headers = {"Retry-After": "5", **PRIVATE} if status == 503 else PRIVATE
    text = said(services, language, ApiError(status, code))
    return render("plain_error.html", status=status, headers=headers, text=text, **frame(services, language))


@plain.get("")
async def show(request: Request) -> HTTPResponse:
    """The notice, or the conversation that this browser keeps."""
    services = services_of(request)
    row = await session.conversation(services, request)
    if row is not None:
        return await conversation_page(request, row)
    problem = None
    if "begun" in request.args:
        language = language_of(request, services.languages)
        problem = services.interface.text(language, "widget", "plain_cookie_refused")
    return notice(request, problem)


@plain.post("/begin")
async def begin(request: Request) -> HTTPResponse:
    """The visitor accepted the notice."""
    services = services_of(request)
    form = _entered(request)
    language = services.languages.match(form.get("language"))
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return notice(
            request, services.interface.text(language, "widget", "plain_stale"), language=language, status=403
        )
    wait = services.conversation_limit.take(services.address(request))
    if wait:
        text = said(services, language, ApiError(429, "rate_limited", seconds=int(wait) + 1))
        return notice(request, text, language=language, status=429)
    conversation_id, token, _ = await beginning.begin(
        services, language=language, page=session.PATH, tags=beginning.read_tags(form)
    )
    response = redirect(f"{session.PATH}?begun=1&lang={language}", status=303)
    return session.write(request, response, conversation_id, token, services.settings.chat_days)


@plain.post("/receipt")
async def receipt(request: Request) -> HTTPResponse:
    """Opens a handed-over conversation again, with what stands on the receipt."""
    services = services_of(request)
    form = _entered(request)
    language = services.languages.match(form.get("language"))
    wait = services.receipt_limit.take(services.address(request))
    if wait:
        text = said(services, language, ApiError(429, "rate_limited", seconds=int(wait) + 1))
        return notice(request, text, language=language, status=429)
    number, secret = form.get("number", "").strip().upper(), form.get("secret", "").strip()
    opened = await services.database.write(lambda c: cases.open_receipt(c, services.secret, number, secret))
    if opened is None:
        return notice(request, said(services, language, ApiError(404, "case_unknown")), language=language, status=404)
    conversation_id, token, language = opened
    response = redirect(f"{session.PATH}?begun=1&lang={language}", status=303)
    return session.write(request, response, conversation_id, token, services.settings.chat_days)


@plain.post("/send", name="send")
@_action
async def send(request: Request, services: Services, row: Any) -> HTTPResponse:
    """A text, a button (`button:<id>`), or a form (`form` and its fields)."""
    form = _entered(request)
    button = next((name.partition(":")[2] for name in form if name.startswith("button:")), None)
    body: dict[str, Any]
    if button is not None:
        body = {"button": button}
    elif "form" in form:
        body = {"form": {"id": form["form"], "values": {k[2:]: v for k, v in form.items() if k.startswith("f:")}}}
    else:
        body = {"text": form.get("text", "")}
    # The page's own number and what is sent: pressing twice sends once, another text from a page gone back to is new.
    said = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:16]
    client_id = re.sub(r"[^0-9a-f]", "", form.get("client_id", ""))[:32] + "-" + said
    seq = await take_in(services, row, client_id, body, at_once=True)
    replies = await services.turns.replies(row.id, seq, _WAIT)
    return redirect(f"{session.PATH}{'?pending=1' if replies is None else ''}#m{seq}", status=303)


@plain.post("/language", name="language")
@_action
async def language(request: Request, services: Services, row: Any) -> HTTPResponse:
    """Another language; everything else stays."""
    wanted = _entered(request).get("language")
    if wanted not in services.languages:
        raise ApiError(422, "language_unknown", field="language")

    def change(connection: sa.engine.Connection) -> None:
        log.set_state(connection, row.id, language=wanted)
        services.bus.announce(connection, row.id)

    await services.database.write(change)
    services.bus.publish(row.id)
    return redirect(session.PATH, status=303)


@plain.post("/rate", name="rate")
@_action
async def rate(request: Request, services: Services, row: Any) -> HTTPResponse:
    """Helpful or not; after "not", the page asks what was missing."""
    form = _entered(request)
    value = -1 if "down" in form else 1
    seq = digits.number(form.get("seq"))
    await store_rating(services, row.id, {"seq": seq, "value": value, "comment": form.get("comment")})
    ask = f"?comment={seq}" if value < 0 and "comment" not in form else "?rated=1"
    return redirect(f"{session.PATH}{ask}#m{seq}", status=303)


@plain.post("/leave", name="leave")
@_action
async def leave(request: Request, services: Services, row: Any) -> HTTPResponse:
    """A new conversation; this one stays on the server until its time is over."""
    return session.clear(request, redirect(f"{session.PATH}?lang={row.language}", status=303))


@plain.post("/delete", name="delete")
@_action
async def delete(request: Request, services: Services, row: Any) -> HTTPResponse:
    """Erases the conversation everywhere, once the visitor has said so twice."""
    if "sure" not in _entered(request):
        return await conversation_page(request, row, asked="delete")

    def erase(connection: sa.engine.Connection) -> None:
        log.erase(connection, row.id)
        services.bus.announce(connection, row.id, {"state": "deleted"})

    await services.database.write(erase)
    services.brain.trackers.forget(row.id)
    services.bus.publish(row.id, {"state": "deleted"})
    text = services.interface.text(row.language, "widget", "deleted")
    answer = render("plain_error.html", headers=PRIVATE, text=text, **frame(services, row.language))
    return session.clear(request, answer)


@plain.get("/download")
async def download(request: Request) -> HTTPResponse:
    """Everything that is stored about the conversation."""
    services = services_of(request)
    row = await session.conversation(services, request)
    if row is None:
        return redirect(session.PATH, status=303)
    content = await services.database.read(lambda c: everything(services, c, row))
    headers = {**PRIVATE, "Content-Disposition": 'attachment; filename="heimatlotse.json"'}
    return HTTPResponse(
        json.dumps(content, ensure_ascii=False, indent=2), headers=headers, content_type="application/json"
    )


@plain.get("/offers")
async def offers(request: Request) -> HTTPResponse:
    """All offers of the conversation, each once, to print."""
    services = services_of(request)
    row = await session.conversation(services, request)
    if row is None:
        return redirect(session.PATH, status=303)
    messages = await messages_of(services, row.id)
    found = {offer["id"]: offer for message in messages for offer in message["offers"]}
    return render("plain_offers.html", headers=PRIVATE, offers=list(found.values()), **frame(services, row.language))
