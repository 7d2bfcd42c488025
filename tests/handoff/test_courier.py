"""Case 27 and the ways: a real mail server that is down, refuses, comes back; signed webhooks; Zammad's API."""

from __future__ import annotations

import email
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from email import policy
from typing import Any

import pytest
from aiohttp import web

from bot.db import Database, outbox
from bot.handoff import cases
from bot.handoff import outbox as box
from bot.handoff.courier import Courier
from bot.handoff.notify import ways
from bot.resources import Resources
from bot.settings import SettingError
from tests.conftest import free_port

from .conftest import MailServer, new_case, with_settings
from .test_outbox import NOTE, hire, rows


def courier(database: Database, resources: Resources, name: str = "w1") -> Courier:
    return Courier(database, resources, worker=name, ways=ways(resources))


@pytest.fixture
def mailing(loaded: Resources, mail_server: MailServer) -> Resources:
    return with_settings(
        loaded, smtp_host="127.0.0.1", smtp_port=mail_server.port, smtp_security="none", smtp_from="lotse@example.org",
        public_url="https://chat.example.org", notify_pause=0.0,
    )  # fmt: skip


def parsed(envelope: Any) -> Any:
    return email.message_from_bytes(envelope.content, policy=policy.default)


async def test_the_team_gets_one_mail_without_a_word_of_the_visitor(
    database: Database, mailing: Resources, mail_server: MailServer
) -> None:
    _, number = await database.write(new_case)
    sender = courier(database, mailing)
    assert [await sender.round() for _ in range(3)] == [1, 0, 0]
    (envelope,) = mail_server.mails
    mail = parsed(envelope)
    assert envelope.rcpt_tos == ["wohnen@example.org"] and envelope.mail_from == "lotse@example.org"
    assert mail["Subject"] == f"Neue Anfrage {number}: Wohnen und Bauen, Ukrainisch"
    assert mail["Message-ID"] == f"<mail.case_new.{number}@example.org>" and mail["Auto-Submitted"] == "auto-generated"
    text = mail.get_content()
    assert f"https://chat.example.org/console/cases/{number}" in text
    assert "Wohnung" not in text and "visitor@example.com" not in envelope.content.decode()
    assert "{" not in text + mail["Subject"]
    assert await database.read(lambda c: box.notified(c, number)) == "sent"


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


@pytest.mark.parametrize("language", ["de", "de-simple", "en", "pl", "uk", "ru", "ar"])
async def test_the_visitor_gets_the_link_alone_in_their_language(
    database: Database, mailing: Resources, mail_server: MailServer, language: str
) -> None:
    _, number = await database.write(lambda c: new_case(c, language=language))
    user = await database.write(hire)
    await database.write(lambda c: cases.take(c, number, user, NOTE))
    await database.write(lambda c: cases.reply(c, number, user, "STRENG GEHEIM", "de"))
    await courier(database, mailing).round()
    (envelope,) = mail_server.mails
    mail = parsed(envelope)
    assert envelope.rcpt_tos == ["visitor@example.com"] and mail["Content-Language"] == language
    expected = mailing.interface.text(language, "mail", "answer_subject", case_number=number)
    assert mail["Subject"] == expected and number in expected
    text = mail.get_content()
    link = cases.receipt_link("https://chat.example.org", mailing.secret, number)
    assert link in text and "GEHEIM" not in text and "{" not in text


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


@pytest.mark.parametrize(
    "contact", ["a@example.com\r\nBcc: x@example.com", "a@example.com>, <x@example.com", "", "ä\x00@b"]
)
async def test_case_09_no_header_is_smuggled_in(
    database: Database, mailing: Resources, mail_server: MailServer, contact: str
) -> None:
    """Even if such an address had got into the database: nothing is sent to anybody."""
    _, number = await database.write(lambda c: new_case(c, contact=contact.replace("\x00", "\x01")))
    user = await database.write(hire)
    await database.write(lambda c: cases.take(c, number, user, NOTE))
    await database.write(lambda c: cases.reply(c, number, user, "Hallo", "de"))
    await courier(database, mailing).round()
    assert not mail_server.mails
    assert rows(database, kind="answer", way="mail")[0].state == ("dead" if contact else "void")


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


