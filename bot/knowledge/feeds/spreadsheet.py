"""Spreadsheets with German headings: XLSX with a sheet a kind, or CSV with the kind in its first column.

Headings and words are those of `spreadsheet` in data/feeds.yml; `lotse export template` writes an empty one.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from bot.knowledge.feeds import archive, jsonld, values
from bot.knowledge.feeds.fields import Context, Delivery, Entry, Field, Format, Key, Refused, Unreadable
from bot.knowledge.feeds.run import slugify
from bot.knowledge.offers import Offer
from bot.knowledge.schema import KINDS, enum_values, record_schema
from bot.region import WEEKDAYS

NAME = "spreadsheet"
_MOST_ROWS = 50_000
_EMPTY_ROWS_END_IT = 50
_TEXTS = ("title", "text")
# A cell that begins so would be a formula.
_FORMULA = re.compile(r"^[=+\-@\t\r]")


@dataclass(frozen=True)
class _Row:
    cells: Mapping[str, Any]
    """Our path to what the cell holds."""
    kind: str | None
    unknown: str = ""
    """What the kind's cell says, if that is no kind."""

    def text(self, path: str) -> str:
        value = self.cells.get(path)
        return "" if value is None else " ".join(str(value).split())


def read(content: bytes, context: Context) -> Delivery:
    """Each filled row. Raises Unreadable for what is neither, or has no heading that we know."""
    tables = list(_workbook(content, context) if archive.is_zip(content) else _csv(content))
    entries: list[Entry] = []
    known_anywhere = False
    for sheet, rows in tables:
        numbered = ((number, row) for number, row in rows if any(cell not in (None, "") for cell in row))
        first = next(numbered, None)
        if first is None:
            continue
        kind = context.mappings.find(NAME, "kinds", sheet)
        columns, foreign = _columns(first[1], context)
        if not columns:
            continue
        known_anywhere = True
        for number, row in numbered:
            cells = {columns[at]: _cell(value) for at, value in enumerate(row) if at in columns and _cell(value) is not None}
            said = str(cells.pop("kind", "")).strip()
            where = f"{sheet}, row {number}" if sheet else f"row {number}"
            found = context.mappings.find(NAME, "kinds", said) if said else kind
            entry = Entry(where, _Row(cells, found, said), context)
            if foreign and not entries:
                entry.remark(f"columns left out: {', '.join(foreign)}")
            entries.append(entry)
    if not known_anywhere:
        raise Unreadable("no row of headings that this format knows; `lotse export template` writes an empty table")
    return Delivery(entries)


def _workbook(content: bytes, context: Context) -> Iterator[tuple[str, Iterator[tuple[int, list[Any]]]]]:
    with archive.check_zip(content) as packed:
        if "[Content_Types].xml" not in packed.namelist():
            raise Unreadable("a zip file, but no XLSX")
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except Exception as error:
        raise Unreadable(f"no XLSX that can be read: {type(error).__name__}: {str(error)[:100]}") from None
    for sheet in book.worksheets:
        if sheet.title != context.mappings.setting(NAME, "guide"):
            yield sheet.title, _sheet_rows(sheet)


def _sheet_rows(sheet: Any) -> Iterator[tuple[int, list[Any]]]:
    empty = 0
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        empty = 0 if any(cell is not None for cell in row) else empty + 1
        if empty > _EMPTY_ROWS_END_IT or number > _MOST_ROWS:
            return
        yield number, list(row)


def _csv(content: bytes) -> Iterator[tuple[str, Iterator[tuple[int, list[Any]]]]]:
    text = jsonld.decode(content)
    if "\0" in text:
        raise Unreadable("neither XLSX nor CSV; an old .xls has to be saved as .xlsx first")
    head = text.lstrip().partition("\n")[0]
    delimiter = max(";\t,", key=head.count)
    lines = csv.reader(io.StringIO(text.lstrip("\n")), delimiter=delimiter)
    rows: list[tuple[int, list[Any]]] = []
    try:
        for row in lines:
            rows.append((lines.line_num, list(row)))
            if len(rows) > _MOST_ROWS:
                raise Unreadable(f"more than {_MOST_ROWS} rows")
    except csv.Error as error:
        raise Unreadable(f"line {lines.line_num}: {error}") from None
    yield "", iter(rows)


