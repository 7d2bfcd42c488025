"""Numbers, dates, telephone numbers and titles as partners write them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from bot.knowledge.feeds import values
from bot.knowledge.feeds.fields import Malformed


@pytest.mark.parametrize(
    ("text", "german", "plain"),
    [
        ("1.234,50", 1234.5, 1234.5), ("1,234.50", 1234.5, 1234.5), ("1.234", 1234, 1.234), ("12.5", 12.5, 12.5), ("2,5", 2.5, 2.5),
        ("1.234.567", 1234567, 1234567), ("450 €", 450, 450), ("450,- Euro", 450, 450), ("62,34 m²", 62.34, 62.34),
        ("1 234,5", 1234.5, 1234.5),
        ("", None, None), (None, None, None), (3, 3, 3), (3.0, 3, 3), (True, None, None),
    ],
)  # fmt: skip
def test_numbers(text: Any, german: Any, plain: Any) -> None:
    assert (values.number(text, german=True), values.number(text)) == (german, plain)


@pytest.mark.parametrize("text", ["vier", "12a", "1,2,3.4.5", "--5", "1e9", "NaN", "9" * 40])
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(Malformed):
        values.number(text)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-12-03", "2026-12-03"), ("2026-12-03T08:00:00+01:00", "2026-12-03"), ("03.12.2026", "2026-12-03"), ("3.12.26", "2026-12-03"),
        ("3. 12. 2026", "2026-12-03"), (datetime(2026, 12, 3, 9), "2026-12-03"), (date(2026, 12, 3), "2026-12-03"), ("", None),
    ],
)  # fmt: skip
def test_days(text: Any, day: str | None) -> None:
    assert values.day(text) == day


@pytest.mark.parametrize("text", ["31.02.2027", "2027-13-01", "12/03/2026", "bald", "3.12."])
def test_what_is_no_day(text: str) -> None:
    with pytest.raises(Malformed):
        values.day(text)


@pytest.mark.parametrize(
    ("title", "short"),
    [
        ("Pflegefachkraft (m/w/d)", "Pflegefachkraft"), ("Koch / Köchin (w|m|x) in Vollzeit", "Koch / Köchin in Vollzeit"),
        ("Schweißer m/w/d", "Schweißer"), ("<b>Lehrer</b>&nbsp;an der Schule", "Lehrer an der Schule"), ("ab", None), ("", None),
        ("Sachbearbeiterin oder Sachbearbeiter im Amt für Bauordnung und Denkmalschutz",
         "Sachbearbeiterin oder Sachbearbeiter im Amt für Bauordnung…"),
    ],
)  # fmt: skip
def test_titles(title: str, short: str | None) -> None:
    assert values.short_title(title) == short
    assert len(values.short_title("x" * 500) or "") == 60


def test_texts_lose_their_markup_and_scripts() -> None:
    html = "<style>p{}</style><p>Erster Absatz.</p><script>alert(1)</script><ul><li>Punkt</li></ul> a &lt; b &amp; c"
    assert values.long_text(html) == "Erster Absatz. · Punkt a < b & c"
    assert values.long_text("1 < 2 und 3 > 2, das bleibt so stehen.") == "1 < 2 und 3 > 2, das bleibt so stehen."
    assert len(values.long_text("Wort " * 1000) or "") <= 1500


@pytest.mark.parametrize(
    ("written", "phone"),
    [
        ("030 23125 710", "+49 30 23125710"), ("+49 30 23125 303", "+49 30 23125 303"), ("0049 (0)30 23125-303", "+49 30 23125303"),
        ("nach Feierabend", "nach Feierabend"), ("", None),
    ],
)  # fmt: skip
def test_telephone_numbers(written: str, phone: str | None) -> None:
    assert values.phone(written, "DE") == phone
