"""Has each message answered once, those of a conversation in their order, whatever crashes in between.

Who holds the conversation's lease takes the oldest unanswered message. As all that comes of it is stored together
(`answering.py`), after a crash the lease runs out and any worker goes on with the same message, from the same state.
"""

from __future__ import annotations

import asyncio
import logging
import time
from functools import partial
from typing import Any

from prometheus_client import Histogram
from sqlalchemy.engine import Connection

from bot.background import repeating
from bot.conversation import log
from bot.conversation.answering import Answering, Done, Found, LostLease, OtherSpeaker
from bot.conversation.events import EventBus, Subscription
from bot.conversation.presenting import Presenter
from bot.db import Database, Unavailable
from bot.faults import crash_point
from bot.handoff import talk

logger = logging.getLogger(__name__)

turn_seconds = Histogram(
    "lotse_turn_seconds", "From taking a message to its stored reply",
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5),
)  # fmt: skip

_TRIES = 3
"""A message whose turn failed so often, or was so often the last thing a worker did, is answered with an apology."""
_PAUSE = 0.2
"""Seconds before the next try."""
_LOOK_SECONDS = 1.0
_STEPS = 6
"""Of the event loop, until what a request answers is on its way: the turn it began keeps the loop busy then."""


class Turns:
    """Runs the turns of this worker.

    Args:
        answering: Answers a single message.
        worker: Name of this process in leases.
        seconds: So long those in work may go on when the server stops.
    """

    def __init__(
        self,
        database: Database,
        bus: EventBus,
        presenter: Presenter,
        answering: Answering,
        *,
        worker: str,
        lease_seconds: float = 30,
        seconds: float = 5,
    ) -> None:
        self._database = database
        self._bus = bus
        self._presenter = presenter
        self._answering = answering
        self._worker = worker
        self._lease_seconds = lease_seconds
        self._seconds = seconds
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

        def store(connection: Connection) -> tuple[log.Accepted, Found | None]:
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
                found = self._answering.look(connection, accepted.conversation)
            except (ValueError, KeyError, TypeError):
                # A message is stored whatever there is to read of the conversation; its turn looks again, and says so.
                return accepted, None
            if at_once and self._database.is_sqlite:
                # The message is read while the disk writes it. What comes of it is stored by the same thread, after the
                # message; if that could not be stored, there is nothing to mark as answered, and the turn is void.
                begun = True
                loop.call_soon_threadsafe(partial(self.begin, conversation.id, found, at_once=True))
            return accepted, found

        accepted, found = await self._database.write(store)
        if accepted.claimed and not begun:
            self.begin(conversation.id, found, at_once=at_once)
        if accepted.fresh and (conversation.state == "live" or not accepted.claimed):
            # Otherwise the turn tells of the message together with the reply, or when it takes longer.
            self._bus.publish(conversation.id)
        return accepted.seq

    def begin(self, conversation_id: str, found: Found | None = None, *, at_once: bool = False) -> None:
        """Answers the conversation's messages; call it when its lease was claimed.

        Args:
            found: As it was found while the lease was claimed; None: it is looked for.
            at_once: As in `accept`.
        """
        running = self._running.get(conversation_id)
        if running is not None:
            # It has given the lease back, or is about to, and ends: another one has to follow it.
            running.add_done_callback(lambda _: self.begin(conversation_id, found, at_once=at_once))
            return
        task = asyncio.create_task(self._run(conversation_id, found, at_once=at_once), name=f"turn {conversation_id}")
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

    async def _run(self, conversation_id: str, found: Found | None, *, at_once: bool) -> None:
        failed = 0
        for _ in range(0 if at_once else _STEPS):
            await asyncio.sleep(0)
        try:
            while True:
                if found is None or not self._answering.holds(found):
                    found = await self._database.look_up(lambda c: self._find(c, conversation_id))
                if found is None or found.message is None:
                    # Nothing left to do, unless a message has come in since: then its sender saw our lease.
                    if not await self._database.write(lambda c: self._give_back(c, conversation_id)):
                        return
                    found = None
                    continue
                crash_point("before_answer")
                started = time.perf_counter()
                present, message, found = found, found.message, None
                give_up = failed >= _TRIES or message.tries >= _TRIES
                try:
                    done = await self._answering.answer(present, give_up=give_up)
                except OtherSpeaker:
                    self._answering.forget(conversation_id)
                    continue
                except (LostLease, Unavailable):
                    raise
                except Exception:
                    if give_up:
                        raise
                    logger.exception("a turn failed, try %d of %d", failed + 1, _TRIES)
                    self._answering.forget(conversation_id)
                    failed += 1
                    await asyncio.sleep(_PAUSE)
                    continue
                failed = 0
                self._tell(conversation_id, message.seq, done)
                turn_seconds.observe(time.perf_counter() - started)
                if not done.more:
                    return
        except LostLease:
            logger.warning("a turn was taken over by another worker")
            self._answering.forget(conversation_id)
        except Unavailable:
            # The message is stored; the sweeper takes it up when the database is back.
            self._answering.forget(conversation_id)
        except Exception:
            logger.exception("a turn failed")
            self._answering.forget(conversation_id)

    def _find(self, connection: Connection, conversation_id: str) -> Found | None:
        try:
            return self._answering.look(connection, log.find(connection, conversation_id))
        except log.NotFound:
            return None

    def _give_back(self, connection: Connection, conversation_id: str) -> bool:
        """Releases the lease; True if there is a message after all."""
        # This locks the conversation: a message that is being stored is there now, or finds the lease free.
        if not log.extend(connection, conversation_id, self._worker, self._lease_seconds):
            return False
        if log.oldest_pending(connection, conversation_id) is not None:
            return True
        log.release(connection, conversation_id, self._worker)
        return False

    def _tell(self, conversation_id: str, seq: int, done: Done) -> None:
        told = self._waiting.get((conversation_id, seq))
        if told is not None and not told.done():
            told.set_result([self._presenter.message(reply) for reply in done.replies])
        self._bus.publish(conversation_id, {"state": "deleted"} if done.erased else {"typing": False, "author": "bot"})


async def _news(subscription: Subscription, deadline: float) -> None:
    """Waits until there may be more to see than that somebody types, at most until `deadline`."""
    while True:
        notes = await subscription.wait(deadline - time.monotonic())
        if not notes or not all(note.get("typing") for note in notes):
            return
