"""Members of staff at a real server."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.console import accounts
from bot.db import create_engine, login_failures, users
from tests.conftest import LiveServer, Visitor, begin

PASSWORD = "Elbe und Altmark im Herbst"
OWN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="session")
def engine(live_server: Any) -> Iterator[Engine]:
    """The server's database, from outside."""
    engine = create_engine(live_server.database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def unthrottled(engine: Engine) -> None:
    """Failed logins of one test must not slow down the next."""
    with writing(engine) as connection:
        connection.execute(login_failures.delete())


@dataclass
class Member:
    """Somebody logged in to the console."""

    http: httpx.Client
    id: int
    name: str
    email: str

    @property
    def csrf(self) -> str:
        """The session's token, as any page holds it."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.http.get("/console/account").text)
        assert found
        return found.group(1)

    def post(self, path: str, **fields: str) -> httpx.Response:
        """Sends a form as a page of the console does."""
        return self.http.post(f"/console{path}", data={"csrf": self.csrf, **fields}, headers=OWN)

    def page(self, path: str) -> str:
        """A page that there is."""
        answer = self.http.get(f"/console{path}")
        assert answer.status_code == 200, answer.text
        return answer.text

    def answer(self, number: str, text: str, key: str = "") -> httpx.Response:
        """Replies to a visitor."""
        return self.post(f"/cases/{number}/reply", text=text, key=key or uuid.uuid4().hex)


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that waits for its turn among the server's."""
    with engine.connect().execution_options(begin="BEGIN IMMEDIATE") as connection, connection.begin():
        yield connection


def make(engine: Engine, role: str, name: str) -> tuple[int, str]:
    """(id, e-mail) of a new account with PASSWORD."""
    email = f"{uuid.uuid4().hex[:8]}@example.org"
    with writing(engine) as connection:
        link = accounts.invite(connection, "", email=email, name=name, role=role)
        user = accounts.set_password(connection, link.rpartition("/")[2], accounts.hash_password(PASSWORD, email))
    return user.id, email


def enter(url: str, engine: Engine, role: str = "adviser", name: str = "Jana Behrendt") -> Member:
    """Makes an account and logs it in; its `http` is for the caller to close."""
    user_id, email = make(engine, role, name)
    http = httpx.Client(base_url=url, timeout=40)
    answer = http.post("/console/login", data={"email": email, "password": PASSWORD}, headers=OWN)
    assert answer.status_code == 303, answer.text
    return Member(http, user_id, name, email)


@pytest.fixture(scope="session")
def log_in(live_server: Any, engine: Engine) -> Iterator[Callable[..., Member]]:
    """`log_in("adviser", name="Jana Behrendt")` makes an account and logs it in."""
    members: list[Member] = []

    def log_in(role: str = "adviser", name: str = "Jana Behrendt") -> Member:
        members.append(enter(live_server.url, engine, role, name))
        return members[-1]

    yield log_in
    for each in members:
        each.http.close()


class Office:
    """A console that needs no dialogue: staff, visitors and cases at a server without a model."""

    def __init__(self, server: LiveServer) -> None:
        self.server = server
        self.engine = create_engine(server.database_url)
        self.members: list[Member] = []

    def member(self, role: str = "adviser", name: str = "Jana Behrendt") -> Member:
        """Somebody logged in."""
        self.members.append(enter(self.server.url, self.engine, role, name))
        return self.members[-1]

    def case(self, language: str = "de", **given: str) -> tuple[Visitor, str]:
        """(a visitor who was handed over by the form, the case's number)."""
        talk = begin(self.server.url, language)
        talk.hand_over_by_form(talk.say("?")[-1], **given)
        return talk, str(talk.state()["case_number"])

    def row(self, query: sa.Select[Any]) -> Any:
        """The one row of a query."""
        with self.engine.connect() as connection, connection.begin():
            return connection.execute(query).one()


@pytest.fixture(scope="session")
def opened(no_model: LiveServer) -> Iterator[Office]:
    """The office, for the whole run."""
    office = Office(no_model)
    yield office
    for each in office.members:
        each.http.close()
    office.engine.dispose()


@pytest.fixture
def office(opened: Office) -> Office:
    """It, where failed logins of other tests are forgotten."""
    with writing(opened.engine) as connection:
        connection.execute(login_failures.delete())
    return opened


@pytest.fixture
def member(log_in: Callable[..., Member], unthrottled: None) -> Callable[..., Member]:
    """As `log_in`, where failed logins of other tests are forgotten."""
    return log_in


@pytest.fixture
def anonymous(live_server: Any, unthrottled: None) -> Iterator[httpx.Client]:
    """A browser without a session."""
    with httpx.Client(base_url=live_server.url, timeout=30) as client:
        yield client


def case_of(visitor: Any, concern: str = "Wir suchen eine Hebamme und ziehen im März um.") -> str:
    """Hands a conversation over by its buttons, in any language; returns the case's number."""
    asked = visitor.press([b["id"] for m in visitor.greeting for b in m["buttons"]][-1])
    topic = asked[-1]["buttons"][0]["id"]
    visitor.press(topic)
    without_contact = visitor.say(concern)[-1]["buttons"][0]["id"]
    agree = visitor.press(without_contact)[-1]["buttons"][0]["id"]
    visitor.press(agree)
    return str(visitor.state()["case_number"])


def user_row(engine: Engine, user_id: int) -> Any:
    """An account as it is stored."""
    with engine.connect() as connection:
        return connection.execute(sa.select(users).where(users.c.id == user_id)).one()
