"""Accounts by themselves: links that are void, guessable passwords, sessions, and the last who may administrate."""

from __future__ import annotations

import time

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.console import accounts
from bot.console.accounts import AccountError
from bot.db import sessions, users

from .both import any_connection, any_engine

__all__ = ["any_connection", "any_engine"]

ANNA, BERND = 1, 2


def _token(link: str | None) -> str:
    assert link
    return link.rpartition("/")[2]


def _set(connection: Connection, user_id: int, **values: object) -> None:
    connection.execute(users.update().where(users.c.id == user_id).values(**values))


@pytest.mark.parametrize("email", ["neu@example.org", "e@example.org", "a.b@elbe.example"])
def test_the_own_address_is_no_password_and_short_parts_of_it_forbid_nothing(email: str) -> None:
    for password in (f"{email}1", f"1{email.upper()}!?"):
        with pytest.raises(AccountError, match="common"):
            accounts.check_password(password.ljust(12, "1"), email)
    accounts.check_password("Regen am See, elf Enten", email)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("elf Zeichen", "short"), ("x" * 129, "long"), ("Passwort12345678", "common"), ("ababababababab", "common"),
        ("jana.behrendt!22", "common"), ("Jana.Behrendt@example.org1", "common"), ("behrendt-jana-22", "common"),
        ("example.org2026", "common"), ("HEIMATLOTSE-qwertz", "common"), ("Elbe im Herbst", None), ("Зима у моря 7", None),
    ],
)  # fmt: skip
def test_what_is_guessed_first_is_no_password(password: str, why: str | None) -> None:
    if why is None:
        accounts.check_password(password, "Jana.Behrendt@example.org")
        return
    with pytest.raises(AccountError) as refused:
        accounts.hash_password(password, "Jana.Behrendt@example.org")
    assert str(refused.value) == why


def test_the_first_link_is_made_until_somebody_can_log_in(any_connection: Connection) -> None:
    before = _token(accounts.first_invitation(any_connection, "http://x"))
    now = _token(accounts.first_invitation(any_connection, "http://x"))
    assert accounts.invited(any_connection, before) is None, "the link of the start before is void"
    user = accounts.set_password(any_connection, now, accounts.hash_password("Elbe im Herbst", "admin@example.org"))
    assert user.role == "administrator"
    assert accounts.first_invitation(any_connection, "http://x") is None


def test_a_link_works_once_for_a_week_and_for_open_accounts(any_connection: Connection) -> None:
    link = _token(accounts.invite(any_connection, "", email=" Anna@Example.org ", name="other", role="editor"))
    user = accounts.invited(any_connection, link)
    assert user is not None and (user.id, user.name, user.role) == (ANNA, "Anna", "adviser"), "who is there stays as she is"
    _set(any_connection, ANNA, invitation_until=time.time() - 1)
    with pytest.raises(AccountError, match="link"):
        accounts.set_password(any_connection, link, "hash")
    _set(any_connection, ANNA, invitation_until=time.time() + 60, active=False)
    assert accounts.invited(any_connection, link) is None
    _set(any_connection, ANNA, active=True)
    accounts.set_password(any_connection, link, "hash", name="Anna Albrecht")
    with pytest.raises(AccountError, match="link"):
        accounts.set_password(any_connection, link, "of a thief")
    row = accounts.by_id(any_connection, ANNA)
    assert row is not None and (row.password_hash, row.name) == ("hash", "Anna Albrecht")
    with pytest.raises(AccountError, match="emperor"):
        accounts.invite(any_connection, "", email="x@example.org", name="X", role="emperor")


def test_only_an_open_account_with_this_password_is_let_in(any_connection: Connection) -> None:
    password = "Elbe im Herbst"
    anna = accounts.by_email(any_connection, "ANNA@example.org ")
    assert anna is not None and not accounts.verify_password(anna, ""), "nobody has set one yet"
    _set(any_connection, ANNA, password_hash=accounts.hash_password(password, anna.email))
    assert accounts.verify_password(accounts.by_id(any_connection, ANNA), password)
    assert not accounts.verify_password(accounts.by_id(any_connection, ANNA), password.lower())
    assert not accounts.verify_password(None, password)
    _set(any_connection, ANNA, active=False)
    assert not accounts.verify_password(accounts.by_id(any_connection, ANNA), password)


def test_somebody_can_always_administrate(any_connection: Connection) -> None:
    _set(any_connection, ANNA, role="administrator", password_hash="x")
    _set(any_connection, BERND, role="administrator")
    for change in (
        lambda: accounts.set_active(any_connection, ANNA, False),
        lambda: accounts.set_role(any_connection, ANNA, "adviser"),
    ):
        undone = any_connection.begin_nested()
        with pytest.raises(AccountError, match="last"):
            change()
        undone.rollback()
    _set(any_connection, BERND, password_hash="y")
    accounts.set_role(any_connection, ANNA, "adviser")
    with pytest.raises(AccountError, match="role"):
        accounts.set_role(any_connection, ANNA, "emperor")


def test_shutting_an_account_ends_its_sessions_and_its_link(any_connection: Connection) -> None:
    _set(any_connection, BERND, role="administrator", password_hash="y")
    link = _token(accounts.invite(any_connection, "", email="anna@example.org", name="", role="adviser"))
    token, other = accounts.open_session(any_connection, ANNA), accounts.open_session(any_connection, BERND)
    accounts.set_active(any_connection, ANNA, False)
    accounts.set_active(any_connection, ANNA, True)
    assert accounts.session_user(any_connection, token) is None and accounts.invited(any_connection, link) is None
    assert accounts.session_user(any_connection, other) is not None


def test_sessions_are_ones_own_and_only_those_that_are_valid(any_connection: Connection) -> None:
    here = accounts.open_session(any_connection, ANNA, "Firefox, Linux")
    old = accounts.open_session(any_connection, ANNA, "x" * 200)
    idle = accounts.open_session(any_connection, ANNA)
    for token, column, seconds in ((old, "created_at", accounts.SESSION_SECONDS), (idle, "seen_at", accounts.IDLE_SECONDS)):
        past = {column: time.time() - seconds - 1}
        any_connection.execute(sessions.update().where(sessions.c.token_hash == accounts.hash_token(token)).values(**past))
        assert accounts.session_user(any_connection, token) is None
    (shown,) = accounts.sessions_of(any_connection, ANNA, here)
    assert (shown["device"], shown["here"]) == ("Firefox, Linux", True) and here not in shown["id"]
    assert not accounts.end_session(any_connection, BERND, shown["id"])
    assert not accounts.end_session(any_connection, ANNA, ""), "no id is none, not the first there is"
    assert accounts.end_session(any_connection, ANNA, shown["id"])
    assert accounts.session_user(any_connection, here) is None
    assert any_connection.execute(sa.select(sa.func.count()).select_from(sessions)).scalar() == 2
