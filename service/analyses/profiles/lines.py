"""The lines of a profile, and how those of several areas stand side by side."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from service.model.rows import ColumnValues

Key = tuple[str, str]


@dataclass(frozen=True)
class Line:
    """A number about one area.

    Attributes
    ----------
    section, item, unit : str
        As in the table.
    value, lower, upper : float
        The number and its interval; NaN where there is none.
    count : int or None
        Incidents that it is computed from.
    note : str
        What a reader must know of it.
    """

    section: str
    item: str
    unit: str
    value: float
    count: int | None = None
    lower: float = math.nan
    upper: float = math.nan
    note: str = ""

    @property
    def key(self) -> Key:
        """What tells it from the other lines of its area."""
        return self.section, self.item


def columns_of(
    areas: Sequence[Sequence[Line]], comparison: Sequence[Line]
) -> dict[str, ColumnValues]:
    """The lines of one or two areas and of the comparison as the columns of a `ProfileRow`.

    Parameters
    ----------
    areas : sequence of lines of an area
        One or two.
    comparison : sequence of Line
        Of all areas of the layer.

    Returns
    -------
    dict of str to (n,) array
        A row for each section and item of an area, section by section.
    """
    lines: dict[Key, Line] = {}
    for line in (line for area in areas for line in area):
        lines.setdefault(line.key, line)
    first_of_section = {section: k for k, (section, _) in reversed(list(enumerate(lines)))}
    keys = sorted(lines, key=lambda key: first_of_section[key[0]])

    def numbers(area: Sequence[Line], names: Sequence[str]) -> list[ColumnValues]:
        line_of = {line.key: line for line in area}
        return [
            np.array(
                [getattr(line_of.get(key), name, None) for key in keys],
                dtype=object if name == "count" else np.float64,
            )
            for name in names
        ]

    count, value, lower, upper = numbers(areas[0], ("count", "value", "lower", "upper"))
    comparison_count, compared = numbers(comparison, ("count", "value"))
    columns: dict[str, ColumnValues] = {
        "section": np.array([section for section, _ in keys], dtype=object),
        "item": np.array([item for _, item in keys], dtype=object),
        "unit": np.array([lines[key].unit for key in keys], dtype=object),
        "count": count,
        "value": value,
        "lower": lower,
        "upper": upper,
        "comparison_count": comparison_count,
        "comparison": compared,
    }
    for area in areas[1:]:
        names = ("beside_count", "beside", "beside_lower", "beside_upper")
        columns |= dict(
            zip(names, numbers(area, ("count", "value", "lower", "upper")), strict=True)
        )
    columns["note"] = np.array(_notes(keys, [*areas, comparison]), dtype=object)
    return columns


def _notes(keys: Sequence[Key], areas: Sequence[Sequence[Line]]) -> list[str | None]:
    """What is noted of the numbers of each row, with whose it is where it is not the first's."""
    names = ("", "second area: ", "comparison: ")
    titled = zip((*names[: len(areas) - 1], names[-1]), areas, strict=True)
    notes = [(name, {line.key: line.note for line in lines}) for name, lines in titled]
    texts = []
    for key in keys:
        note = notes[0][1].get(key, "")
        others = [
            f"{name}{of[key]}" for name, of in notes[1:] if of.get(key, note) not in (note, "")
        ]
        texts.append("; ".join(filter(None, [note, *others])) or None)
    return texts
