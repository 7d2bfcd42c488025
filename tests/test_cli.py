"""What `lotse` is told to do and cannot is said in words; docs/operations.md names every command, and no other."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.main import get_command

from bot.cli import app, main
from bot.console import accounts
from bot.db import Database, users

ROOT = Path(__file__).parents[1]
Lotse = Callable[..., tuple[int, str, str]]


def commands() -> set[str]:
    found = set()
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        found |= {f"{name} {sub}" for sub in command.commands} if hasattr(command, "commands") else {name}
    return found


def test_every_command_is_documented_and_every_documented_command_exists() -> None:
    text = Path("docs/operations.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`lotse [^|]+`) \|", text, re.MULTILINE)
    # What follows a command's name are its arguments.
    table = {re.sub(r" [A-Z-].*", "", command) for row in rows for command in re.findall(r"`lotse ([^`]+)`", row)}
    assert table == commands()


@pytest.fixture
def lotse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Lotse:
    """`lotse("user", "add", …)`: exit code, standard output, and what was said beside it in one line."""
    monkeypatch.setenv("LOTSE_VAR", str(tmp_path))
    monkeypatch.setenv("LOTSE_DATA", str(ROOT / "data"))

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["lotse", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, " ".join(said.err.replace("│", " ").split())

    return run


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("serve --workers 2", "set LOTSE_DATABASE_URL"),
        ("search --filter rooms", "write name=value, such as rooms=3"),
        ("search --kind castle", "'castle' is none of job, training"),
        ("demand --month 2026-13", "write a month as 2026-11"),
        ("user add a@example.org Anna --role emperor", "choose adviser, editor, administrator"),
        ("person export nobody@example.org --staff", "no account has this e-mail address"),
    ],
)
def test_a_mistake_is_told_with_what_would_be_right(words: str, said: str, lotse: Lotse) -> None:
    assert lotse("migrate")[0] == 0
    code, printed, told = lotse(*words.split())
    assert code == 2 and said in told and not printed


@pytest.mark.parametrize("words", ["user add a@example.org Anna", "purge", "person erase HL-2222-22 --yes", "demand"])
@pytest.mark.parametrize("database", ["new.db", "no/such/folder/x.db"])
def test_a_database_that_is_not_ready_is_told_with_what_makes_it_so(
    words: str, database: str, lotse: Lotse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOTSE_DATABASE_URL", f"sqlite:///{tmp_path / database}")
    code, printed, told = lotse(*words.split())
    assert code == 1 and "lotse migrate" in told and "Traceback" not in told and not printed


@pytest.mark.postgres
def test_nor_is_a_new_postgresql(lotse: Lotse, new_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOTSE_DATABASE_URL", new_database)
    code, _, told = lotse("user", "add", "a@example.org", "Anna")
    assert code == 1 and 'relation "users" does not exist' in told and "lotse migrate" in told
    assert lotse("migrate")[0] == 0
    assert lotse("user", "add", "a@example.org", "Anna")[0] == 0


def test_a_new_account_gets_a_link_that_is_its_own(lotse: Lotse, tmp_path: Path) -> None:
    lotse("migrate")
    code, printed, _ = lotse("user", "add", "Anna@example.org", "Anna Albrecht", "--role", "editor")
    assert code == 0
    database = Database(f"sqlite:///{tmp_path / 'lotse.db'}")
    user = database.write_now(lambda c: accounts.invited(c, printed.strip().rpartition("/console/welcome/")[2]))
    assert user is not None and (user.email, user.name, user.role) == ("anna@example.org", "Anna Albrecht", "editor")
    code, printed, _ = lotse("purge", "--dry-run")
    assert code == 0 and "Nothing was deleted." in printed
    assert database.write_now(lambda c: c.execute(sa.select(sa.func.count()).select_from(users)).scalar()) == 1
    database.close()
    assert lotse("person", "erase", "HL-2222-22", "--yes")[1] == "Nothing is stored about this person.\n"


def test_broken_content_is_told_with_its_line(lotse: Lotse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "content" / "data"
    shutil.copytree(ROOT / "data", data)
    with (data / "languages.yml").open("a", encoding="utf-8") as file:
        file.write("\n- : [\n")
    monkeypatch.setenv("LOTSE_DATA", str(data))
    code, _, told = lotse("check")
    assert code == 1 and re.search(r"languages\.yml:\d+", told) and "Correct these lines" in told
    code, printed, _ = lotse("check", "--json")
    assert code == 1 and json.loads(printed)["errors"][0]["file"].endswith("languages.yml")
