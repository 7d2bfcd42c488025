"""How an offer is shown: the entry of the visitor API's `offers`, with labels and values in a language."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from babel.dates import format_date, format_skeleton
from babel.numbers import format_currency, format_decimal
from babel.units import format_unit

from bot.knowledge.names import Names, nearest_language
from bot.knowledge.offers import Offer
from bot.region import WEEKDAYS, format_hours, locale_of


def present(
    offer: Offer, language: str, names: Names, *, distance_km: float | None = None, reasons: Sequence[str] = ()
) -> dict[str, Any]:
    """An offer as the visitor API sends it (docs/api.md, `offers` of a message), JSON-ready.

    `reasons`: in words, what of a search it meets (`bot/knowledge/listing.py`).
    `language` and `direction` are those of title and text: not the ones asked for where nobody translated them.
    """
    written = nearest_language(offer.text, language)
    card: dict[str, Any] = {
        "id": offer.id,
        "kind": offer.kind,
        "title": offer.title[nearest_language(offer.title, language)],
        "text": offer.text[written],
        "language": written,
        "direction": "rtl" if locale_of(written).text_direction == "rtl" else "ltr",
        "place": names.region.place(offer.place).name(language),
        "facts": [
            {"name": name, "label": names.label(name, language), "value": value}
            for name, value in _facts(offer, language, names)
            if value
        ],
        "contact": dict(offer.contact),
        "source": offer.source,
        "reviewed_on": offer.reviewed_on.isoformat(),
        "sample": offer.sample,
    }
    place = names.region.place(offer.place)
    # Without a point of its own an offer is somewhere in its municipality: the map shows that, without a mark.
    latitude, longitude = offer.coordinates or (place.latitude, place.longitude)
    card["coordinates"] = {"latitude": latitude, "longitude": longitude, "exact": offer.coordinates is not None}
    if offer.address:
        card["address"] = offer.address
    if reasons:
        card["reasons"] = list(reasons)
    if distance_km:
        card["distance_km"] = round(distance_km, 1)
    if offer.valid_until:
        card["valid_until"] = offer.valid_until.isoformat()
    return card


@dataclass(frozen=True)
class Formatter:
    """Formats facts for one language; every method takes what the record holds and gives text."""

    names: Names
    language: str

    @property
    def locale(self) -> Any:
        return locale_of(self.language)

    def number(self, value: float) -> str:
        return str(format_decimal(value, locale=self.locale))

    def money(self, value: float) -> str:
        pattern = None if value % 1 else self.locale.currency_formats["standard"].pattern.replace(".00", "")
        return str(format_currency(value, "EUR", format=pattern, locale=self.locale, currency_digits=bool(value % 1)))

    def area(self, value: float) -> str:
        return self.names.value("square_metres", self.language, value=self.number(value))

    def day(self, value: str) -> str:
        if value == "immediately":
            return self.names.value(value, self.language)
        return str(format_date(date.fromisoformat(value), "medium", locale=self.locale))

    def months(self, value: float) -> str:
        unit = "duration-month" if value < 36 and value % 12 else "duration-year"
        amount = value if unit == "duration-month" else round(value / 6) / 2
        return str(format_unit(amount, unit, "long", locale=self.locale))

    def per(self, text: str, unit: str | None) -> str:
        return self.names.value(f"per_{unit}", self.language, value=text) if unit in _PERIODS else text

    def span(self, low: str, high: str) -> str:
        return low if low == high else self.names.value("from_to", self.language, **{"from": low, "to": high})

    def listed(self, entity: str, values: list[str] | str) -> str:
        each = [values] if isinstance(values, str) else values
        return self.join([self.names.enumerated(entity, value, self.language) for value in each])

    def spoken(self, codes: list[str]) -> str:
        return self.join([str(self.locale.languages.get(code, code)) for code in codes])

    def join(self, texts: list[str]) -> str:
        return ("، " if self.locale.text_direction == "rtl" else ", ").join(texts)

    def yes_no(self, value: bool) -> str:
        return self.names.value("yes" if value else "no", self.language)

    def hours(self, value: Mapping[str, list[list[str]]]) -> str:
        days = dict.fromkeys(range(5), value["weekdays"]) if "weekdays" in value else {}
        days |= {WEEKDAYS.index(day): ranges for day, ranges in value.items() if day != "weekdays"}
        clock = time.fromisoformat
        hours = {day: tuple((clock(start), clock(end)) for start, end in ranges) for day, ranges in days.items()}
        return format_hours(hours, self.language, "abbreviated")


_PERIODS = ("hour", "month", "year")


def _facts(offer: Offer, language: str, names: Names) -> Iterator[tuple[str, str]]:
    """(name, value in the language) in the order in which a card shows them."""
    facts, form = offer.facts, Formatter(names, language)
    yield "provider", offer.provider
    if "pay_min" in facts:
        pay = form.span(form.money(facts["pay_min"]), form.money(facts.get("pay_max", facts["pay_min"])))
        yield "pay", form.per(pay, facts["pay_per"])
    if "age_min_months" in facts:
        # A dash and not "from … to", after which Slavic languages would want other endings.
        yield "age_range", f"{form.months(facts['age_min_months'])} – {form.months(facts['age_max_months'])}"
    if "starts" in facts:
        day, _, begins = facts["starts"].partition(" ")
        last, _, ends = facts.get("ends", facts["starts"]).partition(" ")
        days = [date.fromisoformat(each) for each in dict.fromkeys((day, last))]
        yield "date", " – ".join(str(format_skeleton("yMMMEd", each, locale=form.locale)) for each in days)
        yield "time", begins if ends == begins or last != day else f"{begins}–{ends}"
    for name, write in _WRITERS.items():
        if name in facts:
            yield _LABELS.get(name, name), write(form, facts[name], facts)


_Writer = Callable[[Formatter, Any, Mapping[str, Any]], str]


def _listed(entity: str) -> _Writer:
    return lambda form, value, _: form.listed(entity, value)


def _monthly(form: Formatter, value: float, _: Mapping[str, Any]) -> str:
    return form.per(form.money(value), "month")


_WRITERS: Mapping[str, _Writer] = {
    "occupation": _listed("occupation"),
    "working_time": _listed("working_time"),
    "hours_per_week": lambda form, value, _: form.number(value),
    "contract": lambda form, value, _: form.names.value(value, form.language),
    "duration_months": lambda form, value, _: form.months(value),
    "start": lambda form, value, _: form.day(value),
    # "none" is said by leaving the line out: no German is asked for.
    "language_level": lambda form, value, _: "" if value == "none" else str(value),
    "deal": _listed("deal"),
    "housing_kind": _listed("housing_kind"),
    "rooms": lambda form, value, _: form.number(value),
    "area": lambda form, value, _: form.area(value),
    "plot_area": lambda form, value, _: form.area(value),
    "rent_cold": _monthly,
    "rent_warm": _monthly,
    "price": lambda form, value, _: form.money(value),
    "deposit": lambda form, value, _: form.money(value),
    "floor": lambda form, value, _: form.number(value),
    "childcare_kind": _listed("childcare_kind"),
    "opening_hours": lambda form, value, _: form.hours(value),
    "free_places": lambda form, value, _: form.number(value),
    "free_from": lambda form, value, _: form.day(value),
    "costs": lambda form, value, facts: form.per(form.money(value), facts.get("costs_per")),
    "languages": lambda form, value, _: form.spoken(value),
    "available_from": lambda form, value, _: form.day(value),
    "accessible": lambda form, value, _: form.yes_no(value),
}
# Facts whose label in the interface has a name without the unit.
_LABELS = {"duration_months": "duration"}