def _columns(headings: list[Any], context: Context) -> tuple[dict[int, str], list[str]]:
    """(position to our path, headings that mean nothing to us). `Titel (en)` is the English title."""
    columns: dict[int, str] = {}
    foreign: list[str] = []
    for at, heading in enumerate(headings):
        text = " ".join(str(heading or "").replace("*", "").split())
        if not text:
            continue
        path = context.mappings.find(NAME, "headings", text)
        tagged = re.fullmatch(r"(.+?)\s*\(([a-z]{2,3}(?:-\w+)?)\)", text, re.IGNORECASE)
        if path is None and tagged and context.mappings.find(NAME, "headings", tagged[1]) in _TEXTS:
            path = f"{context.mappings.find(NAME, 'headings', tagged[1])}.{tagged[2].lower()}"
        if path is None:
            foreign.append(text)
        elif path not in columns.values():
            columns[at] = str(path)
    return columns, foreign


def _cell(value: Any) -> Any:
    """A cell without blanks around it, None for an empty one; the ' before what looks like a formula is taken away."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    return (text[1:] if re.match(r"'[=+\-@]", text) else text) or None


def key(entry: Entry) -> Key | None:
    """Our id from the first column; else made from what a row is about, and to be written into the sheet."""
    row: _Row = entry.raw
    if own := row.text("id"):
        if not re.fullmatch(record_schema("job")["properties"]["id"]["pattern"], own):
            raise Refused(f"{own[:40]!r} is no id: lower-case letters, digits and single hyphens")
        return Key(own, ours=True)
    parts = [row.text(path) for path in ("provider", "title", "place", "facts.starts")]
    if not row.text("title"):
        return None
    id = f"{entry.context.source}-{slugify(' '.join(part for part in parts if part))}"[:64].strip("-")
    entry.remark(f"has no id and got {id}: write it into the sheet, or a new title makes it another offer")
    return Key(id, ours=True)


def kind(entry: Entry) -> str:
    row: _Row = entry.raw
    if row.kind is None:
        known = ", ".join(map(str, entry.context.mappings.table(NAME, "kinds")))
        raise Refused(f"{row.unknown!r} is no kind of offer: {known}" if row.unknown else f"says no kind of offer: {known}")
    return row.kind


def withdrawn(entry: Entry) -> bool:
    try:
        return bool(values.yes_no(entry.raw.cells.get("withdrawn")))
    except Refused as error:
        raise Refused(f"{_heading(entry.context, 'withdrawn')}: {error}") from None


def _texts(path: str, shorten: Any) -> Any:
    def find(entry: Entry) -> dict[str, str]:
        row: _Row = entry.raw
        found = {"de": shorten(row.text(path))} if row.text(path) else {}
        for language in entry.context.languages.written:
            if text := row.text(f"{path}.{language}"):
                found[language] = shorten(text)
        if not any(found.values()):
            raise Refused(f"{_heading(entry.context, path)} is missing or too short")
        return {language: text for language, text in found.items() if text}

    return find


def _place(entry: Entry) -> str:
    row: _Row = entry.raw
    name = row.text("place")
    if name in entry.context.region.places:
        return name
    postcode = re.search(r"\b\d{5}\b", f"{name} {row.text('address')}")
    found, why_not = entry.context.places.find(name, postcode[0] if postcode else "")
    if found is None:
        raise Refused(f"{_heading(entry.context, 'place')} {why_not}")
    return found


def _coordinates(entry: Entry) -> dict[str, float] | None:
    parts = [values.number(entry.raw.cells.get(path), german=True) for path in ("coordinates.latitude", "coordinates.longitude")]
    return {"latitude": parts[0], "longitude": parts[1]} if None not in parts else None  # type: ignore[dict-item]


def _heading(context: Context, path: str) -> str:
    """The first heading for a path: what a template says and a refusal names."""
    return next((str(word) for word, meaning in context.mappings.table(NAME, "headings").items() if meaning == path), path)


def _reader(kind: str, fact: str, schema: Mapping[str, Any]) -> Any:
    """How a fact's cell is read: by what its schema says it is."""
    path = f"facts.{fact}"

    def find(entry: Entry) -> Any:
        cell = entry.raw.cells.get(path)
        if cell is None:
            return None
        try:
            return _fact(entry.context, kind, fact, schema, cell)
        except Refused as error:
            raise Refused(f"{_heading(entry.context, path)}: {error}") from None

    return find


