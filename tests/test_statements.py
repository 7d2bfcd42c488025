"""A statement that stands ready says what SQLAlchemy says, on both databases."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from bot.conversation import log
from bot.db import conversations, messages
from bot.statements import Statement, execute
from tests.console.both import any_connection, any_engine  # noqa: F401

_EXTRA = {"buttons": [{"id": "1.0.0", "title": "Größe – «так» 'x' %s"}], "offers": [], "none": None, "share": 0.25}


@pytest.fixture
def own(any_connection: Connection) -> str:  # noqa: F811
    """A conversation with a message of the bot, two of its visitor and one of staff."""
    own = log.create(any_connection, token="t", language="de", page=None, greeting=[_row("bot", extra=_EXTRA)])
    for number in (1, 2):
        log.accept(
            any_connection, own, client_id=f"c{number}", text="100 % مرحبا", language="ar", extra={}, worker="w", lease_seconds=30
        )
    log.append(any_connection, own, [_row("staff", name="Ä. Weiß"), _row("bot", reply_to=2)])
    return own


def _row(author: str, **more: Any) -> dict[str, Any]:
    return {"author": author, "text": "Guten Tag", "language": "de", **more}


def test_rows_have_the_values_and_types_that_sqlalchemy_gives(any_connection: Connection, own: str) -> None:  # noqa: F811
    for table, key in ((messages, messages.c.conversation_id), (conversations, conversations.c.id)):
        clause = sa.select(table).where(key == sa.bindparam("own")).order_by(*table.primary_key)
        expected = any_connection.execute(clause, {"own": own}).all()
        statement = Statement(clause)
        for found in (statement.all(any_connection, own=own), statement.all(any_connection, own=own)):
            assert [tuple(row) for row in found] == [tuple(row) for row in expected]
            assert [list(map(type, row)) for row in found] == [list(map(type, row)) for row in expected]
        first = statement.first(any_connection, own=own)
        assert first is not None
        assert first._asdict() == dict(expected[0]._mapping)
        assert statement.scalar(any_connection, own=own) == expected[0][0]
        assert (statement.first(any_connection, own="?"), statement.scalar(any_connection, own="?")) == (None, None)


def test_constants_of_the_statement_and_values_of_the_call_are_written(any_connection: Connection, own: str) -> None:  # noqa: F811
    settle = (
        messages.update()
        .where(messages.c.conversation_id == sa.bindparam("own"), messages.c.pending)
        .values(pending=False, name=None, extra=sa.bindparam("found"))
    )
    assert Statement(settle).change(any_connection, own=own, found=_EXTRA) == 2
    assert Statement(settle).change(any_connection, own=own, found={}) == 0
    stored = any_connection.execute(sa.select(messages).where(messages.c.author == "visitor")).all()
    assert [(row.extra, row.pending, row.name) for row in stored] == [(_EXTRA, False, None)] * 2
    oldest = sa.select(messages.c.seq).where(messages.c.conversation_id == sa.bindparam("own")).order_by(messages.c.seq)
    assert Statement(oldest.limit(1)).all(any_connection, own=own) == [(1,)]
    assert Statement(oldest.limit(sa.bindparam("most"))).all(any_connection, own=own, most=2) == [(1,), (2,)]


def test_a_failure_has_its_own_name_and_does_not_say_what_was_written(any_connection: Connection, own: str) -> None:  # noqa: F811
    again = Statement(conversations.insert(), *(column.name for column in conversations.c))
    row = any_connection.execute(sa.select(conversations)).first()
    assert row is not None
    with pytest.raises(IntegrityError) as failure, any_connection.begin_nested():
        again.change(any_connection, **row._mapping)
    assert own not in str(failure.value).replace(str(failure.value.orig), "")
    with pytest.raises((OperationalError, ProgrammingError)), any_connection.begin_nested():
        execute(any_connection, "SELECT nothing FROM nowhere")


def test_what_cannot_stand_ready_is_refused(any_connection: Connection) -> None:  # noqa: F811
    with pytest.raises(ValueError, match="tries"):
        Statement(messages.insert(), "text").change(any_connection, text="x")
    with pytest.raises(ValueError, match="IN"):
        Statement(sa.select(messages).where(messages.c.seq.in_(sa.bindparam("n", expanding=True)))).all(any_connection, n=[1])


def test_what_an_update_has_changed_is_told_in_the_columns_types(any_connection: Connection, own: str) -> None:  # noqa: F811
    changed = Statement(
        messages.update().where(messages.c.conversation_id == sa.bindparam("own"), messages.c.pending).values(tries=sa.bindparam("n")),
        returning=[messages.c.seq, messages.c.pending, messages.c.extra, messages.c.tries],
    )
    before = any_connection.execute(sa.select(messages.c.seq, messages.c.extra).where(messages.c.pending)).all()
    rows = sorted(changed.all(any_connection, own=own, n=3))
    assert rows == [(row.seq, True, row.extra, 3) for row in before]
    assert rows[0]._fields == ("seq", "pending", "extra", "tries")
    assert any_connection.execute(sa.select(messages.c.tries).where(messages.c.pending)).scalars().all() == [3, 3]
    assert changed.first(any_connection, own="?", n=4) is None
    with pytest.raises(ValueError, match="tells its rows"):
        changed.change(any_connection, own=own, n=4)
