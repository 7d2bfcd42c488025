"""Offers that need care: over, soon over, long not reviewed, not translated, or with a contact that reaches nobody.

`lotse check` prints the list, `lotse check --json` and the console get it as data. When an offer is due is `data/care.yml`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from bot.errors import ContentErrors, load_yaml
from bot.knowledge.offers import Offer, load_offers
from bot.languages import load_languages
from bot.region import Region

PROBLEMS = ("expired", "expiring", "review_due", "language_missing", "contact_invalid")


@dataclass(frozen=True, slots=True)
class CareRules:
    """When an offer is due, in days."""

    expires_soon_days: int
    review_every_days: int

    @classmethod
    def load(cls, data: Path | str) -> CareRules:
        """Read `care.yml` in the folder `data`. Raises ContentErrors."""
        document = load_yaml(Path(data) / "care.yml")
        if errors := document.check(_SCHEMA):
            raise ContentErrors(errors)
        return cls(**document.data)


_DAYS = {"type": "integer", "minimum": 0, "maximum": 3650, "description": "Days, such as 14."}
_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "required": ["expires_soon_days", "review_every_days"],
    "properties": {"expires_soon_days": _DAYS, "review_every_days": _DAYS},
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """An offer that needs care. `problem` is one of the names in `PROBLEMS`, `detail` says what exactly."""

    problem: str
    offer: str
    kind: str
    file: str
    line: int
    detail: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.offer} {self.problem.replace('_', ' ')}: {self.detail}"

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def offers_to_care_for(data: Path | str, *, today: date | None = None) -> list[Finding]:
    """The list for a content folder, as the console shows it.

    Raises:
        ContentErrors: records, region, languages or `care.yml` are broken.
    """
    folder = Path(data)
    offers = load_offers(folder, Region.load(folder))
    return check(offers, today or date.today(), load_languages(folder).written, CareRules.load(folder))


def check(offers: Iterable[Offer], today: date, languages: Sequence[str], rules: CareRules) -> list[Finding]:
    """What needs care: expired, expiring soon, not reviewed for long, not in one of `languages`, a contact that cannot
    be reached as written. In the order of the offers, then of `PROBLEMS`."""
    return [
        Finding(problem, offer.id, offer.kind, offer.file, offer.line, detail)
        for offer in offers
        for problem, detail in _problems(offer, today, languages, rules)
    ]


def _problems(offer: Offer, today: date, languages: Sequence[str], rules: CareRules) -> Iterator[tuple[str, str]]:
    last_day = offer.last_day
    if last_day and last_day < today:
        yield "expired", f"since {last_day}"
    elif last_day and last_day <= today + timedelta(days=rules.expires_soon_days):
        yield "expiring", f"on {last_day}"
    if offer.reviewed_on < today - timedelta(days=rules.review_every_days):
        yield "review_due", f"last reviewed on {offer.reviewed_on}"
    missing = [language for language in languages if language not in offer.text]
    if missing:
        yield "language_missing", ", ".join(missing)
    for name, problem in contact_problems(offer.contact):
        yield "contact_invalid", f"{name}: {problem}"


def contact_problems(contact: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """(field, what is wrong) for a telephone number or an e-mail address that does not parse."""
    if phone := contact.get("phone"):
        try:
            number = phonenumbers.parse(phone, None)
        except phonenumbers.NumberParseException as error:
            yield "phone", f"{phone}: {error}"
        else:
            if not phonenumbers.is_possible_number(number):
                yield "phone", f"{phone} is too short or too long"
    if email := contact.get("email"):
        try:
            validate_email(email, check_deliverability=False)
        except EmailNotValidError as error:
            yield "email", f"{email}: {error}"
