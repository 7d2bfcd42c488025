"""Open Referral HSDS 3 (https://docs.openreferral.org), JSON: services and childcare."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.knowledge.feeds import jsonld, values
from bot.knowledge.feeds.fields import Context, Delivery, Entry, Field, Format, Key, Refused, Unreadable
from bot.knowledge.feeds.texts import text_in, title_in
from bot.knowledge.offers import Offer

NAME = "hsds"
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_GONE = ("inactive", "defunct", "temporarily closed")
_SOURCE = "Quelle"
_NAMESPACE = uuid.UUID("6f1cbb5e-6f0c-5d3a-9a53-0f6b3b0b7a51")


@dataclass(frozen=True)
class _Service:
    node: Mapping[str, Any]
    organization: Mapping[str, Any]
    locations: list[Mapping[str, Any]]
    """Those of service_at_locations, each with the schedules and phones that hold there."""

    def text(self, *path: str) -> str:
        return next(self.texts(*path), "")

    def texts(self, *path: str) -> Iterator[str]:
        for value in _all(self.node, *path):
            if isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip():
                yield str(value).strip()


def _all(node: Any, *path: str) -> list[Any]:
    """Every value at a path, lists on the way gone through."""
    found = [node]
    for name in path:
        found = [inner for each in found if isinstance(each, Mapping) for inner in jsonld.listed(each.get(name))]
    return found


def read(content: bytes, context: Context) -> Delivery:
    """Services of a file or of a page of the API. Raises Unreadable."""
    try:
        tree = jsonld.parse(jsonld.decode(content))
    except ValueError as error:
        raise Unreadable(f"not JSON: {error}") from None
    services = tree
    if isinstance(tree, dict):
        services = next((tree[name] for name in ("contents", "services", "service") if name in tree), tree)
    services = services if isinstance(services, list) else [services]
    organizations, locations = (_by_id(tree, name) for name in ("organizations", "locations"))
    entries = []
    for number, node in enumerate(services, start=1):
        if not isinstance(node, dict):
            entries.append(Entry(f"service {number}", Refused("is no object"), context))
            continue
        organization = node.get("organization") or organizations.get(str(node.get("organization_id")), {})
        at = [_location(each, locations) for each in _all(node, "service_at_locations") if isinstance(each, Mapping)]
        raw = _Service(node, organization if isinstance(organization, dict) else {}, at)
        entries.append(Entry(f"service {number} {raw.text('name')[:40]!r}", raw, context))
    if not any("name" in node for node in services if isinstance(node, dict)):
        raise Unreadable("no services: neither a service, nor a list of them, nor a page with `contents`")
    return Delivery(entries)


def _by_id(tree: Any, name: str) -> dict[str, Any]:
    listed = tree.get(name) if isinstance(tree, dict) else None
    return {str(each.get("id")): each for each in jsonld.listed(listed) if isinstance(each, dict)}


def _location(at: Mapping[str, Any], known: Mapping[str, Any]) -> Mapping[str, Any]:
    place = at.get("location") or known.get(str(at.get("location_id"))) or {}
    own = {name: at[name] for name in ("schedules", "phones", "contacts") if at.get(name)}
    return {**place, **own} if isinstance(place, Mapping) else own


def key(entry: Entry) -> Key | None:
    service: _Service = entry.content()
    for term in _terms(service):
        if isinstance(term, Mapping) and term.get("taxonomy") == entry.context.own_ids:
            return Key(str(term.get("code")), ours=True)
    return Key(service.text("id")) if service.text("id") else None


def _terms(service: _Service) -> list[Any]:
    return [*_all(service.node, "attributes", "taxonomy_term"), *_all(service.node, "taxonomy_terms")]


def _mapped(entry: Entry, table: str) -> list[str]:
    """What the taxonomy's terms are for us, by code or by name."""
    found = []
    for term in _terms(entry.content()):
        for word in (term.get("code"), term.get("name")) if isinstance(term, Mapping) else (term,):
            if word and (meaning := entry.context.mappings.find(NAME, table, word)):
                found.append(str(meaning))
    return list(dict.fromkeys(found))


