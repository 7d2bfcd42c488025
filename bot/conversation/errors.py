"""The one shape in which the visitor API says no."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """Becomes `{"error": {"code", "message", "field"}}` in the visitor's language.

    Args:
        status: HTTP status.
        code: Key of the message under `errors` in `data/interface/<language>.yml`.
        field: Which field of the request is meant.
        retry_after: Seconds, for 429 and 503.
        values: Variables of the message.
    """

    def __init__(
        self, status: int, code: str, *, field: str | None = None, retry_after: int | None = None, **values: Any
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.field = field
        self.retry_after = retry_after
        self.values = values
