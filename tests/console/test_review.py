"""Review by the content team: every conversation, nobody's contact data."""

from __future__ import annotations

import csv
import io
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
import yaml
from sqlalchemy.engine import Engine

from bot.db import messages

from .conftest import Member, case_of, writing


def test_editor_marks_what_it_should_have_been(member: Callable[..., Member], visitor: Callable[..., Any]) -> None:
    talk, editor = visitor(), member("editor")
    talk.say("Wie melde ich mich um? Meine Nummer ist 0176 12345678, olena@example.org, geboren 12.03.1985")
    seq = next(m["seq"] for m in talk.messages() if m["author"] == "visitor")
    assert editor.http.get("/console/").headers["location"] == "/console/review"
    assert f"/console/review/talk/{talk.id}" in editor.page("/review?kind=open")
    page = editor.page(f"/review/talk/{talk.id}")
    assert "[Telefon]" in page and "12345678" not in page and "olena@" not in page and "12.03.1985" not in page
    path = f"/review/talk/{talk.id}/{seq}"
    assert editor.post(path, verdict="wrong", intent="no such intent").status_code == 400
    assert editor.post(path, verdict="wrong", intent="faq/registration", note="Ummelden").status_code == 303
    assert "Falsch verstanden: Anmelden und Ummelden" in editor.page(f"/review/talk/{talk.id}")
    assert f"/console/review/talk/{talk.id}" not in editor.page("/review?kind=open")
    sheet = editor.http.get("/console/review/marks.csv")
    assert sheet.content.startswith(b"\xef\xbb\xbf") and "12345678" not in sheet.text
    rows = list(csv.reader(io.StringIO(sheet.content.decode("utf-8-sig")), delimiter=";"))
    assert any("Anmelden und Ummelden" in row and "Ummelden" in row for row in rows)
    documents = list(yaml.safe_load_all(editor.http.get("/console/review/marks.yml").text))
    by_intent = {each["intent"]: each["examples"] for document in documents for each in document["nlu"]}
    assert "Wie melde ich mich um?" in by_intent["faq/registration"] and "[" not in by_intent["faq/registration"]
    assert editor.post(path, verdict="none").status_code == 303
    assert "Falsch verstanden:" not in editor.page(f"/review/talk/{talk.id}")


def test_contact_of_a_case_is_not_shown_to_editors(member: Callable[..., Member], visitor: Callable[..., Any]) -> None:
    talk, editor = visitor(), member("editor")
    asked = talk.press([b["id"] for m in talk.greeting for b in m["buttons"]][-1])
    talk.press(asked[-1]["buttons"][0]["id"])
    talk.say("Wir suchen eine Hebamme.")
    summary = talk.say("olena.kovalenko@example.org")
    talk.press(summary[-1]["buttons"][0]["id"])
    number = talk.state()["case_number"]
    page = editor.page(f"/review/talk/{talk.id}")
    assert "olena.kovalenko" not in page and number not in page and "[E-Mail]" in page
    assert editor.http.get(f"/console/cases/{number}").status_code == 403


def test_unknown_conversation(member: Callable[..., Member]) -> None:
    editor = member("editor")
    assert editor.http.get("/console/review/talk/" + "0" * 32).status_code == 404
    assert editor.post("/review/talk/" + "0" * 32 + "/1", verdict="good").status_code == 404


def test_answers_in_the_form_are_no_misunderstandings(
    member: Callable[..., Member], visitor: Callable[..., Any], engine: Engine
) -> None:
    talk, editor = visitor(), member("editor")
    talk.press([b["id"] for m in talk.greeting for b in m["buttons"]][-1])
    mark = uuid.uuid4().hex[:6]
    # A topic as its button says it, a concern that means nothing to anybody, no contact at all, and one.
    said = ["Wohnen", f"brzlfx {mark} gnompf", f"xyzzy {mark}", "+49 176 12345999"]
    for text in said:
        talk.say(text)
    with engine.connect() as connection:
        query = sa.select(messages.c.text, messages.c.extra).where(messages.c.conversation_id == talk.id, messages.c.author == "visitor")
        answered = {row.text: row.extra.get("answered") for row in connection.execute(query)}
    assert [answered.get(text) for text in said] == ["handoff_topic", "handoff_concern", None, "handoff_contact"]
    content = editor.http.get("/console/review/misunderstood.csv").content.decode("utf-8-sig")
    shown = [row[0] for row in csv.reader(io.StringIO(content), delimiter=";")]
    assert f"xyzzy {mark}" in shown and not {f"brzlfx {mark} gnompf", "[Telefon]"} & set(shown)


@pytest.mark.parametrize("language", ["de", "en"])
def test_no_name_of_the_program_is_shown(
    language: str, member: Callable[..., Member], visitor: Callable[..., Any], engine: Engine
) -> None:
    talk, editor = visitor(), member("editor")
    editor.post("/language", language=language)
    talk.say("xyzzy plugh")
    talk.say("frobnitz quux")
    m = messages.c
    own = [row["seq"] for row in talk.messages() if row["author"] == "visitor"]
    with writing(engine) as connection:
        for seq, name in zip(own, ("nlu_fallback", "inform"), strict=True):
            mine = (m.conversation_id == talk.id) & (m.seq == seq)
            connection.execute(messages.update().where(mine).values(extra={"intent": {"name": name, "confidence": 0.2}}))
    for seq in own:
        assert editor.post(f"/review/talk/{talk.id}/{seq}", verdict="wrong").status_code == 303
    pages = ("misunderstood", "misunderstood.csv", "marks.csv", f"talk/{talk.id}")
    for text in (editor.page(f"/review/{path}") for path in pages):
        assert "nlu_fallback" not in text and not re.search(r"\binform\b", text)
        assert {"de": "nicht verstanden", "en": "not understood"}[language] in text


def test_list_of_misunderstood(member: Callable[..., Member], visitor: Callable[..., Any]) -> None:
    talk, editor = visitor(), member("editor")
    talk.say("xyzzy plugh frobnitz quux")
    number = case_of(visitor())
    page = editor.page("/review/misunderstood")
    assert number not in page
    assert editor.http.get("/console/review/misunderstood.csv").status_code == 200
