"""Case 27: a real mail server that is down, refuses, hangs, comes back; workers that share the outbox or die over it."""

from __future__ import annotations

import pytest

from bot.db import Database, outbox
from bot.handoff import cases
from bot.handoff import outbox as box
from bot.resources import Resources

from .conftest import MailServer, courier, new_case, parsed
from .test_outbox import NOTE, hire, rows


async def test_case_27_down_then_4xx_then_there_one_mail(
    database: Database, mailing: Resources, mail_server: MailServer
) -> None:
    mail_server.stop()
    _, number = await database.write(new_case)
    sender = courier(database, mailing)
    for _ in range(3):
        await sender.round()
    (row,) = rows(database, way="mail")
    assert row.state == "due" and row.tries == 3 and row.error
    assert await database.read(lambda c: cases.find(c, number)) is not None
    assert await database.read(lambda c: box.notified(c, number)) == "failed"
    mail_server.start()
    mail_server.answers = ["451 try later", "452 full"]
    for _ in range(5):
        await sender.round()
    assert len(mail_server.mails) == 1
    assert [(row.state, row.tries, row.error) for row in rows(database, way="mail")] == [("sent", 6, None)]


async def test_case_27_5xx_is_given_up_at_once_and_a_person_tries_again(
    database: Database, mailing: Resources, mail_server: MailServer
) -> None:
    _, number = await database.write(new_case)
    sender = courier(database, mailing)
    mail_server.answer = "554 no"
    for _ in range(3):
        await sender.round()
    (row,) = rows(database, way="mail")
    assert (row.state, row.tries) == ("dead", 1) and "554" in row.error and not mail_server.mails
    assert await database.read(lambda c: box.notified(c, number)) == "dead"
    mail_server.answer = "250 OK"
    await sender.round()
    assert not mail_server.mails
    assert await database.write(lambda c: box.again(c, row.id))
    await sender.round()
    assert len(mail_server.mails) == 1


async def test_a_mail_server_that_hangs_holds_nothing_up_for_ever(
    database: Database, mailing: Resources, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.handoff.courier._LEASE", 0.6)
    mail_server.slow = 1.5
    await database.write(new_case)
    await courier(database, mailing).round()
    (row,) = rows(database, way="mail")
    assert (row.state, row.tries) == ("due", 1) and "TimeoutError" in row.error


async def test_two_workers_send_one_mail(url: str, mailing: Resources, mail_server: MailServer) -> None:
    import asyncio

    one, two = Database(url), Database(url)
    try:
        for _ in range(5):
            await one.write(new_case)
        await asyncio.gather(*(courier(database, mailing, name).round() for database, name in ((one, "a"), (two, "b"))))
        ids = [parsed(envelope)["Message-ID"] for envelope in mail_server.mails]
        assert len(ids) == len(set(ids)) == 5
    finally:
        one.close()
        two.close()


async def test_what_a_worker_died_over_is_sent_under_the_same_id(
    database: Database, mailing: Resources, mail_server: MailServer
) -> None:
    """Between the server's 250 and our note of it nobody can know: the repetition is recognisable as one."""
    await database.write(new_case)
    sender = courier(database, mailing)
    await sender.round()
    lost = (
        outbox.update()
        .where(outbox.c.way == "mail")
        .values(state="due", claimed_by="dead", claimed_until=1.0, next_at=0)
    )
    await database.write(lambda c: c.execute(lost))
    await sender.round()
    assert len({parsed(envelope)["Message-ID"] for envelope in mail_server.mails}) == 1


async def test_who_has_seen_the_answer_meanwhile_gets_no_mail(
    database: Database, mailing: Resources, mail_server: MailServer
) -> None:
    from bot.handoff import presence

    conversation, number = await database.write(new_case)
    user = await database.write(hire)
    await database.write(lambda c: cases.take(c, number, user, NOTE))
    await database.write(lambda c: cases.reply(c, number, user, "Hallo", "de"))
    await database.write(lambda c: presence.enter(c, conversation, presence.VISITOR, "w1"))
    await courier(database, mailing).round()
    assert not mail_server.mails and {row.state for row in rows(database, way="mail")} == {"void"}


async def test_without_a_mail_server_the_case_is_marked_and_nothing_else_piles_up(
    database: Database, loaded: Resources
) -> None:
    _, number = await database.write(new_case)
    sender = courier(database, loaded)
    sender.start()
    for _ in range(100):
        if len(rows(database)) == 1:
            break
        import asyncio

        await asyncio.sleep(0.02)
    await sender.stop()
    assert [row.way for row in rows(database)] == ["mail"]
    assert await database.read(lambda c: box.notified(c, number)) == "waiting"
