"""Writes docs/offers.md and docs/feeds.md out of the schemas and the formats: `python -m bot.knowledge.document`.

A test compares the files with what this module says, so they cannot tell anything that is not so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bot.errors import load_yaml
from bot.knowledge.feeds import FORMATS
from bot.knowledge.feeds.fields import Field, Format
from bot.knowledge.schema import KINDS, record_schema

DOCS = Path(__file__).parents[2] / "docs"
DATA = Path(__file__).parents[2] / "data"
_MADE = "<!-- Made by `python -m bot.knowledge.document`; change the schemas or the formats, not this file. -->"


def offers_page() -> str:
    """docs/offers.md: what a record may hold, by kind."""
    parts = [
        "# Records of offers",
        _MADE,
        "`data/offers/<kind>/*.yml`, written as data/offers/README.md shows. The schemas are `bot/knowledge/schemas/record.json`"
        " and, for `facts`, `bot/knowledge/schemas/<kind>.json` (JSON Schema, draft 2020-12); `lotse check` names file, line and"
        " field of whatever does not fit, and what would be right. Beyond the schemas: `place` is one of data/region.yml, an `id`"
        " is used once, title and text are in the same languages, and no range or time ends before it begins.",
        "YAML 1.2, plain: no anchors, aliases or tags, no field twice, 8 MB and 40 levels at most.",
        "## Every record",
        _table(record_schema("job"), leave_out=("facts",)),
        "`contact` holds at least one of:",
        _table(record_schema("job")["properties"]["contact"]),
    ]
    for kind in KINDS:
        schema = record_schema(kind)["properties"]["facts"]
        parts += [f"## Facts of `{kind}`", _table(schema)]
        if "allOf" in schema:
            parts.append("\n".join(_conditions(schema["allOf"])))
        if needs := schema.get("dependentRequired"):
            parts.append("\n".join(f"- With `{name}` also: {_names(others)}." for name, others in needs.items()))
    return "\n\n".join(parts) + "\n"


def feeds_page() -> str:
    """docs/feeds.md: what of each format becomes what of a record."""
    parts = [
        "# Getting offers in and out",
        _MADE,
        "```\nlotse import FORMAT FILE|- [--source NAME] [--language CODE] [--complete] [--dry-run] [--json]\n"
        "lotse export FORMAT [--output FILE] [--kind KIND] [--expired]\nlotse export template --output vorlage.xlsx\n```",
        _BASICS,
        "| `FORMAT` | what it is | offers |\n|---|---|---|\n"
        + "\n".join(f"| [`{f.name}`](#{_anchor(f)}) | {f.title} | {', '.join(f.kinds)} |" for f in FORMATS.values()),
    ]
    for format_ in FORMATS.values():
        parts += [f"## {format_.name}", f"{format_.title}.", "\n".join(f"- {note}" for note in format_.notes)]
        parts.append(_fields(format_))
        for kind in format_.kinds:
            parts.append(_not_carried(format_, kind))
        if format_.only:
            kind, fact, values = format_.only
            parts.append(f"Written of `{kind}`: only {_names(values)} (`{fact}`).")
    return "\n\n".join(part for part in parts if part) + "\n"


_BASICS = """An import takes each entry by itself: one that is wrong is refused with its reason, the others go on. The report says of each
whether it is **new**, **changed** (and in which fields), **unchanged**, **withdrawn** or **refused**; what is over before it was ever
taken is counted as *past*. `--dry-run` writes nothing. Doing the same import again changes nothing. Exit code: 0; 3 if entries were
refused; 2 if the file is not of that format at all; 1 if the records were broken before, and then nothing is done.

- **Where.** New records go to `data/offers/<kind>/import-<source>.yml`. `--source` names who delivers (default: the format);
  give each partner one, and always the same. A record may be moved to another file; it is found by its id.
- **What stays.** Fields that a format does not carry stay as an editor wrote them, comments too: only lines that change are
  written. What the import guessed (marked below) is guessed once; a correction stays.
- **Language.** Texts say their language or are in `--language` (default: the first of data/languages.yml). Visitors who
  read another one see them marked. If a text changes, its translations are taken out, and `lotse check` lists them as missing.
- **Withdrawn** records keep their id and get `valid_until` of the day before. With `--complete` (or if the format says so
  itself) everything of this source that the file no longer holds is withdrawn; not so if the file is empty, or holds entries that
  cannot be recognised.
