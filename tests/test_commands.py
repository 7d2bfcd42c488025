"""docs/operations.md names every command that `lotse` has, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from typer.main import get_command

from bot.cli import app


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
