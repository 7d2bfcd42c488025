"""Answers the visitor API inside the browser, in the contract's shape, and fails when told to."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

from playwright.sync_api import BrowserContext, Route

ID = "0e5f6c1a-0000-4000-8000-00000000feed"
# A picture of one dot.
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
OFFER: dict[str, Any] = {
    "id": "housing-beispiel-1",
    "kind": "housing",
    "title": "Helle Wohnung an der Elbe",
    "text": "Ruhig gelegen, mit Keller.",
    "place": "Tangermünde",
    "distance_km": 4.26,
    "coordinates": {"latitude": 52.54, "longitude": 11.97},
    "facts": [
        {"name": "rent", "label": "Warmmiete", "value": "580 €"},
        {"name": "rooms", "label": "Zimmer", "value": "3"},
        {"name": "free_from", "label": "frei ab", "value": "01.03.2026"},
    ],
    "contact": {"name": "Frau Beispiel", "phone": "+49 30 23125 123", "email": "wohnen@example.org"},
    "source": "https://example.org/wohnen",
    "reviewed_on": "2025-11-03",
    "valid_until": "2026-01-31",
    "sample": True,
}
FORM: dict[str, Any] = {
    "id": "contact",
    "title": "Ihr Anliegen",
    "submit": "Weiter",
    "fields": [
        {
            "name": "topic",
            "label": "Thema",
            "type": "select",
            "required": True,
            "options": [{"value": "job", "label": "Arbeit"}],
        },
        {"name": "concern", "label": "Anliegen", "type": "textarea", "required": True, "hint": "Ein Satz genügt."},
        {"name": "email", "label": "E-Mail", "type": "email"},
        {"name": "phone", "label": "Telefon", "type": "tel"},
        {"name": "consent", "label": "Ich bin einverstanden.", "type": "checkbox", "required": True},
    ],
}


class Stub:
    """A server with one conversation. `fail` holds answers for the next POSTs of messages: (status, body, headers),
    "offline" for no connection, or "lost" for a message that is stored while its answer gets lost. `no_streams` is a
    proxy that lets no event stream through."""

    def __init__(self) -> None:
        self.language = "de"
        self.state: dict[str, Any] = {"state": "bot"}
        self.messages: list[dict[str, Any]] = []
        self.received: list[dict[str, Any]] = []
        self.ratings: list[dict[str, Any]] = []
        self.seen: dict[str, int] = {}
        self.created: list[dict[str, Any]] = []
        self.fail: list[Any] = []
        self.offline = False
        self.gone = False
        self.no_streams = False
        self.replies: list[dict[str, Any]] = []

    def serve(self, context: BrowserContext) -> None:
        context.route(re.compile(r"/api/v1/(conversations|receipts)"), self._handle)

    def add(self, author: str, text: str, **more: Any) -> dict[str, Any]:
        """Another message in the conversation; open pages see it within a second."""
        message = {
            "seq": len(self.messages) + 1, "author": author, "text": text, "language": self.language,
            "direction": "rtl" if self.language == "ar" else "ltr", "at": "2025-11-21T10:00:00.000Z",
            "buttons": [], "offers": [], "sources": [], **more,
        }  # fmt: skip
        self.messages.append(message)
        return message

    def texts(self) -> list[str]:
        """What visitors said, in the order of the log."""
        return [message["text"] for message in self.messages if message["author"] == "visitor"]

    def _handle(self, route: Route) -> None:
        request = route.request
        path = request.url.split("/api/v1", 1)[1]
        body = request.post_data_json if request.post_data else {}
        if self.offline:
            return route.abort("internetdisconnected")
        if self.gone and path != "/conversations":
            return self._error(route, 404, "not_found", "")
        if path == "/conversations":
            self.created.append(body)
            self.language = body.get("language", "de")
            if not self.messages:
                self.add(
                    "bot",
                    "Guten Tag. Ich bin ein Computerprogramm.",
                    buttons=[{"id": "0.1.0", "title": "Wohnung finden"}],
                )
            return self._json(route, {"id": ID, "token": "t" * 43, **self._language(), "messages": self.messages}, 201)
        if ".png" in path:
            return route.fulfill(body=base64.b64decode(DOT), content_type="image/png")
        if path.startswith("/receipts/"):
            if body.get("secret", "").startswith("right"):
                return self._json(route, {"id": ID, "token": "r" * 43})
            return self._error(route, 404, "not_found", "")
        tail = path.partition(ID)[2]
        if tail == "/events":
            return route.abort("connectionreset") if self.no_streams else self._events(route)
        if tail.startswith("/messages"):
            return self._messages(route, body) if request.method == "POST" else self._history(route)
        if tail == "/receipt":
            base, number = "/api/v1/receipts/HL-7K3M-92/", "HL-7K3M-92"
            addresses = {kind: f"{base}qr.{kind}?ticket=t" for kind in ("png", "svg")}
            link = f"https://chat.example/?case={number}#secret"
            return self._json(route, {"case_number": number, "link": link, "page": base + "page?ticket=t", **addresses}, 201)
        if tail == "/language":
            self.language = body["language"]
            return self._json(route, self._language())
        if tail == "/ratings":
            self.ratings.append(body)
            return self._json(route, {}, 201)
        if tail == "/export":
            return self._json(route, {"messages": self.messages})
        if request.method == "DELETE":
            self.gone = True
            return route.fulfill(status=204)
        return self._json(route, {**self._language(), **self.state})

    def _messages(self, route: Route, body: dict[str, Any]) -> None:
        failure = self.fail.pop(0) if self.fail else None
        if failure == "offline":
            return route.abort("internetdisconnected")
        if isinstance(failure, tuple):
            status, error, headers = failure
            return route.fulfill(status=status, json={"error": error}, headers=headers)
        if body["client_id"] not in self.seen:
            self.received.append(body)
            text = body.get("text") or ("Wohnung finden" if "button" in body else "Formular")
            self.seen[body["client_id"]] = self.add("visitor", text, client_id=body["client_id"])["seq"]
            for reply in self.replies:
                self.add("bot", **reply)
        if failure == "lost":
            return route.abort("connectionreset")
        return self._json(route, {"seq": self.seen[body["client_id"]]}, 202)

    def _history(self, route: Route) -> None:
        after = int(route.request.url.rpartition("after=")[2] or 0)
        self._json(route, {"messages": [m for m in self.messages if m["seq"] > after]})

    def _events(self, route: Route) -> None:
        """All that is new, then the end of the stream: the widget comes back for more within a second."""
        after = int(route.request.headers.get("last-event-id", 0))
        new = [m for m in self.messages if m["seq"] > after]
        lines = [": hello\n\n", f"event: state\ndata: {json.dumps({**self.state, **self._language()})}\n\n"]
        lines += [f"id: {m['seq']}\nevent: message\ndata: {json.dumps(m)}\n\n" for m in new]
        route.fulfill(status=200, content_type="text/event-stream", body="".join(lines))

    def _language(self) -> dict[str, str]:
        return {"language": self.language, "direction": "rtl" if self.language == "ar" else "ltr"}

    def _json(self, route: Route, content: Any, status: int = 200) -> None:
        route.fulfill(status=status, json=content)

    def _error(self, route: Route, status: int, code: str, message: str) -> None:
        route.fulfill(status=status, json={"error": {"code": code, "message": message}})
