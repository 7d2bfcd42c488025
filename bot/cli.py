"""`lotse`: everything an operator or editor does from a terminal."""

from __future__ import annotations

import logging
import os
import sys
import warnings
from pathlib import Path
from typing import Annotated, Any

os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
warnings.filterwarnings("ignore", category=DeprecationWarning)
warnings.filterwarnings("ignore", category=FutureWarning)

import typer  # noqa: E402
from rich.console import Console  # noqa: E402

from bot.errors import ContentErrors  # noqa: E402
from bot.settings import SettingError, Settings  # noqa: E402

app = typer.Typer(help=__doc__, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)
out = Console(stderr=True, highlight=False)


def quiet(level: int = logging.WARNING) -> None:
    """Rasa's loggers say much, and build what they say even if nobody hears it."""
    import structlog

    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    # The SDK warns of every slot of a form that needs no validation.
    logging.getLogger("rasa_sdk").setLevel(logging.ERROR)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(level))
    # Said of every domain, whatever stands in it.
    warnings.filterwarnings("ignore", "Slot auto-fill has been removed", UserWarning)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes; more than one needs PostgreSQL.")] = None,
) -> None:
    """Serve visitors and staff; trains first if the data is newer than the model."""
    from dataclasses import replace

    settings = Settings.from_environment()
    given = {"host": host, "port": port, "workers": workers}
    settings = replace(settings, **{k: v for k, v in given.items() if v is not None})  # type: ignore[arg-type]
    if settings.workers > 1 and not settings.database_url:
        raise typer.BadParameter("several workers need PostgreSQL: set LOTSE_DATABASE_URL", param_hint="--workers")
    quiet()
    from bot.serving import serve as run

    run(settings)


@app.command()
def train(force: Annotated[bool, typer.Option(help="Train even if nothing changed.")] = False) -> None:
    """Train a model from data/ and publish it."""
    quiet()
    from bot.training.model import ensure_model

    settings = Settings.from_environment()
    model = ensure_model(settings.data, settings.models, force=force, say=out.print)
    out.print(f"Model: {model}")


@app.command()
def adapt() -> None:
    """Train the sentence encoder further on our own examples (rarely: new examples work without); then `lotse train`."""
    quiet()
    from bot.nlu.addition import EncoderError
    from bot.training.adapt import adapt as run

    settings = Settings.from_environment()
    try:
        file = run(settings.data, settings.models / "cache", say=out.print)
    except EncoderError as error:
        out.print(str(error), markup=False, soft_wrap=True)
        raise typer.Exit(1) from None
    out.print(f"Wrote {file}. `lotse train` makes a model with it.")


@app.command("related")
def related_examples(
    intent: Annotated[str, typer.Argument(help="Full name of an intent, e.g. faq/fishing.")],
    least: Annotated[float, typer.Option(help="How like they must be, 0 to 1.")] = 0.6,
    take_out: Annotated[bool, typer.Option("--take-out", help="Delete them from their files.")] = False,
) -> None:
    """List what speaks of the same among the examples of out_of_scope, likest first: a new question needs them gone."""
    quiet()
    from bot.languages import load_languages
    from bot.training import related

    settings = Settings.from_environment()
    languages = load_languages(settings.data)
    try:
        found = related.related(settings.data, settings.models / "cache", intent, languages, least=least)
    except KeyError:
        out.print(f"{intent} has no examples under {settings.data / 'nlu'}. Names are as in these files, e.g. faq/doctor.")
        raise typer.Exit(1) from None
    for each in found:
        place = f"{each.example.file}:{each.example.line}"
        print(f"{each.likeness:.2f}  {place}  {each.example.text}")
    if take_out:
        gone = related.take_out(each.example for each in found)
        out.print(f"{gone} examples of {related.NOWHERE} were deleted. `git diff data/nlu` shows them.")


@app.command()
def check(as_json: Annotated[bool, typer.Option("--json", help="Print JSON: errors, remarks, offers.")] = False) -> None:
    """Check everything under data/: what is broken, missing or about to expire."""
    quiet()
    from bot.knowledge.care import offers_to_care_for
    from bot.training.check import check_content

    settings = Settings.from_environment()
    tests = settings.data.resolve().parent / "tests" / "nlu"
    if as_json:
        import json

        found: dict[str, Any] = {"errors": [], "remarks": [], "offers": []}
        try:
            found["remarks"] = check_content(settings.data, tests=tests, offers=False)
            found["offers"] = [finding.as_json() for finding in offers_to_care_for(settings.data)]
        except ContentErrors as broken:
            found["errors"] = [error.as_json() for error in broken.errors]
        print(json.dumps(found, ensure_ascii=False, indent=2))
        raise typer.Exit(1 if found["errors"] else 0)
    remarks = check_content(settings.data, tests=tests)
    for line in remarks:
        out.print(line, markup=False, soft_wrap=True)
    out.print(f"Nothing is broken. {len(remarks)} remarks for the editors." if remarks else "Everything is in order.")


