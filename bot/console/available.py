"""The switch with which staff say that they take live chats now; it ends when their browser is gone."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from sanic.response import HTTPResponse
from sqlalchemy.engine import Connection

from bot.console.page import Page
from bot.db import Unavailable
from bot.handoff import availability

_BEAT = availability.LASTS / 4


async def show(page: Page) -> HTTPResponse:
    """The switch as it stands, for the head of every page."""
    on = await page.services.database.read(lambda c: availability.is_available(c, page.member.id))
    return page.render("available.html", on=on, office_open=page.services.office_open())


async def switch(page: Page) -> HTTPResponse:
    """Turns it on or off."""
    on = page.raw("on") == "1"

    def store(connection: Connection) -> None:
        availability.switch(connection, page.member.id, on)
        page.audit(connection, "available" if on else "not available")

    await page.services.database.write(store)
    if page.is_partial:
        return page.render("available.html", on=on, office_open=page.services.office_open())
    return page.go("/")


@contextlib.asynccontextmanager
async def attending(page: Page) -> AsyncIterator[None]:
    """While the block lasts, a page of this member of staff is open: who is available stays so."""
    task = asyncio.create_task(_renew(page, page.member.id))
    try:
        yield
    finally:
        task.cancel()


async def _renew(page: Page, user_id: int) -> None:
    while True:
        with contextlib.suppress(Unavailable):
            if await page.services.database.read(lambda c: availability.is_available(c, user_id)):
                await page.services.database.write(lambda c: availability.renew(c, user_id))
        await asyncio.sleep(_BEAT)
