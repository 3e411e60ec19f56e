"""The areas of the demonstration county, nested exactly, and its postcodes."""

from dataclasses import dataclass

import numpy as np
import shapely

from boundaries.layers.layer import Geometries, Layer, LayerMetadata
from service.demo.places.cell_growth import (
    CellGraph,
    Cells,
    grow,
    largest_piece,
    make_cells,
    outline_regions,
    rough_graph,
    spread_seeds,
)
from service.demo.places.gazetteer import Gazetteer, positions_m, read_gazetteer
from spatial.arrays import BoolArray, FloatArray, IntArray, frozen

CRS = "EPSG:27700"
LICENCE = "synthetic"
SOURCE = "made by Hotspot Atlas; not a real place"
LAYER_TITLES = {
    "lsoa": "LSOAs of the demonstration county (synthetic)",
    "ward": "Wards of the demonstration county (synthetic)",
    "district": "Districts of the demonstration county (synthetic)",
    "postcode-district": "Postcode districts of the demonstration county (synthetic)",
}

MARGIN_M = 4_000.0
TOWN_DEPTH, FRINGE_DEPTH = 2, 1  # how often a lattice square of 640 m is halved
FRINGE = 1.7  # the fringe of a town reaches to this many of its radii
BETWEEN_TOWN_AND_LAND = 1_000.0  # how much harder a region crosses the edge of a town


@dataclass(frozen=True)
class Geography:
    """Three nested coverages, one of postcodes, and the cells beneath them.

    Attributes
    ----------
    lsoa, ward, district, postcode : Layer
    ward_of_lsoa : (lsoas,) int64
        Position in `ward`.
    district_of_ward : (wards,) int64
        Position in `district`.
    postcode_of_lsoa : (lsoas,) int64
        Position in `postcode`.
    in_town : (lsoas,) bool
        Whether an LSOA is part of a town, or open country with villages.
    cells : Cells
        What the areas are made of.
    lsoa_of_cell : (cells,) int64
        -1 outside the county.
    """

    lsoa: Layer
    ward: Layer
    district: Layer
    postcode: Layer
    ward_of_lsoa: IntArray
    district_of_ward: IntArray
    postcode_of_lsoa: IntArray
    in_town: BoolArray
    cells: Cells
    lsoa_of_cell: IntArray

    @property
    def district_of_lsoa(self) -> IntArray:
        """(lsoas,) position in `district`."""
        return self.district_of_ward[self.ward_of_lsoa]

    @property
    def postcode_middles_m(self) -> FloatArray:
        """(postcode districts, 2) a point inside each."""
        middles = shapely.point_on_surface(self.postcode.geometries)
        return np.round(shapely.get_coordinates(middles))


def make_geography(*, seed: int) -> Geography:
    """The county's areas; the same seed makes the same county."""
    rng = np.random.default_rng([seed, 1])
    gazetteer = read_gazetteer()
    outline = shapely.Polygon(_roughen(gazetteer.outline_m, rng=rng))
    urban_at = _Towns(gazetteer, rng=rng)
    left, bottom, right, top = outline.bounds
    bounds_m = (left - MARGIN_M, bottom - MARGIN_M, right + MARGIN_M, top + MARGIN_M)
    cells = make_cells(bounds_m, urban_at.depth, rng=rng)
    graph = rough_graph(cells, roughness=0.8, rng=rng)
    is_inside = largest_piece(graph, shapely.contains_xy(outline, cells.xy_m))
    is_urban = is_inside & (urban_at.nearness(cells.xy_m) < 1.0)
    ward_of_cell, is_urban = _grow_wards(gazetteer, cells, graph, is_inside, is_urban)
    lsoa_of_cell, ward_of_lsoa, in_town = _grow_lsoas(
        gazetteer, cells, graph, ward_of_cell, is_urban, rng=rng
    )
    shapes = outline_regions(cells, lsoa_of_cell, smoothing=2, roughness=0.13, rng=rng)
    return _assemble(gazetteer, cells, lsoa_of_cell, ward_of_lsoa, in_town, shapes)