def _by_words(entry: Entry, table: str) -> str | None:
    found = entry.context.mappings.within(NAME, table, entry.content().text("name"))
    return str(found) if found else None


def kind(entry: Entry) -> str:
    if _mapped(entry, "childcare_kind"):
        return "childcare"
    if _mapped(entry, "service_kind"):
        return "service"
    if _by_words(entry, "childcare_words"):
        return "childcare"
    if _by_words(entry, "service_words"):
        return "service"
    raise Refused("no attribute and no word of its name says what kind of service it is; known: data/feeds.yml")


def withdrawn(entry: Entry) -> bool:
    return entry.content().text("status").lower() in _GONE


def _title(entry: Entry) -> dict[str, str]:
    return title_in(entry.context.language, entry.raw.text("name"), "name")


def _text(entry: Entry) -> dict[str, str]:
    parts = [entry.raw.text(name) for name in ("description", "eligibility_description", "application_process")]
    return text_in(entry.context.language, " ".join(part for part in parts if part), "description")


def _provider(entry: Entry) -> str:
    found = str(entry.raw.organization.get("name") or "").strip() or entry.raw.text("organization", "name")
    if not found:
        raise Refused("organization has no name")
    return found[:120]


def _here(entry: Entry) -> tuple[str, Mapping[str, Any], Mapping[str, Any]]:
    """(place, location, address) of the first location in the region. Raises Refused where there is none."""
    why_not = "no service_at_locations with a location"
    for location in entry.raw.locations:
        at = _coordinates_of(location) or {}
        for address in [*_all(location, "addresses"), *([] if location.get("addresses") else [{}])]:
            if not isinstance(address, Mapping):
                continue
            found, why_not = entry.context.places.find(
                str(address.get("city") or ""), str(address.get("postal_code") or ""), at.get("latitude"), at.get("longitude")
            )
            if found:
                if len(entry.raw.locations) > 1:
                    entry.remark(f"of its {len(entry.raw.locations)} locations the first in the region is taken: {found}")
                return found, location, address
    raise Refused(f"location {why_not}" if entry.raw.locations else why_not)


def _coordinates_of(location: Mapping[str, Any]) -> dict[str, float] | None:
    latitude, longitude = (values.number(location.get(name)) for name in ("latitude", "longitude"))
    return {"latitude": latitude, "longitude": longitude} if latitude and longitude else None


def _address(entry: Entry) -> str | None:
    _, _, address = _here(entry)
    street = " ".join(str(address[name]).strip() for name in ("address_1", "address_2") if address.get(name))
    town = " ".join(str(address[name]).strip() for name in ("postal_code", "city") if address.get(name))
    return ", ".join(part for part in (street, town) if part)[:200] if street else None


def _hours(entry: Entry) -> dict[str, list[list[str]]] | None:
    schedules = _all(entry.raw.node, "schedules") or _all(_here(entry)[1], "schedules")
    ranges: list[tuple[int, str, str]] = []
    for schedule in schedules:
        days = str(schedule.get("byday") or "").upper().replace(" ", "")
        freq = str(schedule.get("freq") or "WEEKLY").upper()
        opens, closes = (_clock(schedule.get(name)) for name in ("opens_at", "closes_at"))
        listed = list(_DAYS) if freq == "DAILY" and not days else days.split(",")
        if not opens or not closes or freq not in ("WEEKLY", "DAILY") or not set(listed) <= set(_DAYS):
            entry.remark("a schedule that is not weekly, or has no times, is left out")
        elif opens >= closes:
            raise Refused(f"schedules: {opens} to {closes} ends before it begins")
        else:
            ranges += [(_DAYS.index(day), opens, closes) for day in listed]
    return values.as_hours(ranges)


def _clock(value: Any) -> str | None:
    return values.clock(re.sub(r"(Z|[+-]\d{2}:?\d{2})$", "", str(value or "").strip()))


