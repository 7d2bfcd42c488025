"""What a visitor sends back in a form is checked field by field against the form that was issued."""

from __future__ import annotations

from typing import Any

import pytest

from bot.conversation.errors import ApiError
from bot.conversation.forms import read_contact, read_form

FORM: dict[str, Any] = {
    "also": {"handoff_consent": True},
    "fields": [
        {"name": "topic", "type": "select", "required": True, "entity": "handoff_topic",
         "options": [{"value": "work", "label": "Arbeit"}]},
        {"name": "concern", "type": "textarea", "required": True, "entity": "handoff_concern"},
        {"name": "contact", "type": "contact", "required": False, "entity": "handoff_contact"},
        {"name": "note", "type": "text"},
    ],
}  # fmt: skip
GOOD = {"topic": "work", "concern": "Ich suche Arbeit", "contact": "frau.muster@example.org"}


@pytest.mark.parametrize(
    ("text", "contact"),
    [
        pytest.param("anna@example.org", ("email", "anna@example.org"), id="an address alone"),
        pytest.param("schreiben Sie an <anna@example.org>, bitte", ("email", "anna@example.org"), id="in a sentence"),
        pytest.param("Anna@EXAMPLE.org.", ("email", "Anna@example.org"), id="with capitals and a full stop"),
        pytest.param("030 23125 100", ("phone", "+493023125100"), id="a German number"),
        pytest.param("+49 (0)30 23125-100", ("phone", "+493023125100"), id="with brackets and dashes"),
        pytest.param("0049 30 23125100", ("phone", "+493023125100"), id="with two zeros"),
        pytest.param("мій номер +380 67 123 45 67", ("phone", "+380671234567"), id="Ukrainian, with words"),
        pytest.param("+48 512 345 678", ("phone", "+48512345678"), id="Polish"),
        pytest.param("49 176 12345678", ("phone", "+4917612345678"), id="a country code without its plus"),
        pytest.param("мой номер плюс 49 176 12345678", ("phone", "+4917612345678"), id="the plus in words"),
        pytest.param("٠٣٠ ٢٣١٢٥ ١٠٠", ("phone", "+493023125100"), id="in Arabic digits"),
        pytest.param("anna@example, sonst 030 23125 100", ("phone", "+493023125100"), id="the second one is right"),
        pytest.param("anna@", None, id="half an address"),
        pytest.param("a@b@c.de", None, id="two at signs"),
        pytest.param("112", None, id="too short for a number to call back"),
        pytest.param("0176 123", None, id="the beginning of a number"),
        pytest.param("Termin am 24.11.2026 um 10:00", None, id="a date"),
        pytest.param("ich habe kein Telefon", None, id="neither"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_a_way_to_be_reached_is_found(text: str, contact: tuple[str, str] | None) -> None:
    assert read_contact(text) == contact


@pytest.mark.parametrize(
    ("text", "abroad", "number"),
    [
        pytest.param("067 123 45 67", "UA", "+380671234567", id="a mobile number there, a house in Germany"),
        pytest.param("0944 123 456", "SY", "+963944123456", id="the same of another country"),
        pytest.param("380 67 123 45 67", "UA", "+380671234567", id="with the code, without its plus"),
        pytest.param("0176 12345678", "UA", "+4917612345678", id="mobile here"),
        pytest.param("03931 123456", "UA", "+493931123456", id="a house here, nothing there"),
        pytest.param("512 345 678", "PL", "+48512345678", id="without a zero"),
    ],
)
def test_digits_that_may_belong_to_two_countries(text: str, abroad: str, number: str) -> None:
    assert read_contact(text, "DE", [abroad]) == ("phone", number)


def test_a_line_break_cannot_get_into_an_address() -> None:
    kind, address = read_contact("anna@example.org\r\nBcc: all@example.org") or ("", "")
    assert kind == "email" and address == "anna@example.org"


def test_the_values_become_entities_and_consent_comes_with_the_form() -> None:
    read = {entity["entity"]: entity["value"] for entity in read_form(FORM, {**GOOD, "note": "egal", "role": "staff"})}
    assert read == {
        "handoff_consent": True, "handoff_topic": "work", "handoff_concern": "Ich suche Arbeit",
        "handoff_contact": "frau.muster@example.org",
    }  # fmt: skip


@pytest.mark.parametrize("empty", [None, "", "  \u200b "])
def test_an_optional_field_may_stay_empty(empty: str | None) -> None:
    read = {entity["entity"]: entity["value"] for entity in read_form(FORM, {**GOOD, "contact": empty})}
    assert read["handoff_contact"] == "none"


@pytest.mark.parametrize(
    ("values", "status", "code", "field"),
    [
        pytest.param("text", 400, "bad_request", "form", id="no values"),
        pytest.param({**GOOD, "topic": "alles"}, 422, "form_invalid", "form.topic", id="a choice that was not offered"),
        pytest.param({**GOOD, "topic": ["work"]}, 422, "form_invalid", "form.topic", id="a list"),
        pytest.param({**GOOD, "concern": " \t "}, 422, "form_invalid", "form.concern", id="a required field is blank"),
        pytest.param({"topic": "work"}, 422, "form_invalid", "form.concern", id="a required field is missing"),
        pytest.param({**GOOD, "concern": "x" * 2001}, 422, "message_too_long", "form.concern", id="too long"),
        pytest.param({**GOOD, "contact": "anna@"}, 422, "email_or_phone_invalid", "form.contact", id="no address"),
        pytest.param({**GOOD, "note": 7}, 422, "form_invalid", "form.note", id="a number where text belongs"),
    ],
)
def test_the_first_wrong_field_is_named(values: Any, status: int, code: str, field: str) -> None:
    with pytest.raises(ApiError) as raised:
        read_form(FORM, values)
    assert (raised.value.status, raised.value.code, raised.value.field) == (status, code, field)
