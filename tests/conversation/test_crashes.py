"""Cases 20 and 24: kill -9 at every step of a hand-over, and what is there after a restart."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from bot.db import case_events, cases, conversations, messages, outbox, tracker_events
from tests.conftest import LiveServer, Servers, Visitor, begin
from tests.conversation.contract import check_error
from tests.conversation.stored import Stored

Look = Callable[[LiveServer], Stored]
_CONCERN = "Meine Frau bekommt ein Kind und wir suchen eine Hebamme"
POINTS = ("before_answer", "before_commit", "after_create_case", "after_commit")


@dataclass
class Crashed:
    """A conversation whose server was killed while it made the case."""

    talk: Visitor
    agreement: dict[str, Any]
    """The last message, as it was sent."""
    exit_code: int
    answered: bool
    """Whether the killed server still acknowledged the message."""


@pytest.fixture(scope="module")
def after_restart(servers: Servers) -> tuple[LiveServer, dict[str, Crashed]]:
    """One database: a hand-over up to the last question for each point, each crashed there; then a restart."""
    first = servers.start(turn_seconds=20)
    talks: dict[str, tuple[Visitor, dict[str, Any]]] = {}
    for point in POINTS:
        talk = begin(first.url)
        asked = talk.say("Ich möchte mit einem Menschen sprechen")[-1]
        talk.press(asked["buttons"][2]["id"])
        asked = talk.say(_CONCERN)[-1]
        assert asked["buttons"], [message["text"] for message in talk.messages()]
        summary = talk.press(asked["buttons"][0]["id"])[-1]
        talks[point] = talk, {"client_id": uuid.uuid4().hex, "button": summary["buttons"][0]["id"]}
    first.kill()
    crashed = {}
    for point, (talk, agreement) in talks.items():
        # A long lease: this server must not take up what the one before left.
        server = servers.start(var=first.var, crash_at=point, lease_seconds=600, turn_seconds=20)
        answered = True
        try:
            httpx.post(f"{server.url}{talk.path}/messages", json=agreement, headers=talk.headers, timeout=20)
        except httpx.TransportError:
            answered = False
        crashed[point] = Crashed(talk, agreement, server.process.wait(20), answered)
    # The leases run out: ten minutes later.
    view = Stored(first.database_url)
    view.write(lambda c: c.execute(conversations.update().values(lease_until=time.time() - 1)))
    view.engine.dispose()
    restarted = servers.start(var=first.var, lease_seconds=1, turn_seconds=20)
    for each in crashed.values():
        each.talk.http = httpx.Client(base_url=restarted.url, timeout=40)
    return restarted, crashed


@pytest.mark.parametrize("point", POINTS)
def test_case_24_after_a_crash_there_is_one_case_one_receipt_one_reply(
    after_restart: tuple[LiveServer, dict[str, Crashed]], stored: Look, point: str
) -> None:
    server, crashed = after_restart
    here = crashed[point]
    assert here.exit_code == -9, "the server was killed at that point"
    # The visitor's page sends again what was not acknowledged, and again.
    answers = [here.talk.post(here.agreement) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200] and answers[0].content == answers[1].content
    (receipt,) = answers[0].json()["messages"]
    found = re.search(r"\?case=(HL-\w{4}-\w{2})#[0-9a-f]{32}", receipt["text"])
    assert found, receipt["text"]
    view = stored(server)
    (case,) = view.rows(cases, here.talk.id)
    assert (case.number, case.state, case.concern) == (found.group(1), "new", _CONCERN)
    assert case.trigger_seq == answers[0].json()["seq"]
    assert here.talk.state()["case_number"] == case.number and here.talk.state()["state"] == "waiting_for_staff"
    rows = view.rows(messages, here.talk.id)
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1)) and not any(row.pending for row in rows)
    turns = {row.seq: 0 for row in rows if row.author == "visitor"}
    for row in rows:
        if row.reply_to:
            turns[row.reply_to] += 1
    assert turns == dict.fromkeys(turns, 1) and len(turns) == 5
    with view.engine.connect() as connection, connection.begin():
        import sqlalchemy as sa

        kinds = connection.execute(sa.select(case_events.c.kind).where(case_events.c.case_number == case.number)).scalars().all()
        letters = connection.execute(
            sa.select(outbox.c.key).where(outbox.c.case_number == case.number, outbox.c.way == "mail")
        ).scalars().all()  # fmt: skip
    assert kinds == ["created"]
    assert letters == [f"mail:case_new:{case.number}"], "one notification"
    said = [row for row in view.rows(tracker_events, here.talk.id) if row.type_name == "user"]
    assert len(said) == 5, "the dialogue heard each message once"


def test_case_24_the_dialogue_goes_on_after_it(after_restart: tuple[LiveServer, dict[str, Crashed]]) -> None:
    _, crashed = after_restart
    for here in crashed.values():
        here.talk.post(here.agreement)
        assert here.talk.say("Ich suche eine Wohnung in Stendal")[0]["offers"]


def test_case_20_what_was_acknowledged_before_the_restart_is_not_stored_again(
    after_restart: tuple[LiveServer, dict[str, Crashed]], stored: Look
) -> None:
    server, crashed = after_restart
    talk = crashed["after_commit"].talk
    first = next(row for row in stored(server).rows(messages, talk.id) if row.author == "visitor")
    answer = talk.post({"client_id": first.client_id, "text": "noch einmal"})
    assert answer.status_code == 200 and answer.json()["seq"] == first.seq and answer.json()["messages"]
    again = [row for row in stored(server).rows(messages, talk.id) if row.client_id == first.client_id]
    assert [row.text for row in again] == [first.text]


def test_case_17_who_writes_too_fast_waits_and_nobody_else(
    after_restart: tuple[LiveServer, dict[str, Crashed]], stored: Look
) -> None:
    """This server has the limits that a server has by default: 20 messages in 10 s."""
    server, _ = after_restart
    talk, other = begin(server.url, "pl"), begin(server.url)
    answers = [talk.post({"client_id": f"c{n}", "text": "Danke"}, wait=None) for n in range(60)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert {answer.status_code for answer in answers} == {202, 429} and len(answers) - len(refused) >= 20
    assert "wiadomości" in check_error(refused[0], 429, "rate_limited").lower(), "in Polish"
    assert other.say("Danke")
    # What was stored before is no new message, however often it is sent.
    assert talk.post({"client_id": "c0", "text": "Danke"}).status_code == 200
    asked = [row for row in stored(server).rows(messages, talk.id) if row.author == "visitor"]
    assert len(asked) == len(answers) - len(refused), "what was refused is not stored"


def test_a_restart_keeps_conversations_and_receipts(after_restart: tuple[LiveServer, dict[str, Crashed]]) -> None:
    server, crashed = after_restart
    talk = crashed["after_create_case"].talk
    receipt = talk.post(crashed["after_create_case"].agreement).json()["messages"][-1]
    number, secret = re.search(r"\?case=(HL-\w{4}-\w{2})#([0-9a-f]{32})", receipt["text"]).groups()  # type: ignore[union-attr]
    opened = httpx.post(f"{server.url}/api/v1/receipts/{number.lower()}", json={"secret": secret})
    assert opened.status_code == 200 and opened.json()["id"] == talk.id
