"""Case 24, the last steps: a worker is killed while it notifies, with real processes and a real mail server."""

from __future__ import annotations

import email
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.db import Database, outbox
from tests.conversation.conftest import ROOT

from .conftest import MailServer, new_case
from .test_outbox import rows

_WORKER = """
import asyncio
from bot.db import Database
from bot.handoff.courier import Courier
from bot.handoff.notify import ways
from bot.resources import Resources
from bot.settings import Settings

settings = Settings.from_environment()
resources = Resources.load(settings)
database = Database(settings.sqlalchemy_url)
asyncio.run(Courier(database, resources, worker=settings.var.name, ways=ways(resources)).round())
database.close()
"""


def work(url: str, port: int, var: Path, crash_at: str = "") -> int:
    """A process that sends what is due, once; its exit code."""
    var.mkdir(exist_ok=True)
    environment = {name: text for name, text in os.environ.items() if not name.startswith("LOTSE_")}
    environment |= {
        "LOTSE_DATABASE_URL": url, "LOTSE_VAR": str(var), "LOTSE_SECRET": "test", "LOTSE_SMTP_HOST": "127.0.0.1",
        "LOTSE_SMTP_PORT": str(port), "LOTSE_SMTP_SECURITY": "none", "LOTSE_CRASH_AT": crash_at,
    }  # fmt: skip
    return subprocess.run([sys.executable, "-c", _WORKER], cwd=ROOT, env=environment, timeout=120).returncode


@pytest.mark.parametrize("point", ["before_notify", "after_notify"])
def test_case_24_killed_while_notifying_the_team_has_one_notification(
    url: str, database: Database, mail_server: MailServer, tmp_path: Path, point: str
) -> None:
    database.write_now(new_case)
    assert work(url, mail_server.port, tmp_path / "first", point) == -9, "it was killed at that point"
    assert work(url, mail_server.port, tmp_path / "second") == 0
    assert rows(database, way="mail")[0].state == "due", "while the lease lasts, it is the first one's"
    database.write_now(lambda c: c.execute(outbox.update().values(claimed_until=1.0)))
    for name in ("second", "third"):
        assert work(url, mail_server.port, tmp_path / name) == 0
    ids = [email.message_from_bytes(envelope.content)["Message-ID"] for envelope in mail_server.mails]
    assert len(set(ids)) == 1, "whatever is repeated is recognisable as the same notification"
    assert len(ids) == (1 if point == "before_notify" else 2)
    (row,) = rows(database, way="mail")
    assert (row.state, row.claimed_by) == ("sent", None)
