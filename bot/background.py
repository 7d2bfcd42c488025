"""What a worker does again and again beside its requests."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from bot.db import Unavailable


class Background:
    """A task that runs from `start` to `stop`.

    Args:
        name: Of the task, for those who look at a stuck server.
        run: Called once a start; what it returns runs until it is cancelled.
    """

    def __init__(self, name: str, run: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._name = name
        self._run = run
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins; needs a running event loop."""
        self._task = asyncio.create_task(self._run(), name=self._name)

    async def stop(self) -> None:
        """Ends it, wherever it is."""
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task


def repeating(name: str, seconds: float, work: Callable[[], Awaitable[object]], log: logging.Logger) -> Background:
    """Work that is done now and again `seconds` after it was done, whatever happens.

    A database that is away is no news here, for whoever needs it is told; any other failure is logged.
    """

    async def run() -> None:
        while True:
            try:
                await work()
            except Unavailable:
                pass
            except Exception:
                log.exception("the task %r failed; it is tried again in %g s", name, seconds)
            await asyncio.sleep(seconds)

    return Background(name, run)
