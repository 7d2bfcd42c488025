"""From what was said to a query: what is kept, what is changed, what is asked next."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.errors import load_yaml
from bot.interface import Interface
from bot.knowledge import Names
from bot.knowledge.criteria import criteria_after, describe, kind_of, open_questions, to_query
from bot.languages import load_languages

DATA = Path("data")
SETTINGS = load_yaml(DATA / "dialogue.yml").data["search"]


def after(slots: dict[str, Any], said: dict[str, Any], kind: str = "housing", **more: Any) -> dict[str, Any]:
    more = {"new_question": False, "shown": [], **more}
    found = criteria_after({**slots, **said}, said, kind, SETTINGS, **more)
    return {name: value for name, value in found.items() if value is not None}


@dataclass(frozen=True)
class Shown:
    """Of an offer on show only its facts count here."""

    facts: dict[str, Any]


def home(rent: int) -> Shown:
    return Shown({"rent_warm": rent, "area": 60})


def test_the_place_of_a_job_holds_for_a_home_but_its_occupation_does_not() -> None:
    slots = {"search_kind": "job", "place": "havelberg", "occupation": "nursing_care", "child_age": 24}
    found = after(slots, {"housing_kind": "flat"}, new_question=True)
    assert found == {"place": "havelberg", "child_age": 24, "housing_kind": "flat"}


def test_a_new_question_forgets_the_rooms_of_the_last_one() -> None:
    assert after({"search_kind": "housing", "rooms": 3, "place": "stendal"}, {}, new_question=True) == {"place": "stendal"}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"change": "anywhere"}, {"rooms": 3}),
        ({"change": "around"}, {"rooms": 3, "place": "stendal", "radius_km": SETTINGS["around_km"]}),
        ({"change": "countryside"}, {"rooms": 3, "place": "stendal", "radius_km": SETTINGS["around_km"], "countryside": True}),
        ({"change": "more_rooms"}, {"rooms": 4, "place": "stendal"}),
        ({"change": "cheaper"}, {"rooms": 3, "place": "stendal", "price_max": 619}),
        ({"change": "cheaper", "price_max": 450}, {"rooms": 3, "place": "stendal", "price_max": 450}),
        ({"change": "skip"}, {"rooms": 3, "place": "stendal"}),
        ({"change": "no such change"}, {"rooms": 3, "place": "stendal"}),
    ],
)
def test_a_change_of_the_running_search(said: dict[str, Any], expected: dict[str, Any]) -> None:
    slots = {"search_kind": "housing", "rooms": 3, "place": "stendal"}
    assert after(slots, said, shown=[home(500), home(620)]) == expected


def test_another_place_ends_the_search_around_the_last_one() -> None:
    before = {"place": "stendal", "radius_km": 20, "countryside": True}
    found = after({"search_kind": "housing", "place": "stendal"}, {"place": "osterburg"}, before=before)
    assert found == {"place": "osterburg"}


def test_without_shifts_takes_back_the_wish_for_shifts_and_the_other_way_round() -> None:
    slots = {"search_kind": "job", "working_time": "shift"}
    assert after(slots, {"without_working_time": "shift"}, "job") == {"without_working_time": "shift"}
    both = {"without_working_time": "shift", "working_time": "shift"}
    assert after({"search_kind": "job"}, both, "job") == {"without_working_time": "shift"}
    again = after({"search_kind": "job", "without_working_time": "shift"}, {"working_time": "shift"}, "job")
    assert again == {"working_time": "shift"}


def test_another_wish_leaves_what_is_to_be_left_out() -> None:
    slots = {"search_kind": "job", "without_working_time": "shift"}
    found = after(slots, {"working_time": "part_time"}, "job")
    assert (found["working_time"], found["without_working_time"]) == ("part_time", "shift")


def test_not_there_leaves_a_place_out_and_no_longer_looks_in_it() -> None:
    found = after({"search_kind": "housing", "place": "stendal"}, {"without_place": "stendal"})
    assert found == {"without_place": ["stendal"]}
    assert after({"search_kind": "housing"}, {"rooms": 2}, before=found) == {"rooms": 2, "without_place": ["stendal"]}
    assert after({"search_kind": "housing"}, {"place": "stendal"}, before=found) == {"place": "stendal"}
    assert to_query("housing", found, "de", limit=3, offset=0).without_place == ("stendal",)
    more = after({"search_kind": "housing"}, {"without_place": ["iden", "werben"]}, before=found)
    assert more == {"without_place": ["stendal", "iden", "werben"]}


def test_what_is_left_of_two_places_or_of_the_surroundings() -> None:
    slots, two = {"search_kind": "housing", "place": "iden"}, {"also_in": ["werben"]}
    assert after(slots, {"without_place": "iden"}, before=two) == {"place": "werben", "without_place": ["iden"]}
    assert after(slots, {"without_place": "werben"}, before=two) == {"place": "iden", "without_place": ["werben"]}
    around = after(slots, {"without_place": "iden"}, before={"radius_km": 20})
    assert around == {"place": "iden", "radius_km": 20, "without_place": ["iden"]}


@pytest.mark.parametrize(
    ("comparison", "name", "number"), [("at_least", "rooms_min", 3), ("more_than", "rooms_min", 4), ("at_most", "rooms_max", 3)]
)
def test_at_least_and_at_most_so_many_rooms(comparison: str, name: str, number: int) -> None:
    found = after({"search_kind": "housing"}, {"rooms": 3, "comparison": comparison, "change": "larger"}, shown=[home(500)])
    filters = to_query("housing", found, "de", limit=3, offset=0).filters
    assert filters == {name: number}
    assert after({"search_kind": "housing"}, {"rooms": 2}, before=found) == {"rooms": 2}, "just so many, said later"


def test_three_or_four_rooms_are_no_fewer_and_no_more() -> None:
    found = after({"search_kind": "housing"}, {"rooms": 3, "comparison": "at_least", "rooms_max": 4})
    assert to_query("housing", found, "de", limit=3, offset=0).filters == {"rooms_min": 3, "rooms_max": 4}
    more = after({"search_kind": "housing", "rooms": 3}, {"change": "more_rooms"}, before=found)
    assert more == {"rooms": 4, "rooms_from": "at_least"}
    assert after({"search_kind": "housing"}, {"rooms": 2}, before=found) == {"rooms": 2}


def test_a_rent_is_no_price() -> None:
    rent = {"deal": "rent", "price_max": 600}
    assert after({"search_kind": "housing", **rent}, {"deal": "buy"}, before=rent) == {"deal": "buy"}
    assert after({"search_kind": "housing", **rent}, {"deal": "rent"}, before=rent) == rent


def test_words_that_refine_must_be_there_and_words_of_a_question_only_sort() -> None:
    assert after({"search_kind": "housing"}, {}, text="garten") == {"text": "garten"}
    assert after({"search_kind": "housing"}, {"rooms": 2}, before={"text": "garten"}) == {"text": "garten", "rooms": 2}
    asked = after({}, {}, new_question=True, text="garten")
    assert asked == {"prefer": "garten"}
    query = to_query("housing", asked, "uk", limit=3, offset=0, gloss=lambda text, language: {"garten": "garden"})
    assert (query.text, query.prefer, query.glosses) == ("", "garten", {"garten": "garden"})


def test_at_most_two_questions_the_weightiest_first_and_none_about_a_short_list() -> None:
    assert open_questions("job", {}, [], 20, SETTINGS) == ["occupation", "place"]
    assert open_questions("job", {"occupation": "it"}, [], 20, SETTINGS) == ["place"]
    assert open_questions("job", {}, ["occupation"], 20, SETTINGS) == ["place"]
    assert open_questions("job", {}, ["occupation", "place"], 20, SETTINGS) == []
    assert open_questions("job", {}, [], SETTINGS["shown"], SETTINGS) == []


def test_a_criterion_of_another_kind_changes_the_subject() -> None:
    assert kind_of("refine_search", {"housing_kind": "flat", "occupation": "it"}, "childcare", SETTINGS) == "housing"
    assert kind_of("refine_search", {"occupation": "plumbing_heating"}, "housing", SETTINGS) == "housing", "with heating?"
    assert kind_of("find_job", {"occupation": "it"}, "housing", SETTINGS) == "job"
    assert kind_of("refine_search", {"place": "stendal"}, "childcare", SETTINGS) == "childcare"
    assert kind_of("find_housing", {}, "job", SETTINGS) == "housing"


def test_a_trade_after_a_search_for_training_is_no_job() -> None:
    assert kind_of("refine_search", {"occupation": "metal"}, "training", SETTINGS) == "training"
    assert kind_of("refine_search", {"without_occupation": "metal"}, "training", SETTINGS) == "training"
    assert kind_of("refine_search", {"working_time": "part_time"}, "training", SETTINGS) == "job"


@pytest.mark.parametrize(("rents", "most"), [((430, 560, 315), 429), ((430, 315), 429), ((315,), 314)])
def test_cheaper_is_cheaper_than_most_that_were_shown(rents: tuple[int, ...], most: int) -> None:
    shown = [home(rent) for rent in rents]
    assert after({"search_kind": "housing"}, {"change": "cheaper"}, shown=shown)["price_max"] == most


@pytest.mark.parametrize("language", load_languages(DATA).codes)
def test_every_criterion_is_told_in_every_language(language: str) -> None:
    languages = load_languages(DATA)
    names, interface = Names.load(DATA), Interface.load(DATA, languages)
    plain = describe("job", {"place": "stendal"}, language, names, interface, languages)
    for criteria in ({"radius_km": 20}, {"countryside": True}, {"without_working_time": "shift"}, {"text": "Garten"}):
        told = describe("job", {"place": "stendal", **criteria}, language, names, interface, languages)
        assert told.startswith(plain) and len(told) > len(plain) + 3, told
        assert not any(key in told for key in ("radius", "country" if language != "en" else "_", "{"))


def test_what_means_nothing_for_the_kind_is_not_told() -> None:
    languages = load_languages(DATA)
    names, interface = Names.load(DATA), Interface.load(DATA, languages)
    told = [describe(kind, {"child_age": 36}, "de", names, interface, languages) for kind in ("housing", "childcare")]
    assert told == ["Wohnen", "Kinderbetreuung, Kind: 3 Jahre"]


def told(kind: str, criteria: dict[str, Any], language: str = "de") -> str:
    languages = load_languages(DATA)
    return describe(kind, criteria, language, Names.load(DATA), Interface.load(DATA, languages), languages)


def test_two_trades_are_looked_for_together_and_told() -> None:
    both = after({}, {"occupation": ["warehouse", "logistics_driving"]}, "job", new_question=True)
    assert both == {"occupation": ["warehouse", "logistics_driving"]}
    assert to_query("job", both, "de", limit=3, offset=0).filters == both
    assert told("job", both) == "Stelle, Lager / Fahren und Transport"
    assert after({"search_kind": "job", **both}, {"occupation": "it"}, "job", before=both) == {"occupation": "it"}


def test_to_rent_or_to_buy_is_the_same_to_them() -> None:
    slots = {"search_kind": "housing", "deal": "rent"}
    assert after(slots, {"deal": ["rent", "buy"], "housing_kind": "house"}) == {"housing_kind": "house"}


def test_working_times_that_can_both_hold_narrow_together() -> None:
    slots, remote = {"search_kind": "job"}, {"working_time": "remote"}
    both = after(slots, {"working_time": "full_time"}, "job", before=remote)
    assert both == {"working_time": ["remote", "full_time"]}
    assert told("job", both) == "Stelle, Vollzeit, Homeoffice"
    assert after(slots, {"working_time": "part_time"}, "job", before=both) == {"working_time": ["remote", "part_time"]}
    assert told("job", {"working_time": ["part_time", "full_time"]}) == "Stelle, Vollzeit / Teilzeit"


def test_what_is_refused_is_left_out_until_it_is_asked_for() -> None:
    slots = {"search_kind": "job", "occupation": ["cleaning", "hospitality_kitchen"]}
    found = after(slots, {"without_occupation": "hospitality_kitchen"}, "job")
    assert found == {"occupation": "cleaning", "without_occupation": "hospitality_kitchen"}
    more = after({"search_kind": "job"}, {"without_occupation": "retail"}, "job", before=found)
    assert more["without_occupation"] == ["hospitality_kitchen", "retail"]
    assert told("job", more).count(" / ") == 1 and ", ohne " in told("job", more)
    assert to_query("job", more, "de", limit=3, offset=0).filters["without_occupation"] == ["hospitality_kitchen", "retail"]
    again = after({"search_kind": "job"}, {"occupation": "retail"}, "job", before=more)
    assert again == {"occupation": "retail", "without_occupation": "hospitality_kitchen"}
    assert after({"search_kind": "job"}, {"occupation": "it"}, "job", before=more, new_question=True) == {"occupation": "it"}


def test_how_much_german_somebody_speaks_holds_for_the_next_question() -> None:
    found = after({}, {"german_level": 0, "pay_min": 2500}, "job", new_question=True)
    assert found == {"german_level": 0, "pay_min": 2500}
    assert told("job", found) == "Stelle, ohne Deutsch, ab 2.500\xa0€ im Monat"
    assert told("job", {"german_level": 2}) == "Stelle, Deutsch bis A2"
    slots = {"search_kind": "job"}
    assert after(slots, {"occupation": "it"}, "job", before=found, new_question=True) == {"occupation": "it", "german_level": 0}
    assert after(slots, {"german_level": 3}, "job", before=found) == {"german_level": 3, "pay_min": 2500}
    assert "german_level" not in after(slots, {"rooms": 2}, "housing", before=found, new_question=True)


def test_a_number_of_rooms_is_no_single_room() -> None:
    slots = {"search_kind": "housing", "housing_kind": "room"}
    assert after(slots, {"rooms": 2}) == {"rooms": 2}
    assert after(slots, {"rooms": 1}) == {"rooms": 1, "housing_kind": "flat"}
    assert after({"search_kind": "housing"}, {"rooms": 1, "housing_kind": "house"}) == {"rooms": 1, "housing_kind": "house"}


def test_it_may_cost_more_or_be_nearer() -> None:
    slots = {"search_kind": "housing", "price_max": 400}
    assert after(slots, {"change": "dearer"}) == {"price_max": 480}
    assert after({"search_kind": "housing"}, {"change": "dearer"}) == {}
    near = after({"search_kind": "housing", "place": "iden"}, {"change": "nearer"}, before={"radius_km": 20})
    assert near == {"place": "iden"}


def test_what_is_still_near_goes_with_a_place_only() -> None:
    assert to_query("job", {"place": "iden"}, "de", limit=3, offset=0, near_km=20).near_km == 20
    assert to_query("job", {}, "de", limit=3, offset=0, near_km=20).near_km == 0


@pytest.mark.parametrize(
    ("language", "months", "age"), [("uk", 12, "1 рік"), ("en", 12, "1 year"), ("de", 11, "11 Monate"), ("pl", 18, "18 miesięcy")]
)
def test_an_age_is_told_in_years_from_one_on(language: str, months: int, age: str) -> None:
    assert told("childcare", {"child_age": months}, language).endswith(age)
