"""What a chart of comparison draws: things with a name and a number, and what they are called."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from service.model.answers import SUPPRESSED, Table
from service.render.charts.lettering import length_of, wrapped
from service.render.charts.theme import LABEL_SIZE, sheet
from service.sentences.numbers import amount, counted, listed

MOST: Final = 25  # items that one chart draws with their names
LONGEST: Final = 72  # letters of a name on an axis
# Keys of rows that are no part of what they stand beside.
APART: Final = ("outside", "not located", "not recorded")
SUMS: Final = ("total", "all areas", "mean of areas", "all", "mean")
# Rows behind a ranking that are no areas of it.
BEHIND: Final = ("areas", "elsewhere", *APART, "total")


@dataclass(frozen=True)
class Item:
    """A thing that a chart compares with others.

    Attributes
    ----------
    name : str
        Unlike that of every other item.
    value : float
        NaN where it is not known or must not be shown.
    lower, upper : float
        Limits of an interval; NaN without one.
    text : str
        What stands at the end of the mark.
    tone : {"main", "second", "muted", "apart"}
        How it is coloured: what the finding is about, the rest, and what is apart from both.
    expected : float
        What it is compared with, drawn as a mark of its own; NaN without one.
    is_hollow : bool
        Drawn as an outline: not more than chance, or a part of a step.
    """

    name: str
    value: float
    lower: float = math.nan
    upper: float = math.nan
    text: str = ""
    tone: str = "main"
    expected: float = math.nan
    is_hollow: bool = False

    @property
    def is_known(self) -> bool:
        """Whether it has a value."""
        return math.isfinite(self.value)

    @property
    def extremes(self) -> tuple[float, ...]:
        """Its finite numbers."""
        numbers = (self.value, self.lower, self.upper, self.expected)
        return tuple(number for number in numbers if math.isfinite(number))

    def record(self) -> dict[str, Any]:
        """The item as a row of a chart's data, null where a number is not known."""
        return {
            "name": self.name,
            "value": number_or_none(self.value),
            "lower": number_or_none(self.lower),
            "upper": number_or_none(self.upper),
            "text": self.text,
            "tone": self.tone,
            "expected": number_or_none(self.expected),
            "hollow": self.is_hollow,
        }


def number_or_none(value: Any) -> float | None:
    """A number as JSON has it, null where it is not finite."""
    number = as_number(value)
    return number if math.isfinite(number) else None


def as_number(value: Any) -> float:
    """A cell as a number, NaN where it holds none."""
    try:
        return math.nan if value is None else float(value)
    except (TypeError, ValueError):
        return math.nan


def numbers(table: Table, name: str) -> list[float]:
    """A column as numbers, NaN where there is none; all NaN where the table lacks the column."""
    values = table.columns.get(name)
    if values is None:
        return [math.nan] * len(table)
    return [as_number(value) for value in values.tolist()]


def texts(table: Table, name: str) -> list[str]:
    """A column as texts, empty where there is none."""
    values = table.columns.get(name)
    if values is None:
        return [""] * len(table)
    return ["" if value is None else str(value) for value in values.tolist()]


def names_of(
    names: Sequence[str], keys: Sequence[str] = (), larger: Sequence[str] = ()
) -> list[str]:
    """Names of which no two are alike: those that repeat with where they are, or with their key.

    Parameters
    ----------
    names : sequence of str
        Empty where there is only a key.
    keys : sequence of str
        Of the same things.
    larger : sequence of str
        The area that each lies in.

    Returns
    -------
    list of str
        None longer than `LONGEST`.
    """
    keys = list(keys) or [str(k + 1) for k in range(len(names))]
    labels = [name or key for name, key in zip(names, keys, strict=True)]
    for other in (larger, keys, [str(k + 1) for k in range(len(labels))]):
        if not other:
            continue
        labels = [_shortened(label) for label in labels]
        number_of = Counter(labels)
        labels = [
            f"{_shortened(label, LONGEST - len(where) - 3)} ({where})"
            if number_of[label] > 1 and where
            else label
            for label, where in zip(labels, other, strict=True)
        ]
    return labels


def _shortened(text: str, letters: int = LONGEST) -> str:
    clean = " ".join(text.split())
    return clean if len(clean) <= letters else f"{clean[: max(letters - 1, 1)].rstrip()}…"


def lines_of(name: str) -> str:
    """A name broken where it is longer than a line of the axis."""
    return "\n".join(wrapped(name, sheet().names, LABEL_SIZE))


def room_for(lettering: Iterable[str]) -> float:
    """The length of the longest line of some texts."""
    lines = [line for text in lettering for line in text.split("\n")]
    return max((length_of(line, LABEL_SIZE) for line in lines), default=0.0)


def gap(table: Table) -> str:
    """What stands where there is no number."""
    return SUPPRESSED if table.is_suppressed else "not known"


def label(value: float, unit: str = "", *, table: Table | None = None) -> str:
    """A number at the end of a mark."""
    if not math.isfinite(value):
        return gap(table) if table is not None else "not known"
    return f"{amount(value)} {unit}".rstrip()


def leading(items: Sequence[Item], limit: int = MOST) -> tuple[list[Item], int]:
    """As many items as a chart can name, and how many it leaves out.

    Those apart from the rest, such as what has no place, are kept.
    """
    if len(items) <= limit:
        return list(items), 0
    apart = [item for item in items if item.tone == "apart"]
    others = [item for item in items if item.tone != "apart"]
    kept = others[: max(limit - len(apart), 1)]
    return [*kept, *apart], len(others) - len(kept)


def left_out(number: int, noun: str = "row") -> tuple[str, ...]:
    """The note that a chart does not draw so many."""
    if not number:
        return ()
    verb = "is" if number == 1 else "are"
    return (f"{counted(number, noun)} more {verb} in the table and not drawn.",)


def spoken(items: Iterable[Item], unit: str, *, first: int = 6) -> str:
    """The numbers of some items in words, for those who do not see the chart."""
    everything = list(items)
    known = [item for item in everything if item.is_known]
    if not known:
        return "No value is shown."
    parts = [_spoken(item, unit) for item in known[:first]]
    if len(known) > first + 1:
        text = f"{'; '.join(parts)}; … {_spoken(known[-1], unit)}"
    else:
        text = "; ".join(_spoken(item, unit) for item in known[: first + 1])
    missing = len(everything) - len(known)
    gaps = "" if not missing else f" {counted(missing, 'item has', 'items have')} no value."
    return f"{text}.{gaps}"


def _spoken(item: Item, unit: str) -> str:
    interval = ""
    if math.isfinite(item.lower) and math.isfinite(item.upper):
        interval = f" ({amount(item.lower)} to {amount(item.upper)})"
    return f"{item.name} {amount(item.value)}{f' {unit}' if unit == '%' else ''}{interval}"


def rank_interval(best: float, worst: float) -> str:
    """The ranks that an area may have, empty where they are not known."""
    if not (math.isfinite(best) and math.isfinite(worst)):
        return ""
    return f"rank {best:.0f}" if best == worst else f"rank {best:.0f} to {worst:.0f}"


def measure_words(unit: str, fallback: str) -> str:
    """The title of an axis."""
    return unit[:1].upper() + unit[1:] if unit else fallback


def method(table: Table) -> Mapping[str, Any]:
    """The method of a table's provenance."""
    return table.provenance.method


def joined(names: Sequence[str], most: int = 4) -> str:
    """Some names as a list, the rest of them as a number."""
    if len(names) <= most:
        return listed(list(names))
    return f"{', '.join(names[: most - 1])} and {len(names) - most + 1} more"
