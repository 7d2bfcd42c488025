"""The language changes for the very reply, and nothing is deleted that was not confirmed."""

from __future__ import annotations

import pytest

from actions.visitor import ActionChangeLanguage, ActionSubmitDelete, ActionTellPersona
from tests.actions.conftest import Talk


@pytest.mark.parametrize("wanted", ["uk", ["pl", "uk"]])
def test_a_language_that_there_is_is_spoken_at_once(talk: Talk, wanted: object) -> None:
    assert talk.run(ActionChangeLanguage(), "change_language", language=wanted) == ["utter_language_changed"]
    assert talk.replies[0]["language"] == "uk" and talk.slots["language"] == "uk", "the last one that was named"


def test_the_language_that_is_spoken_already_does_not_change(talk: Talk) -> None:
    assert talk.run(ActionChangeLanguage(), "change_language", language="de") == ["utter_language_same"]
    talk.loop = {"name": "handoff_form"}
    assert talk.run(ActionChangeLanguage(), "change_language", language="de") == ["utter_handoff_open"], "the form goes on"


@pytest.mark.parametrize(("given", "response"), [({"language": "fr"}, "utter_language_unavailable"), ({}, "utter_ask_language")])
def test_else_those_that_there_are_are_offered(talk: Talk, given: dict[str, str], response: str) -> None:
    assert talk.run(ActionChangeLanguage(), "change_language", **given) == [response]
    offered = {button["payload"]: button["title"] for button in talk.replies[0]["buttons"]}
    assert len(offered) == 7 and offered['/change_language{"language": "ar"}'] == "العربية"
    assert talk.slots["language"] == "de"


@pytest.mark.parametrize(("confirmed", "erased"), [(True, True), (False, False), (None, False)])
def test_only_a_yes_deletes(talk: Talk, confirmed: bool | None, erased: bool) -> None:
    talk.slots["delete_confirmed"] = confirmed
    assert talk.run(ActionSubmitDelete(), "affirm") == ["utter_deleted" if erased else "utter_delete_kept"]
    assert ("erase" in talk.effects()) is erased
    assert talk.slots["delete_confirmed"] is None, "the next time is asked again"


def test_who_founds_a_firm_sees_rooms_and_advice_first(talk: Talk) -> None:
    talk.slots["persona"] = ["family", "founder"]
    assert talk.run(ActionTellPersona(), "tell_persona") == ["utter_tell_persona", "utter_search_beside"]
    assert {card["kind"] for card in talk.replies[1]["custom"]["offers"]} == {"service"}
    talk.slots["persona"] = "nobody that is known"
    assert talk.run(ActionTellPersona(), "tell_persona") == ["utter_tell_persona"]
