"""The office's side of a hand-over: makes the case, says what can be expected, and ends waiting that was in vain."""

from __future__ import annotations

import logging
import time
from datetime import date, datetime
from typing import Any

from babel.dates import format_time
from sqlalchemy.engine import Connection

from bot.background import repeating
from bot.conversation import log
from bot.conversation.events import EventBus
from bot.conversation.presenting import Presenter, timestamp
from bot.conversation.replies import ReplyGenerator
from bot.db import Database
from bot.handoff import cases, live, notices, summary, talk
from bot.handoff.hours import answer_by
from bot.handoff.slots import slots_of
from bot.region import locale_of
from bot.resources import Resources

logger = logging.getLogger(__name__)

_LOOK_SECONDS = 2.0


class Desk:
    """See the module's text. Every worker has one; what ends is ended by one of them."""

    def __init__(
        self, database: Database, resources: Resources, replies: ReplyGenerator, presenter: Presenter, bus: EventBus
    ) -> None:
        self._database = database
        self._resources = resources
        self._replies = replies
        self._presenter = presenter
        self._bus = bus
        self._task = repeating("desk", _LOOK_SECONDS, self.round, logger)

    def create_case(
        self, connection: Connection, conversation_id: str, seq: int, values: dict[str, Any]
    ) -> dict[str, Any]:
        """The effect `create_case`: stores the case; returns the receipt, with what can be expected now."""
        number, language = values["number"], log.find(connection, conversation_id).language
        language = values.get("shown_in", language)
        values = {**values, "facts": self._facts(connection, conversation_id, values.get("facts"))}
        known = cases.find(connection, number)
        if known is not None and known.state == "closed" and known.conversation_id == conversation_id:
            cases.reopen(connection, number, seq, values)
        else:
            cases.create(connection, conversation_id, seq, values)
        live.begin(connection, number, self._resources.region)
        case = cases.find(connection, number)
        # Kept for the conversation's own pages, which speak the language that the answer is wanted in.
        log.set_state(connection, conversation_id, language=language)
        settings = self._resources.settings
        link = cases.receipt_link(settings.base_url, self._resources.secret, number)
        told = self._replies.reply(
            "utter_handoff_receipt", language, case_number=number, link=link,
            expectation=self.expectation(connection, case, language),
        )  # fmt: skip
        return {"text": told["text"], "extra": {"receipt": {"case_number": number}}}

    def _facts(self, connection: Connection, conversation_id: str, told: str | None) -> str | None:
        if not told:
            return told
        try:
            return summary.facts_for_staff(self._resources, slots_of(connection, conversation_id), told)
        except (KeyError, TypeError):
            # The case counts: it may come by the very form that is there for when the dialogue is at a loss.
            logger.exception("what is known of a visitor could not be said in another language")
            return told

    def form(self, language: str) -> dict[str, Any]:
        """The form that reaches a person without the dialogue."""
        return summary.form(self._resources, language, {}, direct=True)

    def accept(
        self, entities: list[dict[str, Any]], language: str, known: dict[str, Any] | None
    ) -> dict[str, Any] | None:
        """The case of that form sent back; None for any other message, or if the conversation has a case already."""
        if known is not None and known["state"] != "closed":
            return None
        return summary.direct_case(self._resources, cases.new_number(), entities, language)

    def expectation(self, connection: Connection, case: Any, language: str) -> str:
        """What the visitor can expect: a live chat soon, the last owner, or an answer by a day."""
        queue = live.waiting(connection, case, self._resources.dialogue["handoff"]["estimate"])
        if queue is not None:
            name = "utter_expect_live" if queue.minutes is not None else "utter_expect_live_unknown"
            return self._text(
                name, language, queue_place=queue.place, queue_minutes=queue.minutes,
                live_until=self._clock(queue.until, language),
            )  # fmt: skip
        day = self._text("utter_expect_message", language, answer_date=self.answer_date(language, case.updated_at))
        owner = cases.owner_name(connection, case)
        if owner:
            return self._text("utter_case_reopened", language, case_number=case.number, name=owner) + " " + day
        return day

    def outlook(self, connection: Connection, case: Any, language: str) -> dict[str, Any]:
        """For the visitor's page: `queue` (place, minutes, until) while a live chat is waited for, else `answer_by`."""
        queue = live.waiting(connection, case, self._resources.dialogue["handoff"]["estimate"])
        if queue is not None:
            return {"queue": {"place": queue.place, "minutes": queue.minutes, "until": timestamp(queue.until)}}
        if case.state == "new":
            # Since it is as it is: given back or passed on, it is promised anew.
            return {"answer_by": self._answer_by(case.updated_at).isoformat()}
        return {}

    def answer_date(self, language: str, since: float | None = None) -> str:
        """The day by which an answer can be expected to what came in at a moment, such as `25. November`."""
        return notices.day_in_words(self._answer_by(since), language)

    def _answer_by(self, since: float | None = None) -> date:
        zone = self._resources.region.time_zone
        return answer_by(self._resources.region, datetime.fromtimestamp(time.time() if since is None else since, zone))

    def notice(self, utter: str, language: str, **values: Any) -> dict[str, Any]:
        """A message of the system to the visitor, as a row of the log; `values` as in `notices.in_words`."""
        # Its buttons need ids that no other message of the conversation has.
        number = time.time_ns() // 1_000_000
        reply = self._replies.reply(utter, language, **notices.in_words(self._resources, values, language))
        row = self._presenter.row(reply, language, reply_to=None, number=number)
        return {**row, "author": "system", "extra": {**row["extra"], "values": values}}

    def left(self, connection: Connection, case: Any, language: str, name: str) -> dict[str, Any]:
        """As `notice`: somebody gives a conversation back, to the assistant or to who talks to the visitor as well."""
        other = talk.beside(connection, case)
        if other:
            return self._told("left_beside", language, name=name, other=other)
        return self.notice("utter_staff_left", language, name=name)

    def passed_on(self, connection: Connection, case: Any, language: str, team_id: str) -> dict[str, Any]:
        """As `notice`: another team has the case now."""
        values, other = {"case_number": case.number, "team_id": team_id}, talk.beside(connection, case)
        if other:
            return self._told("passed_on_beside", language, **values, other=other)
        return self.notice("utter_case_passed_on", language, **values)

    def reopened(self, connection: Connection, case: Any, language: str) -> dict[str, Any]:
        """As `notice`: staff have opened the case again; it lies with its last owner, or with nobody."""
        owner = cases.owner_name(connection, case)
        if owner:
            return self.notice("utter_case_reopened", language, case_number=case.number, name=owner)
        day = self._answer_by(case.updated_at).isoformat()
        return self._told("reopened_free", language, case_number=case.number, answer_by=day)

    def _told(self, key: str, language: str, **values: Any) -> dict[str, Any]:
        text = notices.text(self._resources, key, values, language)
        return {"author": "system", "text": text, "language": language, "extra": {"told": key, "values": values}}

    def search_kept(self, connection: Connection, conversation_id: str, language: str) -> list[dict[str, Any]]:
        """After a person has given the conversation back: the search that ran before, to go on with; else nothing."""
        looked = notices.criteria(slots_of(connection, conversation_id))
        return [{**self.notice("utter_search_kept", language, criteria=looked), "author": "bot"}] if looked else []

    def _text(self, utter: str, language: str, **values: Any) -> str:
        return str(self._replies.reply(utter, language, **values)["text"])

    def _clock(self, at: float, language: str) -> str:
        moment = datetime.fromtimestamp(at, self._resources.region.time_zone)
        return str(format_time(moment, "short", locale=locale_of(language)))

    def start(self) -> None:
        """Begins to look for waiting that is over."""
        self._task.start()

    async def stop(self) -> None:
        """Ends it."""
        await self._task.stop()

    async def round(self) -> list[str]:
        """Turns what nobody took in time into messages; returns the cases' numbers."""
        if not await self._database.read(live.any_missed):
            return []
        ended = await self._database.write(self._end)
        for _, conversation_id in ended:
            self._bus.publish(conversation_id)
        return [number for number, _ in ended]

    def _end(self, connection: Connection) -> list[tuple[str, str]]:
        ended = []
        for case in live.missed(connection):
            language = cases.language_of(connection, case)
            missed = self.notice("utter_live_missed", language, answer_by=self._answer_by().isoformat())
            log.append(connection, case.conversation_id, [missed])
            cases.note(connection, case.number, None, "not taken live")
            self._bus.announce(connection, case.conversation_id)
            ended.append((case.number, case.conversation_id))
        return ended
