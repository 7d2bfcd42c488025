"""A request as the console reads it: language, fields, and a no that loses nothing."""

from __future__ import annotations

import httpx
import pytest
import sqlalchemy as sa

from bot.db import case_tags

from .conftest import OWN, Office


@pytest.mark.parametrize(("chosen", "word"), [("en", "Password"), ("de", "Passwort"), ("xx", "Passwort"), ("", "Passwort")])
def test_the_browsers_language_counts_if_there_is_such(chosen: str, word: str, office: Office) -> None:
    page = httpx.get(f"{office.server.url}/console/login", cookies={"lotse-language": chosen})
    assert page.status_code == 200 and f">{word}<" in page.text and "<html lang=" in page.text


def test_a_no_is_a_page_or_a_note_in_the_open_one(office: Office) -> None:
    anna = office.member()
    whole = anna.post("/letters/999999/again")
    assert whole.status_code == 409 and "<html" in whole.text and "hx-retarget" not in whole.headers
    fields, partial = {"csrf": anna.csrf}, {**OWN, "HX-Request": "true"}
    note = anna.http.post("/console/letters/999999/again", data=fields, headers=partial)
    assert note.status_code == 409 and "<html" not in note.text and "kern-alert--warning" in note.text
    assert (note.headers["hx-retarget"], note.headers["hx-reswap"]) == ("#notice", "innerHTML")
    missing = anna.http.get("/console/cases/HL-0000-00", headers=partial)
    assert missing.status_code == 404 and "kern-alert--danger" in missing.text
    over = httpx.post(f"{office.server.url}/console/letters/1/again", headers=partial)
    assert over.status_code == 401 and "/console/login" in over.text, "the page stays, logging in is offered beside it"


def test_fields_are_cleaned_and_limited(office: Office) -> None:
    anna, (_, number) = office.member(), office.case()
    assert anna.post(f"/cases/{number}/tags", tag="\u202eeilig\u200b ").status_code == 303
    assert office.row(sa.select(case_tags.c.tag).where(case_tags.c.case_number == number)).tag == "eilig"
    long = anna.post(f"/cases/{number}/pass-on", team="x" * 201)
    assert long.status_code == 422 and "Höchstens 200 Zeichen sind möglich, es sind 201." in long.text
