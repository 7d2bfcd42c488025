"""Every table says what becomes of a person's rows; erasing leaves none (reliability.md, case 29)."""

from __future__ import annotations

import time
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot import db
from bot.console import accounts
from bot.privacy import persons, shredders
from bot.privacy.contacts import Contacts
from tests.console.both import any_connection, any_engine, make_case

__all__ = ["any_connection", "any_engine"]


def test_every_table_has_its_shredder() -> None:
    known = {shredder.table.name for shredder in shredders.SHREDDERS}
    without = set(shredders.NOT_PERSONAL)
    assert known | without == set(db.metadata.tables), "say in bot/privacy/shredders.py what becomes of these rows"
    assert not known & without


def test_every_reference_to_a_person_is_covered() -> None:
    """A column that names a conversation, a case or an account makes its table personal."""
    for table in db.metadata.tables.values():
        named = {key.column.table.name for column in table.c for key in column.foreign_keys}
        shredder = next((each for each in shredders.SHREDDERS if each.table is table), None)
        if named & {"conversations", "cases"}:
            assert shredder is not None and shredder.visitor is not None, table.name
        if "users" in named:
            assert shredder is not None and shredder.staff is not None, table.name


@pytest.fixture
def filled(any_connection: Connection) -> Connection:
    """Two visitors, each with a row in every table about visitors."""
    now = time.time()
    for number, contact in (("HL-2222-22", "olena@example.org"), ("HL-3333-33", "other@example.org")):
        own = make_case(any_connection, number, "Geheimes", contact_kind="email", contact=contact)
        rows: dict[str, dict[str, Any]] = {
            "tracker_events": {"conversation_id": own, "type_name": "user", "at": now, "data": "{}"},
            "ratings": {"conversation_id": own, "seq": 1, "value": 1, "at": now},
            "presence": {"conversation_id": own, "who": "visitor", "worker": "w", "open": True, "until": now},
            "reviews": {"conversation_id": own, "seq": 1, "user_id": 1, "at": now, "good": True},
            "case_reads": {"case_number": number, "user_id": 1, "seq": 1},
            "case_notes": {"case_number": number, "user_id": 1, "at": now, "text": "Notiz"},
            "case_tags": {"case_number": number, "tag": "eilig"},
            "outbox": {
                "key": number, "way": "mail", "kind": "new", "case_number": number, "team": "office", "state": "due",
                "created_at": now, "next_at": now,
            },
        }  # fmt: skip
        for name, row in rows.items():
            any_connection.execute(db.metadata.tables[name].insert().values(**row))
        for what, object in (("case read", number), ("review read", own[:12]), ("conversation refused", own)):
            any_connection.execute(db.audit.insert().values(at=now, user_id=1, what=what, object=object))
    return any_connection


def _counts(connection: Connection, number: str) -> dict[str, int]:
    found = shredders.export(connection, shredders.find_visitor(connection, number, Contacts()))
    return {name: len(rows) for name, rows in found.items()}


@pytest.mark.parametrize("who", ["HL-2222-22", "hl-2222-22", "OLENA@example.org"])
def test_a_visitor_is_exported_and_erased_everywhere(filled: Connection, who: str) -> None:
    before = _counts(filled, who)
    personal = {each.table.name for each in shredders.SHREDDERS if each.visitor is not None}
    assert set(before) == personal and all(before.values()), "the test must have a row in every table"
    assert "token_hash" not in str(shredders.export(filled, shredders.find_visitor(filled, who, Contacts())))
    conversation_id = filled.execute(sa.select(db.cases.c.conversation_id).where(db.cases.c.number == "HL-2222-22")).scalar()
    gone = persons.erase(filled, who, user_id=1)
    assert all(gone[name] for name in personal)
    for table in db.metadata.tables.values():
        text = str(filled.execute(sa.select(table)).all())
        assert not any(name in text for name in (str(conversation_id)[:12], "olena", "HL-2222-22")), table.name
    assert all(_counts(filled, "HL-3333-33").values()), "another visitor lost something"
    kept = sa.select(db.audit.c.object).where(db.audit.c.what == "case read").order_by(db.audit.c.id)
    assert filled.execute(kept).scalars().all() == [None, "HL-3333-33"], "that somebody read a case stays, not whose"
    assert sum(persons.erase(filled, who).values()) == 0, "the second run completes and finds nothing"
    noted = filled.execute(sa.select(db.audit).where(db.audit.c.what == "person erased")).all()
    assert len(noted) == 1 and noted[0].object.startswith("rows ")


def test_a_member_of_staff_leaves(filled: Connection) -> None:
    filled.execute(db.cases.update().values(owner_id=1, last_owner_id=1, state="open", taken_at=1.0))
    filled.execute(db.conversations.update().values(state="live"))
    filled.execute(db.availability.insert().values(user_id=1, until=0))
    accounts.open_session(filled, 1)
    assert persons.export(filled, "anna@EXAMPLE.org", staff=True)["users"][0]["name"] == "Anna"
    persons.erase(filled, "Anna@example.org", staff=True)
    for table in db.metadata.tables.values():
        text = str(filled.execute(sa.select(table)).all())
        assert "Anna" not in text, table.name
    row = filled.execute(sa.select(db.users).where(db.users.c.id == 1)).one()
    assert not row.active and row.password_hash is None
    assert set(filled.execute(sa.select(db.cases.c.state)).scalars()) == {"new"}, "open cases are free again"
    with_case = sa.select(db.conversations.c.state).where(db.conversations.c.id.in_(sa.select(db.cases.c.conversation_id)))
    assert set(filled.execute(with_case).scalars()) == {"waiting_for_staff"}, "the assistant answers again"
    assert filled.execute(sa.select(db.case_notes.c.text)).scalars().all() == ["Notiz", "Notiz"]
    with pytest.raises(persons.NobodyKnown):
        persons.erase(filled, "anna@example.org", staff=True)


def test_the_last_administrator_stays(any_connection: Connection) -> None:
    u = db.users
    any_connection.execute(u.update().where(u.c.id == 1).values(role="administrator", password_hash="x"))
    with pytest.raises(ValueError, match="only administrator"):
        persons.erase(any_connection, "anna@example.org", staff=True)
