"""Closing several cases at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.db import cases

from .conftest import OWN, Member, case_of


def test_closes_what_is_free_or_ones_own(
    member: Callable[..., Member], visitor: Callable[..., Any], engine: Engine
) -> None:
    talks = [visitor(), visitor("ar"), visitor()]
    free, own, others = case_of(talks[0]), case_of(talks[1], "نبحث عن قابلة."), case_of(talks[2])
    somebody, colleague = member(), member(name="Anna Albrecht")
    somebody.post(f"/cases/{own}/take")
    colleague.post(f"/cases/{others}/take")
    data = {"csrf": somebody.csrf, "number": [free, own, others, "HL-0000-00"]}
    answer = somebody.http.post("/console/inbox/close", data=data, headers=OWN)
    assert answer.status_code == 409 and others in answer.text and free not in answer.text
    with engine.connect() as connection:
        query = sa.select(cases.c.number, cases.c.state).where(cases.c.number.in_([free, own, others]))
        assert {row.number: row.state for row in connection.execute(query)} == {
            free: "closed", own: "closed", others: "open",
        }  # fmt: skip
    assert [message["author"] for message in talks[0].messages()][-2:] == ["bot", "system"], "nobody has taken it"
    told = talks[1].messages()[-1]
    assert (told["author"], told["language"]) == ("system", "ar") and own in told["text"]
    assert somebody.post("/inbox/close").status_code == 422


def test_the_search_before_is_offered_again(
    member: Callable[..., Member], visitor: Callable[..., Any]
) -> None:
    talk, somebody = visitor(), member()
    talk.say("Ich suche eine Wohnung in Tangermünde")
    number = case_of(talk)
    assert somebody.post("/inbox/close", number=number).status_code == 303
    closed, offered = talk.messages()[-2:]
    assert (closed["author"], offered["author"]) == ("system", "bot") and "Tangermünde" in offered["text"]
