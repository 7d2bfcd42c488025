"""The switch of who takes live chats stands as it was put, as long as a page is open."""

from __future__ import annotations

import time

import sqlalchemy as sa

from bot.db import audit, availability

from .conftest import Office, writing
from .streams import listening


def test_the_switch_stands_as_it_was_put(office: Office) -> None:
    anna = office.member()
    assert 'aria-checked="false"' in anna.page("/available")
    assert anna.post("/available", on="1").status_code == 303
    assert 'aria-checked="true"' in anna.page("/available")
    anna.post("/available", on="")
    with office.engine.connect() as connection, connection.begin():
        assert connection.execute(sa.select(availability).where(availability.c.user_id == anna.id)).all() == []
        noted = connection.execute(sa.select(audit.c.what).where(audit.c.user_id == anna.id).order_by(audit.c.id)).scalars().all()
    assert noted[-2:] == ["available", "not available"]


def test_an_open_page_keeps_available_who_is_and_makes_nobody_else_so(office: Office) -> None:
    anna, bernd = office.member(), office.member()
    anna.post("/available", on="1")
    mine = availability.c.user_id == anna.id
    soon = time.time() + 5
    with writing(office.engine) as connection:
        connection.execute(availability.update().where(mine).values(until=soon))
    with listening(anna, "/inbox/events") as events, listening(bernd, "/inbox/events") as others:
        events.wait("inbox")
        others.wait("inbox")
        deadline = time.monotonic() + 5
        while office.row(sa.select(availability.c.until).where(mine)).until == soon and time.monotonic() < deadline:
            time.sleep(0.05)
    assert office.row(sa.select(availability.c.until).where(mine)).until > soon + 20
    assert office.row(sa.select(sa.func.count()).where(availability.c.user_id == bernd.id))[0] == 0
    anna.post("/available", on="")
