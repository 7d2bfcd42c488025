"""What tells who somebody is goes; what the content team needs stays."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.privacy.masking import mask

NEXT = date.today().year + 1


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Schreiben Sie an olena.k@example.org bitte", "Schreiben Sie an [E-Mail] bitte"),
        ("mail: olena (at) example.org", "mail: [E-Mail]"),
        ("Rufen Sie 0176 12345678 an", "Rufen Sie [Telefon] an"),
        ("Tel. +49 (0)3931 12 34 56, danke", "Tel. [Telefon], danke"),
        ("мій номер +380 67 123 45 67", "мій номер [Telefon]"),
        ("رقمي 0176 12345678", "رقمي [Telefon]"),
        ("IBAN DE89 3704 0044 0532 0130 00 ist es", "IBAN [IBAN] ist es"),
        ("geboren am 12.03.1985 in Kyjiw", "geboren am [Datum] in Kyjiw"),
        ("geb. 1.2.85", "geb. [Datum]"),
        ("born on 12 March 1985", "born on [Datum]"),
        ("born March 12, 1985", "born [Datum]"),
        ("народилась 12 березня 1985 року", "народилась [Datum] року"),
        ("urodzona 1985-03-12", "urodzona [Datum]"),
        ("ولدت في 12 مارس 1985", "ولدت في [Datum]"),
        ("Vorgang HL-7K3M-92", "Vorgang [Vorgang]"),
        ("https://lotse.example/?case=HL-7K3M-92#0123", "[Link]"),
    ],
)
def test_masked(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "Wohnung in 39576 Stendal bis 650 € warm", "3 Zimmer, 80 m²", "Kita ab 2 Jahren", "um 10:30 Uhr", "§ 17 BMG",
        f"ab 01.03.{NEXT}", "zwischen 8 und 16 Uhr", "Haus bis 250 000 €", "24/7", "seit 2015 hier",
    ],
)  # fmt: skip
def test_kept(text: str) -> None:
    assert mask(text) == text


@given(st.text(max_size=300))
def test_any_text_is_masked_once(text: str) -> None:
    once = mask(text)
    assert mask(once) == once
