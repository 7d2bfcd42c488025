"""How a conversation begins: its first messages, and what the page said about where the visitor comes from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy.engine import Connection

from bot.conversation import log
from bot.conversation.services import Services
from bot.nlu.normalise import clean

TAGS = ("campaign", "persona", "topic")
"""Words of the page, the most particular first: what a link of a poster says counts more than the page's subject."""

_TAG = re.compile(r"[\w-]{1,40}")
_LONGEST_PAGE = 500


def read_tags(given: Mapping[str, Any]) -> dict[str, str]:
    """The tags among a request's fields. What is no single word is left out: a page's mistake stops no visitor."""
    return {name: given[name] for name in TAGS if isinstance(given.get(name), str) and _TAG.fullmatch(given[name])}


def read_page(given: Any) -> str | None:
    """The address of the page on which the conversation began."""
    return clean(given)[:_LONGEST_PAGE] if isinstance(given, str) else None


def greeting(services: Services, language: str, tags: Mapping[str, str]) -> dict[str, Any]:
    """The first message as a row for `log.append`.

    The reply says that this is a machine; where `greetings:` of the interface texts has a sentence for one of the
    tags, it follows.
    """
    row = services.presenter.row(services.replies.reply("utter_welcome", language), language, reply_to=None, number=0)
    sentences = services.interface.section(language, "greetings")
    own = next((sentences[tags[name]] for name in TAGS if tags.get(name) in sentences), "")
    return {**row, "text": f"{row['text'].rstrip()}\n{own}"} if own else row


async def begin(
    services: Services, *, language: str, page: str | None, tags: Mapping[str, str]
) -> tuple[str, str, list[Any]]:
    """Stores a new conversation; returns its id, its token and the rows of its first messages."""
    token = log.new_token()
    first = greeting(services, language, tags)

    def store(connection: Connection) -> tuple[str, list[Any]]:
        new = log.create(
            connection, token=token, language=language, page=page, greeting=[first],
            campaign=tags.get("campaign"), persona=tags.get("persona"),
        )  # fmt: skip
        return new, log.after(connection, new, 0)

    conversation_id, rows = await services.database.write(store)
    return conversation_id, token, rows
