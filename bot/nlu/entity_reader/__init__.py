"""Reading entities out of a message with nothing but data: gazetteers, numbers, and cues around numbers."""

from bot.nlu.entity_reader.lexicon import LexiconError, compile_lexicon
from bot.nlu.entity_reader.reader import EntityReader

__all__ = ["EntityReader", "LexiconError", "compile_lexicon"]
