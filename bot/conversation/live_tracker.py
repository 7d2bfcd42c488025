"""The tracker of a running conversation: Rasa's own, copied by its state instead of by all that was ever said.

Rasa copies a tracker for every action and makes some twenty empty ones to predict each. It replays all events or copies
every slot through `copy.copy` for that, and finds out several times what of the same events counts. That was a third of
the time that a reply took (docs/benchmarks.md, Replies).
"""

from __future__ import annotations

import dataclasses
from typing import Any, Dict, List

from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker


class LiveTracker(DialogueStateTracker):
    """Like its base in all that it says and does. Events are only ever added to it, so their number tells its age."""

    _applied: tuple[int, List[Event]] = (-1, [])
    _states: tuple[tuple[int, bool], List[State]] = ((-1, False), [])

    def init_copy(self) -> LiveTracker:
        """A tracker of the same conversation before anything was said."""
        fresh = self._without_events()
        for slot in fresh.slots.values():
            slot.reset()
        return fresh

    def copy(self) -> LiveTracker:
        """A tracker that can go on by itself; it shares the events so far, which never change."""
        same = self._without_events()
        same.events.extend(self.events)
        same._paused = self._paused
        same.followup_action = self.followup_action
        same.latest_action = self.latest_action
        same.latest_message = self.latest_message
        same.latest_bot_utterance = self.latest_bot_utterance
        same.active_loop = dataclasses.replace(self.active_loop) if self.active_loop else None
        return same

    def _without_events(self) -> LiveTracker:
        """A tracker with the slots as they are, and nothing else."""
        fresh = LiveTracker(self.sender_id, (), self._max_event_history, is_rule_tracker=self.is_rule_tracker)
        for name, slot in self.slots.items():
            fresh.slots[name] = copied = object.__new__(type(slot))
            copied.__dict__.update(slot.__dict__)
        return fresh

    def applied_events(self) -> List[Event]:
        """What counts of the events: not what was taken back, nor what was before the session."""
        if self._applied[0] != len(self.events):
            self._applied = len(self.events), super().applied_events()
        return list(self._applied[1])

    def past_states(
        self,
        domain: Domain,
        omit_unset_slots: bool = False,
        ignore_rule_only_turns: bool = False,
        rule_only_data: Dict[str, Any] | None = None,
    ) -> List[State]:
        """What was said, done and known before each action, as policies look at it."""
        if ignore_rule_only_turns:
            return super().past_states(domain, omit_unset_slots, ignore_rule_only_turns, rule_only_data)
        age = len(self.events), omit_unset_slots
        if self._states[0] != age:
            self._states = age, super().past_states(domain, omit_unset_slots)
        # Policies take out of the states what they do not look at.
        return [{part: dict(values) for part, values in state.items()} for state in self._states[1]]
