"""Titles of the tables of places, patterns and growth: the finding in a few letters."""

from typing import Final

import numpy as np

from service.model.answers import SUPPRESSED, Table
from service.sentences.numbers import amount, counted, listed
from service.sentences.tables.rules import CALLED, MOST_NAMED, known

NOT_TESTED: Final = "not tested"
_LONGEST_NAMES: Final = 45


def hotspot_headline(table: Table) -> str:
    """How many areas are hot or cold, by name where they are few.

    Parameters
    ----------
    table : Table
        Of hotspots, with a row or more.

    Returns
    -------
    str
        Without a full stop.
    """
    classes = table.columns["class"].astype(str)
    tested = int(np.count_nonzero(~np.isin(classes, (NOT_TESTED, SUPPRESSED))))
    if not tested:
        return "no area is tested for more than chance"
    is_hot = np.char.startswith(classes, "hot")
    hot, cold = int(is_hot.sum()), int(np.char.startswith(classes, "cold").sum())
    untold = int(table.provenance.method.get("areas_not_told") or 0)
    if not hot and not cold:
        if untold:
            return "whether areas are hot or cold cannot be told without more permutations"
        return f"none of {counted(tested, 'area')} is hot or cold beyond chance"
    names = [str(table.columns["name"][k] or table.columns["code"][k])
             for k in np.flatnonzero(is_hot)]  # fmt: skip
    if 0 < hot <= MOST_NAMED and len(listed(names)) <= _LONGEST_NAMES:
        return f"hot beyond chance: {listed(names)}"
    return f"{hot:,} of {counted(tested, 'area')} hot and {cold:,} cold beyond chance"


def association_headline(table: Table) -> str:
    """How many areas go together with their neighbours.

    Parameters
    ----------
    table : Table
        Of local associations, with a row or more.

    Returns
    -------
    str
        Without a full stop.
    """
    classes = table.columns["class"].astype(str)
    tested = int(np.count_nonzero(~np.isin(classes, (NOT_TESTED, SUPPRESSED))))
    q_value = known(table.columns["q_value"])
    called = int(np.count_nonzero(q_value <= 2 * CALLED))
    if table.provenance.method.get("areas_not_told"):
        return "which areas go with their neighbours cannot be told without more permutations"
    verb = "goes" if called < 2 else "go"
    areas = counted(tested, "area")
    return f"{called or 'none'} of {areas} {verb} with the neighbours beyond chance"


def change_headline(table: Table) -> str:
    """How many areas rose and fell beyond chance.

    Parameters
    ----------
    table : Table
        Of change, with a row or more.

    Returns
    -------
    str
        Without a full stop.
    """
    names = [name for name in ("q_value", "q_value_shared_out") if name in table.columns]
    q_values = np.array([known(table.columns[name]) for name in names])
    if not np.isfinite(q_values[-1]).any():
        return "whether an area changed cannot be told"
    rises = [known(table.columns["difference"])]
    if len(names) > 1:
        rises.append(known(table.columns["ratio_shared_out"]) - 1.0)
    is_called = (q_values <= 2 * CALLED).all(axis=0)
    rose = int(np.count_nonzero(is_called & (np.array(rises) > 0.0).all(axis=0)))
    fell = int(np.count_nonzero(is_called & (np.array(rises) < 0.0).all(axis=0)))
    number = counted(len(table), "area")
    if not rose and not fell:
        return f"none of {number} changed beyond chance"
    return f"{rose:,} of {number} rose and {fell:,} fell beyond chance"


def pattern_headline(table: Table) -> str:
    """Whether incidents lie nearer together than chance has it.

    Parameters
    ----------
    table : Table
        Of a function of distances, with a row or more.

    Returns
    -------
    str
        Without a full stop.
    """
    method, position = table.provenance.method, table.columns["position"]
    if method["p_value"] is None:
        return "nothing is tested"
    is_outside = np.isin(position, ["above", "below"])
    if method["p_value"] > CALLED or not is_outside.any():
        return "incidents lie no nearer together than chance would have them"
    nearer = "below" if method["function"] == "f" else "above"
    is_nearer = position == nearer
    sides = ["nearer together"] if is_nearer.any() else []
    sides += ["further apart"] if (is_outside & ~is_nearer).any() else []
    return f"incidents lie {' and '.join(sides)} than chance would have them"


