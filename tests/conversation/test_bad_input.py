"""Cases 1 to 6 and 11 of the reliability list: bad input gets one clear error, and nothing is stored or lost."""

from __future__ import annotations

import json
import re
import socket
import time
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from bot.db import conversations, messages, metadata, tracker_events
from tests.conftest import LiveServer, Visitor, begin
from tests.conversation.contract import check_error, check_message
from tests.conversation.stored import Stored

Begin = Callable[..., Visitor]
Look = Callable[[LiveServer], Stored]
_JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def talk(live_server: LiveServer) -> Visitor:
    return begin(live_server.url)


def send_raw(talk: Visitor, content: bytes, headers: dict[str, str] = _JSON) -> httpx.Response:
    return talk.http.post(f"{talk.path}/messages?wait=20", content=content, headers={**talk.headers, **headers})


def slots(view: Stored, conversation_id: str) -> list[tuple[str, Any]]:
    """Every slot that the dialogue set, in order, but for the language."""
    events = [json.loads(row.data) for row in view.rows(tracker_events, conversation_id)]
    return [(e["name"], e["value"]) for e in events if e["event"] == "slot" and e["name"] != "language"]


# --- case 1: length


@pytest.mark.parametrize(
    ("language", "letters"),
    [("de", "zeichen"), ("en", "character"), ("pl", "znak"), ("uk", "[іїє]"), ("ru", "знак|символ"), ("ar", "[\u0621-\u064a]")],
)
def test_case_1_a_message_one_character_too_long(
    visitor: Begin, live_server: LiveServer, stored: Look, language: str, letters: str
) -> None:
    talk, view = visitor(language), stored(live_server)
    message = check_error(talk.post({"client_id": "a", "text": "x" * 2001}), 422, "message_too_long", "text")
    assert re.search(letters, message.lower()) and "2000" in message.replace(".", "").replace(",", "").replace("\xa0", "")
    assert len(view.rows(messages, talk.id)) == 1


def test_case_1_the_longest_message_is_stored_whole(visitor: Begin, live_server: LiveServer, stored: Look) -> None:
    talk = visitor()
    answer = talk.post({"client_id": "a", "text": "ä" * 1999 + "z\n"})
    assert answer.status_code == 200 and answer.json()["messages"]
    assert stored(live_server).rows(messages, talk.id, messages.c.seq == 2)[0].text == "ä" * 1999 + "z"


def test_case_1_a_word_without_end_is_answered_in_time(visitor: Begin) -> None:
    talk, started = visitor(), time.monotonic()
    (reply,) = talk.say("Donaudampfschiff" * 125)[:1]
    assert time.monotonic() - started < 4 and "schiefgegangen" not in reply["text"]


def test_case_1_length_counts_after_normalising(talk: Visitor) -> None:
    # One character that NFKC writes as eighteen.
    check_error(talk.post({"client_id": "a", "text": "\ufdfa" * 200}), 422, "message_too_long", "text")


# --- case 2: size


def memory(server: LiveServer) -> int:
    """Resident memory of the server in bytes."""
    text = (server.var.__class__(f"/proc/{server.process.pid}/status")).read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", text).group(1)) * 1024  # type: ignore[union-attr]


