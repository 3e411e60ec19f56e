"""Names points by the nearest street or place of the gazetteer, of roads, or of the records."""

from dataclasses import dataclass, field
from typing import Any, Final, Literal

import numpy as np
import shapely
from numpy.typing import NDArray

from service.analyses.naming.labels import distinct_labels
from service.analyses.naming.locations import ATTRIBUTE, named_locations
from service.model.provenance import short_digest
from service.runtime.single_flight import SingleFlightCache
from service.sentences.numbers import counted
from service.store.loaded_incidents import Incidents
from service.store.reference.place_sets import GAZETTEER, PlaceSetStore
from service.store.reference.roads import RoadStore
from spatial.arrays import FloatArray, IntArray
from spatial.networks.nearest import shapes_around

NEAR_M: Final = 250.0
NameSource = Literal["roads", "gazetteer", "locations", ""]

# Kinds of OS Open Names whose point stands for many streets: they name what nothing nearer does.
SETTLEMENTS: Final = frozenset(
    {"city", "town", "village", "hamlet", "suburban area", "other settlement"}
)
_STREET, _LOCATION, _SETTLEMENT, _KIND = range(4)  # the first that is within the distance names


@dataclass(frozen=True, eq=False)
class NamedPoints:
    """What points are called.

    Attributes
    ----------
    names : (n,) object array
        Distinct within the list; None where no name is within the distance.
    distance_m : (n,) float64
        From the point to the street or place that named it, metres; NaN without a name.
    sources : tuple of str
        What named each: ``roads``, ``gazetteer``, ``locations`` of the records, or empty.
    members : dict
        The versions of gazetteer and roads that were looked into, for the provenance.
    """

    names: NDArray[Any]
    distance_m: FloatArray
    sources: tuple[NameSource, ...]
    members: dict[str, object]

    @property
    def nameless(self) -> int:
        """How many points have no name."""
        return sum(name is None for name in self.names)

    @property
    def notes(self) -> tuple[str, ...]:
        """Where the names are from, and how many points have none."""
        labels = {
            "roads": "the nearest named road",
            "gazetteer": "the gazetteer",
            "locations": "the locations that the records state (police.uk: On or near)",
        }
        notes = []
        used = [label for source, label in labels.items() if source in self.sources]
        if used:
            notes.append(f"Names are those of {', of '.join(used)}; none is an address.")
        if self.nameless:
            nameless = counted(self.nameless, "place has", "places have")
            notes.append(f"{nameless} no name within the distance.")
        return tuple(notes)


@dataclass(frozen=True, eq=False)
class _Candidates:
    """Shapes that may name a point."""

    shapes: NDArray[Any]
    names: NDArray[Any]
    towns: NDArray[Any]
    rank: IntArray
    source: NameSource
    tree: shapely.STRtree = field(repr=False)

    @classmethod
    def of(
        cls, shapes: Any, names: Any, towns: Any, rank: IntArray, source: NameSource
    ) -> "_Candidates":
        """Those that have a name."""
        names = np.array(list(names), dtype=object)
        is_named = np.array([bool(name) for name in names], dtype=np.bool_)
        towns = np.array(list(towns), dtype=object)
        shapes = np.asarray(shapes, dtype=object)[is_named]
        tree = shapely.STRtree(shapes)
        return cls(shapes, names[is_named], towns[is_named], rank[is_named], source, tree)


