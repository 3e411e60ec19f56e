"""Tables of simulations, and their places in the documents."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
DOCUMENT = DOCS / "methods.md"


@dataclass(frozen=True)
class SimulationTable:
    """What a simulation found, a row per setting.

    Attributes
    ----------
    columns : tuple of str
        Their headings.
    rows : tuple of tuples of str
        One text per column.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def markdown(self) -> str:
        """The table as a document has it, in the form that `make format` gives it."""
        lines = [self.columns, ["--"] * len(self.columns), *self.rows]
        return "\n".join("| " + " | ".join(line) + " |" for line in lines).replace("*", r"\*")

    def column(self, name: str) -> tuple[str, ...]:
        """The texts of a column."""
        position = self.columns.index(name)
        return tuple(row[position] for row in self.rows)


@dataclass(frozen=True)
class Simulation:
    """One table of the document, and the function that fills it.

    Attributes
    ----------
    name : str
        Of the place in the document.
    repetitions : int
        Simulated maps (or samples) per row for the document.
    run : callable
        Given a number of repetitions, the table.
    document : Path
        That has the place.
    """

    name: str
    repetitions: int
    run: Callable[[int], SimulationTable]
    document: Path = DOCUMENT


def percent(share: float) -> str:
    """A share as a table has it: one decimal, per cent."""
    return f"{100.0 * share:.1f} %"


def share(text: str) -> float:
    """The share that a table's text says."""
    return float(text.removesuffix("%")) / 100.0


def documented(name: str, *, document: Path = DOCUMENT) -> SimulationTable:
    """The table of a simulation as the document has it.

    Raises
    ------
    ValueError
        If the document has no place for it, or no table there.
    """
    match = _place(name).search(document.read_text())
    lines = match["table"].strip().splitlines() if match else []
    if len(lines) < 3:
        raise ValueError(f"{document.name} has no table for the simulation {name!r}")
    heading, _, *rows = (
        tuple(text.strip().replace(r"\*", "*") for text in line.strip().strip("|").split("|"))
        for line in lines
    )
    return SimulationTable(heading, tuple(rows))


def write(name: str, table: SimulationTable, *, document: Path = DOCUMENT) -> None:
    """Put a simulation's table between its marks in the document.

    Raises
    ------
    ValueError
        If the document has no place for it.
    """
    text = document.read_text()
    if _place(name).search(text) is None:
        raise ValueError(f"{document.name} has no place for the simulation {name!r}")
    filled = _place(name).sub(
        lambda match: f"{match['start']}\n\n{table.markdown()}\n\n{match['end']}", text
    )
    document.write_text(filled)


def _place(name: str) -> re.Pattern[str]:
    """Where a simulation's table stands: between two comments."""
    start, end = f"<!-- simulation {name} -->", f"<!-- end of simulation {name} -->"
    return re.compile(
        f"(?P<start>{re.escape(start)})(?P<table>.*?)(?P<end>{re.escape(end)})", re.DOTALL
    )
