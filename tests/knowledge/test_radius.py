"""How far around a place somebody wants to look."""

from __future__ import annotations

import pytest
import yaml

from bot.knowledge.radius import radius_in
from tests.knowledge.conftest import DATA

UNITS = yaml.safe_load((DATA / "dialogue.yml").read_text("utf-8"))["search"]["kilometres"]


@pytest.mark.parametrize(
    ("text", "km"),
    [
        ("Wohnung im Umkreis von 20 km um Stendal", 20), ("within 15km of Tangermünde", 15), ("bis 10 Kilometer", 10),
        ("mieszkanie do 25 kilometrów od Stendala", 25), ("квартира до 30 км", 30), ("в радіусі 5 кілометрів", 5),
        ("شقة ضمن ٢٠ كم", 20), ("up to 12,5 km", 12), ("20 kmh", None), ("20 Euro", None), ("km 20", None), ("1200 km", None),
        ("0 km", None), ("3 Zimmer bis 600", None),
    ],
)  # fmt: skip
def test_kilometres_are_read_in_every_language(text: str, km: int | None) -> None:
    found = radius_in(text, UNITS)
    assert (found.km if found else None) == km


def test_it_says_where_the_distance_stands() -> None:
    text = "Stelle „Köchin“ innerhalb von 20 km, gern"
    found = radius_in(text, UNITS)
    assert found is not None and text[found.start : found.end] == "20 km"


def test_without_units_no_number_is_a_distance() -> None:
    assert radius_in("20 km", []) is None
