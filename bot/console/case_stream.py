"""The live part of a case's page."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy.engine import Connection

from bot import digits
from bot.console.access import CASEWORK
from bot.console.available import attending
from bot.console.case import load, panel_values, transcript
from bot.console.live import BEAT, Stream, still_allowed
from bot.console.page import Page
from bot.conversation import log
from bot.handoff import presence

_TICK = 3.0
"""How often it is looked whether the visitor still writes."""
_TYPING_SECONDS = 6.0


async def events(page: Page, number: str) -> None:
    """Server-sent events: `message` (one, new or better understood), `side`, `panel`, `presence`, `ended`;
    `palette` and `spoken` when the visitor changes the language.

    Resumes after `Last-Event-ID`, at first after `?after=`. A message that the page has already is put in its place.
    """
    number = number.upper()
    last = digits.number(page.request.headers.get("last-event-id") or page.request.args.get("after")) or 0
    database = page.services.database
    conversation_id = (await database.read(lambda c: load(c, page, number)))["case"].conversation_id
    stream = Stream(page)
    await stream.open()
    reader = transcript(page, number)
    earlier = await database.read(lambda c: log.after(c, conversation_id, 0, limit=max(last, 1)))
    # What is not understood yet is looked at again, as is the newest: it may have been drawn in between.
    unsettled = {entry.seq for entry in reader.entries(row for row in earlier if row.seq <= last) if entry.pending}
    shown = {name: page.request.args.get(arg, "") for name, arg in (("panel", "mode"), ("spoken", "spoken"))}
    typing_until, looked_at = 0.0, 0.0
    woken = True

    def look(connection: Connection) -> tuple[dict[str, Any], list[Any]] | None:
        if still_allowed(connection, page, CASEWORK) is None:
            return None
        values = load(connection, page, number)
        return values, log.after(connection, conversation_id, min(unsettled, default=last + 1) - 1)

    async with attending(page), page.services.presences.here(conversation_id, presence.staff(page.member.id)):
        with page.services.bus.subscribe(conversation_id) as subscription:
            while True:
                if woken or time.monotonic() - looked_at > BEAT:
                    try:
                        found = await database.read(look)
                    except log.NotFound:
                        await stream.end("gone")
                        return
                    if found is None:
                        await stream.end("logged_out")
                        return
                    values, rows = found
                    for row in rows:
                        if row.seq > last or (row.seq in unsettled and not row.pending):
                            entry = reader.entry(row)
                            await stream.send("message", page.fragment("message.html", entry=entry), max(row.seq, last))
                            unsettled.add(row.seq) if entry.pending else unsettled.discard(row.seq)
                            last = max(last, row.seq)
                    await _send_changed(page, stream, shown, values)
                    if not woken:
                        await stream.beat()
                    looked_at = time.monotonic()
                drawn = page.fragment("presence.html", here=values["here"], typing=time.monotonic() < typing_until)
                if drawn != shown.get("presence"):
                    await stream.send("presence", drawn)
                    shown["presence"] = drawn
                notes = await subscription.wait(_TICK)
                woken = notes is not None
                if any(note.get("typing") and note.get("author") == "visitor" for note in notes or ()):
                    typing_until = time.monotonic() + _TYPING_SECONDS
                elif notes and any(note.get("author") == "bot" for note in notes):
                    typing_until = 0.0


async def _send_changed(page: Page, stream: Stream, shown: dict[str, str], values: dict[str, Any]) -> None:
    side = page.fragment("side.html", **values)
    if side != shown.get("side"):
        await stream.send("side", side)
        shown["side"] = side
    # By what can be done, not by its HTML: a half-written reply must survive everything else.
    mode, spoken = f"{values['mode']}-{values['case'].owner_id or 0}", values["conversation"].language
    if mode != shown["panel"]:
        panel = page.fragment("panel.html", **panel_values(page, values), **values)
        await stream.send("panel", panel)
    elif spoken != shown["spoken"] and values["mode"] == "mine":
        await stream.send("palette", page.fragment("palette.html", **panel_values(page, values), **values))
        await stream.send("spoken", page.fragment("spoken.html", **values))
    shown |= {"panel": mode, "spoken": spoken}
