"""Labels and values are read from the interface and the lexicon, whichever of their files exist."""

from __future__ import annotations

from pathlib import Path

from bot.knowledge import Names, OfferIndex, Query
from tests.knowledge.conftest import Write


def test_missing_files_leave_the_names_themselves(data: Path) -> None:
    names = Names.load(data)
    assert names.label("rent_warm", "uk") == "rent_warm"
    assert names.enumerated("deal", "rent", "uk") == "rent"
    assert names.value("per_month", "uk", value="5 €") == "5 €"


def test_names_come_from_the_files(data: Path) -> None:
    for folder, file, text in [
        ("interface", "en", "facts: {rent_warm: Rent}\nvalues: {per_month: '{value} a month', permanent: permanent}\n"),
        ("interface", "pl", "facts: {rent_warm: Czynsz}\n"),
        ("lexicon", "deal", "values:\n  rent: {names: {de: mieten, pl: wynajem}, words: {de: [Miete]}}\n  buy: {}\n"),
    ]:
        (data / folder).mkdir(exist_ok=True)
        (data / folder / f"{file}.yml").write_text(text, "utf-8")
    names = Names.load(data)
    assert [names.label("rent_warm", language) for language in ("pl", "ru", "de-simple")] == ["Czynsz", "Rent", "Rent"]
    assert names.value("per_month", "pl", value="5 €") == "5 € a month"
    assert [names.enumerated("deal", "rent", language) for language in ("pl", "de-simple", "ar")] == [
        "wynajem",
        "mieten",
        "mieten",
    ]
    assert names.enumerated("deal", "buy", "pl") == "buy"
    assert list(names.of_facts({"deal": "rent", "rooms": 3})) == ["mieten", "wynajem"]


def test_offers_are_found_by_the_names_of_their_values(data: Path, write: Write, tmp_path: Path) -> None:
    (data / "lexicon").mkdir()
    (data / "lexicon" / "occupation.yml").write_text(
        "values:\n  it: {names: {de: Informatik, ru: Информатика}}\n", "utf-8"
    )
    write("job", {"id": "it"}, {"id": "cook", "facts": "occupation: hospitality_kitchen, working_time: [shift]"})
    index = OfferIndex.open(data, tmp_path / "cache")
    assert [hit.offer.id for hit in index.search(Query(kind="job", text="информатику")).hits] == ["it"]
    (data / "lexicon" / "occupation.yml").write_text("values: {it: {names: {de: Rechner}}}\n", "utf-8")
    assert index.refresh() is True
