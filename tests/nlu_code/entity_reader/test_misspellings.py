"""Which misspelt words are forgiven, and which words are left alone."""

from __future__ import annotations

import pytest

from bot.nlu.entity_reader.misspellings import Misspellings

KNOWN = ("osterburg", "stendal", "tangermund", "arneburg", "werben", "altmarkisch", "elektriker")


@pytest.fixture
def misspellings() -> Misspellings:
    return Misspellings(KNOWN, ordinary=["sterben", "elektrisch", "standard"])


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        pytest.param("stndal", "stendal", id="a letter left out"),
        pytest.param("stendahl", "stendal", id="a letter too many"),
        pytest.param("stendel", "stendal", id="another letter"),
        pytest.param("osterbrug", "osterburg", id="two letters changed places"),
        pytest.param("tangrmunda", "tangermund", id="one left out and one too many in a long word"),
        pytest.param("osterburg", "osterburg", id="nothing wrong"),
    ],
)
def test_is_forgiven(misspellings: Misspellings, written: str, meant: str) -> None:
    assert misspellings.nearest([written]) == [meant]


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("ostrburga", id="the same in a word of nine"),
        pytest.param("astermonds", id="three wrong letters"),
        pytest.param("atendal", id="the first letter is another"),
        pytest.param("sten", id="too short to tell"),
        pytest.param("oldenburg", id="another town"),
    ],
)
def test_is_not_forgiven(misspellings: Misspellings, written: str) -> None:
    assert misspellings.nearest([written]) == []


def test_an_ordinary_word_is_never_a_misspelling() -> None:
    assert Misspellings(["bismark"]).nearest(["bismarck"]) == ["bismark"]
    assert Misspellings(["bismark"], ordinary=["bismarck"]).nearest(["bismarck"]) == []
    # Any stem that the word may have shields it.
    assert Misspellings(["bismark"], ordinary=["bism"]).nearest(["bismarck", "bism"]) == []


def test_the_nearest_wins_and_equally_near_ones_are_all_named() -> None:
    both = Misspellings(["arneburgen", "arnebergen"])
    assert both.nearest(["arneburgem"]) == ["arneburgen"], "one wrong letter, not two"
    assert sorted(both.nearest(["arneborgen"])) == ["arnebergen", "arneburgen"]
    assert both.candidates("arneborgen") == {"arnebergen": 1, "arneburgen": 1}
    far = Misspellings(["tangermund", "tangrmunda"])
    assert far.candidates("tangermund") == {"tangermund": 0, "tangrmunda": 2}
    assert far.nearest(["tangermund"]) == ["tangermund"]
