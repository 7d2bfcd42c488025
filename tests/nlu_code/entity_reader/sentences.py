"""Tables of sentences: what stands in a line, and how what was read is compared with it."""

from __future__ import annotations

from typing import Any

import pytest


def values(entities: list[dict[str, Any]]) -> set[str]:
    # "change" (cheaper, larger) has tests of its own.
    return {f"{entity['entity']}={entity['value']}" for entity in entities if entity["entity"] != "change"}


def of_kind(entities: list[dict[str, Any]], *kinds: str) -> list[dict[str, Any]]:
    """Those that say one of these things."""
    return [entity for entity in entities if entity["entity"] in kinds]


def cases(table: str) -> list[Any]:
    """`language | sentence | entity=value, entity=value` a line."""
    out = []
    for line in table.strip().splitlines():
        if line.strip() and not line.startswith("#"):
            language, text, wanted = (part.strip() for part in line.split(" | "))
            out.append(pytest.param(language, text, wanted, id=f"{language}: {text}"))
    return out


def negatives(table: str) -> list[Any]:
    return cases("\n".join(f"{line} | -" for line in table.strip().splitlines()))
