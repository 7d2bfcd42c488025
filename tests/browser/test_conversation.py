"""The whole path in a real browser on the real server."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.chat import Chat, wait_until
from tests.browser.conftest import Watched

LANGUAGES = ("de", "de-simple", "en", "pl", "uk", "ru", "ar")
QUESTIONS = {
    "de": "Ich suche eine Wohnung in Tangermünde",
    "en": "I am looking for a flat in Tangermünde",
    "ar": "أبحث عن شقة في تانغرمونده",
}


def test_nothing_is_sent_or_stored_before_the_visitor_agrees(chat: Chat, watched: Watched) -> None:
    chat.visit()
    chat.page.wait_for_timeout(500)
    assert not [url for url in watched.urls if "/api/" in url]
    chat.open()
    expect(chat.notice).to_be_visible()
    assert {request.method for request in watched.requests} == {"GET"}
    assert chat.stored() == {}
    assert chat.page.context.cookies() == []
    chat.element.locator(".buttons .plain").click()
    expect(chat.panel).to_have_count(0)
    assert chat.stored() == {}


def test_nobody_else_is_asked(chat: Chat, watched: Watched) -> None:
    chat.begin()
    chat.say(QUESTIONS["de"])
    expect(chat.messages("bot").nth(1)).to_be_visible()
    assert [url for url in watched.urls if not url.startswith(chat.url)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_greeting_is_in_the_language_of_the_page(language: str, chat: Chat) -> None:
    chat.begin(f"/?lang={language}")
    greeting = chat.messages("bot").first
    expect(greeting).to_have_attribute("lang", language.partition("-")[0])
    expect(greeting).to_have_attribute("dir", "rtl" if language == "ar" else "ltr")
    assert chat.conversation()["language"] == language
    missing = chat.element.evaluate(
        "e => [...e.shadowRoot.querySelectorAll('button:not([aria-hidden])')].filter(b => !b.textContent.trim() && !b.ariaLabel).length"
    )
    assert missing == 0, "a button without a name: a text of this language is missing"


@pytest.mark.parametrize("language", QUESTIONS)
def test_search_answers_with_cards(language: str, chat: Chat) -> None:
    chat.begin(f"/?lang={language}")
    chat.say(QUESTIONS[language])
    expect(chat.log.get_by_role("article").first).to_be_visible()
    expect(chat.messages("visitor")).to_have_attribute("data-state", "sent")


def test_reload_keeps_the_conversation(chat: Chat) -> None:
    chat.begin()
    chat.say("Wie melde ich mich an?")
    expect(chat.messages("bot").nth(1)).to_be_visible()
    before = chat.log.locator(".bubble").all_inner_texts()
    chat.page.reload()
    expect(chat.log.locator(".bubble")).to_have_count(len(before))
    assert chat.log.locator(".bubble").all_inner_texts() == before


def test_two_tabs_are_in_step(chat: Chat, live_server: Any) -> None:
    chat.begin()
    other = Chat(chat.page.context.new_page(), live_server.url).visit("/demo/de/work").open()
    expect(other.messages("bot")).to_have_count(1)
    other.say("Wie melde ich mich an?")
    expect(other.messages("bot").nth(1)).to_be_visible()
    expect(chat.messages("visitor")).to_have_count(1)
    expect(chat.messages("bot").nth(1)).to_be_visible()
    chat.say("Danke")
    expect(other.messages("visitor")).to_have_count(2)
    other.menu("trash")
    other.element.locator(".sheet .primary").click()
    expect(chat.field).to_have_count(0)
    wait_until(chat, lambda: chat.stored() == {})


def test_language_changes_in_the_middle_and_keeps_everything(chat: Chat) -> None:
    chat.begin()
    chat.say("Wie melde ich mich an?")
    expect(chat.messages("bot").nth(1)).to_be_visible()
    count = chat.messages().count()
    chat.menu("globe")
    chat.element.locator(".row[lang=ar]").click()
    expect(chat.panel).to_have_attribute("dir", "rtl")
    expect(chat.panel).to_have_attribute("lang", "ar")
    assert chat.messages().count() >= count
    expect(chat.messages("bot").first).to_have_attribute("dir", "ltr")
    chat.say("كيف أسجل عنواني؟")
    expect(chat.messages("bot").last).to_have_attribute("dir", "rtl")
    chat.page.reload()
    expect(chat.panel).to_have_attribute("dir", "rtl")


def test_easy_language_is_a_switch(chat: Chat) -> None:
    chat.begin()
    chat.menu("easy")
    wait_until(chat, lambda: chat.conversation()["language"] == "de-simple")
    chat.element.locator(".head .round:has(.icon-more)").click()
    expect(chat.element.get_by_role("switch").first).to_have_attribute("aria-checked", "true")


def test_download_holds_the_conversation(chat: Chat) -> None:
    chat.begin()
    chat.say("Wie melde ich mich an?")
    expect(chat.messages("bot").nth(1)).to_be_visible()
    chat.menu("download")
    with chat.page.expect_download() as waiting:
        chat.element.locator(".sheet .row").first.click()
    text = waiting.value.path().read_text(encoding="utf-8-sig")
    assert "Sie, " in text and "Wie melde ich mich an?" in text and "https://" in text
    chat.menu("download")
    with chat.page.expect_download() as waiting:
        chat.element.locator(".sheet .row").nth(1).click()
    content = json.loads(waiting.value.path().read_text(encoding="utf-8"))
    assert "Wie melde ich mich an?" in json.dumps(content, ensure_ascii=False)


def test_delete_erases_it_here_and_on_the_server(chat: Chat) -> None:
    chat.begin()
    kept = chat.conversation()
    chat.menu("trash")
    chat.element.locator(".sheet .primary").click()
    expect(chat.element.locator(".page.centre .primary")).to_be_visible()
    assert chat.stored() == {}
    answer = chat.page.request.get(
        f"{chat.url}/api/v1/conversations/{kept['id']}", headers={"Authorization": f"Bearer {kept['token']}"}
    )
    assert answer.status == 404


def test_new_conversation_begins_anew(chat: Chat) -> None:
    chat.begin()
    chat.say("Wie melde ich mich an?")
    expect(chat.messages("bot").nth(1)).to_be_visible()
    before = chat.conversation()["id"]
    chat.menu("restart")
    chat.element.locator(".sheet .primary").click()
    expect(chat.messages("visitor")).to_have_count(0)
    expect(chat.messages("bot")).to_have_count(1)
    assert chat.conversation()["id"] != before


def test_site_can_open_and_hears_what_happens(chat: Chat) -> None:
    chat.visit()
    chat.page.evaluate("""() => {
        window.heard = [];
        for (const name of ["lotse-open", "lotse-start", "lotse-close"]) addEventListener(name, () => heard.push(name));
        document.querySelector("lotse-chat").open();
    }""")
    chat.accept_button.click()
    expect(chat.messages("bot").first).to_be_visible()
    chat.page.evaluate("document.querySelector('lotse-chat').close()")
    assert chat.page.evaluate("heard") == ["lotse-open", "lotse-start", "lotse-close"]


def test_closed_chat_counts_what_it_missed(chat: Chat, live_server: Any) -> None:
    chat.begin()
    chat.field.fill("Wie melde ich mich an?")
    chat.field.press("Enter")
    chat.page.evaluate("document.querySelector('lotse-chat').close()")
    chat.open()
    expect(chat.messages("bot").nth(1)).to_be_visible()
