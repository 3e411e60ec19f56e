"""An index of areas that locates most points without testing a border.

The extent is divided into square cells. A cell that no border crosses lies in the same areas
everywhere, so that its area is computed once. In a cell with borders, the areas of these borders
are tested, each with only those of its edges that cross the row of cells. Derivation and rounding
bounds are in docs/methods.md, "The area of a point".
"""

import math
from dataclasses import dataclass

import numpy as np
import shapely

from boundaries.layers.edges import edges_of
from boundaries.layers.layer import Geometries
from spatial.arrays import FloatArray, IndexArray, IntArray
from spatial.compiled import compiled

OUTSIDE = -1
UNDECIDED = -2  # too near to a border to decide the side in floating point

_CELLS_PER_AREA = 2_000
_LEAST_CELLS, _MOST_CELLS = 1 << 14, 1 << 22
_PAD = 1e-4  # cells; far above the rounding of coordinates, so that no crossing is missed
_FLAT = 1e-3  # cells; a flatter edge is put into all the columns that it spans
_ROUNDING = 3.3306690738754716e-16  # (3 + 16 u) u, u = 2^-53: Shewchuk (1997), ccwerrboundA


@dataclass(frozen=True, eq=False)
class AreaIndex:
    """Cells and edges of one layer; built once, and used by many threads.

    Attributes
    ----------
    left_m, bottom_m, cell_m : float
        Corner of the first cell and side of the cells, metres.
    rows, cols : int
        Number of cells; row 0 is south.
    bounds_m : tuple of float
        Bounds of the areas; a point outside is in no area.
    cells : (rows * cols,) int32
        Area of a cell without a border (or OUTSIDE); ``-2 - k`` for the k-th cell with a border.
    base : (border cells,) int32
        First area that contains the whole border cell; -1 if none does.
    candidate_start : (border cells + 1,) int64
        Start of each border cell's entries in `candidates`.
    candidates : (pairs,) int32
        Areas with a border in each border cell, ascending.
    first_bucket : (areas + 1,) int64
    first_row : (areas,) int64
        Edges are sorted by area and row of cells: bucket `first_bucket[a] + row - first_row[a]`.
    edge_start : (buckets + 1,) int64
        Start of each bucket's edges in `edges_m`.
    edges_m : (entries, 4) float64
        x and y of both ends, metres.
    """

    left_m: float
    bottom_m: float
    cell_m: float
    rows: int
    cols: int
    bounds_m: tuple[float, float, float, float]
    cells: IndexArray
    base: IndexArray
    candidate_start: IntArray
    candidates: IndexArray
    first_bucket: IntArray
    first_row: IntArray
    edge_start: IntArray
    edges_m: FloatArray

    @classmethod
    def of(cls, geometries: Geometries, *, cells: int | None = None) -> "AreaIndex":
        """Build the index of some areas.

        Parameters
        ----------
        geometries : (n,) object array
            Valid polygons or multipolygons, metres; they may overlap and leave gaps.
        cells : int, optional
            Approximate number of cells; by default 2,000 per area, at least 16,384 and at most
            4,194,304. With more cells lookups are faster; each needs 4 bytes.
        """
        edges_m, owner = edges_of(geometries)
        left, bottom, right, top = (float(v) for v in shapely.total_bounds(geometries))
        if cells is None:
            cells = min(max(_CELLS_PER_AREA * len(geometries), _LEAST_CELLS), _MOST_CELLS)
        width, height = max(right - left, 1e-3), max(top - bottom, 1e-3)
        # The last two limit the cells of a long, thin extent.
        cell = max(math.sqrt(width * height / cells), width / cells, height / cells)
        # One more cell on every side, so that there are cells beyond the outermost borders.
        cols, rows = math.ceil(width / cell) + 2, math.ceil(height / cell) + 2
        origin = np.array([left - cell, bottom - cell])
        buckets = _Buckets.of(edges_m, owner, len(geometries), origin, cell)
        answers = np.full(rows * cols, OUTSIDE, dtype=np.int32)
        counts = np.zeros(rows * cols, dtype=np.int32)
        stamps = np.full(rows * cols, -1, dtype=np.int32)
        edges_in_cells = np.ascontiguousarray((buckets.edges_m - np.tile(origin, 2)) / cell)
        _mark(
            edges_in_cells, buckets.start, buckets.first, buckets.row, cols,
            stamps, counts, answers,
        )  # fmt: skip
        border = np.flatnonzero(counts)
        start = np.concatenate([[0], np.cumsum(counts[border], dtype=np.int64)])
        base = answers[border]
        answers[border] = (-2 - np.arange(len(border))).astype(np.int32)
        candidates = np.empty(int(start[-1]), dtype=np.int32)
        stamps[:] = -1
        _collect(
            edges_in_cells, buckets.start, buckets.first, buckets.row, cols,
            stamps, answers, start[:-1].copy(), candidates,
        )  # fmt: skip
        return cls(
            left_m=float(origin[0]),
            bottom_m=float(origin[1]),
            cell_m=cell,
            rows=rows,
            cols=cols,
            bounds_m=(left, bottom, right, top),
            cells=answers,
            base=base,
            candidate_start=start,
            candidates=candidates,
            first_bucket=buckets.first,
            first_row=buckets.row,
            edge_start=buckets.start,
            edges_m=buckets.edges_m,
        )

    def find(self, xy_m: FloatArray) -> IndexArray:
        """(n,) int32 first area that contains each point, OUTSIDE, or UNDECIDED.

        Parameters
        ----------
        xy_m : (n, 2) float64
            C-contiguous, metres; NaN and infinity are outside.

        Notes
        -----
        Every result other than UNDECIDED is exact: the side of an edge is decided in floating
        point only if it exceeds the rounding error (Shewchuk 1997, section 4).
        """
        points = xy_m.view()
        points.flags.writeable = False  # numba compiles separately for writable arrays
        positions = np.empty(len(points), dtype=np.int32)
        _find(
            points, np.array(self.bounds_m), self.left_m, self.bottom_m, 1.0 / self.cell_m,
            self.cols, self.cells, self.base, self.candidate_start, self.candidates,
            self.first_bucket, self.first_row, self.edge_start, self.edges_m, positions,
        )  # fmt: skip
        return positions


