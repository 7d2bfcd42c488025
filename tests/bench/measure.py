"""Trains or asks one system; prints one line of JSON. See `tests/bench/assistant.py`."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import os
import random
import resource
import sys
import time
from pathlib import Path
from typing import Any

STARTED = time.perf_counter()
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
ROOT = Path(__file__).parents[2]
_QUESTIONS = 120
_ASKED = 300
_IN_TURN = 100
_AT_ONCE = 20
_MESSAGES = 5
"""Of a conversation."""
_CONVERSATION = 200


def train(system: str, folder: Path) -> dict[str, Any]:
    """Seconds for a full training, by the clock and of processors."""
    from bot.cli import quiet

    quiet()
    from rasa.model_training import train as rasa_train

    started, used = time.perf_counter(), time.process_time()
    with contextlib.redirect_stdout(io.StringIO()):
        rasa_train("domain.yml", "config.yml", ["data"], output="models", fixed_model_name="model", force_training=True)
    return {"train_seconds": time.perf_counter() - started, "train_cpu_seconds": time.process_time() - used}


def memory_mb() -> float:
    """Resident memory now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def questions() -> list[Any]:
    """At most `_QUESTIONS` held-out questions a language, the same ones in every run."""
    from bot.languages import load_languages
    from bot.training.examples import read_examples

    languages = load_languages(ROOT / "data")
    every = read_examples(ROOT / "tests" / "nlu", languages)
    own = {code: [q for q in every if q.language == code] for code in languages.written}
    return [q for qs in own.values() for q in random.Random(3).sample(qs, min(len(qs), _QUESTIONS))]


class Ours:
    """The assistant as it serves: log, turn, one transaction, SQLite on disk."""

    async def start(self, folder: Path) -> None:
        """Loads everything."""
        from bot import lean

        lean.leave_out()
        from bot.app import assemble, preparing
        from bot.migrations import migrate
        from bot.resources import Resources, use
        from bot.serving import keep_what_is_loaded
        from bot.settings import Settings

        settings = Settings(data=folder / "data", models=folder / "models", var=folder / "var", turn_seconds=30)
        resources = Resources.load(settings)
        use(resources)
        migrate(settings.sqlalchemy_url)
        services = await assemble(resources, folder / "models" / "model.tar.gz")
        await asyncio.gather(*preparing)
        self.brain, self.database, self.turns = services.brain, services.database, services.turns
        self._rows: dict[str, Any] = {}
        reader = self.brain.reader
        assert reader is not None and reader.encoder is not None
        self._encode, reader.encoder.vector = reader.encoder.vector, self._vector  # type: ignore[method-assign]
        self._known: dict[str, Any] = {}
        self.encodes = True
        keep_what_is_loaded()

    def _vector(self, text: str) -> Any:
        """A vector that was made before where the encoder is to take no time: what is answered stays the same."""
        if not self.encodes and text in self._known:
            return self._known[text]
        vector = self._known[text] = self._encode(text)
        return vector

    async def ask(self, conversation: str, text: str, language: str) -> None:
        """From the request to the stored replies."""
        from bot.conversation import log

        if conversation not in self._rows:
            own = await self.database.write(
                lambda c: log.create(c, token=log.new_token(), language=language, page=None, greeting=[])
            )
            self._rows[conversation] = await self.database.look_up(lambda c: log.find(c, own))
        row = self._rows[conversation]
        seq = await self.turns.accept(row, client_id=os.urandom(8).hex(), text=text, extra={}, at_once=True)
        assert await self.turns.replies(row.id, seq, 30)

    async def understand(self, text: str, language: str) -> list[str]:
        """Full intent names, likeliest first."""
        from bot.conversation.brain import Incoming

        parsed = await self.brain.understand(Incoming("nobody", 1, text, language))
        return [row["name"] for row in parsed["intent_ranking"] if row["name"] != "nlu_fallback"]


