"""Who may do what: one table of every route of the console and the roles that it is open to.

The routes are registered from this table (`bot/console/pages.py`), so there is none outside it, and a test walks
it with every role. What is not listed here does not exist.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.console.accounts import ROLES
from bot.handoff import cases

NOBODY = "anonymous"
"""The role of a request without a session."""

STAFF = frozenset(ROLES)
EVERYBODY = STAFF | {NOBODY}
CASEWORK = frozenset(cases.ROLES)
"""Roles that read what visitors wrote; the content team is not among them."""
ADMINISTRATION = frozenset({"administrator"})


@dataclass(frozen=True, slots=True)
class Route:
    """One route.

    `handler` is module and function below `bot.console`; the function takes the page and the path's parameters.
    """

    method: str
    path: str
    handler: str
    roles: frozenset[str]


ROUTES = (
    Route("GET", "/static/<name:str>", "assets.serve", EVERYBODY),
    Route("GET", "/login", "login.form", EVERYBODY),
    Route("POST", "/login", "login.log_in", EVERYBODY),
    Route("POST", "/login/code", "second_factor.check", EVERYBODY),
    Route("POST", "/logout", "login.log_out", STAFF),
    Route("GET", "/welcome/<token:str>", "login.welcome", EVERYBODY),
    Route("POST", "/welcome/<token:str>", "login.set_password", EVERYBODY),
    Route("POST", "/language", "account.language", EVERYBODY),
    Route("GET", "/account", "account.show", STAFF),
    Route("POST", "/account/password", "account.change_password", STAFF),
    Route("POST", "/account/sessions", "account.end_sessions", STAFF),
    Route("POST", "/account/session", "account.end_session", STAFF),
    Route("GET", "/account/second-factor", "second_factor.set_up", STAFF),
    Route("POST", "/account/second-factor", "second_factor.switch_on", STAFF),
    Route("POST", "/account/second-factor/off", "second_factor.switch_off", STAFF),
    Route("GET", "/", "inbox.show", STAFF),
    Route("GET", "/inbox/events", "inbox.events", CASEWORK),
    Route("GET", "/inbox.csv", "exports.inbox_csv", CASEWORK),
    Route("GET", "/inbox.xlsx", "exports.inbox_xlsx", CASEWORK),
    Route("GET", "/cases/<number:str>/case.pdf", "exports.case_pdf", CASEWORK),
    Route("GET", "/cases/<number:str>/case.json", "exports.case_json", CASEWORK),
    Route("POST", "/inbox/close", "bulk.close", CASEWORK),
    Route("GET", "/cases/<number:str>", "case.show", CASEWORK),
    Route("POST", "/cases/<number:str>/notes", "notes.add", CASEWORK),
    Route("POST", "/cases/<number:str>/tags", "notes.tag", CASEWORK),
    Route("POST", "/cases/<number:str>/untag", "notes.untag", CASEWORK),
    Route("GET", "/cases/<number:str>/events", "case_stream.events", CASEWORK),
    Route("POST", "/cases/<number:str>/take", "case.take", CASEWORK),
    Route("POST", "/cases/<number:str>/reply", "case.reply", CASEWORK),
    Route("POST", "/cases/<number:str>/prepared", "answers.prepared", CASEWORK),
    Route("GET", "/cases/<number:str>/faq", "answers.faq_preview", CASEWORK),
    Route("POST", "/cases/<number:str>/faq", "answers.faq", CASEWORK),
    Route("GET", "/cases/<number:str>/offers", "answers.offers", CASEWORK),
    Route("POST", "/cases/<number:str>/offer", "answers.offer", CASEWORK),
    Route("POST", "/cases/<number:str>/appointment", "answers.appointment", CASEWORK),
    Route("POST", "/cases/<number:str>/give-back", "case.give_back", CASEWORK),
    Route("POST", "/cases/<number:str>/close", "case.close", CASEWORK),
    Route("POST", "/cases/<number:str>/release", "case.release", ADMINISTRATION),
    Route("POST", "/cases/<number:str>/read", "case.read", CASEWORK),
    Route("POST", "/cases/<number:str>/typing", "case.typing", CASEWORK),
    Route("POST", "/cases/<number:str>/pass-on", "handing.pass_on", CASEWORK),
    Route("POST", "/cases/<number:str>/reopen", "handing.reopen", CASEWORK),
    Route("GET", "/available", "available.show", CASEWORK),
    Route("POST", "/available", "available.switch", CASEWORK),
    Route("GET", "/letters", "letters.show", CASEWORK),
    Route("POST", "/letters/<letter_id:int>/again", "letters.again", CASEWORK),
    Route("GET", "/review", "review.show", STAFF),
    Route("GET", "/review/misunderstood", "review.misunderstood", STAFF),
    Route("GET", "/review/misunderstood.csv", "review.misunderstood_csv", STAFF),
    Route("GET", "/review/marks.csv", "review.marks_csv", STAFF),
    Route("GET", "/review/marks.yml", "review.marks_yaml", STAFF),
    Route("GET", "/review/talk/<conversation_id:str>", "review.talk", STAFF),
    Route("POST", "/review/talk/<conversation_id:str>/<seq:int>", "review.mark", STAFF),
    Route("GET", "/statistics", "statistics.show", STAFF),
    Route("GET", "/statistics/<table:str>", "statistics.table_csv", STAFF),
    Route("GET", "/users", "users.show", ADMINISTRATION),
    Route("POST", "/users/<user_id:int>/second-factor", "users.forget_second_factor", ADMINISTRATION),
    Route("GET", "/persons", "person.show", ADMINISTRATION),
    Route("POST", "/persons/export", "person.export", ADMINISTRATION),
    Route("POST", "/persons/erase", "person.erase", ADMINISTRATION),
    Route("POST", "/users", "users.invite", ADMINISTRATION),
    Route("POST", "/users/<user_id:int>/link", "users.new_link", ADMINISTRATION),
    Route("POST", "/users/<user_id:int>/role", "users.change_role", ADMINISTRATION),
    Route("POST", "/users/<user_id:int>/active", "users.set_active", ADMINISTRATION),
    # Not `path`: that would take /console/ too.
    Route("GET", "/<rest:[^/].*>", "lost.lost", EVERYBODY),
)
