"""JSON-LD in pages and files, whatever shape its values have."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.knowledge.feeds import Unreadable, jsonld

PAGE = """<!doctype html>
<script type="application/ld+json; charset=utf-8">
<!-- {"@type": "A"} -->
</script>
<script>{"@type": "no data"}</script>
<SCRIPT TYPE='Application/LD+JSON'>//<![CDATA[
[{"@type": "B", "n": NaN}]
//]]></SCRIPT>
<script type="application/ld+json">{"@type":
 "C",}</script>"""


def test_the_blocks_of_a_page_with_what_is_wrong_in_one() -> None:
    found = list(jsonld.blocks(PAGE.encode()))
    assert found[:2] == [(" (line 2)", {"@type": "A"}), (" (line 6)", [{"@type": "B", "n": None}])]
    where, error = found[2]
    assert where == " (line 9)" and isinstance(error, ValueError) and "line 10 column 6" in str(error)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_files_in_every_encoding(encoding: str) -> None:
    assert list(jsonld.blocks('\n {"name": "Müller"}'.encode(encoding))) == [("", {"name": "Müller"})]


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"{", "not JSON"), (b"<p>nothing</p>", "neither JSON nor a page"), (b"[" * 100_000, "nested too deep"), (b"", "neither")],
)
def test_what_is_neither_is_told(content: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        list(jsonld.blocks(content))


def test_nodes_are_found_wherever_they_stand_and_by_any_of_their_types() -> None:
    tree = {"@graph": [
        {"@type": "ItemList", "itemListElement": [{"item": {"@type": ["Thing", "schema:Job"], "@id": "#1", "name": "a"}}]},
        {"@type": "https://schema.org/Job", "name": "b", "inner": {"@type": "Job", "name": "part of b"}},
        {"@type": "JobOffer", "name": "c"}, {"@id": "#2"},
    ]}  # fmt: skip
    assert [node["name"] for node in jsonld.nodes(tree, "Job")] == ["a", "b"]
    assert {id: node["name"] for id, node in jsonld.by_id(tree).items()} == {"#1": "a"}, "a reference is no node"


@pytest.mark.parametrize(
    ("value", "items", "text"),
    [
        (None, [], ""), ("", [], ""), ("a", ["a"], "a"), (0, [0], "0"), (True, [True], ""), ([[], ["a", ["b"]]], ["a", "b"], "a"),
        ({"@list": ["a", ""]}, ["a"], "a"), ({"@set": "a"}, ["a"], "a"), ({"@value": " a "}, [{"@value": " a "}], "a"),
        ([{"name": ""}, {"value": {"@value": "b"}}], [{"name": ""}, {"value": {"@value": "b"}}], "b"),
        ({"@id": "#1", "name": "a"}, [{"@id": "#1", "name": "a"}], "a"),
    ],
)  # fmt: skip
def test_values_in_every_shape(value: Any, items: list[Any], text: str) -> None:
    assert (jsonld.listed(value), jsonld.text_of(value)) == (items, text)


@pytest.mark.parametrize(
    ("value", "texts"),
    [
        ("a", {"de": "a"}), ({"@value": "a", "@language": "EN"}, {"en": "a"}), ({"@value": "a"}, {"de": "a"}),
        ({"de-simple": "a", "uk": ["b", "c"]}, {"de-simple": "a", "uk": "b"}), ({"name": "a"}, {"de": "a"}),
        (["a", "b", {"@value": "c", "@language": "pl"}], {"de": "a", "pl": "c"}), (None, {}),
    ],
)  # fmt: skip
def test_texts_with_their_languages(value: Any, texts: dict[str, str]) -> None:
    assert jsonld.texts_by_language(value, "de") == texts


@pytest.mark.parametrize(("before", "after"), [("[", "]"), ('{"name": ', "}"), ('{"@list": ', "}")])
def test_what_nests_absurdly_deep_is_nothing_and_stops_nothing(before: str, after: str) -> None:
    """Deep enough to be read as JSON, too deep to be followed."""
    tree = json.loads(before * 900 + '"a"' + after * 900)
    assert jsonld.text_of(tree) == "" and jsonld.texts_by_language(tree, "de") == {}
    assert list(jsonld.nodes(tree, "Job")) == [] and jsonld.by_id(tree) == {}
