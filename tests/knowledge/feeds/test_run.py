"""An import as a whole: what is taken, withdrawn, refused and left alone, whatever the format."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

from bot.knowledge.feeds.run import offer_id
from tests.knowledge.feeds.conftest import TODAY, offers, refusals, snapshot, statuses, take
from tests.knowledge.feeds.test_hsds import SERVICE
from tests.knowledge.feeds.test_spreadsheet import HEAD, ROW, table


def test_ids_are_readable_and_never_those_of_another_key() -> None:
    assert offer_id("p", "abc-1") == "p-abc-1"
    ids = {offer_id("p", key) for key in ("A/1", "A 1", "a-1", "A-1", "ä1", "x" * 200, "x" * 201, "...", "日本")}
    assert len(ids) == 9
    assert all(len(id) <= 80 and id.startswith("p-") and "--" not in id and not id.endswith("-") for id in ids)


def test_what_a_file_does_not_hold_is_withdrawn_only_if_it_is_said_to_be_complete(data: Path) -> None:
    both = table(ROW, ROW.replace(";a;", ";b;"))
    take(data, "spreadsheet", both)
    assert statuses(take(data, "spreadsheet", table(ROW))) == ["unchanged"]
    assert statuses(take(data, "spreadsheet", table(ROW), complete=True, dry_run=True)) == ["unchanged", "withdrawn"]
    assert offers(data)["b"].valid_until is None, "a dry run writes nothing"
    assert statuses(take(data, "spreadsheet", table(ROW), complete=True)) == ["unchanged", "withdrawn"]
    assert offers(data)["b"].valid_until == date(2026, 11, 20)
    assert statuses(take(data, "spreadsheet", table(ROW), complete=True)) == ["unchanged"]


def test_a_complete_delivery_speaks_for_its_own_sender_alone(data: Path) -> None:
    for source in ("klinik", "klinik-nord", "verein"):
        assert statuses(take(data, "hsds", json.dumps(SERVICE).encode(), source=source)) == ["new"]
    other = json.dumps({**SERVICE, "id": "2"}).encode()
    report = take(data, "hsds", other, source="klinik", complete=True)
    assert [(each.status, each.id) for each in report.outcomes] == [("new", "klinik-2"), ("withdrawn", "klinik-1")]


def test_what_an_editor_moved_into_a_file_of_theirs_is_still_the_senders(data: Path) -> None:
    take(data, "spreadsheet", table(ROW.replace(";a;", ";partner-a;")))
    folder = data / "offers" / "service"
    (folder / "import-partner.yml").rename(folder / "beratung.yml")
    report = take(data, "spreadsheet", table(ROW.replace(";a;", ";b;")), complete=True)
    assert statuses(report) == ["new", "withdrawn"]
    assert offers(data)["partner-a"].valid_until == date(2026, 11, 20)


def test_an_entry_that_nobody_foresaw_is_refused_and_the_others_go_on(data: Path) -> None:
    odd = {**SERVICE, "id": "odd", "schedules": ["montags"]}
    report = take(data, "hsds", json.dumps([odd, SERVICE]).encode())
    assert statuses(report) == ["refused", "new"]
    assert refusals(report)[0].startswith("cannot be read (AttributeError")


def test_an_entry_that_nests_absurdly_deep_does_not_stop_the_import(data: Path) -> None:
    deep = "[" * 900 + '"Energieberatung"' + "]" * 900
    odd = json.dumps({**SERVICE, "id": "odd", "name": "@"}).replace('"@"', deep)
    report = take(data, "hsds", f"[{odd}, {json.dumps(SERVICE)}]".encode())
    assert statuses(report) == ["refused", "new"]


def test_an_offer_does_not_change_into_one_of_another_kind(data: Path) -> None:
    take(data, "spreadsheet", table(ROW))
    before = snapshot(data)
    head = HEAD + ";Beginnt;Veranstaltungsart"
    report = take(data, "spreadsheet", table(ROW.replace("Dienste", "Veranstaltungen") + ";03.02.2027;Messe", head=head))
    assert "is a service in" in refusals(report)[0] and snapshot(data) == before


def test_what_is_over_is_not_taken_in_and_not_withdrawn_again(data: Path) -> None:
    yesterday = (TODAY - timedelta(days=1)).isoformat()
    head = HEAD + ";Gültig bis"
    assert statuses(take(data, "spreadsheet", table(f"{ROW};{yesterday}", head=head))) == ["past"]
    assert offers(data) == {}
    assert statuses(take(data, "spreadsheet", table(f"{ROW};{TODAY}", head=head))) == ["new"], "its last day is today"
    gone = table(f"{ROW};{TODAY};ja", head=head + ";Zurückgezogen")
    assert statuses(take(data, "spreadsheet", gone, today=TODAY + timedelta(days=1))) == ["unchanged"]
    never = table(ROW.replace(";a;", ";z;") + f";{TODAY};ja", head=head + ";Zurückgezogen")
    assert statuses(take(data, "spreadsheet", never)) == ["unchanged"]
