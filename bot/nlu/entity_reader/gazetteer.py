"""Finding lexicon entries in a row of tokens: exact, inflected, open (`pfleg*`) and misspelt words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from bot.nlu.entity_reader.misspellings import SHORTEST, Misspellings
from bot.nlu.entity_reader.words import Inflection, Token

EXACT, INFLECTED, OPEN, MISSPELT = 1.0, 0.95, 0.9, 0.75
_FALLBACK_MIN = 5
"""Letters a word of another language than the message's needs to be believed."""
_SIGNS = frozenset("€%$#№+")
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
    __slots__ = ("entity", "value", "weak", "tokens", "literal", "length", "fuzzy")

    def __init__(self, raw: dict[str, Any]) -> None:
        self.entity: str = raw["entity"]
        self.value: Any = raw["value"]
        self.weak: bool = raw["weak"]
        self.tokens: list[tuple[str, str]] = [(kind, text) for kind, text in raw["tokens"]]
        self.literal: str | None = raw.get("literal")
        self.fuzzy: bool = raw["fuzzy"]
        self.length = sum(len(text) for _, text in self.tokens)


class _Group:
    """The entries of one group of languages, indexed by their first token."""

    def __init__(self, inflection: Inflection, entries: list[_Entry], ordinary: list[str]) -> None:
        self.inflection = inflection
        self.home = False
        self.entries = entries
        self._forms: dict[str, list[int]] = defaultdict(list)
        self._stems: dict[str, list[int]] = defaultdict(list)
        self._prefixes: dict[str, list[int]] = defaultdict(list)
        self._suffixes: dict[str, list[int]] = defaultdict(list)
        self._infixes: list[tuple[str, int]] = []
        self._fuzzy_stems: dict[str, list[int]] = defaultdict(list)
        for number, entry in enumerate(entries):
            self._add(number, entry)
        self._misspellings = Misspellings(self._fuzzy_stems, ordinary)
        self._prefix_lengths = sorted({len(text) for text in self._prefixes}, reverse=True)
        self._suffix_lengths = sorted({len(text) for text in self._suffixes}, reverse=True)
        self.heads = lru_cache(maxsize=20_000)(self._heads)
        self.likely = lru_cache(maxsize=20_000)(lambda word: _Likely(self.inflection, self.entries, self.heads(word)))

    def _add(self, number: int, entry: _Entry) -> None:
        kind, text = entry.tokens[0]
        if kind == "prefix":
            self._prefixes[text].append(number)
            if entry.fuzzy:
                self._fuzzy_stems[text].append(number)
        elif kind == "suffix":
            self._suffixes[text].append(number)
        elif kind == "infix":
            self._infixes.append((text, number))
        else:
            self._forms[text].append(number)
            if kind == "word":
                for stem in self.inflection.stems(text):
                    self._stems[stem].append(number)
                if entry.fuzzy:
                    self._fuzzy_stems[self.inflection.stems(text)[0]].append(number)

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
        if len(word) < SHORTEST:
            return []
        # The article is no part of the word: with it, any two words are two letters nearer.
        bare = [
            stem for stem in dict.fromkeys((*stems, *forms)) if len(forms) == 1 or not stem.startswith("ال")
        ]
        return [number for stem in self._misspellings.nearest(bare) for number in self._fuzzy_stems[stem]]

    def beginning(self, tokens: list[Token], first: int) -> Sequence[tuple[int, float]]:
        """(entry, quality) of every entry that may stand from this token on, judged by its first two, in the order of `heads`."""
        likely = self.likely(tokens[first].text)
        if not likely.goes_on:
            return likely.alone
        following = first + 1
        while following < len(tokens) and tokens[following].text in _SKIPPED_SIGNS:
            following += 1
        return likely.before(tokens[following].text if following < len(tokens) else "")

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


class _Likely:
    """The entries that a word can begin, by what their second token can be.

    "na" begins fifty of several tokens; after most words none of them goes on.
    """

    def __init__(self, inflection: Inflection, entries: list[_Entry], heads: Sequence[tuple[int, float]]) -> None:
        self._inflection = inflection
        self._heads = heads
        self._always: list[int] = []
        self._by_second: dict[str, list[int]] = defaultdict(list)
        for place, (number, _) in enumerate(heads):
            kind, text = (*entries[number].tokens, ("", ""))[1]
            if kind in ("", "prefix", "suffix", "infix") or text in _SKIPPED_SIGNS:
                self._always.append(place)
                continue
            for key in {text, *(map(_stem, inflection.analyse(text)[1]) if kind == "word" else ())}:
                self._by_second[key].append(place)
        self.goes_on = bool(self._by_second)
        self.alone = [heads[place] for place in self._always]
        """What does not depend on the second token."""

    def before(self, word: str) -> Sequence[tuple[int, float]]:
        """Those that may go on with this word, or end before it."""
        forms, stems = self._inflection.analyse(word)
        longer = [place for key in (*forms, *map(_stem, stems)) for place in self._by_second.get(key, ())]
        return [self._heads[place] for place in sorted({*self._always, *longer})] if longer else self.alone