def _age(name: str) -> Any:
    def months(entry: Entry) -> float | None:
        years = values.number(entry.raw.text(name) or None)
        return None if years is None else round(years * 12)

    return months


def _capacity(entry: Entry) -> int | None:
    found = next(entry.raw.texts("capacities", "available"), None)
    number = values.number(found)
    return int(number) if number is not None and number >= 0 else None


def _cost(entry: Entry) -> Mapping[str, Any]:
    for option in _all(entry.raw.node, "cost_options"):
        amount = values.number(option.get("amount")) if isinstance(option, Mapping) else None
        if amount is not None:
            if str(option.get("currency") or "EUR").upper() in ("EUR", "€"):
                return option  # type: ignore[no-any-return]
            entry.remark(f"costs in {option['currency']} left out")
    return {}


def _costs_per(entry: Entry) -> str | None:
    cost = _cost(entry)
    said = f"{cost.get('option') or ''} {cost.get('amount_description') or ''}"
    found = entry.context.mappings.within(NAME, "costs_per", said) if cost else None
    return str(found) if found else None


def _languages(entry: Entry) -> list[str]:
    codes = [*entry.raw.texts("languages", "code")]
    return [code for code in dict.fromkeys(each.lower().partition("-")[0] for each in codes) if re.fullmatch(r"[a-z]{2,3}", code)]


def _accessible(entry: Entry) -> bool | None:
    said = " ".join(str(each) for each in _all(_here(entry)[1], "accessibility", "description"))
    found = entry.context.mappings.within(NAME, "accessible", said) if said else None
    return found if isinstance(found, bool) else None


def _reviewed(entry: Entry) -> str | None:
    day = values.day(entry.raw.text("assured_date") or None)
    return day if day and day <= entry.context.today.isoformat() else None


def _contact(name: str) -> Any:
    def find(entry: Entry) -> str | None:
        service, location = entry.raw, _here(entry)[1]
        if name == "name":
            return service.text("contacts", "name")[:120] or None
        if name == "phone":
            numbers = [*service.texts("phones", "number"), *service.texts("contacts", "phones", "number")]
            numbers += [str(each) for each in _all(location, "phones", "number")]
            return values.phone(next(iter(numbers), ""), entry.context.region.holidays_country)
        return service.text("email") or service.text("contacts", "email") or str(service.organization.get("email") or "") or None

    return find


def _url(entry: Entry) -> str | None:
    own = values.web_address(entry.raw.text("url"))
    reached = _contact("email")(entry) or _contact("phone")(entry)
    website = entry.raw.organization.get("website") or entry.raw.organization.get("url")
    return own or (None if reached else values.web_address(website))


def _source(entry: Entry) -> str:
    for each in _all(entry.raw.node, "additional_urls"):
        if isinstance(each, Mapping) and each.get("label") == _SOURCE and values.web_address(each.get("url")):
            return str(each["url"])[:300]
    return (values.web_address(entry.raw.text("url")) or _provider(entry))[:300]


_CHILD, _HELP = ("childcare",), ("service",)

