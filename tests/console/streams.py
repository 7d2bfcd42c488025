"""Reads what arrives on an open page of the console, in a thread of its own, as a browser does."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .conftest import Member


class Events:
    """Server-sent events as they come: (event, data, id)."""

    def __init__(self) -> None:
        self._came: queue.Queue[tuple[str, str, str]] = queue.Queue()

    def read(self, lines: Iterator[str]) -> None:
        fields: dict[str, list[str]] = {}
        for line in lines:
            if line:
                name, _, value = line.partition(":")
                fields.setdefault(name, []).append(value.removeprefix(" "))
            elif "event" in fields:
                self._came.put((fields["event"][0], "\n".join(fields["data"]), fields.get("id", [""])[0]))
                fields = {}

    def wait(self, event: str, text: str = "", seconds: float = 15) -> tuple[str, str]:
        """(data, id) of the next event of that name that has the text in it."""
        deadline = time.monotonic() + seconds
        while True:
            name, data, number = self._came.get(timeout=max(0.01, deadline - time.monotonic()))
            if name == event and text in data:
                return data, number


@contextmanager
def listening(member: Member, path: str, headers: dict[str, str] | None = None) -> Iterator[Events]:
    """The events of an open page."""
    events = Events()
    with member.http.stream("GET", f"/console{path}", headers=headers or {}) as answer:
        assert answer.status_code == 200
        reader = threading.Thread(target=quietly, args=(events, answer), daemon=True)
        reader.start()
        yield events


def quietly(events: Events, answer: Any) -> None:
    """Reads until the page is left."""
    try:
        events.read(answer.iter_lines())
    except Exception:
        # The page was left.
        return
