"""The visitor API, version 1 (docs/api.md): conversations, messages, events, offers, region."""

from __future__ import annotations

import asyncio
import json
import random
import re
import secrets
import time
from collections.abc import Coroutine
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlsplit

import sqlalchemy as sa
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sanic import Blueprint, Request, Sanic
from sanic.response import HTTPResponse, empty, raw
from sanic.response import json as json_response
from sqlalchemy.engine import Connection

from bot import digits
from bot.conversation import beginning, log, receipts, refusals
from bot.conversation.errors import ApiError
from bot.conversation.events import Subscription
from bot.conversation.forms import read_form
from bot.conversation.presenting import as_written, timestamp
from bot.conversation.services import Services
from bot.db import messages, ratings, tracker_events
from bot.handoff import appointments, cases, presence, talk
from bot.knowledge.listing import listing
from bot.knowledge.query import Query, QueryError
from bot.nlu.normalise import MAX_LENGTH, clean
from bot.statements import Statement

T = TypeVar("T")

api = Blueprint("api", url_prefix="/api/v1")

_CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_BEAT = 15.0
_LOOK_BEATS = 4
"""After so many beats without news a stream looks by itself: time alone changes something, such as who is still here."""
_LONGEST_WAIT = 30.0
_FORM_TEXT = "✓"


def _services(request: Request) -> Services:
    services: Services = request.app.ctx.services
    return services


