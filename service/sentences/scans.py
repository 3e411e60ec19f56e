"""Sentences about the clusters of a scan."""

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
    strongest = probability(float(p_value[0]))
    if not len(called):
        return [f"No cluster is beyond chance at 5 %: the strongest window has p {strongest}."]
    verb = "is" if len(called) == 1 else "are"
    sentences = [f"{counted(len(called), 'cluster')} {verb} beyond chance at 5 %."]
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
    parts = []
    for rates, words in (("high", "more"), ("low", "fewer")):
        number = int(np.char.startswith(classes, rates).sum())
        if number:
            parts.append(
                f"{counted(number, 'area is', 'areas are')} in clusters of {words} incidents than "
                "expected"
            )
    if "not tested" in classes:
        return [NO_NULL]
    if not parts:
        return ["No area is in a cluster beyond chance at 5 %."]
    return [f"{listed(parts)}, beyond chance at 5 %."]


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