class Receiver:
    """A web server that keeps what it is sent; `answers` decides by path, default 200."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, dict[str, str], bytes]] = []
        self.statuses: list[int] = []
        self.found: list[dict[str, Any]] = []
        self.port = free_port()

    async def take(self, request: web.Request) -> web.Response:
        self.calls.append((request.method, request.path_qs, dict(request.headers), await request.read()))
        status = self.statuses.pop(0) if self.statuses else 200
        if request.path.endswith("/search"):
            return web.json_response(self.found, status=status)
        return web.json_response({"id": 77}, status=status)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver, app = Receiver(), web.Application()
    app.router.add_route("*", "/{rest:.*}", receiver.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", receiver.port).start()
    yield receiver
    await runner.cleanup()


async def test_a_webhook_is_signed_and_repeated_under_the_same_id(
    database: Database, loaded: Resources, receiver: Receiver
) -> None:
    hooked = with_settings(
        loaded, webhook_url=f"http://127.0.0.1:{receiver.port}/hook", webhook_secret="geheim", notify_pause=0.0
    )
    _, number = await database.write(new_case)
    receiver.statuses = [500, 429]
    sender = courier(database, hooked)
    for _ in range(4):
        await sender.round()
    assert len(receiver.calls) == 3 and rows(database, way="webhook")[0].state == "sent"
    assert {headers["Lotse-Event"] for _, _, headers, _ in receiver.calls} == {f"webhook:case_new:{number}"}
    for _, _, headers, body in receiver.calls:
        signed = headers["Lotse-Timestamp"].encode() + b"." + body
        assert headers["Lotse-Signature"] == "v1=" + hmac.new(b"geheim", signed, hashlib.sha256).hexdigest()
    told = json.loads(receiver.calls[-1][3])
    assert (told["event"], told["case"]["number"], told["case"]["team"]) == ("case_new", number, "housing")
    assert "Wohnung" not in receiver.calls[-1][3].decode() and "visitor@" not in receiver.calls[-1][3].decode()


async def test_a_webhook_that_says_no_is_given_up(database: Database, loaded: Resources, receiver: Receiver) -> None:
    hooked = with_settings(
        loaded, webhook_url=f"http://127.0.0.1:{receiver.port}/", webhook_secret="x", notify_pause=0.0
    )
    await database.write(new_case)
    receiver.statuses = [410]
    sender = courier(database, hooked)
    assert [await sender.round() for _ in range(2)] == [1, 0]
    assert [(row.state, row.error) for row in rows(database, way="webhook")] == [("dead", "HTTP 410")]


@pytest.fixture
def zammad(loaded: Resources, receiver: Receiver) -> Resources:
    return with_settings(
        loaded,
        zammad_url=f"http://127.0.0.1:{receiver.port}/",
        zammad_token="t",
        zammad_group="Office",
        notify_pause=0.0,
    )


async def test_zammad_gets_a_ticket_and_later_articles(
    database: Database, zammad: Resources, receiver: Receiver
) -> None:
    _, number = await database.write(new_case)
    sender = courier(database, zammad)
    await sender.round()
    method, path, headers, body = receiver.calls[-1]
    ticket = json.loads(body)
    assert (method, path, headers["Authorization"]) == ("POST", "/api/v1/tickets", "Token token=t")
    assert (
        ticket["group"] == "Office"
        and number in ticket["title"]
        and ticket["customer_id"] == "guess:visitor@example.com"
    )
    assert "Wir suchen eine Wohnung." in ticket["article"]["body"] and ticket["article"]["internal"] is True
    assert rows(database, way="zammad")[0].reference == "77"
    user = await database.write(hire)
    await database.write(lambda c: cases.take(c, number, user, NOTE))
    await database.write(lambda c: cases.give_back(c, number, user, NOTE, close=True))
    receiver.calls.clear()
    await sender.round()
    assert [(method, path) for method, path, _, _ in receiver.calls] == [
        ("POST", "/api/v1/ticket_articles"), ("PUT", "/api/v1/tickets/77"),
    ]  # fmt: skip


async def test_zammad_makes_no_second_ticket_after_a_lost_answer(
    database: Database, zammad: Resources, receiver: Receiver
) -> None:
    _, number = await database.write(new_case)
    receiver.statuses = [200, 502]
    sender = courier(database, zammad)
    await sender.round()
    receiver.found = [{"id": 41, "title": f"{number}: Wohnen"}]
    await sender.round()
    assert rows(database, way="zammad")[0].reference == "41"
    assert [path for method, path, _, _ in receiver.calls if path == "/api/v1/tickets"] == ["/api/v1/tickets"]


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"webhook_url": "http://x"}, "LOTSE_WEBHOOK_SECRET"),
        ({"zammad_url": "http://x"}, "LOTSE_ZAMMAD_TOKEN"),
        ({"smtp_host": "x", "smtp_security": "ssl"}, "LOTSE_SMTP_SECURITY"),
    ],
)
def test_a_half_set_up_way_stops_the_start(loaded: Resources, settings: dict[str, Any], named: str) -> None:
    with pytest.raises(SettingError, match=named):
        ways(with_settings(loaded, **settings))


def test_every_kind_has_texts_for_the_team(loaded: Resources) -> None:
    from bot.errors import load_yaml

    staff = load_yaml(loaded.settings.data / "mail" / "staff.yml").data
    assert set(box.KINDS) - {"answer"} <= set(staff)
