"""Being available, passing on, closing with what was agreed, opening again; notifications that did not get through."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.db import cases

from .conftest import Member, case_of

LogIn = Callable[..., Member]


def row_of(engine: Engine, number: str) -> Any:
    with engine.connect() as connection, connection.begin():
        return connection.execute(sa.select(cases).where(cases.c.number == number)).one()


def test_passed_on_the_visitor_is_told_to_whom_and_never_the_remark(
    log_in: LogIn, visitor: Callable[..., Any], engine: Engine
) -> None:
    talk, anna = visitor("en"), log_in("adviser")
    number = case_of(talk)
    anna.post(f"/cases/{number}/take")
    assert anna.post(f"/cases/{number}/pass-on", team="nobody").status_code == 422
    assert anna.post(f"/cases/{number}/pass-on", team="family-centre", remark="dringend, GEHEIM").status_code == 303
    case = row_of(engine, number)
    assert (case.team, case.owner_id, case.state) == ("family-centre", None, "new")
    last = talk.messages()[-1]
    assert last["author"] == "system" and "Storchennest" in last["text"]
    assert "GEHEIM" not in str(talk.messages()) and "GEHEIM" in anna.page(f"/cases/{number}")
    assert talk.say("Thank you"), "the assistant speaks again"


def test_what_was_agreed_is_told_and_known_and_opening_again_goes_to_the_last_owner(
    log_in: LogIn, visitor: Callable[..., Any], engine: Engine
) -> None:
    talk, anna, bernd = visitor(), log_in("adviser"), log_in("adviser")
    number = case_of(talk)
    anna.post(f"/cases/{number}/take")
    anna.post(f"/cases/{number}/close", agreed="Termin am 3. Mai um 10 Uhr")
    assert any("3. Mai um 10 Uhr" in message["text"] for message in talk.messages())
    assert "3. Mai um 10 Uhr" in talk.say(f"Was ist mit meinem Vorgang {number}?")[-1]["text"]
    assert bernd.post(f"/cases/{number}/reopen").status_code == 303
    case = row_of(engine, number)
    assert (case.state, case.owner_id) == ("open", anna.id)
    assert bernd.post(f"/cases/{number}/reopen").status_code == 409
    assert anna.answer(number, "Da bin ich wieder").status_code in (200, 303)
    assert talk.state()["state"] == "live"
