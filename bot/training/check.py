"""What `lotse check` says: errors stop training, remarks are work for the editors."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bot.errors import ContentError, ContentErrors, load_yaml
from bot.handoff.prepared import gaps as prepared_gaps
from bot.interface import Interface
from bot.knowledge.care import offers_to_care_for
from bot.knowledge.feeds import check_mappings
from bot.languages import Languages, load_languages
from bot.nlu.normalise import fold
from bot.region import Region
from bot.resources import OWN_FACTS
from bot.training.examples import Example, read_examples
from bot.training.figures import untold_figures
from bot.training.plain import hard_places
from bot.training.responses import merge_responses, read_responses
from bot.training.right_to_left import turned_numbers

_VARIABLE = re.compile(r"\{(\w+)\}")
_FEW_EXAMPLES, _FEW_TESTS = 12, 6
_NEVER_SAID = {"nlu_fallback", "inform", "follow_up"}
"""Intents without examples: what a message is taken for by what stands around it."""
_SOURCE_DAYS = 365
_YEAR = re.compile(r"\b20\d\d\b")
_YEAR_ENDS, _YEAR_BEGINS = 11, 3
"""The months in which editors are reminded of what was said of the old year."""


def check_content(
    data: Path, *, tests: Path | None = None, today: date | None = None, offers: bool = True
) -> list[str]:
    """Remarks, one a line; with those on offers unless `offers` says otherwise.

    Raises:
        ContentErrors: something cannot be used as it is.
    """
    today = today or date.today()
    languages, region = load_languages(data), Region.load(data)
    examples = read_examples(data / "nlu", languages)
    replies = read_responses(data, languages)
    intents = set(load_yaml(data.parent / "domain.yml").data["intents"]) - {"faq"}
    full_names = intents | {example.intent for example in examples}
    errors = [*_unknown_intents(examples, intents), *_bad_payloads(data, languages, full_names)]
    errors += _follow_ups(data, full_names)
    if errors:
        raise ContentErrors(errors)
    remarks = [*_thin(examples, languages, full_names)]
    remarks += [f"{language}: {name} is given in {giver}" for language, name, giver in merge_responses(replies, languages).gaps]
    remarks += _variables(replies, region)
    remarks += _interface(data, languages, full_names)
    remarks += _without_source(replies)
    remarks += _too_hard(replies, languages)
    remarks += _turned(replies, languages)
    remarks += _other_figures(replies, languages)
    remarks += _of_a_year_that_ends(replies[languages.default], today)
    remarks += prepared_gaps(data, languages, set(region.facts("de")) | set(OWN_FACTS))
    if tests and tests.exists():
        held_out = read_examples(tests, languages)
        remarks += _near_duplicates(examples, held_out)
        remarks += _thin(held_out, languages, full_names, least=_FEW_TESTS, what="test questions")
    remarks += _old_sources(data, today)
    check_mappings(data)
    return remarks + [str(finding) for finding in offers_to_care_for(data, today=today)] if offers else remarks


def _unknown_intents(examples: list[Example], intents: set[str]) -> Iterator[ContentError]:
    for example in {e.intent: e for e in examples}.values():
        if not example.intent.startswith("faq/") and example.intent not in intents:
            yield ContentError(example.file, example.line, "nlu.intent", f"{example.intent!r} is not in domain.yml",
                               "Correct the name, or write it faq/… if it has one answer.")  # fmt: skip


def _bad_payloads(data: Path, languages: Languages, intents: set[str]) -> Iterator[ContentError]:
    """Buttons that lead nowhere."""
    for language in languages:
        for file in sorted((data / "responses" / language.code).glob("*.yml")):
            document = load_yaml(file)
            for name, variations in document.data["responses"].items():
                for number, variation in enumerate(variations):
                    for place, button in enumerate(variation.get("buttons") or []):
                        at = ("responses", name, number, "buttons", place, "payload")
                        intent, brace, rest = button["payload"][1:].partition("{")
                        if intent not in intents and intent not in ("inform",):
                            yield document.error(at, f"there is no intent {intent!r}", "Write /intent or /faq/name.")
                        elif brace and not _is_object(brace + rest):
                            yield document.error(at, "what follows the intent is not JSON", 'Write /inform{"slot": "value"}.')


def _follow_ups(data: Path, intents: set[str]) -> Iterator[ContentError]:
    """What `follow_up` in dialogue.yml names and does not exist."""
    document = load_yaml(data / "dialogue.yml")
    rules = document.data.get("follow_up")
    if rules is None:
        return
    aspects = rules["aspects"]
    words: list[tuple[tuple[Any, ...], Any]] = [(("idle", n), word) for n, word in enumerate(rules["idle"])]
    for key in ("wants_others", "questions", "goes_on", "leans"):
        words += [((key, n), word) for n, word in enumerate(rules[key])]
    named: list[tuple[tuple[Any, ...], str]] = []
    answers: list[tuple[tuple[Any, ...], str]] = []
    for aspect, own in aspects.items():
        for key, told in own.items():
            if key == "subject":
                answers.append((("aspects", aspect, key), told))
            else:
                into = named if key == "over" else words
                into += [(("aspects", aspect, key, n), each) for n, each in enumerate(told)]
    for kind, own in rules["facts"].items():
        told = {each: told for each, told in own.items() if each != "words"}
        named += [(("facts", kind, each), each) for each in told]
        answers += [(("facts", kind, each, "see"), told[each]["see"]) for each in told if "see" in told[each]]
    for answer, own in rules["see"].items():
        named += [(("see", answer, each), each) for each in own]
        answers += [(("see", answer), answer), *((("see", answer, each), other) for each, other in own.items())]
    for at, word in words:
        if not isinstance(word, str):
            yield document.error(("follow_up", *at), f"{word!r} is no word", 'Write it in quotes: "no", "on", "7".')
    for at, aspect in named:
        if aspect not in aspects:
            hint = f"Use one of {', '.join(aspects)}, or add it under aspects."
            yield document.error(("follow_up", *at), f"there is no aspect {aspect!r}", hint)
    for at, answer in answers:
        if answer not in intents:
            yield document.error(("follow_up", *at), f"there is no answer {answer!r}", "Write faq/name as in data/nlu.")


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def _thin(
    examples: list[Example], languages: Languages, intents: set[str], least: int = _FEW_EXAMPLES, what: str = "examples"
) -> Iterator[str]:
    counts = Counter((e.language, e.intent) for e in examples)
    spoken = sorted(intents - _NEVER_SAID)
    for language in languages.written:
        for intent in spoken:
            if counts[language, intent] < least:
                yield f"{language}: {intent} has {counts[language, intent]} {what}, {least} are the least"


def _without_source(replies: Mapping[str, Mapping[str, list[dict[str, Any]]]]) -> Iterator[str]:
    """A general answer says where it comes from."""
    for language, own in replies.items():
        for name, variations in own.items():
            if name.startswith("utter_faq/") and not any((v.get("metadata") or {}).get("sources") for v in variations):
                yield f"{language}: {name} names no source (metadata: sources)"


def _too_hard(replies: Mapping[str, Mapping[str, list[dict[str, Any]]]], languages: Languages) -> Iterator[str]:
    for language in languages:
        if language.plain:
            for name, variations in replies[language.code].items():
                for place in (place for v in variations for place in hard_places(v["text"], language.plain)):
                    yield f"{language.code}: {name} has {place}"


def _turned(replies: Mapping[str, Mapping[str, list[dict[str, Any]]]], languages: Languages) -> Iterator[str]:
    for language in languages:
        if language.direction == "rtl":
            for name, variations in replies[language.code].items():
                for number in (number for v in variations for number in turned_numbers(v["text"])):
                    yield f"{language.code}: {name} has {number}, shown with its groups turned round: put no-break spaces in it"


def _other_figures(replies: Mapping[str, Mapping[str, list[dict[str, Any]]]], languages: Languages) -> Iterator[str]:
    """Who asks in another language pays the same and calls the same number; an easy variant may leave figures out."""
    default = replies[languages.default]
    for language in languages:
        for name, variations in replies[language.code].items():
            if name.startswith("utter_faq/") and language.code != languages.default:
                for own, first in zip(variations, default.get(name, []), strict=False):
                    for figure in untold_figures(own["text"], first["text"]):
                        yield f"{language.code}: {name} says {figure}, {languages.default} does not: which is right?"
                    for figure in () if language.plain else untold_figures(first["text"], own["text"]):
                        yield f"{language.code}: {name} does not say {figure}, {languages.default} does: which is right?"


def _of_a_year_that_ends(own: Mapping[str, list[dict[str, Any]]], today: date) -> Iterator[str]:
    """Amounts and deadlines are of a year; the languages agree on facts, so one of them is enough to look at."""
    if _YEAR_BEGINS < today.month < _YEAR_ENDS:
        return
    year = str(today.year if today.month >= _YEAR_ENDS else today.year - 1)
    for name, variations in own.items():
        if any(year in _YEAR.findall(variation["text"]) for variation in variations):
            yield f"{name} speaks of {year}: what holds in {int(year) + 1}?"


def _variables(replies: Mapping[str, Mapping[str, list[dict[str, Any]]]], region: Region) -> Iterator[str]:
    """A language that uses a variable which no other one has is a typing error more often than not."""
    facts = set(region.facts("de")) | set(OWN_FACTS)
    used: dict[str, dict[str, set[str]]] = {}
    for language, own in replies.items():
        for name, variations in own.items():
            used.setdefault(name, {})[language] = {v for each in variations for v in _VARIABLE.findall(each["text"])}
    for name, by_language in used.items():
        common = Counter(v for variables in by_language.values() for v in variables)
        for language, variables in by_language.items():
            for variable in variables - facts:
                if common[variable] == 1 and len(by_language) > 1:
                    yield f"{language}: {name} uses {{{variable}}}, which no other language knows here"


def _interface(data: Path, languages: Languages, intents: set[str]) -> Iterator[str]:
    texts = {}
    for language in languages:
        file = data / "interface" / f"{language.code}.yml"
        if not file.exists():
            yield f"{language.code}: {file} is missing"
            continue
        content = load_yaml(file).data
        texts[language.code] = {f"{s}.{k}" for s, v in content.items() if isinstance(v, dict) for k in v}
    every = set().union(*texts.values())
    for code, own in texts.items():
        for key in sorted(every - own):
            yield f"{code}: data/interface/{code}.yml has no {key}"
    interface = Interface.load(data, languages)
    for intent in sorted(intents - _NEVER_SAID):
        if interface.text(languages.default, "intents", intent) == intent:
            yield f"{languages.default}: data/interface/{languages.default}.yml has no title for {intent}"


def _near_duplicates(examples: list[Example], held_out: list[Example]) -> Iterator[str]:
    """A test question that was trained on measures nothing."""
    trained = {" ".join(fold(e.text).split()): e for e in examples if len(e.text.split()) > 2}
    for example in held_out:
        twin = trained.get(" ".join(fold(example.text).split()))
        if twin:
            yield f"{example.file}:{example.line}: is also a training example ({twin.file}:{twin.line})"


def _old_sources(data: Path, today: date) -> Iterator[str]:
    document = load_yaml(data / "sources.yml")
    unopened = [name for name, source in document.data.items() if source.get("checked_on") is None]
    if unopened:
        told = f"nobody has opened {len(unopened)} sources yet: {', '.join(unopened)}"
        yield str(document.error((unopened[0],), told, "Open each page, and write the day into checked_on."))
    for name, source in document.data.items():
        if name in unopened:
            continue
        try:
            checked = date.fromisoformat(str(source["checked_on"]))
        except ValueError:
            yield str(document.error((name,), "has no date in checked_on", "Write it as 2026-11-21."))
            continue
        if checked < today - timedelta(days=_SOURCE_DAYS):
            yield str(document.error((name, "checked_on"), f"was checked on {checked}", "Open the page and check it again."))
