"""Who is found by a telephone number, however it is written."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.engine import Connection

from bot.privacy import persons
from bot.privacy.contacts import Contacts
from bot.privacy.shredders import Visitor
from tests.conftest import ROOT
from tests.console.both import any_connection, any_engine, make_case

__all__ = ["any_connection", "any_engine"]

Find = Callable[[str], tuple[str, ...]]


@pytest.fixture
def find(any_connection: Connection) -> Find:
    """Cases by a contact; two people have the same digits, one in Germany and one in Poland."""
    for number, language, contact in (
        ("HL-2222-22", "de", "+4917612345999"), ("HL-3333-33", "pl", "+48512345999"), ("HL-4444-44", "de", "+49512345999"),
        ("HL-5555-55", "uk", "+4917612345000"),
    ):  # fmt: skip
        make_case(any_connection, number, language=language, contact_kind="phone", contact=contact)
    contacts = Contacts.load(ROOT / "data")

    def find(who: str) -> tuple[str, ...]:
        found = persons.find(any_connection, who, staff=False, contacts=contacts)
        assert isinstance(found, Visitor)
        return found.cases

    return find


@pytest.mark.parametrize(
    "who",
    ["0176 12345999", "017612345999", "0176/123 45 999", "+49 176 12345999", "0049 176 12345999", "+4917612345999",
     "\u2066+49 176 12345999\u2069", "(0176) 12345-999"],
)  # fmt: skip
def test_a_number_is_found_as_people_write_it(find: Find, who: str) -> None:
    assert find(who) == ("HL-2222-22",)


def test_a_number_is_read_as_the_case_was(find: Find) -> None:
    assert find("512 345 999") == ("HL-3333-33",), "without a 0 it is Polish, for who speaks Polish"
    assert find("0512 345999") == ("HL-4444-44",)
    assert find("0176 12345000") == ("HL-5555-55",), "who speaks Ukrainian may have a German number"


@pytest.mark.parametrize("who", ["", " ", "0176 1234599", "a017612345999b", "HL-017612345999", "%", "12345999", "-"])
def test_nobody_else_is_found(find: Find, who: str) -> None:
    assert find(who) == ()
