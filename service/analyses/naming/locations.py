"""The locations that police.uk publishes with its records: On or near a street."""

import re
from typing import Final

import numpy as np

from service.store.loaded_incidents import Incidents
from spatial.arrays import BoolArray, FloatArray

ATTRIBUTE: Final = "location"
_PREFIX: Final = re.compile(r"^\s*(on or near|on|near|at)\s+", re.IGNORECASE)
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
    name = _PREFIX.sub("", location).strip()
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
    keyed = np.column_stack([incidents.xy_m[located], codes])[codes >= 0]
    rows = np.unique(keyed, axis=0)
    names = [distinct[int(code)] for code in rows[:, 2]]
    is_kind = np.array([name.lower() in KINDS for name in names], dtype=np.bool_)
    return np.ascontiguousarray(rows[:, :2]), names, is_kind
