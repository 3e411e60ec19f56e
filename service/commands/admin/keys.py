"""Commands ``hotspots keys``: who may ask the service, and as whom."""

import datetime
from collections.abc import Iterable
from dataclasses import asdict
from typing import Annotated

import orjson
import typer

from service.commands import terminal
from service.commands.admin.housekeeping import Yes
from service.identity.errors import InvalidKeyOptionsError
from service.identity.keys import ApiKey, Keys, today
from service.identity.private_folder import PrivateFolder

app = typer.Typer(
    help="Keys of the API: who may ask, and as whom.", no_args_is_help=True, rich_markup_mode=None
)

Id = Annotated[str, typer.Argument(metavar="ID", help="Of the key, as listed.")]
Days = Annotated[int, typer.Option("--days", min=1, max=3_650, help="How many days it is valid.")]


@app.callback()
def _keys() -> None:
    """Keys of the API: each has a role, an end, and is shown once."""


@app.command()
def make(
    role: Annotated[
        str,
        typer.Option(
            help="partner sees what is published of restricted datasets; analyst and admin see "
            "the records."
        ),
    ],
    title: Annotated[str, typer.Option(help="Whose it is, or what for.")],
    dataset: Annotated[
        list[str] | None,
        typer.Option(help="The only dataset it is for; repeat for several. By default all."),
    ] = None,
    days: Days = 365,
    requests_per_minute: Annotated[
        int | None, typer.Option(help="Its own limit, in place of that of the settings.")
    ] = None,
) -> None:
    """Make a key, and print it: it is kept nowhere, and cannot be printed again."""
    with terminal.report_errors():
        _check_datasets(dataset or ())
        key, secret = _opened().make(
            role=role,
            title=title,
            expires=today() + datetime.timedelta(days=days),
            datasets=dataset or (),
            requests_per_minute=requests_per_minute,
        )
    _tell(key, secret)


@app.command("list")
def list_(
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """The keys there are, with those that were revoked or have expired."""
    with terminal.report_errors():
        keys = _opened().all()
    if as_json:
        entries = [{**asdict(key), "fault": key.fault(today())} for key in keys]
        for entry in entries:
            del entry["digest"]
        terminal.write(orjson.dumps({"keys": entries}) + b"\n", None)
        return
    terminal.print_lines(map(_line, keys) if keys else ["no keys yet: hotspots keys make"])


@app.command()
def revoke(key_id: Id, yes: Yes = False) -> None:
    """Revoke a key: within a second no process takes it."""
    keys = _opened()
    terminal.confirm([f"revoke the key {key_id}: whoever has it is refused"], is_agreed=yes)
    with terminal.report_errors():
        key = keys.revoke(key_id)
    terminal.print_lines([_line(key)])


@app.command()
def rotate(
    key_id: Id,
    overlap_days: Annotated[
        int,
        typer.Option(min=0, max=365, help="How long the old one is valid too; 0 revokes it."),
    ] = 14,
    days: Days = 365,
) -> None:
    """Make a key like another one, which stays valid for a while, and print it."""
    with terminal.report_errors():
        key, secret = _opened().rotate(
            key_id,
            overlap_days=overlap_days,
            expires=today() + datetime.timedelta(days=days),
        )
    _tell(key, secret)


def _opened() -> Keys:
    return Keys(PrivateFolder(terminal.settings().access_folder))


def _check_datasets(datasets: Iterable[str]) -> None:
    """Raise where a key would be for a dataset that there is not."""
    unknown = sorted(set(datasets) - set(terminal.resources().incidents.ids())) if datasets else []
    if unknown:
        known = ", ".join(terminal.resources().incidents.ids()) or "none"
        raise InvalidKeyOptionsError(f"there is no dataset {unknown[0]!r}; there are {known}")


def _tell(key: ApiKey, secret: str) -> None:
    """Print a new key alone on standard output, and what it is beside it."""
    terminal.console.print(f"key {key.key_id}: {_terms(key)}. It is shown this once:")
    terminal.print_lines([secret])


def _line(key: ApiKey) -> str:
    fault = key.fault(today())
    return f"{key.key_id}  {key.title}: {_terms(key)}{f'; {fault}' if fault else ''}"


def _terms(key: ApiKey) -> str:
    datasets = "all datasets" if key.datasets is None else ", ".join(key.datasets)
    rate = f", {key.requests_per_minute:,} a minute" if key.requests_per_minute else ""
    return f"{key.role}, {datasets}{rate}, to {key.expires}"
