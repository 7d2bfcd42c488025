"""The shapes that docs/api.md promises, as checks."""

from __future__ import annotations

import re
from typing import Any

import httpx

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_REQUIRED = {
    "seq": int, "author": str, "text": str, "language": str, "direction": str, "at": str,
    "buttons": list, "offers": list, "sources": list,
}  # fmt: skip
_OPTIONAL = {"client_id": str, "name": str, "intent": dict, "form": dict, "receipt": dict}
_OFFER = {
    "id": str, "kind": str, "title": str, "text": str, "place": str, "facts": list, "contact": dict, "source": str | None,
    "reviewed_on": str, "sample": bool,
}  # fmt: skip


def check_message(message: dict[str, Any]) -> dict[str, Any]:
    """Fails unless it is a message as the contract has it; returns it."""
    for name, kind in _REQUIRED.items():
        assert isinstance(message.get(name), kind), (name, message)
    for name, kind in _OPTIONAL.items():
        assert name not in message or isinstance(message[name], kind), (name, message)
    unknown = message.keys() - _REQUIRED.keys() - _OPTIONAL.keys()
    assert not unknown, unknown
    assert message["author"] in ("visitor", "bot", "staff", "system")
    assert message["direction"] == ("rtl" if message["language"] == "ar" else "ltr")
    assert _TIME.fullmatch(message["at"]), message["at"]
    for button in message["buttons"]:
        assert button.keys() == {"id", "title"} and all(isinstance(value, str) and value for value in button.values())
    for source in message["sources"]:
        assert source.keys() == {"title", "url", "checked_on"} and source["url"].startswith("http"), source
    for offer in message["offers"]:
        check_offer(offer)
    if "intent" in message:
        assert message["author"] == "visitor" and message["intent"].keys() == {"name", "confidence"}
        assert 0 <= message["intent"]["confidence"] <= 1
    if "form" in message:
        check_form(message["form"])
    return message


def check_offer(offer: dict[str, Any]) -> None:
    """An offer card."""
    for name, kind in _OFFER.items():
        assert isinstance(offer.get(name), kind), (name, offer)
    assert offer["facts"] and all(fact.keys() >= {"name", "label", "value"} for fact in offer["facts"])
    assert offer["kind"] in ("job", "training", "housing", "childcare", "service", "event")
    assert "distance_km" not in offer or isinstance(offer["distance_km"], int | float)


def check_form(form: dict[str, Any]) -> None:
    """A form: nothing in it tells what its fields mean to the dialogue."""
    assert form.keys() == {"id", "title", "submit", "sent", "fields"}
    for field in form["fields"]:
        assert {"name", "label", "type", "required"} <= field.keys()
        assert field.keys() <= {"name", "label", "type", "required", "value", "options", "hint"}
        assert field["type"] in ("text", "textarea", "select", "contact")
        assert all(option.keys() == {"value", "label"} for option in field.get("options", []))


def check_error(answer: httpx.Response, status: int, code: str, field: str | None = None) -> str:
    """Fails unless the answer is that error in the contract's one shape; returns its message."""
    assert answer.status_code == status, (answer.status_code, answer.text[:300])
    assert answer.headers["content-type"].startswith("application/json")
    body = answer.json()
    assert body.keys() == {"error"} and body["error"].keys() <= {"code", "message", "field"}, body
    error = body["error"]
    assert error["code"] == code and error.get("field") == field, error
    assert error["message"] and error["message"] != code and "{" not in error["message"], error
    assert "Traceback" not in answer.text and 'File "' not in answer.text
    if status in (429, 503):
        assert int(answer.headers["retry-after"]) >= 1
    return str(error["message"])
