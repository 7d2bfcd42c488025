"""Cases: conversations that a person has taken or shall take over.

All functions work on a connection inside a transaction of `bot.db.Database`.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from bot.conversation import log
from bot.db import case_events, cases, conversations, messages, users
from bot.handoff import outbox, presence, talk

STATES = ("new", "open", "waiting", "closed")
CONTACTS = ("email", "phone", "visit", "video", "none")
ROLES = ("adviser", "administrator")
"""Roles of staff who may have a case."""

# Without letters and digits that are taken for one another when a number is read out.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


class Conflict(Exception):
    """Somebody else was faster; `owner` is their name, or empty."""

    def __init__(self, owner: str) -> None:
        super().__init__(owner)
        self.owner = owner


class AlreadyDone(Exception):
    """The same was done already; what this one wrote is undone."""


class AlreadyThere(Exception):
    """The team has the case that it was to be passed on to."""


def new_number() -> str:
    """A case number such as HL-7K3M-92: 31^6 possibilities, useless without its secret."""
    letters = [secrets.choice(_ALPHABET) for _ in range(6)]
    return f"HL-{''.join(letters[:4])}-{''.join(letters[4:])}"


def receipt_secret(key: bytes, number: str) -> str:
    """The secret of a receipt link, 128 bits; computed from the server's key, so it is stored nowhere."""
    return hmac.new(key, f"receipt:{number}".encode(), hashlib.sha256).hexdigest()[:32]


def receipt_link(base_url: str, key: bytes, number: str) -> str:
    """The link that opens the conversation again; what follows `#` never reaches a server log."""
    return f"{base_url}/?case={number}#{receipt_secret(key, number)}"


def create(connection: Connection, conversation_id: str, seq: int, values: dict[str, Any]) -> None:
    """Makes a case out of what the visitor agreed to; the effect `create_case` of a turn.

    Args:
        seq: The visitor's message that agreed.
        values: number, topic, concern, language, contact_kind (one of CONTACTS), team; maybe contact, place,
            facts, notify.
    """
    now = time.time()
    connection.execute(
        cases.insert().values(
            number=values["number"], conversation_id=conversation_id, trigger_seq=seq, state="new",
            topic=values["topic"], concern=values["concern"], language=values["language"],
            contact_kind=values["contact_kind"], contact=values.get("contact"), team=values["team"],
            place=values.get("place"), facts=values.get("facts"), notify=bool(values.get("notify")),
            created_at=now, updated_at=now,
        )
    )  # fmt: skip
    note(connection, values["number"], None, "created")
    outbox.put(connection, "case_new", find(connection, values["number"]))
    talk.settle(connection, conversation_id)


def reopen(connection: Connection, number: str, seq: int, values: dict[str, Any]) -> None:
    """The visitor opens a closed case again, with a new concern; it goes to its last owner.

    Args:
        seq: The visitor's message that agreed.
        values: As for `create`.
    """
    own = ("topic", "concern", "language", "contact_kind", "contact", "team", "place", "facts")
    changes = {name: values.get(name) for name in own} | {"trigger_seq": seq, "notify": bool(values.get("notify"))}
    _reopen(connection, number, changes, None)


def reopen_as_it_was(connection: Connection, number: str, user: Any) -> None:
    """A member of staff opens a closed case again; it goes to its last owner."""
    _reopen(connection, number, {}, user.id)


def _reopen(connection: Connection, number: str, changes: dict[str, Any], user_id: int | None) -> None:
    """With the last owner if they still work here, else as a new case; until they write, the assistant answers."""
    case = _locked(connection, number)
    may = sa.and_(users.c.id == case.last_owner_id, users.c.active, users.c.role.in_(ROLES))
    last = connection.execute(sa.select(users.c.id).where(may)).scalar()
    state = {"state": "open" if last else "new", "owner_id": last}
    # From here on it is waited for anew.
    state |= {"live_at": None, "live_until": None, "taken_at": None}
    connection.execute(
        cases.update()
        .where(cases.c.number == number, cases.c.state == "closed")
        .values(**changes, **state, updated_at=time.time())
    )
    note(connection, number, user_id, "reopened")
    again = find(connection, number)
    outbox.put(connection, "case_reopened", again, about=str(log.find(connection, case.conversation_id).next_seq))
    talk.settle(connection, case.conversation_id)


