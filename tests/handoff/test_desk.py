"""What a visitor is told to expect, what becomes of waiting in vain, and of a case that is opened again."""

from __future__ import annotations

import time
from typing import Any

import pytest
import sqlalchemy as sa
from rasa.shared.core.events import SlotSet

from bot.conversation import log
from bot.conversation.forms import read_form
from bot.db import Database, messages, users
from bot.db import cases as case_table
from bot.handoff import availability as available
from bot.handoff import cases, live, summary
from bot.resources import Resources
from tests.conversation.stored import new_conversation

from .conftest import CASE, desk, hand_over
from .test_outbox import NOTE, hire
from .test_slots import remember

RULES = {"takes": 20, "days": 28, "least": 3}
LANGUAGES = ["de", "de-simple", "en", "pl", "uk", "ru", "ar"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_receipt_says_what_can_be_expected(database: Database, always: Resources, language: str) -> None:
    office = desk(database, always)
    _, number, text = hand_over(database, office, language)
    assert number in text and "#" in text and "{" not in text
    assert office.answer_date(language) in text, "nobody is available: a day"
    user = database.write_now(hire)
    database.write_now(lambda c: available.switch(c, user.id, True))
    _, _, text = hand_over(database, office, language)
    assert office.answer_date(language) not in text and "1" in text and "{" not in text and "None" not in text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_not_taken_in_time_it_becomes_a_message_once(
    database: Database, always: Resources, language: str
) -> None:
    office, user = desk(database, always), await database.write(hire)
    await database.write(lambda c: available.switch(c, user.id, True))
    conversation, number, _ = hand_over(database, office, language)
    assert await office.round() == []
    await database.write(lambda c: c.execute(case_table.update().values(live_until=time.time() - 1)))
    other = desk(database, always)
    assert await office.round() + await other.round() == [number]
    rows = await database.read(
        lambda c: c.execute(
            sa.select(messages).where(messages.c.conversation_id == conversation).order_by(messages.c.seq)
        ).all()
    )
    (told,) = [row for row in rows if row.author == "system"]
    assert office.answer_date(language) in told.text and told.language == language and "{" not in told.text
    assert (await database.read(lambda c: cases.find(c, number))).state == "new"
    assert await database.read(lambda c: live.waiting(c, cases.find(c, number), RULES)) is None
    await database.write(lambda c: cases.take(c, number, user, NOTE))
    assert await database.read(lambda c: live.estimate(c, {**RULES, "least": 1})) is None, "it was no live chat"


def test_the_visitors_page_learns_place_or_day(database: Database, always: Resources) -> None:
    office, user = desk(database, always), database.write_now(hire)
    _, number, _ = hand_over(database, office)
    outlook = database._read(lambda c: office.outlook(c, cases.find(c, number), "de"))
    assert set(outlook) == {"answer_by"} and len(outlook["answer_by"]) == 10
    database.write_now(lambda c: available.switch(c, user.id, True))
    _, number, _ = hand_over(database, office)
    outlook = database._read(lambda c: office.outlook(c, cases.find(c, number), "de"))
    assert outlook["queue"]["place"] == 1 and outlook["queue"]["minutes"] is None
    database.write_now(lambda c: cases.take(c, number, user, NOTE))
    assert database._read(lambda c: office.outlook(c, cases.find(c, number), "de")) == {}


def test_a_closed_case_opened_again_goes_to_its_last_owner(database: Database, always: Resources) -> None:
    office, user = desk(database, always), database.write_now(hire)
    conversation, number, _ = hand_over(database, office)
    database.write_now(lambda c: cases.take(c, number, user, NOTE))
    database.write_now(lambda c: cases.give_back(c, number, user, NOTE, close=True, agreed="Termin am 3. Mai"))
    case = database._read(lambda c: cases.find(c, number))
    assert (case.state, case.agreed) == ("closed", "Termin am 3. Mai")
    values = {**CASE, "language": "de", "number": number, "concern": "Noch etwas"}
    told = database.write_now(lambda c: office.create_case(c, conversation, 1, values))
    case = database._read(lambda c: cases.find(c, number))
    assert (case.state, case.owner_id, case.concern) == ("open", user.id, "Noch etwas")
    assert user.name in told["text"] and number in told["text"]
    assert database._read(lambda c: log.find(c, conversation)).state == "waiting_for_staff"
    database.write_now(lambda c: cases.reply(c, number, user, "Guten Tag", "de"))
    assert database._read(lambda c: log.find(c, conversation)).state == "live", "the owner takes it by writing"


def test_given_back_or_passed_on_an_answer_is_promised_anew(database: Database, always: Resources) -> None:
    office, user = desk(database, always), database.write_now(hire)
    _, number, _ = hand_over(database, office)
    promised = database._read(lambda c: office.outlook(c, cases.find(c, number), "de"))["answer_by"]
    nine_days = 9 * 86400
    times = {"created_at": time.time() - nine_days, "updated_at": time.time() - nine_days}
    database.write_now(lambda c: c.execute(case_table.update().values(**times)))

    def answer_by() -> str:
        return str(database._read(lambda c: office.outlook(c, cases.find(c, number), "de"))["answer_by"])

    assert answer_by() < promised
    database.write_now(lambda c: cases.take(c, number, user, NOTE))
    database.write_now(lambda c: cases.give_back(c, number, user, NOTE, close=False))
    assert answer_by() == promised
    database.write_now(lambda c: c.execute(case_table.update().values(**times)))
    database.write_now(lambda c: cases.pass_on(c, number, user, "childcare", "", NOTE))
    assert answer_by() == promised


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_assistant_does_not_say_that_it_answers_while_another_person_does(
    database: Database, always: Resources, language: str
) -> None:
    office, anna, bernd = desk(database, always), database.write_now(hire), database.write_now(lambda c: hire(c, 2))
    conversation, number, _ = hand_over(database, office, language)
    second = {**CASE, "language": language, "number": cases.new_number()}
    database.write_now(lambda c: cases.take(c, number, anna, NOTE))

    def told() -> list[dict[str, Any]]:
        case = database._read(lambda c: cases.find(c, number))
        return [
            database._read(lambda c: office.left(c, case, language, "Anna 1")),
            database._read(lambda c: office.passed_on(c, case, language, "childcare")),
        ]

    alone = told()
    database.write_now(lambda c: cases.create(c, conversation, 99, second))
    database.write_now(lambda c: cases.take(c, second["number"], bernd, NOTE))
    beside = told()
    for one, other in zip(alone, beside, strict=True):
        assert one["text"] != other["text"] and "{" not in one["text"] + other["text"]
        assert "Anna 2" in other["text"] and "Anna 2" not in one["text"]
        assert (other["author"], other["language"]) == ("system", language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_has_a_case_that_was_opened_again_is_told_as_it_is(
    database: Database, always: Resources, language: str
) -> None:
    office, user = desk(database, always), database.write_now(hire)
    _, number, _ = hand_over(database, office, language)
    database.write_now(lambda c: cases.take(c, number, user, NOTE))
    for shut in (False, True):
        database.write_now(lambda c: cases.give_back(c, number, user, NOTE, close=True))
        if shut:
            database.write_now(lambda c: c.execute(users.update().values(active=False)))
        database.write_now(lambda c: cases.reopen_as_it_was(c, number, user))
        told = database._read(lambda c: office.reopened(c, cases.find(c, number), language))
        assert number in told["text"] and "{" not in told["text"]
        assert (user.name in told["text"]) != shut and (office.answer_date(language) in told["text"]) == shut


def test_what_was_told_in_another_language_staff_read_in_german_too(database: Database, always: Resources) -> None:
    office = desk(database, always)
    looked = (SlotSet("search_kind", "housing"), SlotSet("place", "havelberg"), SlotSet("rooms", 3))

    def facts(language: str, told: str) -> str:
        conversation = database.write_now(lambda c: new_conversation(c, token=str(time.time_ns()), language=language))
        database.write_now(lambda c: remember(c, conversation, *looked))
        values = {**CASE, "language": language, "number": cases.new_number(), "facts": told}
        database.write_now(lambda c: office.create_case(c, conversation, 1, values))
        return str(database._read(lambda c: cases.find(c, values["number"])).facts)

    slots = {"search_kind": "housing", "place": "havelberg", "rooms": 3}
    arabic, german, easy = (summary.facts(always, slots, language) for language in ("ar", "de", "de-simple"))
    assert facts("ar", arabic) == f"{arabic} [{german}]"
    assert (facts("de", german), facts("de-simple", easy)) == (german, easy)
    assert facts("ar", "شقة") == "شقة", "who strikes something out passes on no more than is left"
    looked = (SlotSet("search_kind", "housing"), SlotSet("place", ["nowhere"]))
    assert facts("ar", arabic) == arabic, "what the dialogue holds may be anything; the case comes about"


@pytest.mark.parametrize("language", LANGUAGES)
def test_after_a_person_the_search_before_is_offered_again(database: Database, never: Resources, language: str) -> None:
    office = desk(database, never)
    conversation, _, _ = hand_over(database, office, language)
    assert database._read(lambda c: office.search_kept(c, conversation, language)) == [], "there was none"
    looked = (SlotSet("search_kind", "housing"), SlotSet("place", "havelberg"), SlotSet("rooms", 3))
    database.write_now(lambda c: remember(c, conversation, *looked))
    twice: list[dict[str, Any]] = []
    for _ in range(2):
        time.sleep(0.002)
        twice += database._read(lambda c: office.search_kept(c, conversation, language))
    first, second = twice
    assert never.region.places["havelberg"].name(language) in first["text"] and "{" not in first["text"]
    assert (first["author"], first["language"]) == ("bot", language)
    ids = [button["id"] for row in (first, second) for button in row["extra"]["buttons"]]
    assert len(ids) == len(set(ids)) >= 2, "a button means one message"


def test_the_form_without_the_dialogue_makes_one_case_at_a_time(database: Database, never: Resources) -> None:
    office = desk(database, never)
    form = office.form("uk")
    given = {field["name"]: field["value"] for field in form["fields"]} | {"topic": "work", "concern": "Шукаю роботу"}
    entities = read_form(form, given)
    case = office.accept(entities, "uk", None)
    assert case is not None and (case["topic"], case["concern"], case["language"]) == ("work", "Шукаю роботу", "uk")
    assert office.accept(entities, "uk", {"state": "open"}) is None
    assert office.accept(entities, "uk", {"state": "closed"}) is not None
    assert office.accept([], "uk", None) is None
