"""Reads the domain that lies in a model, without checking it again.

It was checked when the model was trained, and the model's checksum says that it is the same. Rasa compares it with its
schema each time nevertheless, and reads it by a parser in Python: together half a second of every start.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from rasa.shared.core.domain import Domain

from bot.errors import ContentErrors, load_yaml


@contextlib.contextmanager
def checked_already() -> Iterator[None]:
    """While a model is loaded. A domain that our reader does not take (anchors, say) is left to Rasa's."""
    rasas = Domain.from_path

    def from_path(path: str | Path) -> Domain:
        file = Path(path) / "domain.yml"
        with contextlib.suppress(ContentErrors):
            return Domain.from_dict(load_yaml(file).data)
        return rasas(path)

    Domain.from_path = staticmethod(from_path)  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        Domain.from_path = rasas  # type: ignore[method-assign]
