"""What goes wrong, and what the visitor sees: in words that help, and no message is lost. Lost answers, the queue and
storage that is blocked stand in test_queue.py, a server that is down at the start in test_embedding.py."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from bot.db import messages
from tests.browser.chat import Chat, wait_until
from tests.browser.stub import OFFER, Stub
from tests.conftest import free_port

HOURS_WRONG = {"five years ahead": 5 * 365 * 24, "twenty years behind": -20 * 365 * 24}


def visitors_texts(server: Any) -> list[str]:
    """What the server has stored of visitors, in order."""
    engine = sa.create_engine(server.database_url)
    with engine.connect() as connection:
        rows = connection.execute(
            sa.select(messages.c.text).where(messages.c.author == "visitor").order_by(messages.c.id)
        )
        found = [row.text for row in rows]
    engine.dispose()
    return found


def test_server_killed_in_the_middle_and_started_again(new_context: Any, servers: Any) -> None:
    port = free_port()
    server = servers.start(port=port, wait=False)
    server.url = f"http://127.0.0.1:{port}"
    server.wait_until_ready()
    chat = Chat(new_context().new_page(), server.url).begin()
    chat.say("Wie melde ich mich an?")
    expect(chat.messages("bot").nth(1)).to_be_visible()
    server.kill()
    chat.say("Und was kostet das?")
    chat.say("Danke")
    expect(chat.log.locator("button.retry").first).to_contain_text("Nicht gesendet")
    expect(chat.banner).to_contain_text("Verbindung")
    again = servers.start(var=server.var, port=port, wait=False)
    again.url = server.url
    again.wait_until_ready()
    expect(chat.messages("bot").nth(3)).to_be_visible(timeout=60_000)
    assert visitors_texts(server) == ["Wie melde ich mich an?", "Und was kostet das?", "Danke"]
    expect(chat.messages("visitor")).to_have_count(3)
    expect(chat.banner).to_be_hidden()


def test_busy_server_is_told_before_the_conversation_begins(chat: Chat, stub: Stub) -> None:
    refusal = {"error": {"code": "rate_limited", "message": "Bitte warten Sie 30 Sekunden."}}
    chat.page.context.route("**/api/v1/conversations", lambda route: route.fulfill(status=429, json=refusal), times=1)
    chat.visit().open()
    chat.accept_button.click()
    expect(chat.element.locator("[role=alert]")).to_have_text("Bitte warten Sie 30 Sekunden.")
    assert chat.stored() == {}
    chat.accept_button.click()
    expect(chat.messages("bot").first).to_be_visible()


def test_database_that_is_away_keeps_the_message_waiting(chat: Chat, stub: Stub) -> None:
    chat.begin()
    unavailable = {"code": "unavailable", "message": "Der Assistent ist gerade nicht erreichbar."}
    stub.fail = [(503, unavailable, {"Retry-After": "1"})] * 3
    chat.say("Bitte nicht verlieren")
    expect(chat.log.locator("button.retry")).to_contain_text("Nicht gesendet")
    wait_until(chat, lambda: stub.texts() == ["Bitte nicht verlieren"])
    expect(chat.messages("visitor")).to_have_attribute("data-state", "sent")


def test_conversation_erased_on_another_device_is_told(chat: Chat) -> None:
    chat.begin()
    kept = chat.conversation()
    httpx.delete(f"{chat.url}/api/v1/conversations/{kept['id']}", headers={"Authorization": f"Bearer {kept['token']}"})
    expect(chat.element.locator(".page")).to_contain_text("gelöscht")
    assert chat.stored() == {}


def test_token_that_is_no_longer_valid_is_told_and_the_draft_stays(chat: Chat) -> None:
    chat.begin()
    chat.field.fill("Halb geschrieben")
    chat.leave().page.evaluate(
        """() => { for (const key of Object.keys(localStorage)) if (key.endsWith(":conversation"))
            localStorage.setItem(key, JSON.stringify({ ...JSON.parse(localStorage[key]), token: "x".repeat(43) })) }"""
    )
    chat.visit()
    over = chat.element.locator(".over")
    expect(over).to_contain_text("gibt es nicht mehr")
    over.locator("button").click()
    expect(chat.field).to_have_value("Halb geschrieben")


@pytest.mark.parametrize(
    "broken", ('"x"', "[1]", '{"client_id": 5}', "{", '{"conversation": "other", "client_id": "a"}')
)
def test_broken_entries_of_the_queue_stop_nothing(broken: str, chat: Chat, stub: Stub) -> None:
    chat.begin()
    space = next(key for key in chat.stored() if key.endswith(":conversation")).removesuffix("conversation")
    chat.page.evaluate("([key, value]) => localStorage.setItem(key, value)", [space + "q:broken", broken])
    chat.page.evaluate("key => localStorage.setItem(key, '7')", space + "saved")
    chat.page.evaluate("key => localStorage.setItem(key, '[]')", space + "preferences")
    chat.page.reload()
    expect(chat.messages("bot")).to_have_count(1)
    chat.say("Geht es?")
    wait_until(chat, lambda: stub.texts() == ["Geht es?"])


def test_two_devices_see_the_same_conversation(chat: Chat, new_context: Any) -> None:
    chat.begin()
    context = new_context(viewport={"width": 390, "height": 800}, has_touch=True)
    context.add_init_script(
        f"if (isSecureContext && location.protocol === 'http:') Object.assign(localStorage, {chat.page.evaluate('({...localStorage})')!r})"
    )
    other = Chat(context.new_page(), chat.url).visit("/demo/de/work").open()
    expect(other.messages("bot")).to_have_count(1)
    other.say("Wie melde ich mich an?")
    expect(chat.bubble("Wie melde ich mich an?")).to_be_visible()
    expect(chat.messages("bot").nth(1)).to_be_visible()
    chat.say("Danke")
    expect(other.messages("visitor")).to_have_count(2)
    for each in (chat, other):
        expect(each.messages("bot")).to_have_count(3)
    assert chat.log.locator(".bubble").all_inner_texts() == other.log.locator(".bubble").all_inner_texts()


@pytest.mark.parametrize("hours", HOURS_WRONG.values(), ids=HOURS_WRONG.keys())
def test_wrong_clock_neither_loses_nor_misdates_a_message(hours: int, chat: Chat) -> None:
    chat.page.add_init_script(
        f"""const shift = {hours} * 3600e3, Real = Date;
        globalThis.Date = class extends Real {{
            constructor(...given) {{ given.length ? super(...given) : super(Real.now() + shift) }}
            static now() {{ return Real.now() + shift }}
        }};"""
    )
    chat.begin()
    chat.say("Erste")
    chat.say("Zweite")
    expect(chat.messages("bot").nth(2)).to_be_visible()
    assert chat.messages("visitor").locator(".bubble").all_inner_texts() == ["Erste", "Zweite"]
    own = chat.messages("visitor").first.locator("time")
    greeted = chat.messages("bot").first.locator("time").get_attribute("datetime") or ""
    wait_until(chat, lambda: (own.get_attribute("datetime") or "")[:13] == greeted[:13])


@pytest.mark.parametrize("coordinates", (None, {}, {"latitude": "52,5", "longitude": None}))
def test_offer_without_coordinates_has_no_map_and_no_gaps(coordinates: Any, chat: Chat, stub: Stub) -> None:
    offer = {
        k: v for k, v in OFFER.items() if k not in ("coordinates", "distance_km", "contact", "source", "valid_until")
    }
    stub.replies = [{"text": "Gefunden", "offers": [{**offer, "coordinates": coordinates, "facts": []}]}]
    chat.begin()
    chat.say("Wohnung")
    card = chat.log.get_by_role("article")
    expect(card).to_contain_text("Tangermünde")
    expect(card.locator(".offer-map")).to_have_count(0)
    for word in ("undefined", "null", "NaN", "[object"):
        expect(card).not_to_contain_text(word)


def test_map_shows_a_mark_only_for_a_point_of_the_offers_own(chat: Chat, stub: Stub) -> None:
    near = {**OFFER, "id": "b", "coordinates": {"latitude": 52.6, "longitude": 11.9, "exact": False}}
    stub.replies = [{"text": "Gefunden", "offers": [OFFER, near]}]
    chat.begin()
    chat.say("Wohnung")
    links = chat.log.locator(".offer-map")
    assert "mlat=52.54" in (links.nth(0).get_attribute("href") or "")
    assert links.nth(1).get_attribute("href") == "https://www.openstreetmap.org/#map=12/52.6/11.9"


def test_bidi_controls_turn_nothing_round_outside_their_own_text(chat: Chat, stub: Stub) -> None:
    override = "\u202eabc\u202d\u2067"
    stub.replies = [{"text": f"Gefunden {override}", "offers": [{**OFFER, "title": f"Wohnung {override}"}]}]
    chat.begin()
    chat.say("Wohnung")
    card = chat.log.get_by_role("article")
    expect(card).to_be_visible()
    left = card.locator(".offer-kind").bounding_box()
    place = card.locator(".offer-place").bounding_box()
    assert left and place and abs(left["x"] - place["x"]) < 2, "what follows the title begins where it always does"
    isolated = card.locator("h3 > *").evaluate("e => getComputedStyle(e).unicodeBidi")
    assert "isolate" in isolated


def test_voice_is_off_until_the_visitor_has_read_where_it_goes(chat: Chat, stub: Stub) -> None:
    chat.page.add_init_script("""
        window.started = [];
        window.SpeechRecognition = class {
            start() { started.push([this.lang, Boolean(this.processLocally)]); setTimeout(() => {
                this.onresult({ results: [[{ transcript: "Wohnung in Stendal" }]] }); this.onend(); }, 50) }
            stop() { this.onend() }
        };
    """)
    chat.begin()
    expect(chat.element.locator(".mic")).to_have_count(0)
    chat.menu("mic")
    expect(chat.element.locator(".sheet")).to_contain_text("Google oder Apple")
    assert chat.page.evaluate("started") == []
    chat.element.locator(".sheet .primary").click()
    chat.element.locator(".mic").click()
    expect(chat.field).to_have_value("Wohnung in Stendal")
    assert chat.page.evaluate("started") == [["de-DE", False]]
    assert stub.texts() == [], "what was heard waits in the field"
    chat.page.reload()
    expect(chat.element.locator(".mic")).to_be_visible()


def test_theme_chosen_in_the_menu_stays(chat: Chat, stub: Stub) -> None:
    chat.begin()
    chat.menu("contrast")
    chat.element.locator(".sheet .row").nth(3).click()
    expect(chat.element).to_have_attribute("data-theme", "high-contrast")
    chat.page.reload()
    expect(chat.element).to_have_attribute("data-theme", "high-contrast")


def test_greeting_is_read_from_its_first_line(chat: Chat) -> None:
    chat.page.set_viewport_size({"width": 320, "height": 500})
    chat.begin()
    assert chat.element.evaluate("e => e.shadowRoot.querySelector('.scroller').scrollTop") == 0