def _stem(text: str) -> str:
    """A stem as a key beside the forms."""
    return text + "-"


class Gazetteer:
    """All lexicons of all languages."""

    def __init__(self, compiled: dict[str, Any]) -> None:
        by_group: dict[str, list[_Entry]] = {name: [] for name in compiled["groups"]}
        for raw in compiled["entries"]:
            by_group.setdefault(raw["group"], []).append(_Entry(raw))
        self._groups = {
            name: _Group(
                Inflection(compiled["groups"].get(name, {"languages": [name]})),
                entries,
                compiled["ordinary"].get(name, []),
            )
            for name, entries in by_group.items()
        }
        self._by_script: dict[str, list[str]] = defaultdict(list)
        self._by_language: dict[str, str] = {}
        for name, group in self._groups.items():
            self._by_script[group.inflection.script].append(name)
            for language in group.inflection.languages:
                self._by_language[language] = name
        for names in self._by_script.values():
            # The first group of a script in inflection.yml is the one others borrow from.
            self._groups[names[0]].home = True

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
        covered = [False] * len(tokens)
        scripts = [_script(tokens, position) for position in range(len(tokens))]
        orders = {script: self.order(script, language) for script in {*scripts}}
        for rank in range(max((len(order) for order in orders.values()), default=0)):
            found: list[Match] = []
            for first in range(len(tokens)):
                order = orders[scripts[first]]
                if rank < len(order) and not (rank and covered[first]):
                    found.extend(self._at(order[rank], rank, text, tokens, first))
            matches += found
            _cover(covered, found)
        own = self._groups.get(self._by_language.get((language or "").split("-")[0], ""))
        if own is not None and own.inflection.romanised and "latin" in orders:
            respelt = [
                Token(own.inflection.from_latin(t.text), t.start, t.end, t.kind, t.capital, t.glued, t.script)
                if t.script == "latin" and t.kind == "word" and not done else t
                for t, done in zip(tokens, covered, strict=True)
            ]  # fmt: skip
            for first, (token, respelling) in enumerate(zip(tokens, respelt, strict=True)):
                if token is not respelling:
                    matches.extend(self._at(own, 0, text, respelt, first))
        return matches

    @staticmethod
    def _at(group: _Group, rank: int, text: str, tokens: list[Token], first: int) -> Iterator[Match]:
        """Entries of this group that begin at this token."""
        token = tokens[first]
        if token.kind == "sign" and token.text not in _SIGNS:
            return
        for number, quality in group.beginning(tokens, first):
            entry = group.entries[number]
            if rank and not _trusted_abroad(entry, quality, group.home):
                continue
            last, quality = _extent(group, entry, tokens, first, quality)
            if last and (entry.literal is None or _literally(entry.literal, text, tokens, first, last)):
                yield Match(entry.entity, entry.value, first, last, quality, entry.weak)


def _script(tokens: list[Token], position: int) -> str:
    """The script in which to look up what begins here: a number's is that of the word after it ("1 клас")."""
    following = tokens[position + 1] if position + 1 < len(tokens) else None
    number = tokens[position].kind == "number" and following is not None and following.kind == "word"
    return following.script if number and following is not None else tokens[position].script


def _cover(covered: list[bool], matches: list[Match]) -> None:
    """Mark what is understood; a guess at a misspelling leaves it open to other languages."""
    for match in matches:
        if match.quality > MISSPELT:
            covered[match.first : match.last] = [True] * (match.last - match.first)


def _trusted_abroad(entry: _Entry, quality: float, home: bool) -> bool:
    """Whether a word counts in a message of another language: what is unmistakable, and of the region's own
    language (`home`) cues and numbers too, because people mix those in."""
    if quality <= MISSPELT:
        return home and entry.entity == "place"
    if home and entry.entity in ("cue", "number"):
        return True
    return not entry.weak and (entry.length >= _FALLBACK_MIN or entry.entity in ("place", "rooms"))


def _extent(
    group: _Group, entry: _Entry, tokens: list[Token], first: int, quality: float
) -> tuple[int, float]:
    """(end of the match, worst quality in it), or (0, 0)."""
    position = first + 1
    for kind, text in entry.tokens[1:]:
        while (
            position < len(tokens) and tokens[position].text in _SKIPPED_SIGNS and text not in _SKIPPED_SIGNS
        ):
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
