"""Messages on their way: each arrives exactly once and in order, whatever the connection does, and the visitor sees where it is."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.chat import Chat, wait_until
from tests.browser.stub import Stub


def test_queue_sends_once_and_in_order(chat: Chat, stub: Stub) -> None:
    chat.begin()
    for number in range(5):
        chat.say(f"Nachricht {number}")
    wait_until(chat, lambda: len(stub.received) == 5)
    assert stub.texts() == [f"Nachricht {number}" for number in range(5)]
    expect(chat.messages("visitor")).to_have_count(5)


def test_queue_repeats_with_the_same_client_id_when_the_answer_is_lost(chat: Chat, stub: Stub) -> None:
    chat.begin()
    stub.fail = ["lost"]
    chat.say("Kommt das an?")
    wait_until(chat, lambda: not stub.fail and "sent" in (chat.messages("visitor").get_attribute("data-state") or ""))
    assert len(stub.received) == 1
    expect(chat.messages("visitor")).to_have_count(1)


def test_queue_survives_offline_and_reload(chat: Chat, stub: Stub) -> None:
    chat.begin()
    chat.page.context.set_offline(True)
    stub.offline = True
    chat.say("Erste")
    chat.say("Zweite")
    expect(chat.messages("visitor")).to_have_count(2)
    expect(chat.messages("visitor").first).to_have_attribute("data-state", "offline")
    expect(chat.banner).to_be_visible()
    assert sum(":q:" in key for key in chat.stored()) == 2

    chat.page.context.set_offline(False)
    chat.page.reload()
    expect(chat.messages("visitor")).to_have_count(2)
    stub.offline = False
    wait_until(chat, lambda: stub.texts() == ["Erste", "Zweite"])
    expect(chat.messages("visitor")).to_have_count(2)
    expect(chat.banner).to_be_hidden()
    assert not any(":q:" in key for key in chat.stored())


def test_replies_come_where_no_stream_gets_through(chat: Chat, stub: Stub) -> None:
    stub.no_streams = True
    stub.replies = [{"text": "Antwort"}]
    chat.begin()
    chat.say("Frage")
    expect(chat.bubble("Antwort")).to_be_visible(timeout=8000)
    stub.state = {"state": "live", "staff": "Frau Muster"}
    stub.add("staff", "Von einem Menschen", name="Frau Muster")
    expect(chat.bubble("Von einem Menschen")).to_be_visible(timeout=8000)
    expect(chat.element.locator(".names p")).to_contain_text("Frau Muster")
    expect(chat.banner).to_be_hidden()


def test_queue_shows_a_failed_message_and_retries_when_asked(chat: Chat, stub: Stub) -> None:
    chat.begin()
    stub.fail = ["offline"] * 2
    chat.say("Bitte senden")
    retry = chat.log.locator("button.retry")
    expect(retry).to_be_visible()
    retry.click()
    wait_until(chat, lambda: stub.texts() == ["Bitte senden"])
    expect(retry).to_have_count(0)


def test_queue_waits_as_long_as_the_server_asks(chat: Chat, stub: Stub) -> None:
    chat.begin()
    stub.fail = [(429, {"code": "rate_limited", "message": ""}, {"Retry-After": "1"})]
    chat.say("Zu schnell")
    expect(chat.messages("visitor")).to_have_attribute("data-state", "busy")
    wait_until(chat, lambda: stub.texts() == ["Zu schnell"])
    assert len(stub.received) == 1


def test_queue_gives_a_refused_text_back_to_the_field(chat: Chat, stub: Stub) -> None:
    chat.begin()
    stub.fail = [(422, {"code": "unreadable", "message": "Bitte ohne Steuerzeichen.", "field": "text"}, {})]
    chat.say("geht nicht")
    expect(chat.messages("visitor")).to_contain_text("Bitte ohne Steuerzeichen.")
    expect(chat.field).to_have_value("geht nicht")
    chat.say("geht")
    wait_until(chat, lambda: stub.texts() == ["geht"])


def test_queue_keeps_the_text_when_the_conversation_is_gone(chat: Chat, stub: Stub) -> None:
    chat.begin()
    stub.fail = ["offline"] * 99
    chat.say("Nicht verlieren")
    expect(chat.log.locator("button.retry")).to_be_visible()
    stub.fail, stub.gone = [], True
    restart = chat.element.locator(".over .primary")
    expect(restart).to_be_visible()
    stub.gone = False
    restart.click()
    expect(chat.field).to_have_value("Nicht verlieren")


def test_field_says_before_sending_that_a_text_is_too_long(chat: Chat, stub: Stub) -> None:
    chat.begin()
    chat.field.fill("a" * 1900)
    expect(chat.element.locator(".count")).to_contain_text("100")
    chat.field.fill("😀" * 2001)
    expect(chat.field).to_have_attribute("aria-invalid", "true")
    chat.field.press("Enter")
    assert stub.received == []
    chat.field.fill("😀" * 2000)
    chat.field.press("Enter")
    wait_until(chat, lambda: len(stub.received) == 1)


def test_chat_works_where_the_browser_stores_nothing(chat: Chat, stub: Stub) -> None:
    chat.page.add_init_script("""
        for (const name of ["localStorage", "sessionStorage"])
            Object.defineProperty(window, name, { get() { throw new DOMException("no", "SecurityError") } });
    """)
    chat.begin()
    chat.say("Ohne Speicher")
    wait_until(chat, lambda: stub.texts() == ["Ohne Speicher"])
    expect(chat.messages("visitor")).to_have_count(1)


def test_chat_recovers_from_broken_stored_state(chat: Chat, stub: Stub) -> None:
    chat.begin()
    (key,) = (key for key in chat.stored() if key.endswith(":conversation"))
    for broken in ("{", "[]", '{"id": 5}', "null", '"x"'):
        chat.leave().page.evaluate(
            "([key, value]) => { sessionStorage.clear(); localStorage.setItem(key, value) }", [key, broken]
        )
        chat.visit().open()
        expect(chat.notice).to_be_visible()
