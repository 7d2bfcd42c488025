"""A ticket in Zammad for each case, by its REST API (https://docs.zammad.org/en/latest/api/ticket/index.html).

The ticket holds what the visitor agreed to pass on, and the link to the console; the conversation stays here.
"""

from __future__ import annotations

from typing import Any

import aiohttp

from bot.errors import load_yaml
from bot.handoff.notify import Letter, Send
from bot.handoff.notify.webhook import check
from bot.resources import Resources
from bot.settings import SettingError

_SECONDS = 20.0


def from_settings(resources: Resources) -> Send | None:
    """Writes into the operator's Zammad; None without one.

    Raises:
        SettingError: the token is missing.
    """
    settings = resources.settings
    if not settings.zammad_url:
        return None
    if not settings.zammad_token:
        raise SettingError("LOTSE_ZAMMAD_URL is set, LOTSE_ZAMMAD_TOKEN is not: make one in Zammad with ticket.agent.")
    base = settings.zammad_url.rstrip("/") + "/api/v1"
    headers = {"Authorization": f"Token token={settings.zammad_token}"}
    texts = load_yaml(settings.data / "mail" / "staff.yml").data
    nobody = resources.region.office.email

    async def send(letter: Letter) -> str | None:
        timeout = aiohttp.ClientTimeout(total=_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout, headers=headers) as session:
            ticket = letter.reference or await _find(session, base, letter.case.number)
            if ticket is None:
                ticket = await _open(session, base, _ticket(letter, texts, settings.zammad_group, nobody))
                if letter.kind == "case_new":
                    return ticket
            await _call(
                session, "POST", f"{base}/ticket_articles", _article(letter, texts) | {"ticket_id": int(ticket)}
            )
            if letter.kind == "closed":
                await _call(session, "PUT", f"{base}/tickets/{ticket}", {"state": "closed"})
            return ticket

    return send


async def _call(session: aiohttp.ClientSession, method: str, url: str, body: Any = None) -> Any:
    async with session.request(method, url, json=body, allow_redirects=False) as answer:
        check(answer.status)
        return await answer.json()


async def _find(session: aiohttp.ClientSession, base: str, number: str) -> str | None:
    """The ticket that an earlier try made before its answer got lost."""
    found = await _call(session, "GET", f"{base}/tickets/search?query=title:%22{number}%22&limit=1&expand=true")
    rows = found if isinstance(found, list) else []
    return next((str(row["id"]) for row in rows if number in str(row.get("title"))), None)


async def _open(session: aiohttp.ClientSession, base: str, ticket: dict[str, Any]) -> str:
    return str((await _call(session, "POST", f"{base}/tickets", ticket))["id"])


def _ticket(letter: Letter, texts: dict[str, Any], group: str, nobody: str) -> dict[str, Any]:
    customer = letter.case.contact if "@" in (letter.case.contact or "") else nobody
    return {
        "title": _filled(texts["ticket"]["subject"], letter), "group": group, "customer_id": f"guess:{customer}",
        "article": _article(letter, texts, "ticket"),
    }  # fmt: skip


def _article(letter: Letter, texts: dict[str, Any], kind: str = "") -> dict[str, Any]:
    text = texts[kind or letter.kind]
    return {
        "subject": _filled(text["subject"], letter), "body": _filled(text["text"], letter), "type": "note",
        "content_type": "text/plain", "internal": True,
    }  # fmt: skip


def _filled(text: str, letter: Letter) -> str:
    case = letter.case
    values = {
        **letter.values, "link": letter.console_link, "concern": case.concern, "facts": case.facts or "–",
        "contact": case.contact or "–",
    }  # fmt: skip
    for name, value in values.items():
        text = text.replace("{" + name + "}", value)
    return text
