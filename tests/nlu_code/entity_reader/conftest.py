"""The reader with the project's own lexicon."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.nlu.entity_reader import EntityReader

DATA = Path(__file__).parents[3] / "data"


@pytest.fixture(scope="session")
def reader() -> EntityReader:
    return EntityReader.from_data(DATA)
