"""From `data/lexicon/*.yml` and the region's places to one JSON-able dictionary of entries.

A lexicon file::

    entity: occupation
    weak_needs: [job]                  # weak words count only in a message with one of these cues
    weak_in: [find_job]                # … or in a message of one of these intents
    weak_near: 3                       # … and that cue must stand at most three words before
    not_localities: [Buch, …]          # place.yml: villages of region.yml that are ordinary words
    misspellings: true                 # one wrong letter in a long word is forgiven
    weak_yields: true                  # weak words do not count beside a strong one
    blocked_by: [course]               # no word of this file counts in a message with one of these cues
    denied_by: [cannot]                # the word that one of these cues stands beside does not count
    intents: [find_job, …]             # once the intent is known, the entity counts only in these
    asked_for: [handoff_topic, …]      # it counts only where the dialogue asks for one of these slots
    values:
      nursing_care:
        names: {de: Pflege, …}         # for display, not matched
        words: {de: [Krankenschwester, …]}
        weak: {de: [Pflege, …]}
    not: {de: [Landkreis Stendal]}     # looks like the entity and is none

Words are matched folded and inflected (`data/lexicon/inflection.yml`). `pfleg*`, `"*koch"`, `"*schul*"`
leave the rest of the word open; `=Werben` must be written exactly like that, capitals included; `werben!` is
one form without endings or misspellings, in any case. Several words make a phrase.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from bot.nlu.entity_reader.misspellings import SHORTEST, SHORTEST_OTHER, Misspellings
from bot.nlu.entity_reader.words import Inflection
from bot.nlu.normalise import fold, fold_variants

FORMAT = 1
NUMERIC_ENTITIES = frozenset({"rooms", "child_age", "ordinal", "number", "german_level"})
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_HOME = "de"
"""The language of the region's own names."""
_TOP_KEYS = {
    "entity",
    "values",
    "not",
    "weak_needs",
    "blocked_by",
    "denied_by",
    "intents",
    "asked_for",
    "weak_yields",
    "weak_near",
    "weak_in",
    "misspellings",
    "not_localities",
}
_VALUE_KEYS = {"names", "words", "weak", "compound", "combining"}
_WORD = re.compile(r"[\w*²€$%'’ʼ]+", re.UNICODE)

Entry = dict[str, Any]
"""entity, value (None for `not`), group, weak, tokens [[kind, text], …], the literal text for `=` words, and
whether misspellings are looked for (fuzzy)."""


class LexiconError(ValueError):
    """A lexicon file cannot be used; the text names file and line and says what to do."""


class _Text(str):
    """A scalar of a YAML file that remembers its line, and is a string whatever it looks like (no, on, 2)."""

    line: int


def _plain(node: yaml.Node, path: Path) -> Any:
    if isinstance(node, yaml.MappingNode):
        out: dict[_Text, Any] = {}
        for key_node, value_node in node.value:
            key = _plain(key_node, path)
            if not isinstance(key, _Text):
                raise LexiconError(f"{path}:{key_node.start_mark.line + 1}: a key must be a word")
            if key in out:
                raise LexiconError(f"{path}:{key.line}: '{key}' stands here twice; put both lists together")
            out[key] = _plain(value_node, path)
        return out
    if isinstance(node, yaml.SequenceNode):
        return [_plain(child, path) for child in node.value]
    text = _Text(node.value)
    text.line = node.start_mark.line + 1
    return text


def _load(path: Path) -> dict[str, Any]:
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=_LOADER)
    except FileNotFoundError:
        raise LexiconError(f"{path}: the file is missing") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        reason = getattr(error, "problem", None) or str(error)
        if "alias" in reason:
            reason += '; a word that begins with * needs quotation marks: "*pfleger"'
        raise LexiconError(f"{path}{line}: not valid YAML: {reason}") from error
    loaded = _plain(node, path) if node is not None else {}
    if not isinstance(loaded, dict):
        raise LexiconError(f"{path}:1: the file must be a mapping with 'entity' and 'values'")
    return loaded


def _language_lists(node: Any, path: Path, where: str) -> Iterator[tuple[str, _Text]]:
    """(language, word) pairs of a `{de: [...], en: [...]}` mapping."""
    if not isinstance(node, dict):
        raise LexiconError(f"{path}: {where} must be a mapping from language to a list of words")
    for language, words in node.items():
        if isinstance(words, _Text) and words == "":
            continue
        if not isinstance(words, list):
            raise LexiconError(
                f"{path}:{language.line}: {where}: '{language}' must hold a list of words: [..., ...]"
            )
        for word in words:
            if not isinstance(word, _Text) or not word.strip():
                raise LexiconError(
                    f"{path}:{language.line}: {where}: every entry of '{language}' must be a word"
                )
            yield language, word


def _number(text: str) -> int | float:
    value = float(text)
    return int(value) if value.is_integer() else value


