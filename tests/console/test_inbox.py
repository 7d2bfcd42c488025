"""The inbox as it stands open: whose turn it is arrives by itself."""

from __future__ import annotations

import queue

import pytest

from .conftest import Office
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
