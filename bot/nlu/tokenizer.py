"""Tokens for Rasa: spaCy's rules for each language, without a trained model.

Nothing that answers visitors looks at tokens (the classifier reads n-grams and glosses, the entity reader its own
words), so they are made when somebody asks for them, as `rasa test` does. A server says with each message that it does
not, and then starts a second earlier, without spaCy in memory.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, overload

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.constants import METADATA, TEXT_TOKENS
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

if TYPE_CHECKING:
    from spacy.tokenizer import Tokenizer as SpacyRules

logger = logging.getLogger(__name__)

NO_TOKENS = "no_tokens"
"""Key of a message's metadata: whoever asks does not look at tokens."""
_BY_SCRIPT = {"cyrillic": "uk", "arabic": "ar"}
_FALLBACK = "de"
_MULTILINGUAL = "xx"
_RULES: dict[str, SpacyRules] = {}


def guess_language(text: str) -> str:
    """The language whose tokenizer fits the script of most letters; German for Latin."""
    cyrillic = arabic = latin = 0
    for char in text:
        if "\u0400" <= char <= "\u052f":
            cyrillic += 1
        elif "\u0600" <= char <= "\u08ff" or "\ufb50" <= char <= "\ufefc":
            arabic += 1
        elif char.isalpha():
            latin += 1
    if cyrillic > latin and cyrillic >= arabic:
        return _BY_SCRIPT["cyrillic"]
    return _BY_SCRIPT["arabic"] if arabic > latin else _FALLBACK


def rules_for(language: str) -> SpacyRules:
    """spaCy's tokenizer of this language, made when first needed (about 0.15 s) and kept for the process.

    Args:
        language: a BCP 47 code; the part before the hyphen decides. A language spaCy has no rules for gets
            its multilingual ones.
    """
    rules = _RULES.get(language)
    if rules is None:
        import spacy

        try:
            rules = spacy.blank(language.split("-")[0]).tokenizer
        except ImportError:
            logger.warning("spaCy has no tokenizer for the language %r; its multilingual one is used.", language)
            rules = spacy.blank(_MULTILINGUAL).tokenizer
        _RULES[language] = rules
    return rules


def split(text: str, language: str | None = None) -> list[tuple[str, int]]:
    """(token, offset) of a text, whitespace left out."""
    return [
        (token.text, token.idx) for token in rules_for(language or guess_language(text))(text) if not token.is_space
    ]


class LazyTokens(Sequence[Token]):
    """A list that is made when first looked at.

    Args:
        make: Gives the tokens; called once at most.
    """

    def __init__(self, make: Callable[[], list[Token]]) -> None:
        self._make = make
        self._made: list[Token] | None = None

    @property
    def _tokens(self) -> list[Token]:
        if self._made is None:
            self._made = self._make()
        return self._made

    @overload
    def __getitem__(self, index: int) -> Token: ...
    @overload
    def __getitem__(self, index: slice) -> list[Token]: ...
    def __getitem__(self, index: int | slice) -> Token | list[Token]:
        return self._tokens[index]

    def __iter__(self) -> Iterator[Token]:
        return iter(self._tokens)

    def __len__(self) -> int:
        return len(self._tokens)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class LanguageTokenizer(Tokenizer):
    """Tokenizes each message with the rules of its own language (`message.get("language")`)."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Rasa's options for intent names; there are none of our own."""
        return {"intent_tokenization_flag": False, "intent_split_symbol": "_", "token_pattern": None}

    @staticmethod
    def required_packages() -> list[str]:
        """Packages the component needs."""
        return ["spacy"]

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """Tokens of one attribute of the message, made when first looked at."""
        text, language = message.get(attribute), message.get("language")
        return LazyTokens(  # type: ignore[return-value]
            lambda: self._apply_token_pattern([Token(word, start) for word, start in split(text, language)])
        )

    def process(self, messages: list[Message]) -> list[Message]:
        """Tokens of each message, told with what else was understood unless its metadata say `NO_TOKENS`."""
        super().process(messages)
        for message in messages:
            if (message.get(METADATA) or {}).get(NO_TOKENS):
                message.output_properties.discard(TEXT_TOKENS)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Leaves the examples as they are: nothing learns from tokens, and Rasa would hash each of them."""
        return training_data
