"""Open Referral HSDS: pages of the API, files, services without terms, and what is defunct."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.knowledge.feeds import Unreadable
from tests.knowledge.feeds.conftest import offers, outcome_of, refusals, snapshot, statuses, take

SERVICE: dict[str, Any] = {
    "id": "1", "name": "Energieberatung", "description": "Beratung zu Strom, Heizung und Förderung.", "status": "active",
    "email": "a@example.org", "organization": {"name": "Verbraucherhilfe"},
    "service_at_locations": [{"location": {"addresses": [{"city": "Iden", "postal_code": "39606"}]}}],
}  # fmt: skip


def one(data: Path, **changes: Any) -> Any:
    """The offer that a service becomes, or why it is refused."""
    service = {name: value for name, value in {**SERVICE, **changes}.items() if value is not None}
    report = take(data, "hsds", json.dumps(service).encode())
    return refusals(report)[0] if refusals(report) else next(iter(offers(data).values()))


def test_a_page_of_the_api(data: Path) -> None:
    report = take(data, "hsds", "hsds.json", source="netz")
    assert statuses(report) == ["new", "new", "refused", "unchanged", "refused", "refused", "refused"]
    kita, advice = offers(data).values()
    assert (kita.kind, kita.place, kita.provider) == ("childcare", "osterburg", "Kitaverbund Wische")
    assert kita.facts == {
        "childcare_kind": ["creche", "kindergarten"], "age_min_months": 3, "age_max_months": 84, "free_places": 3,
        "opening_hours": {
            **{day: [["06:00", "17:00"]] for day in ("monday", "tuesday", "wednesday", "thursday")}, "friday": [["06:00", "15:30"]],
        },
        "languages": ["de", "pl"], "accessible": True,
    }  # fmt: skip
    assert kita.text["de"] == "Kleine Kita am Feldrand mit eigener Küche. Jeden Mittwoch Waldtag."
    assert (kita.address, kita.coordinates) == ("Dorfstraße 12, 39606 Osterburg", (52.7874, 11.753))
    assert (kita.contact, kita.reviewed_on) == (
        {"phone": "+49 30 23125850", "email": "storchennest@example.org"}, date(2026, 11, 3),
    )  # fmt: skip
    assert "not weekly" in outcome_of(report, "Storchennest").remarks[0]
    assert (advice.facts["service_kind"], advice.facts["costs"], advice.place) == ("advice", 0, "havelberg")
    assert advice.facts["opening_hours"] == {"tuesday": [["09:00", "12:00"]]}, "the hours of the place that is taken"
    assert advice.contact == {"name": "Frau Okonjo", "phone": "+49 30 23125 851", "url": "https://schulden.example.org"}
    assert advice.text["de"].endswith("Termin am Telefon vereinbaren.")
    assert "of its 2 locations" in outcome_of(report, "Schuldnerberatung").remarks[0]
    nobody, ages, blood, text = refusals(report)
    assert nobody == "organization has no name"
    assert "age_min_months" in ages and "age_max_months" in ages
    assert "what kind of service" in blood
    assert text == "is no object"
    before = snapshot(data)
    assert take(data, "hsds", "hsds.json", source="netz").count("unchanged") == 3
    assert snapshot(data) == before


def test_defunct_services_are_withdrawn(data: Path) -> None:
    one(data)
    report = take(data, "hsds", json.dumps({**SERVICE, "status": "temporarily closed"}).encode())
    assert statuses(report) == ["withdrawn"]
    report = take(data, "hsds", json.dumps(SERVICE).encode())
    assert [(each.status, each.detail) for each in report.outcomes] == [("changed", "valid_until")]


def test_services_beside_their_organizations_and_locations(data: Path) -> None:
    service = {**SERVICE, "organization": None, "organization_id": "o", "service_at_locations": [{"location_id": "l"}]}
    tree = {
        "services": [service], "organizations": [{"id": "o", "name": "Anderswo"}],
        "locations": [{"id": "l", "latitude": "52.83", "longitude": "12.07"}],
    }  # fmt: skip
    assert statuses(take(data, "hsds", json.dumps(tree).encode())) == ["new"]
    (offer,) = offers(data).values()
    assert (offer.provider, offer.place) == ("Anderswo", "havelberg")


@pytest.mark.parametrize(
    ("changes", "facts"),
    [
        ({"cost_options": [{"option": "monatlich", "amount": "12,50", "currency": "EUR"}]}, {"costs": 12.5, "costs_per": "month"}),
        ({"cost_options": [{"option": "x", "amount": 5, "currency": "USD"}]}, {"costs": None, "costs_per": None}),
        ({"schedules": [{"freq": "DAILY", "opens_at": "08:00Z", "closes_at": "10:00Z"}]},
         {"opening_hours": {"weekdays": [["08:00", "10:00"]], "saturday": [["08:00", "10:00"]], "sunday": [["08:00", "10:00"]]}}),
        ({"taxonomy_terms": [{"name": "Wirtschaft"}]}, {"service_kind": "advice", "topics": ["business"]}),
        ({}, {"service_kind": "advice", "topics": ["other"]}),
    ],
)  # fmt: skip
def test_costs_hours_and_terms(data: Path, changes: dict[str, Any], facts: dict[str, Any]) -> None:
    found = one(data, **changes).facts
    assert {name: found.get(name) for name in facts} == facts


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"id": None}, "no identifier"),
        ({"description": "kurz"}, "description is missing"),
        ({"service_at_locations": None}, "no service_at_locations"),
        ({"service_at_locations": [{"location": {"addresses": [{"city": "Bonn"}]}}]}, "'Bonn' is no place"),
        ({"email": None}, "contact is missing"),
        ({"schedules": [{"byday": "MO", "opens_at": "18:00", "closes_at": "09:00"}]}, "ends before it begins"),
        ({"schedules": [{"byday": "MO", "opens_at": "abends", "closes_at": "09:00"}]}, "'abends' is no time of day"),
    ],
)
def test_what_cannot_be_an_offer(data: Path, changes: dict[str, Any], reason: str) -> None:
    assert reason in one(data, **changes)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b"<xml/>", b'{"contents": []}', b"[" * 50_000])
def test_other_files_are_refused_whole(data: Path, content: bytes) -> None:
    with pytest.raises(Unreadable):
        take(data, "hsds", content)
