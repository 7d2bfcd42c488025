"""Finding lexicon entries in a row of tokens: exact, inflected, open (`pfleg*`) and misspelt words."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import Any

import simplemma
from rapidfuzz.distance import OSA

from bot.nlu.entity_reader.words import Inflection, Token

EXACT, INFLECTED, OPEN, MISSPELT = 1.0, 0.95, 0.9, 0.75
_FUZZY_MIN = 6
"""Letters a stem needs before one wrong letter is forgiven; two are forgiven from ten."""
_FALLBACK_MIN = 5
"""Letters a word of another language than the message's needs to be believed."""
_SKIPPED_SIGNS = frozenset("-.'\"/:*_")


class Match:
    """Entry found in tokens [first, last)."""

    __slots__ = ("entity", "value", "first", "last", "quality", "weak")

    def __init__(self, entity: str, value: Any, first: int, last: int, quality: float, weak: bool) -> None:
        self.entity = entity
        self.value = value
        self.first = first
        self.last = last
        self.quality = quality
        self.weak = weak

    def __repr__(self) -> str:
        return f"Match({self.entity}={self.value} [{self.first}:{self.last}] {self.quality})"


class _Entry:
    __slots__ = ("entity", "value", "weak", "tokens", "literal", "length")

    def __init__(self, raw: dict[str, Any]) -> None:
        self.entity: str = raw["entity"]
        self.value: Any = raw["value"]
        self.weak: bool = raw["weak"]
        self.tokens: list[tuple[str, str]] = [(kind, text) for kind, text in raw["tokens"]]
        self.literal: str | None = raw.get("literal")
        self.length = sum(len(text) for _, text in self.tokens)


class _Group:
    """The entries of one group of languages, indexed by their first token."""

    def __init__(self, inflection: Inflection, entries: list[_Entry]) -> None:
        self.inflection = inflection
        self.entries = entries
        self._forms: dict[str, list[int]] = defaultdict(list)
        self._stems: dict[str, list[int]] = defaultdict(list)
        self._prefixes: dict[str, list[int]] = defaultdict(list)
        self._suffixes: dict[str, list[int]] = defaultdict(list)
        self._infixes: list[tuple[str, int]] = []
        self._typos: dict[str, set[str]] = defaultdict(set)
        self._fuzzy_stems: dict[str, list[int]] = defaultdict(list)
        for number, entry in enumerate(entries):
            self._add(number, entry)
        self._prefix_lengths = sorted({len(text) for text in self._prefixes}, reverse=True)
        self._suffix_lengths = sorted({len(text) for text in self._suffixes}, reverse=True)
        self.heads = lru_cache(maxsize=20_000)(self._heads)

    def _add(self, number: int, entry: _Entry) -> None:
        kind, text = entry.tokens[0]
        if kind == "prefix":
            self._prefixes[text].append(number)
        elif kind == "suffix":
            self._suffixes[text].append(number)
        elif kind == "infix":
            self._infixes.append((text, number))
        else:
            self._forms[text].append(number)
            if kind == "word":
                for stem in self.inflection.stems(text):
                    self._stems[stem].append(number)
                if len(entry.tokens) == 1 and entry.value is not None and not entry.weak:
                    stem = self.inflection.stems(text)[0]
                    if len(stem) >= _FUZZY_MIN - 1 and len(text) >= _FUZZY_MIN:
                        self._fuzzy_stems[stem].append(number)
                        for shorter in _deletions(stem):
                            self._typos[shorter].add(stem)

    def _heads(self, word: str) -> tuple[tuple[int, float], ...]:
        """(entry, quality) of every entry whose first token this word can be."""
        found: dict[int, float] = {}
        forms, stems = self.inflection.analyse(word)
        for form in forms:
            for number in self._forms.get(form, ()):
                found.setdefault(number, EXACT)
        for stem in stems:
            for number in self._stems.get(stem, ()):
                found.setdefault(number, INFLECTED)
        for form in forms:
            for length in self._prefix_lengths:
                for number in self._prefixes.get(form[:length], ()) if length <= len(form) else ():
                    found.setdefault(number, OPEN)
            for length in self._suffix_lengths:
                # An open beginning is a compound: something has to stand there.
                for number in self._suffixes.get(form[-length:], ()) if length + 2 <= len(form) else ():
                    found.setdefault(number, OPEN)
            for text, number in self._infixes:
                if text in form:
                    found.setdefault(number, OPEN)
        if not any(len(self.entries[number].tokens) == 1 for number in found):
            for number in self._misspelt(word, forms, stems):
                found.setdefault(number, MISSPELT)
        return tuple(found.items())

    def _misspelt(self, word: str, forms: tuple[str, ...], stems: tuple[str, ...]) -> list[int]:
        if len(word) < _FUZZY_MIN:
            return []
        best: dict[str, int] = {}
        for stem in dict.fromkeys((*stems, *forms)):
            if len(stem) < _FUZZY_MIN - 1:
                continue
            for shorter in (stem, *_deletions(stem)):
                for known in self._typos.get(shorter, ()):
                    distance = OSA.distance(stem, known)
                    # The first letter is rarely the one that is wrong, and often the one that makes another word.
                    if distance <= (2 if len(known) >= 10 else 1) and stem[0] == known[0]:
                        best[known] = min(distance, best.get(known, 9))
        if not best or self._ordinary(word):
            return []
        nearest = min(best.values())
        return [number for known, distance in best.items() if distance == nearest for number in self._fuzzy_stems[known]]

    def _ordinary(self, word: str) -> bool:
        """Whether the word is a word of its own right and no misspelling."""
        for language in self.inflection.languages:
            try:
                if simplemma.is_known(word, lang=language) or simplemma.is_known(word.capitalize(), lang=language):
                    return True
            except ValueError:  # simplemma has no list of this language (Arabic)
                continue
        return False

    def fits(self, kind: str, text: str, word: str) -> float:
        """Quality with which a token after the first fits its pattern; 0 if it does not."""
        if kind == "prefix":
            return OPEN if any(form.startswith(text) for form in self.inflection.analyse(word)[0]) else 0.0
        if kind == "suffix":
            return OPEN if word.endswith(text) else 0.0
        if kind == "infix":
            return OPEN if text in word else 0.0
        forms, stems = self.inflection.analyse(word)
        if text in forms:
            return EXACT
        if kind == "word" and any(stem in stems for stem in self.inflection.analyse(text)[1]):
            return INFLECTED
        return 0.0


