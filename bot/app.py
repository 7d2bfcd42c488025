"""Builds the Sanic application out of the parts."""

from __future__ import annotations

import asyncio
import logging
import os
import uuid
from pathlib import Path

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sanic import Request, Sanic
from sanic.response import HTTPResponse
from sanic.response import json as json_response

from bot.conversation.answering import Answering
from bot.conversation.api import api, install_errors
from bot.conversation.brain import Brain
from bot.conversation.demand import counter as count_demand
from bot.conversation.events import EventBus
from bot.conversation.following import FollowUps
from bot.conversation.limits import Limiter
from bot.conversation.presenting import Presenter
from bot.conversation.replies import ReplyGenerator
from bot.conversation.services import Services
from bot.conversation.turns import Turns
from bot.db import Database
from bot.handoff.courier import Courier
from bot.handoff.desk import Desk
from bot.handoff.notify import ways
from bot.handoff.presence import Presences
from bot.knowledge import demand
from bot.privacy import journal
from bot.privacy.nightly import Nightly
from bot.resources import Resources, use
from bot.settings import Settings

logger = logging.getLogger(__name__)

_MAX_BODY = 16 * 1024
_HEALTH_SECONDS = 3
"""Whoever asks whether it is well does not wait long, and takes silence for a no."""
_SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-site",
}


def create_app(settings: Settings, model: Path | None) -> Sanic:
    """The application; everything that needs the event loop is made when the server starts.

    Args:
        model: None: no message is understood, each is kept and answered with the way to a person.

    Raises:
        ContentErrors: files under `data/` are broken.
    """
    resources = Resources.load(settings)
    use(resources)
    journal.use(settings.var)
    notify_by = ways(resources)
    app = Sanic(f"heimatlotse-{uuid.uuid4().hex[:6]}", log_config=None, configure_logging=False)
    app.config.REQUEST_MAX_SIZE = _MAX_BODY
    app.config.REQUEST_TIMEOUT = 10
    app.config.RESPONSE_TIMEOUT = 60
    app.config.KEEP_ALIVE_TIMEOUT = 30
    app.config.FALLBACK_ERROR_FORMAT = "json"
    app.config.MOTD = False
    # Sanic's extensions would write every route anew for documents and methods that nothing here uses.
    app.config.AUTO_EXTEND = False
    app.blueprint(api)
    _mount_pages(app, settings)
    install_errors(app)
    _install_health(app)
    _install_headers(app, settings)

    @app.before_server_start
    async def start(app: Sanic) -> None:
        app.ctx.services = services = await assemble(resources, model)
        app.ctx.courier = Courier(services.database, resources, worker=services.worker, ways=notify_by)
        services.bus.start()
        services.turns.start()
        services.presences.start()
        services.desk.start()
        app.ctx.courier.start()
        app.ctx.nightly = Nightly(services)
        app.ctx.nightly.start()

    @app.before_server_stop
    async def stop(app: Sanic) -> None:
        services: Services = app.ctx.services
        await app.ctx.nightly.stop()
        await app.ctx.courier.stop()
        await services.desk.stop()
        await services.presences.stop()
        await services.turns.stop()
        await services.bus.stop()
        await asyncio.get_running_loop().run_in_executor(None, services.database.close)

    return app


