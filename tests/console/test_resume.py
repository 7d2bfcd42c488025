"""What was written when the session ended goes through the login."""

from __future__ import annotations

import re
import time
from html import unescape

import httpx
import pyotp
import pytest
import sqlalchemy as sa

from bot.console import resume
from bot.db import case_events, cases, sessions, users

from .conftest import OWN, PASSWORD, Member, Office, writing

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    return unescape(found.group(1)) if found else ""


def _expire(office: Office, member: Member) -> None:
    with writing(office.engine) as connection:
        connection.execute(sessions.update().where(sessions.c.user_id == member.id).values(seen_at=time.time() - 3600))


def _send(office: Office, member: Member, number: str, path: str, **fields: str) -> httpx.Response:
    """Sends a form of the case's page that stood open for too long."""
    sent = {"csrf": member.csrf, **fields}
    _expire(office, member)
    headers = {**OWN, "Referer": f"{office.server.url}/console/cases/{number}"}
    return member.http.post(f"/console/cases/{number}/{path}", data=sent, headers=headers)


def _log_in(member: Member, page: str, **fields: str) -> httpx.Response:
    given = {"email": member.email, "password": PASSWORD, "next": _hidden(page, "next"), "kept": _hidden(page, "kept")}
    return member.http.post("/console/login", data=given | fields, headers=OWN)


def test_what_was_agreed_is_sent_after_logging_in_again(office: Office) -> None:
    member, (_, number) = office.member(), office.case()
    assert member.post(f"/cases/{number}/take").status_code == 303
    text = 'Termin am "Montag" <10 Uhr>\nund Unterlagen'
    refused = _send(office, member, number, "close", agreed=text)
    assert refused.status_code == 401 and "Was Sie geschrieben haben, ist noch da." in refused.text
    wrong = _log_in(member, refused.text, password="not the password")
    assert wrong.status_code == 401
    offered = _log_in(member, wrong.text)
    assert offered.status_code == 200 and "set-cookie" in offered.headers
    assert office.row(sa.select(cases.c.state).where(cases.c.number == number)).state == "open", "nothing is sent by itself"
    shown = re.search(r'<textarea[^>]*name="agreed"[^>]*>([^<]*)</textarea>', offered.text)
    assert shown and unescape(shown[1]).replace("\r\n", "\n") == text
    action = re.search(r'action="/console(/cases/[^"]+)"', offered.text)
    assert action and action[1] == f"/cases/{number}/close"
    sent = {"csrf": _hidden(offered.text, "csrf"), "agreed": unescape(shown[1])}
    assert member.http.post(f"/console{action[1]}", data=sent, headers=OWN).status_code == 303
    row = office.row(sa.select(cases.c.state, cases.c.agreed).where(cases.c.number == number))
    assert row.state == "closed" and 'Termin am "Montag" <10 Uhr>' in row.agreed


def test_a_remark_goes_through_two_steps(office: Office) -> None:
    member, (_, number) = office.member(), office.case()
    with writing(office.engine) as connection:
        connection.execute(users.update().where(users.c.id == member.id).values(totp_secret=SECRET))
    refused = _send(office, member, number, "pass-on", team="immigration", remark="نص بالعربية")
    asked = _log_in(member, refused.text)
    fields = {name: _hidden(asked.text, name) for name in ("ticket", "next", "kept")}
    wrong = member.http.post("/console/login/code", data={**fields, "code": "1"}, headers=OWN)
    assert wrong.status_code == 401
    fields = {name: _hidden(wrong.text, name) for name in ("ticket", "next", "kept")}
    code = pyotp.TOTP(SECRET).now()
    offered = member.http.post("/console/login/code", data={**fields, "code": code}, headers=OWN)
    assert "نص بالعربية" in offered.text and _hidden(offered.text, "team") == "immigration"
    sent = {name: _hidden(offered.text, name) for name in ("csrf", "team")}
    sent["remark"] = "نص بالعربية"
    assert member.http.post(f"/console/cases/{number}/pass-on", data=sent, headers=OWN).status_code == 303
    noted = sa.select(case_events.c.text).where(case_events.c.case_number == number, case_events.c.kind == "passed on")
    assert office.row(noted).text == "نص بالعربية"


def test_without_a_text_it_goes_on_at_the_page(office: Office) -> None:
    member, (_, number) = office.member(), office.case()
    refused = _send(office, member, number, "take")
    assert not _hidden(refused.text, "kept")
    assert _log_in(member, refused.text).headers["location"] == f"/console/cases/{number}"


def test_what_was_chosen_in_a_list_is_chosen_again(office: Office) -> None:
    member = office.member()
    _expire(office, member)
    address = "/?state=all&q=%D0%BA%D0%B2%D0%B0%D1%80%D1%82%D0%B8%D1%80%D0%B0+x&page=2"
    refused = member.http.get(f"/console{address}")
    assert _log_in(member, refused.text).headers["location"] == f"/console{address}"


def test_passwords_are_kept_nowhere(office: Office) -> None:
    member = office.member()
    csrf = member.csrf
    _expire(office, member)
    sent = {"csrf": csrf, "present": PASSWORD, "password": "Ein anderes langes Passwort"}
    refused = member.http.post("/console/account/password", data=sent, headers=OWN)
    assert refused.status_code == 401 and not _hidden(refused.text, "kept") and PASSWORD not in refused.text


def test_a_forged_text_is_dropped(office: Office) -> None:
    member = office.member()
    entered = _log_in(member, "", kept="forged", next="/review")
    assert entered.status_code == 303 and entered.headers["location"] == "/console/review"


@pytest.mark.parametrize(
    ("address", "known"),
    [
        ("/", True), ("/cases/HL-7K3M-92", True), ("/?state=new&q=a%20b", True), ("", False), ("//evil.test", True),
        ("/?a=b#c", False), ("/\r\nSet-Cookie: a", False), ("https://evil.test", False), ("/ä", False), ("/" + "a" * 2000, False),
    ],
)  # fmt: skip
def test_only_pages_are_gone_to(address: str, known: bool) -> None:
    assert resume.is_page(address) is known, "it is put behind /console"
