"""The locations that police.uk publishes with its records: On or near a street."""

import re
from typing import Final

import numpy as np

from service.store.loaded_incidents import Incidents
from spatial.arrays import BoolArray, FloatArray

ATTRIBUTE: Final = "location"
_PREFIX: Final = re.compile(r"^\s*(on or near|on|near|at)\s+", re.IGNORECASE)
_CAPITAL: Final = re.compile(r"'S\b")  # St Mary'S Street, as it is published
_NONE: Final = frozenset({"", "no location"})
# What data.police.uk writes where the snap point is no street: a kind of place, not a name.
KINDS: Final = frozenset(
    {
        "airport/airfield", "bus/coach station", "conference/exhibition centre", "ferry terminal",
        "further/higher educational building", "hospital", "motorway service area", "nightclub",
        "park/open space", "parking area", "pedestrian subway", "petrol station",
        "police station", "prison", "race track", "shopping area", "sports/recreation area",
        "supermarket", "theatre/concert hall",
    }
)  # fmt: skip


def street_of(location: str) -> str:
    """The name in a location, empty where there is none.

    Parameters
    ----------
    location : str
        As the record has it: ``On or near Mill Road``.

    Returns
    -------
    str
        ``Mill Road``.
    """
    name = _CAPITAL.sub("'s", _PREFIX.sub("", location).strip())
    return "" if name.lower() in _NONE else name


def named_locations(incidents: Incidents) -> tuple[FloatArray, list[str], BoolArray]:
    """The distinct places of located records with the locations that they state.

    Parameters
    ----------
    incidents : Incidents
        Of any dataset; those without an attribute ``location`` name nothing.

    Returns
    -------
    xy_m : (n, 2) float64
        Easting and northing, metres.
    names : list of str
        Without *On or near*.
    is_kind : (n,) bool
        Whether the location is a kind of place, such as *Parking Area*, and no name.
    """
    if ATTRIBUTE not in incidents.attributes:
        return np.empty((0, 2)), [], np.empty(0, dtype=np.bool_)
    column = incidents.attribute(ATTRIBUTE)
    located = slice(incidents.located_count)
    streets = [street_of(str(value)) for value in column.values]
    distinct = sorted(set(streets) - {""})
    number = {name: code for code, name in enumerate(distinct)}
    codes = np.array([number.get(name, -1) for name in streets] + [-1])[column.codes[located]]
    is_named = codes >= 0
    xy_m, codes = incidents.xy_m[located][is_named], codes[is_named]
    order = np.lexsort((codes, xy_m[:, 1], xy_m[:, 0]))
    xy_m, codes = xy_m[order], codes[order]
    is_first = np.ones(len(codes), dtype=np.bool_)
    is_first[1:] = (xy_m[1:] != xy_m[:-1]).any(axis=1) | (codes[1:] != codes[:-1])
    names = [distinct[code] for code in codes[is_first].tolist()]
    is_kind = np.array([name.lower() in KINDS for name in names], dtype=np.bool_)
    return np.ascontiguousarray(xy_m[is_first]), names, is_kind
