"""Searching real index files: what is found, in which order, and what is given up when nothing is."""

from __future__ import annotations

import dataclasses
import os
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest

from bot.errors import ContentErrors
from bot.knowledge import Names, Query, load_offers
from bot.knowledge.index import write_index
from tests.knowledge.conftest import TODAY, Open, Write, ids, texts


def test_only_what_is_valid_today_is_shown(write: Write, index: Open) -> None:
    write(
        "service",
        {"id": "always"},
        {"id": "gone", "more": "  valid_until: 2026-11-20\n"},
        {"id": "last-day", "more": "  valid_until: 2026-11-21\n"},
        {"id": "first-day", "more": "  valid_from: 2026-11-21\n"},
        {"id": "not-yet", "more": "  valid_from: 2026-11-22\n"},
    )
    write("event", {"id": "over", "facts": "event_kind: fair, starts: 2026-11-20 10:00"})
    opened = index()
    assert set(ids(opened)) == {"always", "last-day", "first-day"}
    gone = opened.get("gone")
    assert gone and gone.id == "gone"
    assert opened.get("never") is None


# --- words


def test_all_words_beat_some_words(write: Write, index: Open) -> None:
    write("housing", *texts(("both", "Haus und Garten"), ("house", "Haus"), ("garden", "Garten")))
    opened = index()
    assert ids(opened, kind="housing", text="haus garten") == ["both"]
    assert set(ids(opened, kind="housing", text="haus sauna")) == {"both", "house"}


def test_without_all_words_together_enough_of_them_will_do(write: Write, index: Open) -> None:
    write("housing", *texts(("house", "Haus"), ("garden", "Garten")))
    result = index().search(Query(kind="housing", text="haus garten", today=TODAY))
    assert {hit.offer.id: hit.reasons for hit in result.hits} == {"house": ("text:haus",), "garden": ("text:garten",)}
    assert result.relaxed == ()


def test_a_word_in_the_title_counts_more(write: Write, index: Open) -> None:
    write(
        "housing",
        {"id": "text", "text": "'Ein Haus in dem es einen Kamin gibt'", "reviewed_on": "2026-11-20"},
        {"id": "title", "title": "Kamin", "reviewed_on": "2026-01-01"},
        {"id": "neither"},
    )
    assert ids(index(), kind="housing", text="Kamin") == ["title", "text"]


# --- places


def spread(write: Write) -> None:
    write(
        "job",
        {"id": "havelberg", "place": "havelberg", "reviewed_on": "2026-01-01"},
        {"id": "sandau", "place": "sandau", "reviewed_on": "2026-11-01"},
        {"id": "stendal-old", "place": "stendal", "reviewed_on": "2026-02-01"},
        {"id": "stendal-new", "place": "stendal", "reviewed_on": "2026-11-02"},
        {"id": "aland", "place": "aland"},
    )


def test_a_place_alone_is_that_municipality(write: Write, index: Open) -> None:
    spread(write)
    result = index().search(Query(kind="job", place="stendal", today=TODAY))
    assert [hit.offer.id for hit in result.hits] == ["stendal-new", "stendal-old"]
    assert [hit.distance_km for hit in result.hits] == [0, 0]
    assert result.hits[0].reasons == ("place",)


def test_a_radius_goes_outwards_from_the_place(write: Write, index: Open) -> None:
    spread(write)
    result = index().search(Query(kind="job", place="havelberg", radius_km=30, today=TODAY))
    assert [hit.offer.id for hit in result.hits] == ["havelberg", "sandau", "aland", "stendal-new", "stendal-old"]
    distances = [hit.distance_km for hit in result.hits]
    assert distances == sorted(distances)  # type: ignore[type-var]
    assert distances[1] == pytest.approx(5, abs=1)


def test_where_nothing_is_the_places_nearby_are_shown_with_their_distance(write: Write, index: Open) -> None:
    spread(write)
    result = index().search(Query(kind="job", place="werben", today=TODAY))
    assert result.relaxed == ("place",)
    assert (result.total, result.hits[0].offer.id) == (5, "havelberg")
    assert result.hits[0].distance_km == pytest.approx(7, abs=1)
    assert result.hits[0].reasons == ()


