"""One person's data in the console."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.db import audit, cases

from .conftest import Member, Office, case_of


def test_export_and_erase(member: Callable[..., Member], visitor: Callable[..., Any], engine: Engine) -> None:
    talk, admin = visitor(), member("administrator")
    number = case_of(talk, "Wir suchen eine Hebamme in Havelberg.")
    found = admin.post("/persons/export", who=number.lower())
    assert found.headers["content-type"].startswith("application/json")
    assert "Hebamme in Havelberg" in found.text and "token_hash" not in found.text
    gone = admin.post("/persons/erase", who=number)
    assert gone.status_code == 200 and "Gelöscht:" in gone.text
    assert talk.http.get(talk.path, headers=talk.headers).status_code == 404
    assert admin.post("/persons/erase", who=number).status_code == 404, "a second time finds nothing"
    assert admin.post("/persons/export", who=number).status_code == 404
    assert admin.post("/persons/export", who="").status_code == 404
    with engine.connect() as connection:
        assert connection.execute(sa.select(cases).where(cases.c.number == number)).first() is None
        noted = connection.execute(sa.select(audit).where(audit.c.user_id == admin.id)).all()
    assert {"person exported", "person erased"} <= {row.what for row in noted}
    assert not any(number in (row.object or "") for row in noted)


def test_an_administrator_finds_and_erases_by_a_typed_number(office: Office) -> None:
    _, number = office.case(contact="0176 12345888")
    admin = office.member("administrator")
    found = admin.post("/persons/export", who="0176 12345888")
    assert found.status_code == 200 and number in found.text
    assert admin.post("/persons/erase", who="+49 176 12345888").status_code == 200
    assert admin.post("/persons/export", who="0176 12345888").status_code == 404
