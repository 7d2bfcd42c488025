"""Real servers for tests: the assistant as its own process, on SQLite or on a PostgreSQL of our own."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).parents[1]
_READY_SECONDS = 240


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class LiveServer:
    """A running `lotse serve`."""

    url: str
    database_url: str
    var: Path
    process: subprocess.Popen[str]
    output: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def invitation(self) -> str:
        """The one-time link that the server printed."""
        found = re.search(r"\S+/console/welcome/\S+", self.output.read_text())
        assert found, self.output.read_text()
        return found.group()

    def wait_until_ready(self, seconds: float = _READY_SECONDS, path: str = "/health/ready") -> None:
        """Returns when the server answers; fails with what it said if it ends before."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                pytest.fail("the server ended:\n" + self.output.read_text()[-3000:])
            try:
                if httpx.get(f"{self.url}{path}", timeout=2).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        pytest.fail("the server was not ready in time:\n" + self.output.read_text()[-3000:])

    def kill(self) -> None:
        """As `kill -9`."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def stop(self) -> None:
        """Ends it as an operator would."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()


class Servers:
    """Starts servers, and stops those that are left."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._started: list[LiveServer] = []

    def start(self, *, var: Path | None = None, database_url: str = "", wait: bool = True, **settings: Any) -> LiveServer:
        """A server with settings such as `crash_at="before_commit"`; `var` again for the same embedded database."""
        port = free_port()
        var = var or Path(tempfile.mkdtemp(dir=self._folder))
        environment = {k: v for k, v in os.environ.items() if not k.startswith("LOTSE_")}
        environment |= {
            "LOTSE_PORT": str(port), "LOTSE_VAR": str(var), "LOTSE_DATABASE_URL": database_url,
            "RASA_TELEMETRY_ENABLED": "false", "LOTSE_SECRET": "test-secret",
            **{f"LOTSE_{name.upper()}": str(value) for name, value in settings.items()},
        }  # fmt: skip
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        output = var / f"output-{uuid.uuid4().hex[:6]}.txt"
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "serve"], cwd=ROOT, env=environment, text=True,
            stdout=output.open("w"), stderr=subprocess.STDOUT,
        )  # fmt: skip
        url = database_url or f"sqlite:///{var / 'lotse.db'}"
        server = LiveServer(f"http://127.0.0.1:{port}", url, var, process, output, environment)
        self._started.append(server)
        if wait:
            server.wait_until_ready()
        return server

    def stop_all(self) -> None:
        """Stops what still runs."""
        for server in self._started:
            server.stop()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What waits for a browser or another process may lose a race on a machine that others use too.

    Such a test is tried again, and the report says so (R); a fault shows every time.
    """
    for item in items:
        if {"page", "chat", "live_server", "no_model", "servers", "browser"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.flaky(reruns=2, reruns_delay=1))


@contextlib.contextmanager
def _running(folder: Path) -> Iterator[Servers]:
    started = Servers(folder)
    try:
        yield started
    finally:
        started.stop_all()


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Starts servers of a module's own; each takes two thirds of a gigabyte until the module is through."""
    with _running(tmp_path_factory.mktemp("servers")) as started:
        yield started


