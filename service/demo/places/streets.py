"""Streets, their names, and premises of the demonstration county: none is a real one."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order, minimum_spanning_tree
from scipy.spatial import Delaunay

from service.demo.places.addresses import Places
from service.demo.places.gazetteer import Gazetteer
from service.demo.places.geography import Geography
from service.demo.places.ground import towns_of
from spatial.arrays import FloatArray, IntArray

STREET_M = 700.0  # a longer way between two points is a road with a number
CORNERS = 6  # of a street, after which the next name begins
LANE_M = 110.0  # so near are two points that a lane joins them beside the streets
FIRST = (
    "Abbey", "Alder", "Beech", "Bell", "Bramble", "Brook", "Castle", "Cedar", "Chapel", "Chestnut",
    "Church", "Clover", "Cross", "Dove", "Elm", "Fair", "Fen", "Ferry", "Field", "Forge", "Garden",
    "Glebe", "Grange", "Grove", "Hazel", "Heron", "High", "Hill", "Holly", "Kings", "Larch",
    "Lime", "Lode", "Long", "Maltings", "Maple", "Market", "Meadow", "Mill", "Orchard", "Park",
    "Pound", "Priory", "Queens", "Rectory", "River", "Rose", "School", "Sluice", "Spring",
    "Station", "Swan", "Thorn", "Vicarage", "Victoria", "Water", "Well", "West", "Willow", "Wood",
)  # fmt: skip
KINDS = ("Road", "Street", "Lane", "Avenue", "Close", "Way", "Drive", "Row", "Place", "Crescent")
SIGNS = ("Anchor", "Barley Mow", "Crown", "Eagle", "Fleece", "Grapes", "Hart", "Lion", "Plough",
         "Railway", "Ship", "Sun", "Three Tuns", "Wheatsheaf")  # fmt: skip
COLOURS = ("Black", "Blue", "Golden", "Green", "Old", "Red", "Royal", "Silver", "White")


@dataclass(frozen=True)
class Streets:
    """Rows of the tables of roads, of names and of premises, in the columns of their stores."""

    roads: pa.Table
    names: pa.Table
    premises: pa.Table


def make_streets(geography: Geography, gazetteer: Gazetteer, places: Places) -> Streets:
    """Streets between the map points, a name for each, and the venues of nightlife by name."""
    points_m = np.unique(places.map_points_m, axis=0)
    tree, lanes = _ways(points_m)
    ways, street = _named_ways(points_m, tree)
    ends = np.vstack([ways, lanes])
    names = _street_names(int(street.max(initial=-1)) + 1)
    called = [
        names[k] if k >= 0 else f"B{1_000 + number % 9_000}"
        for number, k in enumerate(street.tolist())
    ] + [None] * len(lanes)
    classes = ["Local Road" if k >= 0 else "B Road" for k in street] + ["Lane"] * len(lanes)
    roads = pa.table(
        {
            "name": pa.array(called, pa.string()),
            "road_class": classes,
            "geometry": shapely.to_wkb(shapely.linestrings(points_m[ends])),
        }
    )
    return Streets(
        roads, _names(geography, gazetteer, points_m, ways, street, names), _premises(places)
    )


def _ways(points_m: FloatArray) -> tuple[IntArray, IntArray]:
    """The ends of the ways of a tree over all points, and of short ones besides."""
    corners = Delaunay(points_m).simplices
    sides = np.vstack([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]])
    pairs = np.unique(np.sort(sides, axis=1), axis=0).astype(np.int64)
    length_m = np.hypot(*(points_m[pairs[:, 0]] - points_m[pairs[:, 1]]).T)
    n = len(points_m)
    tree = minimum_spanning_tree(coo_array((length_m, pairs.T), shape=(n, n)).tocsr()).tocoo()
    ends = np.sort(np.column_stack([tree.row, tree.col]).astype(np.int64), axis=1)
    in_tree = np.isin(pairs @ [n, 1], ends @ [n, 1])
    return ends, pairs[~in_tree & (length_m < LANE_M)]


def _named_ways(points_m: FloatArray, ends: IntArray) -> tuple[IntArray, IntArray]:
    """The ways of a tree, and the street of each; -1: a long road.

    A street goes on with the straightest way from each of its ends, up to so many corners.
    """
    n = len(points_m)
    graph = coo_array((np.ones(len(ends)), ends.T), shape=(n, n)).tocsr()
    order, predecessor = breadth_first_order(graph, 0, directed=False)
    street_of = np.full(n, -1, dtype=np.int64)  # of the way to each point
    corners = np.zeros(n, dtype=np.int64)
    is_continued = np.zeros(n, dtype=np.bool_)
    streets = 0
    children = order[1:]
    step = points_m[children] - points_m[predecessor[children]]
    length_m = np.hypot(*step.T)
    direction = np.zeros((n, 2))
    direction[children] = step / length_m[:, None]
    straight = np.sum(direction[children] * direction[predecessor[children]], axis=1)
    # The straightest way from a point comes first among those from it.
    for child in children[np.lexsort((-straight, np.argsort(order)[predecessor[children]]))]:
        before = predecessor[child]
        metres = float(np.hypot(*(points_m[child] - points_m[before])))
        if metres > STREET_M:
            continue
        goes_on = street_of[before] >= 0 and not is_continued[before] and corners[before] < CORNERS
        if goes_on:
            is_continued[before] = True
            street_of[child], corners[child] = street_of[before], corners[before] + 1
        else:
            street_of[child], streets = streets, streets + 1
    ways = np.column_stack([predecessor[children], children]).astype(np.int64)
    return ways, street_of[children]


def _street_names(number: int) -> list[str]:
    """Names for so many streets; far apart some are the same, as in any county."""
    return [
        f"{FIRST[k * 37 % len(FIRST)]} {KINDS[k * 7 % 61 % len(KINDS)]}" for k in range(number)
    ]


def _names(
    geography: Geography,
    gazetteer: Gazetteer,
    points_m: FloatArray,
    ways: IntArray,
    street: IntArray,
    names: list[str],
) -> pa.Table:
    """A row for each street at the middle of its ways, with its ward, each ward and each town."""
    is_street = street >= 0
    middle = points_m[ways[is_street]].mean(axis=1)
    count = np.bincount(street[is_street], minlength=len(names))
    xy_m = np.column_stack(
        [np.bincount(street[is_street], column, minlength=len(names)) for column in middle.T]
    ) / np.maximum(count, 1)[:, None]  # fmt: skip
    tree = shapely.STRtree(geography.lsoa.geometries)
    ward_of_lsoa = geography.ward_of_lsoa[tree.nearest(shapely.points(xy_m))]
    wards = [ward.name for ward in gazetteer.wards]
    towns = [
        town for town in zip(*towns_of(gazetteer), strict=True) if town[2] in ("city", "town")
    ]
    towns_m = np.array([place_m for _, place_m, _ in towns])
    all_m = np.round(np.vstack([xy_m, gazetteer.centres_m, towns_m]))
    return pa.table(
        {
            "name": [*names, *wards, *(name for name, _, _ in towns)],
            "kind": [
                *["Named Road"] * len(names),
                *["Suburban Area"] * len(wards),
                *(kind.capitalize() for _, _, kind in towns),
            ],
            "locality": pa.array(
                [*(wards[k] for k in ward_of_lsoa), *[None] * (len(wards) + len(towns))]
            ),
            "easting_m": all_m[:, 0],
            "northing_m": all_m[:, 1],
        }
    )


def _premises(places: Places) -> pa.Table:
    """The venues of nightlife, each with a sign of its own."""
    xy_m = np.unique(places.xy_m[places.is_venue], axis=0)
    signs = len(SIGNS) * len(COLOURS)
    names = [
        f"The {COLOURS[k % len(COLOURS)]} {SIGNS[k // len(COLOURS) % len(SIGNS)]}"
        + (f" {k // signs + 1}" if k >= signs else "")
        for k in range(len(xy_m))
    ]
    return pa.table(
        {
            "name": names,
            "kind": [("club", "pub", "bar", "pub", "pub")[k % 5] for k in range(len(xy_m))],
            "easting_m": xy_m[:, 0],
            "northing_m": xy_m[:, 1],
        }
    )