def _fact(context: Context, kind: str, fact: str, schema: Mapping[str, Any], cell: Any) -> Any:
    if schema.get("enum"):
        return _value(context, kind, fact, cell)
    if schema.get("type") == "array":
        parts = [part.strip() for part in re.split(r"[,;\n]", str(cell)) if part.strip()]
        if fact == "languages":
            return [_language(context, part) for part in parts]
        return list(dict.fromkeys(_value(context, kind, fact, part) for part in parts))
    if schema.get("type") in ("number", "integer"):
        return values.number(cell, german=True)
    if schema.get("type") == "boolean":
        return values.yes_no(cell)
    if fact == "opening_hours":
        return parse_hours(str(cell), context)
    if fact in ("starts", "ends"):
        return _moment(cell)
    # A date, or "sofort".
    if isinstance(cell, str) and context.mappings.find(NAME, "immediately", cell):
        return "immediately"
    return values.day(cell)


def _value(context: Context, kind: str, fact: str, word: Any) -> str:
    """The canonical value of a German word: by the lexicon's names, data/feeds.yml, or as it is."""
    text = " ".join(str(word).split())
    known = enum_values(kind, fact)
    named = {
        names.get("de", "").casefold(): value
        for value, names in context.names.lexicon.get(fact, {}).items()
        if value in known
    }
    found = context.mappings.find(NAME, fact, text) or named.get(text.casefold()) or (text if text in known else None)
    if found is None:
        raise Refused(f"{text[:40]!r} is none of {', '.join(_word(context, fact, value) for value in known)}")
    return str(found)


def _word(context: Context, fact: str, value: str) -> str:
    """The German word of a canonical value."""
    for word, meaning in context.mappings.table(NAME, fact).items():
        if meaning == value:
            return str(word)
    return context.names.lexicon.get(fact, {}).get(value, {}).get("de", value)


def _language(context: Context, word: str) -> str:
    found = context.mappings.find(NAME, "languages", word)
    if found or re.fullmatch(r"[a-z]{2,3}", word):
        return str(found or word)
    raise Refused(f"{word[:40]!r} is no language: write its name or its code, such as uk")


def _moment(cell: Any) -> str:
    """A day with its time, or a day alone: `2027-05-31 18:30`."""
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d" if cell.time() == time() else "%Y-%m-%d %H:%M")
    if isinstance(cell, date):
        return cell.isoformat()
    text = str(cell).strip().replace(",", " ")
    day, _, rest = text.replace("T", " ").partition(" ")
    if not rest.strip():
        return str(values.day(day))
    return f"{values.day(day)} {values.clock(rest.strip())}"