class _Towns:
    """Distance to the nearest town centre in radii of the town, made irregular."""

    def __init__(self, gazetteer: Gazetteer, *, rng: np.random.Generator) -> None:
        has_town = np.array([ward.town_lsoas > 0 for ward in gazetteer.wards])
        self.centres_m = gazetteer.centres_m[has_town]
        self.radius_m = np.array([ward.town_radius_m for ward in gazetteer.wards])[has_town]
        # A few plane waves of different directions are a cheap smooth random surface.
        length_m = rng.uniform(900.0, 2_600.0, 12)
        angle = rng.uniform(0, 2 * np.pi, 12)
        self.waves = 2 * np.pi / length_m * np.array([np.cos(angle), np.sin(angle)])
        self.phase = rng.uniform(0, 2 * np.pi, 12)

    def nearness(self, xy_m: FloatArray) -> FloatArray:
        """(n,) distance to the nearest town in its radii: below 1 inside."""
        # A soft minimum: neighbouring wards of a town also fill the bays between their discs.
        closeness = np.zeros(len(xy_m))
        for centre_m, radius_m in zip(self.centres_m, self.radius_m, strict=True):
            away_sq = ((xy_m - centre_m) ** 2).sum(axis=1) / radius_m**2
            closeness += 1.0 / (away_sq * away_sq + 1e-6)
        waves = np.cos(xy_m @ self.waves + self.phase).sum(axis=1) / np.sqrt(6.0)
        return np.asarray(closeness**-0.25 * (1.0 + 0.07 * waves))

    def depth(self, xy_m: FloatArray) -> IntArray:
        """(n,) how often the lattice square at a location is halved."""
        nearness = self.nearness(xy_m)
        depth = np.where(nearness < FRINGE, FRINGE_DEPTH, 0)
        return np.where(nearness < 1.15, TOWN_DEPTH, depth).astype(np.int64)


def _roughen(ring_m: FloatArray, *, rng: np.random.Generator, rounds: int = 5) -> FloatArray:
    """The ring with each edge broken at its middle and pushed aside, `rounds` times."""
    for _ in range(rounds):
        along = np.roll(ring_m, -1, axis=0) - ring_m
        push = rng.uniform(-0.13, 0.13, len(ring_m))
        middle = ring_m + along / 2 + push[:, None] * np.column_stack([-along[:, 1], along[:, 0]])
        ring_m = np.stack([ring_m, middle], axis=1).reshape(-1, 2)
    return ring_m


def _grow_wards(
    gazetteer: Gazetteer, cells: Cells, graph: CellGraph, is_inside: BoolArray, is_urban: BoolArray
) -> tuple[IntArray, BoolArray]:
    """The ward of each cell, and whether the cell is town: towns first, then the land between."""
    wards = gazetteer.wards
    centres_m = gazetteer.centres_m
    has_town = np.array([site.town_lsoas > 0 for site in wards])
    has_land = np.array([site.rural_lsoas > 0 for site in wards])
    town_ids, village_ids = np.flatnonzero(has_town), np.flatnonzero(~has_town)
    town = grow(graph.subgraph(is_urban), _nearest(cells, is_urban, centres_m[town_ids]), town_ids)
    is_urban = is_urban & (town >= 0)

    # Land goes to the wards that have some: from the edge of their town, or from their village.
    open_land = is_inside & ~is_urban
    owner_cells = is_urban & has_land[np.maximum(town, 0)]
    villages = _nearest(cells, open_land, centres_m[village_ids])
    sources = np.concatenate([np.flatnonzero(owner_cells), villages])
    labels = np.concatenate([town[owner_cells], village_ids])
    land = grow(graph.subgraph(open_land | owner_cells), sources, labels)

    # What is left are pockets enclosed by towns.
    ward = np.where(is_urban, town, land)
    is_assigned = is_inside & (ward >= 0)
    ward = grow(graph.subgraph(is_inside), np.flatnonzero(is_assigned), ward[is_assigned])
    return ward, is_urban


def _nearest(cells: Cells, candidates: BoolArray, places_m: FloatArray) -> IntArray:
    """(places,) the candidate cell nearest to each place."""
    members = np.flatnonzero(candidates)
    points_m = cells.xy_m[members]
    nearest = [int(np.hypot(*(points_m - place_m).T).argmin()) for place_m in places_m]
    return members[np.array(nearest, dtype=np.int64)]


def _grow_lsoas(
    gazetteer: Gazetteer,
    cells: Cells,
    graph: CellGraph,
    ward_of_cell: IntArray,
    is_urban: BoolArray,
    *,
    rng: np.random.Generator,
) -> tuple[IntArray, IntArray, BoolArray]:
    """The LSOA of each cell, the ward of each LSOA, and whether the LSOA is town."""
    seeds: list[int] = []
    ward_of_lsoa: list[int] = []
    in_town: list[bool] = []
    for position, ward in enumerate(gazetteer.wards):
        for town, count in ((True, ward.town_lsoas), (False, ward.rural_lsoas)):
            members = np.flatnonzero((ward_of_cell == position) & (is_urban == town))
            if not count or not len(members):
                continue
            lsoa_seeds = spread_seeds(cells.xy_m[members], cells.area_km2[members], count, rng=rng)
            # North to south, as numbers on a map are read.
            lsoa_seeds = lsoa_seeds[np.argsort(-cells.xy_m[members[lsoa_seeds], 1], kind="stable")]
            seeds += members[lsoa_seeds].tolist()
            ward_of_lsoa += [position] * len(lsoa_seeds)
            in_town += [town] * len(lsoa_seeds)
    cell_a, cell_b = graph.pairs.T
    same_ward = (ward_of_cell[cell_a] == ward_of_cell[cell_b]) & (ward_of_cell[cell_a] >= 0)
    crossing = is_urban[cell_a] != is_urban[cell_b]
    within_wards = CellGraph(
        graph.pairs[same_ward],
        np.where(crossing, BETWEEN_TOWN_AND_LAND, 1.0)[same_ward] * graph.cost[same_ward],
        graph.cells,
    )
    lsoa = grow(within_wards, np.array(seeds, dtype=np.int64), np.arange(len(seeds)))
    return lsoa, np.array(ward_of_lsoa, dtype=np.int64), np.array(in_town)


