"""Loads a model without checking again what was checked when it was trained.

The model's checksum says that it is the one that was published (`bot.training.model.verify`). Rasa does not know that:
at every start it looks through the archive for paths that lead out of it, compares the domain with its schema, and reads
it by a parser in Python. Together that took a second.
"""

from __future__ import annotations

import contextlib
import tarfile
from collections.abc import Iterator
from pathlib import Path

from rasa.engine.storage import local_model_storage
from rasa.shared.core.domain import Domain

from bot.errors import ContentErrors, load_yaml


@contextlib.contextmanager
def checked_already() -> Iterator[None]:
    """While a model is loaded. A domain that our reader does not take (anchors, say) is left to Rasa's."""
    domain, archive = Domain.from_path, local_model_storage.TarSafe

    def from_path(path: str | Path) -> Domain:
        file = Path(path) / "domain.yml"
        with contextlib.suppress(ContentErrors):
            return Domain.from_dict(load_yaml(file).data)
        return domain(path)

    Domain.from_path = staticmethod(from_path)  # type: ignore[method-assign,assignment]
    local_model_storage.TarSafe = _Archive
    try:
        yield
    finally:
        Domain.from_path = domain  # type: ignore[method-assign]
        local_model_storage.TarSafe = archive


class _Archive(tarfile.TarFile):
    # Python's own filter still refuses what would lie outside of the folder.
    extraction_filter = staticmethod(tarfile.data_filter)
