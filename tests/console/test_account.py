"""One's own account: a new password, sessions one by one, the language (reliability.md, cases 14, 15)."""

from __future__ import annotations

import re

import httpx
import sqlalchemy as sa

from bot.db import audit, sessions

from .conftest import OWN, PASSWORD, Office, user_row


def _log_in(http: httpx.Client, email: str, password: str = PASSWORD, agent: str = "") -> httpx.Response:
    return http.post("/console/login", data={"email": email, "password": password}, headers={**OWN, "User-Agent": agent})


def test_changing_the_password_ends_every_session(office: Office) -> None:
    somebody = office.member()
    new = "Havel und Tanger im Winter 3"
    assert somebody.post("/account/password", present="wrong one here", password=new).status_code == 422
    assert somebody.post("/account/password", present=PASSWORD, password="kurz").status_code == 422
    kept = dict(somebody.http.cookies)
    assert somebody.post("/account/password", present=PASSWORD, password=new).status_code == 303
    assert httpx.get(f"{somebody.http.base_url}/console/", cookies=kept).status_code == 401
    assert _log_in(somebody.http, somebody.email, PASSWORD).status_code == 401
    assert _log_in(somebody.http, somebody.email, new).status_code == 303


def test_an_open_page_is_no_place_to_guess_the_password(office: Office) -> None:
    somebody = office.member()
    stored, token, statuses = user_row(office.engine, somebody.id).password_hash, somebody.csrf, []
    while 429 not in statuses and len(statuses) < 25:
        fields = {"csrf": token, "present": f"guess {len(statuses)}", "password": "Havel und Tanger im Winter 3"}
        statuses.append(somebody.http.post("/console/account/password", data=fields, headers=OWN).status_code)
    assert statuses[0] == 422 and statuses[-1] == 429
    fields["present"] = PASSWORD
    assert somebody.http.post("/console/account/password", data=fields, headers=OWN).status_code == 429, "right, but too early"
    assert user_row(office.engine, somebody.id).password_hash == stored
    refused = sa.select(sa.func.count()).where(audit.c.what == "password refused", audit.c.user_id == somebody.id)
    assert office.row(refused)[0] == statuses.count(422)


def test_sessions_are_listed_and_ended_one_by_one(office: Office) -> None:
    somebody, stranger = office.member(), office.member()
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    with httpx.Client(base_url=somebody.http.base_url) as other:
        assert _log_in(other, somebody.email, agent=agent).status_code == 303
        page = somebody.page("/account")
        assert "Firefox, Linux" in page and "dieses Gerät" in page
        found = re.search(r'name="session" value="([^"]+)"', page)
        assert found
        with office.engine.connect() as connection:
            hashes = connection.execute(sa.select(sessions.c.token_hash).where(sessions.c.user_id == somebody.id)).scalars().all()
        assert len(hashes) == 2 and not any(each in page for each in hashes)
        assert stranger.post("/account/session", session=found[1]).status_code == 404
        assert other.get("/console/").status_code == 200
        assert somebody.post("/account/session", session=found[1]).status_code == 303
        assert other.get("/console/").status_code == 401
    assert somebody.http.get("/console/").status_code == 200


def test_logging_out_everywhere(office: Office) -> None:
    somebody = office.member()
    with httpx.Client(base_url=somebody.http.base_url) as other:
        _log_in(other, somebody.email)
        assert somebody.post("/account/sessions").status_code == 303
        assert other.get("/console/").status_code == somebody.http.get("/console/").status_code == 401


def test_language_of_the_console(office: Office) -> None:
    with httpx.Client(base_url=office.server.url) as anonymous:
        assert "Passwort" in anonymous.get("/console/login").text
        anonymous.post("/console/language", data={"language": "en", "back": "/login"}, headers=OWN)
        assert "Password" in anonymous.get("/console/login").text
        back = anonymous.post("/console/language", data={"language": "xx", "back": "//evil.test"}, headers=OWN)
        assert back.headers["location"] == "/console/"


def test_language_goes_with_the_account(office: Office) -> None:
    somebody = office.member()
    somebody.post("/language", language="en", back="/account")
    assert user_row(office.engine, somebody.id).language == "en"
    with httpx.Client(base_url=somebody.http.base_url) as other:
        _log_in(other, somebody.email)
        assert "My account" in other.get("/console/account").text