def parse_hours(text: str, context: Context) -> dict[str, list[list[str]]] | None:
    """`Mo–Fr 6:00–17:00, 18–20 Uhr; Sa 8-12`; days by their names in data/feeds.yml."""
    ranges: list[tuple[int, str, str]] = []
    for part in re.split(r"[;\n]", text):
        if not part.strip():
            continue
        match = re.match(r"\s*([^\W\d]+)\.?(?:\s*(?:[-–]|bis)\s*([^\W\d]+)\.?)?\s*:?\s*(.*)", part)
        days = [context.mappings.find(NAME, "weekdays", word) for word in (match[1], match[2] or match[1])] if match else [None]
        spans = re.split(r",|\bund\b", match[3]) if match else []
        if None in days or not match or not match[3]:
            raise Refused(f"{part.strip()[:40]!r} are no opening hours: write Mo–Fr 6:00–17:00; Sa 8:00–12:00")
        first, last = (WEEKDAYS.index(str(day)) for day in days)
        for span in spans:
            times = re.split(r"[-–]|bis", span)
            if len(times) != 2:
                raise Refused(f"{span.strip()[:40]!r} is no span of time: write 6:00–17:00")
            opens, closes = (values.clock(each) for each in times)
            if not opens or not closes or opens >= closes:
                raise Refused(f"{span.strip()[:40]!r} is no span of time: write 6:00–17:00")
            ranges += [(day, opens, closes) for day in range(first, last + 1)]
    return values.as_hours(ranges)


def write_hours(hours: Mapping[str, Any], context: Context) -> str:
    """As `parse_hours` reads them, neighbouring days with the same hours drawn together."""
    days: dict[int, list[str]] = {}
    for weekday, opens, closes in values.each_range(hours):
        days.setdefault(weekday, []).append(f"{opens}–{closes}")
    short = _first_words(context.mappings.table(NAME, "weekdays"))
    runs: list[list[int]] = []
    for day in sorted(days):
        if runs and runs[-1][-1] == day - 1 and days[day] == days[runs[-1][-1]]:
            runs[-1].append(day)
        else:
            runs.append([day])
    named = [[short[WEEKDAYS[day]] for day in (run[0], run[-1])] for run in runs]
    spans = [", ".join(days[run[0]]) for run in runs]
    return "; ".join(f"{a if a == b else f'{a}–{b}'} {span}" for (a, b), span in zip(named, spans, strict=True))


def _plain(path: str, shape: Any = str) -> Any:
    def find(entry: Entry) -> Any:
        cell = entry.raw.cells.get(path)
        try:
            return shape(cell) if cell is not None else None
        except Refused as error:
            raise Refused(f"{_heading(entry.context, path)}: {error}") from None

    return find


def _fact_fields() -> Iterator[Field]:
    """A field for each fact of each kind, straight from the schemas."""
    for kind_ in KINDS:
        for fact, schema in record_schema(kind_)["properties"]["facts"]["properties"].items():
            yield Field(f"facts.{fact}", f"column facts.{fact}", _reader(kind_, fact, schema), (kind_,))


FIELDS = (
    Field("title", "Titel; `Titel (en)` for others", _texts("title", values.short_title), note="cut at 60 characters"),
    Field("text", "Text; `Text (en)` for others", _texts("text", values.long_text), note="cut at 1,500 characters"),
    Field("provider", "column provider", _plain("provider")),
    Field("place", "column place", _place, note="name or id of a place of data/region.yml"),
    Field("address", "column address", _plain("address")),
    Field("coordinates", "columns coordinates.latitude, coordinates.longitude", _coordinates),
    Field("source", "column source, else Anbieter", lambda e: e.raw.text("source") or e.raw.text("provider") or None),
    Field("sample", "column sample", _plain("sample", values.yes_no), keep=True),
    Field("reviewed_on", "column reviewed_on", _plain("reviewed_on", values.day), keep=True),
    Field("valid_from", "column valid_from", _plain("valid_from", values.day)),
    Field("valid_until", "column valid_until", _plain("valid_until", values.day), keep=True),
    *_fact_fields(),
    Field("contact.name", "column contact.name", _plain("contact.name")),
    Field("contact.phone", "column contact.phone",
          lambda e: values.phone(e.raw.cells.get("contact.phone"), e.context.region.holidays_country)),
    Field("contact.email", "column contact.email", _plain("contact.email")),
    Field("contact.url", "column contact.url", _plain("contact.url", values.web_address)),
)  # fmt: skip


