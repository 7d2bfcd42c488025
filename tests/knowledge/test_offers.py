"""Records: what is accepted, what is refused and where, what needs care."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.errors import ContentError, ContentErrors
from bot.knowledge import Offer, load_offers
from bot.region import Region
from tests.knowledge.conftest import Write


def load(data: Path) -> list[Offer]:
    return load_offers(data, Region.load(data))


def errors(data: Path) -> list[ContentError]:
    with pytest.raises(ContentErrors) as raised:
        load(data)
    return raised.value.errors


@pytest.mark.parametrize("kind", ["job", "training", "housing", "childcare", "service", "event"])
def test_a_plain_record_of_every_kind_is_read(data: Path, write: Write, kind: str) -> None:
    write(kind, {"more": "  valid_until: 2027-01-31\n  sample: true\n"})
    (offer,) = load(data)
    assert (offer.kind, offer.place, offer.reviewed_on) == (kind, "stendal", date(2026, 11, 1))
    assert (offer.valid_until, offer.sample, offer.line) == (date(2027, 1, 31), True, 2)


def test_defaults_fill_what_a_record_leaves_out(data: Path) -> None:
    file = data / "offers" / "service" / "x.yml"
    file.parent.mkdir()
    file.write_text(
        "defaults:\n  place: iden\n  provider: Muster\n  source: Muster\n  reviewed_on: 2026-11-01\n"
        "  contact: {email: a@example.org}\n  facts: {service_kind: advice, topics: [work]}\noffers:\n"
        "- {id: a, title: {de: Beratung}, text: {de: Ein Text von einiger Länge}}\n"
        "- {id: b, place: aland, title: {de: Beratung}, text: {de: Ein Text von einiger Länge}}\n",
        "utf-8",
    )
    assert [(offer.id, offer.place) for offer in load(data)] == [("a", "iden"), ("b", "aland")]
    file.write_text(file.read_text("utf-8").replace("place: iden", "place: idn"), "utf-8")
    (error,) = errors(data)
    assert (error.line, error.field) == (2, "defaults.place")


@pytest.mark.parametrize(
    ("kind", "record", "line", "field", "message"),
    [
        ("housing", {"place": "magdeburg"}, 3, "place", "no place of this region"),
        ("housing", {"title": "''"}, 5, "title.de", "is empty"),
        ("housing", {"title": "X" * 61}, 5, "title.de", "61 characters"),
        ("housing", {"facts": "housing_kind: castle, deal: rent, area: 1, rent_cold: 1"}, 7, "facts.housing_kind", "castle"),
        ("housing", {"facts": "housing_kind: flat, deal: rent, area: 50"}, 7, "facts", "rent_cold is missing"),
        ("housing", {"facts": "housing_kind: plot, deal: buy, price: 9"}, 7, "facts", "plot_area is missing"),
        ("housing", {"facts": "housing_kind: flat, deal: rent, area: 50, rent_cold: 500, rent_warm: 400"}, 7,
         "facts.rent_warm", "less than rent_cold"),
        ("housing", {"facts": "housing_kind: flat, deal: rent, area: 50, rent_cold: 480 Euro"}, 7, "facts.rent_cold",
         "is not a number"),
        ("job", {"facts": "occupation: it, working_time: [fulltime]"}, 7, "facts.working_time.0", "fulltime"),
        ("job", {"facts": "occupation: it, working_time: [shift], pay_min: 9"}, 7, "facts", "pay_per"),
        ("job", {"facts": "occupation: it, working_time: [shift], start: soon"}, 7, "facts.start", "soon"),
        ("childcare", {"facts": "childcare_kind: [creche], age_min_months: 36, age_max_months: 12,"
                                " opening_hours: {monday: [['07:00', '15:00']]}"}, 7, "facts.age_max_months", "less than"),
        ("childcare", {"facts": "childcare_kind: [creche], age_min_months: 6, age_max_months: 12,"
                                " opening_hours: {monday: [['7 Uhr', '15:00']]}"}, 7,
         "facts.opening_hours.monday.0.0", "not written as expected"),
        ("event", {"facts": "event_kind: fair, starts: 2027-02-30 10:00"}, 7, "facts.starts", "no date"),
        ("event", {"facts": "event_kind: fair, starts: 2027-02-03 10:00, ends: 2027-02-03 09:00"}, 7, "facts.ends",
         "ends before"),
        ("service", {"reviewed_on": "1.11.2026"}, 10, "reviewed_on", "no date"),
        ("service", {"more": "  valid_from: 2027-02-01\n  valid_until: 2027-01-01\n"}, 12, "valid_until", "before valid_from"),
        ("service", {"more": "  prize: 3\n"}, 11, "prize", "unknown field"),
        ("service", {"id": "Ä b"}, 2, "id", "not written as expected"),
    ],
)  # fmt: skip
def test_a_wrong_record_is_refused_with_line_and_field(
    data: Path, write: Write, kind: str, record: dict[str, str], line: int, field: str, message: str
) -> None:
    file = write(kind, record)
    found = {error.field: error for error in errors(data)}
    error = found[f"offers.0.{field}"]
    assert (error.file, error.line) == (file, line)
    assert message in error.message


def test_an_address_that_is_no_web_address_is_refused(data: Path, write: Write) -> None:
    file = write("service")
    file.write_text(file.read_text("utf-8").replace("email: a@example.org", "url: 'javascript:alert(1)'"), "utf-8")
    (error,) = errors(data)
    assert (error.line, error.field) == (8, "offers.0.contact.url")


def test_one_language_is_enough_but_title_and_text_go_together(data: Path, write: Write) -> None:
    file = write("service", {})
    file.write_text(file.read_text("utf-8").replace("title: {de: Ein Angebot}", "title: {en: An offer}"), "utf-8")
    assert [error.message for error in errors(data)] == ["no title in de", "no text in en"]
    file.write_text(file.read_text("utf-8").replace("title: {en: An offer}", "title: {}"), "utf-8")
    assert [error.field for error in errors(data)] == ["offers.0.title", "offers.0.title"]
    file.write_text(file.read_text("utf-8").replace("text: {de:", "text: {en:").replace("title: {}", "title: {en: An offer}"), "utf-8")
    assert load(data)[0].title == {"en": "An offer"}


def test_an_id_used_twice_names_both_places(data: Path, write: Write) -> None:
    write("job", {"id": "same"}, name="a")
    write("housing", {"id": "same"}, name="b")
    (error,) = errors(data)
    assert "data/offers/housing/b.yml:2" in error.message
    assert Path(error.file).name == "a.yml"


def test_every_error_of_every_file_is_reported(data: Path, write: Write) -> None:
    write("job", {"place": "x"}, name="a")
    write("housing", {"place": "y"}, {"place": "z"}, name="b")
    (data / "offers" / "job" / "broken.yml").write_text("offers: [", "utf-8")
    (data / "offers" / "castle").mkdir()
    (data / "offers" / "castle" / "c.yml").write_text("offers: []", "utf-8")
    found = errors(data)
    assert [Path(error.file).name for error in found] == ["c.yml", "b.yml", "b.yml", "a.yml", "broken.yml"]
    assert "no kind of offer" in found[0].message


@pytest.mark.parametrize(
    "text", ["", "[]", "offers: 3", "offers:\n- 3\n", "defaults: 3\noffers: []\n", "stuff: 1\noffers: []"]
)
def test_files_of_another_shape_are_refused(data: Path, text: str) -> None:
    file = data / "offers" / "job" / "x.yml"
    file.parent.mkdir()
    file.write_text(text, "utf-8")
    assert errors(data)


def test_an_event_expires_when_it_is_over(data: Path, write: Write) -> None:
    write("event", {"more": "  valid_until: 2028-01-01\n"})
    (offer,) = load(data)
    assert offer.last_day == date(2027, 5, 1)
