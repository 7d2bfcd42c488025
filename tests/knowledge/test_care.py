"""Offers that need care, when they need it, and what `lotse check` says of content that is broken."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from bot.errors import ContentErrors
from bot.knowledge import CareRules, check, load_offers, offers_to_care_for
from bot.knowledge.care import contact_problems
from bot.knowledge.feeds import check_mappings
from bot.region import Region
from tests.knowledge.conftest import DATA, TODAY, Write

RULES = CareRules(expires_soon_days=14, review_every_days=90)


def test_check_lists_what_needs_care_in_order(data: Path, write: Write) -> None:
    write(
        "service",
        {"id": "fine"},
        {"id": "expired", "more": "  valid_until: 2026-11-20\n"},
        {"id": "last-day", "more": "  valid_until: 2026-11-21\n"},
        {"id": "expiring", "more": "  valid_until: 2026-12-05\n"},
        {"id": "later", "more": "  valid_until: 2026-12-06\n"},
        {"id": "reviewed-90-days-ago", "reviewed_on": "2026-08-23"},
        {"id": "review-due", "reviewed_on": "2026-08-22"},
    )
    found = [(finding.offer, finding.problem) for finding in check(load_offers(data, Region.load(data)), TODAY, ["de"], RULES)]
    assert found == [
        ("expired", "expired"),
        ("last-day", "expiring"),
        ("expiring", "expiring"),
        ("review-due", "review_due"),
    ]


def test_check_names_missing_languages(data: Path, write: Write) -> None:
    write("service")
    (finding,) = check(load_offers(data, Region.load(data)), TODAY, ["de", "en", "uk"], RULES)
    assert (finding.problem, finding.detail, finding.line) == ("language_missing", "en, uk", 2)


def test_the_list_for_the_console_goes_by_the_rules_in_the_data(data: Path, write: Write) -> None:
    write("service", {"id": "soon", "more": "  valid_until: 2026-11-30\n"}, {"id": "old", "reviewed_on": "2026-10-01"})
    for name in ("languages.yml", "care.yml"):
        shutil.copy(DATA / name, data)

    def found() -> list[tuple[str, str]]:
        return [(f.offer, f.problem) for f in offers_to_care_for(data, today=TODAY) if f.problem != "language_missing"]

    assert found() == [("soon", "expiring")]
    (data / "care.yml").write_text("expires_soon_days: 3\nreview_every_days: 30\n")
    assert found() == [("old", "review_due")]
    listed = json.loads(json.dumps([finding.as_json() for finding in offers_to_care_for(data, today=TODAY)]))
    assert listed[0] == {
        "problem": "language_missing", "offer": "soon", "kind": "service", "line": 2, "detail": "en, pl, uk, ru, ar",
        "file": str(data / "offers" / "service" / "x.yml"),
    }  # fmt: skip
    (data / "care.yml").write_text("expires_soon_days: bald\n")
    with pytest.raises(ContentErrors, match="care.yml:1.*'bald' is not a whole number"):
        found()


def test_a_dead_value_in_the_mapping_is_an_error_with_its_line(data: Path) -> None:
    text = (DATA / "feeds.yml").read_text("utf-8")
    (data / "feeds.yml").write_text(text.replace("Vollzeit: full_time", "Vollzeit: fulltime", 1), "utf-8")
    line = text[: text.index("Vollzeit: full_time")].count("\n") + 1
    with pytest.raises(ContentErrors) as raised:
        check_mappings(data)
    (error,) = raised.value.errors
    assert (error.line, error.field) == (line, "jobposting.working_time.Vollzeit")


@pytest.mark.parametrize(
    ("contact", "problems"),
    [
        ({"phone": "+49 30 23125 300", "email": "kita@example.org"}, []),
        ({"phone": "03931 123456"}, ["phone"]),
        ({"phone": "+49 30 23125 300 300 300 300"}, ["phone"]),
        ({"phone": "call us", "email": "kita(at)example.org"}, ["phone", "email"]),
        ({"url": "https://example.org"}, []),
    ],
)
def test_contacts_that_do_not_parse_are_found(contact: dict[str, str], problems: list[str]) -> None:
    assert [field for field, _ in contact_problems(contact)] == problems
