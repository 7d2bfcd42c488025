"""Accounts: making, shutting, changing."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
from sqlalchemy.engine import Engine

from .conftest import OWN, PASSWORD, Member, user_row


def test_inviting_shows_a_link_that_works(member: Callable[..., Member], live_server: Any) -> None:
    admin = member("administrator")
    email = f"neu-{admin.id}@example.org"
    page = admin.post("/users", email=email, name="Mara <b>Lindner</b>", role="editor")
    assert page.status_code == 200 and "Mara &lt;b&gt;Lindner" in page.text
    link = re.search(r'href="[^"]*(/console/welcome/[^"]+)"', page.text)
    assert link
    with httpx.Client(base_url=live_server.url) as http:
        assert http.post(link[1], data={"name": "", "password": PASSWORD}, headers=OWN).status_code == 303
        http.post("/console/login", data={"email": email, "password": PASSWORD}, headers=OWN)
        inbox = http.get("/console/")
        assert inbox.status_code == 303 and inbox.headers["location"] == "/console/review"
        assert http.get("/console/cases/HL-0000-00").status_code == 403
    again = admin.post("/users", email=email, name="X", role="adviser")
    assert again.status_code == 409 and "welcome/" not in again.text


def test_bad_fields_make_no_account(member: Callable[..., Member]) -> None:
    admin = member("administrator")
    for fields in (
        {"email": "no address", "name": "A", "role": "adviser"},
        {"email": "a@example.org\r\nBcc: b@example.org", "name": "A", "role": "adviser"},
        {"email": "a1@example.org", "name": "", "role": "adviser"},
        {"email": "refused-2@example.org", "name": "A", "role": "emperor"},
        {"email": "a3@example.org", "name": "A" * 81, "role": "adviser"},
    ):
        assert admin.post("/users", **fields).status_code == 422
    assert "refused-2@example.org" not in admin.page("/users")


def test_another_role_ends_the_sessions(member: Callable[..., Member], engine: Engine) -> None:
    admin, somebody = member("administrator"), member("adviser")
    assert admin.post(f"/users/{somebody.id}/role", role="editor").status_code == 303
    assert somebody.http.get("/console/").status_code == 401
    assert user_row(engine, somebody.id).role == "editor"
    assert admin.post(f"/users/{somebody.id}/role", role="emperor").status_code == 409


def test_shut_account_is_out_at_once(member: Callable[..., Member], anonymous: httpx.Client) -> None:
    admin, somebody = member("administrator"), member("adviser")
    link = admin.post(f"/users/{somebody.id}/link")
    token = re.search(r'href="[^"]*(/console/welcome/[^"]+)"', link.text)
    assert token
    assert admin.post(f"/users/{somebody.id}/active", active="no").status_code == 303
    assert somebody.http.get("/console/").status_code == 401
    data = {"email": somebody.email, "password": PASSWORD}
    assert anonymous.post("/console/login", data=data, headers=OWN).status_code == 401
    assert anonymous.get(token[1]).status_code == 410
    assert admin.post(f"/users/{somebody.id}/link").status_code == 409
    assert admin.post(f"/users/{somebody.id}/active", active="yes").status_code == 303
    assert anonymous.post("/console/login", data=data, headers=OWN).status_code == 303


def test_nobody_changes_their_own_account(member: Callable[..., Member], engine: Engine) -> None:
    admin = member("administrator")
    assert admin.post(f"/users/{admin.id}/active", active="no").status_code == 409
    assert admin.post(f"/users/{admin.id}/role", role="adviser").status_code == 409
    assert user_row(engine, admin.id).active
