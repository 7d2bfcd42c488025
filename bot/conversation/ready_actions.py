"""Keeps Rasa's default actions: it makes all twelve of them anew whenever it looks for one, three times a message."""

from __future__ import annotations

from typing import List, Optional

from rasa.core.actions import action
from rasa.core.actions.action import Action
from rasa.utils.endpoints import EndpointConfig

_made = action.default_actions


def keep_default_actions(endpoint: EndpointConfig) -> None:
    """From now on those that call `endpoint` are always the same; they know nothing of any conversation."""
    kept = _made(endpoint)

    def default_actions(action_endpoint: Optional[EndpointConfig] = None) -> List[Action]:
        return kept if action_endpoint is endpoint else _made(action_endpoint)

    action.default_actions = default_actions
