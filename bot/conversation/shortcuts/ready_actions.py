"""Keeps Rasa's actions: it makes all twelve default ones anew whenever it looks for any, four times a message."""

from __future__ import annotations

import copy
from functools import lru_cache
from typing import Optional

from rasa.core.actions import action
from rasa.core.actions.action import Action
from rasa.shared.core.domain import Domain
from rasa.utils.endpoints import EndpointConfig

_made = action.action_for_name_or_text


def keep_actions(known: Domain, endpoint: EndpointConfig) -> None:
    """From now on those of this domain that call `endpoint` are made once; whoever asks for one gets a copy to run."""
    kept = lru_cache(maxsize=None)(lambda name: _made(name, known, endpoint))

    def find(action_name_or_text: str, domain: Domain, action_endpoint: Optional[EndpointConfig]) -> Action:
        if domain is not known or action_endpoint is not endpoint:
            return _made(action_name_or_text, domain, action_endpoint)
        # Some note in themselves what they are about to say.
        return copy.copy(kept(action_name_or_text))

    action.action_for_name_or_text = find
