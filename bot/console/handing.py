"""Passing a case on to another team or partner, and opening a closed one again."""

from __future__ import annotations

import contextlib

from sanic.response import HTTPResponse
from sqlalchemy.engine import Connection

from bot.console.page import Page, Refused
from bot.conversation import log
from bot.handoff import cases
from bot.region import name_in

_LONGEST_REMARK = 1000


def targets(page: Page, team: str) -> list[tuple[str, str]]:
    """(id, name in the page's language) of whom a case can be passed on to: all but who has it."""
    region = page.services.region
    return [
        (each.id, name_in(each.names, page.language))
        for each in [*region.teams.values(), *region.partners.values()]
        if each.id != team
    ]


async def pass_on(page: Page, number: str) -> HTTPResponse:
    """Another team gets it, with a remark that only staff see; the visitor is told to whom it went."""
    services, number = page.services, number.upper()
    team, remark = page.field("team"), page.field("remark", _LONGEST_REMARK)
    target = services.region.receiver(team)
    if target is None:
        raise Refused(422, "team_unknown")

    def store(connection: Connection) -> str:
        case = cases.get(connection, number)
        if case.state == "closed":
            raise Refused(409, "closed")
        told = services.desk.passed_on(connection, case, cases.language_of(connection, case), team)
        try:
            cases.pass_on(connection, number, page.member, team, remark, told)
        except cases.AlreadyThere:
            raise Refused(409, "team_has_it", team=name_in(target.names, page.language)) from None
        page.audit(connection, "case passed on", number)
        services.bus.announce(connection, case.conversation_id)
        return str(case.conversation_id)

    with contextlib.suppress(cases.AlreadyDone):
        services.bus.publish(await services.database.write(store))
    return page.go(f"/cases/{number}")


async def reopen(page: Page, number: str) -> HTTPResponse:
    """A closed case is open again, with whoever had it last, or with nobody where they may not open it any more."""
    services, number = page.services, number.upper()

    def store(connection: Connection) -> str:
        case = cases.get(connection, number)
        if case.state != "closed":
            raise Refused(409, "not_closed")
        cases.reopen_as_it_was(connection, number, page.member)
        again = cases.find(connection, number)
        assert again is not None
        told = services.desk.reopened(connection, again, cases.language_of(connection, case))
        log.append(connection, case.conversation_id, [told])
        page.audit(connection, "case reopened", number)
        services.bus.announce(connection, case.conversation_id)
        return str(case.conversation_id)

    services.bus.publish(await services.database.write(store))
    return page.go(f"/cases/{number}")
