"""One person's data, for administrators: given out and deleted."""

from __future__ import annotations

import asyncio
import json

from sanic.response import HTTPResponse
from sqlalchemy.engine import Connection

from bot.console import sheets
from bot.console.page import Page
from bot.privacy import persons
from bot.privacy.contacts import Contacts
from bot.privacy.shredders import Visitor


async def show(page: Page) -> HTTPResponse:
    """The form."""
    return page.render("person.html", who="", problem="", gone=None, found=None)


def _contacts(page: Page) -> Contacts:
    return Contacts.of(page.services.region, page.services.resources.dialogue)


async def export(page: Page) -> HTTPResponse:
    """All rows as a file. By POST: what names somebody does not belong into an address."""
    who = page.field("who", longest=320)

    contacts = _contacts(page)

    def read(connection: Connection) -> dict[str, list[dict[str, object]]] | None:
        person = persons.find(connection, who, staff=False, contacts=contacts)
        if not isinstance(person, Visitor) or not person.conversations:
            return None
        page.audit(connection, "person exported", f"conversations {len(person.conversations)}")
        return persons.export(connection, who, contacts=contacts)

    found = await page.services.database.write(read)
    if found is None:
        return page.render("person.html", status=404, who=who, problem=page.texts("person.nobody"), gone=None, found=None)
    text = json.dumps(found, ensure_ascii=False, indent=2, default=str)
    return sheets.attachment(text.encode("utf-8", "replace"), "person.json", "application/json; charset=utf-8")


async def erase(page: Page) -> HTTPResponse:
    """Deletes everything; open pages of visitor and staff say so."""
    who = page.field("who", longest=320)
    services, contacts = page.services, _contacts(page)

    def work(connection: Connection) -> tuple[Visitor, dict[str, int]]:
        person = persons.find(connection, who, staff=False, contacts=contacts)
        assert isinstance(person, Visitor)
        gone = persons.erase(connection, who, contacts=contacts, user_id=page.member.id, address=page.address)
        for conversation_id in person.conversations:
            services.bus.announce(connection, conversation_id, {"state": "deleted"})
        return person, gone

    person, gone = await services.database.write(work)
    for conversation_id in person.conversations:
        services.brain.trackers.forget(conversation_id)
        services.bus.publish(conversation_id, {"state": "deleted"})
    await asyncio.get_running_loop().run_in_executor(None, services.database.empty_log)
    problem = "" if any(gone.values()) else page.texts("person.nobody")
    return page.render(
        "person.html", status=404 if problem else 200, who="", problem=problem, gone=None if problem else sum(gone.values()),
        found=None,
    )  # fmt: skip
