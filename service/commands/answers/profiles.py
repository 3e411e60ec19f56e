"""The command that writes the profile of an area."""

from pathlib import Path
from typing import Annotated

import typer

from service.access.admission import Question
from service.commands import terminal
from service.commands.answers.query_options import with_query
from service.commands.answers.tables import Dataset, write_table
from service.commands.options import Format, Out
from service.queries.tables.profiles import (
    MAX_AREA,
    DrawnProfileQuery,
    ProfileOptions,
    ProfileQuery,
)


@with_query(ProfileOptions)
def profile(
    dataset: Dataset,
    query: ProfileOptions,
    area: Annotated[
        Path | None, typer.Option(help="GeoJSON file with one area, or two to compare.")
    ] = None,
    format_: Format = None,
    out: Out = None,
) -> None:
    """What is known of an area: --within, or --area with a GeoJSON file."""
    if (area is None) == (query.within is None):
        terminal.fail("name the area: either --within layer:code or --area FILE.geojson")
    parameters = query.model_dump(by_alias=True, exclude_none=True)
    question: ProfileQuery | DrawnProfileQuery
    if area is None:
        question = terminal.query_of(ProfileQuery, **parameters)
    else:
        question = terminal.query_of(DrawnProfileQuery, **parameters, area=_text_of(area))
    resources = terminal.resources()
    write_table(
        resources,
        Question("profile", {"dataset": dataset}, question),
        lambda: resources.profiles.table(dataset, question),
        format_,
        out,
    )


def _text_of(path: Path) -> str:
    """The text of a file, if it is not too large."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_AREA + 1)
    except OSError as error:
        terminal.fail(f"{path} cannot be read: {error.strerror}")
    if len(content) > MAX_AREA:
        terminal.fail(f"{path} has more than {MAX_AREA:,} bytes: simplify the area")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        terminal.fail(f"{path} is not text in UTF-8")
