"""What is told in one language and not in another, however each of them writes its numbers."""

from __future__ import annotations

import pytest

from bot.training.figures import untold_figures


@pytest.mark.parametrize(
    ("text", "other", "untold"),
    [
        pytest.param("300 bis 1.800 Euro", "od 300 do 1 800 euro", [], id="thousands parted by a space"),
        pytest.param("300 bis 1.800 Euro", "300 to 1,800 euros", [], id="thousands parted by a comma"),
        pytest.param("27,60 Euro", "27.60 euros", [], id="cents"),
        pytest.param("45.934,20 Euro", "45 934,20 евро", [], id="both"),
        pytest.param("0361 730 730", "0361\u00a0730\u00a0730", [], id="a telephone number in Arabic"),
        pytest.param("innerhalb von 14 Tagen", "within two weeks", [], id="short numbers may be words"),
        pytest.param("259 Euro", "255 euros", ["259"], id="another sum"),
        pytest.param("2,90 Euro", "2.70 euros", ["2,90"], id="other cents"),
        pytest.param("1.800 Euro", "180 euros", ["1800"], id="a figure too few"),
    ],
)
def test_figures_are_compared_not_their_writing(text: str, other: str, untold: list[str]) -> None:
    assert list(untold_figures(text, other)) == untold
