"""The part of an answer that tells what is asked, and no other."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot.knowledge.passages import sentences, telling

RULES: dict[str, Any] = {"aspects": {
    "cost": {"asked": ["cost", "much"], "told": ["fee", "euros", "free"]},
    "time": {"asked": ["long", "when"], "told": ["weeks", "months"]},
    "online": {"asked": ["online"]},
}, "idle": ["and", "what", "does", "it", "how", "is", "the", "a", "can", "in"], "leans": ["it", "that", "there"]}  # fmt: skip
ANSWER = """Register within two weeks of moving there. The residents' office is in charge.

Please bring:
• your passport
• the landlord's confirmation

Registering is free. A new card costs 20 euros and takes six weeks. You can do it online at portal.example.org."""


def tell(question: str, *asked: str, text: str = ANSWER, most: int = 3) -> list[str]:
    return telling(text, question.split(), asked, RULES, lambda each: re.findall(r"[\w']+", each.lower()), most=most)


def test_sentences_that_tell_an_aspect_in_their_order() -> None:
    assert tell("what does it cost", "cost") == ["Registering is free.", "A new card costs 20 euros and takes six weeks."]
    assert tell("how long", "time")[0] == "Register within two weeks of moving there."


def test_a_sentence_that_tells_both_things_asked_comes_before_those_that_tell_one() -> None:
    assert "A new card costs 20 euros and takes six weeks." in tell("how much how long", "cost", "time", most=1)


def test_words_of_the_question_say_which_sentence_is_meant() -> None:
    assert tell("passport", text=ANSWER) == ["• your passport"]
    assert tell("what does the card cost", "cost", most=1) == ["A new card costs 20 euros and takes six weeks."]


def test_what_makes_no_sense_alone_is_not_told_alone() -> None:
    text = "No confirmation? Tell the office. It has to help. The rest is free.\n• Until then there is help. After that you pay."
    assert tell("confirmation", text=text) == ["No confirmation? Tell the office. It has to help."]
    assert tell("help", text=text, most=1) == ["No confirmation? Tell the office. It has to help."]
    assert tell("pay", text=text) == ["• Until then there is help. After that you pay."]


def test_an_aspect_without_words_of_its_own_is_told_by_those_of_the_question() -> None:
    assert tell("can it online", "online") == ["You can do it online at portal.example.org."]


@pytest.mark.parametrize(("question", "asked"), [("what does it cost", ("cost",)), ("theatre", ())])
def test_what_is_not_told_is_not_guessed(question: str, asked: tuple[str, ...]) -> None:
    assert tell(question, *asked, text="Bring your passport. The office is in the town hall.") == []


def test_a_word_that_all_of_the_answer_is_about_chooses_no_sentence() -> None:
    text = "The school begins at six. The school calls you. Ask the school early."
    assert tell("which school", text=text) == []


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("1. Sagen Sie uns, z. B. im Büro, wann. Rufen Sie an.", ["1. Sagen Sie uns, z. B. im Büro, wann.", "Rufen Sie an."]),
        ("Nach § 24 Abs. 1 gilt das. Mehr sagt das Amt.", ["Nach § 24 Abs. 1 gilt das.", "Mehr sagt das Amt."]),
        ("Idziesz na ul. Polną mit. Nach Klasse 4.", ["Idziesz na ul. Polną mit.", "Nach Klasse 4."]),
        ("التسجيل مجاني تلقائياً. لا تحتاج إلى موعد؟ نعم", ["التسجيل مجاني تلقائياً.", "لا تحتاج إلى موعد؟", "نعم"]),
        ("• Erstens\n• Zweitens", ["• Erstens", "• Zweitens"]),
    ],
)
def test_sentences_are_cut_where_they_end(text: str, parts: list[str]) -> None:
    assert sentences(text) == parts
