"""Named points at which a test may let this process die, so that a crash test proves something."""

from __future__ import annotations

import os
import signal

_armed = os.environ.get("LOTSE_CRASH_AT", "")


def crash_point(name: str) -> None:
    """Kills this process, as `kill -9` would, if LOTSE_CRASH_AT names this point; does nothing otherwise."""
    if _armed == name:
        os.kill(os.getpid(), signal.SIGKILL)