FIELDS = (
    Field("title", "name", _title, note="cut at 60 characters"),
    Field("text", "description, eligibility_description, application_process", _text, note="cut at 1,500 characters"),
    Field("provider", "organization.name", _provider),
    Field("place", "service_at_locations.location: addresses.city, postal_code, latitude, longitude", lambda e: _here(e)[0],
          note="of several locations the first in the region"),
    Field("address", "location.addresses.address_1, address_2, postal_code, city", _address),
    Field("coordinates", "location.latitude, longitude", lambda e: _coordinates_of(_here(e)[1])),
    Field("source", "additional_urls labelled “Quelle”, else url, else organization.name", _source),
    Field("reviewed_on", "assured_date", _reviewed, keep=True, note="not in the future"),
    Field("facts.childcare_kind", "attributes.taxonomy_term code or name", lambda e: _mapped(e, "childcare_kind"), _CHILD,
          keep=True, note="data/feeds.yml"),
    Field("facts.childcare_kind", "name", lambda e: [w for w in [_by_words(e, "childcare_words")] if w], _CHILD, guess=True,
          note="`childcare_words` in data/feeds.yml"),
    Field("facts.age_min_months", "minimum_age", _age("minimum_age"), _CHILD, note="years there, months here"),
    Field("facts.age_max_months", "maximum_age", _age("maximum_age"), _CHILD, note="years there, months here"),
    Field("facts.opening_hours", "schedules, else those of service_at_locations: byday, opens_at, closes_at", _hours,
          note="weekly ones"),
    Field("facts.free_places", "capacities.available", _capacity, _CHILD),
    Field("facts.service_kind", "attributes.taxonomy_term code or name", lambda e: next(iter(_mapped(e, "service_kind")), None),
          _HELP, keep=True, note="data/feeds.yml"),
    Field("facts.service_kind", "name", lambda e: _by_words(e, "service_words"), _HELP, guess=True,
          note="`service_words` in data/feeds.yml"),
    Field("facts.topics", "attributes.taxonomy_term code or name", lambda e: _mapped(e, "topics"), _HELP, keep=True,
          note="data/feeds.yml"),
    Field("facts.topics", "–", lambda e: [e.context.mappings.setting(NAME, "topic")], _HELP, guess=True,
          note="`topic` in data/feeds.yml"),
    Field("facts.costs", "cost_options.amount", lambda e: values.number(_cost(e).get("amount")), _HELP, note="EUR only"),
    Field("facts.costs_per", "cost_options.option, amount_description", _costs_per, _HELP, note="data/feeds.yml"),
    Field("facts.languages", "languages.code", _languages),
    Field("facts.accessible", "location.accessibility.description", _accessible, keep=True, note="words in data/feeds.yml"),
    Field("contact.name", "contacts.name", _contact("name")),
    Field("contact.phone", "phones.number, else contacts.phones, location.phones", _contact("phone")),
    Field("contact.email", "email, else contacts.email, organization.email", _contact("email")),
    Field("contact.url", "url, else organization.website", _url, note="the organisation's only where there is nothing else"),
)  # fmt: skip


def write(offers: Iterable[Offer], context: Context) -> bytes:
    """A page of services as the HSDS API gives it."""
    contents = [_written(offer, context) for offer in offers]
    page = {
        "total_items": len(contents), "total_pages": 1, "page_number": 1, "size": len(contents), "first_page": True,
        "last_page": True, "empty": not contents, "contents": contents,
    }  # fmt: skip
    return (json.dumps(page, ensure_ascii=False, indent=2) + "\n").encode()


def _id(context: Context, *parts: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, "/".join([context.own_ids, *parts])))


def _written(offer: Offer, context: Context) -> dict[str, Any]:
    facts, contact = offer.facts, offer.contact
    language = context.language if context.language in offer.title else next(iter(offer.title))
    return values.only(
        id=_id(context, offer.id), name=offer.title[language], description=offer.text[language], url=contact.get("url"),
        email=contact.get("email"), status="active", assured_date=offer.reviewed_on.isoformat(),
        minimum_age=_years(facts.get("age_min_months")), maximum_age=_years(facts.get("age_max_months")),
        additional_urls=[{"label": _SOURCE, "url": offer.source}] if values.web_address(offer.source) else None,
        organization={"id": _id(context, "organization", offer.provider), "name": offer.provider, "description": offer.provider},
        contacts=[{"id": _id(context, offer.id, "contact"), "name": contact["name"]}] if "name" in contact else None,
        phones=[{"id": _id(context, offer.id, "phone"), "number": contact["phone"]}] if "phone" in contact else None,
        languages=[{"id": _id(context, offer.id, code), "code": code} for code in facts.get("languages", ())],
        schedules=[
            {"id": _id(context, offer.id, day, spans[0][0]), "freq": "WEEKLY", "byday": day, "opens_at": opens, "closes_at": closes}
            for day, spans in _days(facts.get("opening_hours", {})) for opens, closes in spans
        ],
        capacities=[{"id": _id(context, offer.id, "capacity"), "available": facts["free_places"], "updated": offer.reviewed_on.isoformat()}]
        if "free_places" in facts else None,
        cost_options=_written_costs(offer, context),
        service_at_locations=[{"id": _id(context, offer.id, "at"), "location": _written_location(offer, context)}],
        attributes=list(_written_terms(offer, context)),
    ) or {}  # fmt: skip


