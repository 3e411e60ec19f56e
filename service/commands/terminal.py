"""What the commands share: words on the terminal, errors in one line, bytes to a file."""

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
from service.analyses.resources import Resources
from service.assembly.resources import open_resources
from service.config.settings import SettingError, Settings, read_settings
from service.model.answers import Answer
from service.model.errors import AnalysisError
from service.model.queries import Query
from service.model.release import Released, Role
from service.store.errors import StoreError
from spatial.errors import SpatialError

console = Console(stderr=True, highlight=False, soft_wrap=True)

AnswerT = TypeVar("AnswerT", bound=Answer)
QueryT = TypeVar("QueryT", bound=Query)


def fail(message: str) -> NoReturn:
    """End the command with a message and exit status 2."""
    console.print(f"[bold red]error:[/] {_plain(message)}")
    raise typer.Exit(2)


@contextmanager
def errors_in_words() -> Iterator[None]:
    """Turn the project's errors into one line and exit status 2."""
    try:
        yield
    except (SpatialError, BoundaryError, StoreError, AnalysisError, SettingError) as error:
        fail(str(error))
    except ValidationError as error:
        fail("; ".join(_fault(fault) for fault in error.errors()))


def settings() -> Settings:
    """The settings of this process, or the reason why there are none."""
    with errors_in_words():
        return read_settings()


def resources() -> Resources:
    """The stores and analyses over the data folder."""
    return open_resources(settings())


def query_of(model: type[QueryT], **given: Any) -> QueryT:
    """A query from command line options; those not given keep their defaults."""
    with errors_in_words():
        return model.model_validate(
            {name: value for name, value in given.items() if value not in (None, [], ())}
        )


def say(lines: Iterable[str]) -> None:
    """The lines of a summary, on standard output."""
    for line in lines:
        print(line)  # noqa: T201


def release(held: Resources, answer: AnswerT) -> Released[AnswerT]:
    """The answer through the one door out."""
    released: Released[AnswerT] = held.release(answer, held.policy, Role.PUBLIC)
    return released


def write(body: bytes, out: Path | None) -> None:
    """Bytes to a file, whole or not at all, or to standard output."""
    if out is None:
        if sys.stdout.isatty() and b"\0" in body[:1000]:
            fail("this is not text: name a file with --out")
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
    """A progress bar; the callable takes what is being done and the share done, 0 to 1."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("starting", total=1.0)

        def report(doing: str, share: float) -> None:
            progress.update(task, description=doing, completed=min(max(share, 0.0), 1.0))

        yield report


def _fault(fault: Any) -> str:
    """One fault of a query in words, naming the option and the value."""
    option = ".".join(str(part) for part in fault["loc"])
    message = str(fault["msg"]).removeprefix("Value error, ")
    if not option:
        return message
    given = "" if "got " in message else f", got {fault.get('input')!r}"
    return f"--{option.replace('_', '-')}: {message}{given}"


def _plain(text: str) -> str:
    """Text with nothing that the terminal would take for markup."""
    return text.replace("[", "\\[")
