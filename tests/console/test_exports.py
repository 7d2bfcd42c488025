"""Files of cases (reliability.md, cases 7, 8)."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook
from sqlalchemy.engine import Engine

from bot.db import audit, cases
from bot.handoff import cases as casework

from .conftest import Member, Office, case_of, writing


def test_a_case_as_files(member: Callable[..., Member], visitor: Callable[..., Any], engine: Engine) -> None:
    talk, somebody = visitor("ar"), member(name="Jana Behrendt")
    number = case_of(talk, "نبحث عن قابلة.")
    somebody.post(f"/cases/{number}/notes", text="Nur für uns")
    pdf = somebody.http.get(f"/console/cases/{number}/case.pdf")
    assert pdf.headers["content-type"] == "application/pdf" and pdf.content.startswith(b"%PDF")
    assert "attachment" in pdf.headers["content-disposition"]
    content = json.loads(somebody.http.get(f"/console/cases/{number}/case.json").text)
    assert content["case"]["concern"] == "نبحث عن قابلة." and content["notes"][0]["text"] == "Nur für uns"
    assert {"rtl"} <= {message["direction"] for message in content["messages"]}
    with engine.connect() as connection:
        noted = connection.execute(sa.select(audit.c.what).where(audit.c.object == number)).scalars().all()
    assert noted.count("case exported") == 2
    assert somebody.http.get("/console/cases/HL-0000-00/case.pdf").status_code == 404


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="needs pdftotext: apt-get install poppler-utils")
def test_what_the_page_says_stands_in_the_files_too(office: Office, tmp_path: Path) -> None:
    somebody, tag = office.member(), uuid.uuid4().hex[:8]
    (_, visiting), (_, silent) = office.case(contact="0176 12345999"), office.case(contact="")
    for number in (visiting, silent):
        somebody.post(f"/cases/{number}/tags", tag=tag)
    with writing(office.engine) as connection:
        own = cases.c.number == visiting
        known = {"facts": "Gesucht: Wohnung, 3 Zimmer", "agreed": "Termin am Montag"}
        connection.execute(cases.update().where(own).values(contact_kind="visit", **known))
        casework.note(connection, visiting, somebody.id, "passed on", "Kennt die Familie")
    (tmp_path / "case.pdf").write_bytes(somebody.http.get(f"/console/cases/{visiting}/case.pdf").content)
    pdf = subprocess.run(["pdftotext", tmp_path / "case.pdf", "-"], capture_output=True, text=True, check=True).stdout
    for text in ("Termin im Büro, +4917612345999", "Gesucht: Wohnung, 3 Zimmer", "Termin am Montag"):
        assert text in pdf
    assert "Kennt die Familie" not in pdf, "remarks are for the team alone"
    rows = list(csv.reader(somebody.http.get(f"/console/inbox.csv?tag={tag}").content.decode("utf-8-sig").splitlines(), delimiter=";"))
    contacts = {row[0]: row[rows[0].index("Erreichbar")] for row in rows[1:]}
    assert contacts == {visiting: "Termin im Büro, +4917612345999", silent: ""}
    history = json.loads(somebody.http.get(f"/console/cases/{visiting}/case.json").text)["history"]
    assert [event["text"] for event in history if event["what"] == "passed on"] == ["Kennt die Familie"]


def test_the_list_runs_no_formula(member: Callable[..., Member], visitor: Callable[..., Any]) -> None:
    evil = '=HYPERLINK("https://evil.test","Klick") für eine Hebamme'
    number, somebody = case_of(visitor(), evil), member()
    sheet = somebody.http.get("/console/inbox.csv?state=new").content.decode("utf-8-sig")
    assert number in sheet and f"\"'{evil[:10]}" in sheet.replace('""', '"')
    book = load_workbook(io.BytesIO(somebody.http.get("/console/inbox.xlsx?state=new").content))
    row = next(row for row in book.active.iter_rows(values_only=False) if row[0].value == number)
    cell = next(cell for cell in row if "HYPERLINK" in str(cell.value))
    assert cell.data_type == "s" and cell.value.startswith("'=")
