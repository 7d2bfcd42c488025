"""The region file: what it gives, and how it refuses what is wrong."""

from __future__ import annotations

import dataclasses
import shutil
from datetime import date, time
from pathlib import Path

import pytest

from bot.errors import ContentErrors
from bot.region import Region, format_hours

DATA = Path(__file__).parents[1] / "data"
LANGUAGES = ("de", "de-simple", "en", "pl", "uk", "ru", "ar")


@pytest.fixture(scope="module")
def region() -> Region:
    return Region.load(DATA)


def test_the_default_region_has_the_25_municipalities(region: Region) -> None:
    assert len(region.places) == 25
    for place in region.places.values():
        assert 52.3 < place.latitude < 53.1, place.id
        assert 11.4 < place.longitude < 12.4, place.id
        assert all(len(code) == 5 for code in place.postal_codes), place.id
        assert {"de", "uk", "ru", "ar"} <= place.names.keys(), place.id


def test_names_fall_back_to_the_base_language_then_to_german(region: Region) -> None:
    place = region.place("stendal")
    assert [place.name(language) for language in ("de", "de-simple", "en", "uk")] == ["Stendal"] * 3 + ["Стендаль"]
    assert region.name("de-simple") == "Land-Kreis Stendal"
    assert region.name("fr") == "Landkreis Stendal"


def test_distances_are_those_of_the_map(region: Region) -> None:
    assert region.distance_km("stendal", "tangermuende") == pytest.approx(10.5, abs=0.5)
    assert region.distance_km("tangerhuette", "aland") == pytest.approx(55, abs=2)
    assert region.distance_km("havelberg", "stendal") == region.distance_km("stendal", "havelberg")
    assert region.distance_km("iden", "iden") == 0


def test_nearest_leaves_out_the_place_itself(region: Region) -> None:
    assert [place.id for place, _ in region.nearest("havelberg", 2)] == ["sandau", "werben"]
    everything = region.nearest("havelberg", 100)
    assert len(everything) == 24
    assert [km for _, km in everything] == sorted(km for _, km in everything)


def test_an_unknown_place_is_a_key_error(region: Region) -> None:
    with pytest.raises(KeyError):
        region.place("magdeburg")


@pytest.mark.parametrize("language", LANGUAGES)
def test_reply_variables_exist_in_every_language(region: Region, language: str) -> None:
    facts = region.facts(language)
    assert facts.keys() == {"region", "office", "office_phone", "office_email", "office_address", "office_hours"}
    assert all(facts.values())


def test_office_hours_are_written_in_the_language(region: Region) -> None:
    assert region.facts("de")["office_hours"].startswith("Montag 09:00–12:00, 13:00–15:30; Dienstag")
    assert region.facts("pl")["office_hours"].startswith("poniedziałek 09:00–12:00")


def test_numbers_keep_their_direction_inside_arabic(region: Region) -> None:
    facts = region.facts("ar")
    assert facts["office_phone"] == f"\u2066{region.office.phone}\u2069"
    assert "\u206609:00–12:00\u2069" in facts["office_hours"]
    assert "\u2066" not in region.facts("en")["office_phone"]


def test_neighbouring_days_with_the_same_hours_are_drawn_together() -> None:
    morning = ((time(6), time(16, 30)),)
    hours = {0: morning, 1: morning, 2: morning, 4: morning, 5: ((time(9), time(12)),)}
    assert format_hours(hours, "de") == "Montag–Mittwoch 06:00–16:30; Freitag 06:00–16:30; Samstag 09:00–12:00"


def test_the_office_and_its_teams_are_complete(region: Region) -> None:
    assert region.office.hours[1] == ((time(9), time(12)), (time(13), time(18)))
    assert date(2026, 12, 24) in region.office.closing_days
    assert region.time_zone.key == "Europe/Berlin"
    assert (region.holidays_country, region.holidays_subdivision) == ("DE", "ST")
    assert {topic for team in region.teams.values() for topic in team.topics} == set(region.topics)
    assert region.fallback_team in region.teams
    for unit in [region.office, *region.teams.values(), *region.partners.values()]:
        assert unit.sample
        assert unit.email.endswith("@example.org")
        assert unit.phone.startswith("+49 30 23125 ")
    for named in [*region.topics.values()]:
        assert set(LANGUAGES) <= named.names.keys(), named.id


def test_a_loaded_region_cannot_be_changed(region: Region) -> None:
    with pytest.raises(TypeError):
        region.places["x"] = region.place("iden")  # type: ignore[index]
    with pytest.raises(dataclasses.FrozenInstanceError):
        region.office.phone = "110"  # type: ignore[misc]


def edited(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    shutil.copy(DATA / "region.yml", tmp_path)
    file = tmp_path / "region.yml"
    text = file.read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    file.write_text(text, "utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        (("latitude: 52.6069", "latitude: 526.069"), "places.stendal.latitude", "526.069 is more than 90"),
        (('["39590"', "[39590"), "places.tangermuende.postal_codes.0", "is not text"),
        (("time_zone: Europe/Berlin", "time_zone: Europe/Stendal"), "time_zone", "is no time zone"),
        (("place: stendal", "place: standal"), "office.place", "is no place of this region"),
        (("fallback_team: office", "fallback_team: nobody"), "fallback_team", "is no team"),
        (("topics: [housing]", "topics: [hosing]"), "teams.housing.topics.0", "is no topic"),
        (
            ('wednesday: [["09:00", "12:00"]]', 'wednesday: [["12:00", "09:00"]]'),
            "office.hours.wednesday.0",
            "ends before",
        ),
        (("closing_days: [2026-12-24", "closing_days: [24.12.2026"), "office.closing_days.0", "is no date"),
        (("live_wait_minutes", "live_wait_minuts"), "office.live_wait_minuts", "unknown field"),
    ],
)
def test_a_wrong_region_is_refused_with_the_line(
    tmp_path: Path, change: tuple[str, str], field: str, message: str
) -> None:
    data = edited(tmp_path, change)
    lines = (data / "region.yml").read_text("utf-8").splitlines()
    with pytest.raises(ContentErrors) as raised:
        Region.load(data)
    error = next(error for error in raised.value.errors if error.field == field)
    assert message in error.message
    assert error.line and change[1].partition("\n")[0] in lines[error.line - 1]


def test_all_errors_come_at_once(tmp_path: Path) -> None:
    data = edited(tmp_path, ("fallback_team: office", "fallback_team: x"), ("time_zone: Europe/Berlin", "time_zone: y"))
    with pytest.raises(ContentErrors) as raised:
        Region.load(data)
    assert [error.field for error in raised.value.errors] == ["time_zone", "fallback_team"]


def test_a_second_region_needs_only_its_file(tmp_path: Path, region: Region) -> None:
    other = Region.load(edited(tmp_path, ("  tangermuende:", "  musterort:"), ("id: landkreis-stendal", "id: other")))
    assert other.id == "other"
    assert "musterort" in other.places
    assert other.places.keys() != region.places.keys()


def test_a_text_names_a_village_and_no_quarter_of_the_town() -> None:
    region = Region.load(Path("data"))
    assert region.village_in("osterburg", "Landhaus in Flessau mit Obstwiese") == "Flessau"
    assert region.village_in("osterburg", "Haus der Flessauerin") is None
    assert region.village_in("stendal", "Wohnung in Röxe") is None
    assert region.village_in("nowhere", "Flessau") is None
