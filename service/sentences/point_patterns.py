"""Sentences about point patterns: where incidents centre, and how near they lie."""

from typing import Final

import numpy as np

from service.model.answers import Table
from service.sentences.numbers import amount, counted, probability

CALLED: Final = 0.05
COMPASS: Final = (
    "north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west"
)  # fmt: skip


def direction(bearing_deg: float) -> str:
    """The point of the compass nearest to a bearing.

    Parameters
    ----------
    bearing_deg : float
        Clockwise from north.

    Returns
    -------
    str
        One of eight.
    """
    return COMPASS[round(bearing_deg / 45.0) % len(COMPASS)]


def centre_findings(table: Table) -> list[str]:
    """Where incidents centre; of several steps, which moves are more than chance.

    Parameters
    ----------
    table : Table
        Of centres, with a row or more.

    Returns
    -------
    list of str
        Sentences.
    """
    columns = table.columns
    easting = np.asarray(columns["easting_m"], np.float64)
    places = np.flatnonzero(np.isfinite(easting))
    if not len(places):
        return ["No incident is located in the area: there is no centre."]
    last = int(places[-1])
    distance = float(columns["standard_distance_m"][last])
    when = f" of {columns['step'][last]}" if len(table) > 1 else ""
    sentences = [
        (
            f"The {counted(columns['count'][last], 'incident')}{when} in "
            f"{table.provenance.method['area']} centre at easting {easting[last]:,.0f}, northing "
            f"{float(columns['northing_m'][last]):,.0f}, with a standard distance of "
            f"{amount(round(distance))} m."
        )
    ]
    q_value = np.asarray(columns["q_value"], np.float64)
    moves = int(np.count_nonzero(np.isfinite(q_value)))
    if not moves:
        return sentences
    called = np.flatnonzero(np.isfinite(q_value) & (q_value <= CALLED))
    if not len(called):
        subject = "The move" if moves == 1 else f"None of {moves:,} moves"
        verb = "is not" if moves == 1 else "is"
        return [*sentences, f"{subject} of the centre from step to step {verb} beyond chance."]
    number = "It" if moves == 1 else f"{len(called):,} of {moves:,} moves"
    first = int(called[np.nanargmax(np.asarray(columns["moved_m"], np.float64)[called])])
    moved, lower, upper = (
        float(columns[name][first]) for name in ("moved_m", "moved_lower_m", "moved_upper_m")
    )
    interval = f"{amount(round(lower))} to {amount(round(upper))} m" if np.isfinite(upper) else (
        f"at least {amount(round(lower))} m"
    )  # fmt: skip
    sentences.append(
        f"{number} of the centre from step to step "
        f"{'is' if len(called) == 1 else 'are'} beyond chance, the longest to "
        f"{columns['step'][first]}: {amount(round(moved))} m to the "
        f"{direction(float(columns['moved_bearing_deg'][first]))} ({interval}, "
        f"q {probability(float(q_value[first]))})."
    )
    return sentences


def pattern_findings(table: Table) -> list[str]:
    """Whether incidents lie nearer together than chance has it, at which distances, and how much.

    Parameters
    ----------
    table : Table
        Of a function, with a row or more.

    Returns
    -------
    list of str
        Sentences.
    """
    method, columns = table.provenance.method, table.columns
    p_value = method["p_value"]
    if p_value is None:
        return [f"Nothing is tested: {method['not_tested']}."]
    is_tested = columns["position"] != "not tested"
    if not is_tested.any():
        return ["No distance can be tested."]
    distances = columns["distance_m"]
    first, last = distances[is_tested][[0, -1]]
    certainty = (
        f"p {probability(float(p_value))} over all distances from {amount(float(first))} to "
        f"{amount(float(last))} m"
    )
    clause = method["clause"]
    is_outside = np.isin(columns["position"], ["above", "below"])
    if p_value > CALLED or not is_outside.any():
        return [
            f"Incidents lie neither nearer together nor further apart than {clause}: {certainty}."
        ]
    # Empty space is near no incident where incidents are near each other.
    nearer = "below" if method["function"] == "f" else "above"
    sides = []
    for side, words in ((nearer, "nearer together"), ("", "further apart")):
        is_side = is_outside & ((columns["position"] == nearer) == bool(side))
        if is_side.any():
            ends = distances[is_side][[0, -1]]
            sides.append(f"{words} at {_span(float(ends[0]), float(ends[1]))}")
    observed, expected = columns["observed"], columns["expected"]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(is_outside & (expected > 0.0), observed / expected, 1.0)
        most = int(np.argmax(np.abs(np.log(np.maximum(ratio, 1e-9)))))
    sentences = [f"Incidents lie {' and '.join(sides)} than {clause}: {certainty}."]
    if ratio[most] != 1.0:
        name = str(method["name"])
        subject = name if name[0].isupper() else f"the {name}"
        sentences.append(
            f"At {amount(float(distances[most]))} m {subject} is "
            f"{amount(float(ratio[most]))} times what chance gives."
        )
    return sentences


def _span(first: float, last: float) -> str:
    """Distances from the first to the last."""
    if first == last:
        return f"{amount(first)} m"
    return f"distances of {amount(first)} to {amount(last)} m"