def centre_headline(table: Table) -> str:
    """Whether the centre of incidents moved.

    Parameters
    ----------
    table : Table
        Of centres, with a row or more.

    Returns
    -------
    str
        Without a full stop.
    """
    q_value = known(table.columns["q_value"])
    moves = int(np.isfinite(q_value).sum())
    if not moves:
        return "the centre of the incidents"
    called = int(np.count_nonzero(q_value <= CALLED))
    if not called:
        return "no move of the centre is beyond chance"
    verb = "is" if called == 1 else "are"
    return f"{called:,} of {counted(moves, 'move')} of the centre {verb} beyond chance"


def cluster_headline(table: Table) -> str:
    """How many clusters are more than chance.

    Parameters
    ----------
    table : Table
        Of clusters, with a row or more.

    Returns
    -------
    str
        Without a full stop.
    """
    is_first = table.columns.get("order", np.ones(len(table), np.int64)) == 1
    clusters = counted(int(is_first.sum()), "cluster")
    if not np.isfinite(known(table.columns["p_value"])[is_first]).any():
        return f"{clusters}, not tested for more than chance"
    called = np.flatnonzero((table.columns["class"] == "more than chance") & is_first)
    if not len(called):
        return f"none of {clusters} is more than chance"
    return f"{len(called):,} of {clusters} more than chance"


def repeat_headline(table: Table) -> str:
    """Whether incidents follow others nearby more than chance has it.

    Parameters
    ----------
    table : Table
        Of near repeats, chains or bursts of all incidents, with a row or more.

    Returns
    -------
    str
        Without a full stop.
    """
    columns, method = table.columns, table.provenance.method
    row = 0
    what = "incidents in a short time"
    if table.kind == "near-repeats":
        row, what = columns["class"].tolist().index("near repeat"), "near repeats"
    elif table.kind == "repeat-chains":
        what = "incidents in the longest chain"
    elif "q_value" in columns:
        crowded = int(np.count_nonzero(known(columns["q_value"]) <= CALLED))
        number = counted(len(table), "area")
        return f"{crowded or 'none'} of {number} had a burst beyond chance"
    level = float(method.get("level") or CALLED)
    p_value = known(columns["p_value"])[row]
    if not np.isfinite(p_value):
        return f"{what} are not tested"
    return f"{'more' if p_value <= level else 'no more'} {what} than chance gives"


def near_headline(table: Table) -> str:
    """Whether more incidents are near places than expected, at the shortest distance.

    Parameters
    ----------
    table : Table
        Of what is near places, with a row or more.

    Returns
    -------
    str
        Without a full stop.
    """
    columns = table.columns
    distance = known(columns["distance_m"])
    rows = np.flatnonzero(distance == distance.min())
    where = f"within {distance.min():g} m"
    if table.kind == "near-by-place":
        q_value, ratio = known(columns["q_value"])[rows], known(columns["ratio"])[rows]
        called = int(np.count_nonzero((q_value <= CALLED) & (ratio > 1.0)))
        number = counted(len(rows), "place")
        return f"{called or 'none'} of {number} with more incidents {where} than expected"
    ends = (known(columns[name])[rows[0]] for name in ("ratio", "lower", "upper"))
    times, lower, upper = (float(end) for end in ends)
    if not np.isfinite(times):
        return f"what is expected {where} is not known"
    if lower <= 1.0 <= upper:
        return f"incidents {where} are as many as chance may give"
    return f"{amount(times)} times the incidents expected {where}"


def index_headline(table: Table) -> str:
    """The highest and the lowest index.

    Parameters
    ----------
    table : Table
        Of indices, with a row or more.

    Returns
    -------
    str
        Without a full stop.
    """
    index = known(table.columns["index"])
    if not np.isfinite(index).any():
        return "no class has an index"
    ends = [int(np.nanargmax(index)), int(np.nanargmin(index))]
    names = [str(table.columns["measure"][row]).replace("-", " ") for row in ends]
    return f"index from {index[ends[1]]:.0f} ({names[1]}) to {index[ends[0]]:.0f} ({names[0]})"
