"""Answers messages: each once, those of a conversation in their order, whatever crashes in between.

A turn is one transaction: the replies, the dialogue's new events, a new case, and the mark "answered" are stored
together or not at all. Who holds the conversation's lease takes the oldest unanswered message. After a crash the
lease runs out and any worker goes on with the same message, from the same dialogue state.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from prometheus_client import Counter, Histogram
from sqlalchemy.engine import Connection

from bot.background import repeating
from bot.conversation import log, tracker
from bot.conversation.brain import Answer, Brain, Incoming
from bot.conversation.events import EventBus, Subscription
from bot.conversation.presenting import Presenter
from bot.db import Database, Unavailable
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

turn_seconds = Histogram(
    "lotse_turn_seconds", "From taking a message to its stored reply",
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5),
)  # fmt: skip
turn_failures = Counter("lotse_turn_failures_total", "Turns that ended with an apology")


_TRIES = 3
"""A message whose turn failed so often, or was so often the last thing a worker did, is answered with an apology."""
_PAUSE = 0.2
_LOOK_SECONDS = 1.0
_TYPING_AFTER = 0.3
"""Seconds until the assistant is shown as typing: it has nearly always answered by then."""
_STEPS = 6
"""Of the event loop, until what a request answers is on its way: the turn it began keeps the loop busy then."""


class _LostLease(Exception):
    """Another worker has taken the conversation over; what this one prepared is void."""


class _OtherSpeaker(Exception):
    """While a turn was prepared a person began or ceased to answer; it is to be prepared anew."""


@dataclass(frozen=True)
class _State:
    conversation: Any
    message: Any | None
    version: int
    events: list[dict[str, Any]] | None
    """Stored events, if the cached tracker is out of date."""
    case: dict[str, Any] | None
    """What the dialogue may know of the case that the conversation is about."""


@dataclass(frozen=True)
class _Reply:
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
class _Done:
    """What a turn's transaction has stored."""

    replies: list[_Reply]
    version: int
    """Of the tracker."""
    more: bool
    """Another message waits."""
    erased: bool = False
    """The visitor had the conversation deleted: nothing is stored."""


