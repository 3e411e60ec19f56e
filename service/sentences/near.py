"""Sentences about what is near places."""

from typing import Final

import numpy as np

from service.model.answers import Table
from service.sentences.numbers import SMALLEST_BASE, amount, counted

CALLED: Final = 0.05


def near_findings(table: Table) -> list[str]:
    """How many incidents are within each distance, and whether that is more than expected.

    Parameters
    ----------
    table : Table
        By set or by place, with a row or more.

    Returns
    -------
    list of str
        Sentences.
    """
    if not table.provenance.counts.get("located", 1):
        return ["No incident is located in the area."]
    if table.kind == "near-by-place":
        return _of_places(table)
    columns, source = table.columns, table.provenance.sources["places"]
    sentences = []
    for k in range(len(table)):
        share = float(columns["share"][k])
        if not np.isfinite(share):
            return ["No incident is located in the area."]
        places = counted(columns["places"][k], "place")
        count = float(columns["count"][k])
        is_enough = share > 0.0 and count / share >= SMALLEST_BASE
        part = f" ({share:.1%} of those in the area)" if is_enough else ""
        sentence = (
            f"Within {columns['distance_m'][k]:g} m of {source['name']} ({places}): "
            f"{counted(count, 'incident')}{part}, on "
            f"{float(columns['ground_share'][k]):.1%} of its ground"
        )
        if "denominator_share" in columns:
            measure = table.provenance.method["denominator"]
            sentence += f" with {float(columns['denominator_share'][k]):.1%} of its {measure}"
        sentences.append(f"{sentence}; {_against_expected(table, k)}.")
    return sentences


def _against_expected(table: Table, k: int) -> str:
    """The ratio with its interval, and what it says."""
    ratio, lower, upper = (float(table.columns[n][k]) for n in ("ratio", "lower", "upper"))
    if not np.isfinite(ratio):
        return "what is expected there is not known"
    interval = f"{amount(ratio)} times what is expected ({amount(lower)} to {amount(upper)})"
    if lower > 1.0 or upper < 1.0:
        return interval
    return f"{interval}, which may be chance"


def _of_places(table: Table) -> list[str]:
    """Of each distance, how many places have more than expected, and the first of them."""
    columns = table.columns
    distance = np.asarray(columns["distance_m"], dtype=np.float64)
    q_value = np.asarray(columns["q_value"], dtype=np.float64)
    ratio = np.asarray(columns["ratio"], dtype=np.float64)
    sentences = []
    for metres in np.unique(distance):
        of_distance = np.flatnonzero(distance == metres)
        called = of_distance[(q_value[of_distance] <= CALLED) & (ratio[of_distance] > 1.0)]
        where = f"within {metres:g} m"
        if not len(called):
            sentences.append(
                f"None of the {counted(len(of_distance), 'place')} has more incidents {where} "
                "than chance would explain."
            )
            continue
        first = int(called[0])
        name = columns["name"][first] or "a place without a name"
        sentences.append(
            f"{len(called):,} of {counted(len(of_distance), 'place has', 'places have')} more "
            f"incidents {where} than expected (false discovery rate 5 %), first {name} with "
            f"{columns['count'][first]:,}: {_against_expected(table, first)}."
        )
    return sentences
