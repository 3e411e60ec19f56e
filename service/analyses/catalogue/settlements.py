"""The gazetteer as a search has it: towns and streets of the study area and around it."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from service.store.reference.place_sets import Places
from spatial.arrays import FloatArray

MARGIN_M: Final = 5_000.0
# What kinds of OS Open Names, and of others, are to a reader; what is not here is a place.
KINDS: Final = {
    "city": "city", "capital": "city", "town": "town", "village": "village", "hamlet": "hamlet",
    "other settlement": "hamlet", "suburban area": "suburb", "suburb": "suburb",
    "neighbourhood": "suburb", "named road": "street", "section of named road": "street",
    "numbered road": "street", "section of numbered road": "street", "road": "street",
    "street": "street",
}  # fmt: skip
REACH_M: Final = {"city": 3_000.0, "town": 1_800.0, "village": 900.0, "suburb": 900.0}
NEAR_M: Final = 250.0  # around a street or any other place


@dataclass(frozen=True, eq=False)
class Settlements:
    """Places of the gazetteer, each name once for each town that it is in.

    Attributes
    ----------
    names : tuple of str
    kinds : tuple of str
        city, town, village, hamlet, suburb, street or place.
    localities : tuple of str or None
        The town or village that a street is in.
    xy_m : (n, 2) float64
        Metres of the working CRS.
    """

    names: tuple[str, ...]
    kinds: tuple[str, ...]
    localities: tuple[str | None, ...]
    xy_m: FloatArray

    def reach_m(self, index: int) -> float:
        """How far around a place belongs to it, for a map to show.

        Parameters
        ----------
        index : int
            Its position.

        Returns
        -------
        float
            Metres.
        """
        return REACH_M.get(self.kinds[index], NEAR_M)


def settlements_of(
    places: Places | None, bounds_m: tuple[float, float, float, float] | None
) -> Settlements:
    """The places of a gazetteer that a search may lead to.

    Parameters
    ----------
    places : Places or None
        None where no gazetteer is imported.
    bounds_m : tuple of float or None
        Left, bottom, right and top of the study area, metres; None: everything.

    Returns
    -------
    Settlements
        In the order of the gazetteer.
    """
    if places is None:
        return Settlements((), (), (), np.empty((0, 2)))
    left, bottom, right, top = bounds_m or (-np.inf, -np.inf, np.inf, np.inf)
    low, high = (left - MARGIN_M, bottom - MARGIN_M), (right + MARGIN_M, top + MARGIN_M)
    inside = (places.xy_m >= low) & (places.xy_m <= high)
    positions = np.flatnonzero(inside.all(axis=1))
    chosen = pa.array(positions)
    seen: set[tuple[str, str, str | None]] = set()
    kept, names, kinds, localities = [], [], [], []
    rows = zip(
        positions.tolist(),
        places.names.take(chosen).to_pylist(),
        places.kinds.take(chosen).to_pylist(),
        places.localities.take(chosen).to_pylist(),
        strict=True,
    )
    for position, name, stated, locality in rows:
        kind = KINDS.get(str(stated or "").lower(), "place")
        key = (str(name), kind, locality)
        # Streets come in sections: one of each name and town is enough to lead to it.
        if not name or (kind == "street" and locality is not None and key in seen):
            continue
        seen.add(key)
        kept.append(position)
        names.append(str(name))
        kinds.append(kind)
        localities.append(locality)
    return Settlements(tuple(names), tuple(kinds), tuple(localities), places.xy_m[kept])
