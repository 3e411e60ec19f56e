"""What a map of values says: the highest, as far as chance lets it be said, and the gaps."""

import numpy as np

from service.model.answers import SUPPRESSED, Table
from service.sentences.numbers import amount, counted, listed
from service.sentences.tables.rules import MOST_NAMED, known, rivals


def choropleth_findings(table: Table) -> list[str]:
    """The highest value with its interval, who may be as high, and how many areas have none.

    Parameters
    ----------
    table : Table
        A choropleth, with a row or more.

    Returns
    -------
    list of str
        Full sentences.
    """
    values = known(table.columns["value"])
    is_known = np.isfinite(values)
    suppressed = int(np.count_nonzero(table.columns["class"] == SUPPRESSED))
    missing = int(np.count_nonzero(~is_known)) - suppressed
    gaps = []
    if missing:
        gaps.append(f"{counted(missing, 'area has', 'areas have')} no value.")
    if suppressed:
        gaps.append(
            f"{_values_of(suppressed)} suppressed: too much of them rests on hidden cells."
        )
    if not is_known.any():
        return gaps if suppressed else ["No area has a value."]
    shown = " shown" if suppressed else ""
    highest = float(values[is_known].max())
    top = np.flatnonzero(values == highest)
    if highest == 0:
        return [f"It is 0 in every one of {counted(int(is_known.sum()), 'area')}{shown}.", *gaps]
    if len(top) > 1:
        areas = counted(len(top), "area")
        text = f"The highest value{shown} is {amount(highest)}{_unit(table, highest)}, in {areas}."
        return [text, *gaps]
    lower, upper = (float(known(table.columns[name])[top[0]]) for name in ("lower", "upper"))
    interval = f" ({amount(lower)} to {amount(upper)})" if np.isfinite(lower + upper) else ""
    others = len(_leaders(table)) - 1
    doubt = (
        f"; chance does not tell it from that of {counted(others, 'other area')}"
        if others > 0
        else ""
    )
    text = (
        f"The highest value{shown} is that of {table.place_of(int(top[0])).label}: "
        f"{amount(highest)}"
        f"{_unit(table, highest)}{interval}{doubt}."
    )
    return [text, *gaps]


def choropleth_headline(table: Table) -> str:
    """Who has the highest value, or that nobody is told apart.

    Parameters
    ----------
    table : Table
        A choropleth, with a row or more.

    Returns
    -------
    str
        Without a full stop.
    """
    values = known(table.columns["value"])
    if not np.isfinite(values).any():
        return "no area has a value"
    leaders = _leaders(table)
    shown = " shown" if (table.columns["class"] == SUPPRESSED).any() else ""
    if not leaders:
        return f"0 in every area{shown}"
    names = [_name(table, row) for row in leaders[:MOST_NAMED]]
    what = f"the highest value{shown}"
    if len(leaders) == 1:
        value = float(values[leaders[0]])
        return f"{what} is that of {names[0]}: {amount(value)}{_unit(table, value)}"
    if len(leaders) == int(np.isfinite(values).sum()):
        return f"no area{shown} stands out from chance as the highest"
    if len(leaders) <= MOST_NAMED:
        return f"{listed(names)} are among the highest{shown}"
    return f"{names[0]} is one of {len(leaders):,} areas that may be the highest{shown}"


def _leaders(table: Table) -> list[int]:
    """The areas that may have the highest value, the highest first; none where all are 0."""
    columns, measure = table.columns, table.provenance.method.get("measure")
    values = known(columns["value"])
    if np.nanmax(values, initial=0.0) <= 0.0:
        return []
    if "rank_best" in columns and np.isfinite(known(columns["rank_best"])).any():
        best = np.flatnonzero(known(columns["rank_best"]) == 1.0)
        return [int(row) for row in best[np.argsort(-values[best], kind="stable")]]
    count = np.where(np.isfinite(values), known(columns["count"]), np.nan)
    if measure in ("count", "share"):
        return rivals(count)
    if measure == "rate":
        return rivals(count, known(columns["denominator"]))
    first = int(np.nanargmax(values))
    lower, upper = known(columns["lower"]), known(columns["upper"])
    if not np.isfinite(lower[first]):
        return [int(row) for row in np.flatnonzero(values == values[first])]
    rows = np.flatnonzero(upper >= lower[first])
    return [first, *(int(row) for row in rows if row != first)]


def _values_of(areas: int) -> str:
    """The subject of a sentence on the values of so many areas."""
    return "The value of 1 area is" if areas == 1 else f"The values of {areas:,} areas are"


def _name(table: Table, row: int) -> str:
    return str(table.columns["name"][row] or table.columns["code"][row])


def _unit(table: Table, value: float) -> str:
    """The unit of the values, after a number."""
    unit = str(table.provenance.method["unit"])
    return f" {unit.replace('incidents', 'incident', 1) if value == 1 else unit}"