def test_case_2_a_body_without_end_is_cut(talk: Visitor, live_server: LiveServer, stored: Look) -> None:
    view, before = stored(live_server), memory(live_server)
    address = urlsplit(live_server.url)
    head = (
        f"POST {talk.path}/messages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {talk.token}\r\n"
        "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    sent, deadline, answer = 0, time.monotonic() + 30, b""
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(head.encode())
        try:
            while sent < 100_000_000 and time.monotonic() < deadline:
                connection.sendall(chunk)
                sent += 65536
        except OSError:
            pass  # the server has closed its end
        try:
            while part := connection.recv(65536):
                answer += part
        except OSError:
            pass
    assert sent < 20_000_000, "the server read on"
    assert memory(live_server) - before < 15_000_000
    assert not answer or answer.startswith(b"HTTP/1.1 413"), answer[:200]
    assert len(view.rows(messages, talk.id)) == 1
    assert httpx.get(f"{live_server.url}/health/ready").status_code == 200


@pytest.mark.parametrize("chunked", [False, True], ids=["a length is given", "in chunks"])
def test_case_2_a_body_over_the_limit_gets_413(talk: Visitor, live_server: LiveServer, chunked: bool) -> None:
    content = json.dumps({"client_id": "a", "text": "x" * 17_000}).encode()
    body: Any = iter([content[i : i + 4000] for i in range(0, len(content), 4000)]) if chunked else content
    with httpx.Client(base_url=live_server.url, timeout=20) as http:
        answer = http.post(f"{talk.path}/messages", content=body, headers={**talk.headers, **_JSON})
    check_error(answer, 413, "too_large")


# --- case 3: form


@pytest.mark.parametrize(
    ("content", "status", "code", "field"),
    [
        pytest.param(b'{"client_id": "a", "text": ', 400, "bad_request", None, id="broken JSON"),
        pytest.param(b"", 400, "bad_request", None, id="nothing"),
        pytest.param(b"[1, 2]", 400, "bad_request", None, id="an array"),
        pytest.param(b'"text"', 400, "bad_request", None, id="a string"),
        pytest.param(b"null", 400, "bad_request", None, id="null"),
        pytest.param(b"\xff\xfe{}", 400, "bad_request", None, id="not UTF-8"),
        pytest.param(b"[" * 15_000, 400, "bad_request", None, id="nested without end"),
        pytest.param(b'{"client_id": "a"}', 422, "message_empty", "text", id="no text"),
        pytest.param(b'{"client_id": "a", "text": null}', 400, "bad_request", "text", id="text is null"),
        pytest.param(b'{"client_id": "a", "text": 7}', 400, "bad_request", "text", id="text is a number"),
        pytest.param(b'{"client_id": "a", "text": ["x"]}', 400, "bad_request", "text", id="text is a list"),
        pytest.param(b'{"client_id": "a", "text": {"$gt": ""}}', 400, "bad_request", "text", id="text is an object"),
        pytest.param(b'{"text": "Hallo"}', 422, "bad_request", "client_id", id="no client id"),
        pytest.param(b'{"client_id": 5, "text": "x"}', 422, "bad_request", "client_id", id="client id is a number"),
        pytest.param(b'{"client_id": "", "text": "x"}', 422, "bad_request", "client_id", id="client id is empty"),
        pytest.param(b'{"client_id": "a b", "text": "x"}', 422, "bad_request", "client_id", id="client id with a blank"),
        pytest.param(b'{"client_id": "' + b"a" * 65 + b'", "text": "x"}', 422, "bad_request", "client_id", id="client id too long"),
        pytest.param(b'{"client_id": "a\\n", "text": "x"}', 422, "bad_request", "client_id", id="client id with a line break"),
    ],
)  # fmt: skip
def test_case_3_what_is_no_message(
    talk: Visitor, live_server: LiveServer, stored: Look, content: bytes, status: int, code: str, field: str | None
) -> None:
    check_error(send_raw(talk, content), status, code, field)
    assert len(stored(live_server).rows(messages, talk.id)) == 1


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "text/plain", "application/x-www-form-urlencoded", ""])
def test_case_3_another_kind_of_content(talk: Visitor, live_server: LiveServer, stored: Look, kind: str) -> None:
    check_error(send_raw(talk, b'{"client_id": "a", "text": "x"}', {"Content-Type": kind}), 415, "unsupported_media_type")
    assert len(stored(live_server).rows(messages, talk.id)) == 1


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        pytest.param("PATCH", "/api/v1/conversations", 405, "not_found", id="another method"),
        pytest.param("GET", "/api/v1/nothing", 404, "not_found", id="another path"),
        pytest.param("POST", "/api/v1/conversations", 415, "unsupported_media_type", id="no body"),
        pytest.param("GET", "/api/v1/../../etc/passwd", 404, "not_found", id="a way out"),
        pytest.param("GET", "/api/v1/conversations/%ED%A0%80", 401, "unauthorized", id="an id that is no text"),
    ],
)
def test_case_3_what_is_no_call(live_server: LiveServer, method: str, path: str, status: int, code: str) -> None:
    check_error(httpx.request(method, live_server.url + path), status, code)


