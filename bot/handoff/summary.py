"""The summary that a visitor sees, may change, and agrees to, before anything reaches staff."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import phonenumbers
from babel import Locale

from bot.conversation.forms import read_contact
from bot.handoff.routing import team_for
from bot.knowledge.searching import by_kind
from bot.region import locale_of, name_in
from bot.resources import Resources

NO_CONTACT = "none"
WAYS = ("visit", "video")
"""Ways to meet that need no address: the date or the link comes into the conversation."""
DIRECT = "handoff_direct"
"""Entity of the form that needs no dialogue: it becomes a case although the model is missing or an action fails."""

_NOTHING = "none"
"""What an empty field of a form reads as."""


def facts(resources: Resources, slots: Mapping[str, Any], language: str) -> str:
    """What the visitor has told besides the concern, in their language; empty if nothing."""
    parts: list[str] = []
    if slots.get("persona"):
        known = slots["persona"] if isinstance(slots["persona"], list) else [slots["persona"]]
        parts.extend(resources.names.enumerated("persona", persona, language) for persona in known)
    searches = by_kind(slots)
    parts.extend(resources.describe(each.kind, each.criteria, language) for each in searches)
    if not searches and slots.get("place") in resources.region.places:
        parts.append(resources.region.places[slots["place"]].name(language))
    return "; ".join(parts)


def facts_for_staff(resources: Resources, slots: Mapping[str, Any], told: str | None) -> str | None:
    """What the visitor agreed to pass on, followed by the German of it where it is in another language.

    Only where it is word for word what `facts` says: what they changed or wrote themselves stays as it is.
    """
    languages = resources.languages
    foreign = [each.code for each in languages if each.understands != languages.default]
    if not told or told not in (facts(resources, slots, code) for code in foreign):
        return told
    german = facts(resources, slots, languages.default)
    return told if told == german else f"{told} [{german}]"


def contact_in_words(resources: Resources, contact: str, notify: bool, language: str) -> str:
    """How the visitor is reached, in their language: `+49 30 23125 000`, `appointment at the office`."""

    def text(key: str) -> str:
        return resources.interface.text(language, "handoff", key)

    way, address = split_contact(contact)
    parts = [text(f"contact_{way}")] if way else []
    if address.startswith("+"):
        number = phonenumbers.format_number(phonenumbers.parse(address), phonenumbers.PhoneNumberFormat.INTERNATIONAL)
        # Between marks, or its groups change places in a right-to-left sentence.
        parts.append(f"\u2066{number}\u2069" if locale_of(language).text_direction == "rtl" else number)
    elif address:
        parts.append(f"{address} ({text('mail_yes')})" if notify else address)
    return ", ".join(parts) or text("no_contact")


def language_name(resources: Resources, code: str, language: str) -> str:
    """A language's name in another one, in small letters where that is usual."""
    if code == "de-simple":
        return resources.languages[code].name
    name = Locale.parse(code).get_display_name(locale_of(language))
    return str(name or resources.languages[code].name)


def form(resources: Resources, language: str, values: Mapping[str, Any], *, direct: bool = False) -> dict[str, Any]:
    """The form in which all of it can be changed, in the visitor API's shape; sending it is agreeing.

    Args:
        values: topic, concern, contact, facts, language, notify; what is missing is empty.
        direct: The form that works without the dialogue.
    """
    region = resources.region

    def label(key: str) -> str:
        return resources.interface.text(language, "handoff", key)

    def field(name: str, kind: str, value: Any = "", *, required: bool = False, **more: Any) -> dict[str, Any]:
        return {"name": name, "label": label(name), "type": kind, "required": required, "value": value,
                "entity": f"handoff_{name}", **more}  # fmt: skip

    way, address = split_contact(values.get("contact") or NO_CONTACT)
    kind = way or ("phone" if address.startswith("+") else "email" if address else NO_CONTACT)
    yes, no = (resources.interface.text(language, "values", key) for key in ("yes", "no"))
    topics = [{"value": each.id, "label": name_in(each.names, language)} for each in region.topics.values()]
    kinds = [{"value": each, "label": label(f"contact_{each}" if each in WAYS else f"contact_kind_{each}")}
             for each in (NO_CONTACT, "email", "phone", *WAYS)]  # fmt: skip
    spoken = [{"value": each.code, "label": each.name} for each in resources.languages]
    answers = [{"value": "yes", "label": yes}, {"value": "no", "label": no}]
    return {
        "title": label("title"),
        "submit": label("submit"),
        "sent": label("sent"),
        "also": {"handoff_consent": True, **({DIRECT: True} if direct else {})},
        "fields": [
            field("topic", "select", values.get("topic") or "", required=True, options=topics),
            field("concern", "textarea", values.get("concern") or "", required=True),
            field("facts", "textarea", values.get("facts") or "", hint=label("facts_hint")),
            field("contact_kind", "select", kind, required=True, options=kinds),
            field("contact", "contact", address, hint=label("contact_hint"), countries=countries(resources, language)),
            field("notify", "select", "yes" if values.get("notify", True) else "no", options=answers,
                  hint=label("notify_hint")),
            field("language", "select", values.get("language") or language, options=spoken),
        ],
    }  # fmt: skip


