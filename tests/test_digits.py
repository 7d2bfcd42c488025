"""What counts as a number in an address, and what does not."""

from __future__ import annotations

import pytest

from bot.digits import fits, number


@pytest.mark.parametrize(("text", "found"), [("0", 0), ("7", 7), ("007", 7), ("999999999", 999_999_999)])
def test_whole_numbers(text: str, found: int) -> None:
    assert number(text) == found


@pytest.mark.parametrize("text", [None, "", " 7", "-1", "1.0", "1e3", "²", "٣", "1234567890", "x"])
def test_nothing_else(text: str | None) -> None:
    assert number(text) is None


@pytest.mark.parametrize(("value", "fit"), [(0, True), (999_999_999, True), (1_000_000_000, False), (-1, False), (10**25, False)])
def test_rows_have_numbers_of_nine_digits(value: int, fit: bool) -> None:
    assert fits(value) is fit