def parse_word(word: str) -> list[tuple[list[list[str]], str | None]]:
    """The token patterns of a lexicon word, a list for each umlaut spelling, and its literal if case counts.

    A token pattern is [kind, folded text]; kinds: `word` (with endings, misspellings), `form` (as it is),
    `prefix`, `suffix`, `infix`.
    """
    literal = word[1:] if word.startswith("=") else None
    fixed = literal is not None or word.endswith("!")
    text = word.removeprefix("=").removesuffix("!")
    patterns: list[tuple[list[list[str]], str | None]] = []
    for folded in fold_variants(text):
        tokens = []
        for part in re.findall(r"\d+(?:[.,]\d+)*|[^\W\d_*]*\*[^\W\d_*]*\*?|[^\W\d_]+|[²€$£%#№+]", folded):
            if part.startswith("*") and part.endswith("*") and len(part) > 2:
                tokens.append(["infix", part.strip("*")])
            elif part.endswith("*"):
                tokens.append(["prefix", part[:-1]])
            elif part.startswith("*"):
                tokens.append(["suffix", part[1:]])
            else:
                tokens.append(["form" if fixed else "word", part])
        patterns.append((tokens, literal))
    return patterns


def _entries(
    entity: str,
    value: Any,
    language: str,
    word: _Text,
    path: Path,
    groups: dict[str, str],
    *,
    weak: bool = False,
) -> Iterator[Entry]:
    for tokens, literal in parse_word(word):
        if not tokens or any(not text for _, text in tokens):
            raise LexiconError(
                f"{path}:{word.line}: '{word}' holds nothing that can be matched; write letters"
            )
        yield {
            "entity": entity,
            "value": value,
            "group": groups.get(language, language),
            "weak": weak,
            "tokens": tokens,
            "literal": literal,
            "fuzzy": False,
        }


def _read_lexicon(path: Path, groups: dict[str, str], compiled: dict[str, Any]) -> dict[str, Any]:
    loaded = _load(path)
    entity = loaded.get("entity")
    if not isinstance(entity, _Text):
        raise LexiconError(f"{path}:1: 'entity: <name>' is missing")
    key: Any
    for key in loaded:
        if key not in _TOP_KEYS:
            raise LexiconError(
                f"{path}:{key.line}: unknown key '{key}'; known are {', '.join(sorted(_TOP_KEYS))}"
            )
    values = loaded.get("values")
    if not isinstance(values, dict):
        raise LexiconError(f"{path}:1: 'values:' must be a mapping from value to its words")
    rules = compiled["rules"].setdefault(str(entity), {})
    for key in ("weak_needs", "weak_in", "blocked_by", "denied_by", "intents", "asked_for", "not_localities"):
        rules[key] = [str(cue) for cue in loaded.get(key, [])]
    rules["weak_near"] = int(loaded.get("weak_near", 0))
    for key in ("weak_yields", "misspellings"):
        rules[key] = loaded.get(key) == "true"
    entries = compiled["entries"]
    for name, content in values.items():
        where = f"'{name}'"
        if not isinstance(content, dict):
            raise LexiconError(f"{path}:{name.line}: {where} must hold 'words:' by language")
        for key in content:
            if key not in _VALUE_KEYS:
                raise LexiconError(f"{path}:{key.line}: {where}: unknown key '{key}'")
        value: Any = str(name)
        if entity in NUMERIC_ENTITIES:
            try:
                value = _number(name)
            except ValueError:
                raise LexiconError(f"{path}:{name.line}: {where} must be a number") from None
        for key in ("words", "weak"):
            for language, word in _language_lists(content.get(key, {}), path, where):
                entries.extend(_entries(str(entity), value, language, word, path, groups, weak=key == "weak"))
    for language, word in _language_lists(loaded.get("not", {}), path, "'not'"):
        entries.extend(_entries(str(entity), None, language, word, path, groups))
    return values


def _compounds(
    numbers: dict[str, Any], cues: dict[str, Any], path: Path, groups: dict[str, str]
) -> Iterator[Entry]:
    """Number and unit in one word: dwu+pokojow*, zwei+jahrig*, дво+кімнатн*."""
    for cue, entity, factor in (("room", "rooms", 1), ("year", "child_age", 12), ("month", "child_age", 1)):
        units = list(_language_lists(cues.get(cue, {}).get("compound", {}), path, cue))
        for number, content in numbers.items():
            for language, stem in _language_lists(content.get("combining", {}), path, number):
                for unit_language, unit in units:
                    if unit_language == language:
                        word = _Text(f"{stem}{unit}")
                        word.line = stem.line
                        value = _number(str(_number(number) * factor))
                        yield from _entries(entity, value, language, word, path, groups)


