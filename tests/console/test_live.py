"""A page that stands open ends with the right to see it (reliability.md, cases 14, 15)."""

from __future__ import annotations

import time

import httpx
import pytest

from .conftest import OWN, Office


def test_open_stream_ends_with_the_session(office: Office) -> None:
    somebody = office.member()
    csrf = somebody.csrf
    with somebody.http.stream("GET", "/console/inbox/events") as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith("event:")
        began = time.monotonic()
        httpx.post(
            f"{somebody.http.base_url}/console/logout", data={"csrf": csrf}, headers=OWN, cookies=dict(somebody.http.cookies)
        )
        assert any(line == "event: ended" for line in lines)
        assert time.monotonic() - began < 60


@pytest.mark.parametrize("path", ["/inbox/events", "/cases/{number}/events?after=9999"])
def test_losing_the_role_ends_sessions_and_open_streams(path: str, office: Office) -> None:
    somebody, admin = office.member(), office.member("administrator")
    _, number = office.case()
    with somebody.http.stream("GET", f"/console{path.format(number=number)}") as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith(("event:", ":"))
        began = time.monotonic()
        assert admin.post(f"/users/{somebody.id}/role", role="editor").status_code == 303
        assert any(line == "event: ended" for line in lines)
        assert time.monotonic() - began < 60
    assert somebody.http.get("/console/").status_code == 401
