"""Command that searches the audit log."""

import datetime
import heapq
from collections.abc import Mapping
from typing import Annotated, Any

import orjson
import typer

from service.commands import terminal


def audit(
    from_: Annotated[
        str | None,
        typer.Option("--from", help="First day, or time as 2026-11-29T14:00, in UTC."),
    ] = None,
    to: Annotated[str | None, typer.Option(help="Last day, or time, inclusive, in UTC.")] = None,
    key: Annotated[str, typer.Option(help="Id of a key, or its beginning.")] = "",
    role: Annotated[str, typer.Option(help="Of who asked.")] = "",
    dataset: Annotated[str, typer.Option(help="That was asked about.")] = "",
    route: Annotated[str, typer.Option(help="A part of the route, such as /v1/hotspots.")] = "",
    status: Annotated[int | None, typer.Option(help="Of the answer, such as 403.")] = None,
    last: Annotated[int, typer.Option(min=1, help="So many lines, the newest.")] = 100,
    summary: Annotated[
        bool, typer.Option("--summary", help="Sums by key, dataset and route, of all lines.")
    ] = False,
    budgets: Annotated[
        bool, typer.Option("--budgets", help="How many new questions each key asked today.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object per line.")] = False,
) -> None:
    """Search who asked what over HTTP, when, and how much came out.

    Times are in UTC. Drawn shapes and texts of searches are there as digests only.
    """
    from service.audit.budget import LEDGER_FILE, QuestionLedger
    from service.audit.log import AUDIT_FOLDER
    from service.audit.search import Lines, Search, counts_of

    folder = terminal.settings().access_folder
    with terminal.report_errors():
        if budgets:
            today = datetime.datetime.now(datetime.UTC).date()
            spent = QuestionLedger(folder / LEDGER_FILE).spent(today)
            rows = [
                {"key": name, "dataset": about, "new_questions": number}
                for (name, about), number in sorted(spent.items())
            ]
            _print(rows, is_json=json)
            return
        search = Search(
            start=_time(from_, "--from"),
            end=_time(to, "--to", is_end=True),
            key=key,
            role=role,
            dataset=dataset,
            route=route,
            status=status,
        )
        lines = Lines(folder / AUDIT_FOLDER, search)
        if summary:
            _print(counts_of(lines), is_json=json)
        else:
            newest = heapq.nlargest(last, enumerate(lines), key=lambda at: (at[1]["time"], at[0]))
            terminal.print_lines(
                orjson.dumps(line).decode() if json else _sentence(line)
                for _, line in reversed(newest)
            )
    if lines.damaged:
        terminal.print_notes([f"{lines.damaged} lines are not whole and were passed over"])


def _time(text: str | None, option: str, *, is_end: bool = False) -> datetime.datetime | None:
    """A day or a time in UTC; the end of it where it is the last."""
    if text is None:
        return None
    try:
        time = datetime.datetime.fromisoformat(text)
    except ValueError:
        terminal.fail(f"{option} is a day or a time, such as 2026-11-29T14:00, got {text!r}")
    time = time.astimezone(datetime.UTC) if time.tzinfo else time.replace(tzinfo=datetime.UTC)
    if not is_end:
        return time
    precision = len(text.partition("+")[0].removesuffix("Z"))
    unit = {10: {"days": 1}, 16: {"minutes": 1}}.get(precision, {"seconds": 1})
    return time + datetime.timedelta(**unit)


def _print(rows: list[dict[str, Any]], *, is_json: bool) -> None:
    """Rows as JSON, or as columns under their names."""
    if is_json:
        terminal.print_lines(orjson.dumps(row).decode() for row in rows)
        return
    if not rows:
        terminal.print_lines(["nothing was asked"])
        return
    table = [list(rows[0]), *([_text(value) for value in row.values()] for row in rows)]
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    terminal.print_lines(
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in table
    )


def _text(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def _sentence(line: Mapping[str, Any]) -> str:
    """One line of the log for people."""
    question = line.get("question") or {"names": {}, "query": {}}
    about = " ".join(f"{name}={value}" for name, value in question["names"].items())
    query = " ".join(
        f"{name}={orjson.dumps(value).decode()}" for name, value in question["query"].items()
    )
    rows = f"{line['rows']:,} rows, " if line.get("rows") is not None else ""
    parts = (
        line["time"],
        line["key"] or "-",
        line["role"],
        str(line["status"]),
        f"{line['method']} {line['route']}",
        about,
        query,
        f"({rows}{line['bytes']:,} bytes, {line['ms']} ms, {line['cache'] or 'no cache'})",
    )
    return " ".join(part for part in parts if part)