def _places(data: Path, groups: dict[str, str], compiled: dict[str, Any]) -> Iterator[Entry]:
    """Official names and localities from the region's own file; ids of its places."""
    path = data / "region.yml"
    places = _load(path).get("places")
    if not isinstance(places, dict) or not places:
        raise LexiconError(f"{path}: 'places:' must be a mapping from place id to its names")
    taken = {
        tuple(text for _, text in entry["tokens"]): True
        for entry in compiled["entries"]
        if entry["entity"] == "place"
    }
    # What place.yml says about the very same word wins: there "Werben" is an ordinary word too.
    curated = {
        (entry["group"], entry["value"], entry["tokens"][0][1])
        for entry in compiled["entries"]
        if entry["entity"] == "place" and len(entry["tokens"]) == 1 and (entry["weak"] or entry["literal"])
    }
    skipped = set(compiled["rules"].get("place", {}).get("not_localities", ()))
    for place, content in places.items():
        names: dict[_Text, _Text] = dict(content.get("names", {}))
        if "official_name" in content:
            # "Hansestadt Seehausen (Altmark)": title and bracket are not what people write.
            official = re.sub(
                r"\(.*?\)|^(Hansestadt|Stadt|Gemeinde|Markt)\s+", "", content["official_name"]
            ).strip()
            bare = _Text(official)
            bare.line = content["official_name"].line
            names.setdefault(_Text(_HOME), bare)
        for language in groups:
            # A language without a name of its own writes the German one; its endings apply (w Arneburgu).
            name = names.get(_Text(language)) or names[_Text(_HOME)]
            for entry in _entries("place", str(place), language, name, path, groups):
                if (entry["group"], str(place), entry["tokens"][0][1]) not in curated or len(
                    entry["tokens"]
                ) > 1:
                    yield entry
    for place, content in places.items():
        for locality in content.get("localities", []):
            # Villages that are ordinary words (Buch, Insel, Deutsch) are listed under `not_localities`.
            if locality in skipped:
                continue
            if all(tuple(text for _, text in tokens) not in taken for tokens, _ in parse_word(locality)):
                fixed = _Text(f"{locality}!")
                fixed.line = locality.line
                yield from _entries("place", str(place), _HOME, fixed, path, groups)


def compile_lexicon(data: Path | str) -> dict[str, Any]:
    """Everything the reader needs, as one JSON-able dictionary.

    Args:
        data: the folder with `region.yml` and `lexicon/`.

    Raises:
        LexiconError: a file is missing or broken; the message names file and line.
    """
    data = Path(data)
    folder = data / "lexicon"
    inflection_path = folder / "inflection.yml"
    inflection = _load(inflection_path).get("groups")
    if not isinstance(inflection, dict):
        raise LexiconError(f"{inflection_path}:1: 'groups:' is missing")
    groups: dict[str, str] = {}
    for group, rules in inflection.items():
        for language in rules.get("languages", []):
            groups[str(language)] = str(group)
    compiled: dict[str, Any] = {
        "format": FORMAT,
        "groups": _strings(inflection),
        "entries": [],
        "rules": {},
    }
    contents: dict[str, Any] = {}
    for path in sorted(folder.glob("*.yml")):
        if path != inflection_path:
            contents[path.stem] = _read_lexicon(path, groups, compiled)
    if "numbers" in contents and "cues" in contents:
        compiled["entries"].extend(
            _compounds(contents["numbers"], contents["cues"], folder / "numbers.yml", groups)
        )
    compiled["entries"].extend(_places(data, groups, compiled))
    compiled["ordinary"] = _mark_fuzzy(compiled, folder / "words", groups)
    return compiled


def _mark_fuzzy(compiled: dict[str, Any], folder: Path, groups: dict[str, str]) -> dict[str, list[str]]:
    """Mark the entries that may be misspelt; returns by group the everyday words too near to one of them.

    The everyday words are those of the gloss (`words/<language>.tsv`, first column).
    """
    ordinary: dict[str, list[str]] = {}
    inflections = {name: Inflection(rules) for name, rules in compiled["groups"].items()}
    stems: dict[str, set[str]] = {name: set() for name in inflections}
    for entry in compiled["entries"]:
        inflection = inflections.get(entry["group"])
        if inflection is None or entry["value"] is None or entry["weak"] or len(entry["tokens"]) != 1:
            continue
        kind, text = entry["tokens"][0]
        place = entry["entity"] == "place"
        stem = inflection.stems(text)[0]
        if not place and not compiled["rules"][entry["entity"]]["misspellings"]:
            continue
        if kind == "prefix":
            stem = text
        shortest = SHORTEST if place else SHORTEST_OTHER if kind == "word" else SHORTEST_OTHER + 1
        if kind in ("word", "prefix") and len(text) >= SHORTEST and len(stem) >= shortest:
            entry["fuzzy"] = True
            stems[entry["group"]].add(stem)
    for name, inflection in inflections.items():
        misspellings = Misspellings(stems[name])
        near = {
            stem
            for word in compiled["groups"][name].get("ordinary", ())
            for stem in inflection.stems(fold(word))
        }
        for language in inflection.languages:
            path = folder / f"{language}.tsv"
            for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
                word = fold(line.split("\t")[0].strip())
                if len(word) >= SHORTEST and word.isalpha():
                    near.update(
                        s
                        for s in inflection.stems(word)
                        if s not in stems[name] and misspellings.candidates(s)
                    )
        ordinary[name] = sorted(near)
    return ordinary


def _strings(node: Any) -> Any:
    if isinstance(node, dict):
        return {str(key): _strings(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_strings(value) for value in node]
    return str(node)


__all__ = ["FORMAT", "LexiconError", "compile_lexicon", "fold", "parse_word"]