def test_without_a_place_there_is_no_distance(write: Write, index: Open) -> None:
    spread(write)
    result = index().search(Query(kind="job", today=TODAY))
    assert {hit.distance_km for hit in result.hits} == {None}
    assert result.hits[0].offer.id == "stendal-new"


def test_a_close_fit_yields_to_distance_a_clear_one_does_not(write: Write, index: Open) -> None:
    write(
        "job",
        {"id": "near", "place": "sandau", "text": "'Arbeit mit Pferden und Kutschen auf dem Hof'"},
        {"id": "far", "place": "stendal", "text": "'Arbeit mit Pferden und Kutschen auf dem Hof'"},
        {"id": "best", "place": "aland", "title": "Pferde", "text": "'Pferde pflegen und Pferde reiten'"},
        *({"id": f"filler-{number}"} for number in range(20)),
    )
    assert ids(index(), kind="job", text="pferde", place="havelberg", radius_km=60) == ["best", "near", "far"]


# --- giving up criteria


@pytest.mark.parametrize(
    ("criteria", "relaxed"),
    [
        ({"place": "stendal", "filters": {"rooms": 3, "price_max": 600}}, ()),
        ({"place": "stendal", "filters": {"rooms": 3, "price_max": 300}}, ("price_max",)),
        ({"place": "iden", "filters": {"rooms": 3, "price_max": 600}}, ("place",)),
        ({"place": "stendal", "filters": {"rooms": 5, "price_max": 600}}, ("rooms",)),
        ({"place": "stendal", "filters": {"rooms": 3, "area_min": 500}}, ("area_min",)),
        ({"place": "stendal", "text": "Sauna", "filters": {"rooms": 3}}, ("text",)),
        ({"place": "iden", "filters": {"price_max": 1}}, ("place", "price_max")),
        ({"place": "iden", "text": "Sauna", "filters": {"price_max": 1, "area_min": 500}},
         ("text", "area_min", "place", "price_max")),
    ],
)  # fmt: skip
def test_what_is_given_up_is_as_little_as_possible_and_named(
    write: Write, index: Open, criteria: dict[str, Any], relaxed: tuple[str, ...]
) -> None:
    write("housing", {"facts": "housing_kind: flat, deal: rent, rooms: 3, area: 60, rent_cold: 400, rent_warm: 550"})
    result = index().search(Query(kind="housing", today=TODAY, **criteria))
    assert (result.relaxed, result.total) == (relaxed, 1)
    assert not set(result.relaxed) & set(result.hits[0].reasons)


def test_a_childs_age_is_given_up_last(write: Write, index: Open) -> None:
    write("childcare", {"id": "small"}, {"id": "big", "place": "aland", "facts":
          "childcare_kind: [after_school], age_min_months: 72, age_max_months: 132,"
          " opening_hours: {weekdays: [['12:00', '16:00']]}"})  # fmt: skip
    result = index().search(
        Query(
            kind="childcare", place="stendal", filters={"childcare_kind": "kindergarten", "child_age": 80}, today=TODAY
        )
    )
    assert [hit.offer.id for hit in result.hits] == ["big"]
    assert result.relaxed == ("childcare_kind", "place")


def test_any_question_is_not_answered_with_any_offer(write: Write, index: Open) -> None:
    write("housing")
    opened = index()
    assert opened.search(Query(text="xyzzy", today=TODAY)).total == 0
    assert opened.search(Query(kind="job", today=TODAY)).total == 0
    assert opened.search(Query(kind="housing", text="xyzzy", today=TODAY)).relaxed == ("text",)


# --- pages


def test_pages_go_through_all_hits_once(write: Write, index: Open) -> None:
    write("job", *({"id": f"job-{number:02}", "title": "Pferde"} for number in range(23)))
    opened = index()
    for criteria in ({}, {"text": "pferde"}, {"place": "stendal"}):
        pages = [ids(opened, kind="job", limit=5, offset=offset, **criteria) for offset in range(0, 30, 5)]
        assert [len(page) for page in pages] == [5, 5, 5, 5, 3, 0]
        assert len({id for page in pages for id in page}) == 23


def test_a_limit_of_nothing_still_counts(write: Write, index: Open) -> None:
    write("job", {}, {})
    result = index().search(Query(kind="job", limit=0, today=TODAY))
    assert (result.hits, result.total) == ((), 2)


