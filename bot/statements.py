"""SQL statements that stand ready: written with SQLAlchemy, run by the driver itself.

What SQLAlchemy does around a statement takes ten times what SQLite takes to run it, and a message runs twenty. Here the
statement is compiled once for each database; what remains is to put its values in order, to let the columns' types
read and write them as everywhere else, and to name a failure as SQLAlchemy does.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.engine import Connection

_Convert = Callable[[Any], Any] | None
_POSTPONED = "[POSTCOMPILE"


class Statement:
    """One statement, for connections inside a transaction.

    Args:
        clause: With a `bindparam` for each value that is given when it runs, no list of them ("IN"), and a name for each column.
        columns: Of an INSERT: those that are given. All without a default of the database have to be.
        returning: Of an UPDATE: the columns that are told of each row it has changed.
    """

    def __init__(self, clause: Any, *columns: str, returning: Sequence[Any] = ()) -> None:
        self._clause = clause.inline() if columns else clause
        self._columns = columns or None
        self._returning = list(returning)
        self._compiled: dict[str, _Compiled] = {}

    def all(self, connection: Connection, **values: Any) -> list[Any]:
        """Its rows: tuples whose fields are named like the columns."""
        compiled = self._for(connection)
        return compiled.rows(compiled.run(connection, values))

    def first(self, connection: Connection, **values: Any) -> Any | None:
        """Its first row."""
        return next(iter(self.all(connection, **values)), None)

    def scalar(self, connection: Connection, **values: Any) -> Any:
        """The first value of its first row."""
        row = self.first(connection, **values)
        return None if row is None else row[0]

    def change(self, connection: Connection, **values: Any) -> int:
        """Runs what returns nothing; how many rows it has changed or written."""
        if self._returning:
            raise ValueError("what tells its rows is run by `all`, `first` or `scalar`")
        cursor = self._for(connection).run(connection, values)
        count: int = cursor.rowcount
        cursor.close()
        return count

    def change_each(self, connection: Connection, rows: list[dict[str, Any]]) -> None:
        """As `change`, once for each row of values."""
        if len(rows) > 1 and not isinstance(connection.dialect, SQLiteDialect):
            # SQLAlchemy sends them to a server in one piece.
            connection.execute(self._clause, rows)
        elif rows:
            self._for(connection).run_each(connection, rows).close()

    def _for(self, connection: Connection) -> _Compiled:
        name = connection.dialect.name
        if name not in self._compiled:
            self._compiled[name] = _Compiled(self._clause, self._columns, self._returning, connection.dialect)
        return self._compiled[name]


class _Compiled:
    """A statement in the words of one database."""

    def __init__(self, clause: Any, columns: tuple[str, ...] | None, returning: list[Any], dialect: Any) -> None:
        self._dialect = dialect
        compiled = clause.compile(dialect=dialect, column_keys=columns)
        self._sql = str(compiled)
        if returning:
            # SQLAlchemy 1.4 does not know that SQLite can do that (since 3.35).
            self._sql += " RETURNING " + ", ".join(column.name for column in returning)
        left = [column.name for column in compiled.prefetch] if columns else []
        if left or _POSTPONED in self._sql:
            raise ValueError(f"this cannot stand ready ({', '.join(left) or 'IN'}): {self._sql}")
        self._constants: dict[str, Any] = {}
        self._write: dict[str, _Convert] = {}
        for bound, name in compiled.bind_names.items():
            self._write[name] = bound.type.dialect_impl(dialect).bind_processor(dialect)
            if not bound.required and name not in (columns or ()):
                self._constants[name] = bound.effective_value
        # None for a driver that takes values by their names.
        self._order: list[str] | None = compiled.positiontup if compiled.positional else None
        self._selected = list(clause.selected_columns) if clause.is_select else returning
        self._row: Any = namedtuple("Row", [column.key for column in self._selected]) if self._selected else None
        self._read: list[_Convert] | None = None

    def run(self, connection: Connection, values: dict[str, Any]) -> Any:
        """A cursor after the statement.

        Raises:
            DBAPIError: as SQLAlchemy raises it.
        """
        return execute(connection, self._sql, self._bound(values))

    def run_each(self, connection: Connection, rows: list[dict[str, Any]]) -> Any:
        """As `run`, once for each row of values."""
        return execute(connection, self._sql, [self._bound(values) for values in rows], many=True)

    def _bound(self, values: dict[str, Any]) -> Any:
        """Values as the driver takes them."""
        given = {**self._constants, **values}
        bound = {name: write(given[name]) if write else given[name] for name, write in self._write.items()}
        return bound if self._order is None else [bound[name] for name in self._order]

    def rows(self, cursor: Any) -> list[Any]:
        """What it found, in the types of the columns."""
        found = cursor.fetchall()
        if self._read is None:
            # A driver says what it gives with the first answer.
            pairs = zip(self._selected, cursor.description, strict=True)
            self._read = [
                column.type.dialect_impl(self._dialect).result_processor(self._dialect, described[1])
                for column, described in pairs
            ]
        cursor.close()
        read, make = self._read, self._row._make
        return [make([value if to is None else to(value) for value, to in zip(row, read, strict=True)]) for row in found]


def execute(connection: Connection, sql: str, values: Any = (), *, many: bool = False) -> Any:
    """The driver's cursor after a statement in its own words, run once for each of `values` if these are many.

    Raises:
        DBAPIError: as SQLAlchemy raises it, but that it names no values: they may be what a visitor wrote.
    """
    driver = connection.dialect.dbapi
    try:
        cursor = connection.connection.cursor()
        (cursor.executemany if many else cursor.execute)(sql, values)
    except driver.Error as error:
        raise sa.exc.DBAPIError.instance(
            sql, values, error, driver.Error, hide_parameters=True, dialect=connection.dialect
        ) from error
    return cursor
