"""Which of the offers on show somebody means: by number, by words of its description, or the only one there is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.knowledge.names import Names
from bot.knowledge.offers import Offer
from bot.knowledge.words import index_words, words

# Shorter words are articles and prepositions.
_SHORTEST = 4


def by_number(shown: Sequence[str], numbers: Iterable[Any]) -> list[str] | None:
    """The ids at these places of a list, 1 the first, -1 the last; None if a place is not on the list."""
    picked = []
    for number in numbers:
        place = int(number) - 1 if number > 0 else len(shown) + int(number)
        if not 0 <= place < len(shown):
            return None
        picked.append(shown[place])
    return list(dict.fromkeys(picked))


def by_description(offers: Sequence[Offer], text: str, names: Names, glosses: Mapping[str, str]) -> Offer | None:
    """The one offer that a text describes better than it describes any other; None if it tells none from the rest.

    A word counts by how few of the offers it fits, so "the flat with the garden" means the one with a garden,
    although all of them are flats.

    Args:
        glosses: The English of the text's words: descriptions are matched across languages.
    """
    held = [_words_of(offer, names) for offer in offers]
    scores = [0.0] * len(offers)
    for word in {*words(text), *glosses}:
        if len(word) < _SHORTEST and not word.isdigit():
            continue
        readings = [_bare(word), *(each for each in words(glosses.get(word, "")) if len(each) >= _SHORTEST)]
        fits = [any(_in(reading, own) for reading in readings) for own in held]
        if 0 < sum(fits) < len(offers):
            scores = [score + fit / sum(fits) for score, fit in zip(scores, fits, strict=True)]
    best = max(scores, default=0.0)
    return offers[scores.index(best)] if best > 0 and scores.count(best) == 1 else None


def _words_of(offer: Offer, names: Names) -> set[str]:
    place = names.region.place(offer.place)
    texts = [
        *offer.title.values(), *offer.text.values(), offer.provider, offer.address or "", str(offer.contact.get("name") or ""),
        *place.names.values(), place.official_name, *names.of_facts(offer.facts),
        *(_number(value) for value in offer.facts.values() if isinstance(value, int | float) and value is not True),
    ]  # fmt: skip
    return set(index_words(" ".join(texts)))


def _number(value: float) -> str:
    return f"{value:g}"


def _bare(word: str) -> str:
    """Without what endings add, as far as that can be told in any language by length alone."""
    if word.isdigit() or len(word) <= 4:
        return word
    return word[: -1 if len(word) <= 6 else -2]


def _in(word: str, own: set[str]) -> bool:
    if word in own:
        return True
    if word.isdigit() or len(word) < 4:
        return False
    # "Garten" stands in "Gartenküche"; "Bahnhofstraße" is written "Bahnhofstr. 4".
    return any(each.startswith(word) or (len(each) > 5 and word.startswith(each)) for each in own)


def differences(cards: Sequence[Mapping[str, Any]]) -> list[tuple[str, list[str]]]:
    """(label, the value on each card or "–") of the facts in which cards differ, in the order of the cards."""
    labels: dict[str, None] = {}
    for card in cards:
        labels.update(dict.fromkeys(fact["label"] for fact in card["facts"]))
    rows = []
    for label in labels:
        values = [next((f["value"] for f in card["facts"] if f["label"] == label), "–") for card in cards]
        if len(set(values)) > 1:
            rows.append((label, values))
    return rows


_SPACE = re.compile(r"\s+")


def left_over(text: str, entities: Iterable[Mapping[str, Any]]) -> str:
    """What a text says besides its entities (each with `start` and `end`)."""
    inside = {at for entity in entities for at in range(entity.get("start") or 0, entity.get("end") or 0)}
    return _SPACE.sub(" ", "".join(" " if at in inside else char for at, char in enumerate(text))).strip()
