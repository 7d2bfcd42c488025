"""What arrives on open pages by itself."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from .conftest import Member, case_of


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
        reader = threading.Thread(target=_quietly, args=(events, answer), daemon=True)
        reader.start()
        yield events


def _quietly(events: Events, answer: Any) -> None:
    try:
        events.read(answer.iter_lines())
    except Exception:
        # The page was left.
        return


def test_new_visitor_is_announced(member: Callable[..., Member], visitor: Callable[..., Any]) -> None:
    with listening(member(), "/inbox/events?state=new&language=uk") as events:
        events.wait("inbox")
        number = case_of(visitor("uk"), "Ми шукаємо акушерку.")
        events.wait("inbox", number)
        assert "Ukrainisch" in events.wait("announce", number)[0]


def test_inbox_of_another_choice_does_not_show_it(member: Callable[..., Member], visitor: Callable[..., Any]) -> None:
    with listening(member(), "/inbox/events?state=closed") as events:
        events.wait("inbox")
        number = case_of(visitor())
        assert number in events.wait("announce", number)[0]
        with pytest.raises(queue.Empty):
            events.wait("inbox", number, seconds=2)


def test_messages_arrive_once_and_understood(member: Callable[..., Member], visitor: Callable[..., Any]) -> None:
    talk, somebody = visitor(), member()
    number = case_of(talk)
    somebody.post(f"/cases/{number}/take")
    last = talk.messages()[-1]["seq"]
    with listening(somebody, f"/cases/{number}/events?after={last}&mode=mine-{somebody.id}") as events:
        events.wait("side")
        talk.say("Wo kann ich Deutsch lernen?")
        data, number_of = events.wait("message", "Erkannt:")
        assert "Deutsch lernen" in data and number_of == str(last + 1)
        somebody.answer(number, "In der Volkshochschule.")
        assert "Volkshochschule" in events.wait("message", "Volkshochschule")[0]
    with listening(somebody, f"/cases/{number}/events?after=0", {"Last-Event-ID": str(last + 1)}) as events:
        data, number_of = events.wait("message")
        assert "Volkshochschule" in data and number_of == str(last + 2)


def test_typing_goes_both_ways(member: Callable[..., Member], visitor: Callable[..., Any]) -> None:
    talk, somebody = visitor(), member(name="Jana Behrendt")
    number = case_of(talk)
    somebody.post(f"/cases/{number}/take")
    with listening(somebody, f"/cases/{number}/events?after=99") as events:
        events.wait("presence")
        talk.http.post(f"{talk.path}/typing", headers=talk.headers, json={})
        events.wait("presence", "schreibt")
        events.wait("presence", "nicht im Gespräch")
    token = somebody.csrf
    with talk.http.stream("GET", f"{talk.path}/events?after=999", headers=talk.headers) as answer:
        seen = Events()
        threading.Thread(target=_quietly, args=(seen, answer), daemon=True).start()
        seen.wait("state")
        somebody.http.post(f"/console/cases/{number}/typing", data={"csrf": token})
        assert "Jana Behrendt" in seen.wait("typing")[0]


def test_presence_of_the_visitor(member: Callable[..., Member], visitor: Callable[..., Any]) -> None:
    talk, somebody = visitor(), member()
    number = case_of(talk)
    with listening(somebody, f"/cases/{number}/events?after=99") as events:
        events.wait("presence", "nicht im Gespräch")
        with talk.http.stream("GET", f"{talk.path}/events", headers=talk.headers):
            events.wait("presence", "ist gerade da")
        events.wait("presence", "nicht im Gespräch", seconds=40)


def test_panel_changes_when_somebody_else_takes_it(member: Callable[..., Member], visitor: Callable[..., Any]) -> None:
    number = case_of(visitor())
    reader, taker = member(), member(name="Bernd Busch")
    with listening(reader, f"/cases/{number}/events?after=99&mode=free-0") as events:
        events.wait("side")
        taker.post(f"/cases/{number}/take")
        assert "Bernd Busch hat diesen Vorgang" in events.wait("panel")[0]


def test_deleted_conversation_ends_the_page(member: Callable[..., Member], visitor: Callable[..., Any]) -> None:
    talk = visitor()
    number = case_of(talk)
    with listening(member(), f"/cases/{number}/events?after=99") as events:
        events.wait("side")
        talk.http.delete(talk.path, headers=talk.headers)
        assert "gelöscht" in events.wait("ended")[0]