class PlaceNames:
    """Names for points.

    Parameters
    ----------
    gazetteer : PlaceSetStore
        Named points.
    roads : RoadStore
        Named lines.
    """

    def __init__(self, *, gazetteer: PlaceSetStore, roads: RoadStore) -> None:
        self._gazetteer, self._roads = gazetteer, roads
        self._candidates: SingleFlightCache[_Candidates] = SingleFlightCache(8)

    def version(self) -> str:
        """The version of everything that names, besides the records.

        Returns
        -------
        str
            It changes when the gazetteer or the roads do.
        """
        return short_digest(self._gazetteer.revision(), self._roads.revision())

    def near(
        self, xy_m: FloatArray, *, distance_m: float = NEAR_M, incidents: Incidents | None = None
    ) -> NamedPoints:
        """A distinct name for each point of a list.

        Parameters
        ----------
        xy_m : (n, 2) float64
            Easting and northing in the working CRS, metres; finite.
        distance_m : float
            How far the street or place may be, metres.
        incidents : Incidents or None
            Whose stated locations name what neither roads nor the gazetteer do.

        Returns
        -------
        NamedPoints
            In the order of the points.

        Raises
        ------
        InvalidParameterError
            If the distance is not finite and above 0.
        WrongCrsError, DamagedTableError
            See `PlaceSetStore.get`.

        Notes
        -----
        The nearest named road or place names a point; where there is none within the distance, the
        nearest street of the records' locations, then the nearest settlement, then a location that
        is a kind of place only (*Parking Area*). The cost is that of all names within the
        distance of all points: it is meant for lists of up to some ten thousand.
        """
        members: dict[str, object] = {}
        candidates = [
            *self._of_roads(members),
            *self._of_gazetteer(members),
            *self._of_locations(incidents),
        ]
        n = len(xy_m)
        names: NDArray[Any] = np.full(n, None, dtype=object)
        towns: list[str | None] = [None] * n
        others: list[str | None] = [None] * n
        metres = np.full(n, np.nan)
        sources: list[NameSource] = [""] * n
        for point, options in enumerate(_by_point(candidates, xy_m, distance_m)):
            for _, distance, name, source, town in options:
                if names[point] is None:
                    names[point], metres[point] = name, distance
                    sources[point], towns[point] = source, town
                elif name != names[point]:
                    others[point] = name
                    break
        labels = distinct_labels(list(names), towns=towns, others=others, xy_m=xy_m)
        names[:] = labels
        return NamedPoints(names, metres, tuple(sources), members)

    def _of_roads(self, members: dict[str, object]) -> list[_Candidates]:
        """The named roads, if there are any."""
        roads = self._roads.get()
        if roads is None:
            return []
        members["roads"] = roads.as_source()
        key = ("roads", self._roads.revision())
        return [
            self._candidates.get(
                key,
                lambda: _Candidates.of(
                    roads.lines,
                    roads.names.to_pylist(),
                    [None] * len(roads),
                    np.full(len(roads), _STREET),
                    "roads",
                ),
            )
        ]

    def _of_gazetteer(self, members: dict[str, object]) -> list[_Candidates]:
        """The names of the gazetteer, if there is one."""
        places = self._gazetteer.get(GAZETTEER)
        if places is None:
            return []
        members["gazetteer"] = places.as_source()

        def make() -> _Candidates:
            kinds = [str(kind or "").lower() for kind in places.kinds.to_pylist()]
            rank = np.array([_SETTLEMENT if k in SETTLEMENTS else _STREET for k in kinds])
            names, towns = places.names.to_pylist(), places.localities.to_pylist()
            return _Candidates.of(shapely.points(places.xy_m), names, towns, rank, "gazetteer")

        return [self._candidates.get(("gazetteer", self._gazetteer.revision()), make)]

    def _of_locations(self, incidents: Incidents | None) -> list[_Candidates]:
        """The locations that records state."""
        if incidents is None or ATTRIBUTE not in incidents.attributes:
            return []

        def make() -> _Candidates:
            xy_m, names, is_kind = named_locations(incidents)
            rank, none = np.where(is_kind, _KIND, _LOCATION), [None] * len(names)
            return _Candidates.of(shapely.points(xy_m), names, none, rank, "locations")

        key = ("locations", incidents.dataset, incidents.revision)
        return [self._candidates.get(key, make)]


def _by_point(
    candidates: list[_Candidates], xy_m: FloatArray, distance_m: float
) -> list[list[tuple[int, float, str, NameSource, str | None]]]:
    """For each point the rank, distance, name, source and town of what may name it, in order."""
    options: list[list[tuple[int, float, str, NameSource, str | None]]] = [[] for _ in xy_m]
    for group in candidates:
        pairs = shapes_around(group.tree, xy_m, distance_m=distance_m)
        rows = zip(
            pairs.point.tolist(), pairs.shape.tolist(), pairs.distance_m.tolist(), strict=True
        )
        for point, shape, metres in rows:
            town = group.towns[shape]
            name = str(group.names[shape])
            options[point].append((int(group.rank[shape]), metres, name, group.source, town))
    for of_point in options:
        of_point.sort(key=lambda option: option[:4])
    return options