def _deletions(word: str) -> set[str]:
    """The word with one letter left out, anywhere but in front."""
    return {word[:position] + word[position + 1 :] for position in range(1, len(word))}


class Gazetteer:
    """All lexicons of all languages."""

    def __init__(self, compiled: dict[str, Any]) -> None:
        by_group: dict[str, list[_Entry]] = {name: [] for name in compiled["groups"]}
        for raw in compiled["entries"]:
            by_group.setdefault(raw["group"], []).append(_Entry(raw))
        self._groups = {
            name: _Group(Inflection(compiled["groups"].get(name, {"languages": [name]})), entries)
            for name, entries in by_group.items()
        }
        self._by_script: dict[str, list[str]] = defaultdict(list)
        self._by_language: dict[str, str] = {}
        for name, group in self._groups.items():
            self._by_script[group.inflection.script].append(name)
            for language in group.inflection.languages:
                self._by_language[language] = name

    def order(self, script: str, language: str | None) -> list[_Group]:
        """Groups to look a token of this script up in, the likeliest first."""
        names = self._by_script.get(script, [])
        own = self._by_language.get((language or "").split("-")[0])
        if own in names and names[0] != own:
            names = [own, *(name for name in names if name != own)]
        return [self._groups[name] for name in names]

    def find(self, text: str, tokens: list[Token], language: str | None) -> list[Match]:
        """Every entry that fits somewhere; overlaps included. Cues are matches of the entity `cue`."""
        matches: list[Match] = []
        orders: dict[str, list[_Group]] = {}
        covered = [False] * len(tokens)
        for script in {token.script for token in tokens}:
            orders[script] = self.order(script, language)
        for rank in range(max((len(order) for order in orders.values()), default=0)):
            for first, token in enumerate(tokens):
                order = orders[token.script]
                if token.kind == "sign" and token.text not in "€%$" or rank >= len(order):
                    continue
                if rank and covered[first]:
                    continue
                group = order[rank]
                for number, quality in group.heads(token.text):
                    entry = group.entries[number]
                    if rank and not _trusted_abroad(entry, quality, rank):
                        continue
                    last, quality = _extent(group, entry, tokens, first, quality)
                    if not last:
                        continue
                    if entry.literal is not None and not _literally(entry.literal, text, tokens, first, last):
                        continue
                    matches.append(Match(entry.entity, entry.value, first, last, quality, entry.weak))
            if not rank:
                for match in matches:
                    if match.quality > MISSPELT:
                        for position in range(match.first, match.last):
                            covered[position] = True
        return matches


def _trusted_abroad(entry: _Entry, quality: float, rank: int) -> bool:
    """Whether a word of another language counts: cues and numbers of the first one, else only what is unmistakable."""
    if quality <= MISSPELT:
        return entry.entity == "place"
    if rank == 1 and entry.entity in ("cue", "number"):
        return True
    return not entry.weak and (entry.length >= _FALLBACK_MIN or entry.entity in ("place", "rooms"))


def _extent(
    group: _Group, entry: _Entry, tokens: list[Token], first: int, quality: float
) -> tuple[int, float]:
    """(end of the match, worst quality in it), or (0, 0)."""
    position = first + 1
    for kind, text in entry.tokens[1:]:
        while position < len(tokens) and tokens[position].text in _SKIPPED_SIGNS and text not in _SKIPPED_SIGNS:
            position += 1
        if position >= len(tokens):
            return 0, 0.0
        fit = group.fits(kind, text, tokens[position].text)
        if not fit:
            return 0, 0.0
        quality = min(quality, fit)
        position += 1
    return position, quality


def _literally(literal: str, text: str, tokens: list[Token], first: int, last: int) -> bool:
    written = text[tokens[first].start : tokens[last - 1].end]
    # "=Iden" insists on the capital; a lexicon word without one accepts any case.
    return written == literal or (literal.islower() and written.lower() == literal)
