"""Sentences about what became of hotspots: displaced, as before, or moved from class to class."""

import numpy as np

from service.model.answers import Table
from service.sentences.numbers import amount, probability


def displacement_findings(table: Table) -> list[str]:
    """The cumulative difference at the end, with its interval and p.

    Parameters
    ----------
    table : Table
        Of the displacement difference by month.

    Returns
    -------
    list of str
        One sentence.
    """
    names = ("cumulative_difference", "cumulative_lower", "cumulative_upper", "cumulative_p_value")
    numbers = [float(np.asarray(table.columns[name], np.float64)[-1]) for name in names]
    if not np.isfinite(numbers).all():
        return ["How many incidents there were more or fewer is not published."]
    difference, lower, upper, p_value = numbers
    unit, month = table.provenance.method["unit"], table.columns["month"][-1]
    certainty = f"{amount(lower)} to {amount(upper)}, p {probability(p_value)}"
    whole = f"Up to the end of {month} the difference is {amount(difference)} {unit} ({certainty})"
    if p_value >= 0.05:
        return [f"{whole}: no more than chance would give."]
    return [f"{whole}: {'fewer' if difference < 0 else 'more'} than expected, beyond chance."]