@app.command()
def coverage(output: Annotated[str, typer.Option("--output", "-o", help="File to write.")] = "docs/coverage.md") -> None:
    """Put the test questions to the model and write how well each intent and language is understood."""
    quiet()
    from pathlib import Path

    from bot.languages import load_languages
    from bot.training.coverage import page
    from bot.training.evaluate import load_brain, read_questions
    from bot.training.examples import read_examples
    from bot.training.model import ensure_model

    settings = Settings.from_environment()
    languages = load_languages(settings.data)
    questions = read_examples(settings.data.resolve().parent / "tests" / "nlu", languages)
    brain = load_brain(ensure_model(settings.data, settings.models, say=out.print), languages)
    text = page(languages, read_examples(settings.data / "nlu", languages), read_questions(brain, questions))
    Path(output).write_text(text, encoding="utf-8")
    out.print(f"Wrote {output}.")


@app.command()
def migrate() -> None:
    """Bring the database to the present schema."""
    from bot.migrations import migrate as run

    settings = Settings.from_environment()
    settings.var.mkdir(parents=True, exist_ok=True)
    run(settings.sqlalchemy_url)


@app.command()
def chat(language: Annotated[str, typer.Option(help="Language to begin in.")] = "de") -> None:
    """Talk to the trained model in this terminal; nothing is stored."""
    quiet()
    from bot.training.talk import talk

    talk(Settings.from_environment(), language)


@app.command()
def search(
    text: Annotated[str, typer.Argument(help="What to look for, in any language.")] = "",
    kind: Annotated[str | None, typer.Option(help="job, training, housing, childcare, service or event.")] = None,
    place: Annotated[str | None, typer.Option(help="Id of a place, e.g. stendal.")] = None,
    within: Annotated[float, typer.Option(help="Kilometres around the place.")] = 0,
    criteria: Annotated[list[str] | None, typer.Option("--filter", help="name=value, such as rooms=3; repeatable.")] = None,
    lang: Annotated[str, typer.Option(help="Language to show offers in.")] = "de",
    limit: Annotated[int, typer.Option(help="Offers to show.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, as GET /api/v1/offers gives it.")] = False,
) -> None:
    """Search the offers as the chat does."""
    quiet()
    from bot.knowledge.index import plain_glosser
    from bot.knowledge.listing import print_listing
    from bot.knowledge.query import Query, QueryError
    from bot.nlu.reader import SampleReader
    from bot.resources import Resources

    pairs = [pair.partition("=") for pair in criteria or []]
    if any(not equals for _, equals, _ in pairs):
        raise typer.BadParameter("write name=value, such as rooms=3", param_hint="--filter")
    resources = Resources.load(Settings.from_environment())
    # Without a model the lists of words are read as they were written, which finds a little less than the chat.
    resources.readings.use(SampleReader(plain_glosser(resources.settings.data, resources.region), None))
    language = resources.languages.match(lang)
    understood = resources.languages[language].understands
    query = Query(
        kind=kind, text=text, glosses=resources.readings.glosses(text, understood), place=place, radius_km=within,
        limit=limit, filters={name: value for name, _, value in pairs}, language=understood,
    )  # fmt: skip
    try:
        print_listing(resources.offers.search(query), language, resources, as_json=as_json)
    except QueryError as error:
        raise typer.BadParameter(str(error)) from None


