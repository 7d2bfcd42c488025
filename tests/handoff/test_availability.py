"""Who takes live chats now."""

from __future__ import annotations

import time

import sqlalchemy as sa

from bot.db import Database, availability, users
from bot.handoff import availability as available

from .test_outbox import hire


def test_who_closes_the_browser_is_away_after_a_minute(database: Database) -> None:
    user = database.write_now(hire)
    database.write_now(lambda c: available.switch(c, user.id, True))
    assert database._read(available.available) == [user.id]
    database.write_now(lambda c: c.execute(availability.update().values(until=time.time() - 1)))
    assert database._read(available.available) == []
    database.write_now(lambda c: available.renew(c, user.id))
    assert database._read(available.available) == [], "a page left open elsewhere does not bring anybody back"
    database.write_now(lambda c: available.switch(c, user.id, True))
    database.write_now(lambda c: c.execute(availability.update().values(until=time.time() + 1)))
    database.write_now(lambda c: available.renew(c, user.id))
    until = database._read(lambda c: c.execute(sa.select(availability.c.until)).scalar())
    assert until > time.time() + 50
    database.write_now(lambda c: available.switch(c, user.id, False))
    assert database._read(available.available) == []


def test_whoever_may_no_longer_log_in_takes_no_chat(database: Database) -> None:
    user, other = database.write_now(hire), database.write_now(lambda c: hire(c, 2))
    for each in (user, other, other):
        database.write_now(lambda c, each=each: available.switch(c, each.id, True))
    database.write_now(lambda c: c.execute(users.update().where(users.c.id == user.id).values(active=False)))
    assert database._read(available.available) == [other.id]
    assert not database._read(lambda c: available.is_available(c, user.id))
