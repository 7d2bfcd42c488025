"""Every refusal that the code can raise has a text in every language of the visitors."""

from __future__ import annotations

import re

import pytest

from bot.conversation.errors import ApiError
from bot.interface import Interface
from bot.languages import load_languages
from tests.conftest import ROOT

_RAISED = re.compile(r'ApiError\(\s*\d+,\s*"(\w+)"')
CODES = sorted({code for file in (ROOT / "bot").rglob("*.py") for code in _RAISED.findall(file.read_text(encoding="utf-8"))})


def test_an_error_names_status_code_field_and_pause() -> None:
    error = ApiError(429, "rate_limited", field="text", retry_after=3, limit=20)
    assert str(error) == error.code == "rate_limited"
    assert (error.status, error.field, error.retry_after, error.values) == (429, "text", 3, {"limit": 20})


@pytest.mark.parametrize("code", CODES)
def test_every_code_is_told_in_every_language(code: str) -> None:
    languages = load_languages(ROOT / "data")
    interface = Interface.load(ROOT / "data", languages)
    told = {language: interface.section(language, "errors").get(code) for language in languages.written}
    assert all(told.values()), told
