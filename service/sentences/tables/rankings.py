"""Who comes first in a list, as far as chance lets it be said."""

import re

import numpy as np

from service.model.answers import Table
from service.sentences.numbers import amount, capital, counted, probability, share_text
from service.sentences.tables.rules import CALLED, known, leading


def ranked_findings(table: Table) -> list[str]:
    """The first area of a list, or those that may be the first; and those that are flagged.

    Parameters
    ----------
    table : Table
        A ranked list, with a row or more.

    Returns
    -------
    list of str
        Three sentences at most.
    """
    columns, method = table.columns, table.provenance.method
    rank = known(columns["rank"])
    areas = np.flatnonzero(np.isfinite(rank))
    if not len(areas):
        return ["No area has a rank."]
    number = int(method.get("areas") or len(areas))
    first = int(areas[np.argmin(rank[areas])])
    leaders = _leaders(table)
    name = _name(table, first)
    value = _value(table, first)
    numbers = f"; first is {name} with {value}"
    if f"{name} has " in leaders:
        numbers = f": {re.sub(' incidents?(?= [(]|$)', '', value)}"
    sentences = [f"Of {counted(number, 'area')} {leaders}{numbers}."]
    if "is_flagged" in columns:
        flagged = int(np.count_nonzero(columns["is_flagged"][areas] == True))  # noqa: E712
        reach = "reaches" if flagged == 1 else "reach"
        line = amount(float(method["threshold"]))
        sentences.append(f"{counted(flagged, 'area')} {reach} the threshold of {line}.")
    return sentences


def ranked_headline(table: Table) -> str:
    """The first area, or those that may be the first."""
    if not np.isfinite(known(table.columns["rank"])).any():
        return "no area has a rank"
    return _leaders(table)


def _leaders(table: Table) -> str:
    """Who leads, by the limits of the ranks."""
    columns = table.columns
    rank = known(columns["rank"])
    areas = np.flatnonzero(np.isfinite(rank))
    areas = areas[np.argsort(rank[areas], kind="stable")]
    names = [_name(table, int(row)) for row in areas]
    by = str(table.provenance.method["by"])
    what = {
        "rate": "the highest rate",
        "harm": "the most harm",
        "harm-rate": "the highest rate of harm",
    }.get(by, "the most incidents")
    if "rank_best" not in columns:
        return f"{names[0]} comes first, which is not tested against chance"
    best = known(columns["rank_best"])[areas]
    rows = np.flatnonzero(best == 1.0).tolist() or [0]
    return leading(names, rows, what)


def _name(table: Table, row: int) -> str:
    """The name of an area, with that of the larger one where it has it."""
    name = str(table.columns["name"][row] or table.columns["code"][row])
    larger = table.columns["larger_area"][row] if "larger_area" in table.columns else None
    return f"{name} ({larger})" if larger else name


def _value(table: Table, row: int) -> str:
    """What the list is by, of a row."""
    columns, by = table.columns, str(table.provenance.method["by"])
    count = float(known(columns["count"])[row])
    text = counted(count, "incident") if np.isfinite(count) else "a count that is not shown"
    share = float(known(columns["share"])[row]) if "share" in columns else np.nan
    total = 100.0 * count / share if share > 0.0 else np.nan
    if by in ("rate", "harm-rate"):
        unit = table.provenance.method["rate_unit" if by == "rate" else "harm_rate_unit"]
        value = float(known(columns[by.replace("-", "_")])[row])
        return f"{amount(value)} {unit}"
    if by == "harm":
        return f"{amount(float(known(columns['harm'])[row]))} days of harm"
    if np.isfinite(total) and total >= 50.0:
        return f"{text} ({share_text(count, total)})"
    return text


def similar_findings(table: Table) -> list[str]:
    """Where an area stands among those like it, and whether it differs from the others.

    Parameters
    ----------
    table : Table
        Of similar areas, with a row or more.

    Returns
    -------
    list of str
        Two sentences at most.
    """
    columns = table.columns
    rows = np.flatnonzero(columns["is_area"] == True)  # noqa: E712
    if not len(rows):
        return ["The area is not among those with a value."]
    row = int(rows[0])
    rank, best, worst = (
        float(known(columns[name])[row]) for name in ("rank", "rank_best", "rank_worst")
    )
    areas = int(np.count_nonzero(np.isfinite(known(columns["rank"]))))
    name = str(columns["name"][row] or columns["code"][row])
    if not np.isfinite(rank):
        return [f"{name} has no rank among {counted(areas, 'area')}."]
    sentence = f"{name} has rank {rank:.0f} of {areas}"
    if np.isfinite(best) and best != worst:
        sentence += f", which chance leaves open from {best:.0f} to {worst:.0f}"
    sentences = [f"{capital(sentence)}: {_rate(table, row)}."]
    q_value, difference = (
        float(known(columns[name])[row]) for name in ("q_value", "difference_percent")
    )
    if np.isfinite(q_value):
        side = "above" if difference > 0.0 else "below"
        certainty = f"q {probability(q_value)}"
        sentences.append(
            f"It is {side} what the others lead to expect, beyond chance ({certainty})."
            if q_value <= CALLED
            else f"That is within what the others lead to expect ({certainty})."
        )
    return sentences


def similar_headline(table: Table) -> str:
    """The rank of the area, with its limits."""
    return similar_findings(table)[0].partition(":")[0].rstrip(".")


def _rate(table: Table, row: int) -> str:
    rate, lower, upper = (
        float(known(table.columns[name])[row]) for name in ("rate", "lower", "upper")
    )
    interval = f" ({amount(lower)} to {amount(upper)})" if np.isfinite(lower + upper) else ""
    return f"{amount(rate)} {table.provenance.method['unit']}{interval}"
