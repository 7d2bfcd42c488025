"""Brings a database to the present schema (Alembic)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.db import create_engine

if TYPE_CHECKING:
    from alembic.config import Config

_FOLDER = Path(__file__).parent
_REVISION = re.compile(r"^(down_)?revision = \"?(\w+)", re.MULTILINE)


def config(url: str) -> Config:
    """Alembic's configuration for a database; there is no alembic.ini to keep in step."""
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(_FOLDER))
    settings.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return settings


def migrate(url: str) -> None:
    """Applies what is missing; does nothing to an up-to-date database."""
    # Importing Alembic takes a third of a second, which most starts can do without.
    if _version(url) != newest():
        from alembic import command

        command.upgrade(config(url), "head")


def newest() -> str:
    """The revision that no other one follows."""
    found = [_REVISION.findall(file.read_text(encoding="utf-8")) for file in (_FOLDER / "versions").glob("*.py")]
    before = {name for pairs in found for down, name in pairs if down}
    (last,) = {name for pairs in found for down, name in pairs if not down} - before
    return last


def _version(url: str) -> str | None:
    """The database's revision; None for one that has none, or that cannot be asked."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    except sa.exc.DBAPIError:
        return None
    finally:
        engine.dispose()
