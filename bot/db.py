"""The database: its tables, and a way to it that fits an asynchronous server.

SQLite allows one writer. So all writes of a process go through one thread, which puts those that wait together
into one transaction and makes them durable with one flush ("group commit"): two hundred visitors cost hardly
more than one. Each piece of work stands in a savepoint of its own, so that one that fails takes nobody along.
PostgreSQL gets several such threads.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from bot.nlu.normalise import fold
from bot.statements import execute

T = TypeVar("T")
Work = Callable[[Connection], T]

log = logging.getLogger(__name__)
metadata = sa.MetaData()

_Time = sa.Float
"""Times are seconds since 1970 in UTC: SQLite has no time type, and the API formats them in one place."""

conversations = sa.Table(
    "conversations",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("language", sa.String(20), nullable=False),
    sa.Column("state", sa.String(20), nullable=False, default="bot"),
    sa.Column("page", sa.Text),
    # What the link said with which the visitor came (`?campaign=…&persona=…`); counted without cookies.
    sa.Column("campaign", sa.String(40)),
    sa.Column("persona", sa.String(40)),
    sa.Column("created_at", _Time, nullable=False),
    sa.Column("updated_at", _Time, nullable=False, index=True),
    # The number the next message gets; incremented in the transaction that stores the message.
    sa.Column("next_seq", sa.Integer, nullable=False, default=1),
    # Which worker answers now, and until when it may be trusted to.
    sa.Column("lease_owner", sa.String(40)),
    sa.Column("lease_until", _Time),
)

# Who may open a conversation: the device it began on, and each one on which its receipt was opened.
conversation_tokens = sa.Table(
    "conversation_tokens",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("conversation_id", sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("created_at", _Time, nullable=False),
)

messages = sa.Table(
    "messages",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conversation_id", sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("client_id", sa.String(64)),
    sa.Column("author", sa.String(10), nullable=False),
    sa.Column("name", sa.String(80)),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("language", sa.String(20), nullable=False),
    sa.Column("at", _Time, nullable=False),
    # Buttons, offers, sources, form, intent: as in the visitor API, buttons with their payload.
    sa.Column("extra", sa.JSON, nullable=False, default=dict),
    # Of a reply: the seq of the message that it answers.
    sa.Column("reply_to", sa.Integer),
    # Of a visitor's message: whether its turn is still to come. Nothing is ever answered twice.
    sa.Column("pending", sa.Boolean, nullable=False, default=False),
    # How often a turn for it was begun by a worker that died over it.
    sa.Column("tries", sa.Integer, nullable=False, default=0, server_default="0"),
    sa.UniqueConstraint("conversation_id", "seq"),
    sa.UniqueConstraint("conversation_id", "client_id"),
)
sa.Index("ix_messages_pending", messages.c.conversation_id, sqlite_where=sa.text("pending"), postgresql_where=sa.text("pending"))

tracker_events = sa.Table(
    "tracker_events",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conversation_id", sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("type_name", sa.String(60), nullable=False),
    sa.Column("at", _Time, nullable=False),
    sa.Column("data", sa.Text, nullable=False),
)

ratings = sa.Table(
    "ratings",
    metadata,
    sa.Column("conversation_id", sa.ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("value", sa.Integer, nullable=False),
    sa.Column("comment", sa.Text),
    sa.Column("at", _Time, nullable=False),
)

users = sa.Table(
    "users",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("email", sa.String(200), nullable=False, unique=True),
    sa.Column("name", sa.String(80), nullable=False),
    sa.Column("role", sa.String(20), nullable=False),
    sa.Column("password_hash", sa.Text),
    sa.Column("active", sa.Boolean, nullable=False, default=True),
    sa.Column("created_at", _Time, nullable=False),
    # One-time link that sets the first or a new password.
    sa.Column("invitation_hash", sa.String(64)),
    sa.Column("invitation_until", _Time),
    # Language of the console; empty: this browser's choice.
    sa.Column("language", sa.String(8)),
    # Second factor; the step of the last code that was used, so that none works twice.
    sa.Column("totp_secret", sa.String(64)),
    sa.Column("totp_step", sa.Integer),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("user_id", sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    sa.Column("csrf", sa.String(64), nullable=False),
    sa.Column("created_at", _Time, nullable=False),
    sa.Column("seen_at", _Time, nullable=False),
    # By what the account's owner recognises it, e.g. "Firefox, Linux".
    sa.Column("device", sa.String(80)),
)

login_failures = sa.Table(
    "login_failures",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    # Hash of what was throttled: an address, or a name.
    sa.Column("key", sa.String(64), nullable=False, index=True),
    sa.Column("at", _Time, nullable=False),
)

cases = sa.Table(
    "cases",
    metadata,
    sa.Column("number", sa.String(12), primary_key=True),
    sa.Column("conversation_id", sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, index=True),
    # The message that confirmed it: repeating its turn after a crash finds the same case.
    sa.Column("trigger_seq", sa.Integer, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("topic", sa.String(40), nullable=False),
    sa.Column("concern", sa.Text, nullable=False),
    sa.Column("language", sa.String(20), nullable=False),
    sa.Column("contact_kind", sa.String(10), nullable=False),
    sa.Column("contact", sa.String(320)),
    sa.Column("team", sa.String(40), nullable=False),
    sa.Column("owner_id", sa.ForeignKey("users.id")),
    sa.Column("created_at", _Time, nullable=False),
    sa.Column("updated_at", _Time, nullable=False),
    # Municipality, and what else the visitor agreed to pass on, as text in their language.
    sa.Column("place", sa.String(60)),
    sa.Column("facts", sa.Text),
    # Whether the visitor wants a mail (with the link alone) when there is an answer.
    sa.Column("notify", sa.Boolean, nullable=False, default=False, server_default=sa.false()),
    # While somebody is available: since when the visitor waits for a live chat, and until when.
    sa.Column("live_at", _Time),
    sa.Column("live_until", _Time),
    # When somebody first took it; with `live_at` the source of the waiting time that others are told.
    sa.Column("taken_at", _Time),
    sa.Column("last_owner_id", sa.ForeignKey("users.id")),
    # What staff and visitor agreed on, written at the end; the assistant knows it from then on.
    sa.Column("agreed", sa.Text),
    sa.UniqueConstraint("conversation_id", "trigger_seq"),
)

# What is to be told to somebody outside: written with the case, sent by bot/handoff/courier.py.
# It holds no content and no address; both are read from the case when it is sent, and go with it.
outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    # The same event has the same key however often it is written: one letter.
    sa.Column("key", sa.String(120), nullable=False, unique=True),
    sa.Column("way", sa.String(20), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("case_number", sa.ForeignKey("cases.number", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("team", sa.String(40), nullable=False),
    # `due`, `sent`, `dead` (given up), `void` (no longer needed).
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("tries", sa.Integer, nullable=False, default=0),
    sa.Column("created_at", _Time, nullable=False),
    sa.Column("next_at", _Time, nullable=False),
    sa.Column("claimed_by", sa.String(40)),
    sa.Column("claimed_until", _Time),
    sa.Column("done_at", _Time),
    sa.Column("error", sa.String(300)),
    # What the other side calls it, such as the ticket's id.
    sa.Column("reference", sa.String(60)),
)
sa.Index("ix_outbox_due", outbox.c.state, outbox.c.next_at)

# Who has a conversation open, at which worker; `until` is renewed while the process lives.
presence = sa.Table(
    "presence",
    metadata,
    sa.Column("conversation_id", sa.ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    # `visitor`, or the id of a member of staff.
    sa.Column("who", sa.String(20), primary_key=True),
    sa.Column("worker", sa.String(40), primary_key=True),
    sa.Column("open", sa.Boolean, nullable=False),
    sa.Column("until", _Time, nullable=False),
)
sa.Index("ix_presence_worker", presence.c.worker)

# Staff who take live chats now. `until` is renewed by their open pages: whoever closes the browser is away.
availability = sa.Table(
    "availability",
    metadata,
    sa.Column("user_id", sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("until", _Time, nullable=False),
)

case_events = sa.Table(
    "case_events",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("case_number", sa.ForeignKey("cases.number", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("at", _Time, nullable=False),
    sa.Column("user_id", sa.ForeignKey("users.id")),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("text", sa.Text),
)

# How far each member of staff has read a case: what the inbox marks as unread.
case_reads = sa.Table(
    "case_reads",
    metadata,
    sa.Column("case_number", sa.ForeignKey("cases.number", ondelete="CASCADE"), primary_key=True),
    sa.Column("user_id", sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("seq", sa.Integer, nullable=False),
)

# What staff tell each other about a case; visitors never see it.
case_notes = sa.Table(
    "case_notes",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("case_number", sa.ForeignKey("cases.number", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("user_id", sa.ForeignKey("users.id")),
    sa.Column("at", _Time, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
)

case_tags = sa.Table(
    "case_tags",
    metadata,
    sa.Column("case_number", sa.ForeignKey("cases.number", ondelete="CASCADE"), primary_key=True),
    sa.Column("tag", sa.String(40), primary_key=True, index=True),
)

# What staff think of how a visitor's message was understood; goes with the conversation.
reviews = sa.Table(
    "reviews",
    metadata,
    sa.Column("conversation_id", sa.ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("user_id", sa.ForeignKey("users.id")),
    sa.Column("at", _Time, nullable=False),
    sa.Column("good", sa.Boolean, nullable=False),
    # What it should have been understood as.
    sa.Column("intent", sa.String(80)),
    sa.Column("note", sa.Text),
)

# What is left of a conversation for statistics when its time is over: no text, no time of day, no id.
talk_facts = sa.Table(
    "talk_facts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("day", sa.String(10), nullable=False, index=True),
    sa.Column("facts", sa.JSON, nullable=False),
)

# When what runs by itself ran last: one worker takes it by changing the row.
jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("ran_at", _Time, nullable=False),
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", _Time, nullable=False),
    sa.Column("user_id", sa.Integer),
    sa.Column("what", sa.String(40), nullable=False),
    sa.Column("object", sa.String(80)),
    sa.Column("address", sa.String(64)),
)

# Searches that found nothing, counted: canonical criteria only, and nobody's words (bot/conversation/demand.py).
demand = sa.Table(
    "demand",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("month", sa.String(7), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("place", sa.String(80), nullable=False),
    sa.Column("language", sa.String(20), nullable=False),
    sa.Column("criteria", sa.String(1000), nullable=False),
    sa.Column("relaxed", sa.String(200), nullable=False),
    sa.Column("searches", sa.Integer, nullable=False),
    sa.UniqueConstraint("month", "kind", "place", "language", "criteria", "relaxed"),
)


class Unavailable(Exception):
    """The database cannot be reached, is locked or full; nothing was stored."""


_OLDEST_SQLITE = (3, 35)
"""It has RETURNING."""
_PATIENCE = {"connect_timeout": 5, "tcp_user_timeout": 10_000}
"""Seconds and milliseconds. A database server that vanishes says nothing, and by default that is waited for 15 minutes."""


def create_engine(url: str) -> Engine:
    """An engine set up as this project needs it; see the module's text."""
    if not url.startswith("sqlite"):
        return sa.create_engine(url, pool_pre_ping=True, pool_size=8, max_overflow=8, connect_args=_PATIENCE)
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        raise RuntimeError(
            f"Python was built with SQLite {sqlite3.sqlite_version}, and 3.35 or newer is needed. Use a newer Python, or set "
            "LOTSE_DATABASE_URL to a PostgreSQL database."
        )
    # Kept connections: by default SQLAlchemy opens a file anew each time, and SQLite writes its whole log back and waits
    # for the disk whenever the last connection is closed.
    engine = sa.create_engine(url, poolclass=QueuePool, connect_args={"check_same_thread": False, "timeout": 10})

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        # The driver must not open transactions on its own: it would do so too late for a consistent read.
        connection.isolation_level = None
        # SQLite knows upper and lower case of A to Z alone.
        connection.create_function("lotse_fold", 1, lambda text: fold(text or ""), deterministic=True)
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        # NORMAL survives kill -9 but may lose the last commits when the power fails.
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA secure_delete=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        execute(connection, connection.get_execution_options().get("begin", "BEGIN"))

    return engine


