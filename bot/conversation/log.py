"""The log: what was said, in order. It is what people read; nothing is acknowledged before it is here.

All functions work on a connection inside a transaction of `bot.db.Database`. What every message runs stands ready
(`bot.statements`).
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.db import conversation_tokens, conversations, messages
from bot.privacy import journal, shredders
from bot.statements import Statement

STATES = ("bot", "waiting_for_staff", "live", "closed")

_ID = conversations.c.id == sa.bindparam("own")
_OF = messages.c.conversation_id == sa.bindparam("own")
_BEGIN = Statement(conversations.insert(), *(column.name for column in conversations.c))
_ADMIT = Statement(conversation_tokens.insert(), *(column.name for column in conversation_tokens.c))
_FIND = Statement(sa.select(conversations).where(_ID))
_AUTHENTICATE = Statement(
    sa.select(conversations)
    .join(conversation_tokens, conversation_tokens.c.conversation_id == conversations.c.id)
    .where(_ID, conversation_tokens.c.token_hash == sa.bindparam("hash"))
)
_COUNT_UP = Statement(
    conversations.update()
    .where(_ID)
    .values(next_seq=conversations.c.next_seq + sa.bindparam("count"), updated_at=sa.bindparam("now")),
    returning=list(conversations.c),
)
_SEQ_OF = Statement(sa.select(messages.c.seq).where(_OF, messages.c.client_id == sa.bindparam("client")))
_INSERT = Statement(messages.insert(), *(column.name for column in messages.c if column.name != "id"))
_FREE = sa.or_(conversations.c.lease_owner.is_(None), conversations.c.lease_until < sa.bindparam("now"))
_CLAIM = Statement(
    conversations.update().where(_ID, _FREE).values(lease_owner=sa.bindparam("worker"), lease_until=sa.bindparam("until"))
)
_WAITING = Statement(
    sa.select(conversations.c.id).where(
        conversations.c.id.in_(sa.select(messages.c.conversation_id).where(messages.c.pending)), _FREE
    )
)
_HELD = sa.and_(_ID, conversations.c.lease_owner == sa.bindparam("worker"))
_EXTEND = Statement(conversations.update().where(_HELD).values(lease_until=sa.bindparam("until")))
_RELEASE = Statement(
    conversations.update().where(_HELD).values(lease_owner=None, lease_until=None), returning=[conversations.c.state]
)
_OLDEST_PENDING = Statement(sa.select(messages).where(_OF, messages.c.pending).order_by(messages.c.seq).limit(1))
_SETTLE = Statement(
    messages.update()
    .where(messages.c.id == sa.bindparam("message"), _OF, messages.c.client_id == sa.bindparam("client"), messages.c.pending)
    .values(pending=False, extra=sa.bindparam("understood"))
)
_AFTER = Statement(
    sa.select(messages).where(_OF, messages.c.seq > sa.bindparam("last")).order_by(messages.c.seq).limit(sa.bindparam("most"))
)
_PENDING = Statement(sa.select(messages.c.pending).where(_OF, messages.c.seq == sa.bindparam("number")))
_REPLIES = Statement(sa.select(messages).where(_OF, messages.c.reply_to == sa.bindparam("number")).order_by(messages.c.seq))
_SET_STATE = Statement(conversations.update().where(_ID).values(state=sa.bindparam("new")))
_SET_LANGUAGE = Statement(conversations.update().where(_ID).values(language=sa.bindparam("new")))


class NotFound(Exception):
    """No such conversation, or its token is another one."""


@dataclass(frozen=True)
class Accepted:
    """A visitor's message is stored."""

    seq: int
    fresh: bool
    """False if the same `client_id` was stored before."""
    claimed: bool
    """Whether the caller now holds the conversation's turn (see `claim`)."""
    conversation: Any
    """The conversation's row, the next number taken, before the lease was claimed."""


