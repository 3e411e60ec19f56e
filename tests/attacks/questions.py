"""Attacks C and E to H: what identifies a person is often in the question already."""

import datetime
from collections import Counter
from dataclasses import dataclass

import numpy as np

from tests.attacks.attacker import Attacker, RefusedError


@dataclass(frozen=True)
class Occurrence:
    """When something happened at a place, and of what kind it was."""

    day: datetime.date
    category: str


def occurrence_at(attacker: Attacker, dataset: str, place_m: tuple[float, float]) -> Occurrence:
    """When, and of what kind, the only record at a place is, by halving the period (attack C).

    The day is the first of its month where no more than the month is known.
    """
    entry = attacker.json(f"/v1/datasets/{dataset}")
    first, last = entry["covered"][0]["from"], entry["covered"][-1]["to"]
    whole = np.arange(np.datetime64(first, "M"), np.datetime64(last, "M") + 1)
    month = _halved(attacker, dataset, place_m, whole)
    days = np.arange(month.astype("datetime64[D]"), (month + 1).astype("datetime64[D]"))
    try:
        day = _halved(attacker, dataset, place_m, days)
    except RefusedError as refusal:
        if "date-cuts-month" not in refusal.text:
            raise
        day = days[0]
    (category,) = _categories_at(attacker, dataset, place_m, month, month)
    return Occurrence(day.item(), category)


def _halved(
    attacker: Attacker, dataset: str, place_m: tuple[float, float], moments: np.ndarray
) -> np.datetime64:
    """The month or day of the only record at a place."""
    while len(moments) > 1:
        first, second = np.array_split(moments, 2)
        is_first = _categories_at(attacker, dataset, place_m, first[0], first[-1])
        moments = first if is_first else second
    return moments[0]


def _categories_at(
    attacker: Attacker,
    dataset: str,
    place_m: tuple[float, float],
    first: np.datetime64,
    last: np.datetime64,
) -> set[str]:
    """The kinds of what happened within a metre of a place in a period."""
    easting_m, northing_m = place_m
    question = {
        "rows": "category",
        "columns": "year",
        "within": f"circle:{easting_m:.3f},{northing_m:.3f},1",
        "from": str(first),
        "to": str(last),
    }
    rows = attacker.json(f"/v1/tables/{dataset}/crosstab", **question)["rows"]
    return {row["row"] for row in rows if row["row"] != "all"}


def counts_of_map(attacker: Attacker, dataset: str, layer: str, **filter_: str) -> dict[str, int]:
    """Counts of a map as the table states them (attacks E and F: of a fine grid)."""
    rows = attacker.rows(f"/v1/choropleths/{dataset}/{layer}", measure="count", **filter_)
    return {code: row["count"] for code, row in rows.items() if row["count"] is not None}


def cells_by_count(counts: dict[str, int]) -> Counter[int]:
    """How many cells of a map have each count."""
    return Counter(counts.values())


def counts_by_difference(
    attacker: Attacker, dataset: str, layer: str, *, whole: dict[str, str], part: dict[str, str]
) -> dict[str, int]:
    """Counts of the period by which two others differ (attack G)."""
    minuend = counts_of_map(attacker, dataset, layer, **whole)
    subtrahend = counts_of_map(attacker, dataset, layer, **part)
    return {
        code: count - subtrahend[code] for code, count in minuend.items() if code in subtrahend
    }


def counts_of_rings(
    attacker: Attacker, dataset: str, layer: str, *, inner_m: float, width_m: float
) -> tuple[np.ndarray, np.ndarray]:
    """Places of all sites, and the records in a narrow ring around each (attack H)."""
    address = f"/v1/growth/{dataset}/overlay"
    within = [
        attacker.json(address, layer=layer, distance_m=distance_m)["rows"]
        for distance_m in (inner_m, inner_m + width_m)
    ]
    sites_m = np.array([(row["easting_m"], row["northing_m"]) for row in within[0]])
    inner, outer = (
        np.array([row["incidents_within"] for row in rows], np.float64) for rows in within
    )
    return sites_m, outer - inner
