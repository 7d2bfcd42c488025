"""Open pages of staff: server-sent events."""

from __future__ import annotations

from sqlalchemy.engine import Connection, Row

from bot.console import accounts
from bot.console.page import Page

BEAT = 15.0
"""After so many seconds without news a comment keeps the connection open, and the session is checked again."""


class Stream:
    """The answer to a browser's EventSource."""

    def __init__(self, page: Page) -> None:
        self._page = page

    async def open(self) -> None:
        """Sends the head."""
        from bot.console.guard import HEADERS

        headers = {**HEADERS, "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        response = await self._page.request.respond(content_type="text/event-stream; charset=utf-8", headers=headers)
        assert response is not None
        self._page.is_streaming = True
        self._response = response

    async def send(self, event: str, data: str, number: int | None = None) -> None:
        """One event; browsers put the lines of `data` together again."""
        head = f"id: {number}\n" if number is not None else ""
        lines = "".join(f"data: {line}\n" for line in data.split("\n"))
        await self._response.send(f"{head}event: {event}\n{lines}\n")

    async def beat(self) -> None:
        """Keeps the connection open."""
        await self._response.send(": beat\n\n")

    async def end(self, key: str) -> None:
        """The last event: the page says why, by a text of the section `errors`, and asks no more."""
        texts = self._page.texts
        why = {"title": texts(f"errors.{key}_title"), "text": texts(f"errors.{key}"), "again": key == "logged_out"}
        await self.send("ended", self._page.fragment("notice.html", serious=False, **why))


def still_allowed(connection: Connection, page: Page, roles: frozenset[str]) -> Row | None:
    """The session of an open page as it is now, None if it is over: after logging out, idling, or another role."""
    user = accounts.session_user(connection, page.token)
    return user if user is not None and user.role in roles else None
