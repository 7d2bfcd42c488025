"""Lets Rasa look for slots in a message only where the message may fill one.

Rasa goes through every mapping of every slot with each message. Most are filled by an entity that it does not have, by
another intent, or by our actions.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, List, Set

from rasa.core.processor import MessageProcessor
from rasa.shared.core.constants import ACTION_EXTRACT_SLOTS, ACTION_VALIDATE_SLOT_MAPPINGS
from rasa.shared.core.domain import Domain
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker


def look_for_few(processor: MessageProcessor) -> None:
    """Changes how a processor fills slots; what is filled stays as it is."""
    whole, actions = processor.domain, processor._get_action
    if whole is None or ACTION_VALIDATE_SLOT_MAPPINGS in whole.user_actions:
        # That action sees the slots themselves.
        return

    async def run(output_channel: Any, tracker: DialogueStateTracker) -> DialogueStateTracker:
        # The same domain, but for a shorter list of slots.
        domain = copy.copy(whole)
        domain.slots = fillable(whole, tracker)
        action = actions(ACTION_EXTRACT_SLOTS)
        assert action is not None
        events = await action.run(output_channel, processor.nlg, tracker, domain)
        await processor._send_bot_messages(events, tracker, output_channel)
        tracker.update_with_events(events, whole)
        return tracker

    processor.run_action_extract_slots = run  # type: ignore[method-assign]


def fillable(domain: Domain, tracker: DialogueStateTracker) -> List[Slot]:
    """The slots that the newest message may fill."""
    message = tracker.latest_message
    intent = message.intent.get("name") if message else None
    entities = {entity["entity"] for entity in message.entities} if message else set()
    return [slot for slot in domain.slots if any(_may_fill(mapping, intent, entities) for mapping in slot.mappings)]


def _may_fill(mapping: Mapping[str, Any], intent: str | None, entities: Set[str]) -> bool:
    wanted = mapping.get("intent")
    if wanted and intent not in (wanted if isinstance(wanted, list) else [wanted]):
        return False
    if mapping["type"] == "from_entity":
        return mapping.get("entity") in entities
    # Without an action of its own, "custom" is left to those that run anyway.
    return mapping["type"] != "custom" or bool(mapping.get("action"))
