"""Lets Rasa look for slots in a message only where the message may fill one.

Rasa goes through every mapping of every slot with each message. Most are filled by an entity that it does not have, by
another intent, or by our actions.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from typing import Any, Dict, List, Set

from rasa.core.processor import MessageProcessor
from rasa.shared.core.constants import ACTION_EXTRACT_SLOTS, ACTION_VALIDATE_SLOT_MAPPINGS
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker


def look_for_few(processor: MessageProcessor) -> None:
    """Changes how a processor fills slots; what is filled stays as it is."""
    whole, actions = processor.domain, processor._get_action
    if whole is None or ACTION_VALIDATE_SLOT_MAPPINGS in whole.user_actions:
        # That action sees the slots themselves.
        return

    slots = FillableSlots(whole)

    async def run(output_channel: Any, tracker: DialogueStateTracker) -> DialogueStateTracker:
        # The same domain, but for a shorter list of slots.
        domain = copy.copy(whole)
        domain.slots = slots.after(tracker.latest_message)
        action = actions(ACTION_EXTRACT_SLOTS)
        assert action is not None
        events = await action.run(output_channel, processor.nlg, tracker, domain)
        await processor._send_bot_messages(events, tracker, output_channel)
        tracker.update_with_events(events, whole)
        return tracker

    processor.run_action_extract_slots = run  # type: ignore[method-assign]


class FillableSlots:
    """A domain's slots by what fills them.

    Without an action of its own, a mapping of the type "custom" is left to the actions that run anyway.
    """

    def __init__(self, domain: Domain) -> None:
        self._slots = domain.slots
        self._always: Set[str] = set()
        self._by_entity: Dict[str, List[tuple[str, Any]]] = defaultdict(list)
        self._by_intent: Dict[str, Set[str]] = defaultdict(set)
        for slot in domain.slots:
            for mapping in slot.mappings:
                wanted = mapping.get("intent")
                intents = [wanted] if isinstance(wanted, str) else wanted
                if mapping["type"] == "from_entity":
                    self._by_entity[mapping["entity"]].append((slot.name, intents))
                elif mapping["type"] != "custom" or mapping.get("action"):
                    for intent in intents or ():
                        self._by_intent[intent].add(slot.name)
                    if not intents:
                        self._always.add(slot.name)

    def after(self, message: UserUttered | None) -> List[Slot]:
        """Those that this message may fill, in the domain's order."""
        intent = message.intent.get("name") if message else None
        names = self._always | self._by_intent.get(intent or "", set())
        for entity in message.entities if message else ():
            names |= {name for name, intents in self._by_entity.get(entity["entity"], ()) if not intents or intent in intents}
        return [slot for slot in self._slots if slot.name in names]
