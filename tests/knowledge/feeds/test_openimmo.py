"""OpenImmo: whole and partial deliveries, their deletions, and XML that means harm."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.knowledge.feeds import Unreadable
from tests.knowledge.feeds.conftest import FILES, offers, outcome_of, refusals, snapshot, statuses, take, zipped

HEAD = '<openimmo><uebertragung umfang="TEIL"/><anbieter><anbieternr>1</anbieternr><firma>Muster</firma>'
HOME = """<immobilie>
  <objektkategorie><vermarktungsart {deal}/><objektart>{object}</objektart></objektkategorie>
  <geo>{geo}</geo><kontaktperson><email_direkt>a@example.org</email_direkt></kontaktperson>
  <preise>{prices}</preise><flaechen><wohnflaeche>60</wohnflaeche></flaechen><ausstattung>{equipment}</ausstattung>
  <freitexte><objekttitel>Wohnung</objekttitel><objektbeschreibung>Eine Wohnung wie viele andere.</objektbeschreibung></freitexte>
  <verwaltung_objekt>{state}</verwaltung_objekt>
  <verwaltung_techn><objektnr_extern>1</objektnr_extern>{technical}</verwaltung_techn></immobilie>"""
USUAL = {
    "deal": 'MIETE_PACHT="1"', "object": "<wohnung/>", "geo": "<ort>Stendal</ort>", "equipment": "", "state": "",
    "prices": "<nettokaltmiete>400</nettokaltmiete>", "technical": "",
}  # fmt: skip


def delivery(**changes: str) -> bytes:
    return (HEAD + HOME.format(**{**USUAL, **changes}) + "</anbieter></openimmo>").encode()


def test_a_whole_delivery(data: Path) -> None:
    report = take(data, "openimmo", "openimmo_voll.xml")
    assert statuses(report) == ["new", "new", "new", "refused", "refused"]
    flat, farm, office = offers(data).values()
    assert (flat.kind, flat.place, flat.provider) == ("housing", "stendal", "Wohnbau Uchteaue")
    assert flat.facts == {
        "deal": "rent", "housing_kind": "flat", "rooms": 3, "area": 62.34, "rent_cold": 385.5, "rent_warm": 559,
        "deposit": 1156.5, "floor": 2, "available_from": "immediately", "accessible": True,
    }  # fmt: skip
    assert flat.text["de"].endswith("Küche mit Fenster, Keller und Fahrradraum. Fünf Minuten zum Bahnhof.")
    assert (flat.address, flat.coordinates) == ("Lindenhof 7a, 39576 Stendal", (52.6049, 11.8612))
    assert flat.contact == {"name": "Frau Petra Jahn", "phone": "+49 30 23125801", "email": "jahn@wohnbau.example.org"}
    assert (flat.reviewed_on, flat.valid_until) == (date(2026, 11, 19), date(2027, 5, 31))
    assert (farm.facts["deal"], farm.facts["price"], farm.facts["plot_area"]) == ("buy", 148000, 2350)
    assert (farm.address, farm.coordinates) == ("", None), "its address is not released"
    assert farm.place == "osterburg" and len(farm.title["de"]) <= 60 and farm.title["de"].endswith("…")
    assert (office.kind, office.facts["service_kind"], office.facts["topics"]) == ("service", "commercial_space", ["business"])
    assert (office.facts["costs"], office.facts["costs_per"], office.facts["area"]) == (420, "month", 70)
    no_price, garage = refusals(report)
    assert no_price == "preise/nettokaltmiete, else kaltmiete, pacht: 'auf Anfrage' is no number"
    assert "parken" in garage


def test_the_next_days_changes_and_deletions(data: Path) -> None:
    take(data, "openimmo", "openimmo_voll.xml")
    report = take(data, "openimmo", "openimmo_teil.xml")
    assert statuses(report) == ["changed", "withdrawn", "unchanged"]
    assert report.outcomes[0].detail == "facts.available_from, facts.rent_cold, facts.rent_warm, reviewed_on"
    flat, farm, office = offers(data).values()
    assert (flat.facts["rent_cold"], flat.facts["available_from"]) == (375, "2027-02-01")
    assert farm.valid_until == date(2026, 11, 20), "kept, so that its id still means something, but not shown"
    assert office.valid_until is None, "a partial delivery does not speak of it"
    before = snapshot(data)
    assert statuses(take(data, "openimmo", "openimmo_teil.xml")) == ["unchanged"] * 3
    assert snapshot(data) == before


def test_a_whole_delivery_withdraws_what_it_has_no_more(data: Path) -> None:
    take(data, "openimmo", "openimmo_voll.xml")
    whole = (FILES / "openimmo_voll.xml").read_bytes().decode("latin-1")
    begin = whole.rindex("<immobilie>", 0, whole.index("G-3"))
    end = whole.index("</immobilie>", begin) + len("</immobilie>")
    report = take(data, "openimmo", (whole[:begin] + whole[end:]).encode("latin-1"))
    gone = outcome_of(report, "g-3")
    assert (gone.status, gone.where) == ("withdrawn", "not in the delivery")
    assert offers(data)[gone.id].valid_until == date(2026, 11, 20)
    # W-9 was refused for its price, which is no reason to think that it is gone; nor was it ever there.
    assert report.count("withdrawn") == 1
    back = take(data, "openimmo", "openimmo_voll.xml")
    assert (outcome_of(back, "G-3").status, outcome_of(back, "G-3").detail) == ("changed", "valid_until")
    assert offers(data)[gone.id].valid_until is None


def test_an_empty_or_nameless_delivery_withdraws_nothing(data: Path) -> None:
    take(data, "openimmo", "openimmo_voll.xml")
    before = snapshot(data)
    empty = take(data, "openimmo", b'<openimmo><uebertragung umfang="VOLL"/><anbieter/></openimmo>')
    assert empty.notes and "empty" in empty.notes[0]
    nameless = take(data, "openimmo", delivery().replace(b"TEIL", b"VOLL").replace(b"<objektnr_extern>1</objektnr_extern>", b""))
    assert "nothing was withdrawn" in nameless.notes[0]
    assert snapshot(data) == before


@pytest.mark.parametrize(
    ("changes", "facts"),
    [
        ({"object": "<zimmer/>"}, {"housing_kind": "room"}),
        ({"object": "<zimmer/>", "equipment": "<wg_geeignet>1</wg_geeignet>"}, {"housing_kind": "shared_flat"}),
        ({"equipment": '<serviceleistungen BETREUTES_WOHNEN="1"/>'}, {"housing_kind": "senior_flat"}),
        ({"object": '<wohnung wohnungtyp="FERIENWOHNUNG"/>'}, {"housing_kind": "holiday_flat"}),
        ({"prices": "<kaltmiete>500</kaltmiete><warmmiete>610</warmmiete>"}, {"rent_cold": 500, "rent_warm": 610}),
        ({"prices": "<nettokaltmiete>400</nettokaltmiete><nebenkosten>90</nebenkosten>"
                    "<heizkosten_enthalten>1</heizkosten_enthalten>"}, {"rent_warm": 490}),
        ({"prices": "<nettokaltmiete>400</nettokaltmiete><nebenkosten>90</nebenkosten>"}, {"rent_warm": None}),
        ({"state": "<verfuegbar_ab>01.03.2027</verfuegbar_ab>"}, {"available_from": "2027-03-01"}),
        ({"geo": "<ort>Stendal</ort><etage>EG</etage>"}, {"floor": None}),
    ],
)  # fmt: skip
def test_kinds_rents_and_dates(data: Path, changes: dict[str, str], facts: dict[str, object]) -> None:
    assert statuses(take(data, "openimmo", delivery(**changes))) == ["new"]
    (offer,) = offers(data).values()
    assert {name: offer.facts.get(name) for name in facts} == facts


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"deal": 'ERBPACHT="1"'}, "neither KAUF nor MIETE_PACHT"),
        ({"prices": "<warmmiete>500</warmmiete>"}, "rent_cold is missing"),
        ({"prices": "<nettokaltmiete>600</nettokaltmiete><warmmiete>500</warmmiete>"}, "less than rent_cold"),
        ({"prices": '<nettokaltmiete>400</nettokaltmiete><waehrung iso_waehrung="CHF"/>'}, "CHF"),
        ({"geo": "<ort>Stendal</ort><land iso_land='AUT'/>"}, "lies in AUT"),
        ({"geo": "<plz>39524</plz><ort>Irgendwo</ort>"}, "postcode 39524 is that of"),
        ({"technical": '<aktion aktionart="REFERENZ"/>'}, "reference"),
    ],
)  # fmt: skip
def test_what_cannot_be_an_offer(data: Path, changes: dict[str, str], reason: str) -> None:
    assert reason in refusals(take(data, "openimmo", delivery(**changes)))[0]
    assert offers(data) == {}


def test_a_zip_with_pictures_and_a_broken_file(data: Path) -> None:
    content = zipped({"a.xml": delivery(), "b.xml": b"<openimmo><anbieter>", "bild": b"\xff\xd8" * 1000})
    report = take(data, "openimmo", content)
    assert statuses(report) == ["new", "refused"]
    assert "b.xml" in report.outcomes[1].where and "not well-formed" in report.outcomes[1].detail


ENTITIES = '<!DOCTYPE o [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ((ENTITIES + "<openimmo>&b;</openimmo>").encode(), "document type"),
        (b'<!DOCTYPE o [<!ENTITY x SYSTEM "file:///etc/passwd">]><openimmo>&x;</openimmo>', "document type"),
        (b'<!DOCTYPE o SYSTEM "http://127.0.0.1:9/x.dtd"><openimmo/>', "document type"),
        (b"<openimmo><anbieter></openimmo>", "not well-formed XML.*line 1"),
        (b"<html/>", "root element is <html>"),
        (b"", "not well-formed"),
        (b"PK\x03\x04 broken", "broken zip"),
        (zipped({"bild": b"x"}), "holds no .xml"),
        (zipped({"a.xml": b" " * 50_000_000}), "no ordinary zip file"),
    ],
    ids=["bomb", "file", "network", "open tag", "html", "empty", "broken zip", "no xml", "zip bomb"],
)
def test_files_that_mean_harm_are_refused_whole(data: Path, content: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        take(data, "openimmo", content)