async def assemble(resources: Resources, model: Path | None) -> Services:
    """The parts of a server, put together and not started; `model` as for `create_app`."""
    settings = resources.settings
    generator = ReplyGenerator(resources.replies, resources.facts, resources.languages.default)
    follow_ups = FollowUps(resources.dialogue, resources.readings)
    brain = Brain(generator, resources.languages, settings.action_endpoint, follow_ups)
    await _wake(brain, model, resources)
    database = Database(settings.sqlalchemy_url)
    bus = EventBus(database)
    presenter = Presenter(resources.languages, resources.sources)
    worker = f"{os.getpid()}-{uuid.uuid4().hex[:8]}"
    desk = Desk(database, resources, generator, presenter, bus)
    effects = {"create_case": desk.create_case, demand.EFFECT: count_demand(resources.region)}
    answering = Answering(
        database, brain, bus, presenter, worker=worker, effects=effects, lease_seconds=settings.lease_seconds,
        seconds=settings.turn_seconds, slow=settings.slow_turn, fallback=desk,
    )  # fmt: skip
    turns = Turns(
        database, bus, presenter, answering,
        worker=worker, lease_seconds=settings.lease_seconds, seconds=settings.turn_seconds,
    )  # fmt: skip
    return Services(
        resources=resources, database=database, brain=brain, bus=bus, turns=turns, presenter=presenter, worker=worker,
        presences=Presences(database, bus, worker), desk=desk,
        message_limit=Limiter(settings.rate_messages, settings.rate_seconds),
        conversation_limit=Limiter(settings.rate_conversations, 3600),
        receipt_limit=Limiter(10, 60),
    )  # fmt: skip


async def _wake(brain: Brain, model: Path | None, resources: Resources) -> None:
    """Loads the model; without one the server says so at every message, and offers a person."""
    try:
        if model is not None:
            brain.load(model)
            resources.readings.use(brain.reader)
            await brain.warm_up()
            # The first time with new answers or a new model this takes some seconds, for which nobody has to wait.
            preparing.add(asyncio.create_task(asyncio.to_thread(_read_answers, resources, model)))
    except Exception:
        logger.exception("the model cannot be loaded; visitors are offered a person")


preparing: set[asyncio.Task[None]] = set()
"""What goes on beside the first visitors, for a few seconds with new answers or a new model."""


def _read_answers(resources: Resources, model: Path) -> None:
    try:
        resources.answers.use(resources.readings, model.name, resources.settings.models / "cache")
    except Exception:
        logger.exception("the search for answers is not available; what is not understood is asked back")


def _mount_pages(app: Sanic, settings: Settings) -> None:
    from bot.console.pages import blueprint as console
    from bot.widget.pages import blueprint as widget
    from bot.widget.plain import plain

    app.blueprint(widget(settings.data))
    app.blueprint(plain)
    app.blueprint(console())


def _install_health(app: Sanic) -> None:
    @app.route("/health/live", methods=["GET", "HEAD"])
    async def live(request: Request) -> HTTPResponse:
        return json_response({"status": "live"})

    @app.route("/health/ready", methods=["GET", "HEAD"])
    async def ready(request: Request) -> HTTPResponse:
        services: Services = request.app.ctx.services
        database = True
        try:
            async with asyncio.timeout(_HEALTH_SECONDS):
                await services.database.read(lambda c: c.exec_driver_sql("SELECT 1 FROM conversations LIMIT 1").first())
        except Exception:
            database = False
        state = {"model": services.brain.model if services.brain.is_ready else None, "database": database}
        return json_response(state, status=200 if all(state.values()) else 503)

    @app.get("/metrics")
    async def metrics(request: Request) -> HTTPResponse:
        return HTTPResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def _install_headers(app: Sanic, settings: Settings) -> None:
    origins = set(settings.origins.split())

    @app.on_request
    async def preflight(request: Request) -> HTTPResponse | None:
        if request.method == "OPTIONS" and request.path.startswith("/api/"):
            return HTTPResponse(status=204)
        return None

    @app.on_response
    async def headers(request: Request, response: HTTPResponse) -> None:
        for name, value in _SECURITY_HEADERS.items():
            response.headers.setdefault(name, value)
        if not request.path.startswith("/api/"):
            return
        response.headers.setdefault("Cache-Control", "no-store")
        origin = request.headers.get("origin")
        response.headers["Vary"] = "Origin, Accept-Language"
        # An exact list; `null` (sandboxed frames, local files) is never on it.
        if origin in origins:
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Allow-Methods"] = "GET, POST, PUT, DELETE"
            response.headers["Access-Control-Allow-Headers"] = "authorization, content-type, last-event-id"
            response.headers["Access-Control-Max-Age"] = "600"
