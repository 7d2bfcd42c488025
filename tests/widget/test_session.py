"""Whose conversation a browser without JavaScript may see, and which forms are its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
from sanic import Request, Sanic
from sanic.compat import Header
from sanic.response import empty

from bot.conversation import log
from bot.db import Database
from bot.migrations import migrate
from bot.widget import session

TOKEN = "to.ken"
"""A token may hold what the cookie is parted by."""


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Any]:
    """What a session needs of a running server."""
    url = f"sqlite:///{tmp_path / 't.db'}"
    migrate(url)
    database = Database(url)
    yield SimpleNamespace(secret=b"key", database=database)
    database.close()


def asked(cookie: str | None = None, form: dict[str, str] | None = None, scheme: str = "http", **headers: str) -> Request:
    """A request as Sanic's server reads it."""
    given = {"host": "localhost", **{name.replace("_", "-"): value for name, value in headers.items()}}
    if cookie is not None:
        given["cookie"] = f"{session.COOKIE}={cookie}"
    if form is not None:
        given["content-type"] = "application/x-www-form-urlencoded"
    app = Sanic.get_app("session-tests", force_create=True)
    transport: Any = SimpleNamespace(get_extra_info=lambda _: None)
    request = Request(b"/plain", Header(given), "1.1", "POST" if form else "GET", transport, app)
    request.conn_info = SimpleNamespace(ssl=scheme == "https")  # type: ignore[assignment]
    request.body = urlencode(form or {}).encode()
    return request


@pytest.mark.parametrize(
    ("cookie", "known"),
    [
        (None, None), ("", None), ("a", None), ("a.", None), (".b", None), ("a.b", ("a", "b")), ("a.b.c", ("a", "b.c")),
    ],
)  # fmt: skip
def test_a_cookie_is_an_id_and_a_token(cookie: str | None, known: tuple[str, str] | None) -> None:
    assert session.read(asked(cookie)) == known


@pytest.mark.parametrize(
    ("scheme", "forwarded", "secure"), [("http", "", False), ("https", "", True), ("http", "https", True), ("http", "http", False)]
)
def test_the_cookie_is_for_these_pages_alone_and_no_script_reads_it(scheme: str, forwarded: str, secure: bool) -> None:
    request = asked(scheme=scheme, **({"x_forwarded_proto": forwarded} if forwarded else {}))
    header = str(session.write(request, empty(), "a", "b", 30).cookies.get_cookie(session.COOKIE, path=session.PATH))
    parts = set(header.split("; "))
    assert {"lotse_plain=a.b", "Path=/plain", "HttpOnly", "SameSite=Lax", "Max-Age=2592000"} <= parts
    assert ("Secure" in parts) is secure
    gone = str(session.clear(request, empty()).cookies.get_cookie(session.COOKIE, path=session.PATH))
    assert {"Path=/plain", "Max-Age=0"} <= set(gone.split("; "))


async def test_only_the_right_token_opens_a_conversation(services: Any) -> None:
    own, other = [
        await services.database.write(lambda c, t=token: log.create(c, token=t, language="de", page=None, greeting=[]))
        for token in (TOKEN, "other")
    ]
    found = await session.conversation(services, asked(f"{own}.{TOKEN}"))
    assert found is not None and found.id == own
    for cookie in (None, f"{own}.other", f"{other}.{TOKEN}", f"{own}.to", f"nobody.{TOKEN}"):
        assert await session.conversation(services, asked(cookie)) is None, cookie
    await services.database.write(lambda c: log.erase(c, own))
    assert await session.conversation(services, asked(f"{own}.{TOKEN}")) is None


def test_a_form_is_own_only_with_the_sessions_key(services: Any) -> None:
    key = session.form_key(services, asked("a.b"))
    assert session.is_own(services, asked("a.b", {"key": key}))
    assert not session.is_own(services, asked("a.c", {"key": key})), "another session's"
    assert not session.is_own(services, asked(None, {"key": key})), "no session"
    assert not session.is_own(SimpleNamespace(secret=b"other"), asked("a.b", {"key": key})), "another server's"
    for wrong in ("", key[:-1], key.upper(), "ключ", "ÿ"):
        assert not session.is_own(services, asked("a.b", {"key": wrong})), wrong
    assert not session.is_own(services, asked("a.b")), "no form at all"


@pytest.mark.parametrize(
    ("site", "own"), [("same-origin", True), ("none", True), ("same-site", False), ("cross-site", False), ("", False)]
)
def test_what_the_browser_says_of_the_sending_site_counts(services: Any, site: str, own: bool) -> None:
    key = session.form_key(services, asked("a.b"))
    assert session.is_own(services, asked("a.b", {"key": key}, sec_fetch_site=site)) is own
