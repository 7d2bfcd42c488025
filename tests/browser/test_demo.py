"""The demonstration site: a district's website that uses the chat as docs/embedding.md says."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.chat import Chat

PAGES = ("start", "work", "living", "family")


@pytest.mark.parametrize(("language", "direction"), [("de", "ltr"), ("en", "ltr"), ("ar", "rtl")])
def test_page_sets_the_language_of_the_chat(language: str, direction: str, chat: Chat) -> None:
    chat.visit(f"/demo/{language}/family").open()
    expect(chat.panel).to_have_attribute("lang", language)
    expect(chat.panel).to_have_attribute("dir", direction)


def test_question_on_the_page_waits_in_the_field_until_the_notice_is_accepted(chat: Chat) -> None:
    chat.visit("/demo/de/living")
    chat.page.locator(".ask").first.click()
    expect(chat.notice).to_be_visible()
    chat.accept_button.click()
    expect(chat.field).to_have_value("Drei Zimmer in Tangermünde bis 600 Euro")


def test_campaign_link_greets_accordingly(chat: Chat) -> None:
    chat.visit("/demo/de/start")
    chat.page.locator(".campaign a").click()
    chat.open()
    chat.accept_button.click()
    expect(chat.messages("bot").first).to_contain_text("Rückkehrtag")


@pytest.mark.parametrize("site", PAGES)
@pytest.mark.parametrize("language", ("de", "en", "ar"))
def test_axe_finds_nothing_on_the_site(language: str, site: str, chat: Chat, axe: Any) -> None:
    chat.visit(f"/demo/{language}/{site}")
    assert axe(chat.page, f"site, {site}", language) == []