@dataclass(frozen=True, eq=False)
class _Buckets:
    """Edges by area and row of cells; an edge is in every row that it crosses."""

    first: IntArray
    row: IntArray
    start: IntArray
    edges_m: FloatArray

    @classmethod
    def of(
        cls, edges_m: FloatArray, owner: IntArray, areas: int, origin: FloatArray, cell: float
    ) -> "_Buckets":
        """Sort the edges into buckets; `owner` ascends."""
        rows = (edges_m[:, [1, 3]] - origin[1]) / cell
        lowest_row = np.floor(rows.min(axis=1) - _PAD).astype(np.int64)
        highest_row = np.floor(rows.max(axis=1) + _PAD).astype(np.int64)
        starts = np.searchsorted(owner, np.arange(areas))
        first_row = np.minimum.reduceat(lowest_row, starts)
        height = np.maximum.reduceat(highest_row, starts) - first_row + 1
        first_bucket = np.concatenate([[0], np.cumsum(height)])
        spans = highest_row - lowest_row + 1
        edge = np.repeat(np.arange(len(owner)), spans)
        row_offset = np.arange(len(edge)) - np.repeat(np.cumsum(spans) - spans, spans)
        bucket = first_bucket[owner[edge]] + lowest_row[edge] + row_offset - first_row[owner[edge]]
        order = np.argsort(bucket, kind="stable")
        start = np.searchsorted(bucket[order], np.arange(first_bucket[-1] + 1)).astype(np.int64)
        return cls(first_bucket, first_row, start, np.ascontiguousarray(edges_m[edge[order]]))


@compiled
def _first_column(edges: FloatArray, e: int, row: int, cols: int) -> int:
    """First column of cells that edge e may touch within a row of cells."""
    return _column(_reach(edges, e, row, -1.0) - _PAD, cols)


@compiled
def _last_column(edges: FloatArray, e: int, row: int, cols: int) -> int:
    """Last column of cells that edge e may touch within a row of cells."""
    return _column(_reach(edges, e, row, 1.0) + _PAD, cols)


@compiled
def _column(u: float, cols: int) -> int:
    """The column of a position in cells, limited to the grid."""
    return int(min(max(math.floor(u), 0.0), cols - 1.0))


@compiled
def _reach(edges: FloatArray, e: int, row: int, side: float) -> float:
    """Westernmost (side -1) or easternmost (side 1) position of an edge within a row."""
    u1, v1, u2, v2 = edges[e, 0], edges[e, 1], edges[e, 2], edges[e, 3]
    if abs(v2 - v1) > _FLAT:
        low = (row - _PAD - v1) / (v2 - v1)
        high = (row + 1.0 + _PAD - v1) / (v2 - v1)
        t1 = min(max(min(low, high), 0.0), 1.0)
        t2 = min(max(max(low, high), 0.0), 1.0)
        u1, u2 = u1 + t1 * (u2 - u1), u1 + t2 * (u2 - u1)
    return float(side * max(side * u1, side * u2))


