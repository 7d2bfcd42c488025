"""Where Rasa does for every message what has to be done once, or for nobody: each module replaces one such thing.

What is said and decided stays as it is; the tests compare it with Rasa's own. docs/decisions/0008 has the reasons.
"""

from __future__ import annotations

from rasa.core.processor import MessageProcessor
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.graph_components.providers.domain_provider import DomainProvider
from rasa.utils.endpoints import EndpointConfig

from bot.conversation.shortcuts.deciding import decide_at_once
from bot.conversation.shortcuts.extraction import look_for_few
from bot.conversation.shortcuts.policies import quicken
from bot.conversation.shortcuts.ready_actions import keep_actions
from bot.conversation.shortcuts.runner import DirectRunner
from bot.conversation.shortcuts.unheard import prepare_nothing
from bot.conversation.shortcuts.uttering import utter_at_once


def take(processor: MessageProcessor, actions: EndpointConfig) -> None:
    """Lets a loaded processor take every short cut.

    Args:
        actions: Where it has custom actions run.
    """
    assert isinstance(processor.graph_runner, DaskGraphRunner)
    processor.graph_runner = runner = DirectRunner(processor.graph_runner)
    for provider in (each for each in runner.components if isinstance(each, DomainProvider)):
        # Read from the same model twice: what is remembered of a conversation's past counts for one domain.
        provider._domain = processor.domain
    quicken(runner.components)
    decide_at_once(processor, runner.components)
    prepare_nothing(processor, runner.components)
    look_for_few(processor)
    utter_at_once(processor)
    keep_actions(processor.domain, actions)
