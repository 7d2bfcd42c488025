"""Actions as Rasa calls them, with the real content: slots and a message in, replies and new slots out."""

from __future__ import annotations

import asyncio
import inspect
from dataclasses import dataclass, field
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.errors import load_yaml
from bot.knowledge.index import plain_glosser
from bot.nlu.reader import SampleReader
from bot.resources import Resources, use
from bot.settings import Settings
from tests.conftest import ROOT

SLOTS = dict.fromkeys(load_yaml(ROOT / "domain.yml").data["slots"])


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Resources:
    """The content; the lists of words are read as they were written, without a model."""
    found = Resources.load(Settings(data=ROOT / "data", var=tmp_path_factory.mktemp("actions"), secret="test"))
    found.readings.use(SampleReader(plain_glosser(ROOT / "data", found.region), None))
    return found


@pytest.fixture(autouse=True)
def resources(loaded: Resources) -> Resources:
    """It, as that of this process."""
    use(loaded)
    return loaded


@dataclass
class Talk:
    """A conversation as actions see it; what they set is kept."""

    slots: dict[str, Any] = field(default_factory=lambda: {**SLOTS, "language": "de"})
    events: list[dict[str, Any]] = field(default_factory=list)
    loop: dict[str, Any] = field(default_factory=dict)
    case: dict[str, Any] | None = None
    replies: list[dict[str, Any]] = field(default_factory=list)
    """Of the last action."""

    def tracker(
        self, intent: str = "", text: str = "", *, typed: bool = True, ranking: dict[str, float] | None = None, **entities: Any
    ) -> Tracker:
        """After a message; an entity that is a list was named several times."""
        values = [(name, each) for name, value in entities.items() for each in (value if isinstance(value, list) else [value])]
        message = {
            "text": text, "intent": {"name": intent, "confidence": (ranking or {}).get(intent, 1.0)},
            "metadata": {"typed": typed, "case": self.case, "language": self.slots["language"]},
            "entities": [{"entity": name, "value": value, "start": 0, "end": 0} for name, value in values],
            "intent_ranking": [{"name": name, "confidence": confidence} for name, confidence in (ranking or {}).items()],
        }  # fmt: skip
        return Tracker("s", self.slots, message, self.events, False, None, self.loop, None)

    def run(self, action: Any, intent: str = "", text: str = "", **more: Any) -> list[str]:
        """Names of the replies that the action gives to a message (see `tracker`)."""
        dispatcher = CollectingDispatcher()
        events = action.run(dispatcher, self.tracker(intent, text, **more), {})
        for event in asyncio.run(events) if inspect.isawaitable(events) else events:
            if event["event"] == "slot":
                self.slots[event["name"]] = event["value"]
        self.replies = dispatcher.messages
        return [reply["response"] for reply in self.replies]

    def effects(self) -> dict[str, Any]:
        """What the replies ask the server to do."""
        return {k: v for reply in self.replies for k, v in ((reply.get("custom") or {}).get("effects") or {}).items()}


@pytest.fixture
def talk() -> Talk:
    """A new conversation in German."""
    return Talk()
