"""Files that no spreadsheet runs as a formula (reliability.md, case 8)."""

from __future__ import annotations

import csv
import io

import pytest
from openpyxl import load_workbook

from bot.console import sheets

EVIL = [
    "=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1", "\r=1", "\n=1", " =1", "=cmd|' /C calc'!A0", "＝1+1", "\u00a0=1",
    '=HYPERLINK("https://evil.test","x")', "%0A=1", "+49 3931 607", "\x00=1",
]  # fmt: skip


@pytest.mark.parametrize("text", EVIL, ids=repr)
def test_texts_stay_texts(text: str) -> None:
    rows = list(csv.reader(io.StringIO(sheets.as_csv(["a"], [[text]]).decode("utf-8-sig")), delimiter=";"))
    assert rows[1][0][:1] not in tuple("=+-@\t\r\n＝") and rows[1][0].lstrip(" \u00a0")[:1] not in tuple("=+-@\t\r\n＝")
    cell = load_workbook(io.BytesIO(sheets.as_xlsx("x", ["a"], [[text]]))).active["A2"]
    assert cell.data_type == "s" and cell.quotePrefix


def test_numbers_stay_numbers() -> None:
    content = sheets.as_xlsx("x", ["a", "b"], [[-5, 1.5]])
    sheet = load_workbook(io.BytesIO(content)).active
    assert (sheet["A2"].value, sheet["B2"].value) == (-5, 1.5)
    assert b"\r\n-5;1.5\r\n" in sheets.as_csv(["a", "b"], [[-5, 1.5]])


def test_arabic_and_control_characters() -> None:
    text = "قابلة\x08 \ud83d"
    cell = load_workbook(io.BytesIO(sheets.as_xlsx("a/b", ["a"], [["قابلة\x08"]]))).active["A2"]
    assert cell.value == "قابلة"
    assert sheets.safe(text).startswith("قابلة")
    assert sheets.as_csv(["a"], [["a;b\nc"]]).decode("utf-8-sig").endswith('"a;b\nc"\r\n')
