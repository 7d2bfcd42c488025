"""Answers one message: what the dialogue says to it, and one transaction that stores all that comes of it.

The replies, the dialogue's new events, a new case, and the mark "answered" are stored together or not at all.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from prometheus_client import Counter
from sqlalchemy.engine import Connection

from bot.conversation import log, tracker
from bot.conversation.brain import Answer, Brain, Incoming
from bot.conversation.events import EventBus
from bot.conversation.presenting import Presenter
from bot.db import Database
from bot.faults import crash_point
from bot.handoff import cases, talk

logger = logging.getLogger(__name__)

Effect = Callable[[Connection, str, int, dict[str, Any]], dict[str, Any] | None]
"""Carries out what a reply asks for, in the turn's transaction: (connection, conversation id, seq, values).

May return `text` and `extra` for the reply, where what it says depends on what was stored."""


class Fallback(Protocol):
    """The way to a person that needs no dialogue (`bot.handoff.desk.Desk`)."""

    def form(self, language: str) -> dict[str, Any]:
        """A form in the visitor API's shape."""

    def accept(self, entities: list[dict[str, Any]], language: str, known: dict[str, Any] | None) -> dict[str, Any] | None:
        """The values of `create_case` for that form sent back, None for any other message."""


ERASE = "erase"
"""The one effect that is done here: after it there is nothing left to store a reply in."""

turn_failures = Counter("lotse_turn_failures_total", "Turns that ended with an apology")

_TYPING_AFTER = 0.3
"""Seconds until the assistant is shown as typing: it has nearly always answered by then."""


class LostLease(Exception):
    """Another worker has taken the conversation over; what this one prepared is void."""


class OtherSpeaker(Exception):
    """While a turn was prepared a person began or ceased to answer; it is to be prepared anew."""


@dataclass(frozen=True)
class Found:
    """What is stored of a conversation when a message of it is to be answered."""

    conversation: Any
    message: Any | None
    version: int
    events: list[dict[str, Any]] | None
    """Stored events, if the cached tracker is out of date."""
    case: dict[str, Any] | None
    """What the dialogue may know of the case that the conversation is about."""


@dataclass(frozen=True)
class Reply:
    """A reply as the log reads it."""

    seq: int
    at: float
    author: str
    text: str
    language: str
    extra: dict[str, Any]
    client_id: None = None
    name: None = None


@dataclass(frozen=True)
class Done:
    """What a turn's transaction has stored."""

    replies: list[Reply]
    version: int
    """Of the tracker."""
    more: bool
    """Another message waits."""
    erased: bool = False
    """The visitor had the conversation deleted: nothing is stored."""


