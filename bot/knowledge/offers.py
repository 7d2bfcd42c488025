"""Offer records: reading and validating `data/offers/<kind>/*.yml`.

A file holds `offers:`, a list of records, and may hold `defaults:` with fields that its records share (each record's
own field wins). One file a municipality or a provider; the folder says the kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bot.errors import ContentError, ContentErrors, Document, check_schema, load_yaml
from bot.knowledge.schema import KINDS, record_schema
from bot.region import Region


@dataclass(frozen=True, slots=True)
class Offer:
    """One offer. `title` and `text` are by language, the same ones in both; `facts` are as in the kind's schema."""

    id: str
    kind: str
    place: str
    provider: str
    title: Mapping[str, str]
    text: Mapping[str, str]
    facts: Mapping[str, Any]
    contact: Mapping[str, str]
    source: str
    reviewed_on: date
    valid_from: date | None = None
    valid_until: date | None = None
    sample: bool = False
    address: str = ""
    coordinates: tuple[float, float] | None = None
    """(latitude, longitude) of the offer itself, where a record gives them."""
    file: str = ""
    line: int = 0

    @property
    def last_day(self) -> date | None:
        """The last day on which the offer is shown; for an event at the latest the day it ends."""
        days = [self.valid_until] if self.valid_until else []
        if self.kind == "event":
            days.append(date.fromisoformat(self.facts.get("ends", self.facts["starts"])[:10]))
        return min(days, default=None)


def load_offers(data_dir: Path | str, region: Region) -> list[Offer]:
    """All offers below `data_dir/offers`, in the order of files and records; expired ones too.

    Raises ContentErrors with every line that is wrong, in any file.
    """
    folder = Path(data_dir) / "offers"
    errors: list[ContentError] = []
    offers: list[Offer] = []
    seen: dict[str, Offer] = {}
    for file in offer_files(data_dir):
        kind = file.parent.name
        if kind not in KINDS:
            errors.append(
                ContentError(
                    file,
                    0,
                    "",
                    f"{kind!r} is no kind of offer",
                    f"Move the file to one of {', '.join(KINDS)} in {folder}.",
                )
            )
            continue
        try:
            document = load_yaml(file)
        except ContentErrors as unreadable:
            errors.extend(unreadable.errors)
            continue
        for at, record in _records(document, errors):
            found = check_offer(document, at, record, kind, region)
            if found:
                errors.extend(found)
                continue
            offer = build_offer(record, kind, file=str(file), line=document.line(at))
            if offer.id in seen:
                other = seen[offer.id]
                errors.append(
                    document.error(
                        (*at, "id"),
                        f"the id {offer.id!r} is already used in {other.file}:{other.line}",
                        "Give one of the two another id.",
                    )
                )
            seen[offer.id] = offer
            offers.append(offer)
    if errors:
        raise ContentErrors(errors)
    return offers


def offer_files(data_dir: Path | str) -> list[Path]:
    """Every file with offers, in a fixed order."""
    return sorted((Path(data_dir) / "offers").glob("*/*.yml"))


def check_record(
    document: Document, at: Sequence[str | int], record: Mapping[str, Any], kind: str
) -> list[ContentError]:
    """What the schema of its kind finds wrong in one record."""
    schema = record_schema(kind)
    return [_at_own_line(document, at, error) for error in check_schema(document, record, schema, at)]


def check_offer(
    document: Document, at: tuple[str | int, ...], record: Mapping[str, Any], kind: str, region: Region
) -> list[ContentError]:
    """Everything that is wrong in one record, shared defaults filled in; [] for one that can be shown."""
    return [*check_record(document, at, record, kind), *_contradictions(document, at, record, kind, region)]


