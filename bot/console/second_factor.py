"""The second factor: a code from an app (TOTP, RFC 6238), for who switches it on."""

from __future__ import annotations

import base64
import hmac
import io
import time
from typing import Any

import pyotp
import segno
import sqlalchemy as sa
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sanic.response import HTTPResponse
from sqlalchemy.engine import Connection, Row

from bot.console import throttle
from bot.console.page import Page, Refused
from bot.console.resume import LONGEST
from bot.db import users

STEP = 30
_LOGIN_SECONDS = 300
_SETUP_SECONDS = 900
_ISSUER = "Heimatlotse"


def matching_step(secret: str, code: str, now: float, after: int) -> int | None:
    """The time step that a code belongs to: this one or a neighbour, and later than the last one that was used."""
    code = "".join(code.split())
    present = int(now // STEP)
    totp = pyotp.TOTP(secret)
    fitting = (step for step in (present, present - 1, present + 1) if step > after)
    return next((step for step in fitting if hmac.compare_digest(totp.generate_otp(step), code.zfill(6))), None)


def use_code(connection: Connection, user: Row, code: str) -> bool:
    """Whether the code is right; then it is used up, for two who send it at once too."""
    step = matching_step(user.totp_secret, code, time.time(), user.totp_step or 0)
    if step is None:
        return False
    u = users.c
    newer = sa.or_(u.totp_step.is_(None), u.totp_step < step)
    changed = connection.execute(users.update().where(u.id == user.id, newer).values(totp_step=step))
    return changed.rowcount == 1


def _signer(page: Page, salt: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(page.services.secret, salt=salt)


def ticket(page: Page, user: Row) -> str:
    """Says for five minutes that the account's password was right; void once the password changes."""
    return str(_signer(page, "second-factor").dumps([user.id, user.password_hash[-12:]]))


def read_ticket(page: Page, connection: Connection, text: str) -> Row | None:
    """The account that a ticket is for."""
    try:
        user_id, mark = _signer(page, "second-factor").loads(text, max_age=_LOGIN_SECONDS)
    except (BadSignature, ValueError):
        return None
    user = connection.execute(sa.select(users).where(users.c.id == user_id, users.c.active)).first()
    return user if user is not None and (user.password_hash or "")[-12:] == mark else None


def ask(page: Page, user: Row, wanted: str, kept: str, *, status: int = 200, problem: str = "") -> HTTPResponse:
    """The page that asks for the code; `wanted` and `kept` as in `login.login_form`."""
    return page.render("login_code.html", status=status, ticket=ticket(page, user), next=wanted, kept=kept, problem=problem)


async def check(page: Page) -> HTTPResponse:
    """The second step of logging in."""
    from bot.console.login import enter

    wanted, kept, code = page.field("next", longest=LONGEST), page.raw("kept"), page.field("code", longest=20)
    database, address = page.services.database, page.address
    user = await database.read(lambda c: read_ticket(page, c, page.raw("ticket")))
    if user is None or not user.totp_secret:
        raise Refused(410, "code_expired")
    # Six digits are few: each try counts as one with a wrong password does.
    wait = await database.write(lambda c: throttle.attempt(c, user.email, address))
    if wait:
        problem = page.texts("login.wait", seconds=int(wait) + 1)
        response = ask(page, user, wanted, kept, status=429, problem=problem)
        response.headers["Retry-After"] = str(int(wait) + 1)
        return response
    if not await database.write(lambda c: use_code(c, user, code)):
        await database.write(lambda c: page.audit(c, "code refused", str(user.id), user_id=user.id))
        return ask(page, user, wanted, kept, status=401, problem=page.texts("login.code_wrong"))
    return await enter(page, user, wanted, kept)


def offer(page: Page, problem: str = "") -> dict[str, Any]:
    """What the account's page needs to switch it on: a new `secret`, its `qr` code, `setup` (the secret, signed)."""
    secret = pyotp.random_base32()
    return shown(page, secret) | {"setup": _signer(page, "totp-setup").dumps([page.member.id, secret]), "problem": problem}


def shown(page: Page, secret: str) -> dict[str, Any]:
    """The secret as text in groups, and as a picture that an app reads."""
    address = pyotp.TOTP(secret).provisioning_uri(name=page.member.email, issuer_name=_ISSUER)
    picture = io.BytesIO()
    segno.make(address, error="m").save(picture, kind="png", scale=5, border=3)
    data = base64.b64encode(picture.getvalue()).decode()
    return {"secret": " ".join(secret[i : i + 4] for i in range(0, len(secret), 4)), "qr": f"data:image/png;base64,{data}"}


async def set_up(page: Page) -> HTTPResponse:
    """The page with the QR code."""
    if page.member.totp_secret:
        raise Refused(409, "factor_on")
    return page.render("second_factor.html", **offer(page))


async def switch_on(page: Page) -> HTTPResponse:
    """Switches it on, once a code shows that the app has the secret."""
    try:
        user_id, secret = _signer(page, "totp-setup").loads(page.raw("setup"), max_age=_SETUP_SECONDS)
    except (BadSignature, ValueError):
        raise Refused(410, "code_expired") from None
    if user_id != page.member.id:
        raise Refused(403, "foreign")
    step = matching_step(secret, page.field("code", longest=20), time.time(), 0)
    if step is None:
        again = shown(page, secret) | {"setup": page.raw("setup")}
        return page.render("second_factor.html", status=422, problem=page.texts("login.code_wrong"), **again)

    def store(connection: Connection) -> None:
        # An open page must not replace what the password protects: it has to be switched off first.
        mine = (users.c.id == page.member.id) & users.c.totp_secret.is_(None)
        if connection.execute(users.update().where(mine).values(totp_secret=secret, totp_step=step)).rowcount != 1:
            raise Refused(409, "factor_on")
        page.audit(connection, "second factor on", str(page.member.id))

    await page.services.database.write(store)
    return page.go("/account?done=totp_on")


async def switch_off(page: Page) -> HTTPResponse:
    """Switches it off; the password is asked for, as an open page is not enough."""
    from bot.console.account import refused_password

    refused = await refused_password(page)
    if refused is not None:
        return refused
    await page.services.database.write(lambda c: forget(c, page, page.member.id))
    return page.go("/account?done=totp_off")


def forget(connection: Connection, page: Page, user_id: int) -> None:
    """Takes an account's second factor away."""
    connection.execute(users.update().where(users.c.id == user_id).values(totp_secret=None, totp_step=None))
    page.audit(connection, "second factor off", str(user_id))
