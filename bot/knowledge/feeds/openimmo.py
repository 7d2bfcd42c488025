"""OpenImmo 1.2.7 (https://www.openimmo.de), XML or a zip file with it: homes, plots and commercial space."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element, ParseError, SubElement, indent, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from bot.knowledge.feeds import archive, values
from bot.knowledge.feeds.fields import Context, Delivery, Entry, Field, Format, Key, Refused, Unreadable
from bot.knowledge.feeds.texts import text_in, title_in
from bot.knowledge.offers import Offer

NAME = "openimmo"
_OWN_ID, _OWN_SOURCE = "heimatlotse_id", "heimatlotse_quelle"
_LIVING, _BUSINESS = ("housing",), ("service",)


@dataclass(frozen=True)
class _Immobilie:
    element: Element
    seller: Element
    mode: str
    """`modus` of the whole delivery."""

    def text(self, *paths: str) -> str:
        """The first of these paths that says something."""
        for path in paths:
            found = self.element.find(path)
            if found is not None and (text := " ".join("".join(found.itertext()).split())):
                return text
        return ""

    def number(self, *paths: str) -> float | int | None:
        return values.positive(self.text(*paths))

    def flag(self, path: str, attribute: str = "") -> bool:
        """A boolean: `true` or `1`, as text or as an attribute."""
        found = self.element.find(path)
        if found is None:
            return False
        said = found.get(attribute, "") if attribute else (found.text or "")
        return said.strip().lower() in ("true", "1")

    def own(self, name: str) -> str:
        """A field that only an export of ours has."""
        for field in self.element.iter("user_defined_simplefield"):
            if field.get("feldname") == name:
                return (field.text or "").strip()
        return ""


def read(content: bytes, context: Context) -> Delivery:
    """Every `immobilie`. Raises Unreadable where there is no OpenImmo at all."""
    files = list(archive.files(content, ".xml")) if archive.is_zip(content) else [("", content)]
    if not files:
        raise Unreadable("the zip file holds no .xml")
    entries: list[Entry] = []
    complete = True
    for name, xml in files:
        try:
            root = _parse(xml)
        except Unreadable as error:
            if len(files) == 1:
                raise
            entries.append(Entry(f"file {name}", error, context))
            continue
        transfer = root.find("uebertragung")
        head = transfer.attrib if transfer is not None else {}
        complete = complete and head.get("umfang", "").upper() == "VOLL"
        for seller in root.iter("anbieter"):
            for element in seller.iter("immobilie"):
                raw = _Immobilie(element, seller, head.get("modus", "").upper())
                number = raw.text("verwaltung_techn/objektnr_extern", "verwaltung_techn/openimmo_obid")
                inside = f" in {name}" if len(files) > 1 else ""
                entries.append(Entry(f"Immobilie {len(entries) + 1}{inside} {number}".rstrip(), raw, context))
    return Delivery(entries, complete)


def _parse(xml: bytes) -> Element:
    try:
        root: Element = fromstring(xml, forbid_dtd=True)
    except DefusedXmlException as error:
        raise Unreadable(f"declares entities or a document type ({type(error).__name__}), which OpenImmo never needs") from None
    except (ParseError, ValueError, LookupError) as error:
        raise Unreadable(f"not well-formed XML: {error}") from None
    for element in root.iter():
        # Some programs put everything into a namespace, some nothing.
        element.tag = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else element.tag
    if root.tag != "openimmo":
        raise Unreadable(f"the root element is <{root.tag}>, not <openimmo>")
    return root


def key(entry: Entry) -> Key | None:
    home: _Immobilie = entry.content()
    if own := home.own(_OWN_ID):
        return Key(own, ours=True)
    number = home.text("verwaltung_techn/objektnr_extern", "verwaltung_techn/openimmo_obid", "verwaltung_techn/objektnr_intern")
    seller = (home.seller.findtext("anbieternr") or home.seller.findtext("openimmo_anid") or "").strip()
    return Key("-".join(part for part in (seller, number) if part)) if number else None


def _object(entry: Entry) -> tuple[str, str]:
    """(element below `objektart`, its type): `wohnung`, `ETAGE`."""
    parts = entry.raw.element.find("objektkategorie/objektart")
    first = next(iter(parts), None) if parts is not None else None
    if first is None:
        raise Refused("objektkategorie/objektart is missing")
    return str(first.tag), next(iter(first.attrib.values()), "")


def kind(entry: Entry) -> str:
    home: _Immobilie = entry.content()
    action = home.element.find("verwaltung_techn/aktion")
    if action is not None and action.get("aktionart", "").upper() == "REFERENZ":
        raise Refused("is a reference (aktionart REFERENZ), not on offer")
    name, _ = _object(entry)
    mappings = entry.context.mappings
    if mappings.find(NAME, "housing_kind", name):
        return "housing"
    if mappings.find(NAME, "service_kind", name):
        return "service"
    raise Refused(f"objektart {name!r} is not taken; which are: data/feeds.yml")


def withdrawn(entry: Entry) -> bool:
    """DELETE, of the object or the whole delivery, or sold."""
    home: _Immobilie = entry.content()
    action = home.element.find("verwaltung_techn/aktion")
    said = action.get("aktionart", "").upper() if action is not None else ""
    state = home.element.find("zustand_angaben/verkaufstatus")
    sold = state is not None and state.get("stand", "").upper() == "VERKAUFT"
    return said == "DELETE" or (home.mode == "DELETE" and said != "CHANGE") or sold


def _deal(entry: Entry) -> str:
    home = entry.raw
    way = "objektkategorie/vermarktungsart"
    rent = home.flag(way, "MIETE_PACHT") or home.flag(way, "MIETE")
    buy = home.flag(way, "KAUF")
    if rent and buy:
        entry.remark("to rent and to buy; taken as to rent")
    if not rent and not buy:
        raise Refused("vermarktungsart is neither KAUF nor MIETE_PACHT")
    return "rent" if rent else "buy"


def _housing_kind(entry: Entry) -> str:
    name, detail = _object(entry)
    mappings = entry.context.mappings
    found = mappings.find(NAME, "housing_detail", detail) or mappings.find(NAME, "housing_kind", name)
    if found == "flat" and entry.raw.flag("ausstattung/serviceleistungen", "BETREUTES_WOHNEN"):
        return "senior_flat"
    if found == "flat" and entry.raw.flag("ausstattung/seniorengerecht"):
        return "senior_flat"
    if found == "room" and entry.raw.flag("ausstattung/wg_geeignet"):
        return "shared_flat"
    return str(found)


def _title(entry: Entry) -> dict[str, str]:
    return title_in(entry.context.language, entry.raw.text("freitexte/objekttitel"), "freitexte/objekttitel")


def _text(entry: Entry) -> dict[str, str]:
    parts = [entry.raw.text("freitexte/objektbeschreibung", "freitexte/dreizeiler"), entry.raw.text("freitexte/lage")]
    return text_in(entry.context.language, " ".join(part for part in parts if part), "freitexte/objektbeschreibung")


def _exact(entry: Entry) -> dict[str, float] | None:
    point = entry.raw.element.find("geo/geokoordinaten")
    if point is None:
        return None
    latitude, longitude = (values.number(point.get(name)) for name in ("breitengrad", "laengengrad"))
    return {"latitude": latitude, "longitude": longitude} if latitude and longitude else None


def _place(entry: Entry) -> str:
    home, at = entry.raw, _exact(entry) or {}
    country = home.element.find("geo/land")
    if country is not None and country.get("iso_land", "DEU").upper() not in ("DEU", "DE", ""):
        raise Refused(f"lies in {country.get('iso_land')}")
    found, why_not = entry.context.places.find(
        home.text("geo/ort"), home.text("geo/plz"), at.get("latitude"), at.get("longitude")
    )
    if found is None:
        raise Refused(f"geo/ort {why_not}")
    return found


def _released(entry: Entry) -> bool:
    return bool(entry.raw.flag("verwaltung_objekt/objektadresse_freigeben"))


def _address(entry: Entry) -> str | None:
    home = entry.raw
    street = " ".join(part for part in (home.text("geo/strasse"), home.text("geo/hausnummer")) if part)
    if not street or not _released(entry):
        return None
    town = " ".join(part for part in (home.text("geo/plz"), home.text("geo/ort")) if part)
    return ", ".join(part for part in (street, town) if part)[:200]


def _provider(entry: Entry) -> str:
    found = (entry.raw.seller.findtext("firma") or "").strip() or entry.raw.text("kontaktperson/firma")
    if not found:
        raise Refused("anbieter/firma is missing")
    return found[:120]


def _cold(entry: Entry) -> float | None:
    if _deal(entry) != "rent":
        return None
    return entry.raw.number("preise/nettokaltmiete", "preise/kaltmiete", "preise/pacht")  # type: ignore[no-any-return]


def _warm(entry: Entry) -> float | None:
    """As said, else the sum of its parts where none of them is missing."""
    home = entry.raw
    if _deal(entry) != "rent":
        return None
    if said := home.number("preise/warmmiete"):
        return said  # type: ignore[no-any-return]
    cold, running = home.number("preise/nettokaltmiete"), home.number("preise/nebenkosten")
    heating = 0 if home.flag("preise/heizkosten_enthalten") else home.number("preise/heizkosten")
    return None if None in (cold, running, heating) else values.number(cold + running + heating)


def _price(entry: Entry) -> float | None:
    if _deal(entry) != "buy":
        return None
    return entry.raw.number("preise/kaufpreis", "preise/kaufpreisbrutto")  # type: ignore[no-any-return]


def _in_euro(read: Any) -> Any:
    def checked(entry: Entry) -> Any:
        currency = entry.raw.element.find("preise/waehrung")
        iso = currency.get("iso_waehrung", "EUR") if currency is not None else "EUR"
        if iso.upper() != "EUR":
            raise Refused(f"prices are in {iso}")
        return read(entry)

    return checked


def _available(entry: Entry) -> str | None:
    said = entry.raw.text("verwaltung_objekt/abdatum", "verwaltung_objekt/verfuegbar_ab")
    if not said:
        return None
    if entry.context.mappings.find(NAME, "immediately", said.strip(" !.")):
        return "immediately"
    try:
        return values.day(said)
    except Refused:
        entry.remark(f"verfuegbar_ab {said[:40]!r} left out: neither a date nor “sofort”")
        return None


def _reviewed(entry: Entry) -> str | None:
    """stand_vom, if it is not in the future."""
    day = values.day(entry.raw.text("verwaltung_techn/stand_vom") or None)
    return day if day and day <= entry.context.today.isoformat() else None


def _floor(entry: Entry) -> int | None:
    said = entry.raw.text("geo/etage")
    return int(said) if re.fullmatch(r"-?\d{1,2}", said) and -1 <= int(said) <= 40 else None


def _person(entry: Entry) -> str | None:
    home = entry.raw
    parts = (home.text(f"kontaktperson/{name}") for name in ("anrede", "titel", "vorname", "name"))
    return " ".join(part for part in parts if part)[:120] or None


def _phone(entry: Entry) -> str | None:
    said = entry.raw.text(*(f"kontaktperson/{name}" for name in ("tel_durchw", "tel_handy", "tel_zentrale", "tel_privat")))
    return values.phone(said, entry.context.region.holidays_country)


_AREAS = ("gesamtflaeche", "nutzflaeche", "bueroflaeche", "ladenflaeche", "verkaufsflaeche", "lagerflaeche", "gastroflaeche")

FIELDS = (
    Field("title", "freitexte/objekttitel", _title, note="cut at 60 characters"),
    Field("text", "freitexte/objektbeschreibung (else dreizeiler), lage", _text, note="cut at 1,500 characters"),
    Field("provider", "anbieter/firma, else kontaktperson/firma", _provider),
    Field("place", "geo/ort, plz, geokoordinaten", _place, note="must be a place of data/region.yml"),
    Field("address", "geo/strasse, hausnummer, plz, ort", _address, note="only if objektadresse_freigeben is 1 or true"),
    Field("coordinates", "geo/geokoordinaten", lambda e: _exact(e) if _released(e) else None,
          note="as the address: only if released"),
    Field("source", "user_defined_simplefield heimatlotse_quelle, else anbieter/firma",
          lambda e: e.raw.own(_OWN_SOURCE) or _provider(e)),
    Field("reviewed_on", "verwaltung_techn/stand_vom", _reviewed, keep=True, note="not in the future"),
    Field("valid_from", "verwaltung_techn/aktiv_von", lambda e: values.day(e.raw.text("verwaltung_techn/aktiv_von")), keep=True),
    Field("valid_until", "verwaltung_techn/aktiv_bis", lambda e: values.day(e.raw.text("verwaltung_techn/aktiv_bis")), keep=True),
    Field("facts.deal", "objektkategorie/vermarktungsart MIETE_PACHT, KAUF", _deal, _LIVING),
    Field("facts.housing_kind", "objektkategorie/objektart and its type; ausstattung/seniorengerecht, wg_geeignet,"
          " serviceleistungen BETREUTES_WOHNEN", _housing_kind, _LIVING, note="data/feeds.yml"),
    Field("facts.rooms", "flaechen/anzahl_zimmer", lambda e: e.raw.number("flaechen/anzahl_zimmer"), _LIVING),
    Field("facts.area", "flaechen/wohnflaeche", lambda e: e.raw.number("flaechen/wohnflaeche"), _LIVING),
    Field("facts.plot_area", "flaechen/grundstuecksflaeche", lambda e: e.raw.number("flaechen/grundstuecksflaeche"), _LIVING),
    Field("facts.rent_cold", "preise/nettokaltmiete, else kaltmiete, pacht", _in_euro(_cold), _LIVING, note="EUR only"),
    Field("facts.rent_warm", "preise/warmmiete, else nettokaltmiete + nebenkosten + heizkosten", _in_euro(_warm), _LIVING,
          note="the sum only where every part is given"),
    Field("facts.price", "preise/kaufpreis, else kaufpreisbrutto", _in_euro(_price)),
    Field("facts.deposit", "preise/kaution", lambda e: e.raw.number("preise/kaution"), _LIVING),
    Field("facts.floor", "geo/etage", _floor, _LIVING),
    Field("facts.available_from", "verwaltung_objekt/abdatum, else verfuegbar_ab", _available, note="a date or “sofort”"),
    Field("facts.accessible", "ausstattung/barrierefrei, rollstuhlgerecht",
          lambda e: (e.raw.flag("ausstattung/barrierefrei") or e.raw.flag("ausstattung/rollstuhlgerecht")) or None, keep=True),
    Field("facts.service_kind", "objektkategorie/objektart", lambda e: e.context.mappings.find(NAME, "service_kind", _object(e)[0]),
          _BUSINESS, note="data/feeds.yml"),
    Field("facts.topics", "–", lambda e: [e.context.mappings.setting(NAME, "topic")], _BUSINESS, guess=True,
          note="`topic` in data/feeds.yml"),
    Field("facts.area", "flaechen/" + ", ".join(_AREAS), lambda e: e.raw.number(*(f"flaechen/{name}" for name in _AREAS)), _BUSINESS),
    Field("facts.costs", "preise/nettokaltmiete, else kaltmiete, pacht", _in_euro(_cold), _BUSINESS),
    Field("facts.costs_per", "preise/nettokaltmiete, else kaltmiete, pacht", lambda e: "month" if _cold(e) else None, _BUSINESS),
    Field("contact.name", "kontaktperson/anrede, titel, vorname, name", _person),
    Field("contact.phone", "kontaktperson/tel_durchw, tel_handy, tel_zentrale, tel_privat", _phone),
    Field("contact.email", "kontaktperson/email_direkt, email_zentrale",
          lambda e: e.raw.text("kontaktperson/email_direkt", "kontaktperson/email_zentrale") or None),
    Field("contact.url", "kontaktperson/url", lambda e: values.web_address(e.raw.text("kontaktperson/url"))),
)  # fmt: skip


def write(offers: Iterable[Offer], context: Context) -> bytes:
    """One `anbieter` a provider; homes, and of services those that are commercial space."""
    root = Element("openimmo")
    SubElement(root, "uebertragung", {
        "art": "ONLINE", "umfang": "TEIL", "modus": "NEW", "version": "1.2.7", "sendersoftware": "Heimatlotse",
        "senderversion": "1", "techn_email": context.region.office.email, "timestamp": f"{context.today}T00:00:00",
    })  # fmt: skip
    by_provider: dict[str, list[Offer]] = {}
    for offer in offers:
        by_provider.setdefault(offer.provider, []).append(offer)
    for provider, theirs in by_provider.items():
        seller = SubElement(root, "anbieter")
        _put(seller, "anbieternr", context.region.id)
        _put(seller, "firma", provider)
        _put(seller, "openimmo_anid", context.region.id)
        for offer in theirs:
            _write_offer(SubElement(seller, "immobilie"), offer, context)
    indent(root)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="utf-8") + b"\n"


def _write_offer(home: Element, offer: Offer, context: Context) -> None:
    facts, contact, place = offer.facts, offer.contact, context.region.place(offer.place)
    rent = facts.get("deal") == "rent" or "costs" in facts
    category = SubElement(home, "objektkategorie")
    SubElement(category, "nutzungsart", _flags(WOHNEN=offer.kind == "housing", GEWERBE=offer.kind == "service"))
    SubElement(category, "vermarktungsart", _flags(KAUF=not rent, MIETE_PACHT=rent))
    element, detail = _object_for(offer, context)
    SubElement(SubElement(category, "objektart"), element, {f"{element}typ": detail} if detail else {})
    geo = SubElement(home, "geo")
    street, _, town = offer.address.partition(", ")
    postcode = re.match(r"\d{5}", town)
    _put(geo, "plz", postcode[0] if postcode else place.postal_codes[0])
    _put(geo, "ort", place.names["de"])
    if offer.coordinates:
        at = {"breitengrad": str(offer.coordinates[0]), "laengengrad": str(offer.coordinates[1])}
        SubElement(geo, "geokoordinaten", at)
    number = re.search(r"\s(\d+\s?[a-z]?(?:[-–]\d+)?)$", street)
    _put(geo, "strasse", street[: number.start()] if number else street)
    _put(geo, "hausnummer", number[1] if number else "")
    SubElement(geo, "land", {"iso_land": "DEU"})
    _put(geo, "etage", facts.get("floor"))
    person = SubElement(home, "kontaktperson")
    _put(person, "email_direkt", contact.get("email"))
    _put(person, "tel_durchw", contact.get("phone"))
    _put(person, "name", contact.get("name"))
    _put(person, "url", contact.get("url"))
    prices = SubElement(home, "preise")
    _put(prices, "kaufpreis", facts.get("price"))
    _put(prices, "nettokaltmiete", facts.get("rent_cold", facts.get("costs") if facts.get("costs_per") == "month" else None))
    _put(prices, "warmmiete", facts.get("rent_warm"))
    SubElement(prices, "waehrung", {"iso_waehrung": "EUR"})
    _put(prices, "kaution", facts.get("deposit"))
    areas = SubElement(home, "flaechen")
    _put(areas, "wohnflaeche" if offer.kind == "housing" else "gesamtflaeche", facts.get("area"))
    _put(areas, "grundstuecksflaeche", facts.get("plot_area"))
    _put(areas, "anzahl_zimmer", facts.get("rooms"))
    equipment = SubElement(home, "ausstattung")
    _put(equipment, "wg_geeignet", "true" if facts.get("housing_kind") == "shared_flat" else "")
    _put(equipment, "barrierefrei", "true" if facts.get("accessible") else "")
    _put(equipment, "seniorengerecht", "true" if facts.get("housing_kind") == "senior_flat" else "")
    texts = SubElement(home, "freitexte")
    language = context.language if context.language in offer.title else next(iter(offer.title))
    _put(texts, "objekttitel", offer.title[language])
    _put(texts, "objektbeschreibung", offer.text[language])
    state = SubElement(home, "verwaltung_objekt")
    _put(state, "objektadresse_freigeben", "true")
    available = facts.get("available_from")
    _put(state, "verfuegbar_ab", "sofort" if available == "immediately" else "")
    _put(state, "abdatum", available if available != "immediately" else "")
    technical = SubElement(home, "verwaltung_techn")
    _put(technical, "objektnr_intern", offer.id)
    _put(technical, "objektnr_extern", offer.id)
    _put(technical, "aktiv_von", offer.valid_from)
    _put(technical, "aktiv_bis", offer.valid_until)
    _put(technical, "openimmo_obid", f"{context.region.id}-{offer.id}")
    _put(technical, "stand_vom", offer.reviewed_on)
    for name, value in ((_OWN_ID, offer.id), (_OWN_SOURCE, offer.source)):
        SubElement(technical, "user_defined_simplefield", {"feldname": name}).text = value


def _object_for(offer: Offer, context: Context) -> tuple[str, str]:
    """The element and type that mean this kind of home; what the tables do not tell apart is said by `ausstattung`."""
    wanted = str(offer.facts.get("housing_kind", "flat"))
    if offer.kind == "service":
        return _first(context.mappings.table(NAME, "service_kind"), offer.facts["service_kind"]), ""
    detail = _first(context.mappings.table(NAME, "housing_detail"), wanted)
    base = {"shared_flat": "room", "senior_flat": "flat", "holiday_flat": "flat"}.get(wanted, wanted)
    return _first(context.mappings.table(NAME, "housing_kind"), base), detail


def _first(table: Any, value: str) -> str:
    return next((word for word, meaning in table.items() if meaning == value), "")


def _flags(**flags: bool) -> dict[str, str]:
    return {name: "true" if flag else "false" for name, flag in flags.items()}


def _put(parent: Element, name: str, value: Any) -> None:
    if value not in (None, ""):
        SubElement(parent, name).text = str(value)


FORMAT = Format(
    name=NAME, title="OpenImmo 1.2.7", kinds=("housing", "service"), fields=FIELDS, read=read, key=key, kind=kind,
    withdrawn=withdrawn, write=write, only=("service", "service_kind", ("commercial_space",)),
    tables={
        "housing_kind": ("housing", "housing_kind"), "housing_detail": ("housing", "housing_kind"),
        "service_kind": ("service", "service_kind"),
    },
    notes=(
        "`anbieternr` and `objektnr_extern` are what an object is recognised by (else `openimmo_obid`, `objektnr_intern`).",
        "`umfang=\"VOLL\"`: what the delivery does not hold is withdrawn. `TEIL`: only `aktionart=\"DELETE\"` or"
        " `modus=\"DELETE\"` withdraws; so does `verkaufstatus stand=\"VERKAUFT\"`.",
        "Of a zip file only the .xml in it are read; pictures and other attachments are not carried over.",
        "Document types and entities are refused; so are zip files that would grow beyond 100 MB.",
    ),
)  # fmt: skip
