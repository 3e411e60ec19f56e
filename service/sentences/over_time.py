"""Sentences about what became of hotspots: displaced, as before, or moved from class to class."""

import numpy as np

from service.model.answers import Table
from service.sentences.numbers import SMALLEST_BASE, amount, counted, percentage, probability


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


def similarity_findings(table: Table) -> list[str]:
    """How many areas have their share as before, against what chance alone leaves alike.

    Parameters
    ----------
    table : Table
        Of the similarity of two periods.

    Returns
    -------
    list of str
        Two sentences at most.
    """
    method = table.provenance.method
    counts = table.columns["count_before"], table.columns["count_after"]
    if method["s_robust"] is None or any(None in column.tolist() for column in counts):
        return ["How many areas have their share of the incidents as before is not published."]
    areas = int(np.count_nonzero(counts[0] + counts[1]))
    sentence = (
        f"Of {counted(areas, 'area')} with incidents {method['s_robust']:.0%} have a share "
        "of them similar to that before"
    )
    mean, lower, upper = (method["s_unchanged"][name] for name in ("mean", "lower", "upper"))
    p_value = method["p_value"]
    if None in (mean, lower, upper, p_value):
        return [f"{sentence}."]
    verdict = (
        "the incidents lie elsewhere than before, beyond chance"
        if p_value < 0.05
        else "no less alike than chance would leave them"
    )
    sentence += (
        f"; two samples of one pattern would have {mean:.0%} ({lower:.0%} to {upper:.0%}): "
        f"{verdict} (p {probability(p_value)})."
    )
    changed = method["areas_changed_by_q"]
    if not changed:
        return [sentence]
    return [sentence, f"The share of {counted(changed, 'area')} changed beyond chance by itself."]


def _cases(moves: int | None, cases: int, share: float) -> str:
    """A part of cases, in per cent where they are enough."""
    if moves is None or cases >= SMALLEST_BASE:
        return f"{percentage(share)} of {counted(cases, 'case')}"
    return f"{moves:,} of {counted(cases, 'case')}"


def transition_findings(table: Table) -> list[str]:
    """How likely an area stays in a class, and whether moves depend on the neighbours.

    Parameters
    ----------
    table : Table
        Of moves between classes.

    Returns
    -------
    list of str
        A sentence for each class that areas were in; one of the test. None without an incident
        in any area.
    """
    counts = table.provenance.counts
    placed = [count for name, count in counts.items() if name.startswith("in_layer_by")]
    if (not any(placed) and None not in placed) or counts.get("in_rows") == 0:
        return []
    columns = {name: table.columns[name].tolist() for name in table.columns}
    step = table.provenance.method["step"]
    sentences = []
    for row, name in enumerate(columns["from_class"]):
        if columns["context"][row] != "any" or columns["to_class"][row] != name:
            continue
        numbers = [columns[column][row] for column in ("probability", "lower", "upper")]
        if None in (*numbers, columns["moves_from"][row]) or not np.isfinite(numbers).all():
            continue
        share, lower, upper = numbers
        sentences.append(
            f"What is {name} in a {step} is {name} in the next in "
            f"{_cases(columns['moves'][row], columns['moves_from'][row], share)} "
            f"({percentage(lower)} to {percentage(upper)})."
        )
    test = table.provenance.method.get("spatial_dependence") or {}
    p_value = test.get("p_value")
    if p_value is not None:
        depends = "depend" if p_value < 0.05 else "do not depend"
        sentences.append(
            f"Moves {depends} on the neighbours beyond chance (p {probability(p_value)})."
        )
    return sentences
