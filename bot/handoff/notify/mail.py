"""Notification by mail: to the team, and to the visitor who wants to know when there is an answer.

No mail holds a word of the conversation: it says that there is something, and where. Texts are data
(`data/mail/staff.yml`, and `mail` in `data/interface/<language>.yml`).
"""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, localtime

import aiosmtplib

from bot.errors import load_yaml
from bot.handoff.notify import Letter, Refused, Send
from bot.resources import Resources
from bot.settings import SettingError

_SECONDS = 20.0
_SECURITY = ("starttls", "tls", "none")


def from_settings(resources: Resources) -> Send | None:
    """Sends by the operator's mail server; None without one.

    Raises:
        SettingError: a setting cannot be used.
    """
    settings = resources.settings
    if not settings.smtp_host:
        return None
    if settings.smtp_security not in _SECURITY:
        raise SettingError(f"LOTSE_SMTP_SECURITY is {settings.smtp_security!r}; known are {', '.join(_SECURITY)}.")
    staff = load_yaml(settings.data / "mail" / "staff.yml").data
    sender = settings.smtp_from or resources.region.office.email

    async def send(letter: Letter) -> str | None:
        message = compose(letter, resources, staff, sender)
        try:
            await aiosmtplib.send(
                message, hostname=settings.smtp_host, port=settings.smtp_port, timeout=_SECONDS,
                username=settings.smtp_user or None, password=settings.smtp_password or None,
                use_tls=settings.smtp_security == "tls",
                start_tls={"starttls": True, "tls": False, "none": False}[settings.smtp_security],
            )  # fmt: skip
        except aiosmtplib.SMTPRecipientsRefused as error:
            codes = [each.code for each in error.recipients]
            # Never the address itself: it may be a visitor's, and what is said here is kept and shown.
            said = f"{codes[0] if codes else ''} the address was refused".strip()
            if codes and all(code >= 500 for code in codes):
                raise Refused(said) from error
            raise ConnectionError(said) from error
        except aiosmtplib.SMTPResponseException as error:
            if error.code >= 500:
                raise Refused(f"{error.code} {error.message}") from error
            raise
        return None

    return send


def compose(letter: Letter, resources: Resources, staff: dict[str, dict[str, str]], sender: str) -> EmailMessage:
    """The mail.

    Raises:
        Refused: there is nobody it could go to, or an address cannot stand in a mail's head.
    """
    to_visitor = letter.kind == "answer"
    if to_visitor:
        texts = resources.interface.section(letter.language, "mail")
        subject, text = texts[f"{letter.kind}_subject"], texts[f"{letter.kind}_text"]
        recipient = letter.case.contact
    else:
        subject, text = staff[letter.kind]["subject"], staff[letter.kind]["text"]
        team = resources.region.receiver(letter.team)
        recipient = team.email if team else resources.region.office.email
    values = {**letter.values, "link": letter.visitor_link if to_visitor else letter.console_link}
    message = EmailMessage(policy=SMTP)
    try:
        # An address is parsed, never pasted: what could begin another header is refused here.
        message["To"] = Address(addr_spec=recipient)
        message["From"] = Address(resources.region.name("de"), addr_spec=sender)
        message["Subject"] = _filled(subject, values)
    except (ValueError, TypeError, IndexError) as error:
        raise Refused(f"an address or subject cannot stand in a mail: {type(error).__name__}") from error
    # The same for every try: mail systems show a repetition once.
    message["Message-ID"] = f"<{letter.key.replace(':', '.')}@{sender.rpartition('@')[2]}>"
    message["Date"] = format_datetime(localtime())
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(_filled(text, values) + "\n", cte="quoted-printable")
    # Setting the content takes such headers away.
    message["Content-Language"] = letter.language if to_visitor else "de"
    return message


def _filled(text: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        text = text.replace("{" + name + "}", value)
    return text
