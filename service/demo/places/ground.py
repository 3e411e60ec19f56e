"""What the demonstration county stands on: roads, a river, woods and the names of its towns."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import minimum_spanning_tree

from service.demo.places.gazetteer import CITY, Gazetteer
from service.demo.places.geography import Geography
from spatial.arrays import FloatArray

CITIES: Final = (CITY, "Ely")
RIVER_TOWNS: Final = (CITY, "Ely", "Wisbech")
TOWN_VENUES: Final = 4  # a place with fewer of them is a village
MAIN_M: Final = 14_000.0  # towns so near to each other have a road of their own between them
BEND_M: Final = 900.0  # about as far a road or river strays from the straight line
WOODS: Final = 46
_ZOOM_OF_NAME: Final = {"city": 6, "town": 7, "village": 9, "suburb": 11}


@dataclass(frozen=True, eq=False)
class Features:
    """Features of one layer of a map.

    Attributes
    ----------
    geometries : (n,) object array
        Metres of the county's CRS.
    columns : mapping of str to list
        Their attributes.
    min_zoom : (n,) int
        From which zoom on each is in tiles.
    """

    geometries: NDArray[Any]
    columns: Mapping[str, list[Any]]
    min_zoom: NDArray[np.int64]


def make_ground(
    geography: Geography, gazetteer: Gazetteer, roads: pa.Table, *, seed: int
) -> dict[str, Features]:
    """The layers of the county's map, named as in the tiles of OpenMapTiles."""
    rng = np.random.default_rng([seed, 20])
    county = shapely.coverage_union_all(geography.district.geometries)
    names, xy_m, kinds = towns_of(gazetteer)
    streets, street_names, classes = _streets(roads)
    ways = np.concatenate([_highways(xy_m[np.array(kinds) != "suburb"], rng), streets])
    numbers = [f"A{1_000 + 13 * k}" for k in range(len(ways) - len(streets))]
    road_classes = ["primary"] * len(numbers) + classes
    zooms = {"primary": 6, "secondary": 9, "minor": 11}
    return {
        "landcover": _alike(_woods(geography, rng), "class", "wood", 7),
        "landuse": _alike(_built_up(geography), "class", "residential", 6),
        "waterway": _alike(_rivers(county, names, xy_m, rng), "class", "river", 6),
        "transportation": Features(
            ways,
            {"class": road_classes},
            np.array([zooms[name] for name in road_classes], dtype=np.int64),
        ),
        "transportation_name": Features(
            ways,
            {"name": numbers + street_names, "class": road_classes},
            np.array([10 if name == "primary" else 12 for name in road_classes], dtype=np.int64),
        ),
        "place": Features(
            np.asarray(shapely.points(xy_m), dtype=object),
            {"name": names, "class": kinds},
            np.array([_ZOOM_OF_NAME[kind] for kind in kinds], dtype=np.int64),
        ),
    }


def towns_of(gazetteer: Gazetteer) -> tuple[list[str], FloatArray, list[str]]:
    """The towns of the county, and the wards of its city: names, places in metres, and kinds."""
    in_city = [(w.easting_km, w.northing_km) for w in gazetteer.wards if w.district == CITY]
    names, places, kinds = [CITY], [tuple(np.mean(in_city, axis=0).tolist())], ["city"]
    for place in gazetteer.nightlife:
        if place.district == CITY or place.name in names:
            continue
        names.append(place.name)
        places.append((place.easting_km, place.northing_km))
        is_town = place.venues >= TOWN_VENUES
        kinds.append("city" if place.name in CITIES else "town" if is_town else "village")
    for ward in gazetteer.wards:
        near_km = np.hypot(*(np.array(places) - (ward.easting_km, ward.northing_km)).T).min()
        if ward.district == CITY or near_km > 3.0:
            names.append(ward.name)
            places.append((ward.easting_km, ward.northing_km))
            kinds.append("suburb" if ward.district == CITY else "village")
    return names, np.array(places) * 1_000.0, kinds


def _alike(geometries: NDArray[Any], column: str, value: str, min_zoom: int) -> Features:
    """Features that have the same attribute and zoom."""
    n = len(geometries)
    return Features(geometries, {column: [value] * n}, np.full(n, min_zoom, dtype=np.int64))


