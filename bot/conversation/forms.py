"""Reads a form that a visitor sends back, field by field, against the form that was issued."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from bot.conversation.errors import ApiError
from bot.nlu.normalise import clean

_LONGEST = 2000


def read_form(form: dict[str, Any], values: Any) -> list[dict[str, Any]]:
    """The values as Rasa entities, one a field that names an entity.

    Args:
        form: As issued: `fields` with name, type, required, options, `entity`, and `countries` of telephone numbers.
        values: field name -> what the visitor entered.

    Raises:
        ApiError: 422 naming the first field that is wrong.
    """
    if not isinstance(values, dict):
        raise ApiError(400, "bad_request", field="form")
    entities = [
        {"entity": name, "value": value, "start": 0, "end": 0, "extractor": "form"}
        for name, value in (form.get("also") or {}).items()
    ]
    for field in form["fields"]:
        value = _read_field(field, values.get(field["name"]))
        if field.get("entity"):
            entities.append({"entity": field["entity"], "value": value, "start": 0, "end": 0, "extractor": "form"})
    return entities


def _read_field(field: dict[str, Any], value: Any) -> str:
    name = f"form.{field['name']}"
    if not isinstance(value, str | None):
        raise ApiError(422, "form_invalid", field=name)
    text = clean(value or "")
    if not text:
        if field.get("required"):
            raise ApiError(422, "form_invalid", field=name)
        return "none"
    if len(text) > _LONGEST:
        raise ApiError(422, "message_too_long", field=name, limit=_LONGEST, length=len(text))
    if field["type"] == "select" and text not in {option["value"] for option in field["options"]}:
        raise ApiError(422, "form_invalid", field=name)
    if field["type"] == "contact" and read_contact(text, **field.get("countries", {})) is None:
        raise ApiError(422, "email_or_phone_invalid", field=name)
    return text


def read_contact(text: str, country: str = "DE", abroad: Sequence[str] = ()) -> tuple[str, str] | None:
    """(`email` or `phone`, the normalised address) found in a text, or None.

    Args:
        country: For telephone numbers without a country code.
        abroad: Other countries that such a number may belong to; asked first where it does not begin as one of
            `country` does, which is with a 0.
    """
    for word in text.replace(",", " ").split():
        if "@" in word:
            try:
                return "email", validate_email(word.strip("<>().;:"), check_deliverability=False).normalized
            except EmailNotValidError:
                continue
    elsewhere = [(each, False) for each in abroad]
    domestic = re.search(r"[0-9+]", text)
    home_first = domestic is None or domestic.group() in "0+"
    order = [(country, True), *elsewhere] if home_first else [*elsewhere, (country, True)]
    for region, is_home in order:
        number = _phone(text, region, fiction=is_home)
        if number is not None:
            return "phone", number
    return None


def _phone(text: str, region: str, *, fiction: bool) -> str | None:
    """The first telephone number of a region, in E.164; with `fiction`, also those reserved for demonstrations."""
    for match in phonenumbers.PhoneNumberMatcher(text, region, leniency=phonenumbers.Leniency.POSSIBLE):
        # POSSIBLE alone would take any eight digits.
        number = match.number
        possible = fiction and phonenumbers.is_possible_number(number) and len(match.raw_string) > 7
        if phonenumbers.is_valid_number(number) or possible:
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return None
