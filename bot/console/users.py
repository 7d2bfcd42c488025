"""Accounts of staff, for administrators."""

from __future__ import annotations

from collections.abc import Callable

from email_validator import EmailNotValidError, validate_email
from sanic.response import HTTPResponse
from sqlalchemy.engine import Connection, Row

from bot.console import accounts, second_factor
from bot.console.page import Page, Refused


async def show(page: Page) -> HTTPResponse:
    """All accounts, and the form for a new one."""
    return await _list(page)


async def invite(page: Page) -> HTTPResponse:
    """Makes an account and shows the link that sets its password: nothing is mailed."""
    email, name, role = page.field("email"), page.field("name", longest=80), page.field("role")
    given = {"email": email, "name": name, "role": role}
    try:
        # Example domains are for demonstrations, which this service is also run for.
        email = validate_email(email, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        return await _list(page, status=422, problem=page.texts("users.email_invalid"), given=given)
    if not name or role not in accounts.ROLES:
        return await _list(page, status=422, problem=page.texts("users.incomplete"), given=given)

    def store(connection: Connection) -> str | None:
        if accounts.by_email(connection, email) is not None:
            return None
        link = accounts.invite(connection, page.services.settings.base_url, email=email, name=name, role=role)
        made = accounts.by_email(connection, email)
        page.audit(connection, "account made", str(made.id) if made is not None else None)
        return link

    link = await page.services.database.write(store)
    if link is None:
        return await _list(page, status=409, problem=page.texts("users.exists"), given=given)
    return await _list(page, link=link, link_for=name)


async def new_link(page: Page, user_id: int) -> HTTPResponse:
    """A new one-time link for an account: who has lost the password sets another one."""

    def store(connection: Connection) -> tuple[str, str]:
        user = _found(connection, user_id)
        if not user.active:
            raise Refused(409, "inactive")
        page.audit(connection, "link made", str(user_id))
        base = page.services.settings.base_url
        return accounts.invite(connection, base, email=user.email, name=user.name, role=user.role), user.name

    link, name = await page.services.database.write(store)
    return await _list(page, link=link, link_for=name)


async def change_role(page: Page, user_id: int) -> HTTPResponse:
    """Changes a role; the account has to log in again."""
    role = page.field("role")
    return await _change(page, user_id, "role changed", lambda c: accounts.set_role(c, user_id, role))


async def set_active(page: Page, user_id: int) -> HTTPResponse:
    """Shuts an account or opens it again."""
    active = page.field("active") == "yes"
    what = "account opened" if active else "account shut"
    return await _change(page, user_id, what, lambda c: accounts.set_active(c, user_id, active))


async def forget_second_factor(page: Page, user_id: int) -> HTTPResponse:
    """Takes the second factor from somebody who has lost the telephone; their sessions end."""

    def change(connection: Connection) -> None:
        second_factor.forget(connection, page, user_id)
        accounts.end_sessions(connection, user_id)

    return await _change(page, user_id, "second factor taken", change)


async def _change(page: Page, user_id: int, what: str, change: Callable[[Connection], None]) -> HTTPResponse:
    if user_id == page.member.id:
        raise Refused(409, "own_account")

    def store(connection: Connection) -> None:
        _found(connection, user_id)
        change(connection)
        page.audit(connection, what, str(user_id))

    try:
        await page.services.database.write(store)
    except accounts.AccountError as error:
        raise Refused(409, "last_administrator" if str(error) == "last" else "bad_request") from None
    return page.go("/users")


def _found(connection: Connection, user_id: int) -> Row:
    user = accounts.by_id(connection, user_id)
    if user is None:
        raise Refused(404, "not_found")
    return user


async def _list(
    page: Page,
    status: int = 200,
    *,
    problem: str = "",
    given: dict[str, str] | None = None,
    link: str = "",
    link_for: str = "",
) -> HTTPResponse:
    users = await page.services.database.read(accounts.everybody)
    return page.render(
        "users.html", status=status, users=users, roles=accounts.ROLES, problem=problem, link=link, link_for=link_for,
        given=given or {"email": "", "name": "", "role": "adviser"},
    )  # fmt: skip
