"""Cases as files: one as PDF or JSON, the inbox as CSV or XLSX. Each is noted in the audit log."""

from __future__ import annotations

import asyncio
import json
import time
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sanic.response import HTTPResponse
from sqlalchemy.engine import Connection, Row

from bot.console import notes, queue, sheets
from bot.console.case import transcript
from bot.console.page import Page
from bot.console.transcript import Entry
from bot.console.words import Words
from bot.conversation import log
from bot.conversation.presenting import timestamp
from bot.handoff import cases

_MOST_MESSAGES = 5000
_MOST_CASES = 5000

# A PDF takes a core for a second or more: one at a time.
_printing = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pdf")


async def case_pdf(page: Page, number: str) -> HTTPResponse:
    """The conversation on paper, without the team's notes."""
    from bot.console.pdf import render

    case, conversation, entries = await _case(page, number)
    sheet = _sheet(page, case, conversation, entries)
    content = await asyncio.get_running_loop().run_in_executor(_printing, render, sheet)
    return sheets.attachment(content, f"{case.number}.pdf", "application/pdf")


async def case_json(page: Page, number: str) -> HTTPResponse:
    """Everything about the case, notes and history included."""
    case, conversation, entries = await _case(page, number)

    def more(connection: Connection) -> dict[str, Any]:
        return {**notes.of(connection, case.number), "history": cases.history(connection, case.number)}

    known = await page.services.database.read(more)
    content = {
        "case": {**cases.export(case), "team": case.team},
        "conversation": {"language": conversation.language, "state": conversation.state},
        "messages": [
            {
                "seq": entry.seq, "author": entry.author, "name": entry.name, "language": entry.language,
                "direction": entry.direction, "at": timestamp(entry.at), "text": entry.text, "wording": entry.wording,
                "meaning": entry.meaning, "confidence": entry.confidence, "offers": entry.offers,
            }
            for entry in entries
        ],
        "notes": [{"by": note.name, "at": timestamp(note.at), "text": note.text} for note in known["notes"]],
        "tags": known["tags"],
        "history": [{"by": event.name, "at": timestamp(event.at), "what": event.kind, "text": event.text} for event in known["history"]],
    }  # fmt: skip
    text = json.dumps(content, ensure_ascii=False, indent=2)
    return sheets.attachment(text.encode("utf-8", "replace"), f"{case.number}.json", "application/json; charset=utf-8")


async def _case(page: Page, number: str) -> tuple[Row, Any, list[Entry]]:
    number = number.upper()

    def read(connection: Connection) -> tuple[Row, Any, list[Entry]]:
        case = cases.get(connection, number)
        rows = log.after(connection, case.conversation_id, 0, limit=_MOST_MESSAGES)
        return case, log.find(connection, case.conversation_id), transcript(page, number).entries(rows)

    found = await page.services.database.read(read)
    # Noted before it is given out: what cannot be noted is not taken along.
    await page.services.database.write(lambda c: page.audit(c, "case exported", number))
    return found


def _sheet(page: Page, case: Row, conversation: Any, entries: list[Entry]) -> Any:
    from bot.console.pdf import Paragraph, Said, Sheet

    t, words = page.texts, Words(page.services, page.texts)
    by = t("export.printed", when=words.exact(time.time()), name=page.member.name)
    contact = words.reached(case.contact_kind, case.contact) or t("case.contact_none")
    direction = words.direction(case.language)
    facts = [
        (t("case.topic"), Paragraph(words.topic(case.topic))),
        (t("case.concern"), Paragraph(case.concern, direction)),
        (t("case.language"), Paragraph(words.spoken(conversation.language))),
        (t("case.contact"), Paragraph(contact)),
        (t("case.team"), Paragraph(words.team(case.team))),
        (t("handing.facts"), Paragraph(case.facts or "", direction)),
        (t("handing.notify"), Paragraph(t("handing.notify_yes") if case.notify else "")),
        (t("handing.agreed"), Paragraph(case.agreed or "", _begins(case.agreed or ""))),
        (t("case.created"), Paragraph(words.exact(case.created_at))),
        (t("inbox.states"), Paragraph(t(f"states.{case.state}"))),
    ]
    said = [
        Said(_head(page, words, entry), Paragraph(entry.text, entry.direction), list(_remarks(page, entry)))
        for entry in entries
    ]
    title = t("case.title", number=case.number)
    return Sheet(title, f"{words.region} · {by}", facts, said, f"{t('base.product')} · {title}", page.language)


def _begins(text: str) -> str:
    """The direction of its first letter, as browsers do it; staff write what was agreed in a language of their choice."""
    kinds = (unicodedata.bidirectional(sign) for sign in text)
    return "rtl" if next((kind for kind in kinds if kind in ("L", "R", "AL")), "L") != "L" else "ltr"


def _head(page: Page, words: Words, entry: Entry) -> str:
    who = entry.name if entry.author == "staff" and entry.name else page.texts(f"message.{entry.author}")
    return f"{who} · {words.exact(entry.at)} · {words.spoken(entry.language)}"


def _remarks(page: Page, entry: Entry) -> Any:
    from bot.console.pdf import Paragraph

    t = page.texts
    if entry.wording:
        label = t("message.pressed") if entry.author == "visitor" else t("message.wording")
        yield Paragraph(f"{label}: {entry.wording}")
    if entry.meaning:
        yield Paragraph(f"{t('message.meaning', meaning=entry.meaning)} ({t('message.confidence', n=entry.confidence)})")
    for offer in entry.offers:
        yield Paragraph(f"{t('export.offer')}: {offer['title']}, {offer['place']}")


async def inbox_csv(page: Page) -> HTTPResponse:
    """The chosen cases as CSV."""
    return await _list(page, "csv")


async def inbox_xlsx(page: Page) -> HTTPResponse:
    """The chosen cases as a workbook."""
    return await _list(page, "xlsx")


async def _list(page: Page, kind: str) -> HTTPResponse:
    choice = queue.Choice.of(page.request.args)

    def read(connection: Connection) -> tuple[list[Row], dict[str, list[str]]]:
        found = queue.search(connection, choice, page.member.id, limit=_MOST_CASES)
        return found, queue.tags_of(connection, [case.number for case in found])

    found, tags = await page.services.database.read(read)
    await page.services.database.write(lambda c: page.audit(c, "list exported", f"cases {len(found)}"))
    t, words = page.texts, Words(page.services, page.texts)
    head = [
        t("export.number"), t("inbox.states"), t("inbox.topic"), t("inbox.language"), t("inbox.team"), t("case.owner"),
        t("case.created"), t("export.since"), t("case.contact"), t("case.concern"), t("case.tags"),
    ]  # fmt: skip
    rows = [
        (
            case.number, t(f"states.{case.state}"), words.topic(case.topic), words.spoken(case.spoken), words.team(case.team),
            case.owner, words.machine(case.created_at), words.machine(case.since),
            words.reached(case.contact_kind, case.contact), case.concern,
            ", ".join(tags.get(case.number, ())),
        )
        for case in found
    ]  # fmt: skip
    return sheets.download(kind, "cases", head, rows)
