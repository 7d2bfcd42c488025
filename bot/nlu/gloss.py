"""Reads any language word by word as plain English, for the encoder and for features that all languages share.

A gloss is no translation and nobody is shown it: each word is looked up in a list that people wrote
(`data/lexicon/words/<language>.tsv`: form, tab, English), by its form, its stem, its parts, or with a typing error;
what is in no list is left out, or kept where it is in Latin script and might be English or a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from bot.errors import ContentError, ContentErrors
from bot.nlu.forms import FormsCache, Words
from bot.nlu.normalise import fold
from bot.nlu.word_list import WordList
from bot.region import Region

GLOSS_LANGUAGE = "en"
"""The language of the glosses themselves. Its list says which of several words for a thing the glosses use
("flat" is read as "apartment"); all its other words are read as their basic forms."""
OFFICES = "de"
"""The language whose words stand in every other one: "Anmeldung", "Kita"."""

_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_LATIN = re.compile(r"[a-z0-9']+")
_LONGEST_PHRASE = 3
_SHORTEST_PART = 3
_SHORTEST_GUESSED = 4
_LINKS = ("", "s", "es", "n", "en", "er", "e")
_NO_WORDS = WordList.of({})
_NAME, _OFFICE_WORD = "name", "office word"
# Arabic writes articles, conjunctions, prepositions and pronouns onto the word.
_ARABIC_BEFORE = ("وبال", "وال", "بال", "لل", "فال", "كال", "عال", "ال", "و", "ف", "ب", "ل", "ك", "ع", "ش", "ح", "ه")
_ARABIC_AFTER = ("كم", "هم", "نا", "ها", "تي", "ته", "تك", "ات", "ين", "ون", "ني", "ي", "ك", "ه", "ا")


@dataclass(frozen=True)
class Read:
    """How one word or phrase was read."""

    text: str
    gloss: str
    """Empty: it carries nothing, or is unknown."""
    how: str
    """`form`, `phrase`, `stem`, `parts`, `typo`, `name`, `office word`, `kept` or `unknown`."""


def read_words(folder: Path) -> dict[str, Words]:
    """language -> folded form -> gloss, from every `<language>.tsv` in `folder`.

    Raises:
        ContentErrors: a line has no tab, with file and line.
    """
    lists: dict[str, Words] = {}
    errors = []
    for file in sorted(folder.glob("*.tsv")):
        words: Words = {}
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            form, tab, gloss = line.partition("\t")
            if not tab or "\t" in gloss:
                errors.append(ContentError(file, number, "", f"{line[:40]!r} is not 'word, tab, English'",
                                           "Put one tab between the word and its English gloss."))  # fmt: skip
                continue
            words.setdefault(" ".join(tokens(form)), gloss.strip().lower())
        words.pop("", None)
        lists[file.stem] = words
    if errors:
        raise ContentErrors(errors)
    return lists


def tokens(text: str) -> list[str]:
    """The folded words and numbers of a text."""
    return _TOKEN.findall(fold(text))


class Glosser:
    """Args:
    lists: As `read_words` gives them.
    names: Folded words that are names (places); they are read as `name_gloss`.
    """

    name_gloss = "town"

    def __init__(self, lists: Mapping[str, Mapping[str, str]], names: Iterable[str] = ()) -> None:
        self._lists = {
            language: words if isinstance(words, WordList) else WordList.of(words) for language, words in lists.items()
        }
        self._names = {word for name in names for word in tokens(name) if len(word) > 3}
        self._name_stems = {name[:-1] for name in self._names if len(name) >= 6} | self._names
        self._read_word = lru_cache(maxsize=50_000)(self._read_word_anew)

    @classmethod
    def from_data(cls, data: Path, cache: Path | None = None) -> Glosser:
        """With the lists and the names of places below `data`; inflected forms are kept in the folder `cache`.

        Raises:
            ContentErrors: a list or the region cannot be read.
        """
        lists, forms = read_words(data / "lexicon" / "words"), FormsCache(cache)
        with_forms = {
            language: forms.with_forms(language, words, others=language == GLOSS_LANGUAGE)
            for language, words in lists.items()
        }
        return cls(with_forms, Region.load(data).place_names())

    @property
    def languages(self) -> frozenset[str]:
        """Those with a list of words."""
        return frozenset(self._lists)

    def save(self, file: Path) -> None:
        """Writes plain arrays."""
        arrays = {"names": np.array(sorted(self._names), dtype=np.str_)}
        for language, words in self._lists.items():
            arrays |= words.arrays(language)
        np.savez(file, **arrays)  # type: ignore[arg-type]

    @classmethod
    def read(cls, file: Path) -> Glosser:
        """What `save` wrote."""
        with np.load(file, allow_pickle=False) as arrays:
            languages = [name.removesuffix(".text") for name in arrays.files if name.endswith(".text")]
            lists = {language: WordList.from_arrays(arrays, language) for language in languages}
            return cls(lists, arrays["names"].tolist())

    def gloss(self, text: str, language: str) -> str:
        """The English words in the order of the text; a text that has no list, and is English, as it is, folded."""
        if language == GLOSS_LANGUAGE and language not in self._lists:
            return " ".join(self.name_gloss if word in self._names else word for word in tokens(text))
        return " ".join(read.gloss for read in self.trace(text, language) if read.gloss)

    def sentence(self, text: str, language: str, gloss: str | None = None) -> str:
        """What the encoder reads of a text: it has read English sentences, so an English one as it was typed, but for
        names of places and words of German offices.

        Args:
            gloss: The text's, where it is known already.
        """
        if language == GLOSS_LANGUAGE:
            return _TOKEN.sub(lambda found: self._in_english(found.group()), text)
        return self.gloss(text, language) if gloss is None else gloss

    def _in_english(self, typed: str) -> str:
        gloss, how = self._read_word(" ".join(tokens(typed)), GLOSS_LANGUAGE)
        return gloss if how in (_NAME, _OFFICE_WORD) else typed

    def trace(self, text: str, language: str) -> list[Read]:
        """How each word was read."""
        words, reads, start = tokens(text), [], 0
        own = self._lists.get(language, _NO_WORDS)
        while start < len(words):
            longest = min(_LONGEST_PHRASE, len(words) - start) if words[start] in own.beginnings else 1
            for size in range(longest, 1, -1):
                phrase = " ".join(words[start : start + size])
                if phrase in own:
                    reads.append(Read(phrase, own[phrase], "phrase"))
                    start += size
                    break
            else:
                gloss, how = self._read_word(words[start], language)
                reads.append(Read(words[start], gloss, how))
                start += 1
        return reads

    def _read_word_anew(self, word: str, language: str) -> tuple[str, str]:
        own = self._lists.get(language, _NO_WORDS)
        if word in own:
            return own[word], "form"
        if word.isdigit():
            return word, "kept"
        # Names are inflected too: their last letter is the first to change.
        if word in self._names or any(word[:-n] in self._name_stems for n in (0, 1, 2) if len(word) - n >= 5):
            return self.name_gloss, _NAME
        for gloss, how in self._derived(word, language, own):
            return gloss, how
        if _LATIN.fullmatch(word):
            if language != OFFICES and (gloss_how := self._office_word(word)):
                return gloss_how
            return word, "kept"
        return "", "unknown"

    def _office_word(self, word: str) -> tuple[str, str] | None:
        gloss, how = self._read_word(word, OFFICES) if OFFICES in self._lists else ("", "unknown")
        return (gloss, _OFFICE_WORD) if how not in ("kept", "unknown") else None

    def _derived(self, word: str, language: str, own: WordList) -> Iterable[tuple[str, str]]:
        """What the word is a form, a compound or a misspelling of; the first answer counts."""
        for stem in _stems(word, language):
            if stem in own:
                yield own[stem], "stem"
        # "Kasse" in an English sentence is no misspelt "cases".
        if language != OFFICES and word in self._lists.get(OFFICES, _NO_WORDS):
            yield self._lists[OFFICES][word], _OFFICE_WORD
        if language == OFFICES and (parts := self._parts(word, own)):
            yield parts, "parts"
        near = self._near(word, own)
        if near is not None:
            yield own[near], "typo"

    def _parts(self, word: str, own: WordList) -> str | None:
        """The glosses of a compound's parts, e.g. "wohnungsgeberbestätigung" as "apartment provider confirmation"."""
        for end in range(len(word) - _SHORTEST_PART, _SHORTEST_PART - 1, -1):
            head, rest = word[:end], word[end:]
            for link in _LINKS:
                if link and not head.endswith(link):
                    continue
                stem = head[: len(head) - len(link)] if link else head
                if len(stem) < _SHORTEST_PART or not own.get(stem):
                    continue
                tail = own.get(rest) or next((own[stem] for stem in _stems(rest, OFFICES) if own.get(stem)), None)
                if tail is None and len(rest) > 5:
                    tail = self._parts(rest, own)
                if tail:
                    return f"{own[stem]} {tail}"
        return None

    def _near(self, word: str, own: WordList) -> str | None:
        if len(word) <= _SHORTEST_GUESSED:
            return None
        nearest, allowed = None, 1 if len(word) < 8 else 2
        for difference in range(-allowed, allowed + 1):
            # The first letter is seldom wrong.
            forms = own.alike(word[0], len(word) + difference)
            found = process.extractOne(word, forms, scorer=DamerauLevenshtein.distance, score_cutoff=allowed)
            if found and (nearest is None or found[1] < nearest[1]):
                nearest = found
        return nearest[0] if nearest else None


@lru_cache(maxsize=50_000)
def _stems(word: str, language: str) -> tuple[str, ...]:
    """What a word may be a form of, if no list of forms has it."""
    if language == "ar":
        return tuple(_without_clitics(word))
    if language == GLOSS_LANGUAGE:
        # Its dictionary has all forms.
        return ()
    # Typed without umlauts or marks, a form is in no dictionary: its ending is cut.
    return tuple(word[:-n] for n in (1, 2, 3) if len(word) - n >= 4)


def _without_clitics(word: str) -> Iterable[str]:
    for before in ("", *_ARABIC_BEFORE):
        if before and not (word.startswith(before) and len(word) - len(before) >= 3):
            continue
        stem = word[len(before) :]
        if before:
            yield stem
        for after in _ARABIC_AFTER:
            if stem.endswith(after) and len(stem) - len(after) >= 3:
                base = stem[: -len(after)]
                yield base
                # The feminine ending becomes a t before a pronoun.
                yield (base[:-1] if base.endswith("ت") else base) + "ه"
