"""What we answer: `data/responses/<language>/<group>.yml` merged into Rasa's conditional response variations.

Each language's file is in Rasa's own `responses:` format and says nothing about languages. Merging adds the
condition "slot language is xx" to each variation, fills what a language lacks from its fallback, and says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator

from bot.errors import ContentError, ContentErrors, Document, load_yaml
from bot.languages import Languages

Variation = dict[str, Any]


@dataclass(frozen=True)
class Merged:
    """The replies of all languages."""

    responses: dict[str, list[Variation]]
    """By response name, as in a Rasa domain; each variation has a condition on the slot `language`."""
    gaps: list[tuple[str, str, str]]
    """(language, response name, language that stands in): what a translator has to write."""


def read_responses(data: Path, languages: Languages) -> dict[str, dict[str, list[Variation]]]:
    """The replies by language and name, as written.

    Raises:
        ContentErrors: a file cannot be read, a name is written twice, a variation has no text.
    """
    file = data / "sources.yml"
    sources = load_yaml(file).data if file.exists() else {}
    replies: dict[str, dict[str, list[Variation]]] = {}
    errors: list[ContentError] = []
    for language in languages:
        own = replies[language.code] = {}
        for file in sorted((data / "responses" / language.code).glob("*.yml")):
            try:
                document = load_yaml(file)
            except ContentErrors as error:
                errors.extend(error.errors)
                continue
            wrong = document.check(_SCHEMA)
            errors.extend(wrong)
            for name, variations in {} if wrong else document.data["responses"].items():
                if name in own:
                    errors.append(document.error(("responses", name), "this reply stands in another file as well",
                                                 "Keep one of them."))  # fmt: skip
                own[name] = variations
                errors.extend(_unknown_sources(document, name, variations, sources))
    if errors:
        raise ContentErrors(errors)
    return replies


def _unknown_sources(
    document: Document, name: str, variations: list[Variation], sources: dict[str, Any]
) -> Iterator[ContentError]:
    for number, variation in enumerate(variations):
        for place, source in enumerate((variation.get("metadata") or {}).get("sources") or []):
            if source not in sources:
                yield document.error(
                    ("responses", name, number, "metadata", "sources", place), f"{source!r} is no known source",
                    "Add it to data/sources.yml with title, url and checked_on.",
                )  # fmt: skip


_SCHEMA = {
    "type": "object",
    "required": ["responses"],
    "additionalProperties": False,
    "properties": {
        "version": {"type": "string"},
        "responses": {
            "type": "object",
            "propertyNames": {"pattern": "^utter_", "description": "Names of replies begin with utter_."},
            "additionalProperties": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "required": ["text"],
                    "additionalProperties": False,
                    "properties": {
                        "text": {"type": "string", "minLength": 1},
                        "buttons": {
                            "type": "array",
                            "items": {
                                "type": "object",
                                "required": ["title", "payload"],
                                "additionalProperties": False,
                                "properties": {
                                    "title": {"type": "string", "minLength": 1},
                                    "payload": {
                                        "type": "string",
                                        "pattern": "^/",
                                        "description": "A payload is an intent after a slash, such as /find_job.",
                                    },
                                },
                            },
                        },
                        "condition": {"type": "array"},
                        "metadata": {"type": "object"},
                    },
                },
            },
        },
    },
}


def merge_responses(replies: dict[str, dict[str, list[Variation]]], languages: Languages) -> Merged:
    """Puts the languages of `read_responses` together."""
    names = sorted({name for own in replies.values() for name in own})
    merged: dict[str, list[Variation]] = {}
    gaps: list[tuple[str, str, str]] = []
    for name in names:
        merged[name] = []
        for language in languages:
            giver = next((code for code in languages.chain(language.code) if name in replies[code]), None)
            if giver is None:
                giver = next(code for code in languages.codes if name in replies[code])
            if giver != language.code:
                gaps.append((language.code, name, giver))
            for variation in replies[giver][name]:
                condition = [{"type": "slot", "name": "language", "value": language.code}]
                metadata = {**(variation.get("metadata") or {}), "language": giver}
                merged[name].append(
                    {**variation, "condition": condition + list(variation.get("condition") or []), "metadata": metadata}
                )
    return Merged(merged, gaps)
