"""Review: how conversations were understood, handed over or not. Everything here is masked, for every role."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml
from sanic.response import HTTPResponse
from sqlalchemy.engine import Connection

from bot import digits
from bot.console import sheets
from bot.console.page import Page, Refused
from bot.console.words import Words
from bot.privacy import reading
from bot.privacy.shredders import AUDITED

_LONGEST_NOTE = 500
_UNNAMED = ("inform",)


async def show(page: Page) -> HTTPResponse:
    """Conversations to look at."""
    kind = page.request.args.get("kind", "open")
    kind = kind if kind in reading.KINDS else "open"
    number = digits.number(page.request.args.get("page")) or 1
    rows = await page.services.database.read(lambda c: reading.conversations_to_review(c, kind, number))
    return page.render(
        "review.html", kind=kind, kinds=reading.KINDS, rows=rows[: reading.PER_PAGE], more=len(rows) > reading.PER_PAGE,
        number=number,
    )  # fmt: skip


async def talk(page: Page, conversation_id: str) -> HTTPResponse:
    """One conversation, with a form at each message of the visitor."""

    def mark(connection: Connection) -> None:
        page.audit(connection, "review read", conversation_id[:AUDITED])

    conversation, entries = await page.services.database.read(lambda c: reading.transcript(c, conversation_id))
    await page.services.database.write(mark)
    return page.render(
        "review_talk.html", conversation=conversation, entries=entries, intents=intents(page),
        words_for=Words(page.services, page.texts).intent,
    )  # fmt: skip


def intents(page: Page) -> list[tuple[str, str]]:
    """(name, title) of everything that can be meant, by title."""
    names = page.services.interface.section(page.language, "intents")
    return sorted(((k, str(v)) for k, v in names.items() if k not in _UNNAMED), key=lambda pair: pair[1].casefold())


async def mark(page: Page, conversation_id: str, seq: int) -> HTTPResponse:
    """Good, wrong (with what it should have been), or no mark any more."""
    verdict, intent, note = page.field("verdict"), page.field("intent"), page.field("note", longest=_LONGEST_NOTE)
    if verdict not in ("good", "wrong", "none") or (intent and intent not in dict(intents(page))):
        raise Refused(400, "bad_request")

    def store(connection: Connection) -> None:
        if verdict == "none":
            reading.unreview(connection, conversation_id, seq)
        else:
            wanted = intent or None if verdict == "wrong" else None
            reading.review(
                connection, conversation_id, seq, user_id=page.member.id, good=verdict == "good", intent=wanted,
                note=note or None,
            )  # fmt: skip
        page.audit(connection, "message reviewed", conversation_id[:AUDITED])

    await page.services.database.write(store)
    return page.go(f"/review/talk/{conversation_id}#m-{seq}")


async def misunderstood(page: Page) -> HTTPResponse:
    """Messages that were not understood, by frequency."""
    found = await page.services.database.read(reading.misunderstood)
    return page.render("misunderstood.html", found=found[:300], total=len(found))


async def misunderstood_csv(page: Page) -> HTTPResponse:
    """The same as a file."""
    found = await page.services.database.read(reading.misunderstood)
    t, words = page.texts, Words(page.services, page.texts)
    head = [t(f"review.{key}") for key in ("text", "language", "count", "taken_for", "wanted", "marked_wrong")]
    rows = [
        (each.text, words.spoken(each.language), each.count, _named(words, each.taken_for), _named(words, each.wanted), each.marked)
        for each in found
    ]
    return sheets.download("csv", "misunderstood", head, rows)


def _named(words: Words, intent: str) -> str:
    return words.intent(intent) if intent else ""


async def marks_csv(page: Page) -> HTTPResponse:
    """Every mark as a table."""
    found = await page.services.database.read(reading.marked)
    t, words = page.texts, Words(page.services, page.texts)
    head = [t(f"review.{key}") for key in ("text", "language", "taken_for", "confidence", "verdict", "wanted", "note")]
    rows = [
        (each["text"], words.spoken(each["language"]), _named(words, each["taken_for"]), each["confidence"],
         t("review.good" if each["good"] else "review.wrong"), _named(words, each["intent"]), each["note"])
        for each in found
    ]  # fmt: skip
    return sheets.download("csv", "review", head, rows)


async def marks_yaml(page: Page) -> HTTPResponse:
    """Wordings with what they mean, in the form of `data/nlu/`, a document for each language."""
    found = await page.services.database.read(reading.marked)
    text = "\n".join(_documents(found)) or "# nothing marked\n"
    return sheets.attachment(text.encode(), "review.yml", "application/yaml; charset=utf-8")


def _documents(found: list[dict[str, Any]]) -> Iterator[str]:
    """Texts that were understood rightly belong to what they were taken for, the others to what staff chose."""
    meant: dict[str, dict[str, list[str]]] = {}
    for each in found:
        intent = each["taken_for"] if each["good"] else each["intent"]
        if intent:
            examples = meant.setdefault(each["language"], {}).setdefault(intent, [])
            if each["text"] not in examples:
                examples.append(each["text"])
    for language, by_intent in sorted(meant.items()):
        nlu = [
            # Square and round brackets mark entities in training data; these are texts.
            {"intent": intent, "examples": "".join(f"- {_plain(text)}\n" for text in texts)}
            for intent, texts in sorted(by_intent.items())
        ]
        document = {"version": "3.1", "nlu": nlu}
        yield f"---\n# data/nlu/{language}/\n" + yaml.safe_dump(document, allow_unicode=True, sort_keys=False)


def _plain(text: str) -> str:
    return " ".join(text.translate(str.maketrans("[](){}", "      ")).split())
