"""Invented areas: small cells grown into regions that share every border exactly.

A plane is cut into some ten thousand small Voronoi cells, fine where people live. Regions are
grown over the graph of neighbouring cells, so each is in one piece; their borders run along the
cells' edges. Corners are kept by number, moved and roughened once for all regions that share
them: the result is a valid coverage by construction, and nested levels share borders too.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import Voronoi

from boundaries.layers.layer import Geometries
from spatial.arrays import BoolArray, FloatArray, IntArray

ROOT_CELL_M = 640.0
CORNER_DECIMALS = 2  # centimetres: the same bytes from every machine's last bits


@dataclass(frozen=True)
class Cells:
    """The small cells that regions are made of.

    Attributes
    ----------
    xy_m : (n, 2) float64
        The point each cell belongs to, metres.
    area_km2 : (n,) float64
        Nominal area of each: of the lattice square it came from.
    pairs : (m, 2) int64
        Neighbouring cells, each pair once.
    edges : (m, 2) int64
        The corners at the ends of the edge between the cells of a pair; -1 at infinity.
    corners_m : (k, 2) float64
        Where the corners are.
    """

    xy_m: FloatArray
    area_km2: FloatArray
    pairs: IntArray
    edges: IntArray
    corners_m: FloatArray

    def __len__(self) -> int:
        return len(self.xy_m)


def make_cells(
    bounds_m: tuple[float, float, float, float],
    depth_at: Callable[[FloatArray], IntArray],
    *,
    rng: np.random.Generator,
) -> Cells:
    """Cells over a rectangle, finer where asked.

    Parameters
    ----------
    bounds_m : tuple
        Left, bottom, right, top, metres.
    depth_at : callable
        From (n, 2) positions to how often the lattice square there is halved: 0 leaves 640 m.
    rng : Generator
        Shakes the lattice, so that no straight lines are left of it.
    """
    left, bottom, right, top = bounds_m
    size_m = ROOT_CELL_M
    x, y = np.meshgrid(
        np.arange(left, right, size_m) + size_m / 2, np.arange(bottom, top, size_m) + size_m / 2
    )
    open_m = np.column_stack([x.ravel(), y.ravel()])
    points, sizes = [], []
    depth = 0
    while len(open_m):
        finer = depth_at(open_m) > depth
        points.append(open_m[~finer])
        sizes.append(np.full(np.count_nonzero(~finer), size_m))
        size_m /= 2
        quarter = np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]]) * size_m / 2
        open_m = (open_m[finer][:, None, :] + quarter[None, :, :]).reshape(-1, 2)
        depth += 1
    size = np.concatenate(sizes)
    xy_m = np.concatenate(points) + rng.uniform(-0.42, 0.42, (len(size), 2)) * size[:, None]
    xy_m = np.round(xy_m, CORNER_DECIMALS)
    diagram = Voronoi(xy_m)
    return Cells(
        xy_m=xy_m,
        area_km2=(size / 1_000.0) ** 2,
        pairs=diagram.ridge_points.astype(np.int64),
        edges=np.asarray(diagram.ridge_vertices, dtype=np.int64),
        corners_m=diagram.vertices,
    )


@dataclass(frozen=True)
class CellGraph:
    """Which cells touch, and how far it is from one to the next."""

    pairs: IntArray
    cost: FloatArray
    cells: int

    def among(self, cells: BoolArray) -> "CellGraph":
        """The graph of some of the cells, by the same numbers."""
        kept = cells[self.pairs[:, 0]] & cells[self.pairs[:, 1]]
        return CellGraph(self.pairs[kept], self.cost[kept], self.cells)

    def matrix(self) -> csr_array:
        """The graph as scipy wants it."""
        shape = (self.cells, self.cells)
        return coo_array((self.cost, (self.pairs[:, 0], self.pairs[:, 1])), shape=shape).tocsr()


def rough_graph(cells: Cells, *, roughness: float, rng: np.random.Generator) -> CellGraph:
    """Neighbouring cells at their distance times 1 to 1 + `roughness`: borders then wander."""
    first, second = cells.pairs.T
    distance_m = np.hypot(*(cells.xy_m[first] - cells.xy_m[second]).T)
    return CellGraph(
        cells.pairs, distance_m * (1 + roughness * rng.random(len(distance_m))), len(cells)
    )


def largest_piece(graph: CellGraph, cells: BoolArray) -> BoolArray:
    """Those of the cells that belong to their largest connected piece."""
    _, piece = connected_components(graph.among(cells).matrix(), directed=False)
    return np.asarray(cells & (piece == np.bincount(piece[cells]).argmax()))


def grow(graph: CellGraph, sources: IntArray, labels: IntArray) -> IntArray:
    """(n,) the label of the source that reaches each cell first, -1 where none does.

    Every region is in one piece with its sources: a cell is reached through cells of its label.
    """
    if len(sources) == 0:
        return np.full(graph.cells, -1, dtype=np.int64)
    label_of = np.full(graph.cells, -1, dtype=np.int64)
    label_of[sources] = labels
    _, _, source = dijkstra(
        graph.matrix(), directed=False, indices=sources, min_only=True, return_predecessors=True
    )
    return np.where(source >= 0, label_of[np.maximum(source, 0)], -1)


def spread_seeds(
    xy_m: FloatArray, weight: FloatArray, count: int, *, rng: np.random.Generator, rounds: int = 12
) -> IntArray:
    """(count,) positions of points that share the weight about evenly: a few rounds of k-means."""
    n = len(xy_m)
    count = min(count, n)
    chosen = rng.choice(n, size=count, replace=False, p=weight / weight.sum())
    centres = xy_m[chosen]
    for _ in range(rounds):
        nearest = _squared_distance(xy_m, centres).argmin(axis=1)
        held = np.bincount(nearest, weights=weight, minlength=count)
        for axis in (0, 1):
            moved = np.bincount(nearest, weights=weight * xy_m[:, axis], minlength=count)
            centres[:, axis] = np.where(
                held > 0, moved / np.maximum(held, 1e-300), centres[:, axis]
            )
    seeds: list[int] = []
    for row in _squared_distance(centres, xy_m):
        row[seeds] = np.inf
        seeds.append(int(row.argmin()))
    return np.array(seeds, dtype=np.int64)


def _squared_distance(a_m: FloatArray, b_m: FloatArray) -> FloatArray:
    """(len(a), len(b)) squared distances."""
    return np.asarray(((a_m[:, None, :] - b_m[None, :, :]) ** 2).sum(axis=-1))


def outline_regions(
    cells: Cells, region: IntArray, *, smoothing: int, roughness: float, rng: np.random.Generator
) -> Geometries:
    """One polygon per region, sharing every border exactly.

    Parameters
    ----------
    cells : Cells
    region : (n,) int64
        The region of each cell, 0 to the number of regions less 1; -1 for none.
    smoothing : int
        Rounds in which each corner moves half-way to the middle of its neighbours on borders.
    roughness : float
        Each border edge is broken at its middle and pushed aside by up to this part of its length.
    rng : Generator
        For the breaks.

    Returns
    -------
    (regions,) object array of Polygon
    """
    sides = region[cells.pairs]
    border = sides[:, 0] != sides[:, 1]
    ends, sides = cells.edges[border], sides[border]
    corners_m = _smoothed(cells.corners_m, ends, rounds=smoothing)

    start, end = corners_m[ends[:, 0]], corners_m[ends[:, 1]]
    along = end - start
    push = rng.uniform(-roughness, roughness, len(ends))
    middle = (start + end) / 2 + push[:, None] * np.column_stack([-along[:, 1], along[:, 0]])
    places_m = np.round(np.concatenate([corners_m, middle]), CORNER_DECIMALS)

    # Which of the two cells lies on the left of the edge as it is stored.
    first = cells.pairs[border][:, 0]
    raw = cells.corners_m[ends[:, 1]] - cells.corners_m[ends[:, 0]]
    to_first = cells.xy_m[first] - cells.corners_m[ends[:, 0]]
    first_is_left = raw[:, 0] * to_first[:, 1] - raw[:, 1] * to_first[:, 0] > 0
    left = np.where(first_is_left, sides[:, 0], sides[:, 1])
    right = np.where(first_is_left, sides[:, 1], sides[:, 0])
    breaks = len(corners_m) + np.arange(len(ends))

    following: list[dict[int, tuple[int, int]]] = [{} for _ in range(int(region.max()) + 1)]
    for a, b, brk, lft, rgt in zip(
        *ends.T.tolist(), breaks.tolist(), left.tolist(), right.tolist(), strict=True
    ):
        if lft >= 0:
            following[lft][a] = (brk, b)
        if rgt >= 0:
            following[rgt][b] = (brk, a)
    return np.array([_polygon(steps, places_m) for steps in following], dtype=object)


def _smoothed(corners_m: FloatArray, ends: IntArray, *, rounds: int) -> FloatArray:
    """Corners on borders, moved half-way to the middle of their neighbours along borders."""
    corners_m = corners_m.copy()
    both = np.concatenate([ends, ends[:, ::-1]])
    degree = np.bincount(both[:, 0], minlength=len(corners_m))
    used = degree > 0
    for _ in range(rounds):
        for axis in (0, 1):
            around = np.bincount(
                both[:, 0], weights=corners_m[both[:, 1], axis], minlength=len(corners_m)
            )
            corners_m[used, axis] = (corners_m[used, axis] + around[used] / degree[used]) / 2
    return corners_m


def _polygon(steps: dict[int, tuple[int, int]], places_m: FloatArray) -> shapely.Polygon:
    """The polygon whose border goes from corner to corner as `steps` says, inside on the left."""
    remaining = dict(steps)
    shell, holes = None, []
    while remaining:
        at = start = next(iter(remaining))
        ring = []
        while True:
            brk, following = remaining.pop(at)
            ring += [at, brk]
            at = following
            if at == start:
                break
        places = places_m[ring]
        if _signed_area(places) > 0:
            shell = places
        else:
            holes.append(places)
    return shapely.Polygon(shell, holes)


def _signed_area(ring_m: FloatArray) -> float:
    """Area of a ring, negative when it runs clockwise."""
    x, y = (ring_m - ring_m[0]).T
    return float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum() / 2)
