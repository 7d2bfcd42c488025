"""Passwords, one-time links, sessions (reliability.md, cases 14, 15)."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.console import accounts
from bot.console.accounts import IDLE_SECONDS, SESSION_SECONDS
from bot.db import audit, sessions

from .conftest import OWN, PASSWORD, Member, make, writing


def _log_in(http: httpx.Client, email: str, password: str) -> httpx.Response:
    return http.post("/console/login", data={"email": email, "password": password}, headers=OWN)


def _told(page: str) -> str:
    found = re.search(r'<span class="kern-title">([^<]+)', page)
    assert found, page
    return found.group(1)


def test_unknown_name_and_wrong_password_look_the_same(
    engine: Engine, anonymous: httpx.Client
) -> None:
    user_id, email = make(engine, "adviser", "Jana")
    answers, times = [], []
    for name in (email, "nobody@example.org"):
        began = time.perf_counter()
        answers.append(_log_in(anonymous, name, "not the password"))
        times.append(time.perf_counter() - began)
    assert [answer.status_code for answer in answers] == [401, 401]
    assert _told(answers[0].text) == _told(answers[1].text)
    # Both have computed a hash, which is most of the time that an answer takes.
    assert min(times) > 0.2 * max(times)
    with engine.connect() as connection:
        failed = sa.select(audit).where(audit.c.what == "login failed").order_by(audit.c.id.desc()).limit(2)
        assert [row.user_id for row in connection.execute(failed)] == [None, user_id]


def test_waits_grow_and_end(engine: Engine, anonymous: httpx.Client) -> None:
    _, email = make(engine, "adviser", "Jana")
    statuses = [_log_in(anonymous, email, "not the password").status_code for _ in range(6)]
    assert statuses == [401] * 5 + [429]
    refused = _log_in(anonymous, email, PASSWORD)
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 6
    unknown = "nobody-at-all@example.org"
    assert [_log_in(anonymous, unknown, "x").status_code for _ in range(6)] == [401] * 5 + [429]


def test_invitation_works_once(engine: Engine, live_server: Any, anonymous: httpx.Client) -> None:
    with writing(engine) as connection:
        link = accounts.invite(
            connection, live_server.url, email="einmal@example.org", name="Neu", role="adviser"
        )
    path = link.removeprefix(live_server.url)
    assert "einmal@example.org" in anonymous.get(path).text
    for password, told in (("kurz", "zu kurz"), ("x" * 129, "zu lang"), ("Passwort12345678", "leicht zu erraten")):
        answer = anonymous.post(path, data={"name": "Neu", "password": password}, headers=OWN)
        assert answer.status_code == 422 and told in answer.text
    done = anonymous.post(path, data={"name": "Mara Lindner", "password": PASSWORD}, headers=OWN)
    assert done.status_code == 303
    assert anonymous.get(path).status_code == 410
    assert anonymous.post(path, data={"name": "Dieb", "password": PASSWORD}, headers=OWN).status_code == 410
    assert _log_in(anonymous, "Einmal@Example.org ", PASSWORD).status_code == 303
    assert "Mara Lindner" in anonymous.get("/console/account").text


def test_session_cookie(engine: Engine, anonymous: httpx.Client) -> None:
    _, email = make(engine, "adviser", "Jana")
    first = _log_in(anonymous, email, PASSWORD).headers["set-cookie"]
    assert first.startswith("lotse-console=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(re.split(r";\s*", first))
    second = _log_in(anonymous, email, PASSWORD).headers["set-cookie"]
    assert first.split(";")[0] != second.split(";")[0]
    with engine.connect() as connection:
        held = connection.execute(sa.select(sessions.c.token_hash))
        assert not [row for row in held if row.token_hash in first + second]
        old = accounts.session_user(connection, first.split(";")[0].partition("=")[2])
    assert old is None, "the session before the login lives on"


def test_secure_cookie_behind_https(servers: Any, live_server: Any) -> None:
    server = servers.start(public_url="https://lotse.landkreis.test")
    link = server.invitation.removeprefix("https://lotse.landkreis.test")
    with httpx.Client(base_url=server.url) as http:
        http.post(link, data={"name": "Admin", "password": PASSWORD}, headers=OWN)
        answer = _log_in(http, "admin@example.org", PASSWORD)
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-lotse=")
        assert {"Secure", "HttpOnly", "Path=/"} <= set(re.split(r";\s*", cookie)) and "Domain" not in cookie
        token = cookie.split(";")[0]
        inbox = http.get("/console/", headers={"Cookie": token})
        assert inbox.status_code == 200
        assert "max-age" in inbox.headers["strict-transport-security"]
    server.stop()


@pytest.mark.parametrize(
    ("column", "seconds"), [("seen_at", IDLE_SECONDS), ("created_at", SESSION_SECONDS)], ids=["idle", "old"]
)
def test_session_ends_by_itself(
    column: str, seconds: int, member: Callable[..., Member], engine: Engine
) -> None:
    somebody = member()
    with writing(engine) as connection:
        past = {column: time.time() - seconds - 1}
        connection.execute(sessions.update().where(sessions.c.user_id == somebody.id).values(**past))
    assert somebody.http.get("/console/").status_code == 401


def test_session_ends_with_logout(member: Callable[..., Member]) -> None:
    somebody = member()
    other = httpx.Client(base_url=somebody.http.base_url)
    _log_in(other, somebody.email, PASSWORD)
    kept = dict(somebody.http.cookies)
    assert somebody.post("/logout").status_code == 303
    again = httpx.get(f"{somebody.http.base_url}/console/", cookies=kept)
    assert again.status_code == 401
    assert other.get("/console/").status_code == 200
    other.close()


def test_after_logging_in_only_own_pages_are_gone_to(engine: Engine, anonymous: httpx.Client) -> None:
    _, email = make(engine, "adviser", "Jana")
    for wanted, there in (("/account", "/console/account"), ("//evil.test", "/console/"), ("https://evil.test", "/console/")):
        data = {"email": email, "password": PASSWORD, "next": wanted}
        location = anonymous.post("/console/login", data=data, headers=OWN).headers["location"]
        assert location == there or (wanted == "//evil.test" and location.startswith("/console/"))
