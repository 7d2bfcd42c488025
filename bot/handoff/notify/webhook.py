"""Notification by a signed webhook: tells another program what happened to which case, without any content.

`Lotse-Signature` is `v1=` and the HMAC-SHA256, in hexadecimal, of `<Lotse-Timestamp>.<body>` with the shared
secret. Receivers compare it in constant time, refuse timestamps older than five minutes, and know a repetition by
`Lotse-Event`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time

import aiohttp

from bot.conversation.presenting import timestamp
from bot.handoff.notify import Letter, Refused, Send
from bot.resources import Resources
from bot.settings import SettingError

_SECONDS = 15.0
_LATER = frozenset({408, 409, 423, 425, 429})
"""Client errors that pass by themselves."""


def from_settings(resources: Resources) -> Send | None:
    """Calls the operator's webhook; None without one.

    Raises:
        SettingError: it has no secret.
    """
    url, secret = resources.settings.webhook_url, resources.settings.webhook_secret
    if not url:
        return None
    if not secret:
        raise SettingError(
            "LOTSE_WEBHOOK_URL is set, LOTSE_WEBHOOK_SECRET is not: without it nobody can tell who calls."
        )

    async def send(letter: Letter) -> str | None:
        body = content(letter)
        moment = str(int(time.time()))
        headers = {
            "Content-Type": "application/json", "Lotse-Event": letter.key, "Lotse-Timestamp": moment,
            "Lotse-Signature": f"v1={signature(secret, moment, body)}",
        }  # fmt: skip
        timeout = aiohttp.ClientTimeout(total=_SECONDS)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(url, data=body, headers=headers, allow_redirects=False) as answer,
        ):
            check(answer.status)
        return None

    return send


def content(letter: Letter) -> bytes:
    """The body: what happened to which case."""
    case = letter.case
    about = {
        "number": case.number, "state": case.state, "topic": case.topic, "team": case.team, "language": letter.language,
        "place": case.place, "contact_kind": case.contact_kind, "live": case.live_until is not None,
        "created_at": timestamp(case.created_at),
    }  # fmt: skip
    return json.dumps({"event": letter.kind, "id": letter.key, "case": about, "link": letter.console_link}).encode()


def signature(secret: str, moment: str, body: bytes) -> str:
    """HMAC-SHA256 of `<moment>.<body>` in hexadecimal."""
    return hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()


def check(status: int) -> None:
    """Raises Refused for an answer that will not change, ConnectionError for one that may."""
    if 200 <= status < 300:
        return
    if 300 <= status < 500 and status not in _LATER:
        raise Refused(f"HTTP {status}")
    raise ConnectionError(f"HTTP {status}")
