"""Says what the dialogue says, and waits, without a trial run.

Rasa runs every action on a copy of the conversation, for the case that it refuses to run. Replies and waiting never do, and
only read.
"""

from __future__ import annotations

from typing import Any

from rasa.core.actions.action import Action, ActionBotResponse, ActionListen, ActionRetrieveResponse
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.shared.core.trackers import DialogueStateTracker

_ONLY_READ = {ActionListen, ActionBotResponse, ActionRetrieveResponse}


def utter_at_once(processor: MessageProcessor) -> None:
    """Changes how a processor runs actions; what they do stays as it is."""
    run = processor._run_action

    async def run_action(
        action: Action, tracker: DialogueStateTracker, output_channel: Any, nlg: Any, prediction: PolicyPrediction
    ) -> bool:
        if type(action) not in _ONLY_READ:
            return await run(action, tracker, output_channel, nlg, prediction)
        try:
            events = await action.run(output_channel, nlg, tracker, processor.domain)
        except Exception:
            # It says so in the log, and goes on.
            return await run(action, tracker, output_channel, nlg, prediction)
        processor._log_action_on_tracker(tracker, action, events, prediction)
        await processor._send_bot_messages(events, tracker, output_channel)
        return processor.should_predict_another_action(action.name())

    processor._run_action = run_action  # type: ignore[method-assign]
