"""What an operator sets, all by environment variables; docs/operations.md describes each (a test checks that)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path


class SettingError(ValueError):
    """An environment variable has a value that cannot be used; the message says which and what would be right."""


@dataclass(frozen=True)
class Settings:
    """Every setting with its default; `LOTSE_` plus the name in capitals is its environment variable."""

    host: str = "127.0.0.1"
    port: int = 8080
    workers: int = 1
    data: Path = Path("data")
    models: Path = Path("models")
    var: Path = Path("var")
    """Where the embedded database, the offer index and the secret key are kept."""
    database_url: str = ""
    """SQLAlchemy URL; empty: SQLite in `var`."""
    secret: str = ""
    """Key of receipt links and stream tickets; empty: made once and kept in `var`."""
    public_url: str = ""
    """Where visitors reach this server, for links in replies; empty: http://host:port."""
    origins: str = ""
    """Sites that may embed the chat, separated by spaces, e.g. `https://www.landkreis.example`."""
    trusted_proxies: int = 0
    """How many reverse proxies stand in front, so that the visitor's address is read from X-Forwarded-For."""
    chat_days: int = 30
    """After so many days without a word a conversation that was not handed over is deleted."""
    case_days: int = 180
    """After so many days a closed case is deleted, with its conversation."""
    audit_days: int = 365
    """After so many days an entry of the audit log is deleted."""
    purge_hour: int = 3
    """At this hour, local time, the server deletes what is due."""
    rate_messages: int = 20
    """Messages a conversation may send in `rate_seconds`."""
    rate_seconds: int = 10
    rate_conversations: int = 300
    """Conversations one address may begin in an hour; reception centres share one address."""
    lease_seconds: int = 30
    """For so long a worker holds a conversation's turn before another may take it over."""
    turn_seconds: float = 5.0
    """After so long without an answer the visitor is told that something is wrong, and offered a person."""
    action_endpoint: str = ""
    """URL of a remote Rasa action server; empty: actions run in this process."""
    lean: int = 1
    """1: a server does without TensorFlow and other packages that this model never calls; 0: loads everything."""
    smtp_host: str = ""
    """Mail server; empty: nobody is told by mail, and the console marks each case "not notified"."""
    smtp_port: int = 587
    smtp_user: str = ""
    smtp_password: str = ""
    smtp_security: str = "starttls"
    """`starttls`, `tls` or `none`."""
    smtp_from: str = ""
    """Sender of mails; empty: the office's address."""
    webhook_url: str = ""
    """Is told of what happens to cases; needs `webhook_secret`."""
    webhook_secret: str = ""
    zammad_url: str = ""
    """A Zammad in which each case becomes a ticket; needs `zammad_token`."""
    zammad_token: str = ""
    zammad_group: str = "Users"
    notify_pause: float = 15.0
    """Seconds until a notification that failed is tried again; doubled each time, at most an hour."""
    notify_hours: float = 48.0
    """After so many hours without success a notification is given up and listed in the console."""
    crash_at: str = ""
    """Tests only: the name of the point at which this process kills itself."""
    slow_turn: float = 0.0
    """Tests only: seconds that each turn is made to last."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Reads `LOTSE_*`.

        Raises:
            SettingError: a value is not of its type, or a name is unknown (most often a typing error).
        """
        known = {f"LOTSE_{field.name.upper()}": field for field in fields(cls)}
        values = {}
        for name, text in environment.items():
            if not name.startswith("LOTSE_"):
                continue
            if name not in known:
                raise SettingError(f"{name} is no setting of Heimatlotse. Known: {', '.join(sorted(known))}.")
            field = known[name]
            kind = type(field.default)
            try:
                values[field.name] = kind(text) if kind in (int, float) else Path(text) if issubclass(kind, Path) else text
            except ValueError:
                raise SettingError(f"{name} is {text!r}; a number is needed, such as {field.default}.") from None
        return cls(**values)  # type: ignore[arg-type]

    @property
    def base_url(self) -> str:
        """Where visitors reach this server, without a trailing slash."""
        return (self.public_url or f"http://{'localhost' if self.host == '127.0.0.1' else self.host}:{self.port}").rstrip("/")

    @property
    def sqlalchemy_url(self) -> str:
        """The database to use."""
        return self.database_url or f"sqlite:///{(self.var / 'lotse.db').resolve()}"
