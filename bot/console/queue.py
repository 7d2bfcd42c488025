"""Which cases there are and which of them wait: the query behind the inbox.

All functions work on a connection inside a transaction of `bot.db.Database`.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from bot import digits
from bot.console import finding
from bot.db import case_events, case_reads, case_tags, cases, conversations, insert, messages, users
from bot.nlu.normalise import clean

STATES = ("new", "open", "waiting", "closed")
PER_PAGE = 50
WAITING_HOURS = ("1", "4", "24", "72")

_NEEDS_STAFF = ("new", "open")


@dataclass(frozen=True)
class Choice:
    """What the inbox shows; an empty field leaves everything in. `state` may also be `todo`: what waits for staff."""

    state: str = "todo"
    topic: str = ""
    language: str = ""
    team: str = ""
    mine: str = ""
    tag: str = ""
    waiting: str = ""
    """Only what has waited for at least so many hours."""
    q: str = ""
    """Words that occur somewhere in the case."""
    page: int = 1

    @classmethod
    def of(cls, args: Mapping[str, Any]) -> Choice:
        """From an address; what is not known there counts as not chosen."""
        given = {field.name: clean(str(args.get(field.name) or ""))[:100] for field in fields(cls)}
        state = given["state"] if "state" in args and given["state"] in (*STATES, "todo", "all") else "todo"
        page = digits.number(given["page"]) or 1
        hours = given["waiting"] if given["waiting"] in WAITING_HOURS else ""
        mine = "1" if given["mine"] else ""
        return cls(state, given["topic"], given["language"], given["team"], mine, given["tag"], hours, given["q"], page)

    @property
    def is_narrowed(self) -> bool:
        """Whether something but the state is chosen."""
        return bool(self.topic or self.language or self.team or self.mine or self.tag or self.waiting or self.q)

    def address(self, **changes: Any) -> str:
        """The query string of this choice with changes; another choice begins at its first page."""
        first = {"page": 1} if changes else {}
        values = {field.name: getattr(self, field.name) for field in fields(self)} | first | changes
        return urlencode({name: value for name, value in values.items() if value and (name, value) != ("page", 1)})


def search(connection: Connection, choice: Choice, user_id: int, *, limit: int = PER_PAGE + 1) -> list[Row]:
    """Up to `limit` cases (the last one only says that there are more): who waits for a live chat first, in the order
    of the queue, then those that wait longest.

    Each has the case's columns and `owner` (name), `spoken` (the conversation's language now), `since` (when the
    visitor began to wait, or the case last changed), `live` (until when a live chat is waited for, None: it is not),
    `unread` (visitor's messages that this user has not seen), `seen` (None: this user has never opened the case).
    """
    m = messages.alias("m")
    of_case = (m.c.conversation_id == cases.c.conversation_id) & (m.c.author == "visitor")
    since = _since()
    seen = case_reads.c.seq
    unread = (
        sa.select(sa.func.count()).where(of_case, m.c.seq > sa.func.coalesce(seen, 0)).scalar_subquery()
    )
    needs = cases.c.state.in_(_NEEDS_STAFF)
    # A message can wait for an hour, somebody who sits before the chat for minutes.
    live = (cases.c.state == "new") & (cases.c.live_until > time.time())
    group = sa.case((live, 0), (needs, 1), (cases.c.state == "waiting", 2), else_=3)
    query = (
        sa.select(
            cases, users.c.name.label("owner"), conversations.c.language.label("spoken"),
            since.label("since"), sa.case((live, cases.c.live_until)).label("live"), unread.label("unread"),
            seen.label("seen"),
        )
        .join(conversations, conversations.c.id == cases.c.conversation_id)
        .outerjoin(users, users.c.id == cases.c.owner_id)
        .outerjoin(case_reads, (case_reads.c.case_number == cases.c.number) & (case_reads.c.user_id == user_id))
        .order_by(group, sa.case((live, cases.c.live_at), (needs, since), else_=-since), cases.c.number)
        .limit(limit)
        .offset((choice.page - 1) * PER_PAGE)
    )  # fmt: skip
    for condition in _conditions(connection, choice, user_id):
        query = query.where(condition)
    return connection.execute(query).all()


def _since() -> Any:
    """Since when the visitor waits, counted anew from an opening again; of what was answered or closed, when that was."""
    events, asking = case_events.alias("happened"), messages.alias("asked")

    def last(kind: str) -> Any:
        of_case = (events.c.case_number == cases.c.number) & (events.c.kind == kind)
        # Said explicitly, as it also stands inside of another subquery: else that would look at all cases.
        return sa.select(sa.func.max(events.c.at)).where(of_case).correlate(cases).scalar_subquery()

    # By this case's own answers: another one of the same conversation may have been answered since.
    begun, answered = sa.func.coalesce(last("reopened"), cases.c.created_at), last("answered")
    asked = (
        sa.select(sa.func.min(asking.c.at))
        .where(asking.c.conversation_id == cases.c.conversation_id, asking.c.author == "visitor", asking.c.at > answered)
        .scalar_subquery()
    )
    return sa.case(
        (cases.c.state.in_(("waiting", "closed")), cases.c.updated_at),
        (sa.func.coalesce(answered, 0) < begun, begun),
        else_=sa.func.coalesce(asked, cases.c.updated_at),
    )


def newest(connection: Connection, limit: int = 20) -> list[Row]:
    """The cases that came in last and that nobody has yet: number, topic, `spoken`."""
    return connection.execute(
        sa.select(cases.c.number, cases.c.topic, conversations.c.language.label("spoken"))
        .join(conversations, conversations.c.id == cases.c.conversation_id)
        .where(cases.c.state == "new")
        .order_by(cases.c.created_at.desc())
        .limit(limit)
    ).all()


def counts(connection: Connection, choice: Choice, user_id: int) -> dict[str, int]:
    """How many cases each state holds within the rest of the choice, with `todo` and `all`."""
    query = (
        sa.select(cases.c.state, sa.func.count().label("n"))
        .join(conversations, conversations.c.id == cases.c.conversation_id)
        .group_by(cases.c.state)
    )
    for condition in _conditions(connection, choice, user_id, state=False):
        query = query.where(condition)
    found = dict.fromkeys(STATES, 0) | {row.state: row.n for row in connection.execute(query)}
    return found | {"todo": sum(found[state] for state in _NEEDS_STAFF), "all": sum(found.values())}


def _conditions(connection: Connection, choice: Choice, user_id: int, *, state: bool = True) -> list[Any]:
    wanted: list[Any] = finding.conditions(connection, choice.q)
    if state and choice.state == "todo":
        wanted.append(cases.c.state.in_(_NEEDS_STAFF))
    elif state and choice.state != "all":
        wanted.append(cases.c.state == choice.state)
    if choice.topic:
        wanted.append(cases.c.topic == choice.topic)
    if choice.language:
        wanted.append(conversations.c.language == choice.language)
    if choice.team:
        wanted.append(cases.c.team == choice.team)
    if choice.mine:
        wanted.append(cases.c.owner_id == user_id)
    if choice.tag:
        wanted.append(cases.c.number.in_(sa.select(case_tags.c.case_number).where(case_tags.c.tag == choice.tag)))
    if choice.waiting:
        wanted += [cases.c.state.in_(_NEEDS_STAFF), _since() < time.time() - int(choice.waiting) * 3600]
    return wanted


def tags(connection: Connection) -> list[str]:
    """Every tag that a case has, in the order of the alphabet."""
    return sorted(connection.execute(sa.select(case_tags.c.tag).distinct()).scalars(), key=str.casefold)


def tags_of(connection: Connection, numbers: Iterable[str]) -> dict[str, list[str]]:
    """The tags of cases."""
    query = sa.select(case_tags).where(case_tags.c.case_number.in_(list(numbers))).order_by(case_tags.c.tag)
    found: dict[str, list[str]] = {}
    for row in connection.execute(query):
        found.setdefault(row.case_number, []).append(row.tag)
    return found


def languages(connection: Connection) -> list[str]:
    """Languages in which there are cases."""
    query = sa.select(conversations.c.language).join(cases, cases.c.conversation_id == conversations.c.id).distinct()
    return sorted(row.language for row in connection.execute(query))


def mark_read(connection: Connection, number: str, user_id: int) -> None:
    """The user has seen the case's conversation as far as it goes now."""
    newest = (
        sa.select(conversations.c.next_seq - 1)
        .join(cases, cases.c.conversation_id == conversations.c.id)
        .where(cases.c.number == number)
    )
    seq = connection.execute(newest).scalar()
    if seq is None:
        return
    connection.execute(
        insert(connection, case_reads)
        .values(case_number=number, user_id=user_id, seq=seq)
        .on_conflict_do_update(index_elements=["case_number", "user_id"], set_={"seq": seq})
    )