- **Reviewed.** `reviewed_on` is the sender's date where there is one, else the day of an import that brought something new.
- **Place.** By name (villages and quarters too), with the postcode to tell namesakes apart, else by coordinates: data/region.yml.
  Elsewhere is refused.
- **Words and codes** translate by data/feeds.yml, which editors change.
- All files of an import are checked before the first is replaced, each in one step; then the index is built aside and replaced. A running
  server finds it by itself. Two imports at once: the second one is refused.

An export writes what is valid today (`--expired`: everything); our id travels with each offer, so that it comes back as the same one."""


def _anchor(format_: Format) -> str:
    return format_.name


def _fields(format_: Format) -> str:
    head = "| of | field of the record | in the format | |\n|---|---|---|---|"
    return "\n".join([head, *(_field_row(each, format_) for each in format_.fields)])


def _in_their_words(theirs: str) -> str:
    """`column title` as the headings that mean it."""
    found = re.fullmatch(r"columns? ([\w., ]+?)(, else [\w ]+)?", theirs)
    if not found:
        return theirs
    headings = load_yaml(DATA / "feeds.yml").data["spreadsheet"]["headings"]
    columns = [[word for word, meaning in headings.items() if meaning == path.strip()] for path in found[1].split(",")]
    return "; ".join(", ".join(words) for words in columns) + (found[2] or "").replace("else", "else the column")


def _field_row(each: Field, format_: Format) -> str:
    kinds = "all" if not each.kinds or set(each.kinds) == set(format_.kinds) else ", ".join(each.kinds)
    marks = [each.note] if each.note else []
    marks += ["guessed, for new offers only"] if each.guess else []
    return f"| {kinds} | `{each.ours}` | {_cell(_in_their_words(each.theirs))} | {_cell('; '.join(marks))} |"


def _not_carried(format_: Format, kind: str) -> str:
    carried = {each.ours for each in format_.fields_of(kind)}
    schema = record_schema(kind)["properties"]
    ours = [f"facts.{name}" for name in schema["facts"]["properties"]]
    ours += [name for name in schema if name not in ("facts", "contact", "id")]
    missing = [name for name in ours if name not in carried]
    return f"Of `{kind}` not carried: {_names(missing)}." if missing else ""


def _table(schema: Mapping[str, Any], leave_out: tuple[str, ...] = ()) -> str:
    rows = ["| field | what | |\n|---|---|---|"]
    required = schema.get("required", ())
    for name, field in schema["properties"].items():
        if name not in leave_out:
            rows.append(f"| `{name}` | {_cell(_what(field))} | {'required' if name in required else ''} |")
    return "\n".join(rows)


def _what(field: Mapping[str, Any]) -> str:
    """A field's values and units in words."""
    said = [field["description"]] if "description" in field else []
    if "enum" in field:
        said.append(f"One of {_names(field['enum'])}.")
    if field.get("type") == "array" and "enum" in field.get("items", {}):
        said.append(f"A list of {_names(field['items']['enum'])}.")
    if field.get("type") in ("number", "integer"):
        low, high = field.get("minimum"), field.get("maximum")
        whole = "A whole number" if field["type"] == "integer" else "A number"
        said.append(f"{whole}, {low if low is not None else '…'} to {f'{high:,}' if high is not None else '…'}.")
    if field.get("type") == "boolean":
        said.append("true or false.")
    if field.get("format") == "date":
        said.append("A date such as 2027-05-31.")
    texts = field.get("additionalProperties")
    if isinstance(texts, Mapping) and "maxLength" in texts:
        said.append(f"Text by language, {texts['minLength']} to {texts['maxLength']:,} characters each.")
    elif "maxLength" in field:
        said.append(f"At most {field['maxLength']} characters.")
    if field.get("type") == "object" and "required" in field:
        said.append(f"With {_names(field['required'])}.")
    return " ".join(said) or "Text."


def _conditions(rules: list[Mapping[str, Any]]) -> Iterator[str]:
    for rule in rules:
        ((name, test),) = rule["if"]["properties"].items()
        yield (
            f"- Where `{name}` is `{test['const']}`: {_names(rule['then']['required'])}; else {_names(rule['else']['required'])}."
        )


def _names(names: Any) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


PAGES = {"offers.md": offers_page, "feeds.md": feeds_page}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), "utf-8")
