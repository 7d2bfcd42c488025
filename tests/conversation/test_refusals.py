"""Who tries to open what belongs to another leaves a trace, once a minute, and learns nothing (reliability.md, case 11)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from bot.db import audit
from tests.conftest import LiveServer, begin
from tests.conversation.stored import Stored


@pytest.fixture
def noted(no_model: LiveServer, stored: Callable[[LiveServer], Stored]) -> Callable[[str], list[Any]]:
    """Rows of the audit log about an object."""
    view = stored(no_model)

    def rows(about: str) -> list[Any]:
        with view.engine.connect() as connection, connection.begin():
            return connection.execute(sa.select(audit).where(audit.c.object == about).order_by(audit.c.id)).all()

    return rows


def test_case_11_trying_anothers_conversation_is_noted(no_model: LiveServer, noted: Callable[[str], list[Any]]) -> None:
    mine, other = begin(no_model.url), begin(no_model.url)
    for _ in range(3):
        assert mine.http.get(other.path, headers=mine.headers).status_code == 404
    assert mine.http.get("/api/v1/conversations/" + "0" * 32, headers=mine.headers).status_code == 404
    assert [(row.what, row.user_id, row.address) for row in noted(other.id)] == [("conversation refused", None, "127.0.0.1")]
    assert not noted("0" * 32), "what is not there fills no log"


def test_a_wrong_secret_of_a_receipt_is_noted_again_after_a_minute(
    no_model: LiveServer, stored: Callable[[LiveServer], Stored], noted: Callable[[str], list[Any]]
) -> None:
    talk = begin(no_model.url)
    talk.hand_over_by_form(talk.say("?")[-1])
    number = talk.state()["case_number"]

    def attempt() -> int:
        return httpx.post(f"{no_model.url}/api/v1/receipts/{number}", json={"secret": "0" * 32}).status_code

    assert [attempt() for _ in range(2)] == [404, 404]
    refused = [row for row in noted(number) if row.what.startswith("receipt")]
    assert len(refused) == 1 and "0" * 32 not in str(tuple(refused[0]))
    stored(no_model).write(lambda c: c.execute(audit.update().where(audit.c.id == refused[0].id).values(at=refused[0].at - 61)))
    attempt()
    assert len([row for row in noted(number) if row.what.startswith("receipt")]) == 2
