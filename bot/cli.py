"""The `paybot` command. Each command loads only what it needs; one that cannot start says in a line what is missing."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import signal
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from bot.settings import Settings, SettingsError, read_settings

app = typer.Typer(
    help="Paybot: the conversational way to pay a bill, by text and in the terminal.",
    no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False,
)  # fmt: skip

DEMO_PHONE = "+15555550123"
DatabaseOption = Annotated[
    str | None, typer.Option("--db", help="Database URL, such as sqlite:///var/paybot.db or postgresql://host/name.")
]


@app.command()
def chat(
    phone: Annotated[str, typer.Option(help="The number that you text from.")] = DEMO_PHONE,
    db: DatabaseOption = None,
) -> None:
    """Talk to the bot in this terminal, as a customer with a phone; piped, it reads lines and prints replies."""
    from bot.chat import chat as run
    from bot.chat import temporary_database
    from bot.logs import setup

    setup("error")
    folder = None
    if db is None:
        folder, db = temporary_database()
    settings = _settings(database_url=db)
    number = _phone(phone)
    try:
        asyncio.run(run(settings, phone=number, demo=True))
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    finally:
        if folder is not None:
            folder.cleanup()


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, help="Processes; more than one needs PostgreSQL.")] = 1,
) -> None:
    """Serve the channels' webhooks, the payment service, health and metrics."""
    import uvicorn

    from bot.app import channels_off

    settings = _settings()
    if workers > 1 and settings.database_url.startswith("sqlite"):
        _fail("several workers need PostgreSQL: set DATABASE_URL=postgresql://..., or use --workers 1")
    _reachable(settings)
    for line in channels_off(settings):
        typer.echo(line, err=True)
    # Once it has stopped gracefully, uvicorn raises the signal again: that is an orderly end, not a death by signal.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    uvicorn.run(
        "bot.app:create", factory=True, host=host, port=port, workers=workers, log_config=None, access_log=False,
        timeout_graceful_shutdown=20, server_header=False,
    )  # fmt: skip


@app.command()
def parse(
    today: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day that relative dates start from.")
    ] = None,
) -> None:
    """Understand one utterance a line from standard input; print one JSON object a line."""
    from nlu.commands import parse_lines
    from nlu.runtime import load

    parse_lines(sys.stdin, sys.stdout, load(), today.date() if today else dt.datetime.now(dt.UTC).astimezone().date())


@app.command()
def train() -> None:
    """Train with Rasa from config.yml and nlu/data, export the served model, print its accuracy."""
    from nlu.commands import train as run
    from nlu.training import TrainingError

    try:
        run(sys.stdout)
    except TrainingError as error:
        _fail(str(error))


@app.command(name="import")
def import_(
    file: Annotated[Path, typer.Argument(help="A YAML file: accounts, invoices, payment methods, contacts, staff.")],
    db: DatabaseOption = None,
) -> None:
    """Load accounts, invoices, payment methods, contacts and staff. Safe to repeat."""
    from durable.ambient import RandomIds, SystemClock
    from durable.database import Database
    from durable.migrate import migrate
    from payments.loading import ImportRefused, load

    settings = _settings(database_url=db)
    _reachable(settings)
    database = Database(settings.database_url)
    try:
        migrate(database, "payments")
        loaded = load(database, file, clock=SystemClock(), ids=RandomIds())
    except ImportRefused as refusal:
        _fail(str(refusal))
    finally:
        database.close_blocking()
    typer.echo(
        f"{loaded.accounts} accounts, {loaded.contacts} contacts, {loaded.invoices} invoices, "
        f"{loaded.payment_methods} payment methods, {loaded.staff} staff"
    )
    for line in loaded.refused:
        typer.echo(f"refused: {line}", err=True)
    if loaded.refused:
        raise typer.Exit(1)


@app.command()
def check() -> None:
    """Check the configuration and what it points to, a line each; exit 1 if one fails."""
    from bot.checking import check_all

    settings = _settings()
    failed = False
    for line in asyncio.run(check_all(settings)):
        typer.echo(str(line))
        failed = failed or line.failed
    raise typer.Exit(1 if failed else 0)


def _settings(**overrides: object) -> Settings:
    try:
        return read_settings(**overrides)
    except SettingsError as error:
        _fail(str(error))


def _reachable(settings: Settings) -> None:
    """Fails in one line where the database cannot be opened."""
    from sqlalchemy import create_engine
    from sqlalchemy.exc import SQLAlchemyError

    from durable.database import with_driver

    url = with_driver(settings.database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        folder = Path(url.database).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            _fail(f"DATABASE_URL: the folder {folder} cannot be made ({error.strerror})")
    try:
        with create_engine(url).connect():
            return
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or type(error).__name__).splitlines()[0]
        _fail(f"DATABASE_URL: {url.render_as_string()} cannot be opened: {reason}")


def _phone(text: str) -> str:
    import phonenumbers

    try:
        number = phonenumbers.parse(text, "US")
    except phonenumbers.NumberParseException:
        _fail(f"--phone: {text!r} is no phone number; write it like {DEMO_PHONE}")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _fail(message: str) -> NoReturn:
    typer.echo(f"paybot: {message}", err=True)
    raise typer.Exit(2)


def main() -> None:
    """The console script."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # one message needs no thread pool
    from nlu.runtime.artifact import ArtifactError

    try:
        app()
    except ArtifactError as error:
        typer.echo(f"paybot: {error}; run paybot train", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
