"""The next action, found at once where a single rule decides it; everywhere else Rasa's policies are asked.

Rasa makes, for each action, the states of the whole session anew for each policy, twice for the rules (once with the text of
the message instead of its intent), and sends what they say through its graph. After most messages one rule fits, and
looking at the newest state is enough to find it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Dict, List, Optional

from rasa.core.policies.memoization import MemoizationPolicy
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.policies.rule_policy import DEFAULT_ACTION_MAPPINGS, RULES, RulePolicy
from rasa.core.processor import MessageProcessor
from rasa.shared.core.constants import ACTION_LISTEN_NAME, PREVIOUS_ACTION, USER
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import DefinePrevUserUtteredFeaturization
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import INTENT, TEXT

from bot.conversation.shortcuts.live_tracker import LiveTracker
from bot.conversation.shortcuts.policies import RuleIndex, was_rejected

_SURE = 1.0


def decide_at_once(processor: MessageProcessor, components: Iterable[Any]) -> None:
    """Changes how a processor finds the next action; what it finds stays as it is.

    Args:
        components: The policies among them predict for this processor.
    """
    policies = [each for each in components if isinstance(each, RulePolicy | MemoizationPolicy)]
    rules = [each for each in policies if isinstance(each, RulePolicy)]
    others = [each for each in components if hasattr(each, "predict_action_probabilities") and each not in policies]
    if len(rules) != 1 or others or any(each.priority >= rules[0].priority for each in policies if each is not rules[0]):
        # Another kind of policy may overrule a rule.
        return
    whole, decided = processor._predict_next_with_tracker, SingleRule(rules[0], processor.domain)

    def predict(tracker: DialogueStateTracker) -> PolicyPrediction:
        return decided(tracker) or whole(tracker)

    processor._predict_next_with_tracker = predict  # type: ignore[method-assign]


class _Sure(PolicyPrediction):
    """One action, without doubt."""

    @property
    def max_confidence(self) -> float:
        """Instead of looking for it among the actions."""
        return _SURE


class SingleRule:
    """What the rules say of a conversation outside of forms, in the words of Rasa's ensemble; None where others have a say."""

    def __init__(self, rules: RulePolicy, domain: Domain) -> None:
        known: Dict[str, str] = rules.lookup[RULES]
        self._domain = domain
        self._index = RuleIndex(known)
        self._rules = {key: _newest_first(RulePolicy._rule_key_to_state(key)) for key in known}
        self._fits = RulePolicy._does_rule_match_state
        self._predictions = {key: self._prediction(rules, key, action) for key, action in known.items()}
        # With the text instead of the intent only such rules say anything else.
        newest = [states[0] for states in self._rules.values()]
        self._reads_texts = any(TEXT in state.get(USER, {}) for states in self._rules.values() for state in states)
        self._silent_listens = any(
            not state.get(USER, {}).get(INTENT) and _action(state) in (None, ACTION_LISTEN_NAME) for state in newest
        )

    def __call__(self, tracker: DialogueStateTracker) -> Optional[PolicyPrediction]:
        """The prediction for the tracker, which stays as it is."""
        if not isinstance(tracker, LiveTracker) or tracker.followup_action or tracker.active_loop_name is not None:
            return None
        listened = tracker.latest_action_name == ACTION_LISTEN_NAME
        if self._reads_texts or listened and (self._silent_listens or self._is_rasas_own(tracker)) or was_rejected(tracker):
            return None
        states = tracker.states(self._domain)
        fitting = [key for key in self._index.candidates(states[-1]) if self._applies(self._rules[key], states)]
        if not fitting:
            return None
        # Of rules that include one another Rasa takes the longest as well.
        sure = self._predictions[max(fitting, key=len)]
        return _Sure(
            sure.probabilities.copy(), sure.policy_name, sure.policy_priority, hide_rule_turn=sure.hide_rule_turn,
            events=[DefinePrevUserUtteredFeaturization(False)] if listened else [],
        )  # fmt: skip

    def _prediction(self, rules: RulePolicy, key: str, action: str) -> PolicyPrediction:
        return rules._rule_prediction(rules._prediction_result(action, None, self._domain), key)

    def _applies(self, rule: List[State], states: List[State]) -> bool:
        """As Rasa's `_is_rule_applicable`, for the newest states of a rule and of a conversation."""
        for wanted, state in zip(rule, reversed(states), strict=False):
            begins = not wanted.get(PREVIOUS_ACTION)
            if begins != (not state.get(PREVIOUS_ACTION)):
                return False
            if not begins and not self._fits(wanted, state):
                return False
        return True

    @staticmethod
    def _is_rasas_own(tracker: DialogueStateTracker) -> bool:
        """Whether the message is one of those that Rasa answers by itself, such as "restart"."""
        return bool(tracker.latest_message) and tracker.latest_message.intent.get("name") in DEFAULT_ACTION_MAPPINGS


def _newest_first(states: List[State]) -> List[State]:
    return list(reversed(states))


def _action(state: State) -> Optional[str]:
    return (state.get(PREVIOUS_ACTION) or {}).get("action_name")  # type: ignore[return-value]
