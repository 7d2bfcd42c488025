"""Notifications that did not get through are seen, and tried again once somebody says so."""

from __future__ import annotations

import re

import sqlalchemy as sa

from bot.db import audit, outbox
from bot.handoff import outbox as box

from .conftest import Office, writing


def test_letters_that_were_given_up_are_listed_and_tried_again(office: Office) -> None:
    anna = office.member()
    _, number = office.case()
    mine = (outbox.c.case_number == number) & (outbox.c.way == "mail")
    with writing(office.engine) as connection:
        connection.execute(outbox.update().where(mine).values(state="dead", tries=3, error="550 <b>nobody</b>"))
    page = anna.page("/letters")
    assert number in page and "550 &lt;b&gt;nobody" in page
    assert "aufgegeben" in anna.page(f"/cases/{number}")
    letter = office.row(sa.select(outbox).where(mine))
    assert anna.post(f"/letters/{letter.id}/again").status_code == 303
    with office.engine.connect() as connection, connection.begin():
        assert box.notified(connection, number) == "waiting"
    noted = office.row(sa.select(audit).where(audit.c.what == "notification retried", audit.c.object == str(letter.id)))
    assert noted.user_id == anna.id


def test_what_was_sent_is_not_sent_again(office: Office) -> None:
    anna = office.member()
    _, number = office.case()
    mine = (outbox.c.case_number == number) & (outbox.c.way == "mail")
    with writing(office.engine) as connection:
        connection.execute(outbox.update().where(mine).values(state="sent"))
    letter = office.row(sa.select(outbox).where(mine))
    assert number not in anna.page("/letters")
    assert anna.post(f"/letters/{letter.id}/again").status_code == 409
    assert office.row(sa.select(outbox).where(mine)).state == "sent"
    assert not_noted(office, letter.id)
    assert anna.post("/letters/999999/again").status_code == 409


def test_without_a_mail_server_nothing_is_said_to_be_delivered(office: Office) -> None:
    anna, (_, number) = office.member(), office.case()
    assert "Team nicht benachrichtigt" in anna.page(f"/cases/{number}")
    page = anna.page("/letters")
    assert "kein Mail-Server" in page and "Alles ist zugestellt" not in page
    letter = re.search(rf'<a href="/console/cases/{number}">Neue Anfrage</a>.*?</li>', page, re.DOTALL)
    assert letter and "Nicht verschickt" in letter[0] and "Noch einmal versuchen" not in letter[0]
    anna.post(f"/cases/{number}/take")
    anna.post(f"/cases/{number}/close")
    assert number not in anna.page("/letters") and "Team nicht benachrichtigt" not in anna.page(f"/cases/{number}")


def not_noted(office: Office, letter: int) -> bool:
    found = sa.select(sa.func.count()).where(audit.c.what == "notification retried", audit.c.object == str(letter))
    return office.row(found)[0] == 0
