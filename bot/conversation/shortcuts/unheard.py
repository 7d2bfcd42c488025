"""Keeps Rasa from preparing, for its log, what nobody hears.

For lines below the log's level Rasa copies in depth the events of each action, the message's entities and, before each
prediction, every state of the conversation: a seventh of its way through a turn.
"""

from __future__ import annotations

import logging
from types import SimpleNamespace
from typing import Any, Iterable

import structlog
from rasa.core import processor as processing
from rasa.core.policies import rule_policy
from rasa.core.policies.rule_policy import RulePolicy
from rasa.core.processor import MessageProcessor

_AS_IT_IS = SimpleNamespace(deepcopy=lambda value: value)


def prepare_nothing(processor: MessageProcessor, components: Iterable[Any]) -> None:
    """Saves what only lines of a debug log are made of, where there is none."""
    if structlog.get_logger().bind().is_enabled_for(logging.DEBUG):
        return
    # The loggers of Rasa's modules look up at each line what they are to do with it.
    structlog.configure(cache_logger_on_first_use=True)
    # What these two modules copy goes into such lines alone.
    processing.copy = rule_policy.copy = _AS_IT_IS  # type: ignore[attr-defined]
    processor._log_slots = lambda tracker: None  # type: ignore[method-assign]
    for rules in (each for each in components if isinstance(each, RulePolicy)):
        rules.format_tracker_states = lambda states: ""  # type: ignore[method-assign]