class Stock:
    """Rasa's agent with its in-memory tracker store."""

    encodes = True

    async def start(self, folder: Path) -> None:
        """Loads the model."""
        from rasa.core.agent import Agent

        self.agent = Agent.load(str(folder / "models" / "model.tar.gz"))

    async def ask(self, conversation: str, text: str, language: str) -> None:
        """One message."""
        await self.agent.handle_text(text, sender_id=conversation)

    async def understand(self, text: str, language: str) -> list[str]:
        """Full intent names, likeliest first: the response selector's order where the intent is faq."""
        parsed = await self.agent.parse_message(text)
        selector = parsed.get("response_selector", {}).get("default", {}).get("ranking", [])
        names: list[str] = []
        for row in parsed.get("intent_ranking", []):
            if row["name"] == "nlu_fallback":
                continue
            names += [r["intent_response_key"] for r in selector[:3]] if row["name"] == "faq" else [row["name"]]
        return names


async def answer(system: str, folder: Path) -> dict[str, Any]:
    """Every figure but the training's."""
    import numpy as np

    asked = questions()
    subject = Ours() if system == "ours" else Stock()
    await subject.start(folder)
    await subject.ask("first", "Guten Tag", "de")
    result: dict[str, Any] = {"ready_seconds": time.perf_counter() - STARTED, "memory_mb": memory_mb(), "questions": len(asked)}

    first, three, by_language = [], [], {}
    for question in asked:
        ranking = await subject.understand(question.text, question.language)
        first.append(ranking[:1] == [question.intent])
        three.append(question.intent in ranking[:3])
        by_language.setdefault(question.language, []).append(first[-1])
    result |= {"accuracy": float(np.mean(first)), "top3": float(np.mean(three))}
    result["by_language"] = {language: float(np.mean(hits)) for language, hits in by_language.items()}

    # What needs no action of ours: the stock project has no action server.
    plain = [q for q in asked if q.intent.startswith("faq/") or q.intent in ("greet", "thank", "goodbye", "small_talk")]
    plain = (plain * (1 + _ASKED // len(plain)))[:_ASKED]
    seconds: dict[bool, list[float]] = {True: [], False: []}
    spent: dict[bool, list[tuple[float, float]]] = {True: [], False: []}
    # By turns, for a machine is faster in one minute than in the next.
    ways = (True, False) if system == "ours" else (True,)
    for start in range(0, len(plain), _IN_TURN):
        part = list(enumerate(plain[start : start + _IN_TURN], start))
        for subject.encodes in ways:
            for number, question in part:
                started = time.perf_counter()
                await subject.ask(f"c{subject.encodes}{number // _MESSAGES}", question.text, question.language)
                seconds[subject.encodes].append(time.perf_counter() - started)
            started, used = time.perf_counter(), time.process_time()
            for count in range(0, _IN_TURN, _AT_ONCE):
                talks = part[count : count + _AT_ONCE]
                # Each of them in a conversation that goes on, as those before.
                name = f"t{subject.encodes}{(start + count) // (_AT_ONCE * _MESSAGES)}-"
                await asyncio.gather(*(subject.ask(f"{name}{i}", q.text, q.language) for i, (_, q) in enumerate(talks)))
            spent[subject.encodes].append((time.perf_counter() - started, time.process_time() - used))
    subject.encodes = True
    for way, name in ((True, ""), (False, "_without")):
        # Stock has no encoder to leave out.
        took, (passed, used) = seconds[way] or seconds[True], map(sum, zip(*(spent[way] or spent[True]), strict=True))
        result |= {f"p{p}{name}_ms": float(np.percentile(took, p)) * 1000 for p in (50, 95, 99)}
        result |= {f"per_second{name}": len(plain) / passed, f"cpu{name}_ms": used / len(plain) * 1000}

    fifth, last = [], []
    for conversation in range(5):
        for number in range(_CONVERSATION + 5):
            question = plain[number % len(plain)]
            started = time.perf_counter()
            await subject.ask(f"long{conversation}", question.text, question.language)
            passed = (time.perf_counter() - started) * 1000
            if number in range(3, 8):
                fifth.append(passed)
            elif number in range(_CONVERSATION - 3, _CONVERSATION + 2):
                last.append(passed)
        if system == "stock":
            break  # minutes a conversation; its growth shows in one
    result |= {"fifth_ms": float(np.median(fifth)), "two_hundredth_ms": float(np.median(last))}
    return result


def main() -> None:
    """`measure SYSTEM STEP FOLDER`."""
    system, step, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    if step == "train":
        result = train(system, folder)
    else:
        from bot.cli import quiet

        quiet()
        result = asyncio.run(answer(system, folder))
    print(json.dumps(result))


if __name__ == "__main__":
    main()
