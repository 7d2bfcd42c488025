"""What stands in an index file: the order of rows, the typed columns, listed words, parts of compounds, readings."""

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.knowledge import Names, Offer, load_offers
from bot.knowledge.build import ALWAYS, FOREVER, Gloss, build_index, dump_offer, is_common, parse_offer
from bot.region import Region
from tests.knowledge.conftest import Write, texts


@contextmanager
def built(data: Path, gloss: Gloss | None = None) -> Iterator[sqlite3.Connection]:
    """The index of what was written, as a database."""
    region, file = Region.load(data), data / "built.db"
    offers = load_offers(data, region)
    assert build_index(file, offers, Names.load(data, region), "mark", gloss) == len(offers)
    connection = sqlite3.connect(file)
    yield connection
    connection.close()
    file.unlink()


def column(connection: sqlite3.Connection, query: str, *values: Any) -> list[Any]:
    return [row[0] for row in connection.execute(query, values)]


def test_rows_stand_in_the_order_in_which_equals_are_shown_with_their_days_as_numbers(data: Path, write: Write) -> None:
    write("event", {"id": "old", "reviewed_on": "2026-01-01", "facts": "event_kind: fair, starts: 2027-05-01 10:00, ends: 2027-05-03"})
    write("service", {"id": "b"}, {"id": "a"}, {"id": "new", "reviewed_on": "2026-11-20", "more": "  valid_from: 2026-12-01\n"})
    with built(data) as connection:
        rows = connection.execute("SELECT id, valid_from, valid_until FROM offer ORDER BY number").fetchall()
    assert rows == [
        ("new", date(2026, 12, 1).toordinal(), FOREVER), ("a", ALWAYS, FOREVER), ("b", ALWAYS, FOREVER),
        ("old", ALWAYS, date(2027, 5, 3).toordinal()),
    ]  # fmt: skip


def test_a_file_that_is_there_already_is_not_written_into(data: Path, write: Write) -> None:
    write("service")
    file = data / "there.db"
    region = Region.load(data)
    names, offers = Names.load(data, region), load_offers(data, region)
    build_index(file, offers, names, "first")
    before = file.read_bytes()
    with pytest.raises(sqlite3.OperationalError, match="already exists"):
        build_index(file, offers * 2, names, "second")
    assert file.read_bytes() == before


@pytest.mark.parametrize(("holding", "offers", "common"), [(200, 1000, False), (201, 1000, True), (5, 10, False), (6, 10, True)])
def test_which_words_fts5_is_not_asked_to_rank(holding: int, offers: int, common: bool) -> None:
    assert is_common(holding, offers) is common


def test_words_of_most_offers_are_listed_once_for_each_with_the_titles_apart(data: Path, write: Write) -> None:
    twice = {"id": "d", "text": "'Ein Platz wie kein anderer Platz'"}
    write("housing", *texts(("a", "Platz Platz"), ("b", "Garten"), ("c", "Platz")), twice)
    with built(data) as connection:
        numbers = dict(connection.execute("SELECT id, number FROM offer"))
        (row,) = connection.execute("SELECT numbers, titled FROM common WHERE word = 'platz'")
        held, titled = (set(np.frombuffer(blob, dtype=np.uint32)) for blob in row)
        assert (held, titled) == ({numbers[id] for id in "acd"}, {numbers[id] for id in "ac"})
        assert column(connection, "SELECT offers FROM term WHERE word = 'platz'") == [3]
        assert column(connection, "SELECT word FROM common WHERE word = 'garten'") == []


def in_english_too(id: str, german: str, english: str) -> dict[str, str]:
    long = "Ein Text von einiger Länge steht hier, en: A text of some length stands here"
    return {"id": id, "title": f"{german}, en: {english}", "text": long}


def test_only_german_compounds_are_taken_apart(data: Path, write: Write) -> None:
    write("housing", *texts(("a", "Gartenhaus"), ("b", "Garten")), in_english_too("c", "Haus", "Gartenschuppen"))
    with built(data) as connection:
        titled = "SELECT id FROM fts JOIN offer ON number = fts.rowid WHERE fts MATCH ? ORDER BY id"
        assert column(connection, titled, "title: garten") == ["a", "b"]
        assert column(connection, titled, "title: gartenschuppen") == ["c"], "a word of its own"
        endings = column(connection, "SELECT word FROM ending")
        assert "gartenhaus" in endings and "gartenschuppen" not in endings


def test_only_what_has_no_english_text_is_read_in_english(data: Path, write: Write) -> None:
    write("service", {"id": "a", "title": "Beratung"}, in_english_too("b", "Hilfe", "Help"))
    read: list[str] = []

    def gloss(text: str, language: str) -> str:
        read.append(f"{language} {text}")
        return "sesame"

    with built(data, gloss) as connection:
        found = column(connection, "SELECT id FROM fts JOIN offer ON number = fts.rowid WHERE fts MATCH 'sesame'")
    assert found == ["a"]
    assert read == ["de Beratung", "de Ein Text von einiger Länge steht hier"]


def test_a_record_comes_back_as_it_was(data: Path, write: Write) -> None:
    write("event", {"more": "  coordinates: {latitude: 52.5, longitude: 12}\n  valid_until: 2027-01-01\n  sample: true\n"})
    (offer,) = load_offers(data, Region.load(data))
    again = parse_offer(dump_offer(offer))
    assert again == offer
    for field in dataclasses.fields(Offer):
        assert type(getattr(again, field.name)) is type(getattr(offer, field.name)), field.name
