"""Numbers of a message, in digits and in words: 600, 250.000, 2,5, sechshundert, дві тисячі, خمسة وعشرين."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.nlu.entity_reader.gazetteer import Match
from bot.nlu.entity_reader.words import Token

Value = int | float
_GROUPED = re.compile(r"\d{1,3}(?:([.,'])\d{3})(?:\1\d{3})*(?:[.,]\d{1,2})?$")
_SCALES = (100, 1000, 1_000_000)
_TENS = range(20, 100, 10)


class Number:
    """A number in tokens [first, last)."""

    __slots__ = ("value", "first", "last", "article", "digits")

    def __init__(self, value: Value, first: int, last: int, article: bool, digits: bool) -> None:
        self.value = value
        self.first = first
        self.last = last
        self.article = article  # ein, eine, a: a number only before some units
        self.digits = digits

    def __repr__(self) -> str:
        return f"Number({self.value} [{self.first}:{self.last}])"


def tidy(value: float) -> Value:
    """Whole numbers as int."""
    return int(value) if float(value).is_integer() else round(float(value), 2)


def parse_digits(text: str) -> Value | None:
    """The number a run of digits, points and commas stands for; None for dates and versions.

    A point or comma before exactly three digits groups thousands; before one or two it is the decimal sign.
    """
    if text.isdigit():
        return int(text) if len(text) <= 9 else None
    if _GROUPED.match(text):
        match = re.fullmatch(r"([\d.,']*\d{3})(?:([.,])(\d{1,2}))?", text)
        if match:
            whole = int(re.sub(r"\D", "", match.group(1)))
            return tidy(whole + (float(f"0.{match.group(3)}") if match.group(3) else 0))
    parts = re.split(r"[.,]", text)
    if len(parts) == 2 and len(parts[1]) <= 2:
        return tidy(float(f"{parts[0]}.{parts[1]}"))
    return None


def _split_glued(word: str, vocabulary: dict[str, Value], depth: int = 0) -> list[Value] | None:
    """zweihundertfuenfzig → [2, 100, 50]; None if it is not made of number words."""
    if not word:
        return []
    if depth > 7:
        return None
    for length in range(len(word), 2, -1):
        value = vocabulary.get(word[:length])
        if value is not None:
            rest = _split_glued(word[length:].removeprefix("und"), vocabulary, depth + 1)
            if rest is not None:
                return [value, *rest]
    return None


def _combine(values: Sequence[Value], joined: Sequence[bool]) -> Value | None:
    """One number out of number words in their order; None if they are several numbers.

    Args:
        values: e.g. [2, 1000, 5, 100].
        joined: whether an "and" stands before the value: five-and-twenty is one number, "five twenty" two.
    """
    total: float = 0
    current: float = values[0]
    for value, conjunction in zip(values[1:], joined[1:], strict=True):
        if value in _SCALES and current < value:
            if value >= 1000:
                total, current = total + (current or 1) * value, 0
            else:
                current = (current or 1) * value
        elif not current and total:
            current = value
        elif (value < current and current >= 20 and current % 10 ** len(str(int(value))) == 0) or (
            conjunction and 0 < current < 10 and value in _TENS
        ):
            current += value
        else:
            return None
    return tidy(total + current)


def _part_of_something(tokens: list[Token], position: int, cues: dict[str, dict[int, int]]) -> bool:
    """Digits that are no number: of a time (5:30), of a level (B2), of Arabic in Latin letters (7alab)."""
    before = tokens[position - 1] if position else None
    after = tokens[position + 1] if position + 1 < len(tokens) else None
    if tokens[position].glued and before is not None:
        if before.text == ":" and before.glued and position > 1 and tokens[position - 2].kind == "number":
            return True
        if before.kind == "word" and not any(
            last == position for starts in cues.values() for last in starts.values()
        ):
            return True
    if after is None or not after.glued:
        return False
    if after.text == ":" and position + 2 < len(tokens):
        return tokens[position + 2].glued and tokens[position + 2].kind == "number"
    return (
        after.kind == "word"
        and len(after.text) > 3
        and not any(position + 1 in starts for starts in cues.values())
    )


class NumberReader:
    """Reads numbers out of tokens and the gazetteer's number words."""

    def __init__(self, entries: list[dict[str, object]]) -> None:
        # German writes compounds of number words as one word; other languages are not hurt by trying.
        self._glue: dict[str, Value] = {}
        for entry in entries:
            tokens, value = entry["tokens"], entry["value"]
            if entry["entity"] == "number" and isinstance(tokens, list) and len(tokens) == 1:
                text = tokens[0][1]
                if entry["group"] == "de" and isinstance(value, (int, float)) and len(text) >= 3:
                    self._glue[text] = value

    def _words(self, tokens: list[Token], matches: list[Match]) -> dict[int, tuple[Value, int, bool]]:
        """By first token: (value, end, article)."""
        found: dict[int, tuple[Value, int, bool]] = {}
        for match in matches:
            if match.entity != "number" or match.value is None:
                continue
            known = found.get(match.first)
            if known is None or match.last > known[1]:
                found[match.first] = (match.value, match.last, match.weak)
        for position, token in enumerate(tokens):
            if (
                token.kind == "word"
                and position not in found
                and len(token.text) >= 7
                and token.script == "latin"
            ):
                parts = _split_glued(token.text, self._glue)
                if parts and len(parts) > 1:
                    value = _combine(parts, [True] * len(parts))
                    if value is not None:
                        found[position] = (value, position + 1, False)
        return found

    def read(
        self, tokens: list[Token], matches: list[Match], cues: dict[str, dict[int, int]]
    ) -> list[Number]:
        """Numbers in order, none overlapping.

        Args:
            cues: for each cue, end of the cue by its first token; used are "and", "half", "thousand", "euro", "room".
        """
        words = self._words(tokens, matches)
        ands, halves, thousands = cues.get("and", {}), cues.get("half", {}), cues.get("thousand", {})
        numbers: list[Number] = []
        position = 0
        while position < len(tokens):
            token = tokens[position]
            if token.kind == "number" and _part_of_something(tokens, position, cues):
                number = None
            elif token.kind == "number":
                number = self._digits(tokens, position, cues)
            elif position in words:
                number = self._run(tokens, position, words, ands)
            else:
                number = None
            if number is None:
                position += 1
                continue
            after = number.last
            # "2к квартира" has two rooms, "150к" is a price.
            flat = number.value < 10 and cues.get("room", {}).get(after, 0) > thousands.get(after, 0)
            if after in thousands and number.value < 10_000 and not flat:
                number.value, number.last = tidy(number.value * 1000), thousands[after]
            elif after in halves and number.value < 20:
                number.value, number.last = tidy(number.value + 0.5), halves[after]
            numbers.append(number)
            position = max(number.last, position + 1)
        return numbers

    def _digits(self, tokens: list[Token], position: int, cues: dict[str, dict[int, int]]) -> Number | None:
        value = parse_digits(tokens[position].text)
        if value is None:
            return None
        last = position + 1
        # 150 000, and 1 200 €: a space groups thousands only where that is what is meant.
        if (
            last < len(tokens)
            and len(tokens[last].text) == 3
            and tokens[last].text.isdigit()
            and tokens[position].text.isdigit()
            and len(tokens[position].text) <= 3
            and (
                tokens[last].text == "000"
                or last + 1 in cues.get("euro", {})
                or last + 1 in cues.get("rent_money", {})
            )
        ):
            return Number(int(tokens[position].text + tokens[last].text), position, last + 1, False, True)
        # 2 1/2 and 1/2
        for whole, start in ((value, last), (0, position)):
            fraction = [token.text for token in tokens[start : start + 3]]
            if fraction in (["1", "/", "2"], ["1", "/", "4"]):
                return Number(tidy(whole + 1 / int(fraction[2])), position, start + 3, False, True)
        return Number(value, position, last, False, True)

    def _run(
        self,
        tokens: list[Token],
        position: int,
        words: dict[int, tuple[Value, int, bool]],
        ands: dict[int, int],
    ) -> Number:
        """The longest row of number words from here that is one number."""
        value, last, article = words[position]
        values, joined = [value], [False]
        cursor = last
        while True:
            conjunction = False
            after = ands.get(cursor, cursor)
            if after != cursor:
                conjunction = True
            elif cursor < len(tokens) and tokens[cursor].text == "-":
                after = cursor + 1
            # Arabic writes "and" as part of the next word (وعشرين).
            if after < len(tokens) and after in words:
                part, end, _ = words[after]
                attached = (
                    tokens[after].script == "arabic" and tokens[after].text.startswith("و") and part != 1
                )
                combined = _combine([*values, part], [*joined, conjunction or attached])
                if combined is None:
                    break
                values.append(part)
                joined.append(conjunction or attached)
                value, last, cursor, article = combined, end, end, False
            else:
                break
        return Number(value, position, last, article, False)
