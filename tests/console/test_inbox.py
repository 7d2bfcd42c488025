"""The inbox as it stands open: whose turn it is arrives by itself."""

from __future__ import annotations

import queue
import re
import time
import uuid

import pytest

from bot.db import cases

from .conftest import Office, writing
from .streams import listening


def test_new_visitor_is_announced(office: Office) -> None:
    with listening(office.member(), "/inbox/events?state=new&language=uk") as events:
        events.wait("inbox")
        _, number = office.case("uk", concern="Ми шукаємо акушерку.")
        events.wait("inbox", number)
        assert "Ukrainisch" in events.wait("announce", number)[0]


def test_inbox_of_another_choice_does_not_show_it(office: Office) -> None:
    with listening(office.member(), "/inbox/events?state=closed") as events:
        events.wait("inbox")
        _, number = office.case()
        assert number in events.wait("announce", number)[0]
        with pytest.raises(queue.Empty):
            events.wait("inbox", number, seconds=2)


def test_who_waits_for_a_live_chat_is_seen_at_once(office: Office) -> None:
    member, tag = office.member(), uuid.uuid4().hex[:8]
    (_, older), (_, live) = office.case(), office.case()
    for number in (older, live):
        assert member.post(f"/cases/{number}/tags", tag=tag).status_code == 303
    now = time.time()
    with writing(office.engine) as connection:
        connection.execute(cases.update().where(cases.c.number == older).values(created_at=now - 7200))
        connection.execute(cases.update().where(cases.c.number == live).values(live_at=now, live_until=now + 300))
    page = member.page(f"/?tag={tag}")
    assert re.findall(r'id="case-(HL-[^"]+)"', page) == [live, older]
    assert len(re.findall(r"wartet gerade, bis \d\d:\d\d Uhr", page)) == 1
    assert "die längste seit 2 Std." in page, "the head speaks of who waits longest, not of who comes first"
    with writing(office.engine) as connection:
        connection.execute(cases.update().where(cases.c.number == live).values(live_until=now - 1))
    page = member.page(f"/?tag={tag}")
    assert re.findall(r'id="case-(HL-[^"]+)"', page) == [older, live] and "wartet gerade" not in page


def test_cases_of_partners_can_be_chosen(office: Office) -> None:
    member, (_, number) = office.member(), office.case()
    assert member.post(f"/cases/{number}/pass-on", team="homes-cooperative", remark="").status_code == 303
    page = member.page("/")
    assert re.search(r'<select[^>]*name="team">.*?<option value="homes-cooperative">', page, re.DOTALL)
    page = member.page("/?team=homes-cooperative")
    assert '<option value="homes-cooperative" selected>' in page and f'id="case-{number}"' in page
