"""Tokens of each language, with offsets that fit the text."""

import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.tokenizer import NO_TOKENS, LanguageTokenizer, guess_language, rules_for, split

SENTENCES = [
    pytest.param("de", "Suche 3-Zimmer-Wohnung, z. B. in Tangermünde!", "Tangermünde", id="German"),
    pytest.param("en", "I don't drive, is there a bus?", "bus", id="English"),
    pytest.param("pl", "Szukam pracy w Stendalu.", "Stendalu", id="Polish"),
    pytest.param("uk", "Шукаю п'ять кімнат у Стендалі", "кімнат", id="Ukrainian"),
    pytest.param("ru", "Ищу садик для дочки, 3 года", "садик", id="Russian"),
    pytest.param("ar", "أبحث عن عمل، في هافلبرغ؟", "عمل", id="Arabic"),
    pytest.param("vi", "Tôi tìm việc làm", "việc", id="a language without content"),
    pytest.param("xx-unknown", "some words here", "words", id="a language spaCy does not know"),
]


@pytest.mark.parametrize(("language", "text", "word"), SENTENCES)
def test_tokens_stand_where_they_say(language: str, text: str, word: str) -> None:
    tokens = split(text, language)
    assert word in [token for token, _ in tokens]
    assert all(text[start : start + len(token)] == token for token, start in tokens)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Wohnung in Stendal", "de"),
        ("шукаю роботу", "uk"),
        ("شقة في ستندال", "ar"),
        ("Wohnung для нас", "de"),
        ("123 !", "de"),
    ],
    ids=["Latin", "Cyrillic", "Arabic", "mixed, mostly Latin", "no letters"],
)
def test_without_a_language_the_script_decides(text: str, language: str) -> None:
    assert guess_language(text) == language


def test_the_component_uses_the_language_of_the_message() -> None:
    component = LanguageTokenizer(LanguageTokenizer.get_default_config())
    message = Message(data={"text": "Немає п'яти кімнат", "language": "uk"})
    component.process([message])
    assert [token.text for token in message.get("text_tokens")][-1] == "кімнат"


def test_who_does_not_look_at_tokens_is_told_none_and_none_are_made() -> None:
    component = LanguageTokenizer(LanguageTokenizer.get_default_config())
    told = []
    for metadata in ({}, {NO_TOKENS: True}):
        data = {"text": "Hallo Stendal", "language": "de", "metadata": metadata}
        message = Message(data=data, output_properties={"text_tokens"})
        component.process([message])
        told.append(message.as_dict(only_output_properties=True).get("text_tokens"))
    assert told == [[(0, 5), (6, 13)], None]
    assert message.get("text_tokens")._made is None


def test_a_language_is_built_once() -> None:
    assert rules_for("de") is rules_for("de")


def test_an_empty_text_has_no_tokens() -> None:
    assert split("   ") == []
