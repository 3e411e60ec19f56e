"""What is loaded, on the terminal."""

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from service.answers import Document
from service.commands import output
from service.render.documents import document_json

AsJson = Annotated[bool, typer.Option("--json", help="The JSON of the HTTP answer instead.")]


def datasets(as_json: AsJson = False) -> None:
    """The datasets: counts, period, located share, version."""
    held = output.resources()
    with output.errors_in_words():
        answer = held.catalogue.datasets()
        if as_json:
            output.write(document_json(output.release(held, answer)) + b"\n", None)
            return
        rows = _released(held, answer)["datasets"]
    table = _table("dataset", "title", "records", "located", "not located", "outside")
    table.add_column("period")
    table.add_column("version")
    for row in rows:
        table.add_row(
            row["id"],
            row["title"] + (" (synthetic)" if row["synthetic"] else ""),
            f"{row['records']:,}",
            f"{row['located']:,} ({row['located'] / max(row['records'], 1):.1%})",
            f"{row['unlocated']:,}",
            "" if row["outside"] is None else f"{row['outside']:,}",
            f"{row['from']} to {row['to']}",
            str(row["version"]),
        )
    _show(table, rows, "no dataset is imported yet: hotspots import incidents FILE ...")


def boundaries(as_json: AsJson = False) -> None:
    """The boundary layers: areas, vintage, measures, version."""
    held = output.resources()
    with output.errors_in_words():
        answer = held.catalogue.boundaries()
        if as_json:
            output.write(document_json(output.release(held, answer)) + b"\n", None)
            return
        content = _released(held, answer)
    table = _table("layer", "title", "areas", "km2")
    for name in ("vintage", "measures", "source", "licence", "version"):
        table.add_column(name)
    for row in content["boundaries"]:
        table.add_row(
            row["id"],
            row["title"] + (" (synthetic)" if row["synthetic"] else ""),
            f"{row['areas']:,}",
            f"{row['area_km2']:,.1f}",
            row["vintage"],
            ", ".join(f"{m['measure']} ({', '.join(m['periods'])})" for m in row["measures"]),
            row["source"],
            row["licence"],
            row["version"],
        )
    _show(
        table,
        content["boundaries"],
        "no boundary layer is imported yet: hotspots import boundaries FILE ...",
    )


def _released(held: Any, answer: Document) -> Any:
    return output.release(held, answer).answer.content


def _table(*names: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for at, name in enumerate(names):
        table.add_column(name, justify="left" if at < 2 else "right")
    return table


def _show(table: Table, rows: list[Any], nothing: str) -> None:
    if rows:
        Console().print(table)
    else:
        output.console.print(nothing)
