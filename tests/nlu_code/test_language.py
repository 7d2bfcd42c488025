"""Which language a message is in, and when the conversation follows it."""

from __future__ import annotations

import pytest

from bot.nlu.language import LanguageReader, known_words, language_model, without_names

NAMES = {"de": "Deutsch", "en": "English", "pl": "Polski", "uk": "Українська", "ru": "Русский", "ar": "العربية"}
PLACES = {"arneburg", "stendal", "tangermunde"}
EXAMPLES = {
    "de": ["ich suche eine Wohnung in Stendal", "wo ist das Bürgerbüro", "Kita Platz frei", "Anmeldung Termin", "was kostet das"],
    "en": ["I am looking for a flat in Stendal", "where is the office", "is there a place", "how do I register", "what does it cost"],
    "pl": ["szukam mieszkania w Stendal", "gdzie jest urząd", "wolne miejsce w Kita", "jak zrobić Anmeldung", "ile to kosztuje"],
    "uk": ["шукаю квартиру в Стендалі", "де знаходиться управління", "чи є місце", "як зареєструватися", "скільки це коштує"],
    "ru": ["ищу квартиру в Стендале", "где находится ведомство", "есть ли место", "как прописаться", "сколько это стоит"],
    "ar": ["أبحث عن شقة في شتندال", "أين المكتب", "هل يوجد مكان", "كيف أسجل", "كم يكلف"],
}


@pytest.fixture(scope="module")
def reader() -> LanguageReader:
    rows = [(text, code) for code, texts in EXAMPLES.items() for text in texts]
    model = language_model([text for text, _ in rows], [code for _, code in rows], PLACES)
    known = {"ru": ["не", "склад", "где"], "uk": ["не", "склад", "termin"], "pl": ["anmeldung", "termin", "stendal", "telefon"]}
    return LanguageReader(NAMES, model, PLACES, known)


@pytest.mark.parametrize(
    ("text", "prior", "language", "switches"),
    [
        pytest.param("Gdzie mogę zapisać dziecko do szkoły?", "de", "pl", "pl", id="a clear sentence switches"),
        pytest.param("كيف أسجل طفلي في المدرسة؟", "en", "ar", "ar", id="another script switches"),
        pytest.param("ok", "uk", "uk", None, id="ok stays in the conversation's language"),
        pytest.param("Kita Stendal", "en", "en", None, id="names and offices' words do not switch"),
        pytest.param("де зробити Anmeldung?", "uk", "uk", None, id="a German word in a Ukrainian sentence"),
        pytest.param("123 !!!", "pl", "pl", None, id="nothing to read"),
        pytest.param("Ich brauche einen Termin beim Arzt, bitte.", "ar", "de", "de", id="German in an Arabic conversation"),
        pytest.param("", "uk", "uk", None, id="empty"),
        pytest.param("a flat in Tangermünde", "en", "en", None, id="the name of a place is no language"),
        pytest.param("треба Wohnberechtigungsschein", "uk", "uk", None, id="an office's word longer than the rest"),
        pytest.param("а deutschlandticket скільки", "uk", "uk", None, id="words count, not letters"),
        pytest.param("كم يكلف Wohnberechtigungsschein", "de", "ar", "ar", id="also for somebody who begins"),
        pytest.param("بدي Wohnberechtigungsschein für meine Familie", "ar", "ar", None, id="one Arabic word keeps Arabic"),
        pytest.param("не склад", "ru", "ru", None, id="words of both languages do not switch"),
        pytest.param("не склад", "uk", "uk", None, id="words of both languages, the other way round"),
        pytest.param("Anmeldung Termin Stendal Telefon", "pl", "pl", None, id="offices' words that its speakers use"),
        pytest.param("Wo ist das Bürgerbüro, und was kostet das?", "pl", "de", "de", id="words that they do not use"),
        pytest.param("не знаю де управління", "ru", "uk", "uk", id="a word that only the other one has"),
    ],
)
def test_reads(reader: LanguageReader, text: str, prior: str, language: str, switches: str | None) -> None:
    reading = reader.read(text, prior)
    assert (reading.language, reading.switches_to) == (language, switches)


@pytest.mark.parametrize("word", ["Anmeldung", "hello", "Привіт", "مرحبا", "Wohnung", "praca"])
@pytest.mark.parametrize("prior", list(NAMES))
def test_no_single_word_switches(reader: LanguageReader, word: str, prior: str) -> None:
    assert reader.read(word, prior).switches_to is None


def test_names_of_places_are_left_out_unless_there_is_nothing_else() -> None:
    assert without_names("Jobs in Tangermünde?", PLACES).split() == ["Jobs", "in", "?"]
    assert without_names("Tangermünde, Stendal!", PLACES) == "Tangermünde, Stendal!"


def test_known_words_are_those_of_several_examples() -> None:
    rows = [("pl", "jaki termin"), ("pl", "termin Termin"), ("pl", "TERMIN jaki"), ("de", "welcher Termin")]
    assert known_words([text for _, text in rows], [code for code, _ in rows]) == {"pl": ["termin"], "de": []}
