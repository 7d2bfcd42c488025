"""A conversation in a terminal, with a small model."""

from __future__ import annotations

import io
import re

import pytest

from bot.conversation.brain import Brain
from bot.training import talk
from tests.training.small import REPLIES


@pytest.fixture
def typed(small_brain: Brain, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    """`await typed("en", "hello", "1")` is what the terminal shows, without its prompts."""

    async def run(language: str, *lines: str) -> list[str]:
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        await talk._talk(small_brain, language)
        small_brain.trackers.forget("terminal")
        lines_shown = capsys.readouterr().out.replace("> ", "\n").splitlines()
        # `lotse chat` keeps Rasa quiet; here it writes what it does, each line with its time.
        return [line for line in lines_shown if line.strip() and not re.match(r"\d{4}-\d\d-\d\d ", line)]

    return run


async def test_each_line_is_answered_until_the_input_ends(typed) -> None:  # type: ignore[no-untyped-def]
    shown = await typed("en", "I need a job", "", "register my address")
    assert shown[0] == REPLIES["en"]["utter_welcome"]
    assert [line for line in shown if line in REPLIES["en"].values()][1:] == ["There is work.", "At the town hall."]
    assert re.fullmatch(r"  \[en\] find_job \([01]\.\d\d\)", shown[1])
    assert re.fullmatch(r"  \[en\] faq/registration \([01]\.\d\d\)", shown[3])


async def test_a_number_presses_a_button_of_the_last_reply(typed) -> None:  # type: ignore[no-untyped-def]
    shown = await typed("en", "hello", "1", "1")
    assert "  1) Job" in shown
    assert "  [en] find_job (1.00)" in shown and "There is work." in shown
    assert shown.count("  [en] find_job (1.00)") == 1, "that reply has no buttons: the second 1 is only a text"


async def test_a_number_without_its_button_is_a_text(typed) -> None:  # type: ignore[no-untyped-def]
    for number in ("0", "2", "-1"):
        assert "find_job (1.00)" not in "".join(await typed("en", "hello", number))


async def test_who_changes_the_language_is_answered_in_it(typed) -> None:  # type: ignore[no-untyped-def]
    shown = await typed("en", "ich suche Arbeit im Lager", "guten Morgen zusammen")
    assert "Arbeit gibt es." in shown and shown[-2] == "Guten Tag!"