def new_token() -> str:
    """256 random bits; only their hash is stored."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """What is stored of a token: it has 256 random bits, so a plain hash cannot be searched."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def create(
    connection: Connection,
    *,
    token: str,
    language: str,
    page: str | None,
    greeting: list[dict[str, Any]],
    campaign: str | None = None,
    persona: str | None = None,
) -> str:
    """Stores a new conversation with its first messages; returns its id.

    Args:
        campaign, persona: What the link said with which the visitor came.
    """
    now = time.time()
    conversation_id = secrets.token_hex(16)
    _BEGIN.change(
        connection, id=conversation_id, language=language, state="bot", page=page, campaign=campaign, persona=persona,
        created_at=now, updated_at=now, next_seq=1, lease_owner=None, lease_until=None,
    )  # fmt: skip
    admit(connection, conversation_id, token)
    append(connection, conversation_id, greeting)
    return conversation_id


def find(connection: Connection, conversation_id: str) -> Any:
    """The conversation's row.

    Raises:
        NotFound: there is none.
    """
    row = _FIND.first(connection, own=conversation_id)
    if row is None:
        raise NotFound(conversation_id)
    return row


def admit(connection: Connection, conversation_id: str, token: str) -> None:
    """From now on `token` opens the conversation as well."""
    _ADMIT.change(connection, token_hash=hash_token(token), conversation_id=conversation_id, created_at=time.time())


def authenticate(connection: Connection, conversation_id: str, token: str) -> Any:
    """The conversation's row; an unknown id and a wrong token look the same.

    Raises:
        NotFound: see above.
    """
    row = _AUTHENTICATE.first(connection, own=conversation_id, hash=hash_token(token))
    if row is None:
        raise NotFound(conversation_id)
    return row


def seq_of(connection: Connection, conversation_id: str, client_id: str) -> int | None:
    """Number of the message that the visitor's device calls `client_id`; None before it is stored."""
    number: int | None = _SEQ_OF.scalar(connection, own=conversation_id, client=client_id)
    return number


def accept(
    connection: Connection,
    conversation_id: str,
    *,
    client_id: str,
    text: str,
    language: str,
    extra: dict[str, Any],
    worker: str,
    lease_seconds: float,
) -> Accepted:
    """Stores a visitor's message once, and claims the conversation's turn if nobody holds it.

    Raises:
        NotFound: the conversation was erased in the meantime.
    """
    seq, conversation = _next_seq(connection, conversation_id, 1)
    known = seq_of(connection, conversation_id, client_id)
    if known is not None:
        # The number is given back: sequence numbers have no holes.
        _COUNT_UP.first(connection, own=conversation_id, count=-1, now=time.time())
        return Accepted(known, False, False, conversation)
    _INSERT.change(
        connection, conversation_id=conversation_id, seq=seq, client_id=client_id, author="visitor", name=None, text=text,
        language=language, at=time.time(), extra=extra, reply_to=None, pending=True, tries=0,
    )  # fmt: skip
    return Accepted(seq, True, claim(connection, conversation_id, worker, lease_seconds), conversation)


def append(
    connection: Connection, conversation_id: str, rows: Iterable[dict[str, Any]], *, at: float | None = None
) -> list[int]:
    """Stores messages of the bot, of staff or of the system; returns their numbers.

    Each row has `author`, `text`, `language`, and may have `name`, `extra`, `reply_to`. All were said at `at`, or now.
    """
    rows = list(rows)
    if not rows:
        return []
    (first, _), now = _next_seq(connection, conversation_id, len(rows)), at or time.time()
    numbers = list(range(first, first + len(rows)))
    _INSERT.change_each(
        connection,
        [
            {
                "conversation_id": conversation_id, "seq": seq, "client_id": None, "author": row["author"],
                "name": row.get("name"), "text": row["text"], "language": row["language"], "at": now,
                "extra": row.get("extra") or {}, "reply_to": row.get("reply_to"), "pending": False, "tries": 0,
            }
            for seq, row in zip(numbers, rows, strict=True)
        ],
    )  # fmt: skip
    return numbers


