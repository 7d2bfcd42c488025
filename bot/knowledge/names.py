"""What things are called, in every language: for labels and values on a card, and for finding offers by them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import load_yaml
from bot.nlu.normalise import fold
from bot.region import Region

_LAST_RESORT = ("en", "de")
# Facts whose values have names in the lexicon.
ENTITIES = ("occupation", "working_time", "deal", "housing_kind", "childcare_kind")
CUES = "lexicon/cues.yml"
# And those that visitors have, which no offer has.
_NAMED = (*ENTITIES, "persona", "wish")


@dataclass(frozen=True)
class Names:
    """What things are called, by language: places, labels and units of the interface, values of the lexicon."""

    region: Region
    interface: Mapping[str, Mapping[str, Mapping[str, str]]]
    """language, then `facts` or `values`, then key."""
    lexicon: Mapping[str, Mapping[str, Mapping[str, str]]]
    """entity, then value, then language."""

    @classmethod
    def load(cls, data_dir: Path | str, region: Region | None = None) -> Names:
        """Read `interface/*.yml` and the `lexicon/*.yml` of enumerated facts. Raises ContentErrors."""
        folder = Path(data_dir)
        interface = {}
        for file in sorted((folder / "interface").glob("*.yml")):
            document = load_yaml(file)
            interface[file.stem] = {group: document.get(group) or {} for group in ("facts", "values")}
        lexicon = {file.stem: _value_names(file) for file in lexicon_files(folder)}
        return cls(region or Region.load(folder), interface, lexicon)

    def label(self, fact: str, language: str) -> str:
        """The label of a fact; its name where no language has one."""
        return self._interface("facts", fact, language) or fact

    def value(self, key: str, language: str, **fills: str) -> str:
        """A word or a pattern of the interface with its {names} filled; the filled value alone where it is missing."""
        pattern = self._interface("values", key, language)
        if not pattern:
            return fills.get("value") or "–".join(fills.values()) or key
        for name, text in fills.items():
            pattern = pattern.replace("{" + name + "}", text)
        return pattern

    def enumerated(self, entity: str, value: str, language: str) -> str:
        """The name of a canonical value; from the interface, or its id, where the lexicon has none."""
        return in_language(self.lexicon.get(entity, {}).get(value, {}), language) or self.value(value, language)

    def of_facts(self, facts: Mapping[str, Any]) -> Iterator[str]:
        """Every name, in every language, of the enumerated values among the facts of an offer."""
        for entity in ENTITIES:
            values = facts.get(entity, ())
            for value in [values] if isinstance(values, str) else values:
                yield from self.lexicon.get(entity, {}).get(value, {}).values()

    def _interface(self, group: str, key: str, language: str) -> str | None:
        return in_language({code: texts[group].get(key) for code, texts in self.interface.items()}, language)


def languages_for(language: str) -> tuple[str, ...]:
    """A language and those that stand in for it, best first."""
    return (language, language.partition("-")[0], *_LAST_RESORT)


def in_language(texts: Mapping[str, str | None], language: str) -> str | None:
    """The text in a language or in the nearest one that stands in for it; None where there is none at all."""
    return next((text for code in languages_for(language) if (text := texts.get(code))), None)


def nearest_language(texts: Mapping[str, str], language: str) -> str:
    """Of the languages a text is written in the one to show who asked for `language`; any before none."""
    return next((code for code in languages_for(language) if texts.get(code)), next(iter(texts)))


def lexicon_files(data_dir: Path | str) -> list[Path]:
    """The files of the lexicon that name values of facts and of visitors, those that exist."""
    files = [Path(data_dir) / "lexicon" / f"{entity}.yml" for entity in _NAMED]
    return [file for file in files if file.exists()]


def without_words(data_dir: Path | str) -> frozenset[str]:
    """What means "without" in any language, folded: the cue of that name in the lexicon; none without a lexicon."""
    file = Path(data_dir) / CUES
    cue = (load_yaml(file).get("values") or {}).get("without", {}) if file.exists() else {}
    return frozenset(fold(word.removesuffix("!")) for words in (cue.get("words") or {}).values() for word in words)


def _value_names(file: Path) -> dict[str, dict[str, str]]:
    # Whether the lexicon is right is checked where it is used to understand; here an empty name is no name.
    values = load_yaml(file).get("values") or {}
    return {
        value: {language: name for language, name in (entry.get("names") or {}).items() if name}
        for value, entry in values.items()
    }
