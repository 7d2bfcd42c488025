"""Rasa's agent as this server uses it: a message in, what was understood, replies and new events out."""

from __future__ import annotations

import json
import logging
import os
import re
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Dict, List

from rasa.core.agent import Agent
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.core.lock_store import InMemoryLockStore
from rasa.shared.core.events import SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig
from threadpoolctl import threadpool_limits

from bot.conversation import shortcuts
from bot.conversation.action_endpoint import InProcessActions, take_failure
from bot.conversation.following import FollowUps
from bot.conversation.replies import ReplyGenerator
from bot.conversation.shortcuts.known_model import checked_already
from bot.conversation.shortcuts.runner import DirectRunner
from bot.conversation.tracker import ConversationTrackerStore
from bot.languages import Languages
from bot.nlu.intents import JointIntentClassifier, intent_row, selected_response
from bot.nlu.reader import SampleReader
from bot.nlu.tokenizer import NO_TOKENS

log = logging.getLogger(__name__)

_SEARCH_SLOT = "search_kind"
_NOBODY = "warm-up"
_FALLBACK = "nlu_fallback"
_COMMAND = re.compile(r"[/ ]*/[\w/]*(@[\d.]+)? ?(\{.*)?", re.DOTALL)
"""As Rasa's `/restart` and `/find_job{"place": "x"}`."""
_ENDLESS_WORD = re.compile(r"(\S{80})\S+")
"""No language has such words, and looking for parts in one of 2,000 letters would take seconds."""
_NO_WORD = re.compile(r"[@/\d]|\w\.\w")
"""Part of an address or a number: written alike in every language."""


@dataclass(frozen=True)
class Incoming:
    """A message as it is put to the dialogue. Exactly one of `text` and `payload` decides what it means."""

    conversation_id: str
    seq: int
    text: str
    language: str
    """The conversation's language so far."""
    payload: str | None = None
    """Of a button that we issued: `/intent` or `/intent{"entity": value}`; never anything typed."""
    entities: List[Dict[str, Any]] = field(default_factory=list)
    """Of a form that we issued."""
    case: Dict[str, Any] | None = None
    """The case that the conversation is about: number, state, topic, agreed (`bot.handoff.cases.for_dialogue`)."""


@dataclass(frozen=True)
class Answer:
    """What the dialogue makes of a message."""

    intent: Dict[str, Any]
    """`name` (retrieval intents as `faq/x`) and `confidence`."""
    language: str
    """The conversation's language from now on."""
    replies: List[Dict[str, Any]]
    """Rasa's bot messages: text, buttons, custom, metadata, utter_action."""
    failed: bool
    """An action failed: the visitor must be told."""
    entities: List[Dict[str, Any]] = field(default_factory=list)


class _Collector(OutputChannel):
    """Keeps what the dialogue says."""

    def __init__(self) -> None:
        self.replies: List[Dict[str, Any]] = []

    @classmethod
    def name(cls) -> str:
        return "lotse"

    async def send_response(self, recipient_id: str, message: Dict[str, Any]) -> None:
        self.replies.append(message)