def chosen_contact(kind: str | None, contact: str | None) -> str | None:
    """One value for how somebody is reached, from a form's two fields; None if neither says so.

    An address that was typed counts, whatever else was left as it was: `visit name@example.org`.
    """
    given = contact if contact and contact not in (*WAYS, NO_CONTACT) else None
    if kind in WAYS:
        return f"{kind} {given}" if given else kind
    return given or (kind if kind == NO_CONTACT else contact)


def split_contact(contact: str) -> tuple[str, str]:
    """(`visit`, `video` or empty, an address or empty) of such a value."""
    first, _, rest = contact.partition(" ")
    if first in WAYS:
        return first, rest
    return "", "" if contact == NO_CONTACT else contact


def as_case(
    resources: Resources, number: str, slots: Mapping[str, Any], language: str, facts_known: str
) -> dict[str, Any]:
    """The values of `create_case`, out of what the visitor agreed to.

    Args:
        slots: handoff_topic, _concern, _contact, _notify, _language, and place.
        language: The conversation's.
        facts_known: As the visitor saw and maybe changed them.
    """
    topic = slots["handoff_topic"]
    way, address = split_contact(slots.get("handoff_contact") or NO_CONTACT)
    wanted = slots.get("handoff_language")
    spoken = wanted if isinstance(wanted, str) and wanted in resources.languages else language
    read = read_contact(address, **countries(resources, spoken)) if address else None
    place = slots.get("place") if slots.get("place") in resources.region.places else None
    return {
        "number": number, "topic": topic, "concern": slots["handoff_concern"], "language": spoken,
        "contact_kind": way or (read[0] if read else NO_CONTACT),
        "contact": read[1] if read else None, "place": place, "facts": facts_known or None,
        "notify": bool(read and read[0] == "email" and slots.get("handoff_notify") != "no"),
        "team": team_for(resources.region, topic, spoken, place), "shown_in": spoken,
    }  # fmt: skip


def countries(resources: Resources, language: str) -> dict[str, Any]:
    """Arguments of `read_contact`: where a telephone number without a country code may belong."""
    abroad = resources.dialogue["handoff"]["phone_countries"].get(language, [])
    return {"country": resources.region.holidays_country, "abroad": abroad}


def shown_facts(given: str | None, known: str) -> str:
    """The facts as they stand in the summary: what the conversation says, unless the visitor changed it."""
    if given is None:
        return known
    return "" if given == _NOTHING else given


def direct_case(
    resources: Resources, number: str, entities: list[dict[str, Any]], language: str
) -> dict[str, Any] | None:
    """The case of a form that works without the dialogue; None for any other message."""
    given = {entity["entity"]: entity["value"] for entity in entities}
    if (
        not given.get(DIRECT)
        or not given.get("handoff_concern")
        or given.get("handoff_topic") not in resources.region.topics
    ):
        return None
    given["handoff_contact"] = chosen_contact(given.get("handoff_contact_kind"), given.get("handoff_contact"))
    return as_case(resources, number, given, language, shown_facts(given.get("handoff_facts"), ""))