@dataclass(frozen=True)
class _Job:
    """What is to be written, and who waits for it."""

    work: Work[Any]
    future: Future[Any] | asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop | None = None
    """Whose future it is; None: it may be told from any thread."""


_Outcome = tuple[_Job, Any, BaseException | None]


def _tell(outcomes: list[_Outcome]) -> None:
    """Tells those who wait what came of their work, each loop at once: waking it takes longer than telling."""
    by_loop: dict[asyncio.AbstractEventLoop | None, list[_Outcome]] = {}
    for outcome in outcomes:
        by_loop.setdefault(outcome[0].loop, []).append(outcome)
    for loop, own in by_loop.items():
        if loop is None:
            _settle(own)
        else:
            # Closed: nobody waits any more.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(_settle, own)


def _settle(outcomes: list[_Outcome]) -> None:
    for job, result, failure in outcomes:
        if job.future.done():
            continue
        if failure is None:
            job.future.set_result(result)
            continue
        try:
            job.future.set_exception(_translated(failure) if isinstance(failure, DBAPIError) else failure)
        except TypeError:
            # No future takes a StopIteration; those after it wait as well.
            job.future.set_exception(RuntimeError(repr(failure)))


class Database:
    """Runs functions of a connection off the event loop; see the module's text for how writes are grouped."""

    def __init__(self, url: str) -> None:
        self.engine = create_engine(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._own = threading.local()
        self._kept: set[Connection] = set()
        threads = 1 if self.is_sqlite else 4
        self._readers = ThreadPoolExecutor(max_workers=2 if self.is_sqlite else 4, thread_name_prefix="db-read")
        self._queue: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._writers = [threading.Thread(target=self._write_loop, name=f"db-write-{i}", daemon=True) for i in range(threads)]
        for thread in self._writers:
            thread.start()

    async def read(self, work: Work[T]) -> T:
        """Runs `work` in a transaction of its own that must not write.

        Raises:
            Unavailable: the database cannot be reached.
        """
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)

    async def look_up(self, work: Work[T]) -> T:
        """As `read`, for a few rows that an index finds at once.

        A file is read here and now: until a thread has its turn, ten such look-ups are done.
        """
        return self._read(work) if self.is_sqlite else await self.read(work)

    def _read(self, work: Work[T]) -> T:
        try:
            with self._transaction("BEGIN") as connection:
                return work(connection)
        except DBAPIError as error:
            raise _translated(error) from error

    @contextlib.contextmanager
    def _transaction(self, begin: str) -> Iterator[Connection]:
        """A connection inside a transaction; that of a file is kept by its thread: taking one out of the pool takes longer
        than a look.

        Args:
            begin: How SQLite is told to begin.
        """
        if not self.is_sqlite:
            with self.engine.connect() as connection, connection.begin():
                yield connection
            return
        kept: Connection | None = getattr(self._own, begin, None)
        if kept is None or kept.in_transaction():
            kept = self.engine.connect().execution_options(begin=begin)
            setattr(self._own, begin, kept)
            self._kept.add(kept)
        try:
            with kept.begin():
                yield kept
        except DBAPIError:
            # In whatever state it is now, the pool puts it in order.
            setattr(self._own, begin, None)
            self._let_go(kept)
            raise

    def _let_go(self, kept: Connection) -> None:
        self._kept.discard(kept)
        kept.close()

    async def write(self, work: Work[T]) -> T:
        """Runs `work`; when this returns, what it wrote is on disk.

        Raises:
            Unavailable: nothing was written.
            Anything that `work` raises: what it wrote is undone.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._queue.put(_Job(work, future, loop))
        return await future

    def write_now(self, work: Work[T]) -> T:
        """As `write`, for commands without an event loop."""
        future: Future[T] = Future()
        self._queue.put(_Job(work, future))
        return future.result()

    def _write_loop(self) -> None:
        while (first := self._queue.get()) is not None:
            batch = [first]
            while self.is_sqlite and len(batch) < 64:
                try:
                    following = self._queue.get_nowait()
                except queue.Empty:
                    break
                if following is None:
                    self._queue.put(None)
                    break
                batch.append(following)
            self._write_batch(batch)

    def _write_batch(self, batch: list[_Job]) -> None:
        # A caller that has gone away cannot be answered; what it wanted is not begun any more.
        batch = [job for job in batch if not job.future.cancelled()]
        outcomes: list[_Outcome] = []
        try:
            with self._transaction("BEGIN IMMEDIATE") as connection:
                for job in batch:
                    try:
                        if len(batch) == 1:
                            outcomes.append((job, job.work(connection), None))
                        else:
                            with connection.begin_nested():
                                outcomes.append((job, job.work(connection), None))
                    except Exception as error:
                        if len(batch) == 1:
                            raise
                        outcomes.append((job, None, error))
        except Exception as error:
            outcomes = [(job, None, error) for job in batch]
        _tell(outcomes)

    def empty_log(self) -> None:
        """SQLite keeps what was deleted in its write-ahead log until that is written over: this empties it.

        Does nothing where somebody reads just now, or on PostgreSQL (there, VACUUM and the archive are the operator's).
        """
        if not self.is_sqlite:
            return
        connection = self.engine.raw_connection()
        try:
            connection.execute("PRAGMA busy_timeout = 0")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except sqlite3.OperationalError as error:
            log.info("the write-ahead log stays for now: %s", error)
        finally:
            # Not back into the pool: its busy_timeout is another one now.
            connection.invalidate()

    def close(self) -> None:
        """Finishes what is queued and lets go of every connection."""
        for _ in self._writers:
            self._queue.put(None)
        for thread in self._writers:
            thread.join(timeout=10)
        self._readers.shutdown()
        for kept in list(self._kept):
            self._let_go(kept)
        self.engine.dispose()


def insert(connection: Connection, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows `on_conflict_…`, which both databases have and SQLAlchemy offers for each by itself."""
    return (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)


def _translated(error: DBAPIError) -> Exception:
    """Constraint violations stay what they are; all else means that the database is not there for us."""
    if isinstance(error, sa.exc.IntegrityError):
        return error
    if isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError) or error.connection_invalidated:
        log.error("database unavailable: %s", type(error.orig).__name__)
        return Unavailable((str(error.orig).splitlines() or [type(error.orig).__name__])[0])
    return error
