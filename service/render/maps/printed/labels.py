"""Places for the labels of a printed map, so that none covers another."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

Box = tuple[float, float, float, float]  # left, bottom, right, top
Line = tuple[float, float, float, float]  # from x, y to x, y

GAP: Final = 2.5  # between a symbol and its label, and between two labels
# Beside, above and below a symbol; further away, a line leads to it.
_SIDES: Final = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1))
_REACHES: Final = (10.0, 18.0, 28.0, 42.0, 60.0, 85.0)
_DIRECTIONS: Final = 16
_ROWS: Final = tuple(range(-6, 7))


@dataclass(frozen=True)
class Anchor:
    """What a label is of, in any unit of length of the paper.

    Attributes
    ----------
    x, y : float
        Its middle; y grows upwards.
    radius : float
        Of its symbol, which the label does not cover; 0 for an area.
    width, height : float
        Of the label.
    is_area : bool
        Whether the label may lie on what it is of.
    """

    x: float
    y: float
    radius: float
    width: float
    height: float
    is_area: bool = False


@dataclass(frozen=True)
class Place:
    """Where a label is, and the line that leads to what it is of, if that is further away."""

    box: Box
    leader: Line | None = None

    @property
    def middle(self) -> tuple[float, float]:
        """The middle of the label."""
        return (self.box[0] + self.box[2]) / 2, (self.box[1] + self.box[3]) / 2


@dataclass
class _Paper:
    """What is on the paper so far."""

    bounds: Box
    boxes: list[Box] = field(default_factory=list)
    leaders: list[Line] = field(default_factory=list)

    def has_room(self, place: Place, symbols: Iterable[Box]) -> bool:
        """Whether a label and its line meet nothing that is there."""
        left, bottom, right, top = self.bounds
        box = place.box
        if box[0] < left or box[1] < bottom or box[2] > right or box[3] > top:
            return False
        if any(overlap(box, other) for other in (*self.boxes, *symbols)):
            return False
        if any(_crosses(line, box) for line in self.leaders):
            return False
        leader = place.leader
        if leader is None:
            return True
        return not any(_crosses(leader, other) for other in self.boxes) and not any(
            _meet(leader, line) for line in self.leaders
        )


def places_of(
    anchors: Sequence[Anchor], *, bounds: Box, obstacles: Sequence[Box] = ()
) -> list[Place | None]:
    """A place for each label, the first ones first.

    Parameters
    ----------
    anchors : sequence of Anchor
        The most important first.
    bounds : left, bottom, right, top
        Of the map; no label leaves it.
    obstacles : sequence of boxes
        What no label may cover: a scale bar, an inset.

    Returns
    -------
    list of Place or None
        None where nothing is free. No two boxes overlap, none covers an obstacle, and no line
        crosses a label or a line.

    Notes
    -----
    Each label takes the nearest free place. It covers the symbol of another label only where it
    would have none otherwise. The cost is O(n^2): it is meant for some dozens of labels.
    """
    paper = _Paper(bounds, list(obstacles))
    symbols = [(a.x - a.radius, a.y - a.radius, a.x + a.radius, a.y + a.radius) for a in anchors]
    places: list[Place | None] = []
    for index, anchor in enumerate(anchors):
        others = [symbol for k, symbol in enumerate(symbols) if k != index]
        place = _first_free(paper, anchor, others) or _first_free(paper, anchor, ())
        if place is not None:
            left, bottom, right, top = place.box
            paper.boxes.append((left - GAP / 2, bottom - GAP / 2, right + GAP / 2, top + GAP / 2))
            if place.leader is not None:
                paper.leaders.append(place.leader)
        places.append(place)
    return places


def _first_free(paper: _Paper, anchor: Anchor, symbols: Sequence[Box]) -> Place | None:
    """The nearest place of a label where there is room for it."""
    return next((p for p in _candidates(anchor) if paper.has_room(p, symbols)), None)


def _candidates(anchor: Anchor) -> Iterator[Place]:
    """Places of a label, the best first."""
    x, y, width, height = anchor.x, anchor.y, anchor.width, anchor.height
    if anchor.is_area:
        yield Place(_box(x, y, width, height))
    gap = anchor.radius + GAP
    for side_x, side_y in _SIDES:
        # On a diagonal the corner of the label touches the symbol's edge.
        step = gap if 0 in (side_x, side_y) else gap * math.sqrt(0.5)
        middle = x + side_x * (step + width / 2), y + side_y * (step + height / 2)
        yield Place(_box(*middle, width, height))
    start_x, start_y = anchor.radius + width / 2, anchor.radius + height / 2
    offsets = [
        (math.cos(angle) * (start_x + reach), math.sin(angle) * (start_y + reach))
        for reach in _REACHES
        for angle in (2 * math.pi * k / _DIRECTIONS for k in range(_DIRECTIONS))
    ]
    # In two columns beside it too, where many lie together.
    offsets += [
        (side * (start_x + reach), row * (height + GAP))
        for reach in _REACHES
        for row in _ROWS
        for side in (1, -1)
    ]
    for right, up in sorted(offsets, key=lambda offset: math.hypot(*offset)):
        box = _box(x + right, y + up, width, height)
        end_x, end_y = min(max(x, box[0]), box[2]), min(max(y, box[1]), box[3])
        distance = math.hypot(end_x - x, end_y - y)
        if distance > anchor.radius:
            part = anchor.radius / distance
            start = x + part * (end_x - x), y + part * (end_y - y)
            yield Place(box, (*start, end_x, end_y))


def _box(x: float, y: float, width: float, height: float) -> Box:
    """The box of a label by its middle."""
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def overlap(box: Box, other: Box) -> bool:
    """Whether two boxes share some area."""
    return box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]


def _crosses(line: Line, box: Box) -> bool:
    """Whether a line passes through a box (Liang and Barsky's clipping)."""
    x, y, end_x, end_y = line
    first: float = 0.0
    last: float = 1.0
    for start, step, low, high in (
        (x, end_x - x, box[0], box[2]),
        (y, end_y - y, box[1], box[3]),
    ):
        if step == 0.0:
            if not low < start < high:
                return False
            continue
        entry, leave = sorted(((low - start) / step, (high - start) / step))
        first, last = max(first, entry), min(last, leave)
    return first < last


def _meet(line: Line, other: Line) -> bool:
    """Whether two lines cross."""

    def side(x: float, y: float, of: Line) -> float:
        return (of[2] - of[0]) * (y - of[1]) - (of[3] - of[1]) * (x - of[0])

    return (
        side(line[0], line[1], other) * side(line[2], line[3], other) < 0
        and side(other[0], other[1], line) * side(other[2], other[3], line) < 0
    )
