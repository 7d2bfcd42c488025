"""Which of the offers on show is meant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.knowledge import Names, OfferIndex, Query
from bot.knowledge.picking import by_description, by_number, differences, left_over
from bot.knowledge.present import present

DATA = Path("data")
IDS = ["home-4zi-osterburg-siedlung", "home-3zi-aland-kruden", "home-haus-wische-lichterfelde"]


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    index = OfferIndex.open(DATA, tmp_path_factory.mktemp("index"))
    offers = [index.get(id) for id in IDS]
    assert all(offers)
    return offers


@pytest.mark.parametrize(
    ("numbers", "expected"), [([1], ["a"]), ([-1], ["c"]), ([1, 3], ["a", "c"]), ([2, 2], ["b"]), ([4], None), ([-4], None)]
)
def test_by_number(numbers: list[int], expected: list[str] | None) -> None:
    assert by_number(["a", "b", "c"], numbers) == expected


@pytest.mark.parametrize(
    ("text", "glosses", "expected"),
    [
        ("die mit dem Storchennest", {}, 1),
        ("das in Lichterfelde", {}, 2),
        ("die in Osterburg bitte", {}, 0),
        ("the one with the henhouse", {}, 2),
        ("та, що з лелеками", {}, 1),
        ("te z kurnikiem", {"kurnikiem": "henhouse"}, 2),
        ("die für 440 Euro", {}, 1),
        # Two are flats, and none has a pool: nothing tells one from the rest.
        ("die Wohnung mit dem Schwimmbad", {}, None),
        ("", {}, None),
    ],
)
def test_by_description(homes: list[Any], text: str, glosses: dict[str, str], expected: int | None) -> None:
    found = by_description(homes, text, Names.load(DATA), glosses)
    assert found is (None if expected is None else homes[expected])


def test_only_what_differs_is_set_side_by_side(homes: list[Any]) -> None:
    names = Names.load(DATA)
    rows = differences([present(homes[0], "de", names), present(homes[1], "de", names)])
    told = dict(rows)
    assert told["Zimmer"] == ["4", "3"]
    assert all(len(set(values)) > 1 for _, values in rows) and "Miete oder Kauf" not in told
    assert differences([present(homes[0], "de", names)] * 2) == []


def test_what_a_text_says_besides_its_entities() -> None:
    text = "Wohnung in Stendal mit Garten"
    assert left_over(text, [{"start": 11, "end": 18}]) == "Wohnung in mit Garten"


def test_words_that_only_sort_take_nothing_away(tmp_path: Path) -> None:
    index = OfferIndex.open(DATA, tmp_path)
    plain = index.search(Query(kind="housing", limit=100))
    sorted_ = index.search(Query(kind="housing", prefer="Storchennest", limit=100))
    assert sorted_.total == plain.total and sorted_.hits[0].offer.id == "home-3zi-aland-kruden"
    assert "text:Storchennest" in sorted_.hits[0].reasons


def test_the_country_is_without_towns(tmp_path: Path) -> None:
    index = OfferIndex.open(DATA, tmp_path)
    hits = index.search(Query(kind="housing", place="stendal", radius_km=25, countryside=True, limit=100)).hits
    towns = [hit.offer for hit in hits if index.region.is_town(hit.offer.place)]
    assert len(hits) > len(towns)
    assert all(index.region.village_in(offer.place, " ".join(offer.title.values())) for offer in towns)
