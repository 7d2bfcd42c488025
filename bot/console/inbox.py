"""The inbox: which visitors wait, live."""

from __future__ import annotations

import asyncio
from typing import Any

from sanic.response import HTTPResponse
from sqlalchemy.engine import Connection

from bot.console import queue
from bot.console.access import CASEWORK
from bot.console.available import attending
from bot.console.live import BEAT, Stream, still_allowed
from bot.console.page import Page
from bot.conversation.events import EVERYTHING

_PAUSE = 0.3
"""A burst of messages draws the list once."""


_PARTS = {"head": "inbox_head", "inbox": "inbox_list"}
"""Event -> template. The filter between them is not drawn anew: somebody may be choosing."""


async def show(page: Page) -> HTTPResponse:
    """The inbox; editors, who read no cases, get the review."""
    if page.role not in CASEWORK:
        return page.go("/review")
    choice = queue.Choice.of(page.request.args)
    values = await page.services.database.read(lambda c: _values(c, page, choice))
    if page.is_partial and page.request.headers.get("hx-target") == "inbox":
        return page.render("inbox_live.html", **values)
    return page.render("inbox.html", **values)


def _values(connection: Connection, page: Page, choice: queue.Choice) -> dict[str, Any]:
    user = page.member
    rows = queue.search(connection, choice, user.id)
    longest = min((row.since for row in rows), default=None) if choice.state == "todo" and choice.page == 1 else None
    return {
        "choice": choice,
        "cases": rows[: queue.PER_PAGE],
        "tags": queue.tags(connection),
        "tags_of": queue.tags_of(connection, [row.number for row in rows]),
        "hours": queue.WAITING_HOURS,
        "longest": longest,
        "more": len(rows) > queue.PER_PAGE,
        "counts": queue.counts(connection, choice, user.id),
        "languages": queue.languages(connection),
    }


async def events(page: Page) -> None:
    """Server-sent events `head` and `inbox` (whenever they change), `announce` (a new visitor waits), `ended`."""
    choice = queue.Choice.of(page.request.args)
    database, bus = page.services.database, page.services.bus
    stream = Stream(page)
    await stream.open()
    shown: dict[str, str] = {}
    known: set[str] | None = None

    def look(connection: Connection) -> tuple[dict[str, str], dict[str, str]] | None:
        if still_allowed(connection, page, CASEWORK) is None:
            return None
        values = _values(connection, page, choice)
        parts = {name: page.fragment(f"{template}.html", **values) for name, template in _PARTS.items()}
        return parts, {case.number: page.fragment("announce.html", case=case) for case in queue.newest(connection)}

    async with attending(page):
        with bus.subscribe(EVERYTHING) as subscription:
            while True:
                found = await database.read(look)
                if found is None:
                    await stream.end("logged_out")
                    return
                parts, new = found
                for name, html in parts.items():
                    if html != shown.get(name):
                        await stream.send(name, html)
                shown = parts
                for number in new.keys() - (known if known is not None else new.keys()):
                    await stream.send("announce", new[number])
                # Kept for as long as the page is open: a case that comes back is no news.
                known = set(new) | (known or set())
                if await subscription.wait(BEAT) is None:
                    await stream.beat()
                await asyncio.sleep(_PAUSE)
