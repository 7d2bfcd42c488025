"""One message while it is being read: its tokens, numbers, cues and lexicon matches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from bot.nlu.entity_reader.gazetteer import EXACT, Match
from bot.nlu.entity_reader.numbers import Number
from bot.nlu.entity_reader.words import Token

_STOPS = frozenset(".!?;")
_JOINERS = frozenset("-./'\"~")
_BESIDE = 2
"""Words that may stand between two that belong together: "don't speak very good German"."""

REFUSABLE = frozenset({"place", "working_time", "housing_kind", "occupation", "childcare_kind", "rooms"})
"""What can be refused by words after it as well: "Seehausen is out"."""


class Found:
    """An entity in tokens [first, last)."""

    __slots__ = ("entity", "value", "first", "last", "confidence")

    def __init__(self, entity: str, value: Any, first: int, last: int, confidence: float = EXACT) -> None:
        self.entity = entity
        self.value = value
        self.first = first
        self.last = last
        self.confidence = confidence


class Reading:
    """What is known about a message. Positions are token indexes."""

    def __init__(
        self, text: str, tokens: list[Token], matches: list[Match], expects: str | None, intent: str | None
    ) -> None:
        self.text = text
        self.tokens = tokens
        self.matches = matches
        self.expects = expects
        self.intent = intent
        self.numbers: list[Number] = []
        self.used: set[int] = set()
        """Positions of numbers that already are an entity."""
        self.of_today = False
        """Whether some words were of the home that somebody lives in now."""
        self._refusable = {match.first for match in matches if match.entity in REFUSABLE and match.value is not None}
        self.cues: dict[str, dict[int, int]] = {}
        """Cue → its first token → end, the longest."""
        self._ends: dict[str, dict[int, int]] = {}
        for match in matches:
            if match.entity == "cue":
                starts = self.cues.setdefault(match.value, {})
                starts[match.first] = max(match.last, starts.get(match.first, 0))
        for cue, starts in self.cues.items():
            ends = self._ends[cue] = {}
            for first, last in starts.items():
                ends[last] = min(first, ends.get(last, first))
        self.words = sum(token.kind != "sign" for token in tokens)

    def has(self, *cues: str) -> bool:
        """Whether one of the cues is anywhere in the message."""
        return any(cue in self.cues for cue in cues)

    def skip(self, position: int, step: int = 1) -> int:
        """The next position in this direction that is no joining sign (3-Zimmer, 3 - Zimmer)."""
        while 0 <= position < len(self.tokens) and self.tokens[position].text in _JOINERS:
            position += step
        return position

    def at(self, position: int, *cues: str) -> int:
        """End of the longest of these cues that begins here, joining signs skipped; 0 if none does."""
        position = self.skip(position)
        return max((self.cues.get(cue, {}).get(position, 0) for cue in cues), default=0)

    def before(self, position: int, cues: Iterable[str], window: int) -> int | None:
        """First token of one of these cues that ends at most `window` words before this position."""
        cursor, left = position, window
        while cursor >= 0 and left >= 0:
            for cue in cues:
                first = self._ends.get(cue, {}).get(cursor)
                if first is not None:
                    return first
            cursor -= 1
            if cursor < 0 or self.tokens[cursor].text in _STOPS and not self.tokens[cursor].glued:
                return None
            if self.tokens[cursor].text in "!?;":
                return None
            left -= self.tokens[cursor].kind != "sign"
        return None

    def after(self, position: int, cues: Iterable[str], window: int) -> int | None:
        """First token of one of these cues that begins at most `window` words from this position on."""
        left = window
        for cursor in range(position, len(self.tokens)):
            for cue in cues:
                if cursor in self.cues.get(cue, {}):
                    return cursor
            token = self.tokens[cursor]
            if token.text in "!?;" or left <= 0:
                return None
            left -= token.kind != "sign"
        return None

    def nearest_before(self, position: int, cues: Iterable[str], window: int) -> str | None:
        """Which of the cues stands nearest before this position, at most `window` words away; the longer one
        where two end together ("not over" against "over")."""
        best: tuple[int, int, str] | None = None
        for cue in cues:
            first = self.before(position, (cue,), window)
            if first is not None:
                candidate = (self.cues[cue][first], -first, cue)
                best = candidate if best is None else max(best, candidate)
        return best[2] if best else None

    def adjoin(self, end: int, first: int) -> bool:
        """Whether words that end here stand beside words that begin there: at most two others and no comma between."""
        between = self.tokens[end:first]
        signs = any(token.kind == "sign" and token.text not in _JOINERS or token.text == "." for token in between)
        return end <= first and not signs and sum(token.kind != "sign" for token in between) <= _BESIDE

    def joins(self, position: int) -> bool:
        """Whether the word here stands between two numbers of a range or a list (bis, oder, und)."""
        return position in self.cues.get("range", {}) or position in self.cues.get("and", {})

    def denied(self, position: int) -> bool:
        """Whether a "not" stands directly before this position."""
        return position > 0 and position - 1 in self.cues.get("negation", {})

    def denied_from(self, position: int, *cues: str) -> int | None:
        """Where the "not" before this position begins, which may be several words ("I don't want"), with an article and a
        preposition between at most ("not in a"); None without one.

        Args:
            cues: `negation`, if nothing else is given.
        """
        for end in range(position, max(0, position - 3), -1):
            first = min((self._ends[cue][end] for cue in cues or ("negation",) if end in self._ends.get(cue, {})), default=None)
            if first is not None:
                return first
            if end - 1 not in self.cues.get("preposition", {}) and end - 1 not in self.cues.get("article", {}):
                return None
        return None

    def alternatives(self, one: Match, other: Match) -> bool:
        """Whether nothing but an "or", a comma or prepositions stand between two matches: "cleaning or kitchen"."""
        first, last = (one.last, other.first) if one.last <= other.first else (other.last, one.first)
        joints = [position for position in range(first, last) if self.joins(position) or self.tokens[position].text in ",/"]
        helpers = {position for cue in ("preposition", "article") for position in self.cues.get(cue, {})}
        return bool(joints) and {*range(first, last)} <= {*joints} | helpers

    def refused_after(self, position: int) -> int | None:
        """End of a refusal that follows what ends here, at most a word away: "shifts don't work for me"."""
        cursor = position
        if cursor < len(self.tokens) and self.tokens[cursor].kind == "word" and not self.at(cursor, "refusal"):
            cursor += 1
        end = self.cues.get("refusal", {}).get(cursor)
        # "A flat, but I don't want a shared one": what can be refused before it as well is about what it stands before.
        before = end is not None and any(self.denied_from(first, "unwilling") == cursor for first in self._refusable)
        return None if before else end

    def too_far_after(self, place: Match) -> int | None:
        """End of a "too far" that is said of a place beside it: "Werben is too far for me", and not of the way from it."""
        if self.before(place.first, ("way_from",), 0) is not None:
            return None
        for first, end in self.cues.get("too_far", {}).items():
            nearer = any(m.entity == place.entity and place.last <= m.first < first for m in self.matches)
            if self.adjoin(place.last, first) and not nearer and not self.denied(first):
                return end
        return None

    def free_numbers(self) -> Iterator[Number]:
        """Numbers that are no entity yet."""
        for number in self.numbers:
            if not any(position in self.used for position in range(number.first, number.last)):
                yield number

    def take(self, entity: str, value: Any, first: int, last: int, confidence: float = EXACT) -> Found:
        """Make tokens [first, last) an entity and its numbers used."""
        self.used.update(range(first, last))
        return Found(entity, value, first, last, confidence)
