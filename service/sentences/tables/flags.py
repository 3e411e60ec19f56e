"""What risk flags say: which areas have most, and of which it is not known."""

import numpy as np

from service.model.answers import Table
from service.sentences.numbers import counted, listed
from service.sentences.tables.rules import MOST_NAMED, known


def flag_findings(table: Table) -> list[str]:
    """How many areas are in the highest band, and those with most flags.

    Parameters
    ----------
    table : Table
        Of flags or of an index, with a row or more, in either layout.

    Returns
    -------
    list of str
        Two sentences at most.
    """
    columns, method = table.columns, table.provenance.method
    _, rows = np.unique(columns["code"].astype(str), return_index=True)
    rows = np.sort(rows)
    bands = list(method.get("bands") or {})
    risk = columns["risk"][rows]
    known_risk = [band for band in risk.tolist() if band in bands]
    if not known_risk:
        return ["Of no area the risk is known."]
    number = counted(len(rows), "area")
    highest = bands[-1]
    in_band = rows[risk == highest]
    names = [str(columns["name"][row] or columns["code"][row]) for row in in_band]
    verb = "is" if len(names) < 2 else "are"
    named = f": {listed(names)}" if 0 < len(names) <= MOST_NAMED else ""
    sentences = [
        f"Of {number} {len(names) or 'none'} {verb} in the highest band, {highest}{named}."
    ]
    unknown = known(columns["not_known"])[rows]
    lost = int(np.count_nonzero(unknown > 0))
    if lost:
        sentences.append(
            f"Of {counted(lost, 'area')} not every flag is known: "
            f"{'its' if lost == 1 else 'their'} number is at least what is stated."
        )
    return sentences
