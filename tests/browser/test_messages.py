"""What a message can carry, as the visitor sees it."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.chat import Chat, wait_until
from tests.browser.stub import FORM, OFFER, Stub

EVIL = '<img src=x onerror="window.hit=1"> <script>window.hit=1</script> javascript:alert(1) [x](javascript:alert(1))'


def test_markup_stays_text_everywhere(chat: Chat, stub: Stub) -> None:
    stub.replies = [
        {
            "text": EVIL,
            "buttons": [{"id": "1", "title": EVIL}],
            "sources": [{"title": EVIL, "url": "javascript:window.hit=1", "checked_on": "2025-11-01"}],
            "offers": [
                {**OFFER, "title": EVIL, "text": EVIL, "place": EVIL, "source": "javascript:window.hit=1", "kind": EVIL,
                 "facts": [{"name": "x", "label": EVIL, "value": EVIL}], "contact": {"url": "javascript:window.hit=1", "name": EVIL}}
            ],
            "form": {"id": EVIL, "title": EVIL, "fields": [{"name": EVIL, "label": EVIL, "type": "text", "hint": EVIL}]},
        }
    ]  # fmt: skip
    chat.begin()
    chat.say(EVIL)
    expect(chat.messages("bot").nth(1)).to_contain_text('<img src=x onerror="window.hit=1">')
    expect(chat.messages("visitor")).to_contain_text("<script>window.hit=1</script>")
    assert chat.page.evaluate("window.hit") is None
    assert chat.element.evaluate("e => e.shadowRoot.querySelectorAll('img, script').length") == 0
    assert (
        chat.element.evaluate(
            "e => [...e.shadowRoot.querySelectorAll('a')].filter(a => a.protocol === 'javascript:').length"
        )
        == 0
    )


def test_addresses_become_links_and_nothing_else_does(chat: Chat, stub: Stub) -> None:
    stub.replies = [
        {"text": "Siehe https://example.org/a?b=c. Oder http://example.org, info@example.org, +49 30 23125 000."}
    ]
    chat.begin()
    chat.say("Links")
    links = chat.messages("bot").nth(1).locator(".bubble a")
    expect(links).to_have_count(3)
    assert [link.get_attribute("href") for link in links.all()] == [
        "https://example.org/a?b=c", "mailto:info@example.org", "tel:+493023125000",
    ]  # fmt: skip


def test_every_message_has_its_language_and_direction(chat: Chat, stub: Stub) -> None:
    chat.begin()
    stub.add("staff", "مرحبا بكم في Stendal", language="ar", direction="rtl", name="Frau Muster")
    message = chat.messages("staff")
    expect(message).to_have_attribute("lang", "ar")
    expect(message).to_have_attribute("dir", "rtl")
    expect(chat.messages("bot")).to_have_attribute("dir", "ltr")


def test_offer_card_shows_facts_and_remembers(chat: Chat, stub: Stub) -> None:
    stub.replies = [
        {"text": "Gefunden:", "offers": [OFFER, {**OFFER, "id": "two", "coordinates": None, "distance_km": None}]}
    ]
    chat.begin()
    chat.say("Wohnung")
    card = chat.log.get_by_role("article").first
    expect(card.locator("h3")).to_have_text("Helle Wohnung an der Elbe")
    expect(card.locator(".offer-place")).to_contain_text("4,3 km")
    expect(card.locator(".offer-sample")).to_be_visible()
    expect(card.locator("dd").first).to_have_text("580 €")
    expect(card.locator(".offer-map")).to_have_attribute(
        "href", re.compile(r"^https://www\.openstreetmap\.org/\?mlat=52\.54&mlon=11\.97")
    )
    expect(chat.log.get_by_role("article").nth(1).locator(".offer-map")).to_have_count(0)

    expect(card.locator(".offer-contact")).to_be_hidden()
    card.locator(".offer-more").click()
    expect(card.locator(".offer-contact a").first).to_have_attribute("href", "tel:+493023125123")
    expect(card.locator(".offer-small")).to_contain_text("3. November 2025")

    card.locator(".offer-keep").click()
    expect(card.locator(".offer-keep")).to_have_attribute("aria-pressed", "true")
    chat.menu("bookmark")
    expect(chat.element.locator(".saved .offer h3")).to_have_text("Helle Wohnung an der Elbe")


def test_button_sends_its_id_and_disappears(chat: Chat, stub: Stub) -> None:
    chat.begin()
    button = chat.log.get_by_role("button", name="Wohnung finden")
    button.click()
    wait_until(chat, lambda: stub.received)
    assert stub.received[0]["button"] == "0.1.0" and "text" not in stub.received[0]
    expect(button).to_be_hidden()
    expect(chat.messages("visitor")).to_contain_text("Wohnung finden")


def test_form_ties_errors_to_their_fields(chat: Chat, stub: Stub) -> None:
    stub.replies = [{"text": "Wie erreichen wir Sie?", "form": FORM}]
    chat.begin()
    chat.say("Beratung bitte")
    form = chat.log.locator("form.form")
    submit = form.get_by_role("button", name="Weiter")
    submit.click()
    topic = form.get_by_label("Thema")
    expect(topic).to_be_focused()
    expect(topic).to_have_attribute("aria-invalid", "true")
    assert stub.received[-1].get("form") is None
    described = topic.get_attribute("aria-describedby") or ""
    expect(form.locator(f"#{described}")).to_be_visible()

    topic.select_option("job")
    form.get_by_label("Anliegen", exact=False).fill("Ich suche Arbeit.")
    form.get_by_label("E-Mail").fill("falsch")
    form.get_by_label("Ich bin einverstanden.", exact=False).check()
    submit.click()
    expect(form.get_by_label("E-Mail")).to_be_focused()

    form.get_by_label("E-Mail").fill("a@example.org")
    stub.fail = [(422, {"code": "invalid", "message": "Diese Nummer gibt es nicht.", "field": "phone"}, {})]
    submit.click()
    phone = form.get_by_label("Telefon")
    expect(phone).to_be_focused()
    expect(form).to_contain_text("Diese Nummer gibt es nicht.")
    expect(form.get_by_label("Anliegen", exact=False)).to_have_value("Ich suche Arbeit.")

    stub.replies = []
    submit.click()
    wait_until(chat, lambda: "form" in stub.received[-1])
    assert stub.received[-1]["form"] == {
        "id": "contact",
        "values": {
            "topic": "job",
            "concern": "Ich suche Arbeit.",
            "email": "a@example.org",
            "phone": "",
            "consent": "yes",
        },
    }
    expect(form).to_have_count(0)


def test_form_keeps_what_was_typed_when_the_connection_fails(chat: Chat, stub: Stub) -> None:
    stub.replies = [
        {"text": "Bitte", "form": {"id": "f", "fields": [{"name": "concern", "label": "Anliegen", "type": "textarea"}]}}
    ]
    chat.begin()
    chat.say("Hilfe")
    form = chat.log.locator("form.form")
    form.get_by_label("Anliegen").fill("Wichtig")
    stub.replies, stub.fail = [], ["lost"]
    form.locator("button").click()
    expect(form.locator(".form-status")).to_be_visible()
    expect(form.get_by_label("Anliegen")).to_have_value("Wichtig")
    form.locator("button").click()
    expect(form).to_have_count(0)
    assert sum("form" in body for body in stub.received) == 1


def test_answer_can_be_rated_with_a_comment(chat: Chat, stub: Stub) -> None:
    stub.replies = [
        {"text": "Antwort", "sources": [{"title": "Gesetz", "url": "https://example.org/", "checked_on": "2025-11-01"}]}
    ]
    chat.begin()
    chat.say("Frage")
    expect(chat.messages("bot")).to_have_count(2)
    expect(chat.messages("bot").first.locator(".rating")).to_have_count(0)
    rating = chat.messages("bot").nth(1).locator(".rating")
    rating.locator("button").nth(1).click()
    rating.locator("textarea").fill("Es fehlt der Preis")
    rating.locator("button").click()
    expect(rating.locator("p")).to_be_visible()
    assert stub.ratings == [{"seq": 3, "value": -1}, {"seq": 3, "value": -1, "comment": "Es fehlt der Preis"}]


def test_person_is_named_and_the_end_is_told(chat: Chat, stub: Stub) -> None:
    chat.begin()
    stub.state = {"state": "waiting_for_staff", "case_number": "HL-7K3M-92"}
    subtitle = chat.element.locator(".names p")
    expect(subtitle).to_contain_text("HL-7K3M-92")
    stub.state = {"state": "live", "case_number": "HL-7K3M-92", "staff": {"name": "Frau Muster"}}
    stub.add("staff", "Guten Tag.", name="Frau Muster")
    expect(subtitle).to_contain_text("Frau Muster")
    expect(chat.messages("staff").locator(".author")).to_have_text("Frau Muster")
    stub.state = {"state": "closed", "case_number": "HL-7K3M-92"}
    expect(chat.field).to_have_count(0)
    expect(chat.element.locator(".over .primary")).to_be_visible()


def test_waiting_visitor_sees_how_long_it_may_take(chat: Chat, stub: Stub) -> None:
    chat.begin()
    subtitle = chat.element.locator(".names p")
    stub.state = {"state": "waiting_for_staff", "case_number": "HL-7K3M-92", "queue": {"place": 2, "minutes": 5}}
    expect(subtitle).to_contain_text("Platz 2 in der Warteschlange, etwa 5 Minuten")
    stub.state = {"state": "waiting_for_staff", "case_number": "HL-7K3M-92", "answer_by": "2026-11-25"}
    expect(subtitle).to_contain_text("bis 25. November 2026")


def test_receipt_shows_link_and_code_without_an_image_from_elsewhere(chat: Chat, stub: Stub) -> None:
    stub.state = {"state": "waiting_for_staff", "case_number": "HL-7K3M-92"}
    chat.begin()
    expect(chat.element.locator(".names p")).to_contain_text("HL-7K3M-92")
    chat.menu("lock")
    sheet = chat.element.locator(".sheet")
    expect(sheet).to_contain_text("https://chat.example/?case=HL-7K3M-92#secret")
    expect(sheet.get_by_role("img", name="QR-Code")).to_be_visible()
    assert (sheet.locator("a.secondary").get_attribute("href") or "").endswith("/receipts/HL-7K3M-92/page?ticket=t")


def test_receipt_link_opens_the_case_only_when_the_visitor_says_so(chat: Chat, stub: Stub) -> None:
    stub.add("visitor", "Meine Frage von gestern")
    stub.add("staff", "Die Antwort", name="Frau Muster")
    stub.state = {"state": "live", "case_number": "HL-7K3M-92", "staff": "Frau Muster"}
    chat.visit("/?case=HL-7K3M-92#right-secret-0123456789")
    expect(chat.element.locator(".page")).to_contain_text("HL-7K3M-92")
    assert chat.stored() == {}
    chat.accept_button.click()
    expect(chat.bubble("Die Antwort")).to_be_visible()
    assert "secret" not in chat.page.url and "case=" not in chat.page.url


def test_receipt_link_that_is_wrong_says_so(chat: Chat, stub: Stub) -> None:
    chat.visit("/?case=HL-7K3M-92#wrong-secret-0123456789")
    chat.accept_button.click()
    expect(chat.element.locator("[role=alert]")).not_to_be_empty()
    assert chat.stored() == {}


def test_answer_is_read_aloud_only_by_a_voice_of_the_device(chat: Chat, stub: Stub) -> None:
    chat.page.add_init_script("""
        window.said = [];
        const voices = [
            { lang: "de-DE", name: "cloud", localService: false }, { lang: "de_DE", name: "device", localService: true },
            { lang: "en-US", name: "cloud", localService: false },
        ];
        Object.defineProperty(window, "speechSynthesis", { value: {
            getVoices: () => voices, addEventListener() {}, cancel() { window.speech?.onend?.() },
            speak(speech) { window.speech = speech; said.push([speech.voice.name, speech.text]) },
        }});
        window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text } };
    """)
    stub.replies = [{"text": "Gern."}, {"text": "Sure.", "language": "en"}]
    chat.begin()
    chat.say("Lies vor")
    expect(chat.messages("bot")).to_have_count(3)
    chat.messages("bot").first.locator(".icon-speaker").click()
    assert chat.page.evaluate("said") == [["device", "Guten Tag. Ich bin ein Computerprogramm."]]
    expect(chat.messages("bot").first.locator(".icon-stop")).to_be_visible()
    chat.messages("bot").first.locator(".icon-stop").click()
    expect(chat.messages("bot").first.locator(".icon-speaker")).to_be_visible()
    expect(chat.messages("bot").nth(2).locator(".icon-speaker")).to_have_count(0)


def test_saved_list_prints_in_a_page_of_its_own(chat: Chat, stub: Stub) -> None:
    stub.replies = [{"text": "Gefunden:", "offers": [OFFER]}]
    chat.page.context.add_init_script("window.print = () => { window.printed = true }")
    chat.begin()
    chat.say("Wohnung")
    chat.log.locator(".offer-keep").click()
    chat.menu("bookmark")
    with chat.page.context.expect_page() as waiting:
        chat.element.locator(".saved .secondary").click()
    printed = waiting.value
    expect(printed.locator("h2")).to_have_text("Helle Wohnung an der Elbe")
    expect(printed.locator("body")).to_contain_text("+49 30 23125 123")
