"""Actions answer inside the server as they would over HTTP, and one that fails is not passed over in silence."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from rasa.shared.core.domain import Domain
from rasa_sdk.executor import ActionNotFoundException

from bot.conversation.action_endpoint import InProcessActions, take_failure
from tests.actions.conftest import SLOTS, loaded, resources

__all__ = ["loaded", "resources"]


@pytest.fixture(scope="module")
def endpoint() -> InProcessActions:
    return InProcessActions()


def call(action: str, latest: dict[str, Any] | None = None, loop: dict[str, Any] | None = None, **slots: Any) -> dict[str, Any]:
    """What Rasa sends for an action."""
    tracker = {
        "sender_id": "s", "slots": {**SLOTS, "language": "de", **slots}, "events": [], "paused": False, "active_loop": loop or {},
        "followup_action": None, "latest_action_name": None,
        "latest_message": {"intent": {"name": "x"}, "entities": [], "text": "", "metadata": {}, **(latest or {})},
    }  # fmt: skip
    return {"json": {"next_action": action, "sender_id": "s", "tracker": tracker}}


async def test_an_action_answers_with_replies_and_slots(endpoint: InProcessActions) -> None:
    take_failure()
    wanted = {"entities": [{"entity": "language", "value": "uk"}]}
    answer = await endpoint.request(**call("action_change_language", wanted))
    assert [reply["response"] for reply in answer["responses"]] == ["utter_language_changed"]
    assert [(event["name"], event["value"]) for event in answer["events"]] == [("language", "uk")]
    assert take_failure() is None


async def test_every_action_of_the_domain_is_there(endpoint: InProcessActions) -> None:
    from bot.errors import load_yaml
    from tests.conftest import ROOT

    for name in load_yaml(ROOT / "domain.yml").data["actions"]:
        if name.startswith(("action_", "validate_")):
            assert name in endpoint._executor.actions, name


async def test_what_an_action_raises_is_known_once_and_in_its_own_turn(endpoint: InProcessActions) -> None:
    async def turn(action: str, **slots: Any) -> Exception | None:
        take_failure()
        with pytest.raises(Exception):  # noqa: B017
            await endpoint.request(**call(action, **slots))
        await asyncio.sleep(0.05)
        return take_failure()

    async def quiet() -> Exception | None:
        take_failure()
        await endpoint.request(**call("action_submit_delete"))
        await asyncio.sleep(0.05)
        return take_failure()

    # No topic: the summary cannot be written.
    failed, missing, well = await asyncio.gather(
        asyncio.create_task(turn("action_ask_handoff_form_handoff_consent")), asyncio.create_task(turn("action_of_nobody")),
        asyncio.create_task(quiet()),
    )  # fmt: skip
    assert isinstance(failed, KeyError) and isinstance(missing, ActionNotFoundException) and well is None
    assert take_failure() is None


async def test_a_form_knows_its_slots_from_the_models_domain(endpoint: InProcessActions) -> None:
    domain = Domain.from_dict({
        "intents": ["inform"], "entities": ["handoff_topic"], "responses": {"utter_x": [{"text": "x"}]},
        "slots": {"handoff_topic": {"type": "text", "mappings": [{"type": "from_entity", "entity": "handoff_topic"}]}},
        "forms": {"handoff_form": {"required_slots": ["handoff_topic"]}},
    })  # fmt: skip
    endpoint.use(domain)
    assert "responses" not in endpoint._domain, "the replies in all languages would be copied for each call"
    running = {"metadata": {"case": {"number": "HL-2222-22", "state": "open", "topic": "work", "agreed": None}}}
    for latest, told in (({}, []), (running, [("requested_slot", None)])):
        # Without a word from the form, Rasa asks for the slots of the domain.
        answer = await endpoint.request(**call("validate_handoff_form", latest, {"name": "handoff_form"}))
        assert [(event["name"], event["value"]) for event in answer["events"]] == told