def _assemble(
    gazetteer: Gazetteer,
    cells: Cells,
    lsoa_of_cell: IntArray,
    ward_of_lsoa: IntArray,
    in_town: BoolArray,
    shapes: Geometries,
) -> Geography:
    """The three layers with their codes and names."""
    districts = sorted({ward.district for ward in gazetteer.wards})
    district_of_ward = np.array([districts.index(ward.district) for ward in gazetteer.wards])
    ward_shapes = _merge(shapes, ward_of_lsoa)
    district_shapes = _merge(ward_shapes, district_of_ward)
    postcode_of_lsoa, postcode_names = _postcodes(gazetteer, shapes)
    return Geography(
        lsoa=_layer("lsoa", 1, _lsoa_names(gazetteer, ward_of_lsoa), shapes),
        ward=_layer("ward", 5, tuple(ward.name for ward in gazetteer.wards), ward_shapes),
        district=_layer("district", 7, tuple(districts), district_shapes),
        postcode=_layer("postcode-district", 9, postcode_names, _merge(shapes, postcode_of_lsoa)),
        ward_of_lsoa=frozen(ward_of_lsoa),
        district_of_ward=frozen(district_of_ward),
        postcode_of_lsoa=frozen(postcode_of_lsoa),
        in_town=frozen(in_town),
        cells=cells,
        lsoa_of_cell=frozen(lsoa_of_cell),
    )


def _postcodes(gazetteer: Gazetteer, shapes: Geometries) -> tuple[IntArray, tuple[str, ...]]:
    """The postcode district of each LSOA, the nearest; and the names of those that have one."""
    middles_m = positions_m(gazetteer.postcode_districts)
    lsoas_m = shapely.get_coordinates(shapely.centroid(shapes))
    away_m = np.hypot(*(lsoas_m[:, None, :] - middles_m[None, :, :]).transpose(2, 0, 1))
    used, position = np.unique(away_m.argmin(axis=1), return_inverse=True)
    names = tuple(gazetteer.postcode_districts[i].name for i in used.tolist())
    return position.astype(np.int64), names


def _merge(shapes: Geometries, group: IntArray) -> Geometries:
    """(groups,) the union of each group's shapes, on exactly the same corners."""
    merged = [
        shapely.coverage_union_all(shapes[group == index]) for index in range(int(group.max()) + 1)
    ]
    parts = [shapely.get_parts(shape) for shape in merged]
    polygons = [
        polygons_of[0] if len(polygons_of) == 1 else shape
        for polygons_of, shape in zip(parts, merged, strict=True)
    ]
    return np.asarray(shapely.normalize(np.array(polygons, dtype=object)), dtype=object)


def _layer(layer_id: str, kind: int, names: tuple[str, ...], shapes: Geometries) -> Layer:
    """One level of the county; X is the letter of no country's codes."""
    return Layer(
        metadata=LayerMetadata(
            layer_id=layer_id,
            title=LAYER_TITLES[layer_id],
            crs=CRS,
            vintage="demo",
            source=SOURCE,
            licence=LICENCE,
            synthetic=True,
            coordinates=f"{CRS} as made",
        ),
        codes=tuple(f"X{kind:02d}{i:06d}" for i in range(1, len(names) + 1)),
        names=names,
        geometries=shapes,
    )


def _lsoa_names(gazetteer: Gazetteer, ward_of_lsoa: IntArray) -> tuple[str, ...]:
    """Names in the manner of `Cambridge 001A`: district, number from north to south, letter."""
    northing_km = np.array([site.northing_km for site in gazetteer.wards])
    number: dict[int, int] = {}
    wards_counted: dict[str, int] = {}
    for ward in np.argsort(-northing_km, kind="stable").tolist():
        district = gazetteer.wards[ward].district
        wards_counted[district] = wards_counted.get(district, 0) + 1
        number[ward] = wards_counted[district]
    names, letter = [], 0
    for i, ward in enumerate(ward_of_lsoa.tolist()):
        letter = letter + 1 if i and ward == ward_of_lsoa[i - 1] else 0
        names.append(f"{gazetteer.wards[ward].district} {number[ward]:03d}{chr(65 + letter)}")
    return tuple(names)
