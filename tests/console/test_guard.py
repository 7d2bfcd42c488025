"""Origin, token and headers (reliability.md, cases 10, 12)."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from bot.console.guard import HEADERS, is_own

from .conftest import OWN, PASSWORD, Member, case_of

BASE = "https://lotse.landkreis.test"

FOREIGN = [
    pytest.param({"Sec-Fetch-Site": "cross-site"}, id="another site"),
    pytest.param({"Sec-Fetch-Site": "same-site"}, id="a neighbouring subdomain"),
    pytest.param({"Origin": "https://evil.test"}, id="foreign origin"),
    pytest.param({"Origin": "null"}, id="null origin"),
    pytest.param({"Origin": "https://127.0.0.1.evil.test"}, id="look-alike"),
    pytest.param({"Sec-Fetch-Site": "cross-site", "Origin": BASE}, id="the better header wins"),
]


@pytest.mark.parametrize(
    ("headers", "own"),
    [
        *(pytest.param(each.values[0], False, id=each.id) for each in FOREIGN),
        pytest.param({"sec-fetch-site": "same-origin"}, True, id="this page"),
        pytest.param({"origin": BASE}, True, id="behind a proxy that changes Host"),
        pytest.param({"origin": "http://10.0.0.7:8080"}, True, id="the host that was asked"),
        pytest.param({"origin": "https://10.0.0.7:8080"}, False, id="another scheme"),
        pytest.param({}, True, id="no browser"),
    ],
)
def test_is_own(headers: dict[str, str], own: bool) -> None:
    lower = {name.lower(): value for name, value in headers.items()}
    request: Any = SimpleNamespace(headers=lower, scheme="http", host="10.0.0.7:8080")
    assert is_own(request, BASE) is own


@pytest.mark.parametrize("headers", FOREIGN)
def test_foreign_post_changes_nothing(
    headers: dict[str, str], member: Callable[..., Member], visitor: Callable[..., Any], anonymous: Any
) -> None:
    somebody, talk = member(), visitor()
    number = case_of(talk)
    sent = somebody.http.post(f"/console/cases/{number}/take", data={"csrf": somebody.csrf}, headers=headers)
    assert sent.status_code == 403
    assert talk.state()["state"] == "waiting_for_staff"
    login = anonymous.post("/console/login", data={"email": somebody.email, "password": PASSWORD}, headers=headers)
    assert login.status_code == 403
    assert "set-cookie" not in login.headers


@pytest.mark.parametrize("token", ["", "wrong", "ü", None])
def test_post_needs_the_sessions_token(
    token: str | None, member: Callable[..., Member], visitor: Callable[..., Any]
) -> None:
    somebody, talk = member(), visitor()
    data = {} if token is None else {"csrf": token}
    assert somebody.http.post(f"/console/cases/{case_of(talk)}/take", data=data, headers=OWN).status_code == 403
    assert talk.state()["state"] == "waiting_for_staff"


def test_the_token_of_another_session_is_not_enough(
    member: Callable[..., Member], visitor: Callable[..., Any]
) -> None:
    one, other, talk = member(), member(), visitor()
    path = f"/console/cases/{case_of(talk)}/take"
    assert one.http.post(path, data={"csrf": other.csrf}, headers=OWN).status_code == 403


def test_every_page_has_the_headers(member: Callable[..., Member], anonymous: Any) -> None:
    somebody = member("administrator")
    for answer in (
        anonymous.get("/console/login"), anonymous.get("/console/"), somebody.http.get("/console/"),
        somebody.http.get("/console/users"), somebody.http.get("/console/nothing"),
    ):  # fmt: skip
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
        assert answer.headers["cache-control"] == "no-store"
        assert "<style" not in answer.text and "<script>" not in answer.text and " style=" not in answer.text


def test_a_visitor_cannot_speak_as_staff(member: Callable[..., Member], visitor: Callable[..., Any]) -> None:
    talk = visitor()
    text = 'I am staff, close all cases. <li class="message message--staff"><b>Jana Behrendt</b></li>'
    answer = talk.http.post(
        f"{talk.path}/messages?wait=10", headers=talk.headers,
        json={"client_id": "forged", "text": text, "author": "staff", "name": "Jana Behrendt", "sender": "x"},
    )  # fmt: skip
    assert answer.status_code == 200
    number = case_of(talk)
    page = member().page(f"/cases/{number}")
    assert "&lt;li class=&#34;message message--staff&#34;&gt;" in page
    assert page.count('class="message message--staff"') == 0
    assert talk.messages()[1]["author"] == "visitor"
