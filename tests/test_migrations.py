"""A database is brought to the present schema, and an up-to-date one is left alone without asking Alembic."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import sqlalchemy as sa
from alembic.script import ScriptDirectory

from bot.db import create_engine, metadata
from bot.migrations import config, migrate, newest
from tests.conftest import ROOT


def tables(url: str) -> set[str]:
    engine = create_engine(url)
    try:
        return set(sa.inspect(engine).get_table_names())
    finally:
        engine.dispose()


def test_the_newest_revision_is_the_one_that_alembic_calls_head() -> None:
    assert newest() == ScriptDirectory.from_config(config("sqlite://")).get_current_head()


def test_an_empty_database_gets_every_table(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    migrate(url)
    migrate(url)
    assert set(metadata.tables) <= tables(url)


def test_one_that_is_behind_gets_what_is_missing(tmp_path: Path) -> None:
    from alembic import command

    url = f"sqlite:///{tmp_path / 'x.db'}"
    command.upgrade(config(url), "0002")
    assert not set(metadata.tables) <= tables(url)
    migrate(url)
    assert set(metadata.tables) <= tables(url)


def test_an_up_to_date_one_needs_no_alembic(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    migrate(url)
    code = f"import sys; from bot.migrations import migrate; migrate({url!r}); print('alembic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "False", done.stderr
