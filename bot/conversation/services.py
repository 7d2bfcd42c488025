"""What the API's handlers work with, put together once by `bot/app.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sanic import Request

from bot.conversation.brain import Brain
from bot.conversation.events import EventBus
from bot.conversation.limits import Limiter
from bot.conversation.presenting import Presenter
from bot.conversation.replies import ReplyGenerator
from bot.conversation.turns import Turns
from bot.db import Database
from bot.handoff.desk import Desk
from bot.handoff.hours import is_open
from bot.handoff.presence import Presences
from bot.interface import Interface
from bot.knowledge.index import OfferIndex
from bot.knowledge.present import Names
from bot.languages import Languages
from bot.region import Region
from bot.resources import Resources
from bot.settings import Settings


@dataclass
class Services:
    """The parts of a running server."""

    resources: Resources
    database: Database
    brain: Brain
    bus: EventBus
    turns: Turns
    presenter: Presenter
    worker: str
    presences: Presences
    desk: Desk
    message_limit: Limiter
    conversation_limit: Limiter
    receipt_limit: Limiter

    @property
    def settings(self) -> Settings:
        """What the operator set."""
        return self.resources.settings

    @property
    def languages(self) -> Languages:
        """The assistant's languages."""
        return self.resources.languages

    @property
    def interface(self) -> Interface:
        """Short texts."""
        return self.resources.interface

    @property
    def region(self) -> Region:
        """The district."""
        return self.resources.region

    @property
    def offers(self) -> OfferIndex:
        """The knowledge base."""
        return self.resources.offers

    @property
    def names(self) -> Names:
        """How facts of offers are called."""
        return self.resources.names

    @property
    def secret(self) -> bytes:
        """Key for links, tickets and sessions."""
        return self.resources.secret

    @property
    def replies(self) -> ReplyGenerator:
        """Replies outside a dialogue."""
        return self.brain.replies

    def facts(self, language: str) -> Mapping[str, str]:
        """Variables of every reply."""
        return self.resources.facts(language)

    def office_open(self) -> bool:
        """Whether the office is open now."""
        return is_open(self.region, datetime.now(self.region.time_zone))

    def address(self, request: Request) -> str:
        """The visitor's address: the socket's, or behind trusted proxies the one that they report.

        Sanic's own `ip` is the proxy's; a header is only believed as far as proxies are configured.
        """
        proxies = self.settings.trusted_proxies
        # A proxy may add a line of its own to one that the visitor sent: the last is what counts.
        lines = ",".join(request.headers.getall("x-forwarded-for", []))
        reported = [part.strip() for part in lines.split(",") if part.strip()]
        return reported[-proxies] if proxies and len(reported) >= proxies else request.ip
