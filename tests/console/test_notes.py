"""Notes and tags: for the team alone."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.db import audit, case_notes, case_tags

from .conftest import Member, case_of, writing


def test_notes_and_tags_stay_with_the_team(
    member: Callable[..., Member], visitor: Callable[..., Any], engine: Engine
) -> None:
    talk, somebody, other = visitor(), member(name="Jana Behrendt"), member(name="Bernd Busch")
    number = case_of(talk)
    assert somebody.post(f"/cases/{number}/notes", text="Ruft morgen <b>wieder</b> an").status_code == 303
    assert somebody.post(f"/cases/{number}/tags", tag="Härtefall").status_code == 303
    assert somebody.post(f"/cases/{number}/tags", tag="Härtefall").status_code == 303
    page = other.page(f"/cases/{number}")
    assert "Ruft morgen &lt;b&gt;wieder&lt;/b&gt; an" in page and "Härtefall" in page
    assert "Härtefall" in other.page("/?tag=H%C3%A4rtefall")
    seen = talk.http.get(f"{talk.path}/export", headers=talk.headers).text
    assert "Ruft morgen" not in str(talk.messages()) and "Ruft morgen" not in seen
    assert other.post(f"/cases/{number}/untag", tag="Härtefall").status_code == 303
    with engine.connect() as connection:
        note = connection.execute(sa.select(case_notes).where(case_notes.c.case_number == number)).one()
        assert (note.text, note.user_id) == ("Ruft morgen <b>wieder</b> an", somebody.id)
        assert connection.execute(sa.select(case_tags).where(case_tags.c.case_number == number)).first() is None
        noted = connection.execute(sa.select(audit.c.what).where(audit.c.object == number))
        assert "note added" in [row.what for row in noted]


def test_the_same_form_twice_is_one_note(
    member: Callable[..., Member], visitor: Callable[..., Any], engine: Engine
) -> None:
    somebody, other, number = member(), member(), case_of(visitor())
    for who in (somebody, somebody, other):
        assert who.post(f"/cases/{number}/notes", text="Niemand erreicht").status_code == 303

    def kept() -> list[int]:
        with engine.connect() as connection:
            query = sa.select(case_notes.c.user_id).where(case_notes.c.case_number == number).order_by(case_notes.c.id)
            return list(connection.execute(query).scalars())

    assert kept() == [somebody.id, other.id]
    with writing(engine) as connection:
        connection.execute(case_notes.update().where(case_notes.c.case_number == number).values(at=time.time() - 3600))
    somebody.post(f"/cases/{number}/notes", text="Niemand erreicht")
    assert kept() == [somebody.id, other.id, somebody.id], "an hour later it is said anew"


def test_limits(member: Callable[..., Member], visitor: Callable[..., Any]) -> None:
    somebody, number = member(), case_of(visitor())
    assert somebody.post(f"/cases/{number}/notes", text=" ").status_code == 422
    assert somebody.post(f"/cases/{number}/notes", text="x" * 2001).status_code == 422
    assert somebody.post(f"/cases/{number}/tags", tag="x" * 41).status_code == 422
    statuses = [somebody.post(f"/cases/{number}/tags", tag=f"t{n}").status_code for n in range(13)]
    assert statuses == [303] * 12 + [422]
    assert somebody.post("/cases/HL-0000-00/notes", text="x").status_code == 404
