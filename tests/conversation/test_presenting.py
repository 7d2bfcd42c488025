"""What visitors see of a message, and what stays on the server."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from bot.conversation.presenting import Presenter, timestamp
from bot.languages import load_languages
from tests.conversation.conftest import ROOT

SOURCES = {"bamf": {"title": "BAMF", "url": "https://bamf.example", "checked_on": "2026-10-01", "note": "internal"}}


@pytest.fixture
def presenter() -> Presenter:
    return Presenter(load_languages(ROOT / "data"), SOURCES)


def shown(presenter: Presenter, row: dict[str, Any], **also: Any) -> dict[str, Any]:
    stored = {"seq": 3, "at": 0.0, "client_id": None, "name": None, **row, **also}
    return presenter.message(SimpleNamespace(**stored))


def test_times_are_utc_with_milliseconds() -> None:
    assert timestamp(1767225600.1234) == "2026-01-01T00:00:00.123Z"


def test_buttons_get_ids_and_keep_their_meaning_to_themselves(presenter: Presenter) -> None:
    reply = {"text": "Und?", "buttons": [{"title": "Ja", "payload": "/affirm"}, {"title": "Nein", "payload": "/deny"}]}
    row = presenter.row(reply, "de", reply_to=7, number=1)
    assert [button["payload"] for button in row["extra"]["buttons"]] == ["/affirm", "/deny"]
    assert shown(presenter, row)["buttons"] == [{"id": "7.1.0", "title": "Ja"}, {"id": "7.1.1", "title": "Nein"}]


def test_a_greeting_answers_nothing_but_has_buttons(presenter: Presenter) -> None:
    row = presenter.row({"text": "x", "buttons": [{"title": "a", "payload": "/b"}]}, "de", reply_to=None, number=0)
    assert row["extra"]["buttons"][0]["id"] == "0.0.0" and row["reply_to"] is None


def test_a_form_is_shown_without_what_its_fields_mean_inside(presenter: Presenter) -> None:
    form = {"title": "T", "submit": "S", "sent": "G", "also": {"handoff_consent": True},
            "fields": [{"name": "a", "type": "text", "label": "A", "entity": "handoff_topic"}]}  # fmt: skip
    message = shown(presenter, presenter.row({"text": "x", "custom": {"form": form}}, "de", reply_to=4, number=0))
    assert message["form"]["id"] == "4.0"
    assert message["form"]["fields"] == [{"name": "a", "type": "text", "label": "A"}]
    assert "also" not in message["form"], "what the form confirms is the server's business"


def test_only_known_sources_are_shown_and_only_their_public_fields(presenter: Presenter) -> None:
    row = presenter.row({"text": "x", "metadata": {"sources": ["bamf", "gone"]}}, "de", reply_to=1, number=0)
    assert shown(presenter, row)["sources"] == [
        {"title": "BAMF", "url": "https://bamf.example", "checked_on": "2026-10-01"}
    ]


def test_a_source_that_nobody_opened_has_no_day() -> None:
    presenter = Presenter(load_languages(ROOT / "data"), {"law": {"title": "Law", "url": "https://law.example"}})
    row = presenter.row({"text": "x", "metadata": {"sources": ["law"]}}, "de", reply_to=1, number=0)
    assert shown(presenter, row)["sources"] == [{"title": "Law", "url": "https://law.example", "checked_on": None}]


def test_a_reply_given_in_another_language_says_so(presenter: Presenter) -> None:
    row = presenter.row({"text": "Hello", "metadata": {"language": "en"}}, "ar", reply_to=1, number=0)
    message = shown(presenter, row)
    assert (message["language"], message["direction"]) == ("en", "ltr")
    row = presenter.row({"text": "?", "metadata": {"language": "xx"}}, "ar", reply_to=1, number=0)
    assert shown(presenter, row)["direction"] == "rtl"


def test_optional_fields_are_left_out_where_there_is_nothing(presenter: Presenter) -> None:
    row = presenter.row({"text": "x"}, "de", reply_to=1, number=0)
    assert set(shown(presenter, row)) == {
        "seq", "author", "text", "language", "direction", "at", "buttons", "offers", "sources"
    }  # fmt: skip
    written = shown(presenter, row, client_id="c", name="Frau Muster", author="staff")
    assert (written["client_id"], written["name"], written["author"]) == ("c", "Frau Muster", "staff")
