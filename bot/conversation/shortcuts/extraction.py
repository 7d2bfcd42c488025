"""Lets Rasa look for slots in a message only where the message may fill one.

Rasa goes through every mapping of every slot with each message. Most are filled by an entity that it does not have, by
another intent, or by our actions.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Dict, FrozenSet, List, Optional

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

    slots = FillableSlots(whole)

    async def run(output_channel: Any, tracker: DialogueStateTracker) -> DialogueStateTracker:
        few = slots.after(tracker)
        if not few:
            return tracker
        # The same domain, but for a shorter list of slots.
        domain = copy.copy(whole)
        domain.slots = few
        action = actions(ACTION_EXTRACT_SLOTS)
        assert action is not None
        events = await action.run(output_channel, processor.nlg, tracker, domain)
        await processor._send_bot_messages(events, tracker, output_channel)
        tracker.update_with_events(events, whole)
        return tracker

    processor.run_action_extract_slots = run  # type: ignore[method-assign]


@dataclass(frozen=True)
class _Way:
    """What fills a slot; None: whatever it is."""

    slot: str
    entity: Optional[str]
    intents: Optional[FrozenSet[str]]
    loops: Optional[FrozenSet[Optional[str]]]


class FillableSlots:
    """A domain's slots by what fills them.

    Without an action of its own, a mapping of the type "custom" is left to the actions that run anyway.
    """

    def __init__(self, domain: Domain) -> None:
        self._slots = domain.slots
        self._ways = [
            _Way(slot.name, *_needs(mapping))
            for slot in domain.slots
            for mapping in slot.mappings
            if mapping["type"] != "custom" or mapping.get("action")
        ]
        self._fillable = lru_cache(maxsize=2_000)(self._find)

    def after(self, tracker: DialogueStateTracker) -> List[Slot]:
        """Those that the tracker's newest message may fill, in the domain's order."""
        message = tracker.latest_message
        if message is None:
            return []
        entities = frozenset(entity["entity"] for entity in message.entities)
        return list(self._fillable(message.intent.get("name"), entities, tracker.active_loop_name))

    def _find(self, intent: Optional[str], entities: FrozenSet[str], loop: Optional[str]) -> List[Slot]:
        names = {
            way.slot
            for way in self._ways
            if (way.entity is None or way.entity in entities)
            and (way.intents is None or intent in way.intents)
            and (way.loops is None or loop in way.loops or None in way.loops)
        }
        return [slot for slot in self._slots if slot.name in names]


def _needs(mapping: Dict[str, Any]) -> tuple[Optional[str], Optional[FrozenSet[str]], Optional[FrozenSet[Optional[str]]]]:
    """Entity, intents and running loops of which a mapping needs one."""
    wanted = mapping.get("intent")
    intents = frozenset([wanted] if isinstance(wanted, str) else wanted) if wanted else None
    entity = mapping["entity"] if mapping["type"] == "from_entity" else None
    # A loop that is to begin does not run yet.
    conditions = mapping.get("conditions") if mapping["type"] != "from_trigger_intent" else None
    loops = frozenset(condition.get("active_loop") for condition in conditions) if conditions else None
    return entity, intents, loops
