"""Tickets in Zammad, as its API is called: one for each case, and what happened to the case as articles."""

from __future__ import annotations

import json

import pytest

from bot.db import Database
from bot.handoff import cases
from bot.handoff.notify import ways
from bot.resources import Resources
from bot.settings import SettingError

from ..conftest import courier, new_case, with_settings
from ..test_outbox import NOTE, hire, rows
from .conftest import Receiver


@pytest.fixture
def zammad(loaded: Resources, receiver: Receiver) -> Resources:
    return with_settings(
        loaded,
        zammad_url=f"http://127.0.0.1:{receiver.port}/",
        zammad_token="t",
        zammad_group="Office",
        notify_pause=0.0,
    )


async def test_zammad_gets_a_ticket_and_later_articles(
    database: Database, zammad: Resources, receiver: Receiver
) -> None:
    _, number = await database.write(new_case)
    sender = courier(database, zammad)
    await sender.round()
    method, path, headers, body = receiver.calls[-1]
    ticket = json.loads(body)
    assert (method, path, headers["Authorization"]) == ("POST", "/api/v1/tickets", "Token token=t")
    assert (
        ticket["group"] == "Office"
        and number in ticket["title"]
        and ticket["customer_id"] == "guess:visitor@example.com"
    )
    assert "Wir suchen eine Wohnung." in ticket["article"]["body"] and ticket["article"]["internal"] is True
    assert rows(database, way="zammad")[0].reference == "77"
    user = await database.write(hire)
    await database.write(lambda c: cases.take(c, number, user, NOTE))
    await database.write(lambda c: cases.give_back(c, number, user, NOTE, close=True))
    receiver.calls.clear()
    await sender.round()
    assert [(method, path) for method, path, _, _ in receiver.calls] == [
        ("POST", "/api/v1/ticket_articles"), ("PUT", "/api/v1/tickets/77"),
    ]  # fmt: skip


async def test_zammad_makes_no_second_ticket_after_a_lost_answer(
    database: Database, zammad: Resources, receiver: Receiver
) -> None:
    _, number = await database.write(new_case)
    receiver.statuses = [200, 502]
    sender = courier(database, zammad)
    await sender.round()
    receiver.found = [{"id": 41, "title": f"{number}: Wohnen"}]
    await sender.round()
    assert rows(database, way="zammad")[0].reference == "41"
    assert [path for method, path, _, _ in receiver.calls if path == "/api/v1/tickets"] == ["/api/v1/tickets"]


async def test_a_ticket_that_only_mentions_the_case_is_not_taken_for_its_own(
    database: Database, zammad: Resources, receiver: Receiver
) -> None:
    await database.write(lambda c: new_case(c, contact_kind="phone", contact="+493023125000"))
    receiver.found = [{"id": 41, "title": "HL-XXXX-XX: Wohnen"}]
    await courier(database, zammad).round()
    assert rows(database, way="zammad")[0].reference == "77"
    told = json.loads(receiver.calls[-1][3])
    assert told["customer_id"] == f"guess:{zammad.region.office.email}", "a number is no address"
    assert "+493023125000" in told["article"]["body"]


def test_a_zammad_without_a_token_stops_the_start(loaded: Resources) -> None:
    with pytest.raises(SettingError, match="LOTSE_ZAMMAD_TOKEN"):
        ways(with_settings(loaded, zammad_url="http://x"))
