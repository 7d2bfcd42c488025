"""Settings come from the environment, and a mistake in one is told, not passed over."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from bot.settings import SettingError, Settings

ROOT = Path(__file__).parents[1]


def test_nothing_has_to_be_set() -> None:
    settings = Settings.from_environment({"PATH": "/bin", "LOTSEN": "x"})
    assert settings == Settings()
    assert settings.base_url == "http://localhost:8080"
    assert settings.sqlalchemy_url == f"sqlite:///{Path('var/lotse.db').resolve()}"


def test_each_value_has_the_type_of_its_default() -> None:
    given = {"LOTSE_PORT": "9000", "LOTSE_TURN_SECONDS": "2.5", "LOTSE_VAR": "/srv/lotse", "LOTSE_SECRET": "s"}
    settings = Settings.from_environment(given)
    assert (settings.port, settings.turn_seconds, settings.var, settings.secret) == (9000, 2.5, Path("/srv/lotse"), "s")


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        pytest.param("LOTSE_PROT", "9000", "LOTSE_PORT", id="an unknown name: those there are"),
        pytest.param("LOTSE_PORT", "many", "LOTSE_PORT is 'many'; a number is needed, such as 8080", id="no number"),
        pytest.param("LOTSE_PORT", "80.5", "LOTSE_PORT is '80.5'", id="no whole number"),
        pytest.param("LOTSE_TURN_SECONDS", "", "LOTSE_TURN_SECONDS is ''", id="empty"),
    ],
)
def test_a_mistake_is_told_with_what_would_be_right(name: str, value: str, told: str) -> None:
    with pytest.raises(SettingError) as raised:
        Settings.from_environment({name: value})
    assert told in str(raised.value)


def test_a_command_says_it_in_a_line_without_a_traceback() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LOTSE_")}
    done = subprocess.run(
        [sys.executable, "-m", "bot", "migrate"], cwd=ROOT, env=environment | {"LOTSE_PORT": "many"},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2 and "LOTSE_PORT" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        pytest.param(Settings(public_url="https://chat.example/"), "https://chat.example", id="as visitors reach it"),
        pytest.param(Settings(host="10.0.0.5", port=80), "http://10.0.0.5:80", id="as it listens"),
    ],
)
def test_links_lead_to_where_visitors_reach_the_server(settings: Settings, url: str) -> None:
    assert settings.base_url == url


def test_every_setting_is_documented_with_its_default() -> None:
    text = (ROOT / "docs" / "operations.md").read_text()
    rows = dict(re.findall(r"^\| `(LOTSE_[A-Z_]+)` \| ([^|]*) \|", text, re.MULTILINE))
    expected = {f"LOTSE_{field.name.upper()}": str(field.default) for field in fields(Settings)}
    assert rows.keys() == expected.keys()
    wrong = {name: rows[name] for name, default in expected.items() if default and f"`{default}`" not in rows[name]}
    assert not wrong, f"the default in the table is another one: {wrong}"
