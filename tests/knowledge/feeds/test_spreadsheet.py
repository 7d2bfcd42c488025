"""Spreadsheets as people fill them in: German numbers and days, Windows' letters, formulas, empty rows."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from bot.knowledge import load_offers
from bot.knowledge.feeds import FORMATS, Refused, Unreadable
from bot.knowledge.feeds.spreadsheet import columns_of, parse_hours, write_csv, write_hours
from bot.knowledge.schema import KINDS
from tests.knowledge.feeds.conftest import TODAY, context, offers, outcome_of, refusals, snapshot, statuses, take

HEAD = "Art;Kennung;Titel;Text;Anbieter;Ort;Dienstart;Themen;E-Mail"
ROW = "Dienste;a;Beratung;Ein Text von einiger Länge.;Verein;Iden;Beratung;Arbeit, Wohnen;a@example.org"


def table(*rows: str, head: str = HEAD) -> bytes:
    return "\n".join([head, *rows]).encode()


def test_a_german_csv_out_of_excel(data: Path) -> None:
    report = take(data, "spreadsheet", "wohnen.csv", source="tabelle")
    assert statuses(report) == ["new", "new", "refused", "refused", "refused", "unchanged"]
    attic, room = offers(data).values()
    assert attic.id == "tabelle-dachwohnung" and attic.place == "havelberg"
    assert attic.facts == {
        "deal": "rent", "housing_kind": "flat", "rooms": 2.5, "area": 54.8, "rent_cold": 1012.5, "rent_warm": 1180,
        "deposit": 3037.5, "floor": 3, "available_from": "2026-12-03", "accessible": False,
    }  # fmt: skip
    assert attic.text["de"] == "Zwei helle Zimmer unterm Dach; Küche mit Fenster, Bad mit Wanne."
    assert (attic.reviewed_on, attic.valid_until) == (date(2026, 11, 1), date(2027, 12, 31))
    assert (room.facts["available_from"], room.facts["accessible"], room.reviewed_on) == ("immediately", True, date(2026, 11, 15))
    assert outcome_of(report, "row 2").remarks == ("columns left out: Hausmeister",)
    assert "write it into the sheet" in outcome_of(report, "row 3").remarks[0]
    plot, typo, castle = refusals(report)
    assert "price is missing" in plot and "plot_area is missing" in plot
    assert typo == "Kaltmiete: '4oo' is no number"
    assert castle.startswith("Wohnungsart: 'Schloss' is none of Wohnung, Haus")


def test_a_workbook_with_a_sheet_a_kind(data: Path) -> None:
    report = take(data, "spreadsheet", "angebote.xlsx")
    assert [(each.where, each.status) for each in report.outcomes] == [
        ("Stellen, row 2", "new"), ("Stellen, row 3", "new"), ("Stellen, row 5", "refused"),
        ("Kinderbetreuung, row 2", "new"), ("Kinderbetreuung, row 3", "refused"),
        ("Veranstaltungen, row 2", "new"), ("Veranstaltungen, row 3", "refused"),
    ]  # fmt: skip
    found = offers(data)
    assert found["xlsx-elektroniker"].title == {"de": "Elektroniker für Gebäudetechnik", "en": "Building electrician"}
    assert found["xlsx-elektroniker"].facts == {
        "occupation": "electrical", "working_time": ["full_time"], "hours_per_week": 38.5, "pay_min": 17.8, "pay_max": 21,
        "pay_per": "hour", "start": "2027-01-04", "language_level": "A2",
    }  # fmt: skip
    assert found["xlsx-buerohilfe"].facts["working_time"] == ["mini_job", "part_time"]
    assert (found["xlsx-buerohilfe"].facts["pay_min"], found["xlsx-buerohilfe"].place) == (603, "bismark")
    assert found["xlsx-kita"].facts["opening_hours"] == {
        **{day: [["06:00", "17:00"]] for day in ("monday", "tuesday", "wednesday", "thursday")}, "friday": [["06:00", "15:30"]],
    }  # fmt: skip
    assert found["xlsx-kita"].facts["languages"] == ["de", "uk"]
    assert (found["xlsx-stammtisch"].facts["starts"], found["xlsx-stammtisch"].facts["ends"]) == (
        "2027-02-03 18:30", "2027-02-03 21:00",
    )  # fmt: skip
    assert refusals(report)[2] == "Titel is missing or too short", "a formula without a value is an empty cell"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_encodings_and_delimiters(data: Path, encoding: str, delimiter: str) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(row.split(";") for row in (HEAD, ROW))
    assert statuses(take(data, "spreadsheet", out.getvalue().encode(encoding))) == ["new"]
    assert offers(data)["a"].text["de"] == "Ein Text von einiger Länge."


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (ROW.replace("Dienste", "Sonstiges"), "'Sonstiges' is no kind of offer: Stellen"),
        (ROW.replace("Dienste", ""), "says no kind of offer"),
        (ROW.replace(";a;", ";Ä b;"), "is no id"),
        (ROW.replace("Iden", "Berlin"), "Ort 'Berlin' is no place"),
        (ROW.replace("Arbeit,", "Fußball,"), "Themen: 'Fußball' is none of Arbeit"),
        (ROW.replace("a@example.org", ""), "contact is missing"),
        (ROW.replace("Verein", ""), "provider, source is missing"),
        (";;;;;;;;nur eine Adresse", "no identifier"),
    ],
)
def test_a_wrong_row_is_refused_and_the_others_go_on(data: Path, row: str, reason: str) -> None:
    report = take(data, "spreadsheet", table(row, ROW.replace(";a;", ";b;")))
    assert statuses(report) == ["refused", "new"]
    assert reason in refusals(report)[0]


def test_rows_without_an_id_keep_theirs_and_can_be_withdrawn(data: Path) -> None:
    row = ROW.replace(";a;", ";;")
    take(data, "spreadsheet", table(row))
    assert list(offers(data)) == ["partner-verein-beratung-iden"]
    assert statuses(take(data, "spreadsheet", table(row))) == ["unchanged"]
    gone = take(data, "spreadsheet", table(row + ";ja", head=HEAD + ";Zurückgezogen"))
    assert statuses(gone) == ["withdrawn"]
    twice = take(data, "spreadsheet", table(row, row))
    assert "same identifier as row 2" in refusals(twice)[0]


def test_a_changed_text_takes_its_translations_out(data: Path) -> None:
    head = HEAD + ";Titel (en);Text (en)"
    take(data, "spreadsheet", table(ROW + ";Advice;A text of some length.", head=head))
    assert set(offers(data)["a"].text) == {"de", "en"}
    assert statuses(take(data, "spreadsheet", table(ROW))) == ["unchanged"], "silence about a language says nothing"
    report = take(data, "spreadsheet", table(ROW.replace("einiger Länge", "ganz anderem Inhalt")))
    assert report.outcomes[0].detail == "text, title"
    assert set(offers(data)["a"].text) == {"de"}, "what it translated is no longer true"


def test_the_template_is_understood_when_it_is_filled_in(data: Path) -> None:
    where = context(data)
    book = load_workbook(io.BytesIO(FORMATS["spreadsheet"].write([], where)))
    assert book.sheetnames == [
        "Anleitung", "Stellen", "Ausbildung", "Wohnen", "Kinderbetreuung", "Dienste", "Veranstaltungen",
    ]  # fmt: skip
    for kind, name in zip(KINDS, book.sheetnames[1:], strict=True):
        headings = [cell.value for cell in book[name][1]]
        assert len(set(headings)) == len(columns_of(kind, where)), name
        assert all("facts." not in heading and heading[0].isupper() for heading in headings), headings
    sheet = book["Dienste"]
    cells: dict[str, Any] = dict(zip(HEAD.split(";")[1:], ROW.split(";")[1:], strict=True))
    sheet.append([cells.get(str(cell.value).removesuffix(" *")) for cell in sheet[1]])
    out = io.BytesIO()
    book.save(out)
    assert statuses(take(data, "spreadsheet", out.getvalue())) == ["new"]


def test_csv_and_back_with_nothing_that_a_program_would_run(full: Path) -> None:
    where = context(full)
    before = snapshot(full)
    every = [offer for offer in load_offers(full, where.region) if offer.last_day is None or offer.last_day >= TODAY]
    content = write_csv(every, where)
    assert content.startswith(b"\xef\xbb\xbf")
    report = take(full, "spreadsheet", content)
    assert set(statuses(report)) == {"unchanged"} and len(report.outcomes) == len(every)
    assert snapshot(full) == before
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    assert not [cell for row in rows[1:] for cell in row if cell[:1] in "=+-@\t\r" and cell]


def test_a_text_that_looks_like_a_formula_stays_text(data: Path) -> None:
    head = HEAD.replace("Text", "Beschreibung")
    take(data, "spreadsheet", table(ROW.replace("Ein Text", '=HYPERLINK("x") Ein Text'), head=head))
    where = context(data)
    book = load_workbook(io.BytesIO(FORMATS["spreadsheet"].write(offers(data).values(), where)))
    (cell,) = [cell for cell in book["Dienste"][2] if str(cell.value).startswith("=")]
    assert cell.data_type == "s"
    assert b";'=HYPERLINK" in write_csv(offers(data).values(), where) or b";\"'=HYPERLINK" in write_csv(offers(data).values(), where)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no row of headings"),
        (b"Name;Vorname\nA;B\n", "no row of headings"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00", "has to be saved as .xlsx"),
        (b"PK\x03\x04nonsense", "broken zip"),
    ],
)
def test_other_files_are_refused_whole(data: Path, content: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        take(data, "spreadsheet", content)


def test_a_workbook_with_a_million_empty_rows_ends(data: Path) -> None:
    book = Workbook()
    sheet: Any = book.active
    sheet.title = "Dienste"
    sheet.append(HEAD.split(";")[1:])
    sheet.append(ROW.split(";")[1:])
    sheet.cell(row=900_000, column=1, value="verirrt")
    out = io.BytesIO()
    book.save(out)
    assert statuses(take(data, "spreadsheet", out.getvalue())) == ["new"]


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("Mo–Fr 6:00–17:00", {"weekdays": [["06:00", "17:00"]]}),
        ("Mo-Fr 6-17 Uhr; Sa 8:00-12:00", {"weekdays": [["06:00", "17:00"]], "saturday": [["08:00", "12:00"]]}),
        ("Dienstag 9.00–12.00, 13.30–18.00", {"tuesday": [["09:00", "12:00"], ["13:30", "18:00"]]}),
        ("Di bis Do: 9 bis 12 Uhr", {day: [["09:00", "12:00"]] for day in ("tuesday", "wednesday", "thursday")}),
    ],
)
def test_opening_hours_as_people_write_them(data: Path, text: str, hours: dict[str, Any]) -> None:
    where = context(data)
    assert parse_hours(text, where) == hours
    assert parse_hours(write_hours(hours, where), where) == hours


@pytest.mark.parametrize("text", ["nach Vereinbarung", "Mo", "Mo 17–6", "Mo 25–26", "Xy 9–12"])
def test_opening_hours_that_mean_nothing(data: Path, text: str) -> None:
    with pytest.raises(Refused):
        parse_hours(text, context(data))
