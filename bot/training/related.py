"""Which examples of what the assistant cannot help with speak of what a new question is about.

Whoever adds the question about fishing permits does not know that fishing stands among them, in six languages, and that
these examples would go on to say so. They are found by their vectors, so in every language; by those of the encoder as
it came, because the one trained further has learned that all of them are the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml

from bot.languages import Languages
from bot.nlu.encoder import VectorCache
from bot.nlu.intents import JointIntentClassifier
from bot.nlu.reader import SampleReader
from bot.training.examples import Example, read_examples

NOWHERE = "out_of_scope"
LEAST = 0.6


@dataclass(frozen=True)
class Related:
    """An example of `NOWHERE`."""

    example: Example
    near: Example
    """The example of the intent asked for that it is most like."""
    likeness: float
    """Cosine of their vectors, at most 1."""


def related(data: Path, cache: Path, intent: str, languages: Languages, *, least: float = LEAST) -> list[Related]:
    """Examples of `NOWHERE` that are like one of this intent's, the likest first.

    Args:
        intent: Full name, e.g. `faq/fishing`.
        cache: Folder with the built encoder and the vectors of earlier trainings.

    Raises:
        ContentErrors: an example cannot be read.
        KeyError: the intent has no examples.
    """
    examples = [e for e in read_examples(data / "nlu", languages) if e.intent in (intent, NOWHERE)]
    own, others = ([i for i, e in enumerate(examples) if e.intent == name] for name in (intent, NOWHERE))
    if not own:
        raise KeyError(intent)
    reader = _reader(data, cache)
    known = VectorCache.of(cache, "related", reader.encoder, keep=True)
    samples = reader.samples([e.text for e in examples], [e.language for e in examples], known)
    vectors = np.stack([sample.vector for sample in samples if sample.vector is not None])
    likeness = vectors[others] @ vectors[own].T
    found = [Related(examples[i], examples[own[row.argmax()]], float(row.max())) for i, row in zip(others, likeness, strict=True)]
    return sorted((each for each in found if each.likeness >= least), key=lambda each: -each.likeness)


def take_out(examples: Iterable[Example]) -> int:
    """Deletes the lines of these examples; returns how many."""
    lines: dict[Path, set[int]] = defaultdict(set)
    for example in examples:
        lines[example.file].add(example.line)
    for file, numbers in lines.items():
        kept = [
            line
            for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(keepends=True), start=1)
            if number not in numbers
        ]
        file.write_text("".join(kept), encoding="utf-8")
    return sum(map(len, lines.values()))


def _reader(data: Path, cache: Path) -> SampleReader:
    """The pipeline's reader, with the encoder as it came."""
    pipeline = yaml.safe_load((data.resolve().parent / "config.yml").read_text(encoding="utf-8"))["pipeline"]
    own = next(each for each in pipeline if each["name"].endswith(JointIntentClassifier.__name__))
    config = {**JointIntentClassifier.get_default_config(), **own, "addition": None}
    return SampleReader.for_training({**config, "data": str(data), "cache": str(cache)})