# --- the file


def test_the_index_is_built_only_when_the_data_changed(data: Path, write: Write, index: Open, tmp_path: Path) -> None:
    write("job", {"id": "one"})
    opened = index()
    before = opened.file.stat()
    assert opened.refresh() is False
    index()
    assert opened.file.stat().st_mtime_ns == before.st_mtime_ns
    write("job", {"id": "one"}, {"id": "two"})
    assert opened.refresh() is True
    assert set(ids(opened)) == {"one", "two"}
    assert [file.name for file in opened.file.parent.iterdir()] == ["offers.db"]


def test_broken_data_leaves_the_old_index_serving(write: Write, index: Open) -> None:
    file = write("job", {"id": "one"})
    opened = index()
    whole = file.read_text("utf-8")
    for broken in (whole[: len(whole) // 2], "offers: [", whole.replace("it,", "magic,"), "a: &a [*a]"):
        file.write_text(broken, "utf-8")
        with pytest.raises(ContentErrors) as raised:
            opened.refresh()
        assert raised.value.errors[0].line
        assert ids(opened) == ["one"]
        assert len(list(opened.file.parent.iterdir())) == 1
    file.write_text(whole, "utf-8")
    assert opened.refresh() is False


def test_a_broken_region_leaves_the_old_index_serving(data: Path, write: Write, index: Open) -> None:
    write("job", {"id": "one"})
    opened = index()
    (data / "region.yml").write_text("id: [", "utf-8")
    with pytest.raises(ContentErrors):
        opened.refresh()
    assert ids(opened, place="stendal") == ["one"]


def test_all_offers_can_be_gone_through_as_they_were_read(data: Path, write: Write, index: Open) -> None:
    write(
        "event", {"id": "old", "reviewed_on": "2026-01-01", "more": "  coordinates: {latitude: 52.5, longitude: 12}\n"}
    )
    write("housing", {"id": "new", "more": "  valid_until: 2026-11-01\n  address: Am Wall 1\n"})
    opened = index()
    assert [offer.id for offer in opened] == ["new", "old"]
    assert sorted(opened, key=str) == sorted(load_offers(data, opened.region), key=str)


def test_a_file_that_is_no_index_is_replaced(write: Write, index: Open, tmp_path: Path) -> None:
    write("job", {"id": "one"})
    for content in (b"", b"not a database at all" * 500):
        (tmp_path / "cache").mkdir(exist_ok=True)
        (tmp_path / "cache" / "offers.db").write_bytes(content)
        assert ids(index()) == ["one"]


def test_an_index_of_another_format_is_replaced(write: Write, index: Open) -> None:
    write("job", {"id": "one"})
    opened = index()
    with sqlite3.connect(opened.file) as connection:
        connection.execute("UPDATE meta SET value = '0' WHERE name = 'format'")
    connection.close()
    assert opened.refresh() is True


def test_an_index_replaced_by_another_process_is_seen(write: Write, index: Open) -> None:
    write("job", {"id": "one"})
    reader, writer = index(), index()
    assert ids(reader) == ["one"]
    write("job", {"id": "two"})
    writer.refresh()
    assert ids(reader) == ["two"]


def test_searches_go_on_while_the_index_is_replaced(write: Write, index: Open) -> None:
    """Every search sees the old offers or the new ones, never a mixture and never an error."""
    write("job", *({"id": f"a-{number}"} for number in range(30)))
    opened = index()
    names = Names.load(opened.data_dir, opened.region)
    first = load_offers(opened.data_dir, opened.region)
    second = [dataclasses.replace(offer, id=offer.id.replace("a-", "b-")) for offer in first][:20]
    wrong: list[object] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            try:
                found = ids(opened, kind="job")
                if (len(found), {id[0] for id in found}) not in [(30, {"a"}), (20, {"b"})]:
                    wrong.append(found)
            except Exception as error:
                wrong.append(error)
        opened.close()

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for turn in range(20):
        write_index(opened.file, second if turn % 2 == 0 else first, names, str(turn))
    stop.set()
    for reader in readers:
        reader.join()
    assert wrong == []


def test_what_a_killed_process_left_behind_is_cleared(write: Write, index: Open, tmp_path: Path) -> None:
    write("job", {"id": "one"})
    (tmp_path / "cache").mkdir()
    old, young = tmp_path / "cache" / ".offers.db.old.new", tmp_path / "cache" / ".offers.db.young.new"
    old.touch()
    young.touch()
    os.utime(old, (0, 0))
    index()
    assert not old.exists()
    assert young.exists()


def test_a_question_finds_what_was_written_in_german_only(data: Path, write: Write, index: Open) -> None:
    words = data / "lexicon" / "words"
    words.mkdir(parents=True)
    (words / "de.tsv").write_text("schulden\tdebts\nkuchen\tcake\n", "utf-8")
    write("service", {"id": "a", "title": "Beratung bei Schulden"}, {"id": "b", "title": "Turmtreff bei Kuchen"})
    found = index()
    assert ids(found, text="борги", language="uk") == []
    # As the Ukrainian list of words reads it.
    assert ids(found, text="борги", language="uk", glosses={"борги": "debts"}) == ["a"]
    (words / "de.tsv").write_text("schulden\tdebts\nkuchen\tdebts\n", "utf-8")
    assert found.refresh(), "another word list gives other readings"
    assert set(ids(found, text="борги", language="uk", glosses={"борги": "debts"})) == {"a", "b"}


def test_the_surroundings_come_before_another_trade_and_before_anywhere(write: Write, index: Open) -> None:
    cook = "occupation: hospitality_kitchen, working_time: [full_time]"
    write("job", {"id": "near", "place": "tangermuende", "facts": cook}, {"id": "far", "place": "aland", "facts": cook},
          {"id": "it", "place": "stendal", "facts": "occupation: it, working_time: [full_time]"})  # fmt: skip
    wanted = {"kind": "job", "filters": {"occupation": "hospitality_kitchen"}, "today": TODAY}
    opened = index()
    near = opened.search(Query(place="stendal", near_km=20, **wanted))
    assert ([hit.offer.id for hit in near.hits], near.relaxed) == (["near"], ("near",))
    assert "place" not in near.hits[0].reasons and near.without["place"] == 2
    far = opened.search(Query(place="seehausen", near_km=1, **wanted))
    assert (far.total, far.relaxed) == (2, ("place",)), "nothing near either"
    assert opened.search(Query(place="stendal", radius_km=20, near_km=20, **wanted)).relaxed == ()


def test_words_given_up_still_say_what_is_liked(write: Write, index: Open) -> None:
    write("housing", {"id": "plain"}, {"id": "liked", "title": "Mit Sauna"})
    found = index().search(Query(kind="housing", text="Sauna Dachterrasse", filters={"deal": "buy"}, today=TODAY))
    assert set(found.relaxed) == {"text", "deal"} and found.hits[0].offer.id == "liked"


def test_a_village_of_a_town_is_in_the_country_and_a_quarter_is_not(write: Write, index: Open) -> None:
    write("housing", {"id": "village", "place": "osterburg", "title": "Haus in Flessau"},
          {"id": "town", "place": "osterburg", "title": "Haus in Osterburg"},
          {"id": "quarter", "place": "stendal", "title": "Haus in Röxe"})  # fmt: skip
    found = index().search(Query(kind="housing", countryside=True, today=TODAY))
    assert [hit.offer.id for hit in found.hits] == ["village"]


def test_what_an_offer_is_without_does_not_find_it(write: Write, index: Open, data: Path) -> None:
    (data / "lexicon").mkdir(exist_ok=True)
    (data / "lexicon" / "cues.yml").write_text("entity: cue\nvalues: {without: {words: {de: [ohne!], ru: [без!]}}}\n")
    write("housing", {"id": "with", "title": "Wohnung mit Aufzug"}, {"id": "without", "title": "Wohnung ohne Aufzug"})
    opened = index()
    found = opened.search(Query(kind="housing", text="Aufzug", today=TODAY))
    assert [hit.offer.id for hit in found.hits] == ["with"]
    assert opened.search(Query(kind="housing", text="Wohnung", today=TODAY)).total == 2
    (data / "lexicon" / "cues.yml").write_text("entity: cue\nvalues: {}\n")
    assert opened.refresh() and opened.search(Query(kind="housing", text="Aufzug", today=TODAY)).total == 2
