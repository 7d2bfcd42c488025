"""Being available, passing on, closing with what was agreed, opening again; notifications that did not get through."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.db import cases, outbox, users

from .conftest import Member, Office, case_of, writing

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


def test_sent_twice_it_is_passed_on_once(office: Office) -> None:
    anna, bernd, (talk, number) = office.member(), office.member(), office.case()
    anna.post(f"/cases/{number}/take")
    before = len(talk.messages())
    for _ in range(2):
        assert anna.post(f"/cases/{number}/pass-on", team="family-centre", remark="dringend").status_code == 303
    assert len(talk.messages()) == before + 1
    refused = bernd.post(f"/cases/{number}/pass-on", team="family-centre", remark="noch etwas")
    assert refused.status_code == 409 and "Storchennest" in refused.text
    letters = sa.select(sa.func.count()).where(outbox.c.case_number == number, outbox.c.kind == "passed_on", outbox.c.way == "mail")
    assert office.row(letters)[0] == 1


def test_who_has_a_case_that_was_opened_again_is_told_as_it_is(office: Office) -> None:
    anna, bernd, (talk, number) = office.member(name="Anna Adler"), office.member(name="Bert Busch"), office.case("pl")
    bernd.post(f"/cases/{number}/take")
    bernd.post(f"/cases/{number}/close")
    with writing(office.engine) as connection:
        connection.execute(users.update().where(users.c.id == bernd.id).values(role="editor"))
    assert anna.post(f"/cases/{number}/reopen").status_code == 303
    told = talk.messages()[-1]
    assert number in told["text"] and "Anna" not in told["text"] and "Bert" not in told["text"]
    assert talk.state()["state"] == "waiting_for_staff"
    page = anna.page(f"/cases/{number}")
    assert f"Ihr Vorgang {number} ist wieder offen. Ein Mensch antwortet Ihnen" in page
    assert anna.post(f"/cases/{number}/take").status_code == 303


def test_the_visitor_talks_to_who_has_written_though_another_case_is_newer(office: Office) -> None:
    anna, bert, (talk, number) = office.member(name="Anna Adler"), office.member(name="Bert Busch"), office.case()
    anna.post(f"/cases/{number}/take")
    anna.post(f"/cases/{number}/close")
    talk.hand_over_by_form(talk.say("?")[-1], topic="work", concern="Ich suche Arbeit")
    second = talk.state()["case_number"]
    assert second != number
    anna.post(f"/cases/{number}/reopen")
    anna.answer(number, "Passt Ihnen Montag?")
    state = talk.state()
    assert (state["state"], state["staff"], state["case_number"]) == ("live", "Anna Adler", number)
    talk.post({"client_id": "monday-fits", "text": "Ja, Montag passt"}, wait=None)
    assert office.row(sa.select(cases.c.state).where(cases.c.number == number))[0] == "open"
    # Bert joins, and Anna leaves: the assistant must not speak.
    bert.post(f"/cases/{second}/take")
    anna.post(f"/cases/{number}/give-back")
    told = talk.messages()[-1]
    assert "Anna Adler" in told["text"] and "Bert Busch" in told["text"] and "Assistent" not in told["text"]
    state = talk.state()
    assert (state["state"], state["staff"], state["case_number"]) == ("live", "Bert Busch", second)
    content = talk.http.get(f"{talk.path}/export", headers=talk.headers).json()
    assert [each["number"] for each in content["cases"]] == [second, number] and content["case"]["number"] == second
    bert.post(f"/cases/{second}/give-back")
    assert "Assistent" in talk.messages()[-1]["text"] and talk.state()["state"] == "waiting_for_staff"
