"""Brings a database to the present schema (Alembic)."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config


def config(url: str) -> Config:
    """Alembic's configuration for a database; there is no alembic.ini to keep in step."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent))
    settings.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return settings


def migrate(url: str) -> None:
    """Applies what is missing; does nothing to an up-to-date database."""
    command.upgrade(config(url), "head")
