"""schema.org JobPosting: pages and files as employers write them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.knowledge.feeds import Unreadable
from tests.knowledge.feeds.conftest import offers, outcome_of, refusals, snapshot, statuses, take

POSTING: dict[str, Any] = {
    "@context": "https://schema.org",
    "@type": "JobPosting",
    "identifier": "1",
    "title": "Pflegefachkraft (m/w/d)",
    "description": "Eine Beschreibung von ausreichender Länge.",
    "employmentType": "FULL_TIME",
    "hiringOrganization": {"name": "Haus Birke"},
    "applicationContact": {"email": "a@example.org"},
    "jobLocation": {"address": {"addressLocality": "Stendal"}},
}


def one(data: Path, **changes: Any) -> Any:
    """The offer that a posting becomes, or why it is refused."""
    posting = {name: value for name, value in {**POSTING, **changes}.items() if value is not None}
    report = take(data, "jobposting", json.dumps(posting).encode())
    assert len(report.outcomes) == 1
    return refusals(report)[0] if refusals(report) else next(iter(offers(data).values()))


def test_a_page_with_several_postings(data: Path) -> None:
    report = take(data, "jobposting", "jobposting.html", source="klinik")
    assert statuses(report) == ["new", "new", "new", "refused", "refused", "refused", "past"]
    nurse, welder, apprentice = offers(data).values()
    assert (nurse.kind, nurse.place, nurse.provider) == ("job", "havelberg", "Klinikverbund Elbwiesen")
    assert nurse.title == {"de": "Pflegefachkraft für die Geriatrie"}
    assert nurse.text["de"] == "Wir suchen Verstärkung für unsere Station 3. · Wunschdienstplan · 30 Tage Urlaub"
    assert nurse.address == "Am Deich 4, 39539 Havelberg"
    assert nurse.valid_until == date(2027, 2, 28)
    assert nurse.facts == {
        "occupation": "nursing_care", "working_time": ["full_time", "part_time"], "hours_per_week": 38.5,
        "pay_min": 3150, "pay_max": 3890, "pay_per": "month", "start": "immediately",
    }  # fmt: skip
    assert nurse.contact == {
        "name": "Frau Uhl", "phone": "+49 30 23125710", "email": "bewerbung@klinik.example.org",
        "url": "https://klinik.example.org",
    }  # fmt: skip
    # References inside @graph, lists of types, comma-separated words, German numbers, a village's name.
    assert (welder.place, welder.facts["occupation"], welder.facts["contract"]) == ("osterburg", "metal_mechanics", "permanent")
    assert (welder.facts["pay_min"], welder.facts["pay_per"]) == (17.5, "hour")
    assert welder.contact["email"] == "job@stahlbau.example.org"
    assert (apprentice.kind, apprentice.facts["training_kind"]) == ("training", "apprenticeship")
    assert apprentice.title == {"de": "Ausbildung zum Metallbauer", "en": "Apprenticeship as a metal worker"}
    assert apprentice.place == "osterburg", "coordinates alone say where it is"
    assert "pay_min" not in apprentice.facts
    assert outcome_of(report, "JobPosting 3").remarks == (
        "text in fr left out: no language of this assistant", "salary in PLN left out",
    )  # fmt: skip
    broken, elsewhere, voluntary = refusals(report)
    assert "is no JSON" in broken and "line 57" in broken
    assert "'Magdeburg' is no place of this region" in elsewhere
    assert "voluntary" in voluntary


def test_again_changes_nothing(data: Path) -> None:
    take(data, "jobposting", "jobposting.html")
    before = snapshot(data)
    again = take(data, "jobposting", "jobposting.html", today=date(2026, 12, 24))
    assert (again.count("new"), again.count("changed"), again.count("unchanged"), again.files) == (0, 0, 3, [])
    assert snapshot(data) == before


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"identifier": None}, "no identifier"),
        ({"description": "Kurz."}, "description is missing"),
        ({"hiringOrganization": None}, "hiringOrganization has no name"),
        ({"applicationContact": None}, "contact is missing"),
        ({"employmentType": "zeitweise"}, "says no working time"),
        ({"validThrough": "bald"}, "validThrough: 'bald' is no date"),
        ({"title": "Mensch mit Herz", "occupationalCategory": None}, "no occupation group"),
        ({"jobLocation": {"geo": {"latitude": 52.52, "longitude": 13.4}}}, "nearest place"),
        ({"jobLocation": {"address": {"addressLocality": "Gardelegen", "postalCode": "39596"}}}, "postcode 39596 is that of"),
    ],
)  # fmt: skip
def test_what_cannot_be_shown_is_refused_with_its_reason(data: Path, changes: dict[str, Any], refused: str) -> None:
    assert refused in one(data, **changes)


@pytest.mark.parametrize(
    ("category", "group"),
    [
        ("43414", "it"), ("B 83112", "childcare_education"), ({"codeValue": "2342"}, "childcare_education"),
        ("7231 Motor vehicle mechanics", "automotive"), ("nursing_care", "nursing_care"), (["", "5223"], "retail"),
        ("15-1132.00 Software Developers", "nursing_care"),
    ],
)  # fmt: skip
def test_occupations_by_code_else_by_title(data: Path, category: Any, group: str) -> None:
    assert one(data, occupationalCategory=category).facts["occupation"] == group


def test_a_corrected_guess_stays_corrected(data: Path) -> None:
    take(data, "jobposting", json.dumps(POSTING).encode())
    file = data / "offers" / "job" / "import-partner.yml"
    file.write_text(file.read_text("utf-8").replace("nursing_care", "medicine"), "utf-8")
    report = take(data, "jobposting", json.dumps({**POSTING, "workHours": "30 Stunden"}).encode())
    assert [(each.status, each.detail) for each in report.outcomes] == [("changed", "facts.hours_per_week")]
    assert next(iter(offers(data).values())).facts["occupation"] == "medicine"


def test_hidden_depth_and_odd_files(data: Path) -> None:
    with pytest.raises(Unreadable, match="neither JSON nor a page"):
        take(data, "jobposting", b"%PDF-1.4 nothing of ours")
    with pytest.raises(Unreadable, match="not JSON"):
        take(data, "jobposting", b"{" * 5)
    with pytest.raises(Unreadable, match="nested too deep"):
        take(data, "jobposting", b"[" * 100_000)
    nested: Any = POSTING
    for _ in range(200):
        nested = {"mainEntity": [nested]}
    assert take(data, "jobposting", json.dumps(nested).encode()).outcomes == []
