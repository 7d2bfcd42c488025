"""What an import changes in a file that people wrote, and what it leaves as it was."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from bot.errors import ContentErrors
from bot.knowledge.feeds import shelf as shelf_module
from bot.knowledge.feeds.shelf import Shelf
from tests.knowledge.feeds.conftest import context, offers, refusals, snapshot, statuses, take

BY_HAND = """\
# Dienste in Iden. Ansprechpartnerin: Frau Winter (bitte vorher anrufen)
defaults:
  place: iden
  source: https://example.org/iden   # gilt für alle
  sample: true

offers:
  # Diese hier läuft bis zum Umbau.
  - id: a
    provider: Verein
    reviewed_on: 2026-10-01
    facts: {service_kind: advice, topics: [work, housing], costs: 5, costs_per: hour}   # Preis mit Herrn Groß abgesprochen
    contact:
      phone: "+49 30 23125 900"   # nur vormittags
      email: a@example.org
    title:
      de: Beratung
      en: Advice
    text:
      de: >-
        Ein Text von einiger Länge, der
        über zwei Zeilen geht.
      en: >-
        A text of some length that runs
        over two lines.

  # --- ab hier ungeprüft ---

  - id: b
    provider: Verein
    reviewed_on: 2026-10-01
    facts: {service_kind: support, topics: [other]}
    contact: {email: b@example.org}
    title: {de: Hilfe im Alltag}
    text: {de: Noch ein Text von einiger Länge.}
# Ende
"""
HEAD = "Art;Kennung;Titel;Text;Anbieter;Ort;Dienstart;Themen;Telefon;E-Mail;Kosten;Kosten pro;Quelle"
ROW_A = (
    "Dienste;a;Beratung;Ein Text von einiger Länge, der über zwei Zeilen geht.;Verein;Iden;Beratung;Wohnen, Arbeit;"
    "+49 30 23125 900;a@example.org;5;Stunde;https://example.org/iden"
)


@pytest.fixture
def file(data: Path) -> Path:
    file = data / "offers" / "service" / "iden.yml"
    file.parent.mkdir()
    file.write_text(BY_HAND, "utf-8")
    return file


def changed_lines(file: Path) -> list[str]:
    lines = difflib.unified_diff(BY_HAND.splitlines(), file.read_text("utf-8").splitlines(), lineterm="", n=0)
    return [line for line in lines if line[0] in "+-" and line[:3] not in ("+++", "---")]


def table(*rows: str) -> bytes:
    return "\n".join([HEAD, *rows]).encode()


def test_nothing_changes_where_nothing_is_different(data: Path, file: Path) -> None:
    assert statuses(take(data, "spreadsheet", table(ROW_A))) == ["unchanged"]
    assert file.read_text("utf-8") == BY_HAND


def test_only_the_lines_that_differ_are_written(data: Path, file: Path) -> None:
    report = take(data, "spreadsheet", table(ROW_A.replace("23125 900", "23125 901").replace(";5;", ";6,5;")))
    assert report.outcomes[0].detail == "contact.phone, facts.costs, reviewed_on"
    assert changed_lines(file) == [
        "-    reviewed_on: 2026-10-01",
        "-    facts: {service_kind: advice, topics: [work, housing], costs: 5, costs_per: hour}   # Preis mit Herrn Groß abgesprochen",
        "+    reviewed_on: 2026-11-21",
        "+    facts: {service_kind: advice, topics: [work, housing], costs: 6.5, costs_per: hour} # Preis mit Herrn Groß abgesprochen",
        '-      phone: "+49 30 23125 900"   # nur vormittags',
        '+      phone: "+49 30 23125 901"   # nur vormittags',
    ]


def test_a_new_text_takes_out_its_translation_and_keeps_what_stands_around_it(data: Path, file: Path) -> None:
    take(data, "spreadsheet", table(ROW_A.replace("über zwei Zeilen geht", "ganz anders ist")))
    text = file.read_text("utf-8")
    assert "A text of some length" not in text and "Advice" not in text
    assert "  # --- ab hier ungeprüft ---\n\n  - id: b\n" in text and text.endswith("# Ende\n")
    assert [offers(data)[id].text for id in ("a", "b")] == [
        {"de": "Ein Text von einiger Länge, der ganz anders ist."}, {"de": "Noch ein Text von einiger Länge."},
    ]  # fmt: skip


def test_a_shared_default_is_left_alone_and_overruled_in_the_record(data: Path, file: Path) -> None:
    report = take(data, "spreadsheet", table(ROW_A.replace(";Iden;", ";Havelberg;")))
    assert report.outcomes[0].detail == "place, reviewed_on"
    assert [(offer.id, offer.place) for offer in offers(data).values()] == [("a", "havelberg"), ("b", "iden")]
    assert "defaults:\n  place: iden\n" in file.read_text("utf-8")


def test_records_that_share_a_line_are_refused_and_left_alone(data: Path, file: Path) -> None:
    flow = BY_HAND[: BY_HAND.index("offers:")] + (
        "offers: [{id: a, provider: Verein, reviewed_on: 2026-10-01, facts: {service_kind: advice, topics: [work]},"
        " contact: {email: a@example.org}, title: {de: Beratung}, text: {de: Ein Text von einiger Länge.}}]\n"
    )
    file.write_text(flow, "utf-8")
    assert "change it there by hand" in refusals(take(data, "spreadsheet", table(ROW_A)))[0]
    assert file.read_text("utf-8") == flow


def test_a_crash_while_writing_leaves_the_old_file_and_nothing_else(
    data: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def power_cut(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(shelf_module.os, "replace", power_cut)
    before = snapshot(data)
    with pytest.raises(OSError, match="no space"):
        take(data, "spreadsheet", table(ROW_A.replace(";5;", ";6;")))
    assert snapshot(data) == before


def test_no_file_is_replaced_if_one_of_them_would_be_broken(data: Path, file: Path) -> None:
    where = context(data)
    shelf = Shelf(data, where.region)
    shelf.change(shelf.standing["a"], {**shelf.standing["a"].record, "provider": "Anderer"})
    shelf.add("service", "partner", {"id": "kaputt"})
    before = snapshot(data)
    with pytest.raises(ContentErrors):
        shelf.save()
    assert snapshot(data) == before