def pass_on(connection: Connection, number: str, user: Any, team: str, remark: str, told: dict[str, Any]) -> None:
    """Another team gets the case; nobody has it until somebody there takes it.

    Args:
        remark: For staff alone.
        told: Row for the log that tells the visitor to whom it went.

    Raises:
        AlreadyDone: this member has just done so, with these words: a form that is sent twice.
        AlreadyThere: the team has the case.
        Conflict: the case is another's.
    """
    case = _locked(connection, number)
    if case.team == team:
        before = [event for event in history(connection, number) if event.kind == "passed on"][-1:]
        again = any((event.user_id, event.text) == (user.id, remark) for event in before)
        raise AlreadyDone if again else AlreadyThere
    if case.owner_id is not None or case.state == "closed":
        case = _owned(connection, number, user)
    connection.execute(
        cases.update()
        .where(cases.c.number == number)
        .values(team=team, owner_id=None, state="new", updated_at=time.time(), live_at=None, live_until=None)
    )
    talk.settle(connection, case.conversation_id)
    log.append(connection, case.conversation_id, [told])
    note(connection, number, user.id, "passed on", remark)
    outbox.put(
        connection,
        "passed_on",
        find(connection, number),
        about=str(log.find(connection, case.conversation_id).next_seq),
    )


def find(connection: Connection, number: str) -> Row | None:
    """A case by its number."""
    return connection.execute(sa.select(cases).where(cases.c.number == number)).first()


def get(connection: Connection, number: str) -> Row:
    """As `find`.

    Raises:
        log.NotFound: there is none.
    """
    case = find(connection, number)
    if case is None:
        raise log.NotFound(number)
    return case


def history(connection: Connection, number: str) -> list[Row]:
    """Who did what, oldest first."""
    return connection.execute(
        sa.select(case_events, users.c.name)
        .outerjoin(users, users.c.id == case_events.c.user_id)
        .where(case_events.c.case_number == number)
        .order_by(case_events.c.id)
    ).all()


def take(connection: Connection, number: str, user: Any, joined: dict[str, Any]) -> None:
    """A member of staff takes the case: from now on the assistant is silent.

    Args:
        joined: Row for the log that tells the visitor.

    Raises:
        Conflict: somebody else has it.
    """
    before = _locked(connection, number)
    changed = connection.execute(
        cases.update()
        .where(cases.c.number == number, cases.c.state != "closed")
        .where(sa.or_(cases.c.owner_id.is_(None), cases.c.owner_id == user.id))
        .values(
            owner_id=user.id, last_owner_id=user.id, state="open", updated_at=time.time(), live_until=None,
            taken_at=sa.func.coalesce(cases.c.taken_at, time.time()),
        )
    )  # fmt: skip
    if changed.rowcount != 1:
        raise Conflict(owner_name(connection, before) or "")
    if not talk.is_live(before):
        talk.settle(connection, before.conversation_id)
        log.append(connection, before.conversation_id, [joined])
        note(connection, number, user.id, "taken")


def reply(
    connection: Connection,
    number: str,
    user: Any,
    text: str,
    language: str,
    *,
    client_id: str | None = None,
    extra: dict[str, Any] | None = None,
) -> None:
    """A member of staff writes to the visitor.

    Args:
        client_id: The same one is stored once: a form that is sent again after a lost connection says it once.
        extra: What the message has beside its text: offers, sources, which prepared reply it is.

    Raises:
        Conflict: the case is another's, or nobody's: it has to be taken first.
    """
    case = _owned(connection, number, user)
    row = {"author": "staff", "name": user.name, "text": text, "language": language, "extra": extra or {}}
    (seq,) = log.append(connection, case.conversation_id, [row])
    m = messages.c
    if client_id:
        known = sa.select(m.seq).where(m.conversation_id == case.conversation_id, m.client_id == client_id)
        if connection.execute(known).first() is not None:
            raise AlreadyDone
        own = (m.conversation_id == case.conversation_id) & (m.seq == seq)
        connection.execute(messages.update().where(own).values(client_id=client_id))
    now = time.time()
    # A case that was opened again lies with its last owner, who takes it by writing.
    taken_at = sa.func.coalesce(cases.c.taken_at, now)
    connection.execute(
        cases.update().where(cases.c.number == number).values(state="waiting", updated_at=now, taken_at=taken_at)
    )
    talk.settle(connection, case.conversation_id)
    note(connection, number, user.id, "answered")
    if case.notify and not presence.is_here(connection, case.conversation_id, presence.VISITOR):
        # One mail for all that is written until the visitor has looked.
        seen = presence.last_seen(connection, case.conversation_id, presence.VISITOR)
        outbox.put(connection, "answer", case, about=str(int(seen or 0)), ways=("mail",))
    outbox.put(connection, "answer", case, about=str(seq), ways=("webhook",))


def give_back(
    connection: Connection,
    number: str,
    user: Any,
    left: dict[str, Any],
    *,
    close: bool,
    agreed: str | None = None,
    then: Iterable[dict[str, Any]] = (),
) -> None:
    """Ends a talk; with `close` the case is done, otherwise another may take it.

    Args:
        left: Row for the log that tells the visitor.
        agreed: What was agreed on; the assistant knows it from then on.
        then: Further rows, said by the assistant unless somebody else talks to the visitor.

    Raises:
        Conflict: the case is another's.
    """
    case = _owned(connection, number, user)
    state = {"state": "closed" if close else "new", "owner_id": user.id if close else None}
    _end(connection, case, user, state | {"agreed": agreed or case.agreed}, [left], then)


