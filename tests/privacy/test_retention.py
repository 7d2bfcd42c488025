"""Each kind of data goes when its time is over, and nothing else (reliability.md, case 30)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.conversation import log
from bot.db import audit, cases, conversations, messages, sessions, talk_facts
from bot.privacy import facts, journal
from bot.privacy.retention import DAY, Periods, purge
from bot.region import Region
from tests.console.both import any_connection, any_engine, make_case

__all__ = ["any_connection", "any_engine"]

PERIODS = Periods(chat_days=30, case_days=180, audit_days=365)
REGION = Region.load(Path(__file__).parents[2] / "data")


def _run(connection: Connection, day: float, **more: Any) -> dict[str, int]:
    return purge(connection, PERIODS, REGION, now=day * DAY, **more)


def _age(connection: Connection, conversation_id: str, day: float) -> None:
    at = day * DAY
    own = conversations.c.id == conversation_id
    connection.execute(conversations.update().where(own).values(created_at=at, updated_at=at))
    connection.execute(cases.update().where(cases.c.conversation_id == conversation_id).values(created_at=at, updated_at=at))
    connection.execute(messages.update().where(messages.c.conversation_id == conversation_id).values(at=at))


@pytest.fixture
def aged(any_connection: Connection) -> dict[str, str]:
    """Conversations last used on day 0 or day 10."""
    ids = {}
    for name in ("old", "young"):
        ids[name] = log.create(any_connection, token=name, language="uk", page=None, greeting=[], campaign="weihnachten")
        said = {"author": "visitor", "text": "Angelkarte", "language": "uk", "extra": {"intent": {"name": "faq/clubs"}}}
        log.append(any_connection, ids[name], [said])
    for name, number, state in (("open case", "HL-AAAA-AA", "open"), ("closed case", "HL-BBBB-BB", "closed")):
        ids[name] = make_case(any_connection, number)
        any_connection.execute(cases.update().where(cases.c.number == number).values(state=state))
    for name, conversation_id in ids.items():
        _age(any_connection, conversation_id, 10 if name == "young" else 0)
    return ids


def left(connection: Connection) -> set[str]:
    return set(connection.execute(sa.select(conversations.c.id)).scalars())


def test_only_what_is_old_and_done_goes(any_connection: Connection, aged: dict[str, str]) -> None:
    assert _run(any_connection, 30)["conversations"] == 0, "not on the last day"
    assert _run(any_connection, 31)["conversations"] == 1
    assert left(any_connection) == {aged["young"], aged["open case"], aged["closed case"]}
    gone = _run(any_connection, 181)
    assert (gone["conversations"], gone["cases"]) == (2, 1)
    assert left(any_connection) == {aged["open case"]}
    assert set(any_connection.execute(sa.select(messages.c.conversation_id)).scalars()) == {aged["open case"]}
    assert any_connection.execute(sa.select(cases.c.number)).scalars().all() == ["HL-AAAA-AA"]
    assert sum(_run(any_connection, 181).values()) == 0, "a second run finds nothing"


def test_a_case_that_was_closed_late_is_kept_from_then_on(any_connection: Connection, aged: dict[str, str]) -> None:
    closed = cases.c.number == "HL-BBBB-BB"
    any_connection.execute(cases.update().where(closed).values(updated_at=100 * DAY))
    _run(any_connection, 200)
    assert aged["closed case"] in left(any_connection)


def test_a_dry_run_counts_and_keeps(any_connection: Connection, aged: dict[str, str]) -> None:
    assert _run(any_connection, 181, dry_run=True) == {
        "conversations": 3, "cases": 1, "restored": 0, "audit": 0, "sessions": 0,
    }  # fmt: skip
    assert left(any_connection) == set(aged.values())
    assert any_connection.execute(sa.select(audit)).all() == []


def test_what_is_noted_and_kept_holds_no_content(any_connection: Connection, aged: dict[str, str]) -> None:
    _run(any_connection, 31)
    noted = any_connection.execute(sa.select(audit)).one()
    assert (noted.what, noted.object, noted.user_id) == ("purged", "conversations 1", None)
    kept = any_connection.execute(sa.select(talk_facts)).one()
    assert aged["old"] not in json.dumps(kept.facts) and "Angelkarte" not in json.dumps(kept.facts)
    (fact,) = facts.between(any_connection, REGION, "1970-01-01", "1970-01-01")[:1]
    assert (fact.language, fact.campaign, fact.said, fact.intents) == ("uk", "weihnachten", 1, {"faq/clubs": 1})


def test_audit_and_sessions(any_connection: Connection) -> None:
    for day in (0, 300):
        any_connection.execute(audit.insert().values(at=day * DAY, what="login"))
        any_connection.execute(
            sessions.insert().values(token_hash=str(day), user_id=1, csrf="x", created_at=day * DAY, seen_at=day * DAY)
        )
    gone = _run(any_connection, 366)
    assert (gone["audit"], gone["sessions"]) == (1, 2)
    assert any_connection.execute(sa.select(audit.c.at).where(audit.c.what == "login")).scalars().all() == [300 * DAY]


def test_erased_data_of_an_old_backup_is_erased_again(
    any_connection: Connection, aged: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "_path", tmp_path / journal.FILE)
    rows = {
        table.name: [dict(row._mapping) for row in any_connection.execute(sa.select(table))] for table in (conversations, messages)
    }
    log.erase(any_connection, aged["young"])
    for table in (conversations, messages):
        restored = [row for row in rows[table.name] if aged["young"] in row.values()]
        any_connection.execute(table.insert(), restored)
    assert aged["young"] in left(any_connection)
    written = (tmp_path / journal.FILE).read_text()
    assert aged["young"] not in written
    gone = _run(any_connection, 11, var=tmp_path)
    assert (gone["restored"], gone["conversations"]) == (1, 0)
    assert left(any_connection) == set(aged.values()) - {aged["young"]}
    assert any_connection.execute(sa.select(talk_facts)).first() is None, "what a visitor erased counts nowhere"
