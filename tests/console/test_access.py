"""Every route × every role; what is not in the table does not exist."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot.console.access import EVERYBODY, NOBODY, ROUTES, STAFF, Route

from .conftest import OWN, Member, case_of

ROLES = (NOBODY, *sorted(STAFF))


def test_only_these_routes_are_open_to_everybody() -> None:
    assert {route.handler for route in ROUTES if NOBODY in route.roles} == {
        "assets.serve", "login.form", "login.log_in", "login.welcome", "login.set_password", "account.language",
        "second_factor.check",
        "lost.lost",
    }  # fmt: skip


def test_editors_read_no_cases() -> None:
    assert not [route.path for route in ROUTES if "editor" in route.roles and "case" in route.handler]


@pytest.fixture(scope="module")
def known() -> dict[str, Any]:
    """What is made once for the whole table: a case, and somebody of each role."""
    return {}


_LOGS_OUT = ("login.log_out", "account.end_sessions")


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
@pytest.mark.parametrize("role", ROLES)
def test_route_is_open_to_its_roles_alone(
    route: Route, role: str, known: dict[str, Any], log_in: Callable[..., Member],
    visitor: Callable[..., Any], anonymous: Any,
) -> None:  # fmt: skip
    if "number" not in known:
        known["number"] = case_of(visitor())
    if role != NOBODY and (role not in known or route.handler in _LOGS_OUT):
        made = log_in(role)
        if route.handler not in _LOGS_OUT:
            known[role] = made
    somebody = None if role == NOBODY else made if route.handler in _LOGS_OUT else known[role]
    http = somebody.http if somebody else anonymous
    # An account that is not there: what is allowed gets past the guard and changes nothing.
    path = f"/console{route.path}"
    for name, value in (
        ("<number:str>", known["number"]), ("<token:str>", "unknown"), ("<user_id:int>", "999999"),
        ("<letter_id:int>", "999999"), ("<conversation_id:str>", "0" * 32), ("<seq:int>", "1"), ("<table:str>", "weeks.csv"),
        ("<name:str>", "console.css"), ("<rest:[^/].*>", "nothing/here"),
    ):  # fmt: skip
        path = path.replace(name, value)
    data = {"csrf": somebody.csrf} if somebody else {}
    if path.endswith("/events"):
        with http.stream("GET", path) as answer:
            status = answer.status_code
    elif route.method == "GET":
        status = http.get(path).status_code
    else:
        status = http.post(path, data=data, headers=OWN).status_code
    if role in route.roles:
        expected = {"lost.lost": {404}, "login.welcome": {410}, "login.set_password": {410}, "login.log_in": {401},
                    "second_factor.check": {410}, "second_factor.switch_on": {410}, "review.mark": {400}}  # fmt: skip
        assert status in expected.get(route.handler, {200, 204, 303, 404, 409, 422}), status
    else:
        assert status == (401 if role == NOBODY else 403)


def test_open_routes_are_those_that_say_so() -> None:
    assert all(route.roles <= EVERYBODY and route.roles for route in ROUTES)
