"""A database of each kind with a case in it, and a mail server that can be told to fail."""

from __future__ import annotations

import asyncio
import email
import socket
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from email import policy
from pathlib import Path
from typing import Any

import holidays
import pytest
from aiosmtpd.controller import Controller
from sqlalchemy.engine import Connection

from bot.conversation.events import EventBus
from bot.conversation.presenting import Presenter
from bot.conversation.replies import ReplyGenerator
from bot.db import Database
from bot.handoff import cases
from bot.handoff.courier import Courier
from bot.handoff.desk import Desk
from bot.handoff.notify import ways
from bot.migrations import migrate
from bot.region import WEEKDAYS, parse_hours
from bot.resources import Resources
from bot.settings import Settings
from tests.conftest import free_port
from tests.conversation.conftest import ROOT
from tests.conversation.stored import new_conversation, say

CASE: dict[str, Any] = {
    "topic": "housing", "concern": "Wir suchen eine Wohnung.", "language": "uk", "contact_kind": "email",
    "contact": "visitor@example.com", "team": "housing", "notify": True,
}  # fmt: skip

STORES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(params=STORES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty, migrated database, of each kind."""
    made = f"sqlite:///{tmp_path / 'x.db'}" if request.param == "sqlite" else request.getfixturevalue("new_database")
    migrate(made)
    return str(made)


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """It, opened as a server opens it."""
    database = Database(url)
    yield database
    database.close()


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    """A connection to it inside one transaction."""
    with database.engine.connect() as connection, connection.begin():
        yield connection


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Resources:
    """The region's content."""
    return Resources.load(Settings(data=ROOT / "data", var=tmp_path_factory.mktemp("var"), secret="test"))


def with_settings(resources: Resources, **settings: Any) -> Resources:
    """The same content, other settings."""
    return replace(resources, settings=replace(resources.settings, **settings))


def new_case(connection: Connection, **values: Any) -> tuple[str, str]:
    """A handed-over conversation: (its id, the case's number)."""
    language = values.get("language", CASE["language"])
    conversation_id = new_conversation(connection, token=uuid.uuid4().hex, language=language)
    seq = say(connection, conversation_id, "ja").seq
    number = cases.new_number()
    cases.create(connection, conversation_id, seq, {**CASE, **values, "number": number})
    return conversation_id, number


def courier(database: Database, resources: Resources, name: str = "w1") -> Courier:
    """What sends the letters, by the ways that the settings name."""
    return Courier(database, resources, worker=name, ways=ways(resources))


class MailServer:
    """A real mail server; `answer` is what it says to each mail, `answers` to the next ones, `recipient` to addresses."""

    def __init__(self) -> None:
        self.port = free_port()
        self.mails: list[Any] = []
        self.answer = "250 OK"
        self.recipient = "250 OK"
        self.answers: list[str] = []
        self.slow = 0.0
        self._controller: Controller | None = None

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if self.recipient.startswith("2"):
            envelope.rcpt_tos.append(address)
        return self.recipient

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        answer = self.answers.pop(0) if self.answers else self.answer
        if answer.startswith("2"):
            self.mails.append(envelope)
        await asyncio.sleep(self.slow)
        return answer

    def start(self) -> None:
        """Begins to listen."""
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        """Refuses connections."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    @property
    def listens(self) -> bool:
        """Whether it takes connections."""
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    """It, listening."""
    server = MailServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def mailing(loaded: Resources, mail_server: MailServer) -> Resources:
    """Settings that send by that mail server."""
    return with_settings(
        loaded, smtp_host="127.0.0.1", smtp_port=mail_server.port, smtp_security="none", smtp_from="lotse@example.org",
        public_url="https://chat.example.org", notify_pause=0.0,
    )  # fmt: skip


def parsed(envelope: Any) -> Any:
    """The mail that a server was given."""
    return email.message_from_bytes(envelope.content, policy=policy.default)


@pytest.fixture(scope="session")
def always(loaded: Resources) -> Resources:
    """An office that is open around the clock, every day, in a country without a holiday today."""
    hours = parse_hours({day: [["00:00", "23:59"]] for day in WEEKDAYS})
    office = replace(loaded.region.office, hours=hours, closing_days=frozenset())
    today = datetime.now(loaded.region.time_zone).date()
    country = next(code for code in ("DE", "JP", "SA") if today not in holidays.country_holidays(code))
    region = replace(loaded.region, office=office, holidays_country=country, holidays_subdivision=None)
    return replace(loaded, region=region)


@pytest.fixture
def never(loaded: Resources) -> Resources:
    """An office that was open on a Monday minute only."""
    office = replace(loaded.region.office, hours=parse_hours({"monday": [["00:00", "00:01"]]}))
    return replace(loaded, region=replace(loaded.region, office=office))


def desk(database: Database, resources: Resources) -> Desk:
    """The office, as a worker of the server has it."""
    replies = ReplyGenerator(resources.replies, resources.facts, "de")
    return Desk(database, resources, replies, Presenter(resources.languages, {}), EventBus(database))


def hand_over(database: Database, desk: Desk, language: str = "de") -> tuple[str, str, str]:
    """(conversation, number, the receipt's text)."""
    conversation = database.write_now(lambda c: new_conversation(c, token=str(time.time_ns()), language=language))
    seq = database.write_now(lambda c: say(c, conversation, "ja")).seq
    values = {**CASE, "language": language, "number": cases.new_number()}
    told = database.write_now(lambda c: desk.create_case(c, conversation, seq, values))
    assert told["extra"] == {"receipt": {"case_number": values["number"]}}
    return conversation, values["number"], told["text"]
