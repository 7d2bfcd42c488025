"""`lotse import`, `lotse export`: what is printed, written, found afterwards, and the exit code."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.knowledge import OfferIndex
from tests.knowledge.feeds.conftest import FILES, offers, snapshot


@pytest.fixture
def lotse(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setenv("LOTSE_DATA", str(data))
    monkeypatch.setenv("LOTSE_VAR", str(tmp_path / "var"))

    def run(*words: str, stdin: bytes = b"") -> Result:
        return CliRunner().invoke(app, list(words), input=stdin)

    return run


def test_an_import_is_reported_and_can_be_searched(lotse, data: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    before = snapshot(data)
    dry = lotse("import", "openimmo", str(FILES / "openimmo_voll.xml"), "--source", "wohnbau", "--dry-run")
    assert dry.exit_code == 3 and "3 new" in dry.stdout and "dry run" in dry.stdout
    assert snapshot(data) == before and not (tmp_path / "var" / "offers.db").exists()
    done = lotse("import", "openimmo", str(FILES / "openimmo_voll.xml"), "--source", "wohnbau")
    assert done.exit_code == 3, "some were refused"
    lines = [line for line in done.stdout.splitlines() if not line.startswith("/")]
    assert lines[0] == "openimmo from wohnbau: 3 new, 0 changed, 0 unchanged, 0 withdrawn, 2 refused"
    assert [line.split()[0] for line in lines[1:]] == ["new"] * 3 + ["refused"] * 2 + ["remark", "written", "written"]
    index = OfferIndex(data, tmp_path / "var" / "offers.db")
    assert {offer.provider for offer in index} == {"Wohnbau Uchteaue"}, "a running server finds them by itself"
    again = lotse("import", "openimmo", "-", "--source", "wohnbau", "--json", stdin=(FILES / "openimmo_voll.xml").read_bytes())
    assert json.loads(again.stdout)["counts"] == {
        "new": 0, "changed": 0, "unchanged": 3, "withdrawn": 0, "refused": 2, "past": 0,
    }  # fmt: skip


def test_only_accepted_entries_end_with_zero(lotse) -> None:  # type: ignore[no-untyped-def]
    head = "Art;Kennung;Titel;Text;Anbieter;Ort;Dienstart;Themen;E-Mail"
    row = f"{head}\nDienst;a;Beratung;Ein Text von einiger Länge.;V;Iden;Beratung;Alltag;a@example.org\n"
    assert lotse("import", "spreadsheet", "-", stdin=row.encode()).exit_code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("import", "word", "x.doc"), "no format"),
        (("import", "openimmo", "/nowhere.xml"), "cannot be read"),
        (("import", "openimmo", "-"), "not well-formed"),
        (("import", "icalendar", "-", "--source", "Ein viel zu langer Name für eine Quelle"), "cannot name a source"),
        (("import", "icalendar", "-", "--language", "xx"), "no language"),
        (("export", "icalendar", "--kind", "job"), "holds event"),
    ],
)
def test_what_cannot_be_done_is_said_without_a_traceback(lotse, words: tuple[str, ...], said: str) -> None:  # type: ignore[no-untyped-def]
    result = lotse(*words)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.replace("│", " ").split())


def test_records_that_were_broken_before_are_left_alone(lotse, data: Path) -> None:  # type: ignore[no-untyped-def]
    (data / "offers" / "job").mkdir()
    (data / "offers" / "job" / "x.yml").write_text("offers: [")
    before = snapshot(data)
    result = lotse("import", "hsds", str(FILES / "hsds.json"))
    assert result.exit_code == 1 and "x.yml" in str(result.exception)
    assert snapshot(data) == before


def test_a_second_import_at_the_same_time_is_refused(lotse, data: Path) -> None:  # type: ignore[no-untyped-def]
    folder = os.open(data / "offers", os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    result = lotse("import", "hsds", str(FILES / "hsds.json"))
    os.close(folder)
    assert result.exit_code == 2 and "another import" in " ".join(result.stderr.replace("│", " ").split())
    assert offers(data) == {}


def test_exports_and_the_template(lotse, data: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    lotse("import", "hsds", str(FILES / "hsds.json"))
    printed = lotse("export", "hsds", "--kind", "childcare")
    assert [service["name"] for service in json.loads(printed.stdout)["contents"]] == ["Kita Storchennest"]
    for name in ("alles.xlsx", "alles.csv"):
        assert "2 offers written" in lotse("export", "spreadsheet", "--output", str(tmp_path / name)).stderr
        assert lotse("import", "spreadsheet", str(tmp_path / name)).stdout.splitlines()[0].startswith(
            "spreadsheet from spreadsheet: 0 new, 0 changed, 2 unchanged"
        )
    assert "0 offers" in lotse("export", "template", "--output", str(tmp_path / "leer.xlsx")).stderr
    assert (tmp_path / "leer.xlsx").read_bytes()[:2] == b"PK"
