"""Messages to the trained assistant itself, without a server around it."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

from bot.conversation.brain import Answer, Brain, Incoming

_numbers = itertools.count()


def talk(brain: Brain, steps: list[str | tuple[str, str]], language: str = "de") -> tuple[list[Answer], dict[str, Any]]:
    """The answers to messages (text, or text and a button's payload), and the slots after them."""

    async def say() -> tuple[list[Answer], dict[str, Any]]:
        conversation, spoken, answers = f"talking {next(_numbers)}", language, []
        for seq, step in enumerate(steps, 1):
            text, payload = step if isinstance(step, tuple) else (step, None)
            answers.append(await brain.answer(Incoming(conversation, seq, text, spoken, payload)))
            spoken = answers[-1].language
        tracker = await brain.trackers.retrieve(conversation)
        assert tracker is not None
        return answers, tracker.current_slot_values()

    return asyncio.run(say())


def names(answer: Answer) -> list[str]:
    return [str(reply.get("utter_action")) for reply in answer.replies]
