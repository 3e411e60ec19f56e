"""Sentences about the clusters of a scan."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from service.model.answers import Table
from service.sentences.numbers import amount, counted, listed, probability

LEVEL = 0.05
MOST_NAMED = 3
NO_NULL = "Without null maps it is not known what is beyond chance."


def scan_findings(table: Table) -> list[str]:
    """The clusters beyond chance, or that there is none.

    Parameters
    ----------
    table : Table
        Of clusters, strongest first.

    Returns
    -------
    list of str
        Full sentences.
    """
    p_value = np.asarray(table.columns["p_value"], np.float64)
    called = np.flatnonzero(p_value <= LEVEL)
    if np.isnan(p_value[0]):
        return [NO_NULL]
    method = table.provenance.method
    expected = _expected(method)
    strongest = probability(float(p_value[0]))
    if not len(called):
        none = f"No cluster is beyond chance at 5 %, with {expected}"
        return [f"{none}: the strongest window has p {strongest}."]
    number = counted(len(called), "cluster is", "clusters are")
    if len(called) >= method["largest_number_listed"]:
        number = f"At least {number}"
    sentences = [f"{number} beyond chance at 5 %, with {expected}."]
    sentences += [_cluster(table, int(row)) for row in called[:MOST_NAMED]]
    return sentences


def scan_area_findings(table: Table) -> list[str]:
    """How many areas are in clusters beyond chance.

    Parameters
    ----------
    table : Table
        Of areas.

    Returns
    -------
    list of str
        Full sentences.
    """
    classes = table.columns["class"].astype(str)
    method = table.provenance.method
    expected = _expected(method)
    parts: list[str] = []
    called: set[int] = set()
    for rates, words in (("high", "more"), ("low", "fewer")):
        is_called = np.char.startswith(classes, rates)
        number = int(np.count_nonzero(is_called))
        called |= set(table.columns["cluster"][is_called].tolist())
        if number:
            parts.append(
                f"{counted(number, 'area is', 'areas are')} in clusters of {words} incidents than "
                "expected"
            )
    if "not tested" in classes:
        return [NO_NULL]
    if not parts:
        return [f"No area is in a cluster beyond chance at 5 %, with {expected}."]
    at_least = "At least " if len(called) >= method["largest_number_listed"] else ""
    return [f"{at_least}{listed(parts)}, beyond chance at 5 %, with {expected}."]


def _expected(method: Mapping[str, Any]) -> str:
    """What is expected, and by what."""
    by = str(method["expected_by"]).removeprefix("controls: ")
    return {
        "poisson": f"incidents expected in proportion to the {by}",
        "space-time": f"incidents expected in proportion to the {by} and to the days of each step",
        "bernoulli": f"cases expected in one proportion everywhere to the controls ({by})",
        "permutation": "incidents expected from the places and the dates of all of them, as if "
        "neither depended on the other",
    }[method["model"]]


def _cluster(table: Table, row: int) -> str:
    """A cluster with its size and its certainty."""
    columns = table.columns
    place = columns["name"][row] or columns["code"][row]
    when = ""
    if "from" in columns:
        when = f" from {columns['from'][row]} to {columns['to'][row]}"
    risk = columns["relative_risk"][row]
    times = "" if not np.isfinite(risk) else f" ({amount(float(risk))} times the rate elsewhere)"
    return (
        f"About {place}{when}: {counted(int(columns['count'][row]), 'incident')} where "
        f"{amount(float(columns['expected'][row]))} are expected{times}, p "
        f"{probability(float(columns['p_value'][row]))}."
    )
