"""One's own account: password, sessions, language."""

from __future__ import annotations

from sanic.response import HTTPResponse
from sqlalchemy.engine import Connection

from bot.console import accounts, throttle
from bot.console.login import forget, verify
from bot.console.page import LANGUAGE_COOKIE, Page
from bot.console.texts import LANGUAGES


async def show(page: Page) -> HTTPResponse:
    """The account's page."""
    return page.render("account.html", problem="")


async def change_password(page: Page) -> HTTPResponse:
    """Sets a new password, if the present one is right; then one has to log in again, everywhere."""
    present, new = page.raw("present"), page.raw("password")
    user, address, database = page.member, page.address, page.services.database
    # An open page on somebody's desk is no place to guess passwords from either.
    wait = await database.write(lambda c: throttle.attempt(c, user.email, address))
    if wait:
        return page.render("account.html", status=429, problem=page.texts("login.wait", seconds=int(wait) + 1))
    if not await verify(user, present):
        await database.write(lambda c: page.audit(c, "password refused", str(user.id)))
        return page.render("account.html", status=422, problem=page.texts("password.present"))

    def store(connection: Connection) -> None:
        throttle.succeeded(connection, user.email, address)
        accounts.change_password(connection, user, new)
        page.audit(connection, "password set", str(user.id))

    try:
        await database.write(store)
    except accounts.AccountError as error:
        return page.render("account.html", status=422, problem=page.texts(f"password.{error}"))
    return forget(page, "password")


async def end_sessions(page: Page) -> HTTPResponse:
    """Logs out on every device."""

    def end(connection: Connection) -> None:
        accounts.end_sessions(connection, page.member.id)
        page.audit(connection, "sessions ended", str(page.member.id))

    await page.services.database.write(end)
    return forget(page, "everywhere")


async def language(page: Page) -> HTTPResponse:
    """Changes the language of the console in this browser."""
    wanted, back = page.field("language"), page.field("back")
    response = page.go(back if back.startswith("/") and not back.startswith("//") else "/")
    if wanted in LANGUAGES:
        response.add_cookie(
            LANGUAGE_COOKIE, wanted, path="/console", httponly=True, secure=page.secure, samesite="Lax",
            max_age=365 * 86400,
        )  # fmt: skip
    return response
