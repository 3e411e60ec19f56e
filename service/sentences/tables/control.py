"""What process control and step changes say: steps out of the ordinary, and levels."""

import numpy as np

from service.model.answers import Table
from service.sentences.numbers import amount, counted, listed, probability
from service.sentences.tables.rules import MOST_NAMED, known

COMMON = "common cause"


def control_findings(table: Table) -> list[str]:
    """How many steps show a special cause, the last of them, and what the last step shows.

    Parameters
    ----------
    table : Table
        Of process control, with a row or more.

    Returns
    -------
    list of str
        Two sentences at most.
    """
    labels = table.columns["step" if "step" in table.columns else "month"].tolist()
    rows = _special(table)
    judged = _judged(table)
    if not judged:
        return ["No step can be judged: the notes say why."]
    noun = str(table.provenance.method["step"]).partition(":")[0]
    if not rows:
        return [f"None of {counted(judged, noun)} judged shows more than common causes would."]
    rules = table.columns["rules"]
    named = [
        f"{labels[row]} ({rules[row]})" if rules[row] else str(labels[row])
        for row in rows[-MOST_NAMED:]
    ]
    verb = "shows a special cause" if len(rows) == 1 else "show special causes"
    last = "" if len(rows) <= MOST_NAMED else ", the last"
    sentences = [f"{len(rows):,} of {counted(judged, noun)} judged {verb}{last}: {listed(named)}."]
    if table.columns["variation"][-1] == COMMON:
        sentences.append(f"The last, {labels[-1]}, does not.")
    return sentences


def control_headline(table: Table) -> str:
    """How many steps show a special cause."""
    return control_findings(table)[0].partition(", the last")[0].partition(":")[0].rstrip(".")


def _judged(table: Table) -> int:
    return int(np.count_nonzero([value is not None for value in table.columns["variation"]]))


def _special(table: Table) -> list[int]:
    """The rows with a special cause."""
    variation = table.columns["variation"].tolist()
    return [k for k, value in enumerate(variation) if value not in (None, "", COMMON)]


def step_findings(table: Table) -> list[str]:
    """How often the level changed, and the last change.

    Parameters
    ----------
    table : Table
        Of step changes, with a row or more.

    Returns
    -------
    list of str
        One sentence.
    """
    changes = len(table) - 1
    steps = int(np.nansum(known(table.columns["steps"])))
    noun = str(table.provenance.method["step"]).partition(":")[0]
    level = table.provenance.method["level"]
    if not changes:
        return [f"No change of level is called at p {level} in {counted(steps, noun)}."]
    ratio, p_value = (float(known(table.columns[name])[-1]) for name in ("ratio", "p_value"))
    times = f"to {amount(ratio)} times that before" if np.isfinite(ratio) else "from none"
    sure = f" (p {probability(p_value)})" if np.isfinite(p_value) else ""
    often = {1: "once", 2: "twice"}.get(changes, f"{changes:,} times")
    when = f"the last time from {table.columns['first_day'][-1]}"
    return [f"The level changed {often} in {counted(steps, noun)}, {when} {times}{sure}."]


def step_headline(table: Table) -> str:
    """How often the level changed, and when it did last."""
    return step_findings(table)[0].partition(" (")[0].rstrip(".")
