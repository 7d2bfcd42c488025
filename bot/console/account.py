"""One's own account: password, second factor, sessions, language."""

from __future__ import annotations

from sanic.response import HTTPResponse
from sqlalchemy.engine import Connection

from bot.console import accounts, throttle
from bot.console.login import forget, hashed, verify
from bot.console.page import LANGUAGE_COOKIE, Page, Refused
from bot.console.texts import LANGUAGES

_DONE = ("totp_on", "totp_off", "session")


async def show(page: Page) -> HTTPResponse:
    """The account's page."""
    done = page.request.args.get("done", "")
    return await _show(page, done=done if done in _DONE else "")


async def _show(page: Page, *, status: int = 200, problem: str = "", done: str = "") -> HTTPResponse:
    held = await page.services.database.read(lambda c: accounts.sessions_of(c, page.member.id, page.token))
    return page.render("account.html", status=status, problem=problem, done=done, sessions=held)


async def refused_password(page: Page) -> HTTPResponse | None:
    """The page that says why, unless the field `present` holds the account's password.

    An open page on somebody's desk is no place to guess passwords from either.
    """
    user, address, database = page.member, page.address, page.services.database
    wait = await database.write(lambda c: throttle.attempt(c, user.email, address))
    if wait:
        return await _show(page, status=429, problem=page.texts("login.wait", seconds=int(wait) + 1))
    if not await verify(user, page.raw("present")):
        await database.write(lambda c: page.audit(c, "password refused", str(user.id)))
        return await _show(page, status=422, problem=page.texts("password.present"))
    await database.write(lambda c: throttle.succeeded(c, user.email, address))
    return None


async def change_password(page: Page) -> HTTPResponse:
    """Sets a new password, if the present one is right; then one has to log in again, everywhere."""
    user = page.member
    refused = await refused_password(page)
    if refused is not None:
        return refused
    try:
        stored = await hashed(page.raw("password"), user.email)
    except accounts.AccountError as error:
        return await _show(page, status=422, problem=page.texts(f"password.{error}"))

    def store(connection: Connection) -> None:
        accounts.change_password(connection, user, stored)
        page.audit(connection, "password set", str(user.id))

    await page.services.database.write(store)
    return forget(page, "password")


async def end_sessions(page: Page) -> HTTPResponse:
    """Logs out on every device."""

    def end(connection: Connection) -> None:
        accounts.end_sessions(connection, page.member.id)
        page.audit(connection, "sessions ended", str(page.member.id))

    await page.services.database.write(end)
    return forget(page, "everywhere")


async def end_session(page: Page) -> HTTPResponse:
    """Logs out on one device."""
    session_id = page.field("session")

    def end(connection: Connection) -> None:
        if not accounts.end_session(connection, page.member.id, session_id):
            raise Refused(404, "not_found")
        page.audit(connection, "session ended", str(page.member.id))

    await page.services.database.write(end)
    return page.go("/account?done=session")


async def language(page: Page) -> HTTPResponse:
    """Changes the language of the console: of the account, and of this browser before logging in."""
    wanted, back = page.field("language"), page.field("back")
    response = page.go(back if back.startswith("/") and not back.startswith("//") else "/")
    if wanted in LANGUAGES:
        if page.user is not None:
            await page.services.database.write(lambda c: accounts.set_language(c, page.member.id, wanted))
        response.add_cookie(
            LANGUAGE_COOKIE, wanted, path="/console", httponly=True, secure=page.secure, samesite="Lax",
            max_age=365 * 86400,
        )  # fmt: skip
    return response