def _body(request: Request) -> dict[str, Any]:
    """The request's JSON object.

    Raises:
        ApiError: 415 for another kind of content, 400 for anything but an object.
    """
    kind = (request.headers.get("content-type") or "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise ApiError(415, "unsupported_media_type")
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        raise ApiError(400, "bad_request") from None
    if not isinstance(body, dict):
        raise ApiError(400, "bad_request")
    return body


def _token(request: Request) -> str:
    scheme, _, token = (request.headers.get("authorization") or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise ApiError(401, "unauthorized")
    return token.strip()


async def _conversation(request: Request, conversation_id: str) -> Any:
    """The row of the conversation that the request may see; the request's errors are in its language from then on."""
    token, services = _token(request), _services(request)
    try:
        row = await services.database.look_up(lambda c: log.authenticate(c, conversation_id, token))
    except log.NotFound:
        await refusals.note(services, request, "conversation refused", conversation_id)
        raise
    request.ctx.language = row.language
    return row


def _text(value: Any) -> str:
    """A visitor's text, cleaned.

    Raises:
        ApiError: 422, it is empty, too long or no text.
    """
    if not isinstance(value, str):
        raise ApiError(400, "bad_request", field="text")
    text = clean(value)
    if not text:
        raise ApiError(422, "message_empty", field="text")
    if len(text) > MAX_LENGTH:
        raise ApiError(422, "message_too_long", field="text", limit=MAX_LENGTH, length=len(text))
    return text


@api.post("/conversations")
async def begin(request: Request) -> HTTPResponse:
    """Begins a conversation, after consent."""
    services = _services(request)
    body = _body(request)
    wanted = body.get("language") if isinstance(body.get("language"), str) else None
    language = services.languages.match(wanted or _accepted_language(request))
    request.ctx.language = language
    if body.get("consent") is not True:
        raise ApiError(422, "consent_required", field="consent")
    wait = services.conversation_limit.take(services.address(request))
    if wait:
        raise ApiError(429, "rate_limited", retry_after=int(wait) + 1, seconds=int(wait) + 1)
    conversation_id, token, rows = await beginning.begin(
        services, language=language, page=beginning.read_page(body.get("page")), tags=beginning.read_tags(body)
    )
    return json_response(
        {
            "id": conversation_id,
            "token": token,
            "language": language,
            "direction": services.languages[language].direction,
            "messages": [services.presenter.message(row) for row in rows],
        },
        status=201,
    )


def _accepted_language(request: Request) -> str | None:
    return (request.headers.get("accept-language") or "").split(",")[0].split(";")[0].strip() or None


@api.get("/conversations/<conversation_id:str>")
async def look(request: Request, conversation_id: str) -> HTTPResponse:
    """Language, direction and state of a conversation."""
    row = await _conversation(request, conversation_id)
    return json_response(await _services(request).database.read(lambda c: state_of(_services(request), c, row)))


def state_of(services: Services, connection: Connection, row: Any) -> dict[str, Any]:
    """Language, direction, state, case and staff of a conversation's row."""
    case = talk.current(connection, row.id)
    state = {
        "id": row.id,
        "language": row.language,
        "direction": services.languages[row.language].direction,
        "state": row.state,
    }
    if case is not None:
        state["case_number"] = case.number
        staff = cases.owner_name(connection, case)
        if staff and row.state == "live":
            state["staff"] = staff
        state |= services.desk.outlook(connection, case, row.language)
    return state


@api.post("/conversations/<conversation_id:str>/messages")
async def send(request: Request, conversation_id: str) -> HTTPResponse:
    """Stores a message, once for each `client_id`; with `?wait=` gives the replies as soon as they are there."""
    services = _services(request)
    conversation = await _conversation(request, conversation_id)
    body = _body(request)
    client_id = body.get("client_id")
    if not isinstance(client_id, str) or not _CLIENT_ID.fullmatch(client_id):
        raise ApiError(422, "bad_request", field="client_id")
    wait = _wait(request)
    seq = await take_in(services, conversation, client_id, body, at_once=wait > 0)
    replies = await services.turns.replies(conversation_id, seq, wait) if wait else None
    if replies is None:
        return json_response({"seq": seq}, status=202)
    return json_response({"seq": seq, "messages": replies}, status=200)


async def take_in(
    services: Services, conversation: Any, client_id: str, body: dict[str, Any], *, at_once: bool = False
) -> int:
    """Stores a visitor's message once for each `client_id` and has it answered; returns its number.

    Args:
        at_once: As in `Turns.accept`.

    Raises:
        ApiError: 429, too many messages; 400 or 422, the content is wrong.
    """
    known = await services.database.look_up(lambda c: log.seq_of(c, conversation.id, client_id))
    if known is not None:
        return known
    wait = services.message_limit.take(conversation.id)
    if wait:
        raise ApiError(429, "rate_limited", retry_after=int(wait) + 1, seconds=int(wait) + 1)
    text, extra = await _content(services, conversation, body)
    turns = services.turns
    return await _finish(turns.accept(conversation, client_id=client_id, text=text, extra=extra, at_once=at_once))


def _wait(request: Request) -> float:
    text = request.args.get("wait")
    if text is None:
        return 0.0
    try:
        return max(0.0, min(float(text), _LONGEST_WAIT))
    except ValueError:
        raise ApiError(400, "bad_request", field="wait") from None


_unfinished: set[asyncio.Task[Any]] = set()


async def _finish(work: Coroutine[Any, Any, T]) -> T:
    """Carries `work` to its end although the visitor's connection may break, which cancels the request."""
    task = asyncio.create_task(work)
    _unfinished.add(task)
    task.add_done_callback(_unfinished.discard)
    return await asyncio.shield(task)


async def _content(services: Services, conversation: Any, body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """(text as the log shows it, what the message means if it is a button or a form)."""
    conversation_id = conversation.id
    if "text" in body:
        text = _text(body["text"])
        # Who types what a button says means the button, unless a person reads it.
        button = conversation.state != "live" and await services.database.look_up(lambda c: _typed(c, conversation_id, text))
        return text, {"payload": button["payload"]} if button else {}
    if "button" in body:
        issued = await services.database.look_up(lambda c: _issued(c, conversation_id, body["button"], "buttons"))
        if issued is None:
            raise ApiError(422, "button_unknown", field="button")
        return issued["title"], {"payload": issued["payload"]}
    if "form" in body:
        form = body["form"]
        if not isinstance(form, dict):
            raise ApiError(400, "bad_request", field="form")
        issued = await services.database.look_up(lambda c: _issued(c, conversation_id, form.get("id"), "form"))
        if issued is None:
            raise ApiError(422, "button_unknown", field="form")
        return issued.get("sent") or _FORM_TEXT, {
            "payload": "/inform",
            "entities": read_form(issued, form.get("values")),
        }
    raise ApiError(422, "message_empty", field="text")


# Statements of every typed message, see `bot.conversation.log`.
_OF = messages.c.conversation_id == sa.bindparam("own")
_NEWEST = Statement(sa.select(messages.c.author, messages.c.reply_to).where(_OF).order_by(messages.c.seq.desc()).limit(1))
_SHOWN = Statement(
    sa.select(messages.c.extra).where(
        _OF, messages.c.author == "bot", messages.c.reply_to.is_not_distinct_from(sa.bindparam("answered"))
    )
)


def _typed(connection: Connection, conversation_id: str, text: str) -> dict[str, Any] | None:
    """The button with this title among those shown with the newest replies; None if there is none, or several."""
    newest = _NEWEST.first(connection, own=conversation_id)
    if newest is None or newest.author == "visitor":
        return None
    rows = _SHOWN.all(connection, own=conversation_id, answered=newest.reply_to)
    wanted = as_written(text)
    found = {
        button["payload"]: dict(button)
        for row in rows
        for button in row.extra.get("buttons") or []
        if wanted and as_written(button["title"]) == wanted
    }
    return next(iter(found.values())) if len(found) == 1 else None


def _issued(connection: Connection, conversation_id: str, wanted: Any, kind: str) -> dict[str, Any] | None:
    """The button or form that this conversation was given under that id."""
    if not isinstance(wanted, str):
        return None
    anchor = digits.number(wanted.split(".", 1)[0])
    if anchor is None:
        return None
    reply_to = anchor or None
    m = messages.c
    rows = connection.execute(
        sa.select(m.extra).where(m.conversation_id == conversation_id, m.author != "visitor", m.reply_to == reply_to)
    )
    for row in rows:
        given = row.extra.get(kind) or []
        for item in [given] if isinstance(given, dict) else given:
            if item["id"] == wanted:
                return dict(item)
    return None


@api.get("/conversations/<conversation_id:str>/messages")
async def read(request: Request, conversation_id: str) -> HTTPResponse:
    """Messages after a number, ascending."""
    services = _services(request)
    await _conversation(request, conversation_id)
    seq = _number(request.args.get("after"), "after")
    rows = await services.database.read(lambda c: log.after(c, conversation_id, seq))
    return json_response({"messages": [services.presenter.message(row) for row in rows]})


def _number(text: str | None, field: str) -> int:
    if not text:
        return 0
    found = digits.number(text)
    if found is None:
        raise ApiError(400, "bad_request", field=field)
    return found


@api.post("/conversations/<conversation_id:str>/ticket")
async def ticket(request: Request, conversation_id: str) -> HTTPResponse:
    """A ticket that opens the event stream for a minute, for clients that cannot send headers with it."""
    await _conversation(request, conversation_id)
    return json_response({"ticket": _tickets(request).dumps(conversation_id), "expires_in": 60}, status=201)


def _tickets(request: Request) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(_services(request).secret, salt="stream")


@api.get("/conversations/<conversation_id:str>/events")
async def stream(request: Request, conversation_id: str) -> None:
    """Server-sent events: `message`, `typing`, `state`. Resumes after `Last-Event-ID`; a comment every 15 s."""
    services = _services(request)
    if request.args.get("ticket"):
        try:
            opened = _tickets(request).loads(request.args.get("ticket"), max_age=60)
        except BadSignature:
            opened = None
        if opened != conversation_id:
            raise ApiError(404, "not_found")
        await services.database.look_up(lambda c: log.find(c, conversation_id))
    else:
        await _conversation(request, conversation_id)
    last = _number(request.headers.get("last-event-id") or request.args.get("after"), "after")
    response = await request.respond(
        content_type="text/event-stream; charset=utf-8",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )
    async with services.presences.here(conversation_id, presence.VISITOR):
        await _follow(request, response, conversation_id, last)
    await response.eof()


async def _follow(request: Request, response: Any, conversation_id: str, last: int) -> None:
    """Sends what happens after message `last` until the visitor goes away or the conversation is erased."""
    services, shown = _services(request), None
    with services.bus.subscribe(conversation_id) as subscription:
        notes: list[dict[str, Any]] = []
        while True:
            found = await services.database.look_up(partial(_news, request, conversation_id=conversation_id, seq=last))
            if found is None or any(note.get("state") == "deleted" for note in notes):
                await response.send(_event("state", {"state": "deleted"}))
                return
            state, rows = found
            news = [_event("message", services.presenter.message(row), row.seq) for row in rows]
            if state != shown:
                news.append(_event("state", state))
            news += [_event("typing", note) for note in notes if "typing" in note]
            if news:
                # At once: a page that gets them one by one draws itself for each.
                await response.send("".join(news))
            last, shown = rows[-1].seq if rows else last, state
            notes = await _awaited(response, subscription)


async def _awaited(response: Any, subscription: Subscription) -> list[dict[str, Any]]:
    """The next notes, or none where it is time to look. Streams that began together do not beat together for long."""
    for _ in range(_LOOK_BEATS):
        notes = await subscription.wait(_BEAT * random.uniform(0.7, 1.0))
        if notes is not None:
            return notes
        await response.send(": beat\n\n")
    return []


def _news(
    request: Request, connection: Connection, *, conversation_id: str, seq: int
) -> tuple[dict[str, Any], list[Any]] | None:
    try:
        row = log.find(connection, conversation_id)
    except log.NotFound:
        return None
    return state_of(_services(request), connection, row), log.after(connection, conversation_id, seq)


def _event(name: str, data: dict[str, Any], number: int | None = None) -> str:
    head = f"id: {number}\n" if number is not None else ""
    return f"{head}event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


@api.put("/conversations/<conversation_id:str>/language")
async def switch(request: Request, conversation_id: str) -> HTTPResponse:
    """Changes the language at once; the dialogue stays where it is."""
    services = _services(request)
    row = await _conversation(request, conversation_id)
    language = _body(request).get("language")
    if not isinstance(language, str) or language not in services.languages:
        raise ApiError(422, "language_unknown", field="language")

    def change(connection: Connection) -> None:
        log.set_state(connection, conversation_id, language=language)
        services.bus.announce(connection, conversation_id)

    if language != row.language:
        await services.database.write(change)
        services.bus.publish(conversation_id)
    return json_response({"language": language, "direction": services.languages[language].direction})


@api.post("/conversations/<conversation_id:str>/typing")
async def typing(request: Request, conversation_id: str) -> HTTPResponse:
    """The visitor is writing: shown to staff, not stored."""
    await _conversation(request, conversation_id)
    await _services(request).bus.tell(conversation_id, {"typing": True, "author": "visitor"})
    return empty()


@api.post("/conversations/<conversation_id:str>/ratings")
async def rate(request: Request, conversation_id: str) -> HTTPResponse:
    """Helpful or not, once a reply."""
    await _conversation(request, conversation_id)
    body = _body(request)
    await store_rating(_services(request), conversation_id, body)
    return json_response({"seq": body["seq"], "value": body["value"]}, status=201)


async def store_rating(services: Services, conversation_id: str, body: dict[str, Any]) -> None:
    """Stores `{"seq", "value", "comment"?}`.

    Raises:
        ApiError: 404, 409, 422.
    """
    seq, value, comment = body.get("seq"), body.get("value"), body.get("comment")
    if type(value) is not int or value not in (1, -1):
        raise ApiError(422, "rating_invalid", field="value")
    if comment is not None and not isinstance(comment, str):
        raise ApiError(400, "bad_request", field="comment")
    words = clean(comment or "")[:MAX_LENGTH] or None

    def store(connection: Connection) -> None:
        m = messages.c
        author = connection.execute(
            sa.select(m.author).where(m.conversation_id == conversation_id, m.seq == seq)
        ).scalar()
        if author in (None, "visitor"):
            raise ApiError(404, "not_found", field="seq")
        key = (ratings.c.conversation_id == conversation_id) & (ratings.c.seq == seq)
        before = connection.execute(sa.select(ratings.c.value, ratings.c.comment).where(key)).first()
        if before is None:
            connection.execute(
                ratings.insert().values(
                    conversation_id=conversation_id, seq=seq, value=value, comment=words, at=time.time()
                )
            )
        elif before.value == value and before.comment is None and words:
            # What was missing is asked after the rating itself was given.
            connection.execute(ratings.update().where(key).values(comment=words))
        elif before.value != value or before.comment != words:
            raise ApiError(409, "already_rated", field="seq")

    if type(seq) is not int:
        raise ApiError(422, "rating_invalid", field="seq")
    if not 0 < seq < 2**31:
        raise ApiError(404, "not_found", field="seq")
    await services.database.write(store)


@api.get("/conversations/<conversation_id:str>/export")
async def export(request: Request, conversation_id: str) -> HTTPResponse:
    """All that is stored about a conversation."""
    services = _services(request)
    row = await _conversation(request, conversation_id)
    content = await services.database.read(lambda c: everything(services, c, row))
    return json_response(
        content, headers={"Content-Disposition": f'attachment; filename="conversation-{conversation_id[:8]}.json"'}
    )


def everything(services: Services, connection: Connection, row: Any) -> dict[str, Any]:
    """All that is stored about a conversation, as its download."""
    own_ratings = connection.execute(sa.select(ratings).where(ratings.c.conversation_id == row.id)).all()
    events = connection.execute(
        sa.select(tracker_events.c.data).where(tracker_events.c.conversation_id == row.id).order_by(tracker_events.c.id)
    )
    case = talk.current(connection, row.id)
    return {
        "id": row.id,
        "language": row.language,
        "state": row.state,
        "page": row.page,
        "campaign": row.campaign,
        "persona": row.persona,
        "created_at": timestamp(row.created_at),
        "messages": [services.presenter.message(m) for m in log.after(connection, row.id, 0, limit=100_000)],
        "ratings": [{"seq": r.seq, "value": r.value, "comment": r.comment, "at": timestamp(r.at)} for r in own_ratings],
        "case": cases.export(case) if case is not None else None,
        "cases": [cases.export(each) for each in talk.of_conversation(connection, row.id)],
        "dialogue_events": [json.loads(event.data) for event in events],
    }


@api.delete("/conversations/<conversation_id:str>")
async def erase(request: Request, conversation_id: str) -> HTTPResponse:
    """Deletes a conversation everywhere."""
    services = _services(request)
    await _conversation(request, conversation_id)

    def delete(connection: Connection) -> None:
        log.erase(connection, conversation_id)
        services.bus.announce(connection, conversation_id, {"state": "deleted"})

    await services.database.write(delete)
    services.brain.trackers.forget(conversation_id)
    services.bus.publish(conversation_id, {"state": "deleted"})
    return empty()


@api.post("/receipts/<case_number:str>")
async def receipt(request: Request, case_number: str) -> HTTPResponse:
    """Opens a handed-over conversation again, on any device."""
    services = _services(request)
    secret = _body(request).get("secret")
    wait = services.receipt_limit.take(services.address(request))
    if wait:
        raise ApiError(429, "rate_limited", retry_after=int(wait) + 1, seconds=int(wait) + 1)
    if not isinstance(secret, str):
        raise ApiError(404, "case_unknown")
    opened = await services.database.write(
        lambda c: cases.open_receipt(c, services.secret, case_number.upper(), secret)
    )
    if opened is None:
        await refusals.note(services, request, "receipt refused", case_number.upper())
        raise ApiError(404, "case_unknown")
    conversation_id, token, language = opened
    return json_response(
        {"id": conversation_id, "token": token, "language": language,
         "direction": services.languages[language].direction}
    )  # fmt: skip


@api.get("/appointments/<ticket:str>")
async def appointment(request: Request, ticket: str) -> HTTPResponse:
    """A proposed appointment as a calendar file."""
    services = _services(request)
    proposed = appointments.read_ticket(services.secret, services.region, ticket)
    if proposed is None or await services.database.read(lambda c: cases.find(c, proposed.case_number)) is None:
        raise ApiError(404, "not_found")
    host = urlsplit(services.settings.base_url).hostname or "localhost"
    return raw(
        appointments.calendar(services.region, proposed, host),
        content_type="text/calendar; charset=utf-8; method=PUBLISH",
        headers={"Content-Disposition": f'attachment; filename="{proposed.case_number}.ics"'},
    )


@api.post("/conversations/<conversation_id:str>/receipt")
async def receipt_of(request: Request, conversation_id: str) -> HTTPResponse:
    """Number, link and pictures of the conversation's receipt."""
    await _conversation(request, conversation_id)
    return await receipts.issue(_services(request), conversation_id)


@api.get("/receipts/<case_number:str>/qr.svg", name="receipt_svg")
@api.get("/receipts/<case_number:str>/qr.png", name="receipt_png")
async def receipt_picture(request: Request, case_number: str) -> HTTPResponse:
    """The secret link as a QR code, for a ticket."""
    return await receipts.picture(_services(request), request, case_number, request.path.rpartition("/")[2])


@api.get("/receipts/<case_number:str>/page")
async def receipt_page(request: Request, case_number: str) -> HTTPResponse:
    """The receipt as a page to print, for a ticket."""
    return await receipts.page(_services(request), request, case_number)


@api.get("/offers")
async def offers(request: Request) -> HTTPResponse:
    """The knowledge base, as the chat searches it."""
    services = _services(request)
    language = services.languages.match(request.args.get("lang"))
    request.ctx.language = language
    args = {name: values[-1] for name, values in request.args.items()}
    understood = services.languages[language].understands
    text = clean(args.pop("q", ""))[:MAX_LENGTH]
    try:
        query = Query(
            kind=args.pop("kind", None),
            text=text,
            glosses=services.resources.readings.glosses(text, understood),
            place=args.pop("place", None),
            radius_km=float(args.pop("radius_km", 0)),
            limit=min(int(args.pop("limit", 10)), 50),
            offset=int(args.pop("offset", 0)),
            language=understood,
            filters={name: value for name, value in args.items() if name != "lang"},
        )
        found = await asyncio.get_running_loop().run_in_executor(None, services.offers.search, query)
    except QueryError as error:
        raise ApiError(422, "filter_invalid", field=error.criterion) from None
    except ValueError:
        raise ApiError(422, "filter_invalid") from None
    return json_response(listing(found, language, services.names, services.interface))


@api.get("/region")
async def region(request: Request) -> HTTPResponse:
    """Name, languages, office and how to reach it."""
    services = _services(request)
    language = services.languages.match(request.args.get("lang"))
    facts = services.facts(language)
    return json_response(
        {
            "id": services.region.id,
            "name": facts["region"],
            "languages": [
                {"code": each.code, "name": each.name, "direction": each.direction} for each in services.languages
            ],
            "office": {"name": facts["office"], "address": facts["office_address"], "email": facts["office_email"],
                       "hours": facts["office_hours"]},
            "open": services.office_open(),
            "telephone": services.region.office.phone,
            "chat_days": services.settings.chat_days,
            "places": [{"id": place.id, "name": place.name(language)} for place in services.region.places.values()],
        }
    )  # fmt: skip


@api.get("/interface")
async def interface(request: Request) -> HTTPResponse:
    """The texts of the chat itself, for the widget."""
    services = _services(request)
    language = services.languages.match(request.args.get("lang"))
    return json_response(
        {
            "language": language,
            "direction": services.languages[language].direction,
            "texts": dict(services.interface.section(language, "widget")),
        },
        headers={"Cache-Control": "public, max-age=300"},
    )


def install_errors(app: Sanic) -> None:
    """Gives every failure of an API call the contract's one shape, in the visitor's language."""
    from sanic.exceptions import SanicException

    from bot.db import Unavailable

    codes = {400: "bad_request", 401: "unauthorized", 404: "not_found", 405: "not_found", 413: "too_large",
             415: "unsupported_media_type", 429: "rate_limited", 503: "unavailable"}  # fmt: skip

    def respond(request: Request, error: ApiError) -> HTTPResponse:
        services = _services(request)
        language = getattr(request.ctx, "language", None) or services.languages.match(_accepted_language(request))
        values = {**services.facts(language), **error.values}
        body = {"code": error.code, "message": services.interface.text(language, "errors", error.code, **values)}
        if error.field:
            body["field"] = error.field
        headers = {"Retry-After": str(error.retry_after)} if error.retry_after else None
        return json_response({"error": body}, status=error.status, headers=headers)

    @app.exception(ApiError)
    async def api_error(request: Request, error: ApiError) -> HTTPResponse:
        return respond(request, error)

    @app.exception(log.NotFound)
    async def not_found(request: Request, error: log.NotFound) -> HTTPResponse:
        return respond(request, ApiError(404, "not_found"))

    @app.exception(Unavailable)
    async def unavailable(request: Request, error: Unavailable) -> HTTPResponse:
        return respond(request, ApiError(503, "unavailable", retry_after=5))

    @app.exception(SanicException)
    async def refused(request: Request, error: SanicException) -> HTTPResponse:
        status = error.status_code if error.status_code in codes else 400 if error.status_code < 500 else 503
        return respond(request, ApiError(status, codes[status]))

    @app.exception(Exception)
    async def failed(request: Request, error: Exception) -> HTTPResponse:
        number = secrets.token_hex(4)
        from sanic.log import logger

        logger.error("request failed (%s) %s %s", number, request.method, request.path, exc_info=error)
        return respond(request, ApiError(503, "unavailable", retry_after=5))
