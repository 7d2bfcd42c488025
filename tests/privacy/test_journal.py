"""What is written down of an erasure, by whom, and for how long."""

from __future__ import annotations

import stat
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from bot.privacy import journal
from tests.conftest import ROOT


def test_the_journal_forgets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "_path", tmp_path / journal.FILE)
    journal.note("a")
    (tmp_path / journal.FILE).open("a").write("17 " + "f" * 64 + "\nbroken\n")
    assert len(journal.erased(tmp_path)) == 2
    journal.forget(tmp_path, 1000)
    assert journal.erased(tmp_path) == {journal.hash_of("a")}


def test_nothing_of_the_conversation_can_be_read_from_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "_path", None)
    journal.use(tmp_path)
    conversation_id = uuid.uuid4().hex
    journal.note(conversation_id)
    file = tmp_path / journal.FILE
    assert conversation_id not in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert journal.erased(tmp_path) == {journal.hash_of(conversation_id)}


def test_forgetting_keeps_the_file_private_and_what_is_young(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "_path", tmp_path / journal.FILE)
    lines = [f"{at} {journal.hash_of(str(at))}\n" for at in (100, 200, 300)]
    (tmp_path / journal.FILE).write_text("".join(lines))
    journal.forget(tmp_path, 200)
    assert (tmp_path / journal.FILE).read_text() == "".join(lines[1:]), "what is as old as the limit stays"
    assert stat.S_IMODE((tmp_path / journal.FILE).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [journal.FILE]


def test_without_a_journal_nothing_was_erased(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "_path", None)
    journal.note("a")
    journal.forget(tmp_path, 1000)
    assert journal.erased(tmp_path) == set() and list(tmp_path.iterdir()) == []


def test_several_processes_write_whole_lines(tmp_path: Path) -> None:
    script = """
import sys
from pathlib import Path
from bot.privacy import journal
journal.use(Path(sys.argv[1]))
for number in range(200):
    journal.note(f"{sys.argv[2]}-{number}")
"""
    workers = [subprocess.Popen([sys.executable, "-c", script, str(tmp_path), name], cwd=ROOT) for name in "abc"]
    assert [worker.wait(60) for worker in workers] == [0, 0, 0]
    assert journal.erased(tmp_path) == {journal.hash_of(f"{name}-{number}") for name in "abc" for number in range(200)}
    assert len((tmp_path / journal.FILE).read_text().splitlines()) == 600
