"""How well messages are understood, measured on training examples that were held back (never on `tests/nlu`).

    python -m tests.bench.understanding curve|parts|threshold|pairs [--seed 1]

curve: accuracy with a quarter, half, three quarters and all of the other examples: would more of them still help?
parts: what each way of reading a message is worth.
threshold: what a threshold costs questions in scope and gains on those out of scope; the same for `first_from`.
pairs: which intents are taken for which.
Each writes its section of docs/benchmarks.md. Fifteen percent of the examples are held back, of every intent and
language; a question's wording never stands on both sides. Where the encoder has learned an addition, they are half of
those that it did not learn from (`bot.nlu.addition.may_learn`).
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from bot.languages import load_languages
from bot.nlu.encoder import VectorCache
from bot.nlu.intents import JointIntentClassifier
from bot.nlu.joint import JointModel, Plan, Sample
from bot.nlu.normalise import fold
from bot.nlu.reader import SampleReader
from bot.training.examples import Example, read_examples
from tests.bench.assistant import REPORT, ROOT, write_section

_HELD_BACK = 0.15
OUT = "out_of_scope"


@dataclass
class Split:
    """Examples and their samples, those to learn from and those to be asked."""

    examples: list[Example]
    samples: list[Sample]
    learn: np.ndarray
    ask: np.ndarray
    unseen: np.ndarray
    """Whether the encoder has not learned from an example, booleans, shape (examples,)."""
    languages: Sequence[str]

    @cached_property
    def whole(self) -> tuple[JointModel, np.ndarray]:
        """The model of everything that was not held back, and its probabilities."""
        return judged(self, self.learn)

    def names(self, rows: np.ndarray) -> list[str]:
        """The intents of these rows."""
        return [self.examples[i].intent for i in rows]


def _classifier() -> dict[str, Any]:
    """How the intent classifier is set in config.yml."""
    pipeline: list[dict[str, Any]] = yaml.safe_load((ROOT / "config.yml").read_text())["pipeline"]
    return next(component for component in pipeline if component["name"].endswith(JointIntentClassifier.__name__))


def split(seed: int) -> Split:
    """Reads the training data and holds a part back."""
    languages = load_languages(ROOT / "data")
    seen: set[str] = set()
    examples = []
    for example in read_examples(ROOT / "data" / "nlu", languages):
        wording = " ".join(fold(example.text).split())
        if wording not in seen:
            seen.add(wording)
            examples.append(example)
    own = _classifier()
    config = {**JointIntentClassifier.get_default_config(), "data": str(ROOT / "data"), "cache": str(ROOT / "models" / "cache")}
    reader = SampleReader.for_training({**config, "addition": str(ROOT / own["addition"]) if "addition" in own else None})
    texts = [e.text for e in examples]
    cache = VectorCache.of(ROOT / "models" / "cache", "vectors", reader.encoder, keep=True)
    samples = reader.samples(texts, [e.language for e in examples], cache)
    unseen = reader.unseen(texts)
    from sklearn.model_selection import train_test_split

    # The others of those that the encoder has not seen are needed to weigh both opinions.
    share = _HELD_BACK if unseen.all() else min(0.5, _HELD_BACK * len(texts) / unseen.sum())
    candidates = np.flatnonzero(unseen)
    groups = [f"{examples[i].intent} {examples[i].language}" for i in candidates]
    rare = {group for group, count in Counter(groups).items() if count < 2}
    groups = ["rare" if group in rare else group for group in groups]
    _, ask = train_test_split(candidates, test_size=share, stratify=groups, random_state=seed)
    learn = np.setdiff1d(np.arange(len(texts)), ask)
    return Split(examples, samples, learn, ask, unseen, list(languages.written))


def judged(
    data: Split, rows: np.ndarray, view: Callable[[Sample], Sample] = lambda s: s, blocks: int = 2
) -> tuple[JointModel, np.ndarray]:
    """A model that learned from `rows`, and its probabilities of what was held back, shape (asked, labels)."""
    plan = Plan(block_weights=(1.0,) * blocks)
    model = JointModel.fit([view(data.samples[i]) for i in rows], data.names(rows), plan, unseen=data.unseen[rows])
    return model, np.stack([model.probabilities(view(data.samples[i])) for i in data.ask])


def accuracy(data: Split, model: JointModel, found: np.ndarray) -> dict[str, float]:
    """first, three, and first by language, in percent."""
    order = np.argsort(-found, 1)[:, :3]
    names = data.names(data.ask)
    first = np.array([model.labels[row[0]] == name for row, name in zip(order, names, strict=True)])
    three = np.array([name in [model.labels[i] for i in row] for row, name in zip(order, names, strict=True)])
    spoken = np.array([data.examples[i].language for i in data.ask])
    figures = {"first": 100 * first.mean(), "three": 100 * three.mean()}
    return figures | {code: 100 * first[spoken == code].mean() for code in data.languages}


def table(head: str, rows: list[tuple[str, dict[str, float]]]) -> str:
    """Markdown, one row a measurement."""
    columns = list(rows[0][1])
    lines = [f"| {head} | " + " | ".join(columns) + " |", "|---|" + "---:|" * len(columns)]
    return "\n".join(
        lines + [f"| {name} | " + " | ".join(f"{row[c]:.1f}" for c in columns) + " |" for name, row in rows]
    )


def curve(data: Split) -> tuple[str, str]:
    """The learning curve."""
    order = np.random.default_rng(3).permutation(data.learn)
    rows = []
    for share in (0.25, 0.5, 0.75, 1.0):
        part = order[: int(len(order) * share)]
        started = time.process_time()
        model, found = judged(data, part)
        seconds = time.process_time() - started
        rows.append((f"{share:.0%}: {len(part)}", accuracy(data, model, found) | {"CPU s": seconds}))
        print(rows[-1], flush=True)
    return "## Learning curve", f"{len(data.ask)} examples held back, percent right.\n\n" + table("learned from", rows)


def parts(data: Split) -> tuple[str, str]:
    """Alternatives."""
    views: list[tuple[str, Callable[[Sample], Sample], int]] = [
        ("as typed", lambda s: Sample(s.blocks[:1]), 1),
        ("as typed, gloss", lambda s: Sample(s.blocks), 2),
        ("as typed, vector", lambda s: Sample(s.blocks[:1], s.vector), 1),
        ("as typed, gloss, vector (used)", lambda s: s, 2),
    ]
    rows = []
    for name, view, blocks in views:
        model, found = judged(data, data.learn, view, blocks)
        rows.append((name, accuracy(data, model, found)))
        print(rows[-1], flush=True)
    return "## What each way of reading is worth", f"{len(data.ask)} examples held back, percent right.\n\n" + table(
        "read", rows
    )


def threshold(data: Split) -> tuple[str, str]:
    """Where the assistant asks back, and from where on danger goes first."""
    model, found = data.whole
    names = np.array(data.names(data.ask))
    best = np.array([model.labels[i] for i in found.argmax(1)])
    sure = found.max(1)
    rows = []
    for limit in np.arange(0.0, 0.61, 0.05):
        refused = (best == OUT) | (sure < limit)
        inside = names != OUT
        rows.append((f"{limit:.2f}", {
            "in scope refused": 100 * refused[inside].mean(), "in scope right": 100 * ((best == names) & ~refused)[inside].mean(),
            "out of scope found": 100 * refused[~inside].mean(),
        }))  # fmt: skip
    lines = []
    for intent in _classifier().get("first_from", {}):
        own = found[:, model.labels.index(intent)]
        for limit in (0.05, 0.1, 0.15, 0.2, 0.3, 0.5):
            hit = (own >= limit) | (best == intent)
            lines.append(
                (
                    f"{intent} from {limit:.2f}",
                    {
                        "found": 100 * hit[names == intent].mean(),
                        "others taken for it": 100 * hit[names != intent].mean(),
                    },
                )
            )
    body = table("asks back below", rows) + "\n\n" + (table("goes first", lines) if lines else "")
    return "## Thresholds", f"{len(data.ask)} examples held back, percent.\n\n{body}"


def pairs(data: Split) -> tuple[str, str]:
    """The confusions that remain."""
    model, found = data.whole
    best = [model.labels[i] for i in found.argmax(1)]
    names = data.names(data.ask)
    wrong = Counter((name, said) for name, said in zip(names, best, strict=True) if name != said)
    lines = ["| meant | taken for | times | for example |", "|---|---|---:|---|"]
    for (name, said), count in wrong.most_common(30):
        texts = [data.examples[i].text for i, n, s in zip(data.ask, names, best, strict=True) if (n, s) == (name, said)]
        lines.append(f"| {name} | {said} | {count} | {texts[0].replace('|', '/')[:90]} |")
    return "## Confusions", f"The thirty most frequent among {len(names)} held-back examples.\n\n" + "\n".join(lines)


def main() -> None:
    """Measures and writes the section."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    measurements = {function.__name__: function for function in (curve, parts, threshold, pairs)}
    parser.add_argument("what", choices=measurements, nargs="+")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--report", type=Path, default=REPORT)
    options = parser.parse_args()
    data = split(options.seed)
    for what in options.what:
        heading, body = measurements[what](data)
        write_section(options.report, heading, f"`python -m tests.bench.understanding {what}`: {body}")
        print(body)


if __name__ == "__main__":
    main()
