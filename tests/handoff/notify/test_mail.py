"""Mails to the team and to the visitor, by a real mail server: to whom, with what, and what a refusal means."""

from __future__ import annotations

import pytest

from bot.db import Database
from bot.errors import load_yaml
from bot.handoff import cases
from bot.handoff import outbox as box
from bot.handoff.notify import ways
from bot.resources import Resources
from bot.settings import SettingError

from ..conftest import MailServer, courier, new_case, parsed, with_settings
from ..test_outbox import NOTE, hire, rows


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


def test_every_kind_has_texts_for_the_team(loaded: Resources) -> None:
    staff = load_yaml(loaded.settings.data / "mail" / "staff.yml").data
    assert set(box.KINDS) - {"answer"} <= set(staff)


async def test_a_case_of_a_team_that_is_no_more_goes_to_the_office(
    database: Database, mailing: Resources, mail_server: MailServer
) -> None:
    await database.write(lambda c: new_case(c, team="dissolved"))
    await database.write(lambda c: new_case(c, team="migration-advice"))
    await courier(database, mailing).round()
    partner = mailing.region.partners["migration-advice"].email
    assert sorted(envelope.rcpt_tos for envelope in mail_server.mails) == sorted(
        [[mailing.region.office.email], [partner]]
    )


@pytest.mark.parametrize(("said", "state"), [("550 no such user", "dead"), ("450 mailbox busy", "due")])
async def test_an_address_that_is_refused_for_good_is_not_tried_again(
    database: Database, mailing: Resources, mail_server: MailServer, said: str, state: str
) -> None:
    await database.write(new_case)
    mail_server.recipient = said
    await courier(database, mailing).round()
    (row,) = rows(database, way="mail")
    assert (row.state, row.tries) == (state, 1) and said[:3] in row.error and not mail_server.mails
    assert "@" not in row.error, "it may be a visitor's address"


async def test_nothing_goes_unencrypted_to_a_server_that_should_encrypt(
    database: Database, mailing: Resources, mail_server: MailServer
) -> None:
    await database.write(new_case)
    await courier(database, with_settings(mailing, smtp_security="starttls")).round()
    (row,) = rows(database, way="mail")
    assert (row.state, mail_server.mails) == ("due", []) and "STARTTLS" in row.error


def test_an_unknown_kind_of_encryption_stops_the_start(loaded: Resources) -> None:
    with pytest.raises(SettingError, match="LOTSE_SMTP_SECURITY"):
        ways(with_settings(loaded, smtp_host="x", smtp_security="ssl"))