def _years(months: Any) -> Any:
    return None if months is None else values.number(round(months / 12, 4))


def _days(hours: Mapping[str, Any]) -> list[tuple[str, list[tuple[str, str]]]]:
    days: dict[str, list[tuple[str, str]]] = {}
    for weekday, opens, closes in values.each_range(hours):
        days.setdefault(_DAYS[weekday], []).append((opens, closes))
    return list(days.items())


def _written_costs(offer: Offer, context: Context) -> list[dict[str, Any]] | None:
    if "costs" not in offer.facts:
        return None
    words = context.mappings.table(NAME, "costs_per").items()
    option = next((word for word, per in words if per == offer.facts.get("costs_per")), None)
    cost = {"id": _id(context, offer.id, "cost"), "currency": "EUR", "amount": offer.facts["costs"]}
    return [{**cost, "option": option} if option else cost]


def _written_location(offer: Offer, context: Context) -> dict[str, Any]:
    place = context.region.place(offer.place)
    street, _, town = offer.address.partition(", ")
    postcode = re.match(r"\d{5}", town)
    at = offer.coordinates
    address = {
        "id": _id(context, offer.id, "address"), "address_1": street, "city": place.names["de"],
        "postal_code": postcode[0] if postcode else place.postal_codes[0], "country": context.region.holidays_country,
        "state_province": context.region.holidays_subdivision or "", "address_type": "physical",
    }  # fmt: skip
    words = context.mappings.table(NAME, "accessible").items()
    said = next((word for word, meaning in words if meaning == offer.facts.get("accessible")), None)
    return values.only(
        id=_id(context, offer.id, "location"), location_type="physical", name=place.names["de"], addresses=[address],
        latitude=at[0] if at else None, longitude=at[1] if at else None,
        accessibility=[{"id": _id(context, offer.id, "accessibility"), "description": said}] if said else None,
    ) or {}  # fmt: skip


def _written_terms(offer: Offer, context: Context) -> Iterator[dict[str, Any]]:
    meant = {
        "childcare_kind": offer.facts.get("childcare_kind", ()), "topics": offer.facts.get("topics", ()),
        "service_kind": [offer.facts["service_kind"]] if "service_kind" in offer.facts else (),
    }  # fmt: skip
    for table, wanted in meant.items():
        for value in wanted:
            words = context.mappings.table(NAME, table).items()
            name = next((word for word, meaning in words if meaning == value), value)
            term = {"id": _id(context, table, value), "code": value, "name": name}
            yield {"id": _id(context, offer.id, table, value), "link_entity": "service", "taxonomy_term": term}
    own = {"id": _id(context, "own", offer.id), "taxonomy": context.own_ids, "code": offer.id, "name": "Heimatlotse"}
    yield {"id": _id(context, offer.id, "own"), "link_entity": "service", "taxonomy_term": own}


FORMAT = Format(
    name=NAME, title="Open Referral HSDS 3 (JSON)", kinds=("childcare", "service"), fields=FIELDS, read=read, key=key,
    kind=kind, withdrawn=withdrawn, write=write,
    tables={
        "childcare_kind": ("childcare", "childcare_kind"), "childcare_words": ("childcare", "childcare_kind"),
        "service_kind": ("service", "service_kind"), "service_words": ("service", "service_kind"),
        "topics": ("service", "topics"), "costs_per": ("service", "costs_per"),
    },
    notes=(
        "One service, a list of them, a page of the API (`contents`), or `services` beside `organizations` and `locations`.",
        "`id` is what a service is recognised by; `status` inactive, defunct or temporarily closed withdraws.",
        "Texts are in the language of `--language`: the format does not say theirs.",
    ),
)  # fmt: skip

