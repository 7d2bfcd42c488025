"""Lets Rasa's policies look only at what can change the next action.

Rasa compares a conversation with every rule, and looks for it in the stories, a dozen times shortened, even where a rule has
decided already. With a hundred and fifty rules that was half of a turn.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Dict, List, Optional, Set

from rasa.core.policies.memoization import MemoizationPolicy
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.policies.rule_policy import RulePolicy
from rasa.shared.core.constants import PREVIOUS_ACTION, SHOULD_NOT_BE_SET, USER
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import ActionExecuted, ActionExecutionRejected
from rasa.shared.core.trackers import DialogueStateTracker

_SURE = 1.0


def quicken(components: Iterable[Any]) -> None:
    """Changes the policies among the components of a loaded model; what is predicted stays as it is."""
    policies = list(components)
    for rules in (each for each in policies if isinstance(each, RulePolicy)):
        _compare_few(rules)
        rules._predict = once = _Once(rules)
        for stories in (each for each in policies if isinstance(each, MemoizationPolicy) and each.priority < rules.priority):
            _ask_rules_first(stories, once)


class RuleIndex:
    """Rules by the action and the intent that the newest state must have for them.

    Args:
        rules: Rasa's keys of rules.
    """

    def __init__(self, rules: Iterable[str]) -> None:
        self._rules: Dict[tuple[Optional[str], Optional[str]], List[str]] = defaultdict(list)
        for rule in rules:
            self._rules[_decisive(RulePolicy._rule_key_to_state(rule)[-1])].append(rule)

    def candidates(self, state: State) -> List[str]:
        """The rules that may apply to a conversation whose newest state this is."""
        action, intent = _decisive(state)
        keys = {(action, intent), (action, None), (None, intent), (None, None)}
        return [rule for key in keys for rule in self._rules.get(key, ())]


def _decisive(state: State) -> tuple[Optional[str], Optional[str]]:
    """Action and intent of a state, None where a rule does not care or a conversation has none."""
    found = (state.get(PREVIOUS_ACTION) or {}).get("action_name"), (state.get(USER) or {}).get("intent")
    action, intent = (str(value) if value and value != SHOULD_NOT_BE_SET else None for value in found)
    return action, intent


def _compare_few(rules: RulePolicy) -> None:
    compare = rules._get_possible_keys
    indexes = {id(known): RuleIndex(known) for known in rules.lookup.values() if isinstance(known, dict)}

    def possible(lookup: Dict[str, str], states: List[State]) -> Set[str]:
        index = indexes.get(id(lookup))
        known = dict.fromkeys(index.candidates(states[-1]), "") if index and states else lookup
        found: Set[str] = compare(known, states)
        return found

    rules._get_possible_keys = possible


class _Once:
    """What the rules say to a tracker: found once, though two policies ask for it."""

    def __init__(self, rules: RulePolicy) -> None:
        self._predict = rules._predict
        self._said: tuple[DialogueStateTracker, int, tuple[PolicyPrediction, Optional[str]]] | None = None

    def __call__(self, tracker: DialogueStateTracker, domain: Domain) -> tuple[PolicyPrediction, Optional[str]]:
        before, self._said = self._said, None
        if before and before[0] is tracker and before[1] == len(tracker.events):
            return before[2]
        said = self._predict(tracker, domain)
        self._said = tracker, len(tracker.events), said
        return said


def _ask_rules_first(stories: MemoizationPolicy, rules: _Once) -> None:
    """Where a rule is sure the stories say nothing: Rasa takes the surest, and of two that are sure the one of more weight."""
    states, recall = stories._prediction_states, stories.recall
    decided: List[State] = []

    def look(tracker: DialogueStateTracker, domain: Domain, *others: Any, **more: Any) -> List[State]:
        prediction, _ = rules(tracker, domain)
        if prediction.max_confidence >= _SURE and not was_rejected(tracker):
            return decided
        found: List[State] = states(tracker, domain, *others, **more)
        return found

    stories._prediction_states = look
    stories.recall = lambda found, *others, **more: None if found is decided else recall(found, *others, **more)


def was_rejected(tracker: DialogueStateTracker) -> bool:
    """Whether the last action refused to run: what a rule says of it counts for nothing then."""
    actions = (event for event in reversed(tracker.events) if isinstance(event, ActionExecuted | ActionExecutionRejected))
    return isinstance(next(actions, None), ActionExecutionRejected)