def columns_of(kind: str, context: Context) -> list[str]:
    """Our paths in the order of a sheet's columns."""
    facts = [f"facts.{fact}" for fact in record_schema(kind)["properties"]["facts"]["properties"]]
    others = [f"{part}.{code}" for code in context.languages.written if code != "de" for part in _TEXTS]
    return [
        "id", "title", "text", "provider", "place", "address", *facts, "contact.name", "contact.phone", "contact.email",
        "contact.url", "source", "reviewed_on", "valid_from", "valid_until", "withdrawn", "coordinates.latitude",
        "coordinates.longitude", "sample", *others,
    ]  # fmt: skip


def write(offers: Iterable[Offer], context: Context) -> bytes:
    """A workbook with a guide and a sheet a kind; without offers it is the template."""
    book = Workbook()
    guide = book.active
    guide.title = str(context.mappings.setting(NAME, "guide"))
    for line in str(context.mappings.setting(NAME, "guide_text")).splitlines():
        guide.append([line])
    guide.column_dimensions["A"].width = 110
    sheets = _first_words(context.mappings.table(NAME, "kinds"))
    by_kind: dict[str, list[Offer]] = {kind: [] for kind in KINDS}
    for offer in offers:
        by_kind[offer.kind].append(offer)
    for kind_ in KINDS:
        _write_sheet(book.create_sheet(sheets[kind_]), kind_, by_kind[kind_], context)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _write_sheet(sheet: Any, kind: str, offers: list[Offer], context: Context) -> None:
    schema = record_schema(kind)
    paths = columns_of(kind, context)
    required = {"title", "text", "provider", "place"} | {f"facts.{fact}" for fact in schema["properties"]["facts"]["required"]}
    for at, path in enumerate(paths, start=1):
        cell = sheet.cell(row=1, column=at, value=column_title(path, context) + (" *" if path in required else ""))
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.column_dimensions[get_column_letter(at)].width = 44 if path.startswith(_TEXTS) else 18
        words = _choices(kind, path, context)
        if words and len(",".join(words)) < 250:
            choice = DataValidation(type="list", formula1=f'"{",".join(words)}"', allow_blank=True, showErrorMessage=False)
            choice.add(f"{get_column_letter(at)}2:{get_column_letter(at)}1000")
            sheet.add_data_validation(choice)
    for row, offer in enumerate(offers, start=2):
        for at, path in enumerate(paths, start=1):
            value = cell_of(offer, path, context)
            if value is not None:
                cell = sheet.cell(row=row, column=at)
                cell.value = value
                if isinstance(value, str):
                    # Never a formula, whatever it begins with.
                    cell.data_type = "s"
    sheet.freeze_panes = "C2"


def column_title(path: str, context: Context) -> str:
    """The heading of a column, with the language for texts in others than German."""
    base, _, language = path.partition(".")
    return f"{_heading(context, base)} ({language})" if base in _TEXTS and language else _heading(context, path)


def _first_words(table: Mapping[str, Any]) -> dict[str, str]:
    """Meaning to the first word that has it."""
    return {meaning: str(word) for word, meaning in reversed(list(table.items()))}


def _choices(kind: str, path: str, context: Context) -> list[str]:
    fact = path.removeprefix("facts.")
    schema = record_schema(kind)["properties"]["facts"]["properties"].get(fact, {}) if path.startswith("facts.") else {}
    if schema.get("type") == "boolean" or path in ("withdrawn", "sample"):
        return ["ja", "nein"]
    return [_word(context, fact, value) for value in schema.get("enum", ())]


