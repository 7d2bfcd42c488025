"""Titles and texts of an entry, in one language or in several."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.knowledge.feeds import Refused, values
from bot.knowledge.feeds.fields import Entry
from bot.knowledge.feeds.texts import in_our_languages, text_in, title_in
from tests.knowledge.feeds.conftest import context


def test_an_entry_without_title_or_text_is_refused_by_the_fields_name() -> None:
    assert title_in("uk", "Лікар (m/w/d)", "name") == {"uk": "Лікар"}
    assert text_in("de", "<p>Ein Text von einiger Länge.</p>", "description") == {"de": "Ein Text von einiger Länge."}
    with pytest.raises(Refused, match="^name is missing$"):
        title_in("de", " ", "name")
    with pytest.raises(Refused, match="^description is missing or shorter than 20 characters$"):
        text_in("de", "Kurz.", "description")


@pytest.mark.parametrize(
    ("value", "beside", "found", "remarks"),
    [
        ({"de": "Koch", "en-GB": "Cook", "fr": "Cuisinier"}, None, {"de": "Koch", "en": "Cook"}, 1),
        ({"de": "Koch", "en": "Cook"}, "Ein Text in der Sprache der Lieferung", {"de": "Koch"}, 1),
        ({"de": "Koch", "en": ""}, None, {"de": "Koch"}, 0),
        ("Koch", {"de": "Text", "en": "Text"}, {"de": "Koch"}, 0),
        (None, None, {}, 0),
    ],
)
def test_of_several_languages_ours_are_taken(data: Path, value: Any, beside: Any, found: dict[str, str], remarks: int) -> None:
    entry = Entry("1", None, context(data))
    assert in_our_languages(entry, value, values.short_title, beside) == found
    assert len(entry.remarks) == remarks