def build_offer(record: Mapping[str, Any], kind: str, file: str = "", line: int = 0) -> Offer:
    """An Offer out of a record that has passed `check_record`."""
    coordinates = record.get("coordinates")
    return Offer(
        id=record["id"], kind=kind, place=record["place"], provider=record["provider"], title=record["title"],
        text={language: " ".join(text.split()) for language, text in record["text"].items()},
        facts=record["facts"], contact=record["contact"], source=record["source"],
        reviewed_on=date.fromisoformat(record["reviewed_on"]), valid_from=_day(record.get("valid_from")),
        valid_until=_day(record.get("valid_until")), sample=record.get("sample", False),
        address=record.get("address", ""),
        coordinates=(coordinates["latitude"], coordinates["longitude"]) if coordinates else None,
        file=file, line=line,
    )  # fmt: skip


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _records(document: Document, errors: list[ContentError]) -> Iterator[tuple[tuple[str | int, ...], dict[str, Any]]]:
    data = document.data if isinstance(document.data, dict) else {}
    for name in data:
        if name not in ("offers", "defaults"):
            errors.append(document.error((name,), "unknown field", "A file holds `offers` and, if wanted, `defaults`."))
    records, defaults = data.get("offers"), data.get("defaults", {})
    if not isinstance(records, list):
        errors.append(document.error(("offers",), "no list of offers", "Write `offers:` and one `- id: …` per offer."))
        return
    if not isinstance(defaults, dict) or "id" in defaults:
        errors.append(document.error(("defaults",), "not a group of shared fields", "Such as `place` or `provider`."))
        return
    for number, record in enumerate(records):
        if isinstance(record, dict):
            yield ("offers", number), {**defaults, **record}
        else:
            errors.append(document.error(("offers", number), "is no record", "Write `- id: …` and its fields below."))


def _at_own_line(document: Document, at: Sequence[str | int], error: ContentError) -> ContentError:
    """A field that comes from `defaults` is reported where it stands there."""
    field = error.field.split(".")[len(at) :]
    if field and (*at, field[0]) not in document.lines and ("defaults", field[0]) in document.lines:
        return document.error(("defaults", *field), error.message, error.hint)
    return error


def _contradictions(
    document: Document, at: tuple[str | int, ...], record: Mapping[str, Any], kind: str, region: Region
) -> Iterator[ContentError]:
    """What the schema cannot see. Fields of a wrong type are the schema's business and are passed over."""

    def wrong(field: tuple[str, ...], message: str, hint: str) -> ContentError:
        return _at_own_line(document, at, document.error((*at, *field), message, hint))

    place = record.get("place")
    if isinstance(place, str) and place not in region.places:
        yield wrong(("place",), f"{place!r} is no place of this region", f"Places: {', '.join(region.places)}.")
    title, text = record.get("title"), record.get("text")
    if isinstance(title, dict) and isinstance(text, dict):
        for language in sorted(title.keys() ^ text.keys()):
            missing = "text" if language in title else "title"
            yield wrong((missing,), f"no {missing} in {language}", f"Write title and text in {language}, or neither.")
    start, end = record.get("valid_from"), record.get("valid_until")
    if isinstance(start, str) and isinstance(end, str) and start > end:
        yield wrong(("valid_until",), f"{end} is before valid_from, {start}", "Exchange or correct the two dates.")
    facts = record.get("facts")
    if not isinstance(facts, dict):
        return
    for low, high in _RANGES:
        least, most = facts.get(low), facts.get(high)
        if isinstance(least, int | float) and isinstance(most, int | float) and least > most:
            yield wrong(("facts", high), f"{most} is less than {low}, {least}", "Exchange or correct the two.")
    if kind == "event":
        yield from _wrong_times(facts, wrong)


_RANGES = (("pay_min", "pay_max"), ("age_min_months", "age_max_months"), ("rent_cold", "rent_warm"))


def _wrong_times(facts: Mapping[str, Any], wrong: Any) -> Iterator[ContentError]:
    times = {name: facts[name] for name in ("starts", "ends") if isinstance(facts.get(name), str)}
    for name, value in times.items():
        try:
            date.fromisoformat(value[:10])
        except ValueError:
            yield wrong(("facts", name), f"{value!r} is no date", "Write it as 2027-05-31 18:30.")
            return
    if len(times) == 2 and times["starts"] >= times["ends"]:
        yield wrong(("facts", "ends"), "the event ends before it starts", "Exchange or correct the two.")