def _next_seq(connection: Connection, conversation_id: str, count: int) -> tuple[int, Any]:
    """Takes the next `count` numbers, and the conversation's row; locks it for the rest of the transaction.

    Returns:
        The first number, the row.
    """
    row = _COUNT_UP.first(connection, own=conversation_id, count=count, now=time.time())
    if row is None:
        raise NotFound(conversation_id)
    return int(row.next_seq) - count, row


def claim(connection: Connection, conversation_id: str, worker: str, seconds: float) -> bool:
    """Takes the lease of a conversation's turn if it is free or has run out; whoever holds it answers next."""
    now = time.time()
    return _CLAIM.change(connection, own=conversation_id, worker=worker, now=now, until=now + seconds) == 1


def take_over(connection: Connection, conversation_id: str, worker: str, seconds: float) -> bool:
    """As `claim`; if the lease had run out, its worker may have died over the oldest message: that is counted."""
    left = connection.execute(sa.select(conversations.c.lease_owner).where(conversations.c.id == conversation_id)).scalar()
    if not claim(connection, conversation_id, worker, seconds):
        return False
    message = oldest_pending(connection, conversation_id) if left is not None else None
    if message is not None:
        connection.execute(messages.update().where(messages.c.id == message.id).values(tries=message.tries + 1))
    return True


def extend(connection: Connection, conversation_id: str, worker: str, seconds: float) -> bool:
    """Keeps the lease; False if another worker has taken it over."""
    return _EXTEND.change(connection, own=conversation_id, worker=worker, until=time.time() + seconds) == 1


def release(connection: Connection, conversation_id: str, worker: str) -> str | None:
    """Gives the lease back; the conversation's state, None if another worker has taken it over."""
    state: str | None = _RELEASE.scalar(connection, own=conversation_id, worker=worker)
    return state


def oldest_pending(connection: Connection, conversation_id: str) -> Any | None:
    """The next message to answer."""
    return _OLDEST_PENDING.first(connection, own=conversation_id)


def waiting_conversations(connection: Connection) -> list[str]:
    """Conversations with unanswered messages that nobody is answering: after a crash, all that were in work."""
    return [row.id for row in _WAITING.all(connection, now=time.time())]


def settle(connection: Connection, message: Any, extra: dict[str, Any]) -> bool:
    """Marks a visitor's message as answered, with what was understood; False if it was before, or was never stored.

    SQLite gives the id of a message that could not be stored to the next one: the id alone says nothing.
    """
    return _SETTLE.change(
        connection, message=message.id, own=message.conversation_id, client=message.client_id, understood=extra
    ) == 1  # fmt: skip


def after(connection: Connection, conversation_id: str, seq: int, limit: int = 500) -> list[Any]:
    """Messages with a higher number, ascending."""
    return _AFTER.all(connection, own=conversation_id, last=seq, most=limit)


def replies_to(connection: Connection, conversation_id: str, seq: int) -> tuple[bool, list[Any]]:
    """(whether the turn of message `seq` is done, its replies)."""
    if _PENDING.scalar(connection, own=conversation_id, number=seq) is not False:
        return False, []
    return True, _REPLIES.all(connection, own=conversation_id, number=seq)


def set_state(
    connection: Connection, conversation_id: str, *, state: str | None = None, language: str | None = None
) -> None:
    """Changes state or language of a conversation."""
    if state is not None:
        _SET_STATE.change(connection, own=conversation_id, new=state)
    if language is not None:
        _SET_LANGUAGE.change(connection, own=conversation_id, new=language)


def erase(connection: Connection, conversation_id: str) -> bool:
    """Deletes the conversation, all that hangs on it, and what the audit log calls it by; False if there was none.

    It is written down beside the database first, so that no back-up brings it back.
    """
    journal.note(conversation_id)
    shredders.unname(connection, shredders.visitor_of(connection, [conversation_id]))
    return connection.execute(conversations.delete().where(conversations.c.id == conversation_id)).rowcount == 1
