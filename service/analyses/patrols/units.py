"""What patrols cover: hexagons of some ground, or the street segments on it."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from service.analyses.naming.streets import Streets
from service.model.errors import TooMuchWorkError
from spatial.arrays import BoolArray, FloatArray, IntArray
from spatial.patrols.hexagons import Hexagons, centres_over, hexagon_km2, row_height_m

MAX_HEXAGONS: Final = 4_000_000  # over the extent of the ground


@dataclass(frozen=True, eq=False)
class Units(ABC):
    """The units of some ground that hold an incident, and what is known of the others.

    Attributes
    ----------
    shapes : (n,) of shapely geometries
        What of each is on the ground.
    points_m : (n, 2) float64
        Their centres, or the points half way along them.
    sizes : (n,) float64
        Their sizes, km^2 or km.
    total : float
        The size of the ground.
    number : int
        Units of the ground, with those without an incident.
    """

    shapes: NDArray[Any]
    points_m: FloatArray
    sizes: FloatArray
    total: float
    number: int

    measure: ClassVar[str]  # of the ground, as the provenance names it

    def __len__(self) -> int:
        return len(self.sizes)

    @property
    @abstractmethod
    def description(self) -> str:
        """What the units are, in words."""

    @abstractmethod
    def codes(self, indices: IntArray) -> list[str]:
        """The codes of some units.

        Parameters
        ----------
        indices : (k,) int64
            Positions among those that hold an incident.

        Returns
        -------
        list of str
            In their order.
        """

    def sources(self) -> dict[str, object]:
        """What the units are made of besides the study area, for the provenance.

        Returns
        -------
        dict of str to object
            None by default.
        """
        return {}

    def neighbourhood_sums(self, values: FloatArray) -> FloatArray | None:
        """Sums over each unit and its neighbours, where units have equal neighbours.

        Parameters
        ----------
        values : (n,) float64
            Of the units.

        Returns
        -------
        (n,) float64 or None
            None where they have none.
        """
        return None


@dataclass(frozen=True, eq=False)
class HexagonUnits(Units):
    """Hexagons, cut to the ground.

    Attributes
    ----------
    hexagons : Hexagons
        Their places in the lattice.
    digits : int
        Of columns and rows in their codes.
    """

    hexagons: Hexagons
    digits: int

    measure: ClassVar[str] = "ground_km2"

    @property
    def description(self) -> str:
        """Their shape and size."""
        return f"hexagons of {self.hexagons.size_m:g} m across the flats"

    def codes(self, indices: IntArray) -> list[str]:
        """As those of a grid of the same size: ``hex200-2724-1493``."""
        columns, rows = (
            numbers[indices].tolist() for numbers in (self.hexagons.column, self.hexagons.row)
        )
        return [
            f"hex{self.hexagons.size_m:g}-{column:0{self.digits}d}-{row:0{self.digits}d}"
            for column, row in zip(columns, rows, strict=True)
        ]

    def neighbourhood_sums(self, values: FloatArray) -> FloatArray:
        """Over each hexagon and the six around it."""
        return self.hexagons.neighbourhood_sums(values)


@dataclass(frozen=True, eq=False)
class SegmentUnits(Units):
    """Street segments from junction to junction.

    Attributes
    ----------
    ids : tuple of str
        Of the segments.
    roads : dict of str to object
        What they are made of.
    """

    ids: tuple[str, ...]
    roads: dict[str, object] = field(default_factory=dict)

    measure: ClassVar[str] = "streets_km"

    @property
    def description(self) -> str:
        """What they are."""
        return "street segments from junction to junction"

    def codes(self, indices: IntArray) -> list[str]:
        """Their ids: ``E545012N258431``."""
        return [self.ids[index] for index in indices.tolist()]

    def sources(self) -> dict[str, object]:
        """The roads."""
        return {"roads": self.roads}


def hexagons_on(
    ground: Any, xy_m: FloatArray, *, size_m: float, digits_over_m: tuple[float, float]
) -> tuple[HexagonUnits, IntArray]:
    """The hexagons of some ground that hold a point, and the hexagon of each point.

    Parameters
    ----------
    ground : shapely geometry
        In the working CRS, metres.
    xy_m : (m, 2) float64
        Points anywhere.
    size_m : float
        Width of the hexagons across the flats, metres.
    digits_over_m : (float, float)
        Right and top of the study area, which codes have digits enough for, metres.

    Returns
    -------
    hexagons : HexagonUnits
        Those with a point on the ground, in order of column and row.
    place : (m,) int64
        The hexagon of each point; -1 of those off the ground.

    Raises
    ------
    TooMuchWorkError
        If the ground has too many hexagons.
    """
    left, bottom, right, top = ground.bounds
    most = (right - left) * (top - bottom) / 1e6 / hexagon_km2(size_m)
    if most > MAX_HEXAGONS:
        raise TooMuchWorkError(
            f"hexagons of {size_m:g} m", int(most), MAX_HEXAGONS, "take larger ones, or within="
        )
    shapely.prepare(ground)
    centres_m = centres_over(ground.bounds, size_m)
    number = int(np.count_nonzero(shapely.contains_xy(ground, *centres_m.T)))
    hexagons, place = Hexagons.holding(xy_m, size_m)
    shapes = hexagons.polygons()
    # Only in hexagons at the border of the ground the points themselves are asked.
    is_inner = np.asarray(shapely.contains_properly(ground, shapes), np.bool_)
    is_on = points_on(ground, xy_m, is_inner[place])
    is_occupied = np.bincount(place[is_on], minlength=len(hexagons)) > 0
    hexagons = Hexagons(size_m, hexagons.column[is_occupied], hexagons.row[is_occupied])
    shapes = _cut(shapes[is_occupied], ground, is_inner[is_occupied])
    number += int(np.count_nonzero(~shapely.contains_xy(ground, *hexagons.centres_m.T)))
    largest = max(digits_over_m[0] / size_m, digits_over_m[1] / row_height_m(size_m))
    units = HexagonUnits(
        shapes=shapes,
        points_m=hexagons.centres_m,
        sizes=np.asarray(shapely.area(shapes) / 1e6, np.float64),
        total=float(ground.area) / 1e6,
        number=number,
        hexagons=hexagons,
        digits=len(str(int(largest + 1.0))),
    )
    return units, np.where(is_on, (np.cumsum(is_occupied) - 1)[place], -1)


def segments_on(
    ground: Any, xy_m: FloatArray, streets: Streets
) -> tuple[SegmentUnits, IntArray, BoolArray]:
    """The street segments on some ground that have a point near them, and that of each point.

    Parameters
    ----------
    ground : shapely geometry
        In the working CRS, metres; a segment is on it if the point half way along it is.
    xy_m : (m, 2) float64
        Points anywhere.
    streets : Streets
        All segments.

    Returns
    -------
    segments : SegmentUnits
        Those with a point.
    place : (m,) int64
        The nearest segment of each point on the ground; -1 where none is near, and off the
        ground.
    is_on : (m,) bool
        Which points are on the ground.
    """
    shapely.prepare(ground)
    is_on = points_on(ground, xy_m, np.zeros(len(xy_m), np.bool_))
    here = streets.select(np.asarray(shapely.contains_xy(ground, *streets.middles_m.T), np.bool_))
    place = np.full(len(xy_m), -1, np.int64)
    place[is_on] = here.assign(xy_m[is_on]).shape
    occupied, position = np.unique(place[place >= 0], return_inverse=True)
    place[place >= 0] = position.ravel()
    units = SegmentUnits(
        shapes=here.lines[occupied],
        points_m=here.middles_m[occupied],
        sizes=here.lengths_m[occupied] / 1e3,
        total=float(here.lengths_m.sum()) / 1e3,
        number=len(here),
        ids=tuple(here.ids[index] for index in occupied.tolist()),
        roads=here.roads.as_source(),
    )
    return units, place, is_on


def points_on(ground: Any, xy_m: FloatArray, is_known: BoolArray) -> BoolArray:
    """Which points lie on some ground.

    Parameters
    ----------
    ground : shapely geometry
        Prepared.
    xy_m : (m, 2) float64
        Points.
    is_known : (m,) bool
        Those that are known to.

    Returns
    -------
    (m,) bool
        True on a border too.
    """
    is_on = is_known.copy()
    is_open = np.flatnonzero(~is_on)
    is_on[is_open] = shapely.intersects_xy(ground, *xy_m[is_open].T)
    return is_on


def _cut(shapes: NDArray[Any], ground: Any, is_inner: BoolArray) -> NDArray[Any]:
    """What of each hexagon is on the ground; all of one that only touches it."""
    pieces = shapes.copy()
    for index in np.flatnonzero(~is_inner):
        parts = shapely.get_parts(shapely.intersection(shapes[index], ground))
        parts = parts[shapely.area(parts) > 0.0]
        if len(parts):
            pieces[index] = parts[0] if len(parts) == 1 else shapely.multipolygons(parts)
    return pieces
