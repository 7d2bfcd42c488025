"""The pages on records and formats say what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.errors import load_yaml
from bot.knowledge import feeds
from bot.knowledge.document import DATA, DOCS, PAGES
from bot.knowledge.feeds import FORMATS
from bot.knowledge.schema import KINDS, record_schema


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_as_it_is_made(name: str) -> None:
    assert (DOCS / name).read_text("utf-8") == PAGES[name](), "run `python -m bot.knowledge.document`"


def test_every_field_is_one_of_the_schemas() -> None:
    for format_ in FORMATS.values():
        for field in format_.fields:
            for kind in field.kinds or format_.kinds:
                known = record_schema(kind)["properties"]
                group, _, name = field.ours.partition(".")
                assert group in known, (format_.name, field.ours)
                if name:
                    assert name in known[group]["properties"], (format_.name, kind, field.ours)


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "spreadsheet"])
def test_what_a_table_names_the_code_reads(name: str) -> None:
    source = (Path(feeds.__file__).parent / f"{name}.py").read_text("utf-8")
    code, _, table = source.partition("\nFIELDS = (")
    readers = code + "".join(re.findall(r"lambda.*|_\w+\(.*", table))
    for field in FORMATS[name].fields:
        for word in re.findall(r"[A-Za-z_]{4,}", field.theirs):
            assert word in readers or word in ("else", "its", "type", "those", "labelled", "Quelle", "with"), (field.theirs, word)


def test_every_heading_means_a_column() -> None:
    known = {f"facts.{fact}" for kind in KINDS for fact in record_schema(kind)["properties"]["facts"]["properties"]}
    known |= {f"contact.{name}" for name in record_schema("job")["properties"]["contact"]["properties"]}
    known |= {*record_schema("job")["properties"], "kind", "withdrawn", "coordinates.latitude", "coordinates.longitude"}
    headings = load_yaml(DATA / "feeds.yml").data["spreadsheet"]["headings"]
    assert set(headings.values()) <= known
    assert {path for path in known if path.startswith(("facts.", "contact."))} <= set(headings.values())


def test_every_kind_can_be_taken_in() -> None:
    assert {kind for format_ in FORMATS.values() for kind in format_.kinds} == set(KINDS)
