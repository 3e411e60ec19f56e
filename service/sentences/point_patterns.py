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