@app.command("import")
def import_(
    format: Annotated[str, typer.Argument(help="One of the formats in docs/feeds.md, such as openimmo.")],
    file: Annotated[str, typer.Argument(help="The file, or - for standard input.")],
    source: Annotated[str | None, typer.Option(help="Who delivers, such as wohnbau; the format's name by default.")] = None,
    language: Annotated[str | None, typer.Option(help="Language of texts that do not say theirs.")] = None,
    complete: Annotated[bool, typer.Option(help="The file holds everything: withdraw what is missing.")] = False,
    dry_run: Annotated[bool, typer.Option(help="Only say what would be done.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Take offers in from a partner's file; ends with 3 if entries were refused."""
    quiet(logging.ERROR)
    from bot.knowledge.feeds.commands import import_file

    settings = Settings.from_environment()
    raise typer.Exit(
        import_file(
            settings, out, format, file, source=source, language=language, complete=complete, dry_run=dry_run, as_json=as_json
        )
    )


@app.command()
def export(
    format: Annotated[str, typer.Argument(help="One of the formats in docs/feeds.md, or template.")],
    output: Annotated[str, typer.Option("--output", "-o", help="File to write; standard output by default.")] = "-",
    kind: Annotated[str | None, typer.Option(help="Only offers of this kind.")] = None,
    expired: Annotated[bool, typer.Option(help="Also those that are over.")] = False,
) -> None:
    """Write the offers in a partner's format, or an empty spreadsheet to fill in (`template`)."""
    quiet(logging.ERROR)
    from bot.knowledge.feeds.commands import export_file

    export_file(Settings.from_environment(), out, format, output, kind=kind, expired=expired)


@app.command()
def demand(
    month: Annotated[str | None, typer.Option(help="Only this month, such as 2026-11.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """What people look for and do not find, most often first."""
    quiet()
    import re

    from bot.conversation.demand import most_wanted, show_demand
    from bot.resources import Resources

    if month and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
        raise typer.BadParameter("write a month as 2026-11", param_hint="--month")
    settings = Settings.from_environment()
    wanted = _with_database(settings, lambda c: most_wanted(c, month))
    show_demand(wanted, Resources.load(settings), as_json=as_json)


@app.command()
def rank(
    passages: Annotated[Path, typer.Option(help="JSON lines: id, text, and where known lang and title.")],
    questions: Annotated[Path, typer.Option(help="JSON lines: text, lang, and relevant, the ids of what answers it.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Rank any passages for any questions as the chat ranks its answers; recall at 1 and 3, MRR at 10 per language."""
    quiet()
    from bot.knowledge.rank_files import report

    report(Settings.from_environment(), passages, questions, as_json=as_json)


user_app = typer.Typer(help="Accounts of staff.", no_args_is_help=True)
app.add_typer(user_app, name="user")


@user_app.command("add")
def user_add(
    email: str, name: str, role: Annotated[str, typer.Option(help="adviser, editor or administrator")] = "adviser"
) -> None:
    """Make an account and print the one-time link that sets its password."""
    quiet()
    from bot.console.accounts import AccountError, invite

    settings = Settings.from_environment()
    try:
        print(_with_database(settings, lambda c: invite(c, settings.base_url, email=email, name=name, role=role)))
    except AccountError as error:
        raise typer.BadParameter(str(error), param_hint="--role") from None


def _with_database(settings: Settings, work: Any) -> Any:
    from sqlalchemy.exc import DBAPIError

    from bot.db import Database, Unavailable

    database = Database(settings.sqlalchemy_url)
    try:
        return database.write_now(work)
    except (Unavailable, DBAPIError) as error:
        why = str(getattr(error, "orig", error)).splitlines()[0]
        out.print(f"The database cannot be used: {why}", markup=False, soft_wrap=True)
        out.print("Check LOTSE_DATABASE_URL and LOTSE_VAR; `lotse migrate` makes a new database ready.")
        raise typer.Exit(1) from None
    finally:
        database.close()


@app.command()
def purge(dry_run: Annotated[bool, typer.Option(help="Only say what would be deleted.")] = False) -> None:
    """Delete what is due: conversations, closed cases, audit entries, each after its own time. The server does it nightly."""
    quiet()
    from bot.privacy import retention
    from bot.region import Region

    settings = Settings.from_environment()
    region, periods = Region.load(settings.data), retention.Periods.of(settings)
    gone = _with_database(
        settings, lambda c: retention.purge(c, periods, region, var=settings.var, dry_run=dry_run)
    )
    for what, count in gone.items():
        print(f"{what}: {count}")
    print("Nothing was deleted." if dry_run else "Done.")


person_app = typer.Typer(help="What is stored about one person.", no_args_is_help=True)
app.add_typer(person_app, name="person")
_WHO = typer.Argument(help="Case number, conversation id, or the e-mail address or telephone number of a case.")
_STAFF = typer.Option(help="WHO is the e-mail address of a member of staff.")


@person_app.command("export")
def person_export(who: Annotated[str, _WHO], staff: Annotated[bool, _STAFF] = False) -> None:
    """Print all that is stored about somebody, as JSON."""
    quiet()
    import json

    from bot.privacy import persons
    from bot.privacy.contacts import Contacts

    settings = Settings.from_environment()
    contacts = Contacts.load(settings.data)
    try:
        found = _with_database(settings, lambda c: persons.export(c, who, staff=staff, contacts=contacts))
    except persons.NobodyKnown:
        raise typer.BadParameter("no account has this e-mail address", param_hint="WHO") from None
    print(json.dumps(found, ensure_ascii=False, indent=2, default=str))


@person_app.command("erase")
def person_erase(
    who: Annotated[str, _WHO],
    staff: Annotated[bool, _STAFF] = False,
    yes: Annotated[bool, typer.Option(help="Do not ask.")] = False,
) -> None:
    """Delete all that is stored about somebody; a second time finds nothing."""
    quiet()
    from bot.privacy import journal, persons
    from bot.privacy.contacts import Contacts

    settings = Settings.from_environment()
    contacts = Contacts.load(settings.data)
    journal.use(settings.var)
    if not yes:
        typer.confirm(f"Delete everything about {who}? It cannot be undone.", abort=True)
    try:
        gone = _with_database(settings, lambda c: persons.erase(c, who, staff=staff, contacts=contacts))
    except persons.NobodyKnown:
        raise typer.BadParameter("no account has this e-mail address", param_hint="WHO") from None
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="WHO") from None
    for table, count in gone.items():
        if count:
            print(f"{table}: {count}")
    print("Done." if any(gone.values()) else "Nothing is stored about this person.")


def main() -> None:
    """Entry point: problems with content and settings are told in words, without a traceback."""
    try:
        app()
    except ContentErrors as error:
        out.print(str(error), markup=False, soft_wrap=True)
        out.print("Nothing was changed. Correct these lines and try again.")
        raise SystemExit(1) from None
    except SettingError as error:
        out.print(str(error), markup=False)
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
