"""What a process loads once: the same key for all of them, and variables that every reply may use."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from bot import resources as module
from bot.resources import OWN_FACTS, Resources
from bot.settings import Settings

ROOT = Path(__file__).parents[1]


def _settings(var: Path, **more: object) -> Settings:
    return Settings(data=ROOT / "data", var=var, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Resources:
    return Resources.load(_settings(tmp_path_factory.mktemp("resources"), chat_days=12))


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    code = "import sys; from bot.resources import _secret; from bot.settings import Settings; from pathlib import Path; " \
        "print(_secret(Settings(var=Path(sys.argv[1]))).decode())"  # fmt: skip
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    keys = {process.communicate(timeout=90)[0].strip() for process in started}
    assert len(keys) == 1 and len(keys.pop()) == 64, "workers that start at once read one key"
    (file,) = tmp_path.iterdir()
    assert file.name == "secret.key" and stat.S_IMODE(file.stat().st_mode) == 0o600
    assert Resources.load(_settings(tmp_path)).secret == file.read_bytes()
    assert Resources.load(_settings(tmp_path, secret="given")).secret == b"given", "what is set counts more"


def test_every_language_has_the_same_variables(loaded: Resources) -> None:
    names = {code: set(loaded.facts(code)) for code in loaded.languages.codes}
    assert set(OWN_FACTS) <= names["de"] and all(each == names["de"] for each in names.values())
    assert loaded.facts("ar")["chat_days"] == "12", "as the operator set it"
    assert all(value for code in names for value in loaded.facts(code).values())


def test_a_remote_action_server_loads_from_its_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_current", None)
    for name in [name for name in os.environ if name.startswith("LOTSE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LOTSE_VAR", str(tmp_path))
    monkeypatch.setenv("LOTSE_DATA", str(ROOT / "data"))
    monkeypatch.setenv("LOTSE_SECRET", "of the environment")
    first = module.current()
    assert first.secret == b"of the environment" and module.current() is first
    module.use(other := Resources.load(_settings(tmp_path, secret="other")))
    assert module.current() is other
