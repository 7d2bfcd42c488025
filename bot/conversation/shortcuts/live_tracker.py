"""The tracker of a running conversation: Rasa's own, copied by its state instead of by all that was ever said.

Rasa copies a tracker for every action and makes some twenty empty ones to predict each. It replays all events or copies
every slot through `copy.copy` for that, and finds out several times what of the same events counts. That was a third of
the time that a reply took (docs/benchmarks.md, Replies).
"""

from __future__ import annotations

import dataclasses
from itertools import islice
from operator import is_
from typing import Any, Dict, List

from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    DefinePrevUserUtteredFeaturization,
    Event,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

_PLAIN = {UserUttered, BotUttered, SlotSet, ActionExecuted, DefinePrevUserUtteredFeaturization}
"""Events that count as they come, and change nothing of what counted before: unless it is an action that is a loop, which
takes its last time back."""


class LiveTracker(DialogueStateTracker):
    """Like its base in all that it says and does. Events are only ever added to it, so their number tells its age."""

    _applied: tuple[int, List[Event]] = (-1, [])
    _loops: frozenset[str] = frozenset()
    """Names of the loops that began in the events that `_applied` has seen."""
    _past: _Past | None = None

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
        age, applied = self._applied
        if age != len(self.events):
            new = list(islice(self.events, max(age, 0), None))
            if age >= 0 and all(map(self._is_plain, new)):
                applied.extend(new)
            else:
                applied = super().applied_events()
                self._loops = frozenset(event.name for event in self.events if isinstance(event, ActiveLoop) and event.name)
            self._applied = len(self.events), applied
        return list(applied)

    def _is_plain(self, event: Event) -> bool:
        return type(event) in _PLAIN and not (type(event) is ActionExecuted and event.action_name in self._loops)

    def past_states(
        self,
        domain: Domain,
        omit_unset_slots: bool = False,
        ignore_rule_only_turns: bool = False,
        rule_only_data: Dict[str, Any] | None = None,
    ) -> List[State]:
        """What was said, done and known before each action, as policies look at it."""
        if ignore_rule_only_turns or omit_unset_slots:
            return super().past_states(domain, omit_unset_slots, ignore_rule_only_turns, rule_only_data)
        # Policies take out of the states what they do not look at.
        return [{part: dict(values) for part, values in state.items()} for state in self.states(domain)]

    def states(self, domain: Domain) -> List[State]:
        """As `past_states`, for those who change nothing in them."""
        applied = self.applied_events()
        if self._past is None or not self._past.leads_to(applied, domain):
            self._past = _Past(self.init_copy(), domain)
        return self._past.states(applied)


class _Past:
    """What was known before each action, carried on from event to event instead of told again from the first.

    Args:
        tracker: One before anything was said.
    """

    def __init__(self, tracker: LiveTracker, domain: Domain) -> None:
        self._tracker = tracker
        self._domain = domain
        self._events: List[Event] = []
        self._states: List[State] = []
        self._present: State | None = None

    def leads_to(self, events: List[Event], domain: Domain) -> bool:
        """Whether these events are those so far and perhaps further ones."""
        so_far = self._events
        return domain is self._domain and len(so_far) <= len(events) and all(map(is_, so_far, events))

    def states(self, events: List[Event]) -> List[State]:
        """The states before each action of the events, and the present one."""
        for event in events[len(self._events) :]:
            self._present = None
            if isinstance(event, ActionExecuted):
                self._states.append(self._domain.get_active_state(self._tracker))
            self._tracker.update(event)
            self._events.append(event)
        if self._present is None:
            self._present = self._domain.get_active_state(self._tracker)
        return [*self._states, self._present]
