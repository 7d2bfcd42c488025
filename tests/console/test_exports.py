"""Files of cases (reliability.md, cases 7, 8)."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from openpyxl import load_workbook
from sqlalchemy.engine import Engine

from bot.db import audit

from .conftest import Member, case_of


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


def test_the_list_runs_no_formula(member: Callable[..., Member], visitor: Callable[..., Any]) -> None:
    evil = '=HYPERLINK("https://evil.test","Klick") für eine Hebamme'
    number, somebody = case_of(visitor(), evil), member()
    sheet = somebody.http.get("/console/inbox.csv?state=new").content.decode("utf-8-sig")
    assert number in sheet and f"\"'{evil[:10]}" in sheet.replace('""', '"')
    book = load_workbook(io.BytesIO(somebody.http.get("/console/inbox.xlsx?state=new").content))
    row = next(row for row in book.active.iter_rows(values_only=False) if row[0].value == number)
    cell = next(cell for cell in row if "HYPERLINK" in str(cell.value))
    assert cell.data_type == "s" and cell.value.startswith("'=")
