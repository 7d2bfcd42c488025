"""Login in two steps, sessions one by one, and what ends them (reliability.md, cases 14, 15)."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
import pyotp
import pytest
import sqlalchemy as sa
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy.engine import Engine

from bot.console import second_factor
from bot.db import audit, login_failures, users

from .conftest import OWN, PASSWORD, Member, Office, user_row, writing

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.mark.parametrize(
    ("shift", "after", "fits"), [(0, 0, True), (-1, 0, True), (1, 0, True), (-2, 0, False), (0, 10**9, False)]
)
def test_a_code_fits_its_time_once(shift: int, after: int, fits: bool) -> None:
    now = 1_700_000_000.0
    code = pyotp.TOTP(SECRET).at(int(now) + shift * 30)
    step = second_factor.matching_step(SECRET, f" {code[:3]} {code[3:]} ", now, after)
    assert (step is not None) is fits
    if step is not None:
        assert second_factor.matching_step(SECRET, code, now, step) is None


def _field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found, page
    return found.group(1)


def _password(http: httpx.Client, email: str) -> httpx.Response:
    return http.post("/console/login", data={"email": email, "password": PASSWORD}, headers=OWN)


def test_switching_on_logging_in_and_off(member: Callable[..., Member], engine: Engine, unthrottled: None) -> None:
    somebody = member()
    page = somebody.page("/account/second-factor")
    secret = re.search(r'class="secret">([A-Z2-7 ]+)<', page)
    assert secret and "data:image/png;base64," in page
    totp = pyotp.TOTP(secret[1].replace(" ", ""))
    setup = _field(page, "setup")
    assert somebody.post("/account/second-factor", setup=setup, code="000000").status_code in (422, 303)
    assert somebody.post("/account/second-factor", setup="forged", code=totp.now()).status_code == 410
    assert somebody.post("/account/second-factor", setup=setup, code=totp.now()).status_code == 303
    assert user_row(engine, somebody.id).totp_secret
    with httpx.Client(base_url=somebody.http.base_url) as http:
        asked = _password(http, somebody.email)
        assert asked.status_code == 200 and "set-cookie" not in asked.headers, "the password alone opens nothing"
        ticket = _field(asked.text, "ticket")
        assert http.get("/console/").status_code == 401
        wrong = http.post("/console/login/code", data={"ticket": ticket, "code": "123"}, headers=OWN)
        assert wrong.status_code == 401 and "set-cookie" not in wrong.headers
        used = http.post("/console/login/code", data={"ticket": ticket, "code": totp.now()}, headers=OWN)
        assert used.status_code == 401, "the code of the set-up is used up"
        with writing(engine) as connection:
            connection.execute(users.update().where(users.c.id == somebody.id).values(totp_step=None))
        entered = http.post("/console/login/code", data={"ticket": ticket, "code": totp.now()}, headers=OWN)
        assert entered.status_code == 303 and "set-cookie" in entered.headers
        assert http.get("/console/").status_code == 200
    assert somebody.post("/account/second-factor/off", present="wrong one here").status_code == 422
    assert somebody.post("/account/second-factor/off", present=PASSWORD).status_code == 303
    assert user_row(engine, somebody.id).totp_secret is None
    with engine.connect() as connection:
        noted = sa.select(audit.c.what).where(audit.c.user_id == somebody.id)
        assert {"second factor on", "code refused", "second factor off"} <= set(connection.execute(noted).scalars())


def test_it_is_not_replaced_without_the_password(office: Office) -> None:
    somebody = office.member()
    setup = _field(somebody.page("/account/second-factor"), "setup")
    with writing(office.engine) as connection:
        connection.execute(users.update().where(users.c.id == somebody.id).values(totp_secret=SECRET))
    shown = somebody.http.get("/console/account/second-factor")
    assert shown.status_code == 409 and "schon eingeschaltet" in shown.text and 'class="secret"' not in shown.text
    # A page from before it was switched on, with a secret of its own.
    secret = URLSafeTimedSerializer(b"test-secret", salt="totp-setup").loads(setup)[1]
    code = pyotp.TOTP(secret).now()
    assert somebody.post("/account/second-factor", setup=setup, code=code).status_code == 409
    assert user_row(office.engine, somebody.id).totp_secret == SECRET


def test_a_login_in_two_steps_leaves_no_failure(office: Office) -> None:
    somebody = office.member()
    with writing(office.engine) as connection:
        connection.execute(users.update().where(users.c.id == somebody.id).values(totp_secret=SECRET))
    left = []
    with httpx.Client(base_url=somebody.http.base_url) as http:
        for code in (pyotp.TOTP(SECRET).now(), "1", pyotp.TOTP(SECRET).now()):
            ticket = _field(_password(http, somebody.email).text, "ticket")
            http.post("/console/login/code", data={"ticket": ticket, "code": code}, headers=OWN)
            with writing(office.engine) as connection:
                connection.execute(users.update().where(users.c.id == somebody.id).values(totp_step=None))
                left.append(connection.execute(sa.select(sa.func.count()).select_from(login_failures)).scalar())
    assert left == [0, 2, 1], "a wrong code counts for the account and the address, a right one for neither"


def test_codes_are_throttled(member: Callable[..., Member], engine: Engine, unthrottled: None) -> None:
    somebody = member()
    with writing(engine) as connection:
        connection.execute(users.update().where(users.c.id == somebody.id).values(totp_secret=SECRET))
    with httpx.Client(base_url=somebody.http.base_url) as http:
        ticket = _field(_password(http, somebody.email).text, "ticket")
        # From an address that the account knows only the address is slowed down (bot/console/throttle.py).
        data, answers = {"ticket": ticket, "code": "1"}, []
        while 429 not in answers and len(answers) < 25:
            answers.append(http.post("/console/login/code", data=data, headers=OWN).status_code)
        assert answers[0] == 401 and answers[-1] == 429


def test_ticket_is_void_after_a_new_password(member: Callable[..., Member], engine: Engine, unthrottled: None) -> None:
    somebody = member()
    with writing(engine) as connection:
        connection.execute(users.update().where(users.c.id == somebody.id).values(totp_secret=SECRET))
    with httpx.Client(base_url=somebody.http.base_url) as http:
        ticket = _field(_password(http, somebody.email).text, "ticket")
        with writing(engine) as connection:
            connection.execute(users.update().where(users.c.id == somebody.id).values(password_hash="another"))
        answer = http.post("/console/login/code", data={"ticket": ticket, "code": pyotp.TOTP(SECRET).now()}, headers=OWN)
        assert answer.status_code == 410
