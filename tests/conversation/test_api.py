"""Every call of the visitor API answers as docs/api.md says, and stores what it says."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from bot.db import conversation_tokens, conversations, messages, metadata, ratings, tracker_events
from tests.conftest import LiveServer, Visitor, begin
from tests.conversation.contract import check_error, check_form, check_message, check_offer
from tests.conversation.stored import Stored

Begin = Callable[..., Visitor]
Look = Callable[[LiveServer], Stored]


@pytest.fixture(scope="module")
def talk(live_server: LiveServer) -> Visitor:
    """A conversation for tests that only look."""
    visitor = begin(live_server.url)
    visitor.say("Hallo")
    return visitor


# --- beginning


def test_a_conversation_begins_with_a_greeting_in_its_language(live_server: LiveServer, stored: Look) -> None:
    body = {"language": "ar", "page": "https://www.landkreis.example/", "consent": True}
    answer = httpx.post(f"{live_server.url}/api/v1/conversations", json=body)
    assert answer.status_code == 201
    begun = answer.json()
    assert begun.keys() == {"id", "token", "language", "direction", "messages"}
    assert (begun["language"], begun["direction"]) == ("ar", "rtl") and len(begun["token"]) >= 43
    greeting = check_message(begun["messages"][0])
    assert (greeting["seq"], greeting["author"], greeting["language"]) == (1, "bot", "ar") and greeting["buttons"]
    view = stored(live_server)
    (row,) = view.rows(conversations, begun["id"])
    assert (row.language, row.state, row.page) == ("ar", "bot", "https://www.landkreis.example/")
    assert begun["token"] not in str(view.rows(conversation_tokens, begun["id"]))


@pytest.mark.parametrize("consent", [None, False, "true", 1, "yes"])
def test_without_consent_nothing_is_stored(live_server: LiveServer, stored: Look, consent: Any) -> None:
    view = stored(live_server)
    before = {table.name: view.count(table) for table in metadata.sorted_tables}
    body = {"language": "uk"} if consent is None else {"language": "uk", "consent": consent}
    answer = httpx.post(f"{live_server.url}/api/v1/conversations", json=body)
    message = check_error(answer, 422, "consent_required", "consent")
    assert re.search("[іїєґ]", message), "the hint is in the visitor's language"
    assert {table.name: view.count(table) for table in metadata.sorted_tables} == before


@pytest.mark.parametrize(
    ("wanted", "header", "language"),
    [
        pytest.param("uk", "", "uk", id="as asked for"),
        pytest.param(None, "pl-PL,pl;q=0.9,en;q=0.8", "pl", id="the browser's"),
        pytest.param("de-AT", "pl", "de", id="asked for with a country"),
        pytest.param("fr", "pl", "de", id="unknown: the region's own"),
        pytest.param(7, "ru", "ru", id="no text: the browser's"),
        pytest.param(None, "*", "de", id="any"),
    ],
)
def test_the_language_is_the_one_asked_for_or_the_browsers(
    live_server: LiveServer, wanted: Any, header: str, language: str
) -> None:
    body = {"consent": True} | ({} if wanted is None else {"language": wanted})
    answer = httpx.post(f"{live_server.url}/api/v1/conversations", json=body, headers={"Accept-Language": header})
    assert answer.status_code == 201 and answer.json()["language"] == language


# --- messages


def test_a_message_is_acknowledged_when_it_is_stored(visitor: Begin, live_server: LiveServer, stored: Look) -> None:
    talk = visitor()
    answer = talk.post({"client_id": "a-1", "text": "Hallo"}, wait=None)
    assert (answer.status_code, answer.json()) == (202, {"seq": 2})
    (row,) = stored(live_server).rows(messages, talk.id, messages.c.client_id == "a-1")
    assert (row.seq, row.author, row.text) == (2, "visitor", "Hallo")


def test_waiting_gives_the_replies_to_this_message(visitor: Begin) -> None:
    talk = visitor()
    answer = talk.post({"client_id": "a-1", "text": "Hallo"})
    assert answer.status_code == 200 and answer.json()["seq"] == 2
    replies = [check_message(message) for message in answer.json()["messages"]]
    assert replies and all(message["author"] == "bot" and message["seq"] > 2 for message in replies)
    assert replies == talk.messages(after=2)


def test_a_visitors_message_shows_what_was_understood(visitor: Begin) -> None:
    talk = visitor()
    talk.post({"client_id": "a-1", "text": "Wo muss ich mich anmelden, wenn ich umgezogen bin?"})
    own = check_message(next(message for message in talk.messages() if message["author"] == "visitor"))
    assert own["client_id"] == "a-1" and own["intent"]["name"] == "faq/registration" and own["intent"]["confidence"] > 0.3


def test_a_button_means_what_it_meant_when_it_was_given(visitor: Begin, live_server: LiveServer, stored: Look) -> None:
    talk = visitor()
    button = next(b for b in talk.greeting[0]["buttons"] if "Wohnung" in b["title"])
    talk.press(button["id"])
    own = talk.messages(after=1)[0]
    assert (own["text"], own["author"]) == (button["title"], "visitor")
    assert own["intent"] == {"name": "find_housing", "confidence": 1.0}
    (row,) = stored(live_server).rows(messages, talk.id, messages.c.seq == own["seq"])
    assert row.extra["payload"] == "/find_housing" and "payload" not in str(own)


@pytest.mark.parametrize(
    "button", ["9.0.0", "/find_housing", "0.0.99", "", "0.0", "-1.0.0", "٠.0.0", "1e3.0.0", 7, None, ["0.0.0"], {"id": "0.0.0"}]
)
def test_a_button_that_was_not_given_means_nothing(talk: Visitor, live_server: LiveServer, stored: Look, button: Any) -> None:
    view = stored(live_server)
    before = view.rows(messages, talk.id)
    check_error(talk.post({"client_id": uuid.uuid4().hex, "button": button}), 422, "button_unknown", "button")
    assert view.rows(messages, talk.id) == before


def test_a_button_of_another_conversation_means_nothing(visitor: Begin) -> None:
    one, other = visitor(), visitor()
    one.say("Ich möchte mit einem Menschen sprechen")
    given = one.messages()[-1]["buttons"][0]["id"]
    check_error(other.post({"client_id": "a", "button": given}), 422, "button_unknown", "button")


def test_messages_after_a_number_are_ascending(talk: Visitor) -> None:
    everything = talk.messages()
    assert [message["seq"] for message in everything] == list(range(1, len(everything) + 1))
    assert talk.messages(after=2) == everything[2:] and talk.messages(after=999_999_999) == []
    for message in everything:
        check_message(message)


@pytest.mark.parametrize("after", ["x", "-1", "1.5", "9" * 30, "٣"])
def test_a_number_that_is_none_is_refused(talk: Visitor, after: str) -> None:
    answer = talk.http.get(f"{talk.path}/messages", params={"after": after}, headers=talk.headers)
    check_error(answer, 400, "bad_request", "after")


@pytest.mark.parametrize(("wait", "status"), [("abc", 400), ("-5", 202), ("nan", 202), ("0", 202), ("1e9", 200)])
def test_waiting_is_limited(visitor: Begin, wait: str, status: int) -> None:
    talk = visitor()
    answer = talk.http.post(
        f"{talk.path}/messages?wait={wait}", json={"client_id": "a", "text": "Hallo"}, headers=talk.headers
    )
    assert answer.status_code == status
    if status == 400:
        check_error(answer, 400, "bad_request", "wait")


# --- state, language


def test_the_state_of_a_conversation(talk: Visitor) -> None:
    assert talk.state() == {"id": talk.id, "language": "de", "direction": "ltr", "state": "bot"}


def test_the_language_changes_and_the_search_goes_on(visitor: Begin, live_server: LiveServer, stored: Look) -> None:
    talk = visitor()
    found = talk.say("Ich suche eine Wohnung in Stendal")
    answer = talk.http.put(f"{talk.path}/language", json={"language": "ar"}, headers=talk.headers)
    assert (answer.status_code, answer.json()) == (200, {"language": "ar", "direction": "rtl"})
    assert talk.state()["language"] == "ar"
    assert stored(live_server).rows(conversations, talk.id)[0].language == "ar"
    again = talk.say("المزيد")
    assert again[0]["language"] == "ar" and again[0]["offers"]
    shown = {offer["id"] for message in found for offer in message["offers"]}
    assert shown.isdisjoint(offer["id"] for message in again for offer in message["offers"])
    assert {offer["kind"] for message in again for offer in message["offers"]} == {"housing"}


def test_the_language_changes_and_a_running_form_stays(visitor: Begin) -> None:
    talk = visitor()
    asked = talk.say("Ich möchte mit einem Menschen sprechen")[-1]
    talk.http.put(f"{talk.path}/language", json={"language": "uk"}, headers=talk.headers)
    asked = talk.press(asked["buttons"][0]["id"])[-1]
    assert asked["language"] == "uk" and "2" in asked["text"], "the form goes on with its second question"


@pytest.mark.parametrize("language", ["fr", "", None, 7, ["de"], "DE", "de-AT"])
def test_an_unknown_language_changes_nothing(talk: Visitor, language: Any) -> None:
    answer = talk.http.put(f"{talk.path}/language", json={"language": language}, headers=talk.headers)
    check_error(answer, 422, "language_unknown", "language")
    assert talk.state()["language"] == "de"


# --- ratings


def rate(talk: Visitor, body: dict[str, Any]) -> httpx.Response:
    return talk.http.post(f"{talk.path}/ratings", json=body, headers=talk.headers)


def test_a_reply_is_rated_once(visitor: Begin, live_server: LiveServer, stored: Look) -> None:
    talk = visitor()
    seq = talk.say("Hallo")[0]["seq"]
    answer = rate(talk, {"seq": seq, "value": -1})
    assert (answer.status_code, answer.json()) == (201, {"seq": seq, "value": -1})
    assert rate(talk, {"seq": seq, "value": -1}).status_code == 201, "the same again does no harm"
    assert rate(talk, {"seq": seq, "value": -1, "comment": "Der Link\u202e fehlt\n"}).status_code == 201
    check_error(rate(talk, {"seq": seq, "value": 1}), 409, "already_rated", "seq")
    check_error(rate(talk, {"seq": seq, "value": -1, "comment": "anders"}), 409, "already_rated", "seq")
    (row,) = stored(live_server).rows(ratings, talk.id)
    assert (row.seq, row.value, row.comment) == (seq, -1, "Der Link fehlt")


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        pytest.param({"seq": 1, "value": 0}, 422, "rating_invalid", "value", id="neither good nor bad"),
        pytest.param({"seq": 1, "value": "1"}, 422, "rating_invalid", "value", id="text"),
        pytest.param({"seq": 1, "value": True}, 422, "rating_invalid", "value", id="true is no number"),
        pytest.param({"seq": 1}, 422, "rating_invalid", "value", id="no value"),
        pytest.param({"value": 1}, 422, "rating_invalid", "seq", id="no message"),
        pytest.param({"seq": "1", "value": 1}, 422, "rating_invalid", "seq", id="a number as text"),
        pytest.param({"seq": 1, "value": 1, "comment": 7}, 400, "bad_request", "comment", id="a comment that is no text"),
        pytest.param({"seq": 2, "value": 1}, 404, "not_found", "seq", id="the visitor's own message"),
        pytest.param({"seq": 99, "value": 1}, 404, "not_found", "seq", id="a message that is not there"),
        pytest.param({"seq": 10**30, "value": 1}, 404, "not_found", "seq", id="a number no database holds"),
        pytest.param({"seq": -(10**12), "value": 1}, 404, "not_found", "seq", id="a negative one"),
    ],
)
def test_a_wrong_rating_is_refused(
    talk: Visitor, live_server: LiveServer, stored: Look, body: dict[str, Any], status: int, code: str, field: str
) -> None:
    check_error(rate(talk, body), status, code, field)
    assert stored(live_server).rows(ratings, talk.id) == []


# --- export, deletion


def test_the_export_holds_all_that_is_stored(visitor: Begin, live_server: LiveServer, stored: Look) -> None:
    talk = visitor()
    talk.hand_over()
    rate(talk, {"seq": 1, "value": 1, "comment": "gut"})
    answer = talk.http.get(f"{talk.path}/export", headers=talk.headers)
    assert answer.status_code == 200 and "attachment" in answer.headers["content-disposition"]
    content = answer.json()
    assert content["messages"] == talk.messages() and content["id"] == talk.id and content["state"] == "waiting_for_staff"
    assert content["ratings"][0]["comment"] == "gut"
    assert content["case"]["number"] == talk.state()["case_number"] and content["case"]["contact_kind"] == "none"
    assert len(content["dialogue_events"]) == len(stored(live_server).rows(tracker_events, talk.id))
    assert talk.token not in answer.text and "payload" not in str(content["messages"])


def test_a_deleted_conversation_is_gone_everywhere(visitor: Begin, live_server: LiveServer, stored: Look) -> None:
    talk = visitor()
    talk.hand_over()
    rate(talk, {"seq": 1, "value": 1})
    assert talk.http.delete(talk.path, headers=talk.headers).status_code == 204
    view = stored(live_server)
    for table in metadata.sorted_tables:
        if "conversation_id" in table.c or table is conversations:
            assert view.rows(table, talk.id) == [], table.name
    for method, path in (("DELETE", ""), ("GET", ""), ("GET", "/messages"), ("GET", "/export"), ("GET", "/events")):
        check_error(talk.http.request(method, talk.path + path, headers=talk.headers), 404, "not_found")
    check_error(talk.post({"client_id": "a", "text": "noch da?"}), 404, "not_found")


# --- receipts


def receipt_link(receipt: dict[str, Any]) -> tuple[str, str]:
    """(case number, secret) out of the link in the text."""
    found = re.search(r"\?case=(HL-\w{4}-\w{2})#([0-9a-f]{32})", receipt["text"])
    assert found, receipt["text"]
    return found.group(1), found.group(2)


def test_a_receipt_opens_the_conversation_on_another_device(
    visitor: Begin, live_server: LiveServer, stored: Look
) -> None:
    talk = visitor()
    number, secret = receipt_link(talk.hand_over())
    assert talk.state()["case_number"] == number and talk.state()["state"] == "waiting_for_staff"
    answer = httpx.post(f"{live_server.url}/api/v1/receipts/{number}", json={"secret": secret})
    assert answer.status_code == 200
    opened = answer.json()
    assert opened["id"] == talk.id and opened["token"] != talk.token and opened["language"] == "de"
    phone = Visitor(talk.http, opened["id"], opened["token"], "de", [])
    assert phone.messages() == talk.messages(), "both devices may look"
    assert len(stored(live_server).rows(conversation_tokens, talk.id)) == 2
    for wrong_number, wrong in ((number, "0" * 32), ("HL-2222-22", secret), (number, ""), (number, None), (number, "\ud800")):
        answer = httpx.post(f"{live_server.url}/api/v1/receipts/{wrong_number}", content=_json({"secret": wrong}),
                            headers={"Content-Type": "application/json"})  # fmt: skip
        check_error(answer, 404, "case_unknown")
    assert len(stored(live_server).rows(conversation_tokens, talk.id)) == 2


def _json(value: Any) -> bytes:
    """JSON that may hold what httpx would not encode."""
    import json

    return json.dumps(value).encode()


# --- offers, region, interface, health


def test_offers_are_searched_as_in_the_chat(live_server: LiveServer) -> None:
    query = {"kind": "housing", "place": "stendal", "radius_km": "20", "lang": "uk", "limit": "3"}
    found = httpx.get(f"{live_server.url}/api/v1/offers", params=query).json()
    assert found.keys() == {"offers", "total", "relaxed", "without"} and found["total"] >= 3 and len(found["offers"]) == 3
    for offer in found["offers"]:
        check_offer(offer)
        assert offer["kind"] == "housing" and offer.get("distance_km", 0) <= 20
    following = httpx.get(f"{live_server.url}/api/v1/offers", params=query | {"offset": "3"}).json()
    assert {offer["id"] for offer in following["offers"]}.isdisjoint(offer["id"] for offer in found["offers"])


def test_what_had_to_be_given_up_is_named(live_server: LiveServer) -> None:
    query = {"kind": "housing", "price_max": "1", "place": "stendal"}
    found = httpx.get(f"{live_server.url}/api/v1/offers", params=query).json()
    assert found["offers"] == [] or "price_max" in found["relaxed"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        pytest.param({"kind": "castle"}, "kind", id="kind"),
        pytest.param({"place": "atlantis"}, "place", id="place"),
        pytest.param({"kind": "housing", "price_max": "cheap"}, "price_max", id="a price in words"),
        pytest.param({"kind": "housing", "price_max": "nan"}, "price_max", id="a price that is no number"),
        pytest.param({"kind": "housing", "deal": "steal"}, "deal", id="a choice that does not exist"),
        pytest.param({"colour": "red"}, "colour", id="an unknown filter"),
        pytest.param({"radius_km": "-1"}, "radius_km", id="a negative radius"),
        pytest.param({"radius_km": "nan"}, "radius_km", id="a radius that is no number"),
        pytest.param({"limit": "-1"}, "limit", id="a negative limit"),
        pytest.param({"offset": "99999999999999999999"}, "offset", id="an offset no database holds"),
        pytest.param({"limit": "many"}, None, id="a limit in words"),
    ],
)
def test_a_wrong_filter_is_named(live_server: LiveServer, query: dict[str, str], field: str | None) -> None:
    answer = httpx.get(f"{live_server.url}/api/v1/offers", params=query | {"lang": "pl"})
    assert check_error(answer, 422, "filter_invalid", field) != check_error(
        httpx.get(f"{live_server.url}/api/v1/offers", params=query), 422, "filter_invalid", field
    ), "in the visitor's language"


def test_the_region_names_its_languages_and_office(live_server: LiveServer) -> None:
    region = httpx.get(f"{live_server.url}/api/v1/region?lang=en").json()
    assert region.keys() >= {"id", "name", "languages", "office", "open", "telephone"}
    assert [each["code"] for each in region["languages"]] == ["de", "de-simple", "en", "pl", "uk", "ru", "ar"]
    assert region["languages"][-1] == {"code": "ar", "name": "العربية", "direction": "rtl"}
    assert region["open"] in (True, False) and region["telephone"].startswith("+49")
    assert region["office"].keys() == {"name", "address", "email", "hours"} and "Monday" in region["office"]["hours"]
    assert region["name"] != httpx.get(f"{live_server.url}/api/v1/region?lang=ar").json()["name"]


def test_the_interface_has_the_same_texts_in_every_language(live_server: LiveServer) -> None:
    keys = set()
    for code in ("de", "en", "pl", "uk", "ru", "ar", "de-simple"):
        answer = httpx.get(f"{live_server.url}/api/v1/interface?lang={code}")
        body = answer.json()
        assert answer.status_code == 200 and body["language"] == code and "max-age" in answer.headers["cache-control"]
        assert body["direction"] == ("rtl" if code == "ar" else "ltr")
        keys.add(frozenset(body["texts"]))
    assert len(keys) == 1 and min(map(len, keys)) > 10


# --- forms


def form_of(talk: Visitor) -> dict[str, Any]:
    """Goes on to the summary and asks to change something."""
    asked = talk.say("Ich möchte mit einem Menschen sprechen")[-1]
    talk.press(asked["buttons"][0]["id"])
    asked = talk.say("Ich möchte meinen Abschluss anerkennen lassen")[-1]
    summary = talk.press(asked["buttons"][0]["id"])[-1]
    return talk.press(summary["buttons"][1]["id"])[-1]["form"]


def test_a_form_is_filled_corrected_and_sent(visitor: Begin, live_server: LiveServer, stored: Look) -> None:
    talk = visitor()
    form = form_of(talk)
    check_form(form)
    fields = {field["name"]: field for field in form["fields"]}
    assert fields["concern"]["value"] == "Ich möchte meinen Abschluss anerkennen lassen"
    values = {name: field.get("value", "") for name, field in fields.items()}
    before = stored(live_server).rows(messages, talk.id)
    for wrong, code, field in (
        ({"contact": "anna@"}, "email_or_phone_invalid", "form.contact"),
        ({"topic": "alles"}, "form_invalid", "form.topic"),
        ({"concern": ""}, "form_invalid", "form.concern"),
    ):
        sent = {"client_id": "form", "form": {"id": form["id"], "values": values | wrong}}
        check_error(talk.post(sent), 422, code, field)
    check_error(talk.post({"client_id": "form", "form": {"id": "99.0", "values": values}}), 422, "button_unknown", "form")
    check_error(talk.post({"client_id": "form", "form": "x"}), 400, "bad_request", "form")
    assert stored(live_server).rows(messages, talk.id) == before
    values |= {"topic": "housing", "concern": "Ich suche eine barrierefreie Wohnung", "contact": "Anna@example.org"}
    answer = talk.post({"client_id": "form", "form": {"id": form["id"], "values": values}})
    assert answer.status_code == 200
    receipt_link(answer.json()["messages"][-1])
    case = talk.http.get(f"{talk.path}/export", headers=talk.headers).json()["case"]
    assert (case["topic"], case["concern"]) == ("housing", "Ich suche eine barrierefreie Wohnung")
    assert (case["contact_kind"], case["contact"]) == ("email", "Anna@example.org")


# --- typing


def test_typing_is_told_and_not_stored(talk: Visitor, live_server: LiveServer, stored: Look) -> None:
    before = stored(live_server).rows(messages, talk.id)
    assert talk.http.post(f"{talk.path}/typing", headers=talk.headers).status_code == 204
    assert stored(live_server).rows(messages, talk.id) == before