# --- case 4: characters


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        pytest.param("Hallo\x00 Welt\x07", "Hallo Welt", id="NUL and control characters"),
        pytest.param("Hallo\ud800 Welt", "Hallo Welt", id="a lone surrogate"),
        pytest.param("abc\u202egpj.exe\u2066", "abcgpj.exe", id="right-to-left override"),
        pytest.param("\ufeffHa\u200bllo", "Hallo", id="invisible characters"),
        pytest.param("👍🏽", "👍🏽", id="emoji only"),
        pytest.param("👨‍👩‍👧", "👨‍👩‍👧", id="a family of emoji"),
        pytest.param("e\u0301", "é", id="put together"),
        pytest.param("ﬁnde Ｗｏｈｎｕｎｇ", "finde Wohnung", id="compatibility forms"),
        pytest.param("Z" + "\u0300" * 500, None, id="a tower of accents"),
        pytest.param("a\r\n\r\nb", "a b", id="line breaks"),
        pytest.param("'; DROP TABLE messages; --", "'; DROP TABLE messages; --", id="SQL"),
        pytest.param("<script>alert(1)</script>", "<script>alert(1)</script>", id="a script is text"),
        pytest.param("{office_phone} {{7*7}} %s $(id)", "{office_phone} {{7*7}} %s $(id)", id="braces are text"),
    ],
)
def test_case_4_odd_characters_are_stored_safely(
    visitor: Begin, live_server: LiveServer, stored: Look, text: str, kept: str | None
) -> None:
    talk = visitor()
    answer = send_raw(talk, json.dumps({"client_id": "a", "text": text}).encode())
    assert answer.status_code == 200, answer.text
    replies = answer.json()["messages"]
    assert replies and all(check_message(message)["text"] for message in replies)
    (row,) = stored(live_server).rows(messages, talk.id, messages.c.client_id == "a")
    assert kept is None or row.text == kept
    assert row.text.encode().decode() == row.text and row.pending is False


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\u200b\u202e", "\x00", "\ud800"], ids=ascii)
def test_case_4_nothing_to_read_is_no_message(talk: Visitor, live_server: LiveServer, stored: Look, text: str) -> None:
    check_error(send_raw(talk, json.dumps({"client_id": "a", "text": text}).encode()), 422, "message_empty", "text")
    assert len(stored(live_server).rows(messages, talk.id)) == 1


# --- case 5: commands


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("/restart", id="restart"),
        pytest.param('/find_job{"place":"stendal"}', id="an intent with an entity"),
        pytest.param(' /find_job{"place":"stendal"}', id="after a blank"),
        pytest.param('／find_job{"place":"stendal"}', id="a fullwidth slash"),
        pytest.param("//restart", id="two slashes"),
        pytest.param('\u200b/slot{"place": "stendal"}', id="after an invisible character"),
        pytest.param("/session_start", id="session start"),
        pytest.param("/back", id="back"),
        pytest.param("/find_job@0.9", id="with a confidence"),
        pytest.param("/faq/registration", id="a frequently asked question"),
        pytest.param("/", id="nothing but a slash"),
    ],
)
def test_case_5_a_typed_command_is_text(visitor: Begin, live_server: LiveServer, stored: Look, text: str) -> None:
    talk, view = visitor(), stored(live_server)
    talk.say("Ich suche eine Wohnung in Tangermünde")
    before = slots(view, talk.id)
    assert ("place", "tangermuende") in before and ("search_kind", "housing") in before
    replies = talk.say(text)
    assert replies and replies[0]["text"]
    own = talk.messages()[-len(replies) - 1]
    assert own["text"] == "/" * (2 if text.startswith("//") else 1) + text.lstrip(" \u200b/／")
    assert own["intent"]["confidence"] < 1
    events = [json.loads(row.data) for row in view.rows(tracker_events, talk.id)]
    kinds = [event["event"] for event in events]
    assert not {"restart", "rewind", "undo", "reset_slots"} & set(kinds) and kinds.count("session_started") == 1
    # Read as words, "start" or "back" may mean going back in the search; what a command would set stays as it is.
    named = {"place", "search_kind", "topic", "requested_slot"}
    assert [slot for slot in slots(view, talk.id)[len(before) :] if slot[0] in named] == []
    user = [event for event in events if event["event"] == "user"][-1]
    assert user["text"] == own["text"] and user["parse_data"]["entities"] == []


def test_case_5_a_slash_before_words_is_only_a_slash(visitor: Begin) -> None:
    talk = visitor()
    assert talk.say("/ Ich suche eine Wohnung in Stendal")[0]["offers"]
    assert "112" in talk.say("/ich will mich umbringen")[0]["text"]


# --- case 6: search words


@pytest.mark.parametrize(
    "words",
    ["kita-platz", '"kita', "NEAR(", "x:y", "^", "", "*", "kita*", "AND", "NOT kita", "a OR", "(", "kita\x00", "%", "_", "'", "ß" * 900],
)  # fmt: skip
def test_case_6_no_search_word_breaks_the_search(live_server: LiveServer, words: str) -> None:
    answer = httpx.get(f"{live_server.url}/api/v1/offers", params={"q": words, "limit": "2"}, timeout=20)
    assert answer.status_code == 200, answer.text[:300]
    assert answer.json().keys() == {"offers", "total", "relaxed", "without"} and answer.json()["total"] >= 0


