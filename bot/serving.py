"""Starts the server: database, model, first account, then the workers."""

from __future__ import annotations

import errno
import gc
import os
import time
from dataclasses import fields
from pathlib import Path

from rich.console import Console
from sanic import Sanic
from sanic.worker.loader import AppLoader

from bot import lean
from bot.console.accounts import first_invitation
from bot.db import Database
from bot.migrations import migrate
from bot.settings import SettingError, Settings
from bot.training.model import ModelError, ensure_model

_MODEL = "HEIMATLOTSE_MODEL"
_NO_ADDRESS = (errno.EADDRINUSE, errno.EADDRNOTAVAIL, errno.EACCES)
out = Console(highlight=False, soft_wrap=True)


def serve(settings: Settings) -> None:
    """Serves until it is stopped.

    Without a usable model it serves all the same: every message is kept and answered with the way to a person, and
    readiness is red. A server that does not start helps nobody.

    Raises:
        ContentErrors: data is broken.
        SettingError: nobody can listen on this address and port.
    """
    started = time.perf_counter()
    # Nothing that is loaded now is ever garbage, and looking for it would take a tenth of the start.
    gc.disable()
    settings.var.mkdir(parents=True, exist_ok=True)
    migrate(settings.sqlalchemy_url)
    model: Path | None = None
    try:
        model = ensure_model(settings.data, settings.models, say=out.print)
    except ModelError as error:
        out.print(f"{error}\nServing without understanding: visitors are offered a person.", markup=False)
    link = _first_account(settings)
    # Workers are started afresh and read their settings where this process did.
    for field in fields(settings):
        os.environ[f"LOTSE_{field.name.upper()}"] = str(getattr(settings, field.name))
    os.environ[_MODEL] = str(model or "")
    single = settings.workers == 1
    loader = AppLoader(factory=_from_environment)
    app = loader.load()

    async def announce(app: Sanic) -> None:
        gc.enable()
        out.print(f"Ready after {time.perf_counter() - started:.1f} s.")
        out.print(f"  Visitors: {settings.base_url}/")
        out.print(f"  Staff:    {settings.base_url}/console/")
        if link:
            out.print(f"  Set the administrator's password once: {link}")

    app.main_process_start(announce) if not single else app.after_server_start(announce)
    app.prepare(
        host=settings.host, port=settings.port, workers=settings.workers, single_process=single,
        access_log=False, motd=False, debug=False,
    )  # fmt: skip
    try:
        if single:
            Sanic.serve_single(primary=app)
        else:
            Sanic.serve(primary=app, app_loader=loader)
    except OSError as error:
        if error.errno not in _NO_ADDRESS:
            raise
        here = f"{settings.host}:{settings.port}"
        raise SettingError(f"Cannot listen on {here}: {error.strerror}. Set LOTSE_HOST or LOTSE_PORT to what is free.") from None


def _from_environment() -> Sanic:
    from bot.cli import quiet

    quiet()
    settings, model = Settings.from_environment(), os.environ[_MODEL]
    if settings.lean:
        lean.leave_out()
    from bot.app import create_app

    app = create_app(settings, Path(model) if model else None)
    app.after_server_start(_keep_what_is_loaded)
    return app


async def _keep_what_is_loaded(_app: Sanic) -> None:
    keep_what_is_loaded()


def keep_what_is_loaded() -> None:
    """Spares every later search for garbage the look at a model's half a million objects."""
    gc.freeze()


def _first_account(settings: Settings) -> str | None:
    database = Database(settings.sqlalchemy_url)
    try:
        return database.write_now(lambda connection: first_invitation(connection, settings.base_url))
    finally:
        database.close()
