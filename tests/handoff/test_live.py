"""Live chats: who is available, the place in the queue, an honest estimate, and waiting that ends by itself."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.conversation.events import EventBus
from bot.conversation.presenting import Presenter
from bot.conversation.replies import ReplyGenerator
from bot.db import Database, availability, messages
from bot.db import cases as case_table
from bot.handoff import availability as available
from bot.handoff import cases, live
from bot.handoff.desk import Desk
from bot.region import WEEKDAYS, parse_hours
from bot.resources import Resources

from .conftest import CASE, new_case
from .test_outbox import NOTE, hire

RULES = {"takes": 20, "days": 28, "least": 3}
LANGUAGES = ["de", "de-simple", "en", "pl", "uk", "ru", "ar"]


@pytest.fixture(scope="session")
def always(loaded: Resources) -> Resources:
    """An office that is open around the clock, every day; its holidays are those of nowhere."""
    hours = parse_hours({day: [["00:00", "23:59"]] for day in WEEKDAYS})
    office = replace(loaded.region.office, hours=hours, closing_days=frozenset())
    country = {"holidays_country": "AX", "holidays_subdivision": None}
    import holidays

    country["holidays_country"] = next(code for code in ("SA", "DE") if hasattr(holidays, code))
    return replace(loaded, region=replace(loaded.region, office=office, **country))


@pytest.fixture
def never(loaded: Resources) -> Resources:
    """An office that was open on a Monday minute only."""
    return replace(
        loaded,
        region=replace(
            loaded.region, office=replace(loaded.region.office, hours=parse_hours({"monday": [["00:00", "00:01"]]}))
        ),
    )


def desk(database: Database, resources: Resources) -> Desk:
    replies = ReplyGenerator(resources.replies, resources.facts, "de")
    return Desk(database, resources, replies, Presenter(resources.languages, {}), EventBus(database))


def hand_over(database: Database, desk: Desk, language: str = "de") -> tuple[str, str, str]:
    """(conversation, number, the receipt's text)."""
    from tests.conversation.conftest import new_conversation, say

    conversation = database.write_now(lambda c: new_conversation(c, token=str(time.time_ns()), language=language))
    seq = database.write_now(lambda c: say(c, conversation, "ja")).seq
    values = {**CASE, "language": language, "number": cases.new_number()}
    told = database.write_now(lambda c: desk.create_case(c, conversation, seq, values))
    assert told["extra"] == {"receipt": {"case_number": values["number"]}}
    return conversation, values["number"], told["text"]


def test_who_closes_the_browser_is_away_after_a_minute(database: Database) -> None:
    user = database.write_now(hire)
    database.write_now(lambda c: available.switch(c, user.id, True))
    assert database._read(available.available) == [user.id]
    database.write_now(lambda c: c.execute(availability.update().values(until=time.time() - 1)))
    assert database._read(available.available) == []
    database.write_now(lambda c: available.renew(c, user.id))
    assert database._read(available.available) == [], "a page left open elsewhere does not bring anybody back"
    database.write_now(lambda c: available.switch(c, user.id, True))
    database.write_now(lambda c: c.execute(availability.update().values(until=time.time() + 1)))
    database.write_now(lambda c: available.renew(c, user.id))
    until = database._read(lambda c: c.execute(sa.select(availability.c.until)).scalar())
    assert until > time.time() + 50
    database.write_now(lambda c: available.switch(c, user.id, False))
    assert database._read(available.available) == []


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


def test_outside_office_hours_nobody_waits_for_a_live_chat(database: Database, never: Resources) -> None:
    user = database.write_now(hire)
    database.write_now(lambda c: available.switch(c, user.id, True))
    office = desk(database, never)
    _, number, text = hand_over(database, office)
    assert database._read(lambda c: cases.find(c, number)).live_until is None
    assert office.answer_date("de") in text


def test_places_count_up_and_move_up(database: Database, always: Resources) -> None:
    office, user = desk(database, always), database.write_now(hire)
    database.write_now(lambda c: available.switch(c, user.id, True))
    numbers = [hand_over(database, office)[1] for _ in range(3)]

    def places() -> list[Any]:
        found = [database._read(lambda c, n=n: live.waiting(c, cases.find(c, n), RULES)) for n in numbers]
        return [each and each.place for each in found]

    assert places() == [1, 2, 3]
    database.write_now(lambda c: cases.take(c, numbers[0], user, NOTE))
    assert places() == [None, 1, 2]


@pytest.mark.parametrize(("seconds", "minutes"), [([], None), ([60, 60], None), ([30, 90, 400], 2), ([5, 5, 5], 1)])
def test_the_estimate_is_the_median_of_what_it_took(
    connection: Connection, seconds: list[int], minutes: int | None
) -> None:
    for n, took in enumerate(seconds):
        _, number = new_case(connection)
        at = time.time() - 1000 - n
        connection.execute(
            case_table.update().where(case_table.c.number == number).values(live_at=at, taken_at=at + took)
        )
    assert live.estimate(connection, RULES) == minutes


@pytest.fixture
def connection(database: Database) -> Any:
    with database.engine.connect() as connection, connection.begin():
        yield connection


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
    from bot.conversation import log

    assert database._read(lambda c: log.find(c, conversation)).state == "waiting_for_staff"
    database.write_now(lambda c: cases.reply(c, number, user, "Guten Tag", "de"))
    assert database._read(lambda c: log.find(c, conversation)).state == "live", "the owner takes it by writing"


def test_passing_on_frees_the_case_for_the_other_team(database: Database, always: Resources) -> None:
    user, other = database.write_now(hire), database.write_now(lambda c: hire(c, 2))
    conversation, number = database.write_now(new_case)
    database.write_now(lambda c: cases.take(c, number, user, NOTE))
    with pytest.raises(cases.Conflict):
        database.write_now(lambda c: cases.pass_on(c, number, other, "childcare", "?", NOTE))
    database.write_now(lambda c: cases.pass_on(c, number, user, "childcare", "bitte Kita prüfen", NOTE))
    case = database._read(lambda c: cases.find(c, number))
    assert (case.team, case.owner_id, case.state) == ("childcare", None, "new")
    (event,) = [event for event in database._read(lambda c: cases.history(c, number)) if event.kind == "passed on"]
    assert event.text == "bitte Kita prüfen"
    from bot.handoff.slots import slots_of

    said = database._read(
        lambda c: (
            c.execute(sa.select(messages.c.text).where(messages.c.conversation_id == conversation)).scalars().all()
        )
    )
    assert not any("Kita" in text for text in said), "the remark is for staff alone"
    assert database._read(lambda c: slots_of(c, conversation)) == {}
    from .test_outbox import rows

    assert [row.team for row in rows(database, kind="passed_on", way="mail")] == ["childcare"]
    database.write_now(lambda c: cases.take(c, number, other, NOTE))