def _streets(roads: pa.Table) -> tuple[NDArray[Any], list[str], list[str]]:
    """The county's streets, the ways of each name that meet in one line."""
    lines: dict[tuple[str, str], list[Any]] = {}
    shapes = shapely.from_wkb(roads.column("geometry").to_pylist())
    named = zip(
        roads.column("name").to_pylist(), roads.column("road_class").to_pylist(), strict=True
    )
    for shape, (name, road_class) in zip(shapes, named, strict=True):
        kind = "secondary" if road_class == "B Road" else "minor"
        lines.setdefault((name or "", kind), []).append(shape)
    merged = [shapely.line_merge(shapely.multilinestrings(parts)) for parts in lines.values()]
    return (
        np.array(merged, dtype=object),
        [name for name, _ in lines],
        [kind for _, kind in lines],
    )


def _highways(xy_m: FloatArray, rng: np.random.Generator) -> NDArray[Any]:
    """Roads between towns: enough to reach each, and those between near ones."""
    away_m = np.hypot(*(xy_m[:, None, :] - xy_m[None, :, :]).transpose(2, 0, 1))
    tree = minimum_spanning_tree(coo_array(away_m).tocsr()).toarray() > 0
    largest = np.arange(len(xy_m)) < len(xy_m) // 3
    near = (away_m < MAIN_M) & largest[:, None] & largest[None, :]
    pairs = np.argwhere(np.triu(tree | tree.T | near, 1))
    return np.array([_bent(xy_m[pair], rng, BEND_M / 2.0) for pair in pairs], dtype=object)


def _rivers(county: Any, names: list[str], xy_m: FloatArray, rng: Any) -> NDArray[Any]:
    """A river by the towns from the south to the north of the county, and two that join it."""
    left, bottom, right, top = county.bounds
    city, second, last = (xy_m[names.index(name)] for name in RIVER_TOWNS)
    bank = np.array([700.0, 500.0])
    courses = (
        [(city[0] - 6_000.0, bottom), city + bank, second + bank, last - bank, (last[0], top)],
        [(left, bottom + 0.35 * (top - bottom)), second - 9.0 * bank, second + bank],
        [(right, bottom + 0.3 * (top - bottom)), city + 9.0 * bank, (city + second) / 2.0 + bank],
    )
    rivers = [_bent(np.array(course), rng, BEND_M) for course in courses]
    return np.asarray(shapely.intersection(rivers, county), dtype=object)


def _bent(course_m: FloatArray, rng: np.random.Generator, bend_m: float) -> Any:
    """A line through some points that strays from the straight way between them."""
    parts = []
    for start, end in itertools.pairwise(course_m):
        length_m = float(np.hypot(*(end - start)))
        share = np.linspace(0.0, 1.0, max(int(length_m / 150.0), 2))
        across = np.array([start[1] - end[1], end[0] - start[0]]) / max(length_m, 1.0)
        number = np.arange(1, max(int(length_m / 900.0), 3))
        waves = rng.uniform(-1.0, 1.0, len(number)) / number**0.8
        strays = np.sin(np.pi * np.outer(share, number)) @ waves
        reach_m = min(bend_m, length_m / 12.0)
        parts.append(start + share[:, None] * (end - start) + reach_m * np.outer(strays, across))
    return shapely.linestrings(np.vstack(parts))


def _built_up(geography: Geography) -> NDArray[Any]:
    """The land of the towns, in one piece each."""
    land = shapely.coverage_union_all(geography.lsoa.geometries[geography.in_town])
    return np.asarray(shapely.get_parts(shapely.simplify(land, 20.0)), dtype=object)


def _woods(geography: Geography, rng: np.random.Generator) -> NDArray[Any]:
    """Patches of wood in the open country."""
    country = geography.lsoa.geometries[~geography.in_town]
    inside = shapely.get_coordinates(
        shapely.point_on_surface(country[rng.integers(0, len(country), WOODS)])
    )
    angle = np.linspace(0.0, 2.0 * np.pi, 28, endpoint=False)
    round_m = np.column_stack([np.cos(angle), np.sin(angle)])
    patches = []
    for centre in inside:
        waves = [rng.uniform(0.0, 0.25) * np.sin(k * angle + rng.uniform(0, 6)) for k in (2, 3, 5)]
        radius_m = rng.uniform(180.0, 900.0) * (1.0 + np.sum(waves, axis=0))
        patches.append(centre + round_m * radius_m[:, None])
    return np.array([shapely.Polygon(patch) for patch in patches], dtype=object)
