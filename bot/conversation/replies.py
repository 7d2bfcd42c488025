"""Chooses and fills a reply: Rasa's templated generator, made exact.

Rasa draws at random among all variations whose conditions hold. Here the one with the most conditions wins, so
that "persona is returner, language is uk" comes before "language is uk", and the same state gives the same reply.
The facts of the region (office, telephone, hours) are filled into every reply in its language.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, Mapping, Optional

from rasa.core.nlg.generator import ResponseVariationFilter
from rasa.core.nlg.interpolator import interpolate_text
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.constants import RESPONSE_CONDITION


class ReplyGenerator(TemplatedNaturalLanguageGenerator):
    """See the module's text.

    Args:
        replies: By name, with a condition on the slot `language` each (`merge_responses`).
        facts: language -> variables that every reply may use.
        default_language: Used while a conversation has none.
    """

    def __init__(
        self,
        replies: Dict[str, Any],
        facts: Callable[[str], Mapping[str, str]],
        default_language: str,
    ) -> None:
        # Rasa puts its domain's replies into `responses`; they are in one language only.
        super().__init__({})
        self._replies = replies
        self._facts = facts
        self._default_language = default_language

    def reply(self, name: str, language: str, /, **variables: Any) -> Dict[str, Any]:
        """A reply outside a dialogue, e.g. the greeting; the shape is Rasa's (text, buttons, metadata).

        Raises:
            KeyError: there is no such reply.
        """
        reply = self.generate_from_slots(name, {"language": language}, "", **variables)
        if reply is None:
            raise KeyError(name)
        return {**reply, "utter_action": name}

    def generate_from_slots(
        self, utter_action: str, filled_slots: Dict[str, Any], output_channel: str, **kwargs: Any
    ) -> Optional[Dict[str, Any]]:
        """See Rasa's `TemplatedNaturalLanguageGenerator`."""
        # An action that changes the language says so in the new one; the slot follows when it has ended.
        language = kwargs.get("language") or filled_slots.get("language") or self._default_language
        slots = {**self._facts(language), **filled_slots, "language": language}
        return super().generate_from_slots(utter_action, slots, output_channel, **kwargs)

    def _fill_response(
        self, response: Dict[str, Any], filled_slots: Optional[Dict[str, Any]] = None, **kwargs: Any
    ) -> Dict[str, Any]:
        """Fills text and titles of buttons; a payload's braces are JSON, and Rasa would stumble over each."""
        values = self._response_variables(filled_slots or {}, kwargs)
        response["text"] = interpolate_text(response.get("text") or "", values)
        for button in response.get("buttons") or []:
            button["title"] = interpolate_text(button["title"], values)
        return response

    def _random_response_for(
        self, utter_action: str, output_channel: str, filled_slots: Dict[str, Any]
    ) -> Optional[Dict[str, Any]]:
        if utter_action not in self._replies:
            return None
        fitting = ResponseVariationFilter(self._replies).responses_for_utter_action(
            utter_action, output_channel, filled_slots
        )
        return max(fitting, key=lambda variation: len(variation.get(RESPONSE_CONDITION) or []), default=None)