class Brain:
    """The loaded model with everything that a turn needs."""

    def __init__(
        self, generator: ReplyGenerator, languages: Languages, action_endpoint: str = "", follow_ups: FollowUps | None = None
    ) -> None:
        """`follow_ups`: reads what only makes sense after the last reply; None: every message is read alone."""
        self._follow_ups = follow_ups
        self.trackers = ConversationTrackerStore()
        self.replies = generator
        self._languages = languages
        self._actions = EndpointConfig(action_endpoint) if action_endpoint else InProcessActions()
        self._agent = Agent(
            generator=generator,
            tracker_store=self.trackers,
            # Turns are put in order by the lease in the database; a second lock would order nothing.
            lock_store=InMemoryLockStore(),
            action_endpoint=self._actions,
        )
        # Without the wrapper that would go on in memory, and say nothing, where a tracker cannot be kept.
        self._agent.tracker_store = self.trackers
        self.model: str | None = None

    def load(self, model: Path) -> None:
        """Loads a model, or raises and keeps the present one."""
        before = self._agent.processor
        try:
            with checked_already():
                self._agent.load_model(str(model))
        except Exception:
            self._agent.processor = before
            raise
        if isinstance(self._actions, InProcessActions):
            self._actions.use(self._agent.domain)
        processor = self._agent.processor
        assert processor is not None
        shortcuts.take(processor, self._actions)
        # Rasa would write out both domains, this one and an empty one, to find that out with each message.
        self._agent.domain.is_empty = partial(bool, self._agent.domain.is_empty())  # type: ignore[method-assign]
        # As with the encoder, one thread a message: a second one wins nothing on such small matrices, and waits busily.
        threadpool_limits(limits=1, user_api="blas")
        self.model = os.path.basename(model)

    async def warm_up(self) -> None:
        """Answers once in each language, so that no visitor waits for what is loaded on first use."""
        for code in self._languages.written:
            await self.answer(Incoming(_NOBODY, 0, "ok", code))
            self.trackers.forget(_NOBODY)

    @property
    def is_ready(self) -> bool:
        """Whether a model is loaded."""
        return self._agent.is_ready()

    @property
    def reader(self) -> SampleReader | None:
        """The loaded model's reader of words and vectors; None without a model."""
        runner = self._agent.processor.graph_runner if self._agent.processor else None
        components = runner.components if isinstance(runner, DirectRunner) else []
        return next((each.reader for each in components if isinstance(each, JointIntentClassifier)), None)

    async def understand(self, message: Incoming) -> Dict[str, Any]:
        """Rasa's parse data, without any effect on the dialogue."""
        tracker = await self.trackers.retrieve(message.conversation_id)
        return await self._parse(message, tracker)

    async def answer(self, message: Incoming) -> Answer:
        """Carries the dialogue one message further, in the cached tracker; see `ConversationTrackerStore`."""
        processor = self._agent.processor
        if processor is None:
            raise RuntimeError("there is no model; run `lotse train --force`")
        channel = _Collector()
        take_failure()
        tracker = await processor.fetch_tracker_and_update_session(message.conversation_id, channel)
        await self.trackers.save(tracker)
        parsed = await self._parse(message, tracker)
        language = self.language_after(message, parsed)
        if tracker.get_slot("language") != language:
            tracker.update(SlotSet("language", language), self._agent.domain)
        said = UserMessage(
            message.text,
            channel,
            message.conversation_id,
            parse_data=parsed,
            input_channel="lotse",
            message_id=str(message.seq),
            metadata={
                "seq": message.seq, "case": message.case, "typed": message.payload is None, "language": message.language,
            },  # fmt: skip
        )
        # As its `handle_message`, which would look for the conversation once more.
        await processor._handle_message_with_tracker(said, tracker)
        await processor.run_action_extract_slots(channel, tracker)
        await processor._run_prediction_loop(channel, tracker)
        failure = take_failure()
        if failure is not None:
            log.error("an action failed", exc_info=failure)
        return Answer(
            intent={
                "name": parsed["intent"].get("full_retrieval_intent_name") or parsed["intent"].get("name"),
                "confidence": round(float(parsed["intent"].get("confidence") or 0), 4),
            },
            language=tracker.get_slot("language") or language,
            replies=channel.replies,
            failed=failure is not None,
            entities=parsed.get("entities") or [],
        )

    async def _parse(self, message: Incoming, tracker: DialogueStateTracker | None) -> Dict[str, Any]:
        if message.payload is not None:
            return parse_payload(message.text, message.payload, message.entities)
        processor = self._agent.processor
        assert processor is not None
        metadata: Dict[str, Any] = {"language": self._languages[message.language].understands, NO_TOKENS: True}
        if tracker is not None:
            metadata["expects"] = tracker.get_slot("requested_slot") or tracker.get_slot("asked_criterion")
            metadata["searching"] = tracker.get_slot(_SEARCH_SLOT) if tracker.active_loop_name is None else None
        # Rasa would read a leading slash as a command.
        text = _ENDLESS_WORD.sub(r"\1", message.text.lstrip("/ "))
        parsed = await processor.parse_message(UserMessage(text, metadata=metadata), tracker)
        if _COMMAND.fullmatch(message.text):
            # Nobody talks like this: whatever its words may mean is asked back, and nothing is changed by it.
            parsed.update(intent=intent_row(_FALLBACK, 0.0), entities=[], response_selector={}, switches_to=None)
        elif self._follow_ups and tracker is not None and tracker.active_loop_name is None:
            language = parsed.get("language") or metadata["language"]
            self._follow_ups.read(parsed, text, language, self._follow_ups.subject(tracker))
        return parsed

    def language_after(self, message: Incoming, parsed: Dict[str, Any]) -> str:
        """The conversation's language once this message is read."""
        switches_to = parsed.get("switches_to")
        words = [word for word in message.text.split() if not _NO_WORD.search(word)]
        if words and switches_to and switches_to != self._languages[message.language].understands:
            return switches_to
        return message.language


def split_payload(payload: str) -> tuple[str, Dict[str, Any]]:
    """The intent of a button's payload, and its entities with their values.

    Raises:
        ValueError: the payload is not `/intent` or `/intent{...}`.
    """
    if not payload.startswith("/"):
        raise ValueError(f"{payload!r} is no payload; it begins with a slash and an intent")
    name, brace, values = payload[1:].partition("{")
    return name, json.loads(brace + values) if brace else {}


def parse_payload(text: str, payload: str, entities: List[Dict[str, Any]]) -> Dict[str, Any]:
    """A button's payload or a form's values as Rasa's parse data.

    Raises:
        ValueError: the payload is not `/intent` or `/intent{...}`.
    """
    name, given = split_payload(payload)
    found = [{"entity": entity, "value": value, "start": 0, "end": 0, "extractor": "button"} for entity, value in given.items()]
    return {
        "text": text,
        "intent": intent_row(name, 1.0),
        "entities": found + entities,
        "intent_ranking": [{"name": name, "confidence": 1.0}],
        "response_selector": selected_response(name),
    }
