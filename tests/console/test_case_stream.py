"""An open case: messages, who is there and who writes, what can be done, all by itself."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Any

from .conftest import Member, Office, case_of
from .streams import Events, listening, quietly


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


def test_typing_goes_both_ways(office: Office) -> None:
    somebody, (talk, number) = office.member(), office.case()
    somebody.post(f"/cases/{number}/take")
    with listening(somebody, f"/cases/{number}/events?after=99") as events:
        events.wait("presence")
        talk.http.post(f"{talk.path}/typing", headers=talk.headers, json={})
        events.wait("presence", "schreibt")
        events.wait("presence", "nicht im Gespräch")
    token = somebody.csrf
    with talk.http.stream("GET", f"{talk.path}/events?after=999", headers=talk.headers) as answer:
        seen = Events()
        threading.Thread(target=quietly, args=(seen, answer), daemon=True).start()
        seen.wait("state")
        somebody.http.post(f"/console/cases/{number}/typing", data={"csrf": token})
        assert "Jana Behrendt" in seen.wait("typing")[0]


def test_presence_of_the_visitor(office: Office) -> None:
    somebody, (talk, number) = office.member(), office.case()
    with listening(somebody, f"/cases/{number}/events?after=99") as events:
        events.wait("presence", "nicht im Gespräch")
        with talk.http.stream("GET", f"{talk.path}/events", headers=talk.headers):
            events.wait("presence", "ist gerade da")
        events.wait("presence", "nicht im Gespräch", seconds=40)


def test_panel_changes_when_somebody_else_takes_it(office: Office) -> None:
    _, number = office.case()
    reader, taker = office.member(), office.member(name="Bernd Busch")
    with listening(reader, f"/cases/{number}/events?after=99&mode=free-0") as events:
        events.wait("side")
        taker.post(f"/cases/{number}/take")
        assert "Bernd Busch hat diesen Vorgang" in events.wait("panel")[0]


def test_helps_follow_the_visitors_language_and_leave_the_reply_field_alone(office: Office) -> None:
    somebody, (talk, number) = office.member(), office.case("uk")
    somebody.post(f"/cases/{number}/take")
    page = somebody.page(f"/cases/{number}")
    address = re.search(r'sse-connect="/console([^"]+)"', page)
    assert address and "Ukrainisch" in re.search(r'sse-swap="spoken">(.*)<', page).group(1)  # type: ignore[union-attr]
    with listening(somebody, address.group(1).replace("&amp;", "&")) as events:
        events.wait("side")
        talk.http.put(f"{talk.path}/language", headers=talk.headers, json={"language": "ar"})
        palette, _ = events.wait("palette")
        assert 'lang="ar"' in palette and 'lang="uk"' not in palette and 'id="reply"' not in palette
        assert "Arabisch" in events.wait("spoken")[0]


def test_deleted_conversation_ends_the_page(office: Office) -> None:
    talk, number = office.case()
    with listening(office.member(), f"/cases/{number}/events?after=99") as events:
        events.wait("side")
        talk.http.delete(talk.path, headers=talk.headers)
        assert "gelöscht" in events.wait("ended")[0]
