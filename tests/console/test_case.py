"""A case from the visitor's wish to its closing (reliability.md, cases 7, 10, 23)."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.db import audit, case_events, cases, messages

from .conftest import Member, Office, case_of


def _authors(talk: Any, after: int) -> list[tuple[str, str]]:
    return [(message["author"], message["language"]) for message in talk.messages(after)]


@pytest.mark.parametrize("language", ["de", "ar"])
def test_taking_answering_giving_back_closing(
    language: str, member: Callable[..., Member], visitor: Callable[..., Any], engine: Engine
) -> None:
    talk, somebody = visitor(language), member(name="Jana Behrendt")
    number = case_of(talk, {"de": "Wir suchen eine Hebamme.", "ar": "نبحث عن قابلة."}[language])
    before = talk.messages()[-1]["seq"]
    assert somebody.post(f"/cases/{number}/take").status_code == 303
    assert talk.state() | {"state": "live", "staff": "Jana Behrendt"} == talk.state()
    assert somebody.answer(number, "Guten Tag,\n\n\n\nich helfe   Ihnen gern weiter.").status_code == 303
    assert talk.say("1234 ?") == [], "the assistant must be silent"
    joined, reply = talk.messages(before)[:2]
    assert (joined["author"], joined["language"]) == ("system", language)
    assert "Jana Behrendt" in joined["text"]
    assert (reply["author"], reply["name"], reply["language"]) == ("staff", "Jana Behrendt", "de")
    assert reply["text"] == "Guten Tag,\n\nich helfe Ihnen gern weiter."
    assert somebody.post(f"/cases/{number}/give-back").status_code == 303
    assert talk.messages()[-1]["author"] == "system"
    assert talk.say("Hallo")[0]["author"] == "bot", "the assistant must speak again"
    assert somebody.post(f"/cases/{number}/take").status_code == 303
    assert somebody.post(f"/cases/{number}/close").status_code == 303
    last = talk.messages()[-1]
    assert (last["author"], last["language"]) == ("system", language) and number in last["text"]
    assert talk.say("Hallo")[0]["author"] == "bot"
    with engine.connect() as connection:
        kinds = connection.execute(
            sa.select(case_events.c.kind).where(case_events.c.case_number == number).order_by(case_events.c.id)
        )
        assert [row.kind for row in kinds] == ["created", "taken", "answered", "given back", "taken", "closed"]
        noted = connection.execute(sa.select(audit.c.what).where(audit.c.object == number).order_by(audit.c.id))
        assert [row.what for row in noted] == [
            "case taken", "case answered", "case given back", "case taken", "case closed"
        ]  # fmt: skip
    assert somebody.answer(number, "Zu spät").status_code == 409


def test_reading_is_audited_without_words(
    member: Callable[..., Member], visitor: Callable[..., Any], engine: Engine
) -> None:
    somebody, number = member(), case_of(visitor())
    somebody.page(f"/cases/{number}")
    with engine.connect() as connection:
        row = connection.execute(sa.select(audit).where(audit.c.object == number)).one()
    assert (row.what, row.user_id, row.address) == ("case read", somebody.id, "127.0.0.1")


def test_only_one_takes_a_case(member: Callable[..., Member], visitor: Callable[..., Any]) -> None:
    number = case_of(visitor())
    staff = [member(name=name) for name in ("Anna Albrecht", "Bernd Busch", "Cem Can")]
    tokens = [each.csrf for each in staff]

    def take(each: int) -> httpx.Response:
        return staff[each].http.post(f"/console/cases/{number}/take", data={"csrf": tokens[each]})

    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(take, range(3)))
    assert sorted(answer.status_code for answer in answers) == [303, 409, 409]
    winner = next(each.name for each, answer in zip(staff, answers, strict=True) if answer.status_code == 303)
    assert all(winner in answer.text for answer in answers if answer.status_code == 409)


def test_only_the_owner_answers(member: Callable[..., Member], visitor: Callable[..., Any]) -> None:
    talk, owner, other = visitor(), member(name="Anna Albrecht"), member(name="Bernd Busch")
    number = case_of(talk)
    assert other.answer(number, "Hallo").status_code == 409
    owner.post(f"/cases/{number}/take")
    seq = talk.messages()[-1]["seq"]
    for path in ("reply", "give-back", "close"):
        answer = other.post(f"/cases/{number}/{path}", text="Hallo", key="k" * 12)
        assert answer.status_code == 409 and "Anna Albrecht" in answer.text
    assert talk.messages(seq) == []
    admin = member("administrator")
    assert admin.post(f"/cases/{number}/release").status_code == 303
    assert other.post(f"/cases/{number}/take").status_code == 303


def test_the_same_form_says_it_once(
    member: Callable[..., Member], visitor: Callable[..., Any], engine: Engine
) -> None:
    talk, somebody = visitor(), member()
    number = case_of(talk)
    somebody.post(f"/cases/{number}/take")
    token = somebody.csrf

    def send(_: int) -> int:
        data = {"csrf": token, "text": "Einmal", "key": "the-same-form-key"}
        return somebody.http.post(f"/console/cases/{number}/reply", data=data).status_code

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(send, range(4))) == {303}
    assert [m["text"] for m in talk.messages() if m["author"] == "staff"] == ["Einmal"]
    seqs = [m["seq"] for m in talk.messages()]
    assert seqs == list(range(1, len(seqs) + 1)), "a number was left out"
    with engine.connect() as connection:
        case = connection.execute(sa.select(cases).where(cases.c.number == number)).one()
    assert case.state == "waiting"


def test_what_is_sent_from_the_helps_is_not_what_was_sent_from_the_field(office: Office) -> None:
    somebody, (talk, number) = office.member(), office.case()
    somebody.post(f"/cases/{number}/take")
    page = somebody.page(f"/cases/{number}")
    field, helps = (
        re.search(r'name="key" value="([^"]+)"', page.partition(f'action="/console/cases/{number}/{path}"')[2])
        for path in ("reply", "prepared")
    )
    assert field and helps
    somebody.answer(number, "Guten Tag", field.group(1))
    somebody.post(f"/cases/{number}/prepared", name="still_open", key=helps.group(1))
    assert len([message for message in talk.messages() if message["author"] == "staff"]) == 2


@pytest.mark.parametrize(
    ("text", "status"),
    [
        pytest.param("", 422, id="nothing"),
        pytest.param(" \n\u200b\u202e ", 422, id="nothing to see"),
        pytest.param("ж" * 4001, 422, id="too long"),
        pytest.param("ж" * 4000, 200, id="just fits"),
    ],
)
def test_limits_of_a_reply(
    text: str, status: int, member: Callable[..., Member], visitor: Callable[..., Any]
) -> None:
    somebody, number = member(), case_of(visitor())
    somebody.post(f"/cases/{number}/take")
    fields = {"csrf": (None, somebody.csrf), "text": (None, text), "key": (None, "k" * 12)}
    answer = somebody.http.post(f"/console/cases/{number}/reply", files=fields, headers={"HX-Request": "true"})
    assert answer.status_code == status
    if status == 422:
        # The open page keeps what was written, and shows why beside it.
        assert answer.headers["hx-retarget"] == "#notice"


def test_reply_is_cleaned_and_its_language_known(
    member: Callable[..., Member], visitor: Callable[..., Any]
) -> None:
    talk, somebody = visitor("ar"), member()
    number = case_of(talk, "نبحث عن قابلة.")
    somebody.post(f"/cases/{number}/take")
    somebody.answer(number, "مرحبا، كيف يمكنني مساعدتك اليوم؟\u202e\x00")
    somebody.answer(number, "<b>Gern</b> helfe ich Ihnen dabei, den Antrag auszufüllen.")
    arabic, german = talk.messages()[-2:]
    assert (arabic["direction"], arabic["language"], german["direction"], german["language"]) == ("rtl", "ar", "ltr", "de")
    assert arabic["text"] == "مرحبا، كيف يمكنني مساعدتك اليوم؟"
    assert german["text"].startswith("<b>Gern</b>"), "escaping is the page's work, not the log's"
    assert "&lt;b&gt;Gern&lt;/b&gt;" in somebody.page(f"/cases/{number}")


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "<svg onload=alert(1)>",
        "[link](javascript:alert(1))", "{{ 1337*7331 }}", "</textarea><script>", "\u202eevil", "{0.__class__}", "javascript:alert(1)",
    ],
)  # fmt: skip
def test_what_a_visitor_writes_is_text(
    text: str, member: Callable[..., Member], visitor: Callable[..., Any]
) -> None:
    talk = visitor()
    talk.say(text)
    somebody, number = member(), case_of(talk, text)
    for page in (somebody.page(f"/cases/{number}"), somebody.page("/?state=new")):
        assert "alert(1)>" not in re.sub(r"&#?\w+;", "", page.replace("&lt;", "").replace("&gt;", "")).replace("alert(1)", "")
        assert not re.search(r"<(script(?! src=)|img src=x|svg)", page)
        assert 'href="javascript:' not in page and "9801547" not in page
        assert "\u202e" not in page


def test_unknown_and_deleted_cases_are_not_found(member: Callable[..., Member], visitor: Callable[..., Any]) -> None:
    talk, somebody = visitor(), member()
    number = case_of(talk)
    assert talk.http.delete(talk.path, headers=talk.headers).status_code == 204
    for each in (number, "HL-0000-00", "x" * 300, "%00"):
        assert somebody.http.get(f"/console/cases/{each}").status_code == 404
    assert somebody.post(f"/cases/{number}/take").status_code == 404


def test_number_may_be_typed_small(member: Callable[..., Member], visitor: Callable[..., Any]) -> None:
    number = case_of(visitor())
    assert number in member().page(f"/cases/{number.lower()}")


def test_what_staff_see_is_stored_once(engine: Engine, member: Callable[..., Member], visitor: Callable[..., Any]) -> None:
    talk, somebody = visitor(), member()
    number = case_of(talk)
    somebody.post(f"/cases/{number}/take")
    with engine.connect() as connection:
        row = connection.execute(
            sa.select(messages).where(messages.c.conversation_id == talk.id).order_by(messages.c.seq.desc()).limit(1)
        ).one()
    assert (row.author, row.extra["utter"], row.extra["values"]) == (
        "system", "utter_staff_joined", {"name": "Jana Behrendt"}
    )  # fmt: skip