@pytest.fixture(scope="session")
def shared_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Starts servers for the whole run."""
    with _running(tmp_path_factory.mktemp("shared-servers")) as started:
        yield started


@pytest.fixture(scope="session")
def live_server(shared_servers: Servers) -> LiveServer:
    """One server on SQLite, shared by tests that leave it as they found it; generous limits."""
    return shared_servers.start(rate_messages=500, rate_conversations=10_000)


@pytest.fixture(scope="session")
def no_model(shared_servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> LiveServer:
    """A server whose model is another file than the one that was trained; for all that needs no dialogue, too."""
    from bot.training.model import fingerprint

    models = tmp_path_factory.mktemp("models")
    name = f"{fingerprint(ROOT / 'data')}.tar.gz"
    (models / name).write_bytes(b"not a model")
    (models / f"{name}.sha256").write_text("0" * 64 + "\n")
    generous = {"rate_messages": 500, "rate_conversations": 10_000}
    server = shared_servers.start(wait=False, models=models, origins="https://www.landkreis.example", **generous)
    server.wait_until_ready(120, path="/health/live")
    return server


@dataclass
class Visitor:
    """A visitor at the API."""

    http: httpx.Client
    id: str
    token: str
    language: str
    greeting: list[dict[str, Any]]

    @property
    def path(self) -> str:
        """The conversation's address."""
        return f"/api/v1/conversations/{self.id}"

    @property
    def headers(self) -> dict[str, str]:
        """Proves who asks."""
        return {"Authorization": f"Bearer {self.token}"}

    def post(self, body: dict[str, Any], *, wait: float | None = 20) -> httpx.Response:
        """Sends a message as it is."""
        query = f"?wait={wait}" if wait else ""
        return self.http.post(f"{self.path}/messages{query}", json=body, headers=self.headers)

    def say(self, text: str, *, client_id: str | None = None) -> list[dict[str, Any]]:
        """Types something and waits for the replies."""
        answer = self.post({"client_id": client_id or uuid.uuid4().hex, "text": text})
        assert answer.status_code == 200, answer.text
        return answer.json()["messages"]

    def press(self, button: str) -> list[dict[str, Any]]:
        """Presses a button by its id."""
        answer = self.post({"client_id": uuid.uuid4().hex, "button": button})
        assert answer.status_code == 200, answer.text
        return answer.json()["messages"]

    def messages(self, after: int = 0) -> list[dict[str, Any]]:
        """The conversation so far."""
        answer = self.http.get(f"{self.path}/messages?after={after}", headers=self.headers)
        assert answer.status_code == 200, answer.text
        return answer.json()["messages"]

    def state(self) -> dict[str, Any]:
        """Language, state, case."""
        return self.http.get(self.path, headers=self.headers).json()

    def hand_over_by_form(self, apology: dict[str, Any], **given: str) -> dict[str, Any]:
        """Sends the form of a reply (such as the apology of a server without a model); returns the receipt."""
        form = apology["form"]
        values = {field["name"]: field.get("value", "") for field in form["fields"]}
        values |= {"topic": "housing", "concern": "Ich brauche eine Wohnung", "contact": "anna@example.org", **given}
        answer = self.post({"client_id": uuid.uuid4().hex, "form": {"id": form["id"], "values": values}})
        assert answer.status_code == 200, answer.text
        return answer.json()["messages"][-1]

    def hand_over(self, concern: str = "Meine Frau bekommt ein Kind und wir suchen eine Hebamme.") -> dict[str, Any]:
        """Goes through the form without contact details; returns the receipt."""
        asked = self.press(self.greeting[-1]["buttons"][-1]["id"])[-1]
        self.press(asked["buttons"][0]["id"])
        last = self.say(concern)[-1]
        last = self.press(last["buttons"][0]["id"])[-1]
        return self.press(last["buttons"][0]["id"])[-1]


def begin(url: str, language: str = "de") -> Visitor:
    """Begins a conversation."""
    http = httpx.Client(base_url=url, timeout=40)
    answer = http.post("/api/v1/conversations", json={"language": language, "consent": True})
    assert answer.status_code == 201, answer.text
    body = answer.json()
    return Visitor(http, body["id"], body["token"], body["language"], body["messages"])


@pytest.fixture
def visitor(live_server: LiveServer) -> Callable[..., Visitor]:
    """`visitor("uk")` begins a conversation at the shared server."""
    return lambda language="de": begin(live_server.url, language)


def _postgres_programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")) if Path("/usr/lib/postgresql").exists() else []
    return found[-1].parent if found else None


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL of our own on a free port of the loopback, as a user that is not root."""
    programs = _postgres_programs()
    if programs is None:
        pytest.skip("PostgreSQL's server programs are missing: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="lotse-pg-", dir="/tmp"))
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    as_user = ["runuser", "-u", user, "--"] if user else []
    data, port = folder / "data", free_port()

    def run(*command: str) -> None:
        done = subprocess.run([*as_user, *command], cwd=folder, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr

    run(str(programs / "initdb"), "-D", str(data), "-U", "lotse", "-A", "trust", "-E", "UTF8", "--no-sync")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    run(str(programs / "pg_ctl"), "-D", str(data), "-o", options, "-l", str(folder / "log"), "-w", "start")
    try:
        yield f"postgresql+psycopg2://lotse@127.0.0.1:{port}/postgres"
    finally:
        run(str(programs / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def new_database(postgres_url: str) -> str:
    """An empty database on it."""
    import sqlalchemy as sa

    name = f"t{uuid.uuid4().hex[:10]}"
    engine = sa.create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    return postgres_url.rsplit("/", 1)[0] + f"/{name}"
