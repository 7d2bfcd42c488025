"""How much one visitor, and one address, may ask for; in memory, so each worker counts for itself."""

from __future__ import annotations

import time
from collections import OrderedDict


class Limiter:
    """A token bucket a key: `count` at once, refilled evenly over `seconds`.

    Args:
        keep: Keys remembered at most; the one unused longest is forgotten first, which only ever gives freedom back.
    """

    def __init__(self, count: int, seconds: float, *, keep: int = 20_000) -> None:
        self._count = count
        self._rate = count / seconds
        self._keep = keep
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str, now: float | None = None) -> float:
        """Takes one; returns 0, or the seconds to wait until there is one again."""
        now = time.monotonic() if now is None else now
        left, last = self._buckets.pop(key, (float(self._count), now))
        left = min(self._count, left + (now - last) * self._rate)
        wait = 0.0 if left >= 1 else (1 - left) / self._rate
        self._buckets[key] = (left - 1 if left >= 1 else left, now)
        if len(self._buckets) > self._keep:
            self._buckets.popitem(last=False)
        return wait
