"""Live chats: when one can be waited for, the place in the queue, an honest estimate."""

from __future__ import annotations

import time
from typing import Any

import pytest
from sqlalchemy.engine import Connection

from bot.db import Database
from bot.db import cases as case_table
from bot.handoff import availability, cases, live
from bot.resources import Resources

from .conftest import desk, hand_over, new_case
from .test_outbox import NOTE, hire

RULES = {"takes": 20, "days": 28, "least": 3}


def test_outside_office_hours_nobody_waits_for_a_live_chat(database: Database, never: Resources) -> None:
    user = database.write_now(hire)
    database.write_now(lambda c: availability.switch(c, user.id, True))
    office = desk(database, never)
    _, number, text = hand_over(database, office)
    assert database._read(lambda c: cases.find(c, number)).live_until is None
    assert office.answer_date("de") in text


def test_places_count_up_and_move_up(database: Database, always: Resources) -> None:
    office, user = desk(database, always), database.write_now(hire)
    database.write_now(lambda c: availability.switch(c, user.id, True))
    numbers = [hand_over(database, office)[1] for _ in range(3)]

    def places() -> list[Any]:
        found = [database._read(lambda c, n=n: live.waiting(c, cases.find(c, n), RULES)) for n in numbers]
        return [each and each.place for each in found]

    assert places() == [1, 2, 3]
    database.write_now(lambda c: cases.take(c, numbers[0], user, NOTE))
    assert places() == [None, 1, 2]


@pytest.mark.parametrize(("seconds", "minutes"), [([], None), ([60, 60], None), ([30, 90, 400], 2), ([5, 5, 5], 1)])
def test_the_estimate_is_the_median_of_what_it_took(
    connection: Connection, seconds: list[int], minutes: int | None
) -> None:
    for n, took in enumerate(seconds):
        _, number = new_case(connection)
        at = time.time() - 1000 - n
        connection.execute(
            case_table.update().where(case_table.c.number == number).values(live_at=at, taken_at=at + took)
        )
    assert live.estimate(connection, RULES) == minutes
