"""How well a model understands questions that it has not learned from."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.conversation.brain import Brain, Incoming
from bot.conversation.replies import ReplyGenerator
from bot.languages import Languages
from bot.training.examples import Example

FALLBACK = "nlu_fallback"
OUT_OF_SCOPE = "out_of_scope"


@dataclass(frozen=True)
class Reading:
    """What the model made of a question."""

    question: Example
    ranking: list[tuple[str, float]]
    """Full intent names with their probabilities, likeliest first."""
    language: str
    asked_back: bool
    """The model was not sure enough to answer."""
    words: int = 0
    """Words of the question; 0 where the language has no list of words."""
    glossed: int = 0
    """How many of them the language's list, or a name, could tell the meaning of."""

    @property
    def first(self) -> bool:
        """The right intent is the likeliest."""
        return self.ranking[0][0] == self.question.intent

    @property
    def three(self) -> bool:
        """The right intent is among the three likeliest."""
        return self.question.intent in [name for name, _ in self.ranking[:3]]

    @property
    def refused(self) -> bool:
        """The visitor is told that this is not understood, or not for this assistant."""
        return self.asked_back or self.ranking[0][0] == OUT_OF_SCOPE


def load_brain(model: Path, languages: Languages) -> Brain:
    """A model that understands and has no replies."""
    brain = Brain(ReplyGenerator({}, lambda _: {}, languages.default), languages)
    brain.load(model)
    return brain


def read_questions(brain: Brain, questions: Sequence[Example]) -> list[Reading]:
    """Each question as the first message of a conversation in its language."""

    async def read() -> list[Reading]:
        found = []
        for question in questions:
            parsed = await brain.understand(Incoming("nobody", 1, question.text, question.language))
            ranking = [(r["name"], r["confidence"]) for r in parsed["intent_ranking"] if r["name"] != FALLBACK]
            asked_back = parsed["intent"]["name"] == FALLBACK
            found.append(Reading(question, ranking, parsed["language"], asked_back, *_glossed(brain, question)))
        return found

    return asyncio.run(read())


def _glossed(brain: Brain, question: Example) -> tuple[int, int]:
    glosser = brain.reader.glosser if brain.reader else None
    if glosser is None or question.language not in glosser.languages:
        return 0, 0
    reads = glosser.trace(question.text, question.language)
    known = [read for read in reads if read.how not in ("kept", "unknown") or read.text.isdigit()]
    return sum(len(read.text.split()) for read in reads), sum(len(read.text.split()) for read in known)


def share(readings: Iterable[Reading], holds: Callable[[Reading], bool]) -> float:
    """The share of the readings that something holds for; 0 of none."""
    held = [holds(reading) for reading in readings]
    return sum(held) / len(held) if held else 0.0
