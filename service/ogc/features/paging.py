"""Some rows of a table as features: by place, by time, by the value of a column, page by page."""

import dataclasses
import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import shapely

from boundaries.layers.layer import Geometries
from service.analyses.inputs.answer_crs import is_north_first
from service.model.answers import FeaturePage, Table
from service.model.errors import UnknownFeatureError, UnknownStatisticError
from spatial.arrays import BoolArray, FloatArray, IntArray
from spatial.coordinates.crs import WGS84, transform_bounds, transform_xy
from spatial.errors import InvalidParameterError

Box = tuple[float, float, float, float]
Moments = tuple[datetime.datetime | None, datetime.datetime | None]

MAX_COORDINATES = 1_000_000  # of the shapes of a page, about 25 MB; the next page has the rest
STEPS = 64  # pieces of each side of a box before it is bent into the working system
MARGIN_DEG = 0.01


@dataclass(frozen=True)
class Wanted:
    """Which features, and which page of them.

    Attributes
    ----------
    box : tuple of float or None
        Two corners in `box_crs`, as the coordinate system orders its axes.
    moments : tuple of datetime or None
        First and last moment, None where open.
    period : tuple of date or None
        The time that the features have; None where they have none and every time fits.
    equal : mapping of str to str or int
        Column and the value it must have.
    """

    limit: int
    offset: int = 0
    box: Box | None = None
    box_crs: str = WGS84
    moments: Moments | None = None
    period: tuple[datetime.date, datetime.date] | None = None
    equal: Mapping[str, str | int] = field(default_factory=dict)


def page_of(table: Table, id_column: str, wanted: Wanted) -> FeaturePage:
    """The page of the features that are wanted, in the order of the table.

    A page has fewer features than its limit where their shapes have more than
    ``MAX_COORDINATES`` corners together; the next page begins behind the last.
    """
    rows = np.flatnonzero(_meeting(table, wanted))
    return FeaturePage(
        kind="features",
        table=_rows(table, _bounded(table, rows[wanted.offset :][: wanted.limit])),
        id_column=id_column,
        matched=len(rows),
        offset=wanted.offset,
    )


def feature_of(table: Table, id_column: str, feature_id: str, *, collection: str) -> FeaturePage:
    """One feature by its id.

    Raises
    ------
    UnknownFeatureError
        If the table has no such row.
    """
    rows = np.flatnonzero(table.columns[id_column] == feature_id)
    if len(rows) == 0:
        raise UnknownFeatureError(collection, feature_id)
    return FeaturePage("feature", _rows(table, rows[:1]), id_column, 1, 0)


def meets(geometries: Geometries, crs: str, box: Box, box_crs: str) -> BoolArray:
    """(n,) True for each shape that meets a box.

    Parameters
    ----------
    geometries : (n,) object array
        Shapes in `crs`, metres.
    crs, box_crs : str
        Coordinate systems of the shapes and of the box.
    box : tuple of float
        Two corners in `box_crs`. In longitude and latitude the first may be east of the
        second: the box crosses the antimeridian.

    Raises
    ------
    InvalidParameterError
        If the corners are no box of the coordinate system.
    """
    met = np.zeros(len(geometries), dtype=np.bool_)
    if len(geometries) == 0:
        return met
    for shape in _shapes_of(geometries, crs, box, box_crs):
        met |= shapely.intersects(geometries, shape)
    return met


def _meeting(table: Table, wanted: Wanted) -> BoolArray:
    """(n,) True for each row that is wanted."""
    met = np.ones(len(table), dtype=np.bool_)
    for name, value in wanted.equal.items():
        if name not in table.columns:
            raise UnknownStatisticError("property", name, tuple(table.columns))
        met &= table.columns[name] == value
    if wanted.moments is not None and wanted.period is not None:
        met &= _overlap(wanted.moments, wanted.period)
    if wanted.box is not None and table.geometries is not None:
        met &= meets(table.geometries, table.crs, wanted.box, wanted.box_crs)
    return met


def _overlap(moments: Moments, period: tuple[datetime.date, datetime.date]) -> bool:
    """Whether a time meets a period of whole days."""
    start, stop = moments
    first = datetime.datetime.combine(period[0], datetime.time.min, datetime.UTC)
    last = datetime.datetime.combine(period[1], datetime.time.max, datetime.UTC)
    return (start is None or start <= last) and (stop is None or stop >= first)


def _bounded(table: Table, rows: IntArray) -> IntArray:
    """The first of some rows, as many as one page may hold; at least one where there is one."""
    if table.geometries is None or len(rows) < 2:
        return rows
    corners = np.cumsum(shapely.get_num_coordinates(table.geometries[rows]))
    return rows[: max(1, int(np.searchsorted(corners, MAX_COORDINATES, side="right")))]


def _rows(table: Table, rows: IntArray) -> Table:
    """Some rows of a table, with the provenance of all."""
    return dataclasses.replace(
        table,
        columns={name: column[rows] for name, column in table.columns.items()},
        geometries=None if table.geometries is None else table.geometries[rows],
    )


def _shapes_of(geometries: Geometries, crs: str, box: Box, box_crs: str) -> Geometries:
    """A box as shapes in the coordinate system of some geometries: none, one or two."""
    if box_crs != WGS84:
        a, b, c, d = box
        left, bottom, right, top = (b, a, d, c) if is_north_first(box_crs) else box
        if left > right or bottom > top:
            raise InvalidParameterError("bbox", box, "its lower corner before its upper one")
        return _objects([_shape(left, bottom, right, top)])
    west, south, east, north = box
    if south > north:
        raise InvalidParameterError("bbox", box, "its south before its north")
    if max(abs(west), abs(east)) > 180 or max(abs(south), abs(north)) > 90:
        raise InvalidParameterError("bbox", box, "longitudes within 180, latitudes within 90")
    # Only what is near the geometries can be said in their coordinate system.
    left, bottom, right, top = shapely.total_bounds(geometries).tolist()
    surroundings = transform_bounds((left, bottom, right, top), source=crs, target=WGS84)
    halves = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
    shapes = []
    for first, last in halves:
        corners = (
            max(first, surroundings[0] - MARGIN_DEG),
            max(south, surroundings[1] - MARGIN_DEG),
            min(last, surroundings[2] + MARGIN_DEG),
            min(north, surroundings[3] + MARGIN_DEG),
        )
        if corners[0] <= corners[2] and corners[1] <= corners[3]:
            shapes.append(_bent(_shape(*corners), crs))
    return _objects(shapes)


def _shape(left: float, bottom: float, right: float, top: float) -> shapely.Geometry:
    """A box, or the line or point that one without width or height is."""
    if left == right and bottom == top:
        return shapely.Point(left, bottom)
    if left == right or bottom == top:
        return shapely.LineString([(left, bottom), (right, top)])
    return shapely.box(left, bottom, right, top)


def _bent(shape: shapely.Geometry, crs: str) -> shapely.Geometry:
    """A shape of longitude and latitude in another system, its sides followed step by step."""
    left, bottom, right, top = shapely.bounds(shape).tolist()
    step = max(right - left, top - bottom) / STEPS

    def moved(lonlat: FloatArray) -> FloatArray:
        return transform_xy(lonlat, source=WGS84, target=crs)

    return shapely.transform(shapely.segmentize(shape, step) if step else shape, moved)


def _objects(shapes: list[shapely.Geometry]) -> Geometries:
    objects = np.empty(len(shapes), dtype=object)
    objects[:] = shapes
    return objects
