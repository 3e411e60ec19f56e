"""Terminal output shared by the commands: messages, one-line errors, files."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)

from boundaries.errors import BoundaryError
from service.access.admission import Question
from service.access.release import Released
from service.analyses.resources import Resources
from service.assembly.resources import open_resources
from service.config.permissions import protect_files
from service.config.settings import SettingError, Settings, read_settings
from service.housekeeping.errors import HousekeepingError
from service.identity.errors import IdentityError
from service.model.answers import Answer
from service.model.errors import AnalysisError
from service.model.faults import distinct_faults
from service.model.queries import Query
from service.store.errors import StoreError
from spatial.errors import SpatialError

console = Console(stderr=True, highlight=False, soft_wrap=True)

OUR_ERRORS = (
    SpatialError,
    BoundaryError,
    StoreError,
    AnalysisError,
    SettingError,
    HousekeepingError,
    IdentityError,
)

AnswerT = TypeVar("AnswerT", bound=Answer)
QueryT = TypeVar("QueryT", bound=Query)


def fail(message: str) -> NoReturn:
    """End the command with a message and exit status 2."""
    console.print(f"[bold red]error:[/] {_plain(message)}")
    raise typer.Exit(2)


@contextmanager
def report_errors() -> Iterator[None]:
    """Report the project's errors, and those of the disk, in one line and end with status 2."""
    try:
        yield
    except OUR_ERRORS as error:
        fail(str(error))
    except BrokenPipeError:  # who reads our output has enough
        raise
    except OSError as error:
        fail(f"{error.filename or 'the data folder'}: {error.strerror or error}")
    except ValidationError as error:
        fail("; ".join(_fault(fault) for fault in distinct_faults(error.errors())))


def confirm(consequences: Iterable[str], *, is_agreed: bool) -> None:
    """Say what will happen and ask whether it may; ends the command unless it may.

    Parameters
    ----------
    consequences : iterable of str
        A line each.
    is_agreed : bool
        Whether ``--yes`` has been given, so that nobody is asked.
    """
    print_lines(consequences)
    if is_agreed:
        return
    if not sys.stdin.isatty():
        fail("nobody can be asked here: confirm with --yes")
    typer.confirm("Go on?", abort=True)


def settings() -> Settings:
    """The settings of this process, whose files are private from now on.

    Ends the command if they are not valid.
    """
    with report_errors():
        settings = read_settings()
        protect_files(settings)
        return settings


def resources() -> Resources:
    """The stores and analyses over the data folder."""
    return open_resources(settings())


def query_of(model: type[QueryT], /, **options: Any) -> QueryT:
    """A query from command-line options; options left out keep their defaults."""
    with report_errors():
        return model.model_validate(
            {name: value for name, value in options.items() if value not in (None, [], ())}
        )


def print_lines(lines: Iterable[str]) -> None:
    """Print lines on standard terminal."""
    for line in lines:
        print(line)  # noqa: T201


def print_notes(notes: Iterable[str]) -> None:
    """Print the notes of an answer beside it, where its format has no place for them."""
    for note in notes:
        console.print(f"note: {_plain(note)}")


def body_of(
    resources: Resources,
    question: Question,
    compute: Callable[[], AnswerT],
    render: Callable[[Released[AnswerT]], bytes],
) -> bytes:
    """The bytes of the answer to a question, through both gates; an error ends the command."""
    with report_errors():
        body = render(resources.gates.answer(question, resources.audience, compute))
    note_damage(resources)
    return body


def note_damage(resources: Resources) -> None:
    """Print which parts of the data were left out of an answer because they are damaged."""
    print_notes(
        f"{part.part} {part.name} is damaged and left out: {part.reason}; "
        "hotspots doctor says what to do"
        for part in resources.damage.parts()
    )


def write(body: bytes, out: Path | None) -> None:
    """Write bytes to standard output, or to a file, completely or not at all."""
    if out is None:
        if sys.stdout.isatty() and b"\0" in body[:1000]:
            fail("this format is not text: name a file with --out")
        sys.stdout.buffer.write(body)
        sys.stdout.buffer.flush()
        return
    partial = out.with_name(f".{out.name}.partial")
    try:
        partial.write_bytes(body)
        partial.replace(out)
    except OSError as error:
        fail(f"{out} cannot be written: {error.strerror}")
    console.print(f"wrote {_plain(str(out))} ({len(body):,} bytes)")


@contextmanager
def progress_bar() -> Iterator[Callable[[str, float], None]]:
    """A progress bar; call it with the current task and the share of the work done, 0 to 1."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("starting", total=1.0)

        def report(description: str, share: float) -> None:
            progress.update(task, description=description, completed=min(max(share, 0.0), 1.0))

        yield report


def _fault(fault: Any) -> str:
    """One fault of a query as text that names the option and the value."""
    option = ".".join(str(part) for part in fault["loc"])
    message = str(fault["msg"]).removeprefix("Value error, ")
    if not option:
        return message
    value_note = "" if "got " in message else f", got {fault.get('input')!r}"
    return f"--{option.replace('_', '-')}: {message}{value_note}"


def _plain(text: str) -> str:
    """Text with the terminal's markup characters escaped."""
    return text.replace("[", "\\[")
