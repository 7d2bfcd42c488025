"""Entities of a message, of all kinds, with offsets in the message as it was written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from bot.nlu.entity_reader import quantities
from bot.nlu.entity_reader.gazetteer import INFLECTED, MISSPELT, Gazetteer, Match
from bot.nlu.entity_reader.lexicon import FORMAT, LexiconError, compile_lexicon
from bot.nlu.entity_reader.numbers import NumberReader
from bot.nlu.entity_reader.reading import REFUSABLE, Found, Reading
from bot.nlu.entity_reader.words import tokenize
from bot.nlu.normalise import fold_with_offsets

EXTRACTOR = "LexiconEntityExtractor"
_CASE_NUMBER = re.compile(r"(?<![a-z0-9])hl[ \-_/.]{0,3}([0-9a-z]{4})[ \-_/.]{0,3}([0-9a-z]{2})(?![a-z0-9])")
_DENIED = {name: f"without_{name}" for name in REFUSABLE}
_DENIED.update(dict.fromkeys(("deal", "contact_channel", "child_age", "rooms"), "denied"))
"""What a "not" before an entity makes of it: a wish to do without, or words that ask for nothing."""
# "No, in Osterburg" says yes to a place.
_WITHOUT = REFUSABLE - {"place"}
_HELPERS = frozenset({"cue", "number"})
_NOT = ("negation", "unwilling")
_UNWILLING = frozenset({"cannot", "refusal", "unwilling"})
_BARE_NUMBERS = frozenset({"price_max", "rooms", "area_min", "child_age", "ordinal"})

# Where two kinds claim the same words, the first one keeps them.
_STRONGER = {
    "housing_kind": ("rooms",),
    "ordinal": ("rooms", "child_age"),
    # "Werben is too far" is about Werben, and not about all that is shown.
    "change": ("without_place",),
}


class EntityReader:
    """Reads entities; built once, then safe to use from several threads.

    Args:
        compiled: what `compile_lexicon` returned, perhaps after a round trip through JSON.

    Raises:
        LexiconError: compiled by another version of this code.
    """

    def __init__(self, compiled: dict[str, Any]) -> None:
        if compiled.get("format") != FORMAT:
            raise LexiconError(
                "the compiled lexicon is of another version of Heimatlotse; train the model again"
            )
        self._gazetteer = Gazetteer(compiled)
        self._numbers = NumberReader(compiled["entries"])
        self._rules: dict[str, dict[str, Any]] = compiled["rules"]

    @classmethod
    def from_data(cls, data: Path | str) -> EntityReader:
        """Read `region.yml` and `lexicon/` in the folder `data`.

        Raises:
            LexiconError: with file and line, if they cannot be used.
        """
        return cls(compile_lexicon(data))

    def read(
        self, text: str, language: str | None = None, expects: str | None = None, intent: str | None = None
    ) -> list[dict[str, Any]]:
        """Entities in the order in which they stand.

        Args:
            text: the message, cleaned or not; offsets refer to it as it is.
            language: the message's language (BCP 47), None if it is not known.
            expects: the slot the dialogue is asking for; a bare "600" or "zwei" then is that entity.
            intent: what the message means, if that is known (retrieval intents as faq/x): kinds that mean
                nothing there are left out (lexicon key `intents`): "my flat is mouldy" looks for none.

        Returns:
            Rasa's entity dictionaries: entity, value (canonical id or number), start, end,
            confidence_entity (0 to 1), extractor. Entities of one kind never overlap.
        """
        tokens = tokenize(text)
        if not tokens:
            return []
        reading = Reading(text, tokens, self._gazetteer.find(text, tokens, language), expects, intent)
        reading.numbers = self._numbers.read(tokens, reading.matches, reading.cues)
        found = [quantities.with_months(reading, item) for item in self._from_lexicon(reading)]
        found = list(quantities.rooms_wanted(reading, found))
        found.extend(self._quantities(reading, found))
        if expects in _BARE_NUMBERS and not any(item.entity == expects for item in found):
            # The "one" of "the first one" is no answer.
            for item in (item for item in found if item.entity == "ordinal"):
                reading.used.update(range(item.first, item.last))
            found.extend(quantities.expected(reading, expects))
        elif expects is None:
            found.extend(_numbered(reading))
        _share_denial(reading, found)
        found.extend(_left_out(reading, found))
        entities = [
            {
                "entity": item.entity,
                "value": item.value,
                "start": tokens[item.first].start,
                "end": tokens[item.last - 1].end,
                "confidence_entity": item.confidence,
                "extractor": EXTRACTOR,
            }
            for item in _settle(found)
            if intent is None or item.entity == expects or self._belongs(item.entity, intent)
        ]
        entities.extend(_case_numbers(text))
        return sorted(entities, key=lambda entity: (entity["start"], entity["end"]))

    def _belongs(self, entity: str, intent: str) -> bool:
        intents = self._rules.get(entity, {}).get("intents")
        return not intents or intent in intents

    def _from_lexicon(self, reading: Reading) -> Iterator[Found]:
        """Matches whose conditions hold: the longest and surest of each kind, without those shielded."""
        by_entity: dict[str, list[Match]] = {}
        for match in reading.matches:
            if match.entity not in _HELPERS:
                by_entity.setdefault(match.entity, []).append(match)
        for entity, matches in by_entity.items():
            rules = self._rules.get(entity, {})
            blocked = any(cue in reading.cues for cue in rules.get("blocked_by", ()))
            elsewhere = bool(rules.get("asked_for")) and reading.expects not in rules["asked_for"]
            if elsewhere or blocked and reading.expects != entity:
                continue
            matches.sort(key=lambda m: (m.first - m.last, m.value is not None, -m.quality, m.weak))
            taken: set[int] = set()
            # A title says more than the place it is worked at: "Köchin, gern im Krankenhaus" is a cook.
            shields = [m for m in matches if m.value is None]
            titled = bool(rules.get("weak_yields")) and any(
                not m.weak and m.value is not None and not any(s.first <= m.first and m.last <= s.last for s in shields)
                for m in matches
            )
            # Beside "not a flat", "house" says what it is about without any other company.
            denials = {m.first: reading.denied_from(m.first, *_NOT) for m in matches} if entity in _DENIED else {}
            contrasted = any(first is not None for first in denials.values())
            counted: list[Match] = []
            useless = _beside(reading, [m for m in matches if m.value is not None], rules.get("denied_by", ()))
            for match in matches:
                span = range(match.first, match.last)
                if not taken.isdisjoint(span):
                    continue
                if not useless.isdisjoint(span):
                    taken.update(span)
                    continue
                too_far = reading.too_far_after(match) if entity == "place" and match.value is not None else None
                if (
                    match.value is not None
                    and match.weak
                    and not contrasted
                    and too_far is None
                    and (titled or not self._stands(reading, match, rules))
                    and not any(reading.alternatives(match, other) for other in counted)
                ):
                    continue
                taken.update(span)
                denied = denials.get(match.first)
                if denied is None and match.value is not None and entity in _WITHOUT:
                    denied = reading.denied_from(match.first, "without")
                if denied is not None:
                    yield from _refusal(reading, match, denied, match.last)
                    continue
                refused = too_far or (reading.refused_after(match.last) if entity in REFUSABLE else None)
                if refused is not None and match.value is not None:
                    yield from _refusal(reading, match, match.first, refused)
                    continue
                counted.append(match)
                if match.value is not None:
                    yield Found(entity, match.value, match.first, match.last, match.quality)

    @staticmethod
    def _stands(reading: Reading, match: Match, rules: dict[str, Any]) -> bool:
        """Whether a weak word has the company it needs."""
        if reading.expects == match.entity or reading.intent in rules.get("weak_in", ()):
            return True
        needed = rules.get("weak_needs", [])
        if "first_person" in needed:
            return (
                reading.has("first_person")
                or match.first <= 1
                and reading.words <= 6
                and "?" not in reading.text
            )
        if rules.get("weak_near"):
            return reading.before(match.first, needed, int(rules["weak_near"])) is not None
        if "short" in needed and reading.words <= 3:
            return True
        if "preposition" in needed:
            return (match.first - 1) in {last - 1 for last in reading.cues.get("preposition", {}).values()}
        return reading.has(*needed)

    @staticmethod
    def _quantities(reading: Reading, found: list[Found]) -> Iterator[Found]:
        for item in found:
            if item.entity in ("rooms", "child_age", "working_time"):
                reading.used.update(range(item.first, item.last))
        for read in (quantities.area, quantities.rooms, quantities.child_age, quantities.pay, quantities.price):
            yield from read(reading)


def _refusal(reading: Reading, match: Match, first: int, last: int) -> Iterator[Found]:
    """What it says that somebody does not want this.

    Args:
        first, last: The tokens of match and refusal.
    """
    named_by_rooms = match.entity == "housing_kind" and any(
        m.entity == "rooms" and m.value is not None and m.first < match.last and match.first < m.last for m in reading.matches
    )
    if match.entity == "rooms" and match.value == 1:
        yield Found("comparison", "more_than", first, last, match.quality)
        yield Found("rooms", match.value, first, last, match.quality)
    elif match.value is None or named_by_rooms:
        # What only looks like one is no wish to do without it; and who wants no studio wants another flat.
        yield Found("denied", match.value, first, last, match.quality)
    else:
        yield Found(_DENIED[match.entity], match.value, first, last, match.quality)


def _beside(reading: Reading, matches: list[Match], cues: Iterable[str]) -> set[int]:
    """Positions of the words that these cues are about: those after a cue, and where none follow, those before it.

    "I don't speak German, Polish please" is about German alone, "German I don't speak, Polish please" too.
    """
    positions: set[int] = set()
    for first, last in (item for cue in cues for item in reading.cues.get(cue, {}).items()):
        after = [m for m in matches if reading.adjoin(last, m.first)]
        before = [m for m in matches if reading.adjoin(m.last, first)]
        if near := after or before:
            nearest = min(near, key=lambda m: m.first - last if after else first - m.last)
            positions.update(range(nearest.first, nearest.last))
    return positions


def _numbered(reading: Reading) -> Iterator[Found]:
    """ "Nummer 3", "oferta 2", "#1", and a message that is nothing but a number ("3", "2 пожалуйста")."""
    for number in list(reading.free_numbers()):
        if number.article or not 0 < number.value <= 20 or number.value != int(number.value):
            continue
        named = reading.before(number.first, ("number_of",), 0) is not None
        alone = reading.words <= (3 if number.digits else 2) and (
            number.first == 0 or number.last >= len(reading.tokens) - 1
        )
        if named or alone and len(reading.numbers) == 1 and not quantities.has_unit(reading, number):
            yield reading.take("ordinal", number.value, number.first, number.last, 1.0 if named else 0.6)


def _share_denial(reading: Reading, found: list[Found]) -> None:
    """ "Not in Iden or in Werben" leaves out both."""
    ends = {item.last for item in found if item.entity == _DENIED["place"]}
    for item in sorted((item for item in found if item.entity == "place"), key=lambda item: item.first):
        before = item.first - 1
        while before >= 0 and (before in reading.cues.get("preposition", {}) or reading.tokens[before].text == ","):
            before -= 1
        if before + 1 < item.first and before + 1 in ends:
            item.entity = _DENIED["place"]
            ends.add(item.last)


def _left_out(reading: Reading, found: list[Found]) -> Iterator[Found]:
    """ "Without a garden", "not on the ground floor": a word that is nothing else, and is not asked for."""
    known = {position for item in found for position in range(item.first, item.last)}
    for cue, starts in reading.cues.items():
        # "Not more than" limits a number, and leaves nothing out; what somebody cannot or will not do does.
        if cue in _UNWILLING:
            continue
        known.update(position for first, end in starts.items() if end - first > 1 for position in range(first, end))
    for position, token in enumerate(reading.tokens):
        first = reading.denied_from(position, *_NOT, "without")
        helper = any(position in reading.cues.get(cue, {}) for cue in ("article", "preposition"))
        if first is not None and token.kind == "word" and not helper and known.isdisjoint(range(first, position + 1)):
            yield Found("denied", token.text, first, position + 1, 0.5)


def _case_numbers(text: str) -> Iterator[dict[str, Any]]:
    if "hl" not in text.lower():
        return
    folded = fold_with_offsets(text)
    for match in _CASE_NUMBER.finditer(folded.text):
        start, end = folded.span(*match.span())
        yield {
            "entity": "case_number",
            "value": f"HL-{match.group(1)}-{match.group(2)}".upper(),
            "start": start,
            "end": end,
            "confidence_entity": 1.0,
            "extractor": EXTRACTOR,
        }


def _settle(found: list[Found]) -> list[Found]:
    """Without overlaps of one kind, and without words that a stronger kind has claimed."""
    kept: list[Found] = []
    for item in sorted(found, key=lambda item: (item.first - item.last, -item.confidence)):
        # "3 Zimmer" looks for no room, "Dreiraumwohnung" for a flat.
        rivals = (
            () if item.entity == "housing_kind" and item.value != "room" else _STRONGER.get(item.entity, ())
        )
        clash = any(
            item.first < other.last and other.first < item.last
            for other in kept
            if other.entity == item.entity
        ) or any(
            item.first < other.last and other.first < item.last
            for other in found
            if other.entity in rivals and other.last - other.first >= item.last - item.first
        )
        if not clash:
            kept.append(item)
    return kept


__all__ = ["EXTRACTOR", "INFLECTED", "MISSPELT", "EntityReader"]
