"""Who a visitor without JavaScript is: one cookie with the conversation's secret, set after the notice was accepted."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from sanic import Request
from sanic.response import HTTPResponse

from bot.conversation import log
from bot.conversation.services import Services

COOKIE = "lotse_plain"
PATH = "/plain"


def read(request: Request) -> tuple[str, str] | None:
    """(conversation's id, its token) as the browser says."""
    conversation_id, _, token = (request.cookies.get(COOKIE) or "").partition(".")
    return (conversation_id, token) if conversation_id and token else None


def write(request: Request, response: HTTPResponse, conversation_id: str, token: str, days: int) -> HTTPResponse:
    """Lets the browser keep the conversation for as long as the server does."""
    response.add_cookie(
        COOKIE, f"{conversation_id}.{token}", path=PATH, httponly=True, samesite="Lax", secure=_encrypted(request),
        max_age=days * 86400,
    )  # fmt: skip
    return response


def clear(request: Request, response: HTTPResponse) -> HTTPResponse:
    """Takes the cookie away."""
    response.add_cookie(
        COOKIE, "", path=PATH, httponly=True, samesite="Lax", secure=_encrypted(request), max_age=0
    )  # fmt: skip
    return response


def _encrypted(request: Request) -> bool:
    return "https" in (request.scheme, request.headers.get("x-forwarded-proto"))


async def conversation(services: Services, request: Request) -> Any | None:
    """The conversation's row, or None without a cookie that opens one."""
    known = read(request)
    if known is None:
        return None
    try:
        return await services.database.look_up(lambda c: log.authenticate(c, *known))
    except log.NotFound:
        return None


def form_key(services: Services, request: Request) -> str:
    """What every form carries, so that no other site can send one in the visitor's name: old browsers know no SameSite."""
    known = read(request)
    return hmac.new(services.secret, f"plain:{known}".encode(), hashlib.sha256).hexdigest()[:32]


def _key(request: Request) -> str:
    return (request.form.get("key") or "") if request.form else ""


def is_own(services: Services, request: Request) -> bool:
    """Whether a form came from a page of this session."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    return hmac.compare_digest((_key(request)).encode(), form_key(services, request).encode())
