"""How long a visitor's message takes to the adviser's screen: 50 staff, 500 live conversations, all streams open.

    make bench-handoff        (under two minutes; needs a trained model)

Prints one row for docs/benchmarks.md. The clock runs from the visitor's POST to the event on the stream of the
adviser who has the case open.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

import aiohttp
from sqlalchemy.engine import Connection

from bot.console import accounts
from bot.conversation import log
from bot.db import Database, users
from bot.handoff import cases
from bot.migrations import migrate
from tests.conftest import ROOT, free_port

NOTE = {"author": "system", "text": "…", "language": "de"}


def prepare(url: str, staff: int, talks: int) -> tuple[list[str], list[tuple[str, str, str]]]:
    """Sessions of staff, and (conversation, token, case) of conversations that each of them has a share of."""
    migrate(url)
    database = Database(url)

    def fill(connection: Connection) -> tuple[list[str], list[tuple[str, str, str]]]:
        sessions, made, people = [], [], []
        for n in range(staff):
            row = {"email": f"{n}@example.org", "name": f"Adviser {n}", "role": "adviser", "created_at": time.time()}
            key = connection.execute(users.insert().values(**row, active=True)).inserted_primary_key[0]
            person = connection.execute(users.select().where(users.c.id == key)).one()
            people.append(person)
            sessions.append(accounts.open_session(connection, person.id))
        for n in range(talks):
            token = secrets.token_urlsafe(32)
            talk = log.create(connection, token=token, language="de", page=None, greeting=[NOTE])
            number = cases.new_number()
            values = {
                "number": number,
                "topic": "other",
                "concern": "x",
                "language": "de",
                "contact_kind": "none",
                "team": "office",
            }
            cases.create(connection, talk, 1, values)
            cases.take(connection, number, people[n % staff], NOTE)
            made.append((talk, token, number))
        return sessions, made

    try:
        return database.write_now(fill)
    finally:
        database.close()


async def follow(
    session: aiohttp.ClientSession, url: str, headers: dict[str, str], seen: dict[str, float], ready: asyncio.Event
) -> None:
    """Reads a stream and notes when each marked text came."""
    async with session.get(url, headers=headers, timeout=aiohttp.ClientTimeout(total=None)) as answer:
        assert answer.status == 200, (answer.status, url)
        ready.set()
        async for line in answer.content:
            at = line.find(b"mark-")
            if at >= 0:
                seen.setdefault(line[at : at + 15].decode(), time.perf_counter())


async def run(
    url: str, sessions: list[str], talks: list[tuple[str, str, str]], seconds: float, rate: float
) -> dict[str, Any]:
    """Opens every stream, sends `rate` messages a second for so many seconds; what came when."""
    seen_by_staff: dict[str, float] = {}
    sent: dict[str, float] = {}
    failures = 0
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:
        tasks, opened = [], []

        def open_stream(path: str, headers: dict[str, str], seen: dict[str, float]) -> None:
            ready = asyncio.Event()
            opened.append(ready)
            tasks.append(asyncio.create_task(follow(session, url + path, headers, seen, ready)))

        for (talk, token, _), _ in zip(talks, range(len(talks)), strict=True):
            open_stream(f"/api/v1/conversations/{talk}/events", {"Authorization": f"Bearer {token}"}, {})
            if len(opened) % 50 == 0:
                await asyncio.gather(*(each.wait() for each in opened[-50:]))
        for cookie, (_, _, number) in zip(sessions, talks, strict=False):
            open_stream(f"/console/cases/{number}/events?after=0", {"Cookie": f"lotse-console={cookie}"}, seen_by_staff)
        await asyncio.wait_for(asyncio.gather(*(each.wait() for each in opened)), 60)
        await asyncio.sleep(2)

        async def send(n: int) -> None:
            nonlocal failures
            # Half of the messages go where an adviser looks, half to the conversations beside.
            talk, token, _ = (
                talks[n // 2 % len(sessions)] if n % 2 else talks[len(sessions) + n % (len(talks) - len(sessions))]
            )
            mark = f"mark-{n:010d}"
            if n % 2:
                sent[mark] = time.perf_counter()
            body = {"client_id": uuid.uuid4().hex, "text": f"{mark} Wann ist der Termin?"}
            headers = {"Authorization": f"Bearer {token}"}
            async with session.post(
                f"{url}/api/v1/conversations/{talk}/messages", json=body, headers=headers
            ) as answer:
                failures += answer.status != 202

        posts, begun = [], time.perf_counter()
        for n in range(int(seconds * rate)):
            await asyncio.sleep(max(0.0, begun + n / rate - time.perf_counter()))
            posts.append(asyncio.create_task(send(n)))
        await asyncio.gather(*posts)
        await asyncio.sleep(3)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    took = sorted((seen_by_staff[mark] - at) * 1000 for mark, at in sent.items() if mark in seen_by_staff)
    return {"sent": len(sent), "seen": len(took), "failures": failures, "took": took}


def main() -> None:
    """Starts a server, runs, prints the row."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--staff", type=int, default=50)
    options.add_argument("--talks", type=int, default=500)
    options.add_argument("--seconds", type=float, default=20)
    options.add_argument("--rate", type=float, default=20, help="messages a second over all conversations")
    options.add_argument("--models", default="models")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        var, port = Path(folder), free_port()
        sessions, talks = prepare(f"sqlite:///{var / 'lotse.db'}", given.staff, given.talks)
        environment = {name: text for name, text in os.environ.items() if not name.startswith("LOTSE_")}
        environment |= {
            "LOTSE_PORT": str(port),
            "LOTSE_VAR": folder,
            "LOTSE_SECRET": "bench",
            "LOTSE_MODELS": given.models,
        }
        server = subprocess.Popen(
            [sys.executable, "-m", "bot", "serve"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
        )
        try:
            url = f"http://127.0.0.1:{port}"
            asyncio.run(_ready(url))
            found = asyncio.run(run(url, sessions, talks, given.seconds, given.rate))
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(20)
    took = found["took"]
    assert took, "no message reached an adviser"
    p50, p95 = statistics.median(took), took[int(len(took) * 0.95)]
    print(
        f"| {given.staff} | {given.talks} | {found['seen']} of {found['sent']} | {p50:.0f} ms | {p95:.0f} ms | {max(took):.0f} ms |"
    )
    print(
        f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; refused posts: {found['failures']}"
    )


async def _ready(url: str) -> None:
    async with aiohttp.ClientSession() as session:
        for _ in range(1200):
            try:
                async with session.get(f"{url}/health/ready") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.2)
    raise SystemExit("the server was not ready in time")


if __name__ == "__main__":
    main()
