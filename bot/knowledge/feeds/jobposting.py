"""schema.org JobPosting (https://schema.org/JobPosting), as JSON-LD in a page or in a file: jobs and training places."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from bot.knowledge.feeds import jsonld, values
from bot.knowledge.feeds.fields import Context, Delivery, Entry, Field, Format, Key, Refused
from bot.knowledge.feeds.texts import in_our_languages, too_short
from bot.knowledge.offers import Offer

NAME = "jobposting"
_HOURS = re.compile(r"(\d{1,2}(?:[.,]\d{1,2})?)\s*(?:-|–|bis\s)?\s*(?:std|stunden|h\b|hours|wochenstunden)", re.IGNORECASE)


def read(content: bytes, context: Context) -> Delivery:
    """Every JobPosting of a page or file. Raises Unreadable."""
    entries = []
    for where, tree in jsonld.blocks(content):
        if isinstance(tree, ValueError):
            entries.append(Entry(f"block{where}", Refused(f"is no JSON: {tree}"), context))
            continue
        known = jsonld.by_id(tree)
        for node in jsonld.nodes(tree, "JobPosting"):
            title = jsonld.text_of(node.get("title") or node.get("name"))[:40]
            entries.append(Entry(f"JobPosting {len(entries) + 1}{where} {title!r}", _Posting(node, known), context))
    return Delivery(entries)


class _Posting:
    """A posting whose references to other nodes of the page are followed."""

    def __init__(self, node: jsonld.Node, known: dict[str, jsonld.Node]) -> None:
        self.node = node
        self._known = known

    def all(self, *path: str) -> list[Any]:
        """Every value at a path; lists on the way are gone through."""
        found: list[Any] = [self.node]
        for name in path:
            found = [
                self._followed(inner)
                for each in found
                if isinstance(each, dict)
                for inner in jsonld.listed(each.get(name))
            ]
        return found

    def _followed(self, value: Any) -> Any:
        if isinstance(value, dict) and set(value) == {"@id"} and value["@id"] in self._known:
            return self._known[value["@id"]]
        return value

    def text(self, *path: str) -> str:
        return jsonld.text_of(self.all(*path))


def key(entry: Entry) -> Key | None:
    posting: _Posting = entry.content()
    for identifier in posting.all("identifier"):
        if isinstance(identifier, dict) and identifier.get("propertyID") == entry.context.own_ids:
            return Key(jsonld.text_of(identifier.get("value")), ours=True)
    for identifier in posting.all("identifier"):
        value = jsonld.text_of(identifier.get("value") if isinstance(identifier, dict) else identifier)
        if value:
            return Key(value)
    address = posting.text("url") or str(posting.node.get("@id") or "")
    return Key(address) if address else None


def kind(entry: Entry) -> str:
    posting: _Posting = entry.content()
    for word in _types(posting):
        if reason := entry.context.mappings.find(NAME, "refused", word):
            raise Refused(str(reason))
    return "training" if _training_kind(entry) else "job"


def withdrawn(entry: Entry) -> bool:
    """A posting is taken away, or its validThrough passes; no mark says that it is gone."""
    return False


def _types(posting: _Posting) -> list[str]:
    words = [jsonld.text_of(value) for value in posting.all("employmentType")]
    return [part.strip() for word in words for part in word.split(",") if part.strip()]


def _mapped(entry: Entry, table: str) -> list[str]:
    found = [entry.context.mappings.find(NAME, table, word) for word in _types(entry.raw)]
    return list(dict.fromkeys(value for value in found if value))


def _training_kind(entry: Entry) -> str | None:
    said = _mapped(entry, "training_kind")
    title = entry.raw.text("title") or entry.raw.text("name")
    found = said[0] if said else entry.context.mappings.within(NAME, "training_words", title)
    return str(found) if found else None


def _working_time(entry: Entry) -> list[str]:
    found = _mapped(entry, "working_time")
    if entry.raw.text("jobLocationType").upper() == "TELECOMMUTE" and "remote" not in found:
        found.append("remote")
    if not found and not entry.raw.all("employmentType"):
        entry.remark("employmentType is missing; taken as full time")
        return ["full_time"]
    if not found:
        raise Refused(
            f"employmentType {', '.join(_types(entry.raw))!r} says no working time; known words: data/feeds.yml"
        )
    return found


def _title(entry: Entry) -> dict[str, str]:
    node = entry.raw.node
    return in_our_languages(entry, node.get("title") or node.get("name"), values.short_title, node.get("description"))


def _text(entry: Entry) -> dict[str, str]:
    found = in_our_languages(entry, entry.raw.node.get("description"), values.long_text)
    if not found:
        raise Refused(too_short("description"))
    return found


def _address(entry: Entry, *names: str) -> str:
    for address in [*entry.raw.all("jobLocation", "address"), *entry.raw.all("hiringOrganization", "address")]:
        if isinstance(address, str):
            return address.strip()
        parts = (" ".join(jsonld.text_of(address.get(name)).split()) for name in names)
        if written := " ".join(part for part in parts if part):
            return written
    return ""


def _coordinates(entry: Entry) -> dict[str, float] | None:
    for geo in [*entry.raw.all("jobLocation", "geo"), *entry.raw.all("jobLocation")]:
        if isinstance(geo, dict) and "latitude" in geo and "longitude" in geo:
            latitude, longitude = (values.number(jsonld.text_of(geo[name])) for name in ("latitude", "longitude"))
            if latitude and longitude:
                return {"latitude": latitude, "longitude": longitude}
    return None


def _place(entry: Entry) -> str:
    name, postcode, at = _address(entry, "addressLocality"), _address(entry, "postalCode"), _coordinates(entry) or {}
    found, why_not = entry.context.places.find(name, postcode, at.get("latitude"), at.get("longitude"))
    if found is None:
        raise Refused(f"jobLocation {why_not}")
    return found


def _street(entry: Entry) -> str | None:
    street = _address(entry, "streetAddress")
    town = _address(entry, "postalCode", "addressLocality")
    return ", ".join(part for part in (street, town) if part)[:200] if street else None


def _occupation(entry: Entry) -> str | None:
    """By a code of ISCO-08 or KldB 2010, or by our own name of the group."""
    mappings = entry.context.mappings
    for value in entry.raw.all("occupationalCategory"):
        parts = [value.get("codeValue"), value.get("name")] if isinstance(value, dict) else [value]
        for text in [jsonld.text_of(part) for part in parts if part]:
            if text in entry.context.names.lexicon.get("occupation", {}):
                return text
            if code := re.match(r"(?:B\s?)?(\d{1,5})\b(?!-)", text):
                table = "kldb" if len(code[1]) == 5 else "isco"
                if found := mappings.longest_prefix(NAME, table, code[1]):
                    return str(found)
    return None


def _guessed_occupation(entry: Entry) -> str:
    for text in (entry.raw.text("title"), entry.raw.text("occupationalCategory"), entry.raw.text("industry")):
        if text and (found := entry.context.occupation_in(text)):
            return found
    raise Refused("no occupation group: give occupationalCategory (ISCO-08 or KldB 2010), or a title that names the job")


def _pay(entry: Entry, part: str) -> Any:
    """pay_min, pay_max or pay_per; None, with a remark, where the salary is in another currency or unit."""
    for salary in [*entry.raw.all("baseSalary"), *entry.raw.all("estimatedSalary")]:
        amounts = salary if isinstance(salary, dict) else {"value": salary}
        currency = jsonld.text_of(amounts.get("currency") or amounts.get("salaryCurrency")) or entry.raw.text("salaryCurrency")
        if currency and currency.upper() not in ("EUR", "€"):
            entry.remark(f"salary in {currency} left out")
            continue
        value = next(iter(jsonld.listed(amounts.get("value"))), None)
        inner = value if isinstance(value, dict) else {"value": value}
        low = values.positive(jsonld.text_of(inner.get("minValue", amounts.get("minValue"))) or jsonld.text_of(inner.get("value")))
        high = values.positive(jsonld.text_of(inner.get("maxValue", amounts.get("maxValue"))))
        unit = jsonld.text_of(inner.get("unitText") or amounts.get("unitText") or inner.get("unitCode"))
        per = entry.context.mappings.find(NAME, "pay_per", unit)
        low = low or high
        if low is None:
            continue
        if per is None:
            entry.remark(f"salary per {unit or 'unknown unit'} left out")
            continue
        # Some write the two the wrong way round; which is which is plain.
        return {"pay_min": min(low, high or low), "pay_max": max(low, high) if high else None, "pay_per": per}[part]
    return None


def _hours(entry: Entry) -> float | None:
    text = entry.raw.text("workHours")
    match = _HOURS.search(text)
    hours = values.number(match[1]) if match else None
    return hours if hours and 1 <= hours <= 60 else None


def _start(entry: Entry) -> str | None:
    if any(str(value).strip().lower() in ("true", "1") for value in entry.raw.all("jobImmediateStart")):
        return "immediately"
    return values.day(entry.raw.text("jobStartDate") or None)


def _later(entry: Entry) -> str | None:
    """datePosted if it is still to come."""
    posted = values.day(entry.raw.text("datePosted") or None)
    return posted if posted and posted > entry.context.today.isoformat() else None


def _contact(name: str, *paths: tuple[str, ...]) -> Any:
    def find(entry: Entry) -> str | None:
        found = next((text for path in paths if (text := entry.raw.text(*path))), "")
        if name == "phone":
            return values.phone(found, entry.context.region.holidays_country)
        if name == "url":
            return values.web_address(found)
        return found.removeprefix("mailto:")[:120] or None

    return find


_email = _contact("email", ("applicationContact", "email"), ("hiringOrganization", "email"))
_phone = _contact("phone", ("applicationContact", "telephone"), ("hiringOrganization", "telephone"))


def _contact_url(entry: Entry) -> str | None:
    paths = [("applicationContact", "url"), ("hiringOrganization", "url"), ("hiringOrganization", "sameAs")]
    reached = _email(entry) or _phone(entry)
    return _contact("url", *paths)(entry) or (None if reached else _contact("url", ("url",))(entry))  # type: ignore[no-any-return]


def _provider(entry: Entry) -> str:
    found = entry.raw.text("hiringOrganization") or entry.raw.text("hiringOrganization", "legalName")
    if not found:
        raise Refused("hiringOrganization has no name")
    return found[:120]


def _source(entry: Entry) -> str:
    return (values.web_address(entry.raw.text("url")) or _provider(entry))[:300]


FIELDS = (
    Field("title", "title", _title, note="without (m/w/d); cut at 60 characters"),
    Field("text", "description", _text, note="HTML removed; cut at 1,500 characters"),
    Field("provider", "hiringOrganization.name", _provider),
    Field("place", "jobLocation.address.addressLocality, postalCode, jobLocation.geo", _place,
          note="must be a place of data/region.yml"),
    Field("address", "jobLocation.address.streetAddress, postalCode, addressLocality", _street),
    Field("coordinates", "jobLocation.geo.latitude, longitude", _coordinates),
    Field("source", "url, else hiringOrganization.name", _source),
    Field("valid_from", "datePosted", _later, note="only if still to come", keep=True),
    Field("valid_until", "validThrough", lambda e: values.day(e.raw.text("validThrough") or None), keep=True),
    Field("facts.occupation", "occupationalCategory", _occupation, keep=True, note="ISCO-08, KldB 2010: data/feeds.yml"),
    Field("facts.occupation", "title", _guessed_occupation, guess=True, note="job titles of data/lexicon/occupation.yml"),
    Field("facts.working_time", "employmentType, jobLocationType", _working_time, kinds=("job",)),
    Field("facts.training_kind", "employmentType, title", _training_kind, kinds=("training",)),
    Field("facts.contract", "employmentType", lambda e: next(iter(_mapped(e, "contract")), None), kinds=("job",), keep=True),
    Field("facts.hours_per_week", "workHours", _hours, kinds=("job",), note="a number before “Stunden”, “hours”", keep=True),
    Field("facts.pay_min", "baseSalary.value.minValue or value", lambda e: _pay(e, "pay_min"), note="EUR only"),
    Field("facts.pay_max", "baseSalary.value.maxValue", lambda e: _pay(e, "pay_max")),
    Field("facts.pay_per", "baseSalary.value.unitText", lambda e: _pay(e, "pay_per"), note="HOUR, MONTH, YEAR"),
    Field("facts.start", "jobStartDate, jobImmediateStart", _start, keep=True),
    Field("contact.name", "applicationContact.name", _contact("name", ("applicationContact", "name"))),
    Field("contact.email", "applicationContact.email, hiringOrganization.email", _email),
    Field("contact.phone", "applicationContact.telephone, hiringOrganization.telephone", _phone),
    Field("contact.url", "applicationContact.url, hiringOrganization.url, sameAs, else url", _contact_url,
          note="`url` only where there is neither e-mail nor telephone"),
)  # fmt: skip


def write(offers: Iterable[Offer], context: Context) -> bytes:
    """A JSON-LD document with one JobPosting an offer, texts in every language they are written in."""
    graph = [_written(offer, context) for offer in offers]
    document = {"@context": "https://schema.org", "@graph": graph}
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


def _written(offer: Offer, context: Context) -> dict[str, Any]:
    facts, contact = offer.facts, offer.contact
    place = context.region.place(offer.place)
    words = [*facts.get("working_time", ()), *([facts["training_kind"]] if "training_kind" in facts else ())]
    words += [facts["contract"]] if "contract" in facts else []
    posting = values.only(**{
        "@type": "JobPosting",
        "identifier": {"@type": "PropertyValue", "propertyID": context.own_ids, "name": offer.provider, "value": offer.id},
        "title": _tagged(offer.title),
        "description": _tagged(offer.text),
        "url": offer.source if values.web_address(offer.source) else None,
        "datePosted": (offer.valid_from or offer.reviewed_on).isoformat(),
        "validThrough": offer.valid_until.isoformat() if offer.valid_until else None,
        "employmentType": [_word_for(context, word) for word in words],
        "jobLocationType": "TELECOMMUTE" if "remote" in facts.get("working_time", ()) else None,
        "occupationalCategory": values.only(**{
            "@type": "CategoryCode", "codeValue": facts["occupation"],
            "name": context.names.enumerated("occupation", facts["occupation"], "de"),
        }),
        "workHours": f"{facts['hours_per_week']} hours per week" if "hours_per_week" in facts else None,
        "jobStartDate": facts.get("start") if facts.get("start") != "immediately" else None,
        "jobImmediateStart": True if facts.get("start") == "immediately" else None,
        "hiringOrganization": {"@type": "Organization", "name": offer.provider},
        "applicationContact": values.only(**{
            "@type": "ContactPoint", "name": contact.get("name"), "email": contact.get("email"),
            "telephone": contact.get("phone"), "url": contact.get("url"),
        }),
        "jobLocation": {"@type": "Place", "address": values.only(**{
            "@type": "PostalAddress", "streetAddress": offer.address.partition(",")[0] or None,
            "postalCode": _postcode(offer, place.postal_codes), "addressLocality": place.names["de"],
            "addressRegion": context.region.name("de"), "addressCountry": context.region.holidays_country,
        }), **({"geo": {"@type": "GeoCoordinates", "latitude": offer.coordinates[0], "longitude": offer.coordinates[1]}}
               if offer.coordinates else {})},
        "baseSalary": {"@type": "MonetaryAmount", "currency": "EUR", "value": {
            "@type": "QuantitativeValue", "unitText": facts["pay_per"].upper(),
            **({"minValue": facts["pay_min"], "maxValue": facts["pay_max"]} if "pay_max" in facts
               else {"value": facts["pay_min"]}),
        }} if "pay_min" in facts else None,
    })  # fmt: skip
    return posting or {}


def _tagged(texts: Any) -> Any:
    """German alone as a plain string, which every reader of postings understands."""
    if set(texts) == {"de"}:
        return texts["de"]
    return [{"@language": language, "@value": text} for language, text in texts.items()]


def _word_for(context: Context, value: str) -> str:
    """The first word of the tables that means this value."""
    for table in ("working_time", "training_kind", "contract"):
        for word, meaning in context.mappings.table(NAME, table).items():
            if meaning == value:
                return str(word)
    return value.upper()


def _postcode(offer: Offer, known: tuple[str, ...]) -> str | None:
    written = re.search(r"\b\d{5}\b", offer.address)
    return written[0] if written else known[0] if len(known) == 1 else None


FORMAT = Format(
    name=NAME, title="schema.org JobPosting (JSON-LD)", kinds=("job", "training"), fields=FIELDS,
    read=read, key=key, kind=kind, withdrawn=withdrawn, write=write,
    tables={
        "working_time": ("job", "working_time"), "contract": ("job", "contract"), "pay_per": ("job", "pay_per"),
        "training_kind": ("training", "training_kind"), "training_words": ("training", "training_kind"),
        "isco": ("job", "occupation"), "kldb": ("job", "occupation"),
    },
    notes=(
        "`identifier` (text or PropertyValue) is what a posting is recognised by; where it is missing, `url` or `@id`.",
        "A value may be a string, an object or a list of either; `@graph`, `ItemList` and references by `@id` are followed.",
        "Texts tagged with `@language` are taken in that language, others in the one of `--language`.",
    ),
)  # fmt: skip