class Answering:
    """Answers the messages of conversations whose lease this worker holds.

    Args:
        worker: Name of this process in leases.
        effects: What a reply's `custom.effects` may ask for, by name.
        seconds: A dialogue that takes longer is answered with an apology.
        slow: Tests only: seconds added to each message.
        fallback: How a person is reached where the dialogue fails.
    """

    def __init__(
        self,
        database: Database,
        brain: Brain,
        bus: EventBus,
        presenter: Presenter,
        *,
        worker: str,
        effects: Mapping[str, Effect],
        lease_seconds: float = 30,
        seconds: float = 5,
        slow: float = 0,
        fallback: Fallback | None = None,
    ) -> None:
        self._database = database
        self._brain = brain
        self._bus = bus
        self._presenter = presenter
        self._worker = worker
        self._effects = effects
        self._lease_seconds = lease_seconds
        self._seconds = seconds
        self._slow = slow
        self._fallback = fallback

    def look(self, connection: Connection, conversation: Any) -> Found:
        """What is to be answered of this conversation, and what answering it takes.

        Args:
            conversation: Its row, as this transaction sees it.

        Raises:
            ValueError, KeyError, TypeError: what is stored of the dialogue or the case cannot be read.
        """
        conversation_id = conversation.id
        version, events = tracker.stored_version(connection, conversation_id), None
        if not self._brain.trackers.is_current(conversation_id, version):
            version, events = tracker.load_last_session(connection, conversation_id)
        case = talk.current(connection, conversation_id)
        message = log.oldest_pending(connection, conversation_id)
        return Found(conversation, message, version, events, cases.for_dialogue(case))

    def holds(self, found: Found) -> bool:
        """Whether the tracker that it counts on is still there."""
        return found.events is not None or self._brain.trackers.is_current(found.conversation.id, found.version)

    def forget(self, conversation_id: str) -> None:
        """What was thought and could not be stored is not to be known to the next turn."""
        self._brain.trackers.forget(conversation_id)

    async def answer(self, found: Found, *, give_up: bool = False) -> Done:
        """Answers the message that was found, with an apology if it is to be given up.

        Raises:
            LostLease: another worker has the conversation now; nothing was stored.
            OtherSpeaker: a person began or ceased to answer meanwhile; nothing was stored, look again.
        """
        conversation, message = found.conversation, found.message
        assert message is not None
        if self._brain.is_ready:
            if found.events is not None:
                self._brain.trackers.prepare(conversation.id, found.version, found.events)
            self._brain.trackers.shorten(conversation.id)
        incoming = Incoming(
            conversation.id, message.seq, message.text, conversation.language,
            payload=message.extra.get("payload"), entities=message.extra.get("entities") or [],
            case=found.case,
        )  # fmt: skip
        person = conversation.state == "live"
        with contextlib.nullcontext() if person else self._typing(conversation.id):
            if self._slow:
                await asyncio.sleep(self._slow)
            answer, rows = self._apology(incoming, person) if give_up else await self._think(incoming, person=person)
        crash_point("before_commit")
        done = await self._database.write(lambda c: self._store(c, conversation, message, answer, rows))
        crash_point("after_commit")
        if done.erased:
            self.forget(conversation.id)
        elif answer is not None and conversation.state != "live":
            self._brain.trackers.committed(conversation.id, done.version)
        return done

    @contextlib.contextmanager
    def _typing(self, conversation_id: str) -> Iterator[None]:
        """Shows the assistant as typing where the block lasts long enough to be seen."""
        note = {"typing": True, "author": "bot"}
        begins = asyncio.get_running_loop().call_later(_TYPING_AFTER, self._bus.publish, conversation_id, note)
        try:
            yield
        finally:
            begins.cancel()

    async def _think(self, incoming: Incoming, *, person: bool) -> tuple[Answer | None, list[dict[str, Any]]]:
        """What the dialogue says, as rows of the log; an apology where it fails. Silent while a person answers."""
        try:
            case = self._fallback.accept(incoming.entities, incoming.language, incoming.case) if self._fallback else None
            if case is not None and not person:
                # The receipt's text is decided when the case is stored.
                row = self._presenter.row({"text": ""}, incoming.language, reply_to=incoming.seq, number=0)
                return None, [{**row, "effects": {"create_case": case}}]
            if person:
                parsed = await self._brain.understand(incoming)
                intent = parsed["intent"]
                name = intent.get("full_retrieval_intent_name") or intent.get("name")
                confidence = round(float(intent.get("confidence") or 0), 4)
                return Answer({"name": name, "confidence": confidence}, incoming.language, [], False), []
            async with asyncio.timeout(self._seconds):
                answer = await self._brain.answer(incoming)
            replies = answer.replies
            language = answer.language
        except Exception as error:
            logger.error("the dialogue failed: %s", type(error).__name__, exc_info=error)
            self.forget(incoming.conversation_id)
            if person:
                # What was not understood is no reason to speak while a person does.
                return None, []
            answer, replies, language = None, [], incoming.language
        if answer is None or answer.failed or not replies:
            turn_failures.inc()
            replies = [*replies, self._problem(language)]
        rows = [self._presenter.row(r, language, reply_to=incoming.seq, number=n) for n, r in enumerate(replies)]
        for row, reply in zip(rows, replies, strict=True):
            row["effects"] = (reply.get("custom") or {}).get("effects") or {}
        return answer, rows

    def _apology(self, incoming: Incoming, person: bool) -> tuple[None, list[dict[str, Any]]]:
        """Says that something is wrong and offers a person, without asking the dialogue; nothing to whom one talks."""
        self.forget(incoming.conversation_id)
        turn_failures.inc()
        row = self._presenter.row(self._problem(incoming.language), incoming.language, reply_to=incoming.seq, number=0)
        return None, [] if person else [{**row, "effects": {}}]

    def _problem(self, language: str) -> dict[str, Any]:
        """The apology, with a form that reaches a person even if nothing else works."""
        reply = self._brain.replies.reply("utter_technical_problem", language)
        return {**reply, "custom": {"form": self._fallback.form(language)}} if self._fallback else reply

    def _store(
        self, connection: Connection, conversation: Any, message: Any, answer: Answer | None, rows: list[dict[str, Any]]
    ) -> Done:
        now = time.time()
        # This locks the conversation: whoever stores a further message waits, and finds the lease free.
        spoken_in = log.release(connection, conversation.id, self._worker)
        if spoken_in is None:
            raise LostLease
        if (spoken_in == "live") != (conversation.state == "live"):
            raise OtherSpeaker
        extra = {**message.extra, "intent": answer.intent} if answer else dict(message.extra)
        answered = self._brain.trackers.answered(conversation.id) if answer and conversation.state != "live" else None
        if answered:
            extra["answered"] = answered
        if not log.settle(connection, message, extra):
            raise LostLease
        version = 0
        if answer is not None and conversation.state != "live":
            events = self._brain.trackers.take_new_events(conversation.id)
            version = tracker.append_events(connection, conversation.id, events)
        for row in rows:
            for name, values in row["effects"].items():
                if name == ERASE:
                    log.erase(connection, conversation.id)
                    self._bus.announce(connection, conversation.id, {"state": "deleted"})
                    # What was said last is nowhere stored; only who waits for it hears it.
                    next_to_it = range(message.seq + 1, message.seq + 1 + len(rows))
                    return Done(_replies(rows, next_to_it, now), 0, more=False, erased=True)
                told = self._effects[name](connection, conversation.id, message.seq, values)
                if told:
                    row["text"], row["extra"] = told["text"], {**row["extra"], **told["extra"]}
                crash_point(f"after_{name}")
        numbers = log.append(connection, conversation.id, rows, at=now)
        if answer is not None and answer.language != conversation.language:
            log.set_state(connection, conversation.id, language=answer.language)
        if conversation.state == "closed":
            log.set_state(connection, conversation.id, state="bot")
        more = log.oldest_pending(connection, conversation.id) is not None
        if more:
            log.claim(connection, conversation.id, self._worker, self._lease_seconds)
        self._bus.announce(connection, conversation.id)
        return Done(_replies(rows, numbers, now), version, more)


def _replies(rows: list[dict[str, Any]], numbers: Sequence[int], at: float) -> list[Reply]:
    return [
        Reply(seq, at, row["author"], row["text"], row["language"], row["extra"])
        for seq, row in zip(numbers, rows, strict=True)
    ]
