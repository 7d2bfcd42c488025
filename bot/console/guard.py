"""What stands before every page of the console: origin, session, role, token; and the headers behind it.

Nothing is open that `bot/console/access.py` does not open. A request that changes something must come from a page
of this server (`Sec-Fetch-Site`, else `Origin`) and, with a session, carry the session's token.
"""

from __future__ import annotations

import hmac
import logging
import secrets
import time
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import urlsplit

from sanic import Request
from sanic.exceptions import SanicException
from sanic.response import HTTPResponse

from bot import digits
from bot.console import accounts, resume
from bot.console.access import NOBODY, Route
from bot.console.login import login_form
from bot.console.page import Page, Refused
from bot.conversation.log import NotFound
from bot.db import Unavailable
from bot.handoff.cases import Conflict

Handler = Callable[..., Coroutine[Any, Any, HTTPResponse | None]]

log = logging.getLogger(__name__)

_TOUCH_SECONDS = 60

HEADERS = {
    # `data:` is needed for the icons inside KERN's stylesheet, and for images only.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # With `no-referrer` browsers would send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def guarded(route: Route, handler: Handler) -> Handler:
    """The handler as Sanic calls it, behind every check."""

    async def handle(request: Request, **parameters: Any) -> HTTPResponse | None:
        page = Page(request)
        response = await _answer(page, route, handler, parameters)
        if page.is_streaming:
            # Whatever went wrong, the head is sent: the stream ends, and the browser asks again.
            return None
        if response is not None:
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
            response.headers.setdefault("Cache-Control", "no-store")
            if page.secure:
                response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        return response

    handle.__name__ = route.handler.replace(".", "_")
    return handle


async def _answer(page: Page, route: Route, handler: Handler, parameters: dict[str, Any]) -> HTTPResponse | None:
    try:
        await _check(page, route)
        if any(isinstance(value, int) and not digits.fits(value) for value in parameters.values()):
            raise NotFound(page.request.path)
        return await handler(page, **parameters)
    except Refused as refused:
        if refused.status == 401 and not page.is_partial:
            return login_form(page, status=401, wanted=resume.here(page), kept=resume.keep(page))
        return page.refuse(refused)
    except Conflict as conflict:
        return page.refuse(Refused(409, "taken" if conflict.owner else "not_taken", owner=conflict.owner))
    except NotFound:
        return page.refuse(Refused(404, "not_found"))
    except Unavailable:
        return page.refuse(Refused(503, "unavailable"))
    except SanicException as error:
        return page.refuse(Refused(error.status_code, "not_found" if error.status_code == 404 else "bad_request"))
    except Exception:
        number = secrets.token_hex(4)
        log.exception("console request failed (%s) %s", number, route.handler)
        return page.refuse(Refused(500, "failed", number=number))


async def _check(page: Page, route: Route) -> None:
    """Raises Refused unless the request may go on."""
    request = page.request
    if page.changes and not is_own(request, page.services.settings.base_url):
        raise Refused(403, "foreign")
    await _recognise(page)
    if page.role not in route.roles:
        raise Refused(401, "logged_out") if page.role == NOBODY else Refused(403, "role")
    if page.changes and page.user is not None and NOBODY not in route.roles:
        sent = request.headers.get("x-csrf-token") or page.raw("csrf")
        if not hmac.compare_digest(sent.encode("utf-8", "surrogatepass"), page.user.csrf.encode()):
            raise Refused(403, "foreign")


def is_own(request: Request, base_url: str) -> bool:
    """Whether a page of this very server sent the request.

    A neighbouring subdomain (`same-site`) is a stranger too. A client that sends neither header is no browser, so
    nobody can make it send what its user did not mean.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    if origin is None:
        return True
    base = urlsplit(base_url)
    sent = urlsplit(origin)
    return bool(sent.scheme) and (sent[:2] == base[:2] or (sent.scheme == request.scheme and sent.netloc == request.host))


async def _recognise(page: Page) -> None:
    token = page.request.cookies.get(page.cookie)
    if not token:
        return
    database = page.services.database
    user = await database.read(lambda c: accounts.session_user(c, token))
    if user is None:
        return
    page.admit(user, token)
    if time.time() - user.seen_at > _TOUCH_SECONDS:
        await database.write(lambda c: accounts.touch_session(c, token))
