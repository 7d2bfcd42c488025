"""Runs the SDK's actions in this process: the same request and answer as a remote action server, no HTTP."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any, Dict, Optional

from rasa.core.actions.action import ActionExecutionRejection, RemoteAction
from rasa.shared.core.domain import Domain
from rasa.utils.endpoints import EndpointConfig
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection as SdkRejection

import actions

_failure: ContextVar[Exception | None] = ContextVar("failure", default=None)


class InProcessActions(EndpointConfig):
    """An `action_endpoint` for Rasa's agent."""

    def __init__(self) -> None:
        # Selective: otherwise Rasa would write out the whole domain, every reply in every language, for each call.
        super().__init__(url="in-process", enable_selective_domain=True)
        self._executor = ActionExecutor()
        self._executor.register_package(actions)
        self._domain: Dict[str, Any] = {}

    def use(self, domain: Domain) -> None:
        """Tells the actions which forms and slots the loaded model has."""
        whole = domain.as_dict()
        self._domain = {key: whole[key] for key in ("forms", "slots", "entities", "intents") if key in whole}

    async def request(
        self,
        method: str = "post",
        subpath: Optional[str] = None,
        content_type: Optional[str] = "application/json",
        compress: bool = False,
        **kwargs: Any,
    ) -> Dict[str, Any]:
        """Runs the action named in `json`; see Rasa's `EndpointConfig.request`."""
        call = {"domain": self._domain, **kwargs["json"]}
        try:
            result = await self._executor.run(call)
        except SdkRejection as rejection:
            raise ActionExecutionRejection(rejection.action_name, rejection.message) from rejection
        except Exception as error:
            # Rasa drops what a failing action did and goes on silently; the turn asks for it.
            _failure.set(error)
            raise
        return result or {"events": [], "responses": []}


_validated = RemoteAction._validate_action_result


def _validate(action: RemoteAction, result: Dict[str, Any]) -> bool:
    # Rasa checks each answer, and the schema that it checks with, for half of the time that a reply took. What the SDK
    # in this process makes of our own events and messages has the right shape already.
    return isinstance(action.action_endpoint, InProcessActions) or _validated(action, result)


RemoteAction._validate_action_result = _validate  # type: ignore[method-assign]


def take_failure() -> Exception | None:
    """What an action raised in this task since the last call, if anything."""
    failure = _failure.get()
    _failure.set(None)
    return failure