def close_unclaimed(
    connection: Connection, number: str, user: Any, closed: dict[str, Any], then: Iterable[dict[str, Any]] = ()
) -> None:
    """Closes a case that nobody has, without taking it: nobody reads along who could be announced.

    Args:
        closed: Row for the log that tells the visitor.
        then: As for `give_back`.

    Raises:
        Conflict: somebody has it, or had it.
    """
    case = _locked(connection, number)
    if case.owner_id is not None or case.state == "closed":
        raise Conflict(owner_name(connection, case) or "")
    _end(connection, case, user, {"state": "closed"}, [closed], then)


def _end(
    connection: Connection,
    case: Row,
    user: Any,
    changes: dict[str, Any],
    rows: list[dict[str, Any]],
    then: Iterable[dict[str, Any]],
) -> None:
    connection.execute(cases.update().where(cases.c.number == case.number).values(**changes, updated_at=time.time()))
    silent = talk.settle(connection, case.conversation_id)
    log.append(connection, case.conversation_id, rows if silent else [*rows, *then])
    closed = changes["state"] == "closed"
    note(connection, case.number, user.id, "closed" if closed else "given back")
    if closed:
        about = str(log.find(connection, case.conversation_id).next_seq)
        outbox.put(connection, "closed", find(connection, case.number), about=about)


def release(connection: Connection, number: str, user: Any, left: dict[str, Any]) -> None:
    """Takes a case from its owner, who is away, so that somebody else may have it; for administrators.

    Raises:
        Conflict: nobody has it.
    """
    case = _locked(connection, number)
    changed = connection.execute(
        cases.update()
        .where(cases.c.number == number, cases.c.owner_id.is_not(None), cases.c.state != "closed")
        .values(state="new", owner_id=None, updated_at=time.time())
    )
    if changed.rowcount != 1:
        raise Conflict("")
    talk.settle(connection, case.conversation_id)
    log.append(connection, case.conversation_id, [left])
    note(connection, number, user.id, "released")


def free(connection: Connection, user_id: int) -> None:
    """The open cases of a member of staff who goes may be taken by another; there the assistant answers again."""
    theirs = (cases.c.owner_id == user_id) & cases.c.state.in_(("open", "waiting"))
    talks = connection.execute(sa.select(cases.c.conversation_id).where(theirs).distinct()).scalars().all()
    connection.execute(cases.update().where(theirs).values(state="new", owner_id=None))
    for conversation_id in talks:
        talk.settle(connection, conversation_id)


def for_dialogue(case: Any) -> dict[str, Any] | None:
    """What the assistant may say about the conversation's case."""
    if case is None:
        return None
    return {name: getattr(case, name) for name in ("number", "state", "topic", "agreed")}


def language_of(connection: Connection, case: Any) -> str:
    """The language that the visitor speaks now."""
    return str(log.find(connection, case.conversation_id).language)


def open_receipt(connection: Connection, key: bytes, number: str, secret: str) -> tuple[str, str, str] | None:
    """(conversation id, a new token for it, its language) for a receipt's number and secret, else None."""
    if not hmac.compare_digest(receipt_secret(key, number).encode(), secret.encode("utf-8", "surrogatepass")):
        return None
    case = find(connection, number)
    if case is None:
        return None
    token = log.new_token()
    log.admit(connection, case.conversation_id, token)
    language = connection.execute(
        sa.select(conversations.c.language).where(conversations.c.id == case.conversation_id)
    ).scalar()
    return case.conversation_id, token, str(language)


def _locked(connection: Connection, number: str) -> Row:
    """A case that nobody else changes while this transaction lasts, nor another one of its conversation."""
    talk.lock(connection, get(connection, number).conversation_id)
    return get(connection, number)


def _owned(connection: Connection, number: str, user: Any) -> Row:
    case = _locked(connection, number)
    if case.owner_id != user.id or case.state == "closed":
        raise Conflict(owner_name(connection, case) or "")
    return case


def note(connection: Connection, number: str, user_id: int | None, kind: str, text: str | None = None) -> None:
    """Adds to the case's history, which staff alone see."""
    connection.execute(
        case_events.insert().values(case_number=number, at=time.time(), user_id=user_id, kind=kind, text=text)
    )


def owner_name(connection: Connection, case: Row) -> str | None:
    """Name of the member of staff who has the case."""
    return connection.execute(sa.select(users.c.name).where(users.c.id == case.owner_id)).scalar()


def export(case: Row) -> dict[str, Any]:
    """What a case holds about the visitor."""
    fields = (
        "number",
        "state",
        "topic",
        "concern",
        "language",
        "contact_kind",
        "contact",
        "place",
        "facts",
        "notify",
        "agreed",
        "created_at",
        "updated_at",
    )
    return {field: getattr(case, field) for field in fields}
