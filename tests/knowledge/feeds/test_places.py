"""Which place of the region an address of a partner is in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.knowledge.feeds.places import Places
from bot.region import Region
from tests.knowledge.feeds.conftest import DATA


@pytest.fixture(scope="module")
def places() -> Places:
    return Places(Region.load(DATA), 12)


@pytest.mark.parametrize(
    ("name", "postcode", "at", "place"),
    [
        ("Stendal", "", (), "stendal"), ("Hansestadt Stendal", "", (), "stendal"), ("Osterburg (Altmark)", "", (), "osterburg"),
        ("TANGERHUETTE", "", (), "tangerhuette"), ("39590 Tangermünde OT Buch", "", (), "tangermuende"), ("Uchtspringe", "", (), "stendal"),
        ("Schönfeld", "", (), "kamern"), ("Markt 1, Havelberg", "", (), "havelberg"), ("", "", (52.83, 12.07), "havelberg"),
        ("", "39539", (), "havelberg"), ("Nirgends", "", (52.61, 11.86), "stendal"), ("Havelberg", "", (52.61, 11.86), "havelberg"),
    ],
)  # fmt: skip
def test_places(places: Places, name: str, postcode: str, at: tuple[float, ...], place: str) -> None:
    assert places.find(name, postcode, *at) == (place, "")


@pytest.mark.parametrize(
    ("name", "postcode", "at", "why_not"),
    [
        ("Berlin", "10115", (), "no place of this region"), ("", "", (), "names no place"), ("Irgendwo", "39524", (), "that of"),
        ("", "", (48.1, 11.6), "the nearest place"), ("Berliner Straße 3", "", (), "no place"),
    ],
)  # fmt: skip
def test_no_places(places: Places, name: str, postcode: str, at: tuple[float, ...], why_not: str) -> None:
    found, why = places.find(name, postcode, *at)
    assert found is None and why_not in why


@pytest.mark.parametrize(
    ("postcode", "at", "place"),
    [("39576", (), "stendal"), ("39539", (), "havelberg"), ("", (52.83, 12.07), "havelberg"), ("", (), None), ("10115", (), None)],
)
def test_namesakes_are_told_apart_by_postcode_or_coordinates(postcode: str, at: tuple[float, ...], place: str | None) -> None:
    region = Region.load(DATA)
    both = {id: replace(region.places[id], localities=("Neudorf",)) for id in ("stendal", "havelberg")}
    found, why = Places(replace(region, places={**region.places, **both}), 12).find("Neudorf", postcode, *at)
    assert found == place
    assert found or "may be in havelberg, stendal" in why