class Turns:
    """Runs the turns of this worker.

    Args:
        worker: Name of this process in leases.
        effects: What a reply's `custom.effects` may ask for, by name.
        seconds: A turn that takes longer is answered with an apology.
        slow: Tests only: seconds added to each turn.
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
        self._fallback = fallback
        self._database = database
        self._brain = brain
        self._bus = bus
        self._presenter = presenter
        self._worker = worker
        self._effects = effects
        self._lease_seconds = lease_seconds
        self._seconds = seconds
        self._slow = slow
        self._running: dict[str, asyncio.Task[None]] = {}
        self._waiting: dict[tuple[str, int], asyncio.Future[list[dict[str, Any]]]] = {}
        """Who waits for the replies to which message; told by the turn, or by a look into the log."""
        self._sweeper = repeating("turns", _LOOK_SECONDS, self._sweep, logger)

    def start(self) -> None:
        """Takes up what a crash left, now and whenever a lease has run out."""
        self._sweeper.start()

    async def stop(self) -> None:
        """Finishes the turns in work."""
        await self._sweeper.stop()
        if self._running:
            await asyncio.wait(list(self._running.values()), timeout=self._seconds)

    async def accept(
        self, conversation: Any, *, client_id: str, text: str, extra: dict[str, Any], at_once: bool = False
    ) -> int:
        """Stores a visitor's message, once for each `client_id`, and has it answered; returns its number.

        Args:
            conversation: Its row.
            extra: What a button or a form means.
            at_once: Nobody is told before the reply is there.

        Raises:
            NotFound: the conversation was erased in the meantime.
        """
        loop, begun = asyncio.get_running_loop(), False

        def store(connection: Connection) -> tuple[log.Accepted, _State | None]:
            nonlocal begun
            accepted = log.accept(
                connection, conversation.id, client_id=client_id, text=text, language=conversation.language, extra=extra,
                worker=self._worker, lease_seconds=self._lease_seconds,
            )  # fmt: skip
            if accepted.fresh:
                talk.visitor_wrote(connection, conversation.id)
                self._bus.announce(connection, conversation.id)
            if not accepted.claimed:
                return accepted, None
            try:
                state = self._state(connection, accepted.conversation)
            except (ValueError, KeyError, TypeError):
                # A message is stored whatever there is to read of the conversation; its turn looks again, and says so.
                return accepted, None
            if at_once and self._database.is_sqlite:
                # The message is read while the disk writes it. What comes of it is stored by the same thread, after the
                # message; if that could not be stored, there is nothing to mark as answered, and the turn is void.
                begun = True
                loop.call_soon_threadsafe(partial(self.begin, conversation.id, state, at_once=True))
            return accepted, state

        accepted, state = await self._database.write(store)
        if accepted.claimed and not begun:
            self.begin(conversation.id, state, at_once=at_once)
        if accepted.fresh and (conversation.state == "live" or not accepted.claimed):
            # Otherwise the turn tells of the message together with the reply, or when it takes longer.
            self._bus.publish(conversation.id)
        return accepted.seq

    def begin(self, conversation_id: str, state: _State | None = None, *, at_once: bool = False) -> None:
        """Answers the conversation's messages; call it when its lease was claimed.

        Args:
            state: As it was found while the lease was claimed; None: it is looked for.
            at_once: As in `accept`.
        """
        running = self._running.get(conversation_id)
        if running is not None:
            # It has given the lease back, or is about to, and ends: another one has to follow it.
            running.add_done_callback(lambda _: self.begin(conversation_id, state, at_once=at_once))
            return
        task = asyncio.create_task(self._run(conversation_id, state, at_once=at_once), name=f"turn {conversation_id}")
        self._running[conversation_id] = task
        task.add_done_callback(lambda _: self._running.pop(conversation_id, None))

    async def replies(self, conversation_id: str, seq: int, seconds: float) -> list[dict[str, Any]] | None:
        """The replies to message `seq` as API messages, or None if its turn is not done in time."""
        key = (conversation_id, seq)
        told = self._waiting.setdefault(key, asyncio.get_running_loop().create_future())
        deadline = time.monotonic() + seconds
        running = self._running.get(conversation_id)
        try:
            if running is not None:
                # Its turn, most likely.
                either: set[asyncio.Future[Any]] = {told, running}
                await asyncio.wait(either, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
                if told.done():
                    return told.result()
            with self._bus.subscribe(conversation_id) as subscription:
                while True:
                    # Another worker may have answered, or the turn was over before we began to wait.
                    done, rows = await self._database.look_up(lambda c: log.replies_to(c, conversation_id, seq))
                    if done:
                        return [self._presenter.message(row) for row in rows]
                    if time.monotonic() >= deadline:
                        return None
                    await _news(subscription, deadline)
                    if told.done():
                        return told.result()
        finally:
            self._waiting.pop(key, None)

    async def _sweep(self) -> None:
        for conversation_id in await self._database.read(log.waiting_conversations):
            claim = partial(
                log.take_over, conversation_id=conversation_id, worker=self._worker, seconds=self._lease_seconds
            )
            if await self._database.write(claim):
                self.begin(conversation_id)

    async def _run(self, conversation_id: str, state: _State | None, *, at_once: bool) -> None:
        failed = 0
        for _ in range(0 if at_once else _STEPS):
            await asyncio.sleep(0)
        try:
            while True:
                if state is None or not self._holds(state):
                    state = await self._database.look_up(lambda c: self._find(c, conversation_id))
                if state is None or state.message is None:
                    # Nothing left to do, unless a message has come in since: then its sender saw our lease.
                    if not await self._database.write(lambda c: self._give_back(c, conversation_id)):
                        return
                    state = None
                    continue
                crash_point("before_answer")
                started = time.perf_counter()
                give_up = failed >= _TRIES or state.message.tries >= _TRIES
                present, state = state, None
                try:
                    more = await self._turn(present, give_up=give_up)
                except _OtherSpeaker:
                    self._brain.trackers.forget(conversation_id)
                    continue
                except (_LostLease, Unavailable):
                    raise
                except Exception:
                    if give_up:
                        raise
                    logger.exception("a turn failed, try %d of %d", failed + 1, _TRIES)
                    self._brain.trackers.forget(conversation_id)
                    failed += 1
                    await asyncio.sleep(_PAUSE)
                    continue
                failed = 0
                turn_seconds.observe(time.perf_counter() - started)
                if not more:
                    return
        except _LostLease:
            logger.warning("a turn was taken over by another worker")
            self._brain.trackers.forget(conversation_id)
        except Unavailable:
            # The message is stored; the sweeper takes it up when the database is back.
            self._brain.trackers.forget(conversation_id)
        except Exception:
            logger.exception("a turn failed")
            self._brain.trackers.forget(conversation_id)

    def _find(self, connection: Connection, conversation_id: str) -> _State | None:
        try:
            return self._state(connection, log.find(connection, conversation_id))
        except log.NotFound:
            return None

    def _state(self, connection: Connection, conversation: Any) -> _State:
        conversation_id = conversation.id
        version, events = tracker.stored_version(connection, conversation_id), None
        if not self._brain.trackers.is_current(conversation_id, version):
            version, events = tracker.load_last_session(connection, conversation_id)
        case = talk.current(connection, conversation_id)
        message = log.oldest_pending(connection, conversation_id)
        return _State(conversation, message, version, events, cases.for_dialogue(case))

    def _holds(self, state: _State) -> bool:
        """Whether the tracker that it found is still there."""
        return state.events is not None or self._brain.trackers.is_current(state.conversation.id, state.version)

    def _give_back(self, connection: Connection, conversation_id: str) -> bool:
        """Releases the lease; True if there is a message after all."""
        # This locks the conversation: a message that is being stored is there now, or finds the lease free.
        if not log.extend(connection, conversation_id, self._worker, self._lease_seconds):
            return False
        if log.oldest_pending(connection, conversation_id) is not None:
            return True
        log.release(connection, conversation_id, self._worker)
        return False

    async def _turn(self, state: _State, *, give_up: bool = False) -> bool:
        """Answers one message, with an apology if it is to be given up; True if another one waits."""
        conversation, message = state.conversation, state.message
        assert message is not None
        if self._brain.is_ready:
            if state.events is not None:
                self._brain.trackers.prepare(conversation.id, state.version, state.events)
            self._brain.trackers.shorten(conversation.id)
        incoming = Incoming(
            conversation.id, message.seq, message.text, conversation.language,
            payload=message.extra.get("payload"), entities=message.extra.get("entities") or [],
            case=state.case,
        )  # fmt: skip
        person = conversation.state == "live"
        with contextlib.nullcontext() if person else self._typing(conversation.id):
            if self._slow:
                await asyncio.sleep(self._slow)
            answer, rows = self._apology(incoming, person) if give_up else await self._answer(incoming, person=person)
        crash_point("before_commit")
        done = await self._database.write(lambda c: self._commit(c, conversation, message, answer, rows))
        crash_point("after_commit")
        if done.erased:
            self._brain.trackers.forget(conversation.id)
        elif answer is not None and conversation.state != "live":
            self._brain.trackers.committed(conversation.id, done.version)
        self._tell(conversation.id, message.seq, done.replies, erased=done.erased)
        return done.more

    @contextlib.contextmanager
    def _typing(self, conversation_id: str) -> Iterator[None]:
        """Shows the assistant as typing where the block lasts long enough to be seen."""
        note = {"typing": True, "author": "bot"}
        begins = asyncio.get_running_loop().call_later(_TYPING_AFTER, self._bus.publish, conversation_id, note)
        try:
            yield
        finally:
            begins.cancel()

    async def _answer(self, incoming: Incoming, *, person: bool) -> tuple[Answer | None, list[dict[str, Any]]]:
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
            self._brain.trackers.forget(incoming.conversation_id)
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
        self._brain.trackers.forget(incoming.conversation_id)
        turn_failures.inc()
        row = self._presenter.row(self._problem(incoming.language), incoming.language, reply_to=incoming.seq, number=0)
        return None, [] if person else [{**row, "effects": {}}]

    def _problem(self, language: str) -> dict[str, Any]:
        """The apology, with a form that reaches a person even if nothing else works."""
        reply = self._brain.replies.reply("utter_technical_problem", language)
        return {**reply, "custom": {"form": self._fallback.form(language)}} if self._fallback else reply

    def _commit(
        self, connection: Connection, conversation: Any, message: Any, answer: Answer | None, rows: list[dict[str, Any]]
    ) -> _Done:
        now = time.time()
        # This locks the conversation: whoever stores a further message waits, and finds the lease free.
        spoken_in = log.release(connection, conversation.id, self._worker)
        if spoken_in is None:
            raise _LostLease
        if (spoken_in == "live") != (conversation.state == "live"):
            raise _OtherSpeaker
        extra = {**message.extra, "intent": answer.intent} if answer else dict(message.extra)
        answered = self._brain.trackers.answered(conversation.id) if answer and conversation.state != "live" else None
        if answered:
            extra["answered"] = answered
        if not log.settle(connection, message, extra):
            raise _LostLease
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
                    return _Done(_replies(rows, next_to_it, now), 0, more=False, erased=True)
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
        return _Done(_replies(rows, numbers, now), version, more)

    def _tell(self, conversation_id: str, seq: int, replies: list[_Reply], *, erased: bool) -> None:
        told = self._waiting.get((conversation_id, seq))
        if told is not None and not told.done():
            told.set_result([self._presenter.message(reply) for reply in replies])
        self._bus.publish(conversation_id, {"state": "deleted"} if erased else {"typing": False, "author": "bot"})


def _replies(rows: list[dict[str, Any]], numbers: Sequence[int], at: float) -> list[_Reply]:
    return [
        _Reply(seq, at, row["author"], row["text"], row["language"], row["extra"])
        for seq, row in zip(numbers, rows, strict=True)
    ]


async def _news(subscription: Subscription, deadline: float) -> None:
    """Waits until there may be more to see than that somebody types, at most until `deadline`."""
    while True:
        notes = await subscription.wait(deadline - time.monotonic())
        if not notes or not all(note.get("typing") for note in notes):
            return
