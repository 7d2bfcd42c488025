"""A small data folder that each test may break as it likes."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.knowledge import OfferIndex, Query

DATA = Path(__file__).parents[2] / "data"
TODAY = date(2026, 11, 21)

RECORD = """\
- id: {id}
  place: {place}
  provider: Muster
  title: {{de: {title}}}
  text: {{de: {text}}}
  facts: {{{facts}}}
  contact: {{email: a@example.org}}
  source: https://example.org/x
  reviewed_on: {reviewed_on}
{more}"""

FACTS = {
    "job": "occupation: it, working_time: [full_time]",
    "training": "occupation: it, training_kind: apprenticeship",
    "housing": "housing_kind: flat, deal: rent, rooms: 3, area: 60, rent_cold: 400, rent_warm: 550",
    "childcare": "childcare_kind: [creche], age_min_months: 12, age_max_months: 36,"
    " opening_hours: {weekdays: [['06:00', '16:00']]}",
    "service": "service_kind: advice, topics: [work]",
    "event": "event_kind: fair, starts: 2027-05-01 10:00, ends: 2027-05-01 12:00",
}

Write = Callable[..., Path]
Open = Callable[[], OfferIndex]


def ids(index: OfferIndex, **criteria: Any) -> list[str]:
    """Ids of what a search finds, in the order in which it is shown."""
    result = index.search(Query(**{"today": TODAY, "limit": 50, **criteria}))
    return [hit.offer.id for hit in result.hits]


def texts(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    """Records of (id, title)."""
    return [{"id": id, "title": f"'{title}'", "text": "'Mehr steht hier über das Angebot'"} for id, title in pairs]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with the region and no offers."""
    folder = tmp_path / "data"
    (folder / "offers").mkdir(parents=True)
    shutil.copy(DATA / "region.yml", folder)
    return folder


@pytest.fixture
def write(data: Path) -> Write:
    """Write a file of offers: `write("housing", {"id": …, "facts": …}, …)`; what is left out is filled sensibly."""

    def write_offers(kind: str, *records: dict[str, str], name: str = "x") -> Path:
        file = data / "offers" / kind / f"{name}.yml"
        file.parent.mkdir(exist_ok=True)
        filled = [
            RECORD.format(
                **{
                    "id": f"{kind}-{name}-{number}",
                    "place": "stendal",
                    "title": "Ein Angebot",
                    "text": "Ein Text von einiger Länge steht hier",
                    "facts": FACTS[kind],
                    "reviewed_on": "2026-11-01",
                    "more": "",
                    **record,
                }
            )
            for number, record in enumerate(records or ({},))
        ]
        file.write_text("offers:\n" + "".join(filled), "utf-8")
        return file

    return write_offers


@pytest.fixture
def index(data: Path, tmp_path: Path) -> Open:
    """Open the index over what has been written."""
    return lambda: OfferIndex.open(data, tmp_path / "cache")
