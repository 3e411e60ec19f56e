"""Street segments of the imported roads, with what they are called."""

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from service.model.provenance import short_digest
from service.runtime.single_flight import SingleFlightCache
from service.store.reference.roads import Roads, RoadStore
from spatial.arrays import BoolArray, FloatArray, frozen
from spatial.networks.nearest import Nearest, nearest_shapes
from spatial.networks.segments import street_segments

REACH_M: Final = 50.0


@dataclass(frozen=True, eq=False)
class Streets:
    """Segments from junction to junction, read-only and shared.

    Attributes
    ----------
    ids : tuple of str
        Easting and northing of the middle in whole metres, ``E545012N258431``; where several
        share it, with a number. They stay while the street does.
    names, road_classes : (n,) object array
        None where the roads state none. Several segments have the same name.
    lines : (n,) object array
        In the working CRS, metres.
    lengths_m : (n,) float64
    middles_m : (n, 2) float64
        The point half way along each.
    roads : Roads
        What they are made of, with its source.
    """

    ids: tuple[str, ...]
    names: NDArray[Any]
    road_classes: NDArray[Any]
    lines: NDArray[Any]
    lengths_m: FloatArray
    middles_m: FloatArray
    roads: Roads
    _tree: shapely.STRtree = field(repr=False)

    def __len__(self) -> int:
        return len(self.ids)

    def assign(self, xy_m: FloatArray, *, distance_m: float = REACH_M) -> Nearest:
        """The nearest segment of each point.

        Parameters
        ----------
        xy_m : (n, 2) float64
            Easting and northing in the working CRS, metres; NaN for a record without a place.
        distance_m : float
            How far the segment may be, metres.

        Returns
        -------
        Nearest
            Positions of segments; -1 where none is within the distance. Of several as near, as at
            a junction, the first.

        Raises
        ------
        InvalidParameterError
            If the distance is not finite and above 0.
        """
        return nearest_shapes(self._tree, xy_m, distance_m=distance_m)

    def select(self, chosen: BoolArray) -> "Streets":
        """Some of the segments.

        Parameters
        ----------
        chosen : (n,) bool
            Which.

        Returns
        -------
        Streets
            In the same order.
        """
        lines = self.lines[chosen]
        return Streets(
            ids=tuple(np.array(self.ids, dtype=object)[chosen].tolist()),
            names=self.names[chosen],
            road_classes=self.road_classes[chosen],
            lines=lines,
            lengths_m=self.lengths_m[chosen],
            middles_m=self.middles_m[chosen],
            roads=self.roads,
            _tree=shapely.STRtree(lines),
        )


class StreetNetwork:
    """The street segments of the imported roads.

    Parameters
    ----------
    roads : RoadStore
        The roads.
    """

    def __init__(self, *, roads: RoadStore) -> None:
        self._roads = roads
        self._streets: SingleFlightCache[Streets] = SingleFlightCache(3)

    def version(self) -> str:
        """The version of the roads.

        Returns
        -------
        str
            It changes when they do.
        """
        return short_digest(self._roads.revision())

    def open(self, *, longest_m: float | None = None) -> Streets:
        """The segments of the newest version.

        Parameters
        ----------
        longest_m : float or None
            A longer one is cut into equal parts, metres; None: none is cut.

        Returns
        -------
        Streets
            Shared; made once for each version and length.

        Raises
        ------
        NoRoadsError
            If no roads have been imported.
        InvalidParameterError
            If `longest_m` is not finite and above 0.
        WrongCrsError, DamagedTableError
            See `RoadStore.open`.
        """
        roads = self._roads.open()
        return self._streets.get(
            (self._roads.revision(), longest_m), lambda: _streets(roads, longest_m)
        )


def _streets(roads: Roads, longest_m: float | None) -> Streets:
    """The segments of roads."""
    label = pc.binary_join_element_wise(
        roads.names.fill_null(""), roads.road_classes.fill_null(""), "\x1f"
    )
    codes = pc.dictionary_encode(label)
    labels = np.asarray(codes.indices.to_numpy(zero_copy_only=False), dtype=np.int64)
    segments = street_segments(roads.lines, labels, longest_m=longest_m)
    first = pa.array(segments.first_line)
    middles_m = segments.middles_m
    return Streets(
        ids=_ids(middles_m),
        names=frozen(np.array(roads.names.take(first).to_pylist(), dtype=object)),
        road_classes=frozen(np.array(roads.road_classes.take(first).to_pylist(), dtype=object)),
        lines=segments.lines,
        lengths_m=frozen(segments.lengths_m),
        middles_m=frozen(middles_m),
        roads=roads,
        _tree=shapely.STRtree(segments.lines),
    )


def _ids(middles_m: FloatArray) -> tuple[str, ...]:
    """An id for each segment, from its middle."""
    seen: dict[str, int] = {}
    ids = []
    for x, y in np.round(middles_m).astype(np.int64).tolist():
        name = f"E{x}N{y}"
        seen[name] = seen.get(name, 0) + 1
        ids.append(name if seen[name] == 1 else f"{name}-{seen[name]}")
    return tuple(ids)
