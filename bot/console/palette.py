"""What staff can choose from when they answer: prepared replies and answers to common questions, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.console.page import Page
from bot.handoff.hours import next_working_day
from bot.region import locale_of

FAQ = "utter_faq/"


def choices(page: Page, case: Any, language: str) -> dict[str, Any]:
    """What the panel offers: `groups` of prepared replies with both wordings, `questions` by their titles."""
    resources = page.services.resources
    names = resources.interface.section(page.language, "intents")
    groups = []
    for title, replies in resources.prepared.by_group(page.language):
        both = [
            {
                "name": reply.name, "title": reply.title(page.language),
                "own": reply.text(page.language, resources.languages, values_of(page, case, page.language))[0],
                "said": reply.text(language, resources.languages, values_of(page, case, language)),
            }
            for reply in replies
        ]  # fmt: skip
        groups.append((title, both))
    known = sorted(name.removeprefix("utter_") for name in resources.replies if name.startswith(FAQ))
    questions = sorted(((name, names.get(name, name)) for name in known), key=lambda pair: str(pair[1]).casefold())
    return {"groups": groups, "questions": questions, "tomorrow": _tomorrow(page), "next_open": _next_open(page)}


def _tomorrow(page: Page) -> str:
    return (datetime.now(page.services.region.time_zone) + timedelta(days=1)).date().isoformat()


def _next_open(page: Page) -> str:
    region = page.services.region
    return next_working_day(region, datetime.now(region.time_zone).date()).isoformat()


def values_of(page: Page, case: Any, language: str, **more: Any) -> Mapping[str, str]:
    """Variables of a prepared reply in a language, safe inside text that runs right to left."""
    own = {"adviser": page.member.name, "case_number": case.number, **more}
    if locale_of(language).text_direction == "rtl":
        own = {name: f"\u2066{value}\u2069" for name, value in own.items()}
    return {**page.services.facts(language), **own}
