"""The inflected forms of listed words: "Wohnungen" is read as "Wohnung" is, though only that is in the list.

simplemma's dictionaries know them. They would take 650 MB of a server's memory, so they are asked in training alone,
and for each list of words once: what they said is kept in a cache.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from bot.nlu.normalise import fold

Words = dict[str, str]
"""Folded form -> English gloss."""


def with_forms(language: str, words: Words, *, others: bool = False) -> Words:
    """The list with every inflected form that the dictionary of `language` knows of its words.

    Args:
        others: Whether a word that the list does not have is read as its own basic form, as English is.
    """
    from simplemma.strategies.dictionaries import DefaultDictionaryFactory

    try:
        dictionary = DefaultDictionaryFactory(cache_max_size=1).get_dictionary(language)
    except ValueError:
        return dict(words)
    forms = dict(words)
    folded = lru_cache(maxsize=None)(fold)
    for form, lemma in dictionary.items():
        basic, form = folded(_text(lemma)), fold(_text(form))
        gloss = words.get(basic)
        if gloss is None and others and basic.isalpha() and form.isalpha():
            gloss = basic
        if gloss is not None:
            forms.setdefault(form, gloss)
    return forms


class FormsCache:
    """Lists with their forms, one file a language and state of its list; a broken file is only work to do again.

    Args:
        folder: Where the files are kept; None keeps nothing.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def with_forms(self, language: str, words: Words, *, others: bool = False) -> Words:
        """As the function of this name."""
        if self._folder is None:
            return with_forms(language, words, others=others)
        file = self._folder / f"forms-{language}-{_digest(words)}.json"
        with contextlib.suppress(OSError, ValueError):
            kept = json.loads(file.read_text(encoding="utf-8"))
            if isinstance(kept, dict):
                return kept
        forms = with_forms(language, words, others=others)
        self._folder.mkdir(parents=True, exist_ok=True)
        aside = file.with_suffix(f".{os.getpid()}")
        aside.write_text(json.dumps(forms, ensure_ascii=False), encoding="utf-8")
        for old in self._folder.glob(f"forms-{language}-*.json"):
            old.unlink(missing_ok=True)
        os.replace(aside, file)
        return forms


def _digest(words: Words) -> str:
    """Of the list, of how words are folded, and of the dictionaries' version."""
    digest = hashlib.sha256(version("simplemma").encode())
    for module in ("forms.py", "normalise.py"):
        digest.update(Path(__file__).with_name(module).read_bytes())
    digest.update(json.dumps(words, ensure_ascii=False).encode())
    return digest.hexdigest()[:12]


def _text(entry: bytes | str) -> str:
    return entry.decode("utf-8") if isinstance(entry, bytes) else entry
