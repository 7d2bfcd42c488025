"""Replies of all languages become Rasa's conditional variations; what is missing is filled and named."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.errors import ContentErrors
from bot.languages import load_languages
from bot.training.responses import Merged, merge_responses, read_responses

Write = Callable[[str, str], Path]


def merged(data: Path) -> Merged:
    languages = load_languages(data)
    return merge_responses(read_responses(data, languages), languages)


def texts(result: Merged, name: str) -> dict[str, str]:
    """language -> text of its first variation."""
    found: dict[str, str] = {}
    for variation in result.responses[name]:
        found.setdefault(variation["condition"][0]["value"], variation["text"])
    return found


@pytest.fixture
def replies(write: Write) -> None:
    write("responses/de/a.yml", "responses:\n  utter_hello:\n  - text: Guten Tag\n  utter_only_german:\n  - text: Nur hier\n")
    write("responses/en/a.yml", "responses:\n  utter_hello:\n  - text: Hello\n  utter_only_english:\n  - text: Only here\n")


def test_each_language_has_its_own_words(data: Path, replies: None) -> None:
    assert texts(merged(data), "utter_hello") == {"de": "Guten Tag", "de-simple": "Guten Tag", "en": "Hello", "ar": "Hello"}


def test_what_is_missing_is_said_in_the_language_that_stands_in(data: Path, replies: None) -> None:
    result = merged(data)
    assert texts(result, "utter_only_english") == dict.fromkeys(["de", "de-simple", "en", "ar"], "Only here")
    assert texts(result, "utter_only_german") == dict.fromkeys(["de", "de-simple", "en", "ar"], "Nur hier")


def test_every_gap_is_named_with_who_fills_it(data: Path, replies: None) -> None:
    assert set(merged(data).gaps) == {
        ("de-simple", "utter_hello", "de"), ("ar", "utter_hello", "en"),
        ("de", "utter_only_english", "en"), ("de-simple", "utter_only_english", "en"), ("ar", "utter_only_english", "en"),
        ("de-simple", "utter_only_german", "de"), ("en", "utter_only_german", "de"), ("ar", "utter_only_german", "de"),
    }  # fmt: skip


def test_a_filled_gap_says_in_which_language_it_is(data: Path, replies: None) -> None:
    languages = {v["condition"][0]["value"]: v["metadata"]["language"] for v in merged(data).responses["utter_hello"]}
    assert languages == {"de": "de", "de-simple": "de", "en": "en", "ar": "en"}


def test_own_conditions_sources_and_buttons_stay(data: Path, write: Write) -> None:
    write("responses/de/a.yml", """responses:
  utter_faq/registration:
  - text: Melden Sie sich an.
    metadata: {sources: [bamf]}
    buttons: [{title: Mensch, payload: /request_human}]
    condition: [{type: slot, name: persona, value: returner}]
""")
    first = merged(data).responses["utter_faq/registration"][0]
    assert [condition["name"] for condition in first["condition"]] == ["language", "persona"]
    assert first["metadata"] == {"sources": ["bamf"], "language": "de"}
    assert first["buttons"][0]["payload"] == "/request_human"


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        pytest.param("responses:\n  hello:\n  - text: x\n", 1, "'hello'", id="a name that is no reply's"),
        pytest.param("responses:\n  utter_a:\n  - txt: x\n", 3, "text is missing", id="a misspelt field"),
        pytest.param("responses:\n  utter_a:\n  - text: ''\n", 3, "is empty", id="an empty text"),
        pytest.param("responses:\n  utter_a: []\n", 2, "at least 1", id="no variation"),
        pytest.param("responses:\n  utter_a:\n  - text: x\n    buttons: [{title: a, payload: affirm}]\n", 4,
                     "A payload is an intent after a slash", id="a payload without a slash"),
        pytest.param("responses:\n  utter_a:\n  - text: x\n    metadata: {sources: [bamf, gone]}\n", 4,
                     "'gone' is no known source", id="an unknown source"),
        pytest.param("responses:\n  utter_a:\n  - text: x\n  utter_a:\n  - text: y\n", 4, "twice", id="a name twice in a file"),
    ],
)  # fmt: skip
def test_a_broken_reply_is_told_with_file_and_line(data: Path, write: Write, text: str, line: int, told: str) -> None:
    file = write("responses/de/a.yml", text)
    with pytest.raises(ContentErrors) as raised:
        merged(data)
    error = raised.value.errors[0]
    assert (error.file, error.line) == (file, line) and told in str(error)


def test_a_name_in_two_files_is_refused(data: Path, write: Write) -> None:
    write("responses/de/a.yml", "responses:\n  utter_a:\n  - text: x\n")
    file = write("responses/de/b.yml", "responses:\n  utter_b:\n  - text: x\n  utter_a:\n  - text: y\n")
    with pytest.raises(ContentErrors) as raised:
        merged(data)
    (error,) = raised.value.errors
    assert (error.file, error.line) == (file, 4)


OURS = Path("data")
FURTHER = {
    "registration": ["wohnsitzanmeldung.de"],
    "public_transport": ["2.90", "1.50"],
    "emergency": ["116117", "kzv-lsa.de"],
    "residence_permit": ["03931", "§ 81", "§ 24"],
    "family_reunion": ["75"],
    "driving_licence": ["03931", "40", "70"],
    "recognition": ["100", "600", "1815-1111"],
    "unemployment_benefit": ["165", "jobcenter-ge.de/Jobcenter/Stendal"],
    "social_counselling": ["03931"],
    "seniors": ["990", "3539"],
    "building": ["1.5"],
    "work_permit": ["03931"],
}
"""What visitors ask next: what it costs, whom to call, how to do it online. It is answered out of the same answer."""


@pytest.fixture(scope="module")
def own_answers() -> dict[str, dict[str, str]]:
    """language -> answer -> its text for everybody, of those that are not easy variants."""
    languages = load_languages(OURS)
    replies = read_responses(OURS, languages)
    return {
        language.code: {name: variations[0]["text"] for name, variations in replies[language.code].items()}
        for language in languages
        if not language.plain
    }


@pytest.mark.parametrize("name", FURTHER)
def test_an_answer_tells_what_is_asked_next(own_answers: dict[str, dict[str, str]], name: str) -> None:
    for language, answers in own_answers.items():
        text = re.sub(r"(?<=\d)[.,](?=\d{3}(?!\d))", "", answers[f"utter_faq/{name}"]).replace(",", ".")
        missing = [told for told in FURTHER[name] if told not in text]
        assert not missing, f"{language}: {name} lacks {missing}"


@pytest.mark.parametrize("language", ["uk", "ru"])
def test_who_writes_in_ukrainian_or_russian_reads_of_section_24_first(
    own_answers: dict[str, dict[str, str]], language: str
) -> None:
    for name in ("protection_status", "residence_permit"):
        assert "§ 24" in own_answers[language][f"utter_faq/{name}"].split("\n\n")[0]


def test_an_answer_is_read_on_a_telephone(own_answers: dict[str, dict[str, str]]) -> None:
    assert {
        f"{language}: {name}": len(text.split())
        for language, answers in own_answers.items()
        for name, text in answers.items()
        if name.startswith("utter_faq/") and len(text.split()) > 175
    } == {}
