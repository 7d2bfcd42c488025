"""Precision, recall and F1 of the entity reader on annotated examples.

    python -m bot.nlu.evaluate_entities [data/nlu tests/nlu] [--group search] [--misses place] [--language uk]

An entity counts once a message, as found when kind and value agree: where a phrase begins and whether its
second mention is marked too is the annotator's taste, the value is what the dialogue works with.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from bot.nlu.entity_reader import EntityReader

_ANNOTATION = re.compile(
    r"\[(?P<text>[^\]]+)\](?:\((?P<entity>\w+)(?::(?P<value>[^)]+))?\)|(?P<json>\{[^}]*\}))"
)
_NUMERIC = {"rooms", "price_max", "area_min", "child_age", "ordinal"}


@dataclass(frozen=True)
class Annotation:
    """One entity of an example; `start` and `end` refer to the example without brackets."""

    entity: str
    value: Any
    start: int
    end: int


@dataclass
class Example:
    """A sentence somebody might type."""

    text: str
    annotations: list[Annotation]
    intent: str
    language: str
    path: str


@dataclass
class Score:
    """Counts of one entity in one language."""

    found: int = 0
    wrong: int = 0
    missed: int = 0
    errors: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """Share of the reported entities that are right; 1 if none was reported."""
        return self.found / (self.found + self.wrong) if self.found + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """Share of the annotated entities that were found; 1 if there are none."""
        return self.found / (self.found + self.missed) if self.found + self.missed else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def parse_annotated(line: str) -> tuple[str, list[Annotation]]:
    """Rasa's `[text](entity:value)` notation into plain text and annotations."""
    plain: list[str] = []
    annotations: list[Annotation] = []
    position = length = 0
    for match in _ANNOTATION.finditer(line):
        before = line[position : match.start()]
        plain += [before, match["text"]]
        start = length + len(before)
        length = start + len(match["text"])
        position = match.end()
        if match["json"]:
            content = yaml.safe_load(match["json"])
            entity, value = content["entity"], content.get("value", match["text"])
        else:
            entity, value = match["entity"], match["value"] or match["text"]
        if entity in _NUMERIC:
            try:
                number = float(value)
                value = int(number) if number.is_integer() else number
            except ValueError:
                pass
        annotations.append(Annotation(entity, value, start, length))
    plain.append(line[position:])
    return "".join(plain), annotations


def load_examples(folders: Iterable[Path | str]) -> Iterator[Example]:
    """Examples of all `<folder>/<language>/*.yml`."""
    for folder in folders:
        for path in sorted(Path(folder).glob("*/*.yml")):
            try:
                content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
            except yaml.YAMLError as error:
                print(f"skipped {path}: {error}", file=sys.stderr)
                continue
            for block in content.get("nlu", []):
                for line in (block.get("examples") or "").splitlines():
                    if line.strip().startswith("- "):
                        text, annotations = parse_annotated(line.strip()[2:])
                        yield Example(text, annotations, block.get("intent", ""), path.parent.name, str(path))


def evaluate(
    reader: EntityReader, examples: Iterable[Example], *, with_intent: bool = False
) -> dict[tuple[str, str], Score]:
    """Score by (entity, language).

    Args:
        with_intent: tell the reader the example's true intent, as the pipeline tells it the recognised one.
    """
    scores: dict[tuple[str, str], Score] = defaultdict(Score)
    for example in examples:
        intent = example.intent if with_intent else None
        read = reader.read(example.text, example.language, intent=intent)
        where = f"{example.language}/{example.intent}"
        wanted = {(a.entity, a.value): a.start for a in reversed(example.annotations)}
        given = {(e["entity"], e["value"]): e["start"] for e in reversed(read)}
        for entity, value in wanted.keys() | given.keys():
            score = scores[entity, example.language]
            if (entity, value) not in given:
                score.missed += 1
                score.errors.append(f"- {where}: {value} in: {example.text}")
            elif (entity, value) not in wanted:
                score.wrong += 1
                rest = example.text[given[entity, value] :]
                score.errors.append(f"+ {where}: {value} «{rest[:25]}» in: {example.text}")
            else:
                score.found += 1
    return scores


def table(scores: dict[tuple[str, str], Score]) -> str:
    """Markdown: a row an entity, F1 by language, then precision, recall, F1 and number over all."""
    languages = sorted({language for _, language in scores})
    lines = [
        "| entity | " + " | ".join(languages) + " | precision | recall | F1 | annotated |",
        "|---" * (len(languages) + 5) + "|",
    ]
    for entity in sorted({entity for entity, _ in scores}):
        rows = [scores.get((entity, language), Score()) for language in languages]
        total = Score(sum(r.found for r in rows), sum(r.wrong for r in rows), sum(r.missed for r in rows))
        cells = [f"{r.f1:.2f}" if r.found + r.missed + r.wrong else "" for r in rows]
        cells += [
            f"{total.precision:.3f}",
            f"{total.recall:.3f}",
            f"{total.f1:.3f}",
            str(total.found + total.missed),
        ]
        lines.append(f"| {entity} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> None:
    """Command line; prints the table, or the errors of one entity."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", default=["data/nlu", "tests/nlu"])
    parser.add_argument("--data", default="data")
    parser.add_argument("--language")
    parser.add_argument("--group", help="only the examples of this group of intents, <language>/<group>.yml")
    parser.add_argument("--misses", metavar="ENTITY", help="print the errors of this entity instead")
    parser.add_argument(
        "--with-intent", action="store_true", help="as in the pipeline, where the intent is known"
    )
    options = parser.parse_args(arguments)
    reader = EntityReader.from_data(options.data)
    examples = [
        e for e in load_examples(options.folders)
        if options.language in (None, e.language) and options.group in (None, Path(e.path).stem)
    ]  # fmt: skip
    annotated = {example.language for example in examples if example.annotations}
    for language in sorted({example.language for example in examples} - annotated):
        print(f"left out: {language}, nothing is annotated", file=sys.stderr)
    examples = [example for example in examples if example.language in annotated]
    scores = evaluate(reader, examples, with_intent=options.with_intent)
    if options.misses:
        for (entity, _), score in sorted(scores.items()):
            if options.misses in (entity, "all"):
                print("\n".join(f"{entity} {error}" for error in score.errors))
        return
    by_language = Counter(example.language for example in examples)
    print(table(scores))
    print("examples: " + ", ".join(f"{language} {count}" for language, count in sorted(by_language.items())))


if __name__ == "__main__":
    main()
