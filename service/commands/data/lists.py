"""Commands that list the imported data."""

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any

import typer

from service.access.admission import Question
from service.analyses.resources import Resources
from service.commands import terminal
from service.model.answers import Document
from service.render.documents import document_json
from service.render.tables.text import table_json

AsJson = Annotated[bool, typer.Option("--json", help="Print the JSON of the HTTP answer.")]


Name = Annotated[
    str | None,
    typer.Argument(help="One dataset: what its imports found, and its months [all, in brief]."),
]


def datasets(name: Name = None, as_json: AsJson = False) -> None:
    """The datasets: counts, period, located share, version; or the data quality of one."""
    if name is not None:
        _quality(name, as_json=as_json)
        return
    _list(
        lambda resources: resources.catalogue.datasets(),
        key="datasets",
        lines=_dataset_lines,
        empty_message="no dataset is imported yet: hotspots import incidents FILE ...",
        as_json=as_json,
    )


def boundaries(as_json: AsJson = False) -> None:
    """The boundary layers: areas, vintage, measures, version."""
    _list(
        lambda resources: resources.catalogue.boundaries(),
        key="boundaries",
        lines=_layer_lines,
        empty_message="no boundary layer is imported yet: hotspots import boundaries FILE ...",
        as_json=as_json,
    )


def flag_rules(as_json: AsJson = False) -> None:
    """The rules of risk flags: what each flag asks, version, source."""
    _list(
        lambda resources: resources.flags.listing(),
        key="rules",
        route="flag-rules",
        lines=_rules_lines,
        empty_message="no rules are imported yet: hotspots import flag-rules FILE",
        as_json=as_json,
    )


def _quality(name: str, *, as_json: bool) -> None:
    """Print the data quality of a dataset: a line per finding, under what it is of."""
    resources = terminal.resources()
    with terminal.report_errors():
        released = resources.gates.answer(
            Question("datasets", {"dataset": name}),
            resources.audience,
            lambda: resources.data_quality.table(name),
        )
    if as_json:
        terminal.write(table_json(released) + b"\n", None)
        return
    heading = ""
    columns = released.answer.columns
    for values in zip(*columns.values(), strict=True):
        row = dict(zip(columns, values, strict=True))
        import_name = f"import {row['import']}" if row["import"] else name
        days = f", {row['first']} to {row['last']}" if row["first"] else ""
        parts = [import_name, row["file"] or "", "by month" if row["month"] else ""]
        of_what = ", ".join(part for part in parts if part)
        if of_what != heading:
            heading = of_what
            terminal.print_lines([f"{of_what}:"])
        label = " ".join(part for part in (row["month"], row["finding"]) if part)
        reason = " ".join(part for part in (row["field"], row["reason"]) if part)
        terminal.print_lines(
            [f"    {label}{f' ({reason})' if reason else ''}: {_share(row)}{days}"]
        )
    terminal.print_lines(released.answer.provenance.notes)


def _share(row: Mapping[str, Any]) -> str:
    """How many, and out of how many if that says more."""
    if row["records"] == row["out_of"]:
        return f"{row['records']:,}"
    return f"{row['records']:,} of {row['out_of']:,} ({row['share']:.1%})"


def _list(
    read_document: Callable[[Resources], Document],
    *,
    key: str,
    route: str = "",
    lines: Callable[[Mapping[str, Any]], Iterator[str]],
    empty_message: str,
    as_json: bool,
) -> None:
    resources = terminal.resources()
    with terminal.report_errors():
        released = resources.gates.answer(
            Question(route or key), resources.audience, lambda: read_document(resources)
        )
    terminal.note_damage(resources)
    if as_json:
        terminal.write(document_json(released) + b"\n", None)
        return
    rows = released.answer.content[key]
    if not rows and not released.answer.content.get("damaged"):
        terminal.console.print(empty_message)
    for row in rows:
        terminal.print_lines(
            [f"{row['id']}: {row['title']}", *(f"    {line}" for line in lines(row))]
        )


def _dataset_lines(row: Mapping[str, Any]) -> Iterator[str]:
    share = row["located"] / max(row["records"], 1)
    outside = "" if row["outside"] is None else f", {row['outside']:,} outside"
    yield (
        f"{row['records']:,} records: {row['located']:,} located ({share:.1%}), "
        f"{row['unlocated']:,} not located{outside}"
    )
    yield f"{row['from']} to {row['to']}, {len(row['categories'])} categories"
    if len(row["covered"]) > 1:
        yield "covers " + ", ".join(f"{span['from']} to {span['to']}" for span in row["covered"])
    yield from _origin(row)


def _layer_lines(row: Mapping[str, Any]) -> Iterator[str]:
    vintage = f", vintage {row['vintage']}" if row["vintage"] else ""
    yield f"{row['areas']:,} areas, {row['area_km2']:,.1f} km2{vintage}"
    if row["measures"]:
        yield "measures: " + ", ".join(
            f"{measure['measure']} ({_span(measure['periods'])})" for measure in row["measures"]
        )
    yield from _origin(row)


def _rules_lines(row: Mapping[str, Any]) -> Iterator[str]:
    within = f" within {row['within']}" if row["within"] else ""
    yield f"{row['kind']} of {row['layer']}{within}, {row['judgements']} judgements"
    for flag in row["flags"]:
        yield f"{flag['id']}: {flag['title']} ({flag['when']})"
    yield f"version {row['version']}" + (f"; {row['source']}" if row["source"] else "")


def _origin(row: Mapping[str, Any]) -> Iterator[str]:
    parts = [row["source"], row["licence"], "synthetic" if row["synthetic"] else ""]
    yield f"version {row['version']}; " + "; ".join(part for part in parts if part)


def _span(periods: list[str]) -> str:
    return periods[0] if len(periods) == 1 else f"{len(periods)} periods to {periods[-1]}"