@compiled
def _mark(
    edges: FloatArray,
    edge_start: IntArray,
    first_bucket: IntArray,
    first_row: IntArray,
    cols: int,
    stamps: IndexArray,
    counts: IndexArray,
    answers: IndexArray,
) -> None:
    """Count the borders in each cell, and set the first area that contains the whole cell.

    Areas are processed from the last to the first, so that the first is written last.
    """
    crossings = np.empty(len(edges))
    for area in range(len(first_row) - 1, -1, -1):
        for bucket in range(first_bucket[area], first_bucket[area + 1]):
            row = first_row[area] + bucket - first_bucket[area]
            for e in range(edge_start[bucket], edge_start[bucket + 1]):
                for col in range(
                    _first_column(edges, e, row, cols), _last_column(edges, e, row, cols) + 1
                ):
                    if stamps[row * cols + col] != area:
                        stamps[row * cols + col] = area
                        counts[row * cols + col] += 1
        for bucket in range(first_bucket[area], first_bucket[area + 1]):
            row = first_row[area] + bucket - first_bucket[area]
            middle = row + 0.5
            crossing_count = 0
            for e in range(edge_start[bucket], edge_start[bucket + 1]):
                u1, v1, u2, v2 = edges[e, 0], edges[e, 1], edges[e, 2], edges[e, 3]
                if (v1 > middle) != (v2 > middle):
                    crossings[crossing_count] = u1 + (middle - v1) / (v2 - v1) * (u2 - u1)
                    crossing_count += 1
            crossings[:crossing_count].sort()
            for pair in range(0, crossing_count - 1, 2):
                # A cell without this area's border is inside if its centre is. A crossing
                # so near to a centre that rounding matters lies in a cell with a border.
                for col in range(
                    max(math.ceil(crossings[pair] - 0.5), 0),
                    min(math.floor(crossings[pair + 1] - 0.5), cols - 1) + 1,
                ):
                    if stamps[row * cols + col] != area:
                        answers[row * cols + col] = area


@compiled
def _collect(
    edges: FloatArray,
    edge_start: IntArray,
    first_bucket: IntArray,
    first_row: IntArray,
    cols: int,
    stamps: IndexArray,
    answers: IndexArray,
    next_slot: IntArray,
    candidates: IndexArray,
) -> None:
    """List the areas with a border in each border cell, ascending."""
    for area in range(len(first_row)):
        for bucket in range(first_bucket[area], first_bucket[area + 1]):
            row = first_row[area] + bucket - first_bucket[area]
            for e in range(edge_start[bucket], edge_start[bucket + 1]):
                for col in range(
                    _first_column(edges, e, row, cols), _last_column(edges, e, row, cols) + 1
                ):
                    if stamps[row * cols + col] != area:
                        stamps[row * cols + col] = area
                        k = -2 - answers[row * cols + col]
                        candidates[next_slot[k]] = area
                        next_slot[k] += 1


@compiled
def _find(
    xy_m: FloatArray,
    bounds_m: FloatArray,
    left_m: float,
    bottom_m: float,
    cells_per_m: float,
    cols: int,
    cells: IndexArray,
    base: IndexArray,
    candidate_start: IntArray,
    candidates: IndexArray,
    first_bucket: IntArray,
    first_row: IntArray,
    edge_start: IntArray,
    edges_m: FloatArray,
    positions: IndexArray,
) -> None:
    """The first area of each point: from its cell, or by testing the areas with a border there."""
    for i in range(len(xy_m)):
        x, y = xy_m[i, 0], xy_m[i, 1]
        positions[i] = OUTSIDE
        # NaN fails every comparison, and so counts as outside.
        if not (bounds_m[0] <= x <= bounds_m[2] and bounds_m[1] <= y <= bounds_m[3]):
            continue
        row = int((y - bottom_m) * cells_per_m)
        cell_answer = cells[row * cols + int((x - left_m) * cells_per_m)]
        if cell_answer >= OUTSIDE:
            positions[i] = cell_answer
            continue
        k = -2 - cell_answer
        positions[i] = base[k]
        for c in range(candidate_start[k], candidate_start[k + 1]):
            area = candidates[c]
            if 0 <= base[k] < area:
                break
            bucket = first_bucket[area] + row - first_row[area]
            if bucket < first_bucket[area] or bucket >= first_bucket[area + 1]:
                continue
            side = _side(x, y, edges_m, edge_start[bucket], edge_start[bucket + 1])
            if side == UNDECIDED:
                positions[i] = UNDECIDED
                break
            if side == 1:
                positions[i] = area
                break


@compiled
def _side(x: float, y: float, edges_m: FloatArray, start: int, end: int) -> int:
    """1 inside, 0 outside, UNDECIDED near a border; counts crossings of a ray to the east."""
    crossing_count = 0
    for e in range(start, end):
        x1, y1, x2, y2 = edges_m[e, 0], edges_m[e, 1], edges_m[e, 2], edges_m[e, 3]
        if y < min(y1, y2) or y > max(y1, y2) or x > max(x1, x2):
            continue
        is_crossed = (y1 > y) != (y2 > y)
        if x < min(x1, x2):
            crossing_count += is_crossed
            continue
        left_product = (x1 - x) * (y2 - y)
        right_product = (x2 - x) * (y1 - y)
        turn = left_product - right_product
        if abs(turn) <= _ROUNDING * (abs(left_product) + abs(right_product)):
            return UNDECIDED
        crossing_count += is_crossed and (turn > 0.0) == (y2 > y1)
    return crossing_count & 1
