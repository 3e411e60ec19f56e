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
    """Cells over a rectangle, finer where `depth_at` says so.

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
    pending_m = np.column_stack([x.ravel(), y.ravel()])
    points, sizes = [], []
    depth = 0
    while len(pending_m):
        is_halved = depth_at(pending_m) > depth
        points.append(pending_m[~is_halved])
        sizes.append(np.full(np.count_nonzero(~is_halved), size_m))
        size_m /= 2
        quarter_offsets = np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]]) * size_m / 2
        pending_m = (pending_m[is_halved][:, None, :] + quarter_offsets[None, :, :]).reshape(-1, 2)
        depth += 1
    sizes_m = np.concatenate(sizes)
    xy_m = np.concatenate(points) + rng.uniform(-0.42, 0.42, (len(sizes_m), 2)) * sizes_m[:, None]
    xy_m = np.round(xy_m, CORNER_DECIMALS)
    diagram = Voronoi(xy_m)
    return Cells(
        xy_m=xy_m,
        area_km2=(sizes_m / 1_000.0) ** 2,
        pairs=diagram.ridge_points.astype(np.int64),
        edges=np.asarray(diagram.ridge_vertices, dtype=np.int64),
        corners_m=diagram.vertices,
    )


@dataclass(frozen=True)
class CellGraph:
    """Neighbouring cells, and the cost of going from one to the next."""

    pairs: IntArray
    cost: FloatArray
    cells: int

    def subgraph(self, members: BoolArray) -> "CellGraph":
        """The graph restricted to the member cells, with the same numbering."""
        is_inner = members[self.pairs[:, 0]] & members[self.pairs[:, 1]]
        return CellGraph(self.pairs[is_inner], self.cost[is_inner], self.cells)

    def matrix(self) -> csr_array:
        """The graph as a sparse matrix of costs."""
        shape = (self.cells, self.cells)
        return coo_array((self.cost, (self.pairs[:, 0], self.pairs[:, 1])), shape=shape).tocsr()


def rough_graph(cells: Cells, *, roughness: float, rng: np.random.Generator) -> CellGraph:
    """Neighbouring cells at their distance times 1 to 1 + `roughness`: borders then wander."""
    cell_a, cell_b = cells.pairs.T
    distance_m = np.hypot(*(cells.xy_m[cell_a] - cells.xy_m[cell_b]).T)
    return CellGraph(
        cells.pairs, distance_m * (1 + roughness * rng.random(len(distance_m))), len(cells)
    )


def largest_piece(graph: CellGraph, cells: BoolArray) -> BoolArray:
    """The cells that belong to the largest connected piece."""
    _, piece = connected_components(graph.subgraph(cells).matrix(), directed=False)
    return np.asarray(cells & (piece == np.bincount(piece[cells]).argmax()))


def grow(graph: CellGraph, sources: IntArray, labels: IntArray) -> IntArray:
    """(n,) the label of the source that reaches each cell first, -1 if none does.

    Every region is connected to its sources: a cell is reached through cells with its label.
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
    starts = rng.choice(n, size=count, replace=False, p=weight / weight.sum())
    centres = xy_m[starts]
    for _ in range(rounds):
        nearest = _squared_distance(xy_m, centres).argmin(axis=1)
        cluster_weight = np.bincount(nearest, weights=weight, minlength=count)
        for axis in (0, 1):
            weighted_sum = np.bincount(nearest, weights=weight * xy_m[:, axis], minlength=count)
            centres[:, axis] = np.where(
                cluster_weight > 0,
                weighted_sum / np.maximum(cluster_weight, 1e-300),
                centres[:, axis],
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
        The cells that the regions consist of.
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
    corners_m = _smooth(cells.corners_m, ends, rounds=smoothing)

    start, end = corners_m[ends[:, 0]], corners_m[ends[:, 1]]
    edge_m = end - start
    push = rng.uniform(-roughness, roughness, len(ends))
    middle = (start + end) / 2 + push[:, None] * np.column_stack([-edge_m[:, 1], edge_m[:, 0]])
    vertices_m = np.round(np.concatenate([corners_m, middle]), CORNER_DECIMALS)

    # Which of the two cells lies on the left of the edge as it is stored.
    first_cell = cells.pairs[border][:, 0]
    edge_vector = cells.corners_m[ends[:, 1]] - cells.corners_m[ends[:, 0]]
    cell_vector = cells.xy_m[first_cell] - cells.corners_m[ends[:, 0]]
    first_is_left = (
        edge_vector[:, 0] * cell_vector[:, 1] - edge_vector[:, 1] * cell_vector[:, 0] > 0
    )
    left = np.where(first_is_left, sides[:, 0], sides[:, 1])
    right = np.where(first_is_left, sides[:, 1], sides[:, 0])
    break_corners = len(corners_m) + np.arange(len(ends))

    next_corners: list[dict[int, tuple[int, int]]] = [{} for _ in range(int(region.max()) + 1)]
    for corner_a, corner_b, break_corner, left_region, right_region in zip(
        *ends.T.tolist(), break_corners.tolist(), left.tolist(), right.tolist(), strict=True
    ):
        if left_region >= 0:
            next_corners[left_region][corner_a] = (break_corner, corner_b)
        if right_region >= 0:
            next_corners[right_region][corner_b] = (break_corner, corner_a)
    return np.array(
        [_polygon(region_corners, vertices_m) for region_corners in next_corners], dtype=object
    )


def _smooth(corners_m: FloatArray, ends: IntArray, *, rounds: int) -> FloatArray:
    """Corners on borders, moved half-way to the middle of their neighbours along borders."""
    corners_m = corners_m.copy()
    directed = np.concatenate([ends, ends[:, ::-1]])
    degree = np.bincount(directed[:, 0], minlength=len(corners_m))
    on_border = degree > 0
    for _ in range(rounds):
        for axis in (0, 1):
            neighbour_sum = np.bincount(
                directed[:, 0], weights=corners_m[directed[:, 1], axis], minlength=len(corners_m)
            )
            corners_m[on_border, axis] = (
                corners_m[on_border, axis] + neighbour_sum[on_border] / degree[on_border]
            ) / 2
    return corners_m


def _polygon(next_corners: dict[int, tuple[int, int]], vertices_m: FloatArray) -> shapely.Polygon:
    """The polygon whose border follows `next_corners`, with its inside on the left."""
    remaining = dict(next_corners)
    shell, holes = None, []
    while remaining:
        corner = start = next(iter(remaining))
        ring = []
        while True:
            break_corner, next_corner = remaining.pop(corner)
            ring += [corner, break_corner]
            corner = next_corner
            if corner == start:
                break
        ring_m = vertices_m[ring]
        if _signed_area(ring_m) > 0:
            shell = ring_m
        else:
            holes.append(ring_m)
    return shapely.Polygon(shell, holes)


def _signed_area(ring_m: FloatArray) -> float:
    """Area of a ring, negative when it runs clockwise."""
    x, y = (ring_m - ring_m[0]).T
    return float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum() / 2)
