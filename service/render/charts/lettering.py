"""How long lettering is in the typeface of charts, and lines of a width."""

from collections.abc import Sequence
from functools import cache
from typing import Any, Final

from service.render.fonts.typeface import BOLD, REGULAR

_MEASURED_SIZE: Final = 100  # letters grow in proportion


@cache
def _face(is_bold: bool) -> Any:
    from PIL import ImageFont

    return ImageFont.truetype(str(BOLD if is_bold else REGULAR), _MEASURED_SIZE)


def length_of(text: str, size: float, *, is_bold: bool = False) -> float:
    """How long a line of text is, in the unit of its size."""
    return float(_face(is_bold).getlength(text)) * size / _MEASURED_SIZE


def wrapped(text: str, width: float, size: float, *, is_bold: bool = False) -> list[str]:
    """A text in lines no longer than a width; a word that is longer is cut.

    Parameters
    ----------
    text : str
        In words.
    width : float
        Of a line, in the unit of `size`.
    size : float
        Of the letters.
    is_bold : bool
        Whether they are bold.
    """
    lines: list[str] = []
    line = ""
    for word in _pieces(text, width, size, is_bold=is_bold):
        longer = f"{line} {word}".strip()
        if line and length_of(longer, size, is_bold=is_bold) > width:
            lines.append(line)
            line = word
        else:
            line = longer
    return [*lines, line] if line else lines


def apart(positions: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Positions at least a gap apart, in the same order and as near as they can be to the old.

    Parameters
    ----------
    positions : sequence of float
        Where labels belong.
    gap : float
        The least distance of two; less where they do not fit otherwise.
    low, high : float
        None is outside.
    """
    count = len(positions)
    if count > 1:
        gap = min(gap, (high - low) / (count - 1))
    order = sorted(range(count), key=lambda place: positions[place])
    moved = [0.0] * count
    groups: list[list[int]] = []
    for place in order:  # neighbours that touch move as one, about their middle
        groups.append([place])
        while len(groups) > 1 and _first(groups[-2], positions, gap, low, high) + gap * len(
            groups[-2]
        ) > _first(groups[-1], positions, gap, low, high):
            last = groups.pop()
            groups[-1] += last
    for group in groups:
        first = _first(group, positions, gap, low, high)
        for step, place in enumerate(group):
            moved[place] = first + step * gap
    return moved


def _first(
    group: Sequence[int], positions: Sequence[float], gap: float, low: float, high: float
) -> float:
    """Where the first of a group stands when the group is about the middle of its members."""
    span = gap * (len(group) - 1)
    middle = sum(positions[place] for place in group) / len(group)
    return min(max(middle - span / 2, low), high - span)


def _pieces(text: str, width: float, size: float, *, is_bold: bool) -> list[str]:
    """The words of a text, those longer than a line in parts."""
    pieces: list[str] = []
    for word in text.split():
        while len(word) > 1 and length_of(word, size, is_bold=is_bold) > width:
            fits = next(
                n
                for n in range(len(word) - 1, 0, -1)
                if n == 1 or length_of(word[:n], size, is_bold=is_bold) <= width
            )
            pieces.append(word[:fits])
            word = word[fits:]
        pieces.append(word)
    return pieces
