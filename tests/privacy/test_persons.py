"""Giving out and erasing one person, mid-conversation and twice, with a real server (reliability.md, case 29)."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import uuid
from typing import Any

import httpx
import sqlalchemy as sa

from bot import db
from bot.db import create_engine
from bot.privacy import journal
from tests.conftest import ROOT, begin


def _lotse(server: Any, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "bot", *arguments], cwd=ROOT, env=server.environment, capture_output=True, text=True, timeout=90
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _left(server: Any, conversation_id: str) -> list[str]:
    engine = create_engine(server.database_url)
    try:
        with engine.connect() as connection, connection.begin():
            return [
                name for name, table in db.metadata.tables.items()
                if conversation_id in str(connection.execute(sa.select(table)).all())
            ]  # fmt: skip
    finally:
        engine.dispose()


def test_erased_while_a_turn_is_running(servers: Any) -> None:
    server = servers.start(slow_turn=3)
    talk = begin(server.url)
    sent = talk.post({"client_id": uuid.uuid4().hex, "text": "Ich heiße Olena Kovalenko"}, wait=None)
    assert sent.status_code == 202
    assert talk.http.delete(talk.path, headers=talk.headers).status_code == 204
    assert talk.http.delete(talk.path, headers=talk.headers).status_code == 404, "the second run completes"
    time.sleep(4)
    assert _left(server, talk.id) == [], "the turn that was running stored something"
    assert journal.hash_of(talk.id) in (server.var / journal.FILE).read_text()
    # From a terminal, while the server runs and the visitor goes on.
    other = begin(server.url)
    other.post({"client_id": uuid.uuid4().hex, "text": "Ich heiße Olena Kovalenko"}, wait=None)
    found = json.loads(_lotse(server, "person", "export", other.id))
    assert "Olena Kovalenko" in json.dumps(found["messages"], ensure_ascii=False)
    assert "token_hash" not in json.dumps(found)
    assert "Done." in _lotse(server, "person", "erase", other.id, "--yes")
    assert "Nothing is stored" in _lotse(server, "person", "erase", other.id, "--yes")
    time.sleep(4)
    assert _left(server, other.id) == []
    assert other.http.get(other.path, headers=other.headers).status_code == 404
    assert b"Olena" not in (server.var / "lotse.db").read_bytes(), "deleted pages are overwritten"
    server.stop()


def test_nothing_is_stored_before_consent(live_server: Any) -> None:
    """Case 30."""
    engine = create_engine(live_server.database_url)
    with engine.connect() as connection:
        before = connection.execute(sa.select(sa.func.count()).select_from(db.conversations)).scalar()

    answer = httpx.post(f"{live_server.url}/api/v1/conversations", json={"language": "de", "campaign": "x"})
    assert answer.status_code == 422
    with engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(db.conversations)).scalar() == before
    engine.dispose()
