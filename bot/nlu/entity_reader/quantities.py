"""Rooms, area, age and price: a number and the words around it.

Each reader takes the numbers it is sure of, so their order is part of the rule: what has a unit of its own
first, bare numbers last.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.nlu.entity_reader.gazetteer import EXACT
from bot.nlu.entity_reader.numbers import Number, Value, tidy
from bot.nlu.entity_reader.reading import Found, Reading

MONTHS = 12
_MAX_CHILD_MONTHS = 18 * MONTHS
_MAX_ROOMS = 15
_MIN_PRICE, _MAX_PRICE = 50, 5_000_000
_APART = frozenset(",.;:!?/|-")
_PHRASE = 1
"""So many words more than one may join two numbers: "3 oder besser 4"."""
_CALENDAR_YEARS = frozenset(range(1930, 2041)) - {2000}


def _unit(reading: Reading, number: Number, *cues: str) -> int:
    """End of the unit after the number; 0 without one. Case endings of digits (3-х, 2-ma) are skipped."""
    position = reading.skip(number.last)
    suffix = reading.cues.get("numeral_suffix", {}).get(position)
    if suffix and reading.tokens[position].kind == "word" and not reading.at(position, *cues):
        position = suffix
    return reading.at(position, *cues)


def has_unit(reading: Reading, number: Number) -> bool:
    """Whether something is counted or measured by this number."""
    units = ("year", "month", "week", "euro", "room", "area", "other_unit", "child", "thousand")
    return (
        bool(_unit(reading, number, *units)) or reading.before(number.first, ("other_number",), 0) is not None
    )


def _second_of_range(reading: Reading, number: Number) -> Number | None:
    """The 4 of "3-4", "3 bis 4", "3-х или 4-х"."""
    ending = reading.cues.get("numeral_suffix", {}).get(reading.skip(number.last), 0)
    for other in reading.free_numbers():
        if number.last < other.first <= number.last + 2 + _PHRASE and not other.article:
            position = ending if 0 < ending < other.first else number.last
            while position < other.first and (end := _joined_until(reading, position)):
                position = end
            if position == other.first:
                return other
    return None


def _joined_until(reading: Reading, position: int) -> int:
    """End of what joins two numbers and begins here; 0 if nothing does."""
    if reading.tokens[position].text in "-/":
        return position + 1
    return max(reading.cues.get(cue, {}).get(position, 0) for cue in ("range", "and"))


def rooms(reading: Reading) -> Iterator[Found]:
    """Number and room word: 3 Zimmer, 3-4 комнаты (from the lower to the higher), 2 ZKB, Zimmer: 3; a living room beside
    them counts."""
    of_today = False
    for number in list(reading.free_numbers()):
        if number.first in reading.used or not 0 < number.value <= _MAX_ROOMS:
            continue
        if reading.denied(number.first) or number.article and not _hyphenated(reading, number):
            continue
        end = _rooms_end(reading, number)
        second = None
        if not end:
            second = _second_of_range(reading, number)
            if second is not None and second.value <= _MAX_ROOMS:
                end = _unit(reading, second, "room")
        if not end and (more := reading.at(number.last, "or_more")):
            end = reading.at(more, "room")
        if not end:
            labelled = _rooms_label(reading, number)
            if labelled is not None:
                yield from _compared(reading, number, number.last)
                yield reading.take("rooms", number.value, labelled, number.last)
            continue
        if _rooms_of_today(reading, number, end):
            of_today = True
            reading.used.update(range(number.first, end))
            continue
        value: Value = number.value
        salon = reading.at(end, "salon")
        if salon:
            value, end = value + 1, salon
        if second is not None and second.value != number.value:
            yield from _from_to(number, second, end)
            value = min(value, second.value)
        else:
            yield from _compared(reading, number, end)
        yield reading.take("rooms", value, number.first, end)
    if of_today or reading.of_today:
        yield from _rooms_instead(reading)


def rooms_wanted(reading: Reading, found: list[Found]) -> Iterator[Found]:
    """What was found, but of rooms named by one word (двушка) only those that are wanted: not those somebody lives in;
    "однушка или двушка" is from the one to the other.
    """
    kept: Found | None = None
    for item in found:
        if item.entity != "rooms":
            yield item
        elif home_of_today(reading, item.first):
            reading.of_today = True
            reading.used.update(range(item.first, item.last))
        elif kept is not None and kept.value < item.value and _joined_until(reading, kept.last) == item.first:
            reading.used.update(range(item.first, item.last))
            yield Found("comparison", "at_least", kept.last, item.first)
            yield Found("rooms_max", item.value, item.first, item.last)
        else:
            kept = item
            yield item


def _from_to(number: Number, second: Number, end: int) -> Iterator[Found]:
    """How "3-4 rooms" are meant: so many at least, and so many at most."""
    yield Found("comparison", "at_least", number.last, second.first)
    yield Found("rooms_max", max(number.value, second.value), second.first, end)


def _rooms_label(reading: Reading, number: Number) -> int | None:
    """Where the room word before its number begins: "Zimmer: 3", "комнат 2", "pokoje trzy"; None without one.

    "Zimmer 12 im Amt" is a room, and no number of rooms: a word that may mean one counts only with a colon, or apart.
    """
    if has_unit(reading, number) or number.value != int(number.value) or number.article:
        return None
    colon = number.first > 0 and reading.tokens[number.first - 1].text == ":"
    first = reading.before(number.first, ("rooms_counted",), 0)
    if first is not None:
        return first
    first = reading.before(number.first, ("room",), 0)
    begins = first is not None and (first == 0 or reading.tokens[first - 1].text in _APART)
    ends = number.last == len(reading.tokens) or reading.tokens[number.last].text in _APART
    return first if colon or begins and ends and reading.words > 2 else None


def _rooms_instead(reading: Reading) -> Iterator[Found]:
    """The 4 of "we live in 2 rooms and need 4"."""
    for number in reading.free_numbers():
        small = 0 < number.value <= _MAX_ROOMS and not number.article
        wanted = reading.before(number.first, ("housing_search", "lower"), 1) is not None
        if small and wanted and not has_unit(reading, number):
            yield reading.take("rooms", number.value, number.first, number.last, 0.8)
            return


def _rooms_end(reading: Reading, number: Number) -> int:
    """End of the room word after the number, with words for the rooms between at most ("drei große Zimmer")."""
    position = number.last
    end = _unit(reading, number, "room")
    while not end and (position := reading.at(position, "room_described")):
        end = reading.at(position, "room")
    return end


def _hyphenated(reading: Reading, number: Number) -> bool:
    """Whether an article is a number after all: Ein-Zimmer-Wohnung."""
    return number.last < len(reading.tokens) and reading.tokens[number.last].text == "-"


def _rooms_of_today(reading: Reading, number: Number, end: int) -> bool:
    """ "Four of us in one room", "one room more": rooms somebody lives in now, or beside those said before."""
    if reading.at(end, "more_or_fewer") and reading.skip(end) == end:
        return True
    if home_of_today(reading, number.first):
        return True
    lived_in = any(reading.at(position, "room_lived_in") == end for position in range(number.last, end))
    names_home = reading.at(number.last, "room_of_home") == end
    if names_home and any(match.entity == "housing_kind" and match.first == end for match in reading.matches):
        return False
    return lived_in and reading.expects != "rooms" and reading.before(number.first, ("inside",), 0) is not None


def home_of_today(reading: Reading, first: int) -> bool:
    """Whether what stands here is said of the home somebody lives in: "aus unserer 3-Zimmer-Wohnung raus"."""
    if reading.expects == "rooms" or reading.nearest_before(first, ("home_of_today", "housing_search"), 3) != "home_of_today":
        return False
    said = reading.before(first, ("home_of_today",), 3)
    return all(token.text != "," for token in reading.tokens[said:first])


def _compared(reading: Reading, number: Number, end: int) -> Iterator[Found]:
    """ "At most", "more than", "at least", "or more": how the number beside it is meant.

    Args:
        end: Of number and unit.
    """
    for comparison, cue in (("at_most", "at_most"), ("more_than", "more_than"), ("at_least", "lower")):
        first = reading.before(number.first, (cue,), 0)
        if first is not None:
            yield Found("comparison", comparison, first, reading.cues[cue][first])
            return
    after = next((first for first, last in reading.cues.get("or_more", {}).items() if first in (number.last, end)), None)
    if after is not None:
        yield Found("comparison", "at_least", after, reading.cues["or_more"][after])
    elif _unit(reading, number, "bedroom"):
        # A living room is no bedroom, so there is a room more or not: "2 bedrooms" are two rooms at least.
        yield Found("comparison", "at_least", number.last, end)


def area(reading: Reading) -> Iterator[Found]:
    """Number and square metres."""
    for number in list(reading.free_numbers()):
        if number.first in reading.used or reading.denied(number.first):
            continue
        found = _large_area(reading, number)
        if found is not None:
            yield found
            continue
        if number.value < 8 or number.article:
            continue
        end = _unit(reading, number, "area")
        if not end:
            second = _second_of_range(reading, number)
            end = _unit(reading, second, "area") if second is not None else 0
        if end:
            yield reading.take("area_min", number.value, number.first, end)


def _large_area(reading: Reading, number: Number) -> Found | None:
    """Hectares, and the сотка of 100 m² that stands on either side of its number."""
    end = _unit(reading, number, "hectare")
    if end:
        return reading.take("area_min", tidy(number.value * 10_000), number.first, end)
    if _unit(reading, number, "are") or reading.before(number.first, ("are",), 0) is not None:
        return reading.take("area_min", tidy(number.value * 100), number.first, number.last)
    return None


def child_age(reading: Reading) -> Iterator[Found]:
    """Ages of children in months: what is said in years or months, and bare numbers beside a child."""
    about_child = reading.has("child", "childcare") or reading.expects == "child_age"
    about_child = about_child or any(
        match.entity == "childcare_kind" and match.value for match in reading.matches
    )
    for number in list(reading.free_numbers()):
        if number.first in reading.used:
            continue
        found = _age_with_unit(reading, number, about_child)
        if found is not None:
            yield found
    if not about_child and not reading.has("age_of"):
        return
    for number in list(reading.free_numbers()):
        found = _bare_age(reading, number)
        if found is not None:
            yield found


def _age_with_unit(reading: Reading, number: Number, about_child: bool) -> Found | None:
    if reading.denied(number.first) or number.value == 0:
        return None
    year, month, week = (_unit(reading, number, cue) for cue in ("year", "month", "week"))
    if not (year or month or week):
        return _age_sharing_unit(reading, number) if about_child else None
    end = max(year, month, week)
    months = number.value * MONTHS if year else number.value if month else round(number.value / 4.345)
    if year:
        months, end = _with_rest(reading, months, end)
    if reading.before(number.first, ("less_than",), 1) is not None and months > 1:
        # "Under one": not a year old yet.
        months -= 1
    if not 0 < months <= _MAX_CHILD_MONTHS:
        return None
    # Weeks are mostly how long something lasts: they follow the child directly.
    spoken = (
        bool(_unit(reading, number, "aged") or reading.at(end, "old", "child"))
        or reading.before(number.first, ("age_of", "child"), 0 if week else 2) is not None
    )
    if not spoken:
        unclear = not about_child and not reading.has("age_of") and reading.words > 4
        if unclear or week or _no_age(reading, number, end):
            return None
    return reading.take("child_age", tidy(months), number.first, end)


def _with_rest(reading: Reading, months: float, end: int) -> tuple[float, int]:
    """Years in months and where they end, with "and a half" or "and 3 months" after them."""
    half = reading.at(end, "half")
    if half:
        return months + 6, half
    for other in reading.free_numbers():
        rest = _unit(reading, other, "month")
        if rest and end <= other.first <= end + 2 and other.value < 24:
            return months + other.value, rest
    return months, end


def with_months(reading: Reading, found: Found) -> Found:
    """An age that was said in one word (годик, سنة), with the months that follow it."""
    if found.entity != "child_age" or found.value % MONTHS:
        return found
    months, end = _with_rest(reading, found.value, found.last)
    if end == found.last and found.value == MONTHS and found.last in reading.cues.get("and", {}):
        for other in reading.free_numbers():  # "рік і два": one and two months
            if (
                other.first == reading.cues["and"][found.last]
                and not has_unit(reading, other)
                and other.value < MONTHS
            ):
                months, end = months + other.value, other.last
    if end == found.last:
        return found
    reading.used.update(range(found.first, end))
    return Found(found.entity, tidy(months), found.first, end, found.confidence)


def _age_sharing_unit(reading: Reading, number: Number) -> Found | None:
    """The 2 of "2 und 5 Jahre"; both of "5 і 10 місяців", which is five years and ten months."""
    second = _second_of_range(reading, number)
    if second is None or _no_age(reading, number, second.last):
        return None
    year, month = _unit(reading, second, "year"), _unit(reading, second, "month")
    if month and second.value < MONTHS and number.value <= 17:
        return reading.take("child_age", tidy(number.value * MONTHS + second.value), number.first, month)
    months = number.value * (MONTHS if year else 1)
    if not (year or month) or months > _MAX_CHILD_MONTHS:
        return None
    return reading.take("child_age", tidy(months), number.first, number.last)


def _no_age(reading: Reading, number: Number, end: int) -> bool:
    """Years of experience, of a contract, since, ago. A comma ends what is said before: "in Werben, 3 years"."""
    apart = number.first > 0 and reading.tokens[number.first - 1].text == ","
    return (
        (not apart and reading.before(number.first, ("duration",), 2) is not None)
        or reading.after(end, ("experience", "ago"), 2) is not None
        or reading.before(number.first, ("experience",), 2) is not None
    )


def _bare_age(reading: Reading, number: Number) -> Found | None:
    """Years without a word for it, if no other unit follows: Zwillinge (3), sie ist vier, сину 3."""
    months = number.value * MONTHS
    if (
        number.article
        or not 0 < number.value <= 18
        or months != int(months)  # 5.30 is a time of day
        or has_unit(reading, number)
        or reading.denied(number.first)
    ):
        return None
    if reading.before(number.first, ("other_number",), 1) is not None:
        return None
    first = number.first
    listed = (
        first >= 2
        and first - 2 in reading.used
        and (reading.tokens[first - 1].text == "," or first - 1 in reading.cues.get("and", {}))
    )
    if _second_of_range(reading, number) is not None and not _listed_ages(reading, number, listed):
        return None
    nearly = reading.before(first, ("nearly",), 0)
    start = first if nearly is None else nearly
    spoken = (
        reading.before(first, ("age_of",), 2 if number.digits else 0) is not None
        or reading.before(start, ("age_of",), 0) is not None
        or reading.before(start, ("becomes",), 2) is not None
        or reading.at(number.last, "old")
    )
    if not spoken and not (_beside_child(reading, number, start) or number.digits and listed):
        return None
    return reading.take("child_age", tidy(months), first, number.last, 0.8)


def _beside_child(reading: Reading, number: Number, start: int) -> bool:
    """Whether a number without a unit is the age of a child named before it.

    In words only what can be nothing else, for "zwei" after a child mostly counts something: a half ("Sohn
    dreieinhalb"), or a number that stands alone, with a comma or "nearly" before it ("my girl, five").

    Args:
        start: where the number begins, with its "nearly".
    """
    if number.digits:
        limited = reading.before(start, ("upper", "lower"), 0) is not None
        return not limited and reading.before(start, ("child",), 3) is not None
    if reading.before(start, ("child",), 0) is None:
        return False
    alone = number.last == len(reading.tokens) or reading.tokens[number.last].kind == "sign"
    apart = start < number.first or reading.tokens[start - 1].text == ","
    return number.value != int(number.value) or alone and apart


def _listed_ages(reading: Reading, number: Number, listed: bool) -> bool:
    """ "10 und 13" after children: two ages, unless the words between mean from-to.

    Args:
        listed: an age stands directly before this one ("1, 3 und 6").
    """
    second = _second_of_range(reading, number)
    return (
        second is not None
        and number.last in reading.cues.get("and", {})
        and not has_unit(reading, second)
        and (
            listed
            or reading.before(number.first, ("child",), 1) is not None
            or reading.before(number.first, ("age_of",), 0) is not None
        )
    )


_PAY = range(400, 20_000)
"""What a month's pay may be, in euros."""


def pay(reading: Reading) -> Iterator[Found]:
    """The least a job has to pay, in euros a month: "salary 2500", "more than 3500 euros"."""
    if reading.has("rent_money"):
        return
    for number in list(reading.free_numbers()):
        if number.article or number.value not in _PAY or number.value in _CALENDAR_YEARS:
            continue
        end = _unit(reading, number, "euro")
        least = reading.nearest_before(number.first, ("upper", "lower"), 1) == "lower"
        of_pay = reading.has("salary") and not _unit(reading, number, "other_unit", "area", "year", "month")
        if of_pay or end and least:
            yield reading.take("pay_min", number.value, number.first, end or number.last, 0.9)


def price(reading: Reading) -> Iterator[Found]:
    """The most somebody wants to pay, in euros."""
    if reading.has("salary") and not reading.has("rent_money"):
        return
    housing = reading.has("housing", "rent_money") or any(
        match.entity in ("housing_kind", "deal") and match.value for match in reading.matches
    )
    searching = (
        housing or "rooms" in {match.entity for match in reading.matches} or reading.expects == "price_max"
    )
    for number in list(reading.free_numbers()):
        if number.article or not _MIN_PRICE <= number.value <= _MAX_PRICE:
            continue
        found = _price(reading, number, searching)
        if found is not None:
            yield found


def _price(reading: Reading, number: Number, searching: bool) -> Found | None:
    end = _unit(reading, number, "euro")
    first = number.first
    if not end and first and first - 1 in reading.cues.get("euro", {}):
        end, first = number.last, first - 1
    if (
        not end
        and first > 1
        and first - 2 in reading.cues.get("euro", {})
        and reading.tokens[first - 1].text in "-.:"
    ):
        end, first = number.last, first - 2
    rent = _unit(reading, number, "rent_money")
    bound = reading.nearest_before(first, ("upper", "lower"), 1)
    if bound == "lower":
        return None
    upper = bound == "upper"
    if end:
        if reading.at(end, "not_price") or reading.before(first, ("not_price",), 1) is not None:
            return None
        if (
            not upper
            and not rent
            and not searching
            and not reading.at(end, "rent_money")
            and reading.words > 5
        ):
            return None
        return reading.take("price_max", number.value, number.first, end)
    if _unit(reading, number, "other_unit", "area", "year", "month", "week", "child", "room"):
        return None
    if reading.before(first, ("other_number",), 1) is not None:
        return None
    if rent:
        return reading.take("price_max", number.value, number.first, rent)
    money = (
        reading.before(first, ("rent_money",), 2) is not None
        or reading.after(number.last, ("upper",), 1) is not None
    )
    big = number.value >= 10_000
    # "Sorry, I mean 180,000" is the price that was just named, put right.
    corrected = reading.words <= 6 and reading.before(first, ("correction",), 1) is not None
    if upper or money or corrected or big and searching:
        if number.value in _CALENDAR_YEARS and number.digits:
            return None
        return reading.take("price_max", number.value, number.first, number.last, 0.9)
    if (
        searching
        and number.digits
        and 100 <= number.value <= 3000
        and number.value % 10 == 0
        and reading.words <= 7
    ):
        return reading.take("price_max", number.value, number.first, number.last, 0.8)
    return None


def expected(reading: Reading, entity: str) -> Iterator[Found]:
    """A bare number, when the dialogue has just asked for one of these."""
    for number in reading.free_numbers():
        if number.first in reading.used:
            continue
        value: Value = number.value
        end = number.last
        if entity == "price_max":
            fits, end = value >= 10, _unit(reading, number, "euro") or end
        elif entity == "rooms":
            fits = 0 < value <= _MAX_ROOMS
        elif entity == "area_min":
            fits = value >= 8
        elif entity == "child_age":
            if _unit(reading, number, "other_unit", "child"):
                continue
            month = _unit(reading, number, "month")
            value, end = (
                tidy(value if month else value * MONTHS),
                month or _unit(reading, number, "year") or end,
            )
            fits = 0 < value <= _MAX_CHILD_MONTHS
        elif entity == "ordinal":
            fits = 0 < value <= 50 and value == int(value)
        else:
            return
        if fits:
            yield reading.take(entity, value, number.first, end, EXACT)
            if entity != "child_age":
                return
