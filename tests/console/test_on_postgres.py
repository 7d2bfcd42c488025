"""The console's pages against PostgreSQL: what is written in SQL is tried there as well as on SQLite."""

from __future__ import annotations

import re
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa

from bot.db import cases, conversations, create_engine
from tests.conftest import begin

from .conftest import Member, case_of, enter

pytestmark = pytest.mark.postgres


@pytest.fixture
def server(servers: Any, new_database: str) -> Any:
    """One worker: what several do to each other is tested in tests/conversation/test_workers.py."""
    server = servers.start(database_url=new_database, rate_messages=500)
    yield server
    server.stop()


def test_a_day_in_the_office(server: Any) -> None:
    engine = create_engine(server.database_url)
    anna, admin = (enter(server.url, engine, role, role) for role in ("adviser", "administrator"))
    talk = begin(server.url, "uk")
    talk.say("xyzzy plugh frobnitz")
    number = case_of(talk, "Шукаємо квартиру в Тангермюнде.")
    tokens = [(anna, anna.csrf), (admin, admin.csrf)]

    def attempt(pair: tuple[Member, str]) -> int:
        return pair[0].http.post(f"/console/cases/{number}/take", data={"csrf": pair[1]}).status_code

    with ThreadPoolExecutor(2) as pool:
        taken = list(pool.map(attempt, tokens))
    assert sorted(taken) == [303, 409]
    owner = anna if taken[0] == 303 else admin
    assert owner.post(f"/cases/{number}/prepared", name="greeting", key=uuid.uuid4().hex).status_code == 303
    assert anna.post(f"/cases/{number}/notes", text="Notiz").status_code == 303
    assert anna.post(f"/cases/{number}/tags", tag="eilig").status_code == 303
    for query in ("q=КВАРТИРУ", "tag=eilig", "q=notiz", "waiting="):
        assert number in anna.page(f"/?state=all&{query}"), query
    assert number not in anna.page("/?state=all&q=nirgends")
    assert number not in anna.page("/?state=all&waiting=72")
    for path in (f"/cases/{number}", "/review?kind=unsure", f"/review/talk/{talk.id}", "/review/misunderstood", "/statistics"):
        anna.page(path)
    seq = next(m["seq"] for m in talk.messages() if m["author"] == "visitor")
    assert anna.post(f"/review/talk/{talk.id}/{seq}", verdict="wrong", intent="find_job").status_code == 303
    for path in (f"/cases/{number}/case.pdf", f"/cases/{number}/case.json", "/inbox.csv?state=all", "/review/marks.yml"):
        assert anna.http.get(f"/console{path}").status_code == 200, path
    assert "Ukrainisch" in anna.page("/statistics")
    assert owner.post("/inbox/close", number=number).status_code == 303
    with engine.connect() as connection:
        assert connection.execute(sa.select(cases.c.state)).scalars().all() == ["closed"]
    export = admin.post("/persons/export", who=number)
    assert export.status_code == 200 and "Тангермюнде" in export.text
    assert re.search("Gelöscht: [0-9]+", admin.post("/persons/erase", who=number).text)
    with engine.connect() as connection:
        assert connection.execute(sa.select(conversations)).all() == []
    engine.dispose()
    for each in (anna, admin):
        each.http.close()
