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
_DATE = re.compile(r"\b(?:\d{1,2}\.\d{1,2}\.(?:\d{2,4})?|\d{1,2}[/-]\d{1,2}[/-]\d{4}|\d{4}-\d{2}-\d{2})(?!\d)")
_PLUS = re.compile(r"\b(?:plus|плюс|زائد)\s*(?=\d)", re.IGNORECASE)


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
        abroad: Other countries that such a number may belong to.
    """
    for word in text.replace(",", " ").split():
        if "@" in word:
            try:
                return "email", validate_email(word.strip("<>().;:"), check_deliverability=False).normalized
            except EmailNotValidError:
                continue
    number = _phone(text, country, abroad)
    return ("phone", number) if number else None


def _phone(text: str, country: str, abroad: Sequence[str]) -> str | None:
    """The likeliest telephone number of a text, in E.164.

    The same digits may be a number in two countries: 067 123 45 67 is a mobile one in Ukraine, and some house in
    Bad Kreuznach. So a mobile number goes first, then the country that its beginning speaks for.
    """
    written = _PLUS.sub("+", _DATE.sub(" ", text))
    first_digit = re.search(r"[0-9+]", written)
    at_home_first = first_digit is None or first_digit.group() in "0+"
    regions = [country, *abroad] if at_home_first else [*abroad, country]
    readings = [(written, region) for region in regions]
    for region in regions:
        # "49 176 …" and "380 67 …": the country code without its plus.
        code = phonenumbers.country_code_for_region(region)
        readings.append((re.sub(rf"(?<![\d+]){code}(?=[\s\d])", f"+{code}", written), region))
    found: list[str] = []
    for each, region in readings:
        for match in phonenumbers.PhoneNumberMatcher(each, region, leniency=phonenumbers.Leniency.POSSIBLE):
            # POSSIBLE alone would take any eight digits.
            if phonenumbers.is_valid_number(match.number):
                number = phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
                if phonenumbers.number_type(match.number) == phonenumbers.PhoneNumberType.MOBILE:
                    return number
                found.append(number)
    return found[0] if found else None
