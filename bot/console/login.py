"""Logging in and out, and the one-time link that sets a password."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from sanic.response import HTTPResponse
from sqlalchemy.engine import Connection, Row

from bot.console import accounts, resume, second_factor, throttle
from bot.console.page import Page, Refused

# Each check takes a core and 64 MB for a moment: more at once would let anybody fill the memory.
_checking = ThreadPoolExecutor(max_workers=2, thread_name_prefix="password")

# The order matters: each calls itself by the names of those after it.
_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)  # fmt: skip


def login_form(
    page: Page, *, status: int = 200, wanted: str = "", kept: str = "", email: str = "", problem: str = "", done: str = ""
) -> HTTPResponse:
    """The login page.

    Args:
        wanted: Page to go on with.
        kept: What had been written there, see `bot/console/resume.py`.
        done: What has just been done: `password`, `logout`, `everywhere`.
    """
    return page.render("login.html", status=status, next=wanted, kept=kept, email=email, problem=problem, done=done)


async def form(page: Page) -> HTTPResponse:
    """The login page."""
    if page.user is not None:
        return page.go("/")
    done = page.request.args.get("done", "")
    return login_form(page, done=done if done in ("password", "logout", "everywhere") else "")


async def log_in(page: Page) -> HTTPResponse:
    """Checks name and password; the answer is the same for an unknown name and for a wrong password."""
    email, wanted = page.field("email"), page.field("next", longest=resume.LONGEST)
    password, kept = page.raw("password"), page.raw("kept")
    database, address = page.services.database, page.address
    wait = await database.write(lambda c: throttle.attempt(c, email, address))
    if wait:
        await database.write(lambda c: page.audit(c, "login refused", None))
        problem = page.texts("login.wait", seconds=int(wait) + 1)
        response = login_form(page, status=429, wanted=wanted, kept=kept, email=email, problem=problem)
        response.headers["Retry-After"] = str(int(wait) + 1)
        return response
    user = await database.read(lambda c: accounts.by_email(c, email))
    if not await verify(user, password):
        await database.write(
            lambda c: page.audit(c, "login failed", None, user_id=user.id if user is not None else None)
        )
        problem = page.texts("login.wrong")
        return login_form(page, status=401, wanted=wanted, kept=kept, email=email, problem=problem)
    assert user is not None
    if user.totp_secret:
        await database.write(lambda c: throttle.half_way(c, email, address))
        return second_factor.ask(page, user, wanted, kept)
    return await enter(page, user, wanted, kept)


async def enter(page: Page, user: Row, wanted: str, kept: str) -> HTTPResponse:
    """Opens the session of somebody who has proved who they are."""
    database, address = page.services.database, page.address

    def open_session(connection: Connection) -> str:
        throttle.succeeded(connection, user.email, address)
        # Whatever token the browser had before: this login gets its own.
        if page.token:
            accounts.close_session(connection, page.token)
        page.audit(connection, "login", str(user.id), user_id=user.id)
        return accounts.open_session(connection, user.id, device_of(page.request.headers.get("user-agent") or ""))

    token = await database.write(open_session)
    session = await database.read(lambda c: accounts.session_user(c, token))
    if session is not None:
        page.admit(session, token)
    response = resume.offer(page, kept, wanted) if session is not None and kept else None
    response = response or page.go(wanted if resume.is_page(wanted) else "/")
    response.add_cookie(
        page.cookie, token, path="/", httponly=True, secure=page.secure, samesite="Lax", host_prefix=False
    )
    return response


def device_of(agent: str) -> str:
    """What the owner of a session recognises it by, e.g. "Firefox, Windows"; nothing else of the header is kept."""
    browser = next((name for sign, name in _BROWSERS if sign in agent), "")
    system = next((name for sign, name in _SYSTEMS if sign in agent), "")
    return ", ".join(filter(None, (browser, system)))


async def hashed(password: str, email: str) -> str:
    """`accounts.hash_password`, off the event loop and outside of any transaction."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_checking, accounts.hash_password, password, email)


async def verify(user: Row | None, password: str) -> bool:
    """Whether the password is the account's, checked off the event loop."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_checking, accounts.verify_password, user, password)


async def log_out(page: Page) -> HTTPResponse:
    """Ends this session."""

    def close(connection: Connection) -> None:
        accounts.close_session(connection, page.token)
        page.audit(connection, "logout", str(page.member.id))

    await page.services.database.write(close)
    return forget(page, "logout")


def forget(page: Page, done: str) -> HTTPResponse:
    """To the login page, without the cookie."""
    response = page.go(f"/login?done={done}")
    response.add_cookie(page.cookie, "", path="/", httponly=True, secure=page.secure, samesite="Lax", max_age=0)
    return response


async def welcome(page: Page, token: str) -> HTTPResponse:
    """The page behind a one-time link."""
    user = await page.services.database.read(lambda c: accounts.invited(c, token))
    if user is None:
        raise Refused(410, "link")
    return page.render("welcome.html", invited=user, name=user.name, token=token, problem="")


async def set_password(page: Page, token: str) -> HTTPResponse:
    """Sets the password and uses the link up."""
    name = page.field("name", longest=80)
    password = page.raw("password")
    database = page.services.database
    user = await database.read(lambda c: accounts.invited(c, token))
    if user is None:
        raise Refused(410, "link")

    try:
        stored = await hashed(password, user.email)

        def store(connection: Connection) -> None:
            accounts.set_password(connection, token, stored, name or None)
            page.audit(connection, "password set", str(user.id), user_id=user.id)

        await database.write(store)
    except accounts.AccountError as error:
        if str(error) == "link":
            raise Refused(410, "link") from None
        problem = page.texts(f"password.{error}")
        return page.render("welcome.html", status=422, invited=user, name=name, token=token, problem=problem)
    return forget(page, "password")
