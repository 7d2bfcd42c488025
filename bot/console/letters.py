"""Notifications that did not get through: what was given up, what is still tried, and trying again."""

from __future__ import annotations

from sanic.response import HTTPResponse

from bot.console.page import Page, Refused
from bot.handoff import outbox


async def show(page: Page) -> HTTPResponse:
    """The list."""
    mail = bool(page.services.settings.smtp_host)
    rows = await page.services.database.read(lambda c: outbox.undelivered(c, () if mail else ("mail",)))
    return page.render("letters.html", letters=rows, mail=mail)


async def again(page: Page, letter_id: int) -> HTTPResponse:
    """Tries one anew at once."""

    def store(connection: outbox.Connection) -> None:
        if not outbox.again(connection, letter_id):
            raise Refused(409, "letter_sent")
        page.audit(connection, "notification retried", str(letter_id))

    await page.services.database.write(store)
    return page.go("/letters")
