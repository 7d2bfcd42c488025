"""What people say: the annotated examples of `data/nlu/<language>/<group>.yml`.

Rasa's own reader checks every line against a schema and needs minutes for tens of thousands of examples;
this one reads the same format (`nlu:`, `intent:`, `examples: |`) with line numbers in seconds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

from bot.errors import ContentError, ContentErrors, Document, load_yaml
from bot.languages import Languages
from bot.nlu.normalise import fold

_ANNOTATION = re.compile(r"\[([^\]]+)\]\(([^:)]+):([^)]+)\)")
_LOOSE_BRACKET = re.compile(r"\]\(|\[[^\]]*\]\{")


@dataclass(frozen=True)
class Example:
    """One thing that somebody might say."""

    language: str
    intent: str
    """Full name, retrieval intents as `faq/x`."""
    text: str
    """Without annotations."""
    entities: tuple[dict[str, object], ...]
    """Rasa's form: start and end (offsets into `text`), value (canonical), entity."""
    file: Path
    line: int


def read_examples(folder: Path, languages: Languages) -> list[Example]:
    """All examples below `folder`, which has one folder a language.

    Raises:
        ContentErrors: every line that cannot be read, with file, line and what would be right.
    """
    examples: list[Example] = []
    errors: list[ContentError] = []
    for code in languages.written:
        for file in sorted((folder / code).glob("*.yml")):
            try:
                examples.extend(_read_document(load_yaml(file), code, errors))
            except ContentErrors as error:
                errors.extend(error.errors)
    errors.extend(_contradictions(examples))
    if errors:
        raise ContentErrors(errors)
    return examples


def _read_document(document: Document, language: str, errors: list[ContentError]) -> Iterator[Example]:
    wrong = document.check(_SCHEMA)
    errors.extend(wrong)
    for number, block in enumerate([] if wrong else document.data["nlu"]):
        # A literal block begins on the line after its key, and keeps its line breaks one to one.
        first = document.line(("nlu", number, "examples")) + 1
        for offset, raw in enumerate(block["examples"].split("\n")):
            if not raw.strip():
                continue
            text, entities = parse_annotated(raw[2:].strip())
            field = f"nlu.{block['intent']}"
            if not raw.startswith("- "):
                errors.append(ContentError(document.file, first + offset, field, f"{raw[:40]!r} does not begin with '- '",
                                           "Write one example a line, each after '- '."))  # fmt: skip
            elif _LOOSE_BRACKET.search(text):
                errors.append(ContentError(document.file, first + offset, field, f"{raw[:60]!r} has a broken annotation",
                                           "Write [the words](entity:value)."))  # fmt: skip
            else:
                yield Example(language, block["intent"], text, tuple(entities), document.file, first + offset)


_SCHEMA = {
    "type": "object",
    "required": ["nlu"],
    "additionalProperties": False,
    "properties": {
        "version": {"type": "string"},
        "nlu": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["intent", "examples"],
                "additionalProperties": False,
                "properties": {
                    "intent": {"type": "string", "minLength": 1},
                    "examples": {"type": "string", "description": "Begin with `examples: |`, then one example a line."},
                },
            },
        },
    },
}


def parse_annotated(line: str) -> tuple[str, list[dict[str, object]]]:
    """`"flat in [Stendal](place:stendal)"` -> the plain text and Rasa's entity dictionaries."""
    entities: list[dict[str, object]] = []
    text, last = "", 0
    for match in _ANNOTATION.finditer(line):
        text += line[last : match.start()]
        words, entity, value = match.groups()
        entities.append({"start": len(text), "end": len(text) + len(words), "value": _number(value), "entity": entity})
        text += words
        last = match.end()
    return text + line[last:], entities


def _number(value: str) -> object:
    try:
        number = float(value)
    except ValueError:
        return value
    return int(number) if number.is_integer() else number


def _contradictions(examples: list[Example]) -> Iterator[ContentError]:
    """The same words under two intents teach the classifier nothing and hide a decision that was not made."""
    seen: dict[str, Example] = {}
    for example in examples:
        first = seen.setdefault(" ".join(fold(example.text).split()), example)
        if first.intent != example.intent and first.language == example.language:
            yield ContentError(
                example.file, example.line, f"nlu.{example.intent}",
                f"{example.text!r} stands also under {first.intent} ({first.file.name}:{first.line})",
                "Keep it under the intent that fits the definitions.",
            )  # fmt: skip
