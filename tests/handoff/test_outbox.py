"""The outbox: one letter for each event, claimed by one worker, tried with growing pauses."""

from __future__ import annotations

import threading
import time
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.conversation import log
from bot.db import Database, outbox, users
from bot.handoff import cases, talk
from bot.handoff import outbox as box

from .conftest import new_case

NOTE = {"author": "system", "text": "…", "language": "de"}


def rows(database: Database, **where: Any) -> list[Any]:
    query = sa.select(outbox).order_by(outbox.c.id)
    for name, value in where.items():
        query = query.where(outbox.c[name] == value)
    return database._read(lambda c: c.execute(query).all())


def hire(connection: Connection, number: int = 1) -> Any:
    user = SimpleNamespace(id=number, name=f"Anna {number}")
    row = {"id": number, "email": f"{number}@example.org", "name": user.name, "role": "adviser", "active": True}
    connection.execute(users.insert().values(**row, created_at=0))
    return user


def test_a_case_and_its_letters_are_stored_together_or_not_at_all(database: Database) -> None:
    def fails(connection: Connection) -> None:
        new_case(connection)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        database.write_now(fails)
    assert rows(database) == []
    _, number = database.write_now(new_case)
    assert [(row.key, row.state) for row in rows(database)] == [
        (f"{way}:case_new:{number}", "due") for way in ("mail", "webhook", "zammad")
    ]


def test_the_same_event_is_written_once(database: Database) -> None:
    _, number = database.write_now(new_case)
    database.write_now(lambda c: box.put(c, "case_new", cases.find(c, number)))
    assert len(rows(database)) == 3


def test_no_letter_holds_what_a_visitor_wrote(database: Database) -> None:
    database.write_now(lambda c: new_case(c, concern="GEHEIM", contact="geheim@example.com"))
    assert "geheim" not in str([tuple(row) for row in rows(database)]).lower()


def test_erasing_the_conversation_takes_its_letters_along(database: Database) -> None:
    conversation, _ = database.write_now(new_case)
    database.write_now(lambda c: log.erase(c, conversation))
    assert rows(database) == []


def test_of_many_workers_one_gets_each_letter(url: str) -> None:
    workers = [Database(url) for _ in range(4)]
    try:
        for _ in range(10):
            workers[0].write_now(new_case)
        together, taken = threading.Barrier(4), []

        def work(name: str, database: Database) -> None:
            together.wait(10)
            for _ in range(8):
                taken.extend(
                    row.key for row in database.write_now(lambda c: box.claim(c, name, ("mail",), seconds=60, limit=3))
                )

        threads = [threading.Thread(target=work, args=(f"w{n}", each)) for n, each in enumerate(workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert len(taken) == len(set(taken)) == 10
    finally:
        for each in workers:
            each.close()


def test_what_a_dead_worker_had_claimed_is_claimed_again_and_only_the_new_one_settles_it(database: Database) -> None:
    database.write_now(new_case)
    (first,) = database.write_now(lambda c: box.claim(c, "dead", ("mail",), seconds=-1))
    (second,) = database.write_now(lambda c: box.claim(c, "alive", ("mail",), seconds=60))
    assert first.key == second.key
    database.write_now(lambda c: box.done(c, first, "dead", state="dead"))
    assert rows(database, way="mail")[0].state == "due"
    database.write_now(lambda c: box.done(c, second, "alive", state="sent"))
    assert rows(database, way="mail")[0].state == "sent"
    assert database.write_now(lambda c: box.claim(c, "alive", ("mail",), seconds=60)) == []


def test_pauses_grow_and_are_capped() -> None:
    pauses = [box.pause_after(n, 15) for n in range(1, 60)]
    assert pauses[:4] == [15, 30, 60, 120] and pauses[-1] == max(pauses) == 3600


def test_a_letter_that_fails_for_too_long_is_given_up_and_can_be_tried_again(database: Database) -> None:
    _, number = database.write_now(new_case)

    def fail(hours: float) -> str:
        database.write_now(lambda c: c.execute(outbox.update().values(next_at=0)))
        (letter,) = database.write_now(lambda c: box.claim(c, "w", ("mail",), seconds=60))
        return database.write_now(lambda c: box.failed(c, letter, "w", "no\r\nconnection", pause=15, hours=hours))

    assert fail(1) == "due"
    (row,) = rows(database, way="mail")
    assert (row.tries, row.error) == (1, "no connection") and 10 < row.next_at - time.time() <= 15
    assert database._read(lambda c: box.notified(c, number)) == "failed"
    assert fail(0) == "dead"
    assert database._read(lambda c: box.notified(c, number)) == "dead"
    (dead,) = database._read(box.undelivered)
    assert database.write_now(lambda c: box.again(c, dead.id))
    assert [letter.key for letter in database.write_now(lambda c: box.claim(c, "w", ("mail",), seconds=60))] == [
        dead.key
    ]
    assert not database.write_now(lambda c: box.again(c, dead.id)), "it is being sent"


def test_the_team_is_told_once_of_all_that_comes_before_somebody_reads(database: Database) -> None:
    conversation, number = database.write_now(new_case)
    user = database.write_now(hire)
    from bot.console.queue import mark_read

    def wrote() -> int:
        database.write_now(lambda c: talk.visitor_wrote(c, conversation))
        return len(rows(database, kind="visitor_wrote", way="mail"))

    assert wrote() == 0, "the team knows of the new case"
    database.write_now(lambda c: mark_read(c, number, user.id))
    assert [wrote(), wrote(), wrote()] == [1, 1, 1]
    database.write_now(lambda c: log.append(c, conversation, [NOTE]))
    database.write_now(lambda c: mark_read(c, number, user.id))
    assert wrote() == 2


def test_no_mail_of_a_message_that_somebody_is_looking_at(database: Database) -> None:
    from bot.console.queue import mark_read
    from bot.handoff import presence

    conversation, number = database.write_now(new_case)
    user = database.write_now(hire)
    database.write_now(lambda c: mark_read(c, number, user.id))
    database.write_now(lambda c: presence.enter(c, conversation, presence.staff(user.id), "w1"))
    database.write_now(lambda c: talk.visitor_wrote(c, conversation))
    assert rows(database, kind="visitor_wrote") == []
    database.write_now(lambda c: presence.leave(c, conversation, presence.staff(user.id), "w1"))
    database.write_now(lambda c: talk.visitor_wrote(c, conversation))
    assert len(rows(database, kind="visitor_wrote", way="mail")) == 1


@pytest.mark.parametrize(("notify", "here", "mails"), [(True, False, 1), (False, False, 0), (True, True, 0)])
def test_who_wants_it_and_is_away_is_told_of_an_answer_once(
    database: Database, notify: bool, here: bool, mails: int
) -> None:
    from bot.handoff import presence

    conversation, number = database.write_now(lambda c: new_case(c, notify=notify))
    user = database.write_now(hire)
    if here:
        database.write_now(lambda c: presence.enter(c, conversation, presence.VISITOR, "w1"))
    database.write_now(lambda c: cases.take(c, number, user, NOTE))
    for text in ("eins", "zwei"):
        database.write_now(lambda c, text=text: cases.reply(c, number, user, text, "de"))
    assert len(rows(database, kind="answer", way="mail")) == mails
