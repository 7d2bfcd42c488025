"""Signed webhooks to a real web server: what they say, and which answers are worth another try."""

from __future__ import annotations

import hashlib
import hmac
import json

import pytest

from bot.db import Database
from bot.handoff.notify import Refused, ways
from bot.handoff.notify.webhook import check
from bot.resources import Resources
from bot.settings import SettingError

from ..conftest import courier, new_case, with_settings
from ..test_outbox import rows
from .conftest import Receiver


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


@pytest.mark.parametrize(
    ("status", "expected"),
    [(200, None), (204, None), (302, Refused), (404, Refused), (408, ConnectionError), (429, ConnectionError), (503, ConnectionError)],
)
def test_which_answers_are_final(status: int, expected: type[Exception] | None) -> None:
    try:
        check(status)
        outcome = None
    except Exception as error:
        outcome = type(error)
    assert outcome is expected


def test_a_webhook_without_a_secret_stops_the_start(loaded: Resources) -> None:
    with pytest.raises(SettingError, match="LOTSE_WEBHOOK_SECRET"):
        ways(with_settings(loaded, webhook_url="http://x"))