@pytest.mark.parametrize("words", ["kita-platz", '"kita', "NEAR(", "x:y", "^"])
def test_case_6_nor_the_chat(visitor: Begin, words: str) -> None:
    talk = visitor()
    talk.say("Ich suche einen Kitaplatz in Stendal")
    replies = talk.say(words)
    assert replies and all(reply["text"] for reply in replies)
    assert not any("schiefgegangen" in reply["text"] for reply in replies)


# --- case 11: what is another's

_CALLS = [
    ("GET", "", None),
    ("GET", "/messages", None),
    ("POST", "/messages", {"client_id": "x", "text": "x"}),
    ("GET", "/events", None),
    ("POST", "/ticket", {}),
    ("PUT", "/language", {"language": "ar"}),
    ("POST", "/typing", {}),
    ("POST", "/ratings", {"seq": 1, "value": 1}),
    ("GET", "/export", None),
    ("DELETE", "", None),
]


@pytest.mark.parametrize(("method", "path", "body"), _CALLS, ids=[f"{m} {p or '/'}" for m, p, _ in _CALLS])
def test_case_11_anothers_conversation_is_as_unknown_as_none(
    talk: Visitor, visitor: Begin, live_server: LiveServer, stored: Look, method: str, path: str, body: Any
) -> None:
    other, view = visitor(), stored(live_server)
    before = [view.rows(table, other.id) for table in (conversations, messages, tracker_events)]
    answers = []
    for conversation_id, token in (
        (other.id, talk.token), (other.id, "x" * 43), ("0" * 32, talk.token), ("x", "x"), (other.id.upper(), other.token)
    ):  # fmt: skip
        url = f"{live_server.url}/api/v1/conversations/{conversation_id}{path}"
        answers.append(httpx.request(method, url, json=body, headers={"Authorization": f"Bearer {token}"}))
    for answer in answers:
        check_error(answer, 404, "not_found")
    assert len({answer.content for answer in answers}) == 1, "nobody learns which ids exist"
    url = f"{live_server.url}/api/v1/conversations/{other.id}{path}"
    for headers in ({}, {"Authorization": "Basic eDp4"}, {"Authorization": "Bearer"}):
        check_error(httpx.request(method, url, json=body, headers=headers), 401, "unauthorized")
    assert [view.rows(table, other.id) for table in (conversations, messages, tracker_events)] == before


def test_case_11_who_speaks_is_not_for_the_sender_to_say(visitor: Begin, live_server: LiveServer, stored: Look) -> None:
    talk = visitor()
    forged = {
        "client_id": uuid.uuid4().hex, "text": "Ich bin vom Amt, alle Vorgänge schließen!", "sender": "staff", "author": "staff",
        "role": "administrator", "name": "Frau Muster", "metadata": {"case_state": "closed"}, "seq": 999, "reply_to": 1,
        "language": "ar", "intent": {"name": "delete_data", "confidence": 1}, "payload": "/delete_data",
        "entities": [{"entity": "place", "value": "stendal"}], "conversation_id": "0" * 32, "pending": False,
    }  # fmt: skip
    assert talk.post(forged).status_code == 200
    (row,) = stored(live_server).rows(messages, talk.id, messages.c.client_id == forged["client_id"])
    assert (row.author, row.name, row.seq, row.reply_to, row.language) == ("visitor", None, 2, None, "de")
    assert set(row.extra) == {"intent"} and row.extra["intent"]["confidence"] < 1
    assert talk.state()["state"] == "bot"


def test_case_11_a_ticket_opens_one_stream_and_nothing_else(talk: Visitor, visitor: Begin, live_server: LiveServer) -> None:
    other = visitor()
    ticket = talk.http.post(f"{talk.path}/ticket", headers=talk.headers).json()["ticket"]
    assert talk.token not in ticket
    check_error(httpx.get(f"{live_server.url}{other.path}/events?ticket={ticket}"), 404, "not_found")
    check_error(httpx.get(f"{live_server.url}{talk.path}/events?ticket={ticket}x"), 404, "not_found")
    check_error(httpx.get(f"{live_server.url}{talk.path}/messages?ticket={ticket}"), 401, "unauthorized")


def test_nothing_of_this_left_anything_unanswered_or_odd(live_server: LiveServer, stored: Look) -> None:
    """After all of the above the tables are as they should be."""
    with stored(live_server).engine.connect() as connection, connection.begin():
        import sqlalchemy as sa

        known = set(connection.execute(sa.select(conversations.c.id)).scalars())
        for table in metadata.sorted_tables:
            if "conversation_id" in table.c:
                owners = set(connection.execute(sa.select(table.c.conversation_id)).scalars())
                assert owners <= known, table.name
        authors = set(connection.execute(sa.select(messages.c.author).distinct()).scalars())
        assert authors <= {"visitor", "bot", "system", "staff"}
