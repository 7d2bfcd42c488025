"""Tables as files: CSV and XLSX that no spreadsheet runs as a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

from sanic.response import HTTPResponse, raw

# Excel and LibreOffice take a text that begins so for a formula, the wide forms too, after blanks as well.
_FORMULA = "=+-@＝＋－＠|%\t\r\n\0"
_LONGEST_CELL = 32_000
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def safe(value: Any) -> Any:
    """A cell's value: texts that a spreadsheet could run get an apostrophe before them; numbers stay numbers."""
    if value is None or isinstance(value, bool | int | float):
        return "" if value is None else value
    text = _NOT_IN_XML.sub("", str(value))[:_LONGEST_CELL]
    return f"'{text}" if text.lstrip(" \u00a0")[:1] in tuple(_FORMULA) and text else text


def as_csv(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """UTF-8 with a mark and semicolons, as German spreadsheets open it without asking."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    for row in (head, *rows):
        writer.writerow([safe(value) for value in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def as_xlsx(title: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A workbook of one sheet; every text cell says itself that it is text."""
    # A fifth of a second of every start, for what staff ask now and then.
    from openpyxl import Workbook
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.active
    sheet.title = "".join(sign for sign in title if sign not in "[]:*?/\\")[:31] or "Liste"
    for number, row in enumerate((head, *rows), 1):
        for column, value in enumerate(row, 1):
            cell = sheet.cell(number, column, safe(value))
            if isinstance(cell.value, str):
                cell.data_type = "s"
                cell.quotePrefix = True
            if number == 1:
                cell.font = Font(bold=True)
    for column in range(1, len(head) + 1):
        sheet.column_dimensions[get_column_letter(column)].width = 22
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def download(kind: str, name: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> HTTPResponse:
    """The table as a file; `kind` is `csv` or `xlsx`."""
    rows = list(rows)
    content = as_csv(head, rows) if kind == "csv" else as_xlsx(name, head, rows)
    return attachment(content, f"{name}.{kind}", _TYPES[kind])


def attachment(content: bytes, name: str, content_type: str) -> HTTPResponse:
    """A file that the browser stores and never shows."""
    return raw(content, content_type=content_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})
