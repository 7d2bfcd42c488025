"""Reads a server's event stream in a thread of its own, as a browser does."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import httpx


class Stream:
    """Events of one connection, as (event, id, data), while they come in."""

    def __init__(self, url: str, *, headers: dict[str, str] | None = None, params: dict[str, str] | None = None) -> None:
        self.events: list[tuple[str, int | None, dict[str, Any]]] = []
        self.comments = 0
        self.ended = threading.Event()
        self._stop = threading.Event()
        self._http = httpx.Client(timeout=httpx.Timeout(10, read=40))
        self._thread = threading.Thread(target=self._read, args=(url, headers or {}, params or {}), daemon=True)
        self._thread.start()

    def _read(self, url: str, headers: dict[str, str], params: dict[str, str]) -> None:
        name, number, data = "message", None, ""
        try:
            with self._http.stream("GET", url, headers=headers, params=params) as answer:
                assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/event-stream")
                for line in answer.iter_lines():
                    if self._stop.is_set():
                        return
                    field, _, value = line.partition(": ")
                    if field == "event":
                        name = value
                    elif field == "id":
                        number = int(value)
                    elif field == "data":
                        data += value
                    elif line.startswith(":"):
                        self.comments += 1
                    elif not line and data:
                        self.events.append((name, number, json.loads(data)))
                        name, number, data = "message", None, ""
        except (httpx.TransportError, httpx.StreamError):
            pass
        finally:
            self.ended.set()

    def numbers(self) -> list[int]:
        """The seqs of the messages seen, in the order in which they came."""
        return [data["seq"] for name, _, data in list(self.events) if name == "message"]

    def wait_for(self, seen: Callable[[Stream], bool], seconds: float = 20) -> None:
        """Returns when `seen(self)`; fails after so many seconds."""
        deadline = time.monotonic() + seconds
        while not seen(self):
            assert time.monotonic() < deadline, self.events[-5:]
            time.sleep(0.02)

    def close(self) -> None:
        """Drops the connection, as a telephone in a tunnel."""
        self._stop.set()
        self._http.close()