def cell_of(offer: Offer, path: str, context: Context) -> Any:
    """What stands in a cell: numbers and days as such, everything else as German words."""
    group, _, name = path.partition(".")
    if group in _TEXTS:
        return getattr(offer, group).get(name or "de")
    if group == "contact":
        return offer.contact.get(name)
    if group == "coordinates":
        return offer.coordinates[name == "longitude"] if offer.coordinates else None
    if group == "facts":
        return _fact_cell(offer, name, context)
    if path == "place":
        return context.region.place(offer.place).names["de"]
    if path == "withdrawn":
        return None
    if path == "sample":
        return "ja" if offer.sample else None
    return getattr(offer, path) or None


def _fact_cell(offer: Offer, fact: str, context: Context) -> Any:
    value = offer.facts.get(fact)
    if value is None:
        return None
    if isinstance(value, bool):
        return "ja" if value else "nein"
    if isinstance(value, list):
        known = _first_words(context.mappings.table(NAME, "languages"))
        return ", ".join(str(known.get(each, each)) if fact == "languages" else _word(context, fact, each) for each in value)
    if fact == "opening_hours":
        return write_hours(value, context)
    if value == "immediately":
        return next(iter(context.mappings.table(NAME, "immediately")))
    if isinstance(value, str) and enum_values(offer.kind, fact):
        return _word(context, fact, value)
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        return date.fromisoformat(value)
    return value


def write_csv(offers: Iterable[Offer], context: Context) -> bytes:
    """All kinds in one table as Excel in Germany reads it: semicolons, decimal commas, UTF-8 with a mark."""
    listed = list(offers)
    paths = list(dict.fromkeys(path for kind_ in KINDS if any(o.kind == kind_ for o in listed) for path in columns_of(kind_, context)))
    kinds = _first_words(context.mappings.table(NAME, "kinds"))
    out = io.StringIO()
    table = csv.writer(out, delimiter=";", lineterminator="\r\n")
    table.writerow([_heading(context, "kind"), *(column_title(path, context) for path in paths)])
    for offer in listed:
        table.writerow([kinds[offer.kind], *(_csv_cell(cell_of(offer, path, context)) for path in paths)])
    return out.getvalue().encode("utf-8-sig")


def _csv_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.strftime("%d.%m.%Y")
    if isinstance(value, int | float):
        return str(value).replace(".", ",")
    return f"'{value}" if _FORMULA.match(str(value)) else str(value)


FORMAT = Format(
    name=NAME, title="Spreadsheet (XLSX, CSV)", kinds=KINDS, fields=FIELDS, read=read, key=key, kind=kind,
    withdrawn=withdrawn, write=write,
    tables={
        "training_kind": ("training", "training_kind"), "contract": ("job", "contract"), "pay_per": ("job", "pay_per"),
        "service_kind": ("service", "service_kind"), "topics": ("service", "topics"), "costs_per": ("service", "costs_per"),
        "event_kind": ("event", "event_kind"), "language_level": ("job", "language_level"),
        "occupation": ("job", "occupation"), "working_time": ("job", "working_time"), "deal": ("housing", "deal"),
        "housing_kind": ("housing", "housing_kind"), "childcare_kind": ("childcare", "childcare_kind"),
    },
    notes=(
        "`lotse export template` writes an empty workbook with a sheet for each kind, its headings and lists to choose from.",
        "CSV: semicolon, comma or tab, UTF-8 or Windows-1252, one table with the kind in the column `Art`.",
        "Numbers as 1.234,50 or 1234.5, days as 03.12.2026 or 2026-12-03 or as Excel keeps them, yes and no as ja and nein.",
        "The column `Kennung` is the offer's id. A row without one gets an id made of provider, title and place; the report says which.",
        "The column `Zurückgezogen` with ja withdraws. Columns that are not known are left out, and the report names them.",
        "Cells that begin with = + - @ are written as text, never as formulas.",
    ),
)  # fmt: skip
