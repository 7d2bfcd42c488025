"""Cases 25 and 26 with real processes: the database is away or full, the model is missing, an action fails or hangs."""

from __future__ import annotations

import resource
import shutil
import subprocess
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.db import cases, messages
from tests.conftest import LiveServer, Servers, begin
from tests.conversation.contract import check_error
from tests.conversation.stored import Stored

Look = Callable[[LiveServer], Stored]
LANGUAGES = ["de", "de-simple", "en", "pl", "uk", "ru", "ar"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_case_26_without_a_model_every_message_is_kept_and_a_person_offered(
    no_model: LiveServer, stored: Look, language: str
) -> None:
    talk = begin(no_model.url, language)
    started = time.monotonic()
    (apology,) = talk.say("Я ищу квартиру" if language == "ru" else "Hallo?")
    assert time.monotonic() - started < 5 and apology["text"] and apology["buttons"]
    ready = httpx.get(f"{no_model.url}/health/ready")
    assert ready.status_code == 503 and ready.json()["model"] is None and ready.json()["database"] is True
    assert "checksum" in no_model.output.read_text()
    receipt = talk.hand_over_by_form(apology)
    (case,) = stored(no_model).rows(cases, talk.id)
    assert (case.topic, case.contact, case.language) == ("housing", "anna@example.org", language)
    assert (
        case.number in receipt["text"] and "#" in receipt["text"] and receipt["receipt"] == {"case_number": case.number}
    )
    assert talk.state()["state"] == "waiting_for_staff"
    assert not any(row.pending for row in stored(no_model).rows(messages, talk.id))


class _Actions(BaseHTTPRequestHandler):
    """An action server that fails or hangs."""

    behave = "fail"

    def do_POST(self) -> None:
        if _Actions.behave == "hang":
            time.sleep(8)
        self.send_response(500)
        self.end_headers()

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture(scope="module")
def broken_actions(servers: Servers) -> Iterator[LiveServer]:
    """A server whose actions run in such a one."""
    http = ThreadingHTTPServer(("127.0.0.1", 0), _Actions)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    yield servers.start(action_endpoint=f"http://127.0.0.1:{http.server_port}/webhook", turn_seconds=3)
    http.shutdown()


@pytest.mark.parametrize("behave", ["fail", "hang"])
def test_case_26_an_action_that_fails_or_hangs_is_answered_within_five_seconds(
    broken_actions: LiveServer, stored: Look, behave: str
) -> None:
    _Actions.behave = behave
    talk = begin(broken_actions.url)
    started = time.monotonic()
    last = talk.say("Ich suche eine Wohnung in Stendal")[-1]
    assert time.monotonic() - started < 5
    assert last["text"] and last["form"]["fields"] and last["buttons"]
    assert "Ich suche eine Wohnung in Stendal" in [row.text for row in stored(broken_actions).rows(messages, talk.id)]
    assert "HL-" in talk.hand_over_by_form(last)["text"]
    assert all(message["text"] for message in talk.messages()), "never an empty bubble"


@contextmanager
def full_disk(server: LiveServer) -> Iterator[None]:
    """No file of the server can grow: what is written fails as on a full disk."""
    limit = (server.var / "lotse.db-wal").stat().st_size if (server.var / "lotse.db-wal").exists() else 0
    before = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (min(limit, 4096), resource.RLIM_INFINITY))
    try:
        yield
    finally:
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, before)


@pytest.mark.skipif(shutil.which("prlimit") is None, reason="no resource limits here")
def test_case_25_on_a_full_disk_nothing_is_acknowledged_and_it_recovers(servers: Servers, stored: Look) -> None:
    server = servers.start()
    talk = begin(server.url, "pl")
    assert talk.say("Dzień dobry")
    with full_disk(server):
        refused = talk.post({"client_id": "full", "text": "Szukam mieszkania"})
        said = check_error(refused, 503, "unavailable")
        assert "+49" in said and refused.headers["retry-after"]
        assert not [row for row in stored(server).rows(messages, talk.id) if row.client_id == "full"]
    again = talk.post({"client_id": "full", "text": "Szukam mieszkania"})
    assert again.status_code == 200 and again.json()["messages"]
    assert len([row for row in stored(server).rows(messages, talk.id) if row.client_id == "full"]) == 1


@contextmanager
def _postgres_of_ones_own(tmp_path: Path) -> Iterator[tuple[str, Callable[[str], None]]]:
    """(URL, `control("stop")` / `control("start")`) of a PostgreSQL that may be stopped."""
    import os

    from tests.conftest import _postgres_programs, free_port

    programs = _postgres_programs()
    if programs is None:
        pytest.skip("PostgreSQL's server programs are missing: apt-get install postgresql")
    folder = Path("/tmp") / f"lotse-pg-{uuid.uuid4().hex[:8]}"
    folder.mkdir()
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    as_user, data, port = ["runuser", "-u", user, "--"] if user else [], folder / "data", free_port()

    def run(*command: str) -> None:
        done = subprocess.run([*as_user, *command], cwd=folder, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr

    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"

    def control(what: str) -> None:
        more = ["-o", options, "-l", str(folder / "log"), "-w"] if what == "start" else ["-m", "immediate"]
        run(str(programs / "pg_ctl"), "-D", str(data), *more, what)

    run(str(programs / "initdb"), "-D", str(data), "-U", "lotse", "-A", "trust", "-E", "UTF8", "--no-sync")
    control("start")
    try:
        yield f"postgresql+psycopg2://lotse@127.0.0.1:{port}/postgres", control
    finally:
        subprocess.run(
            [*as_user, str(programs / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop"], cwd=folder, check=False
        )
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.postgres
def test_case_25_while_the_database_is_away_nothing_is_acknowledged_and_it_recovers(
    servers: Servers, stored: Look, tmp_path: Path
) -> None:
    with _postgres_of_ones_own(tmp_path) as (url, control):
        server = servers.start(database_url=url)
        talk = begin(server.url, "uk")
        assert talk.say("Добрий день")
        control("stop")
        try:
            refused = talk.post({"client_id": "away", "text": "Шукаю квартиру"})
            assert "+49" in check_error(refused, 503, "unavailable")
            assert httpx.get(f"{server.url}/health/ready", timeout=20).status_code == 503
            assert httpx.get(f"{server.url}/health/live").status_code == 200
        finally:
            control("start")
        server.wait_until_ready(30)
        again = talk.post({"client_id": "away", "text": "Шукаю квартиру"})
        assert again.status_code == 200 and again.json()["messages"]
        kept = [row.text for row in stored(server).rows(messages, talk.id) if row.client_id == "away"]
        assert kept == ["Шукаю квартиру"]
        server.stop()
