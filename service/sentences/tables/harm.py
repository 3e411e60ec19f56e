"""What a harm table says: who has most harm, how surely, and of what it is not known."""

import numpy as np
from numpy.typing import NDArray

from service.model.answers import Table
from service.sentences.numbers import amount, capital, counted, share_text
from service.sentences.tables.axes import is_part_of_whole, nouns
from service.sentences.tables.rules import CALLED, known, leading

HALF = 0.5


def harm_findings(table: Table) -> list[str]:
    """The row with most harm beside its share of the incidents; what rests on single events.

    Parameters
    ----------
    table : Table
        A harm table, with a row or more.

    Returns
    -------
    list of str
        Full sentences.
    """
    rows = _rows(table)
    harm = known(table.columns["harm"])
    sentences = []
    if len(rows) and np.nanmax(harm[rows], initial=0.0) > 0.0:
        first = rows[0]
        text, name = _leaders(table), str(table.columns["row_name"][first])
        joint = ": " if f"{name} has " in text else f"; {name} has "
        sentences.append(f"{text}{joint}{_share(table, int(first))}.")
        largest = known(table.columns["largest_share"])[first]
        if largest > HALF:
            sentences.append("More than half of that is one incident.")
    else:
        sentences.append("No sum of harm is shown.")
    lost = _lost(table)
    if lost:
        sentences.append(f"Of {counted(lost, 'incident')} the harm is not known.")
    return [*sentences, *_changes(table)]


def harm_headline(table: Table) -> str:
    """Who has most harm."""
    text = harm_findings(table)[0].rstrip(".")
    return text.partition(":")[0]


def _lost(table: Table) -> int:
    """The number of incidents whose harm is not known."""
    return int(np.nansum(known(table.columns["harm_not_known"])[_totals(table)]))


def _totals(table: Table) -> NDArray[np.intp]:
    """The rows of all: one, or those of the column of totals."""
    is_total = table.columns["row"] == "total"
    if "column" in table.columns:
        is_total = is_total & (table.columns["column"] == "total")
    return np.flatnonzero(is_total)


def _rows(table: Table) -> NDArray[np.intp]:
    """The rows of single values over all columns, most harm first."""
    is_part = is_part_of_whole(table.columns["row"])
    if "column" in table.columns:
        is_part = is_part & (table.columns["column"] == "total")
    harm = known(table.columns["harm"])
    rows = np.flatnonzero(is_part & np.isfinite(harm))
    return rows[np.argsort(-harm[rows], kind="stable")]


def _leaders(table: Table) -> str:
    """Who has most harm, by how uncertain the sums are."""
    from scipy.special import ndtri

    rows = _rows(table)
    harm = known(table.columns["harm"])[rows]
    effective = known(table.columns["effective_number"])[rows]
    variance = harm**2 / np.where(effective > 0.0, effective, np.nan)
    limit = float(-ndtri(CALLED / max(len(rows) - 1, 1)))
    with np.errstate(invalid="ignore"):
        is_lower = harm[0] - harm[1:] > limit * np.sqrt(variance[0] + variance[1:])
    names = [str(table.columns["row_name"][row]) for row in rows]
    first = [0, *(np.flatnonzero(~is_lower) + 1).tolist()]
    one, many = nouns(str(table.provenance.method["rows"]))
    text = leading(names, first, "the most harm")
    return f"Of {counted(len(rows), one, many)} {text}" if len(rows) > 1 else text


def _share(table: Table, row: int) -> str:
    """The shares of a row in harm and in incidents."""
    columns = table.columns
    harm, share, of_harm = (
        float(known(columns[name])[row]) for name in ("harm", "share_of_count", "share_of_harm")
    )
    count = float(known(columns["count"])[row])
    text = f"{amount(harm)} days"
    if not np.isfinite(of_harm + share + count) or share <= 0.0:
        return text
    part = share_text(count, 100.0 * count / share)
    incidents = f"{part} of the incidents" if "%" in part else f"{part} incidents"
    whole = "the known harm" if _lost(table) else "the harm"
    return f"{text}, {of_harm:.0f} % of {whole} and {incidents}"


def _changes(table: Table) -> list[str]:
    """Whether counts and harm changed over the columns, of all."""
    if "harm_change_q" not in table.columns:
        return []
    rows = np.flatnonzero(is_part_of_whole(table.columns["row"]))
    texts = []
    for what, name in (("count", "change_q"), ("harm", "harm_change_q")):
        q_value = known(table.columns[name])[rows]
        tested, called = int(np.isfinite(q_value).sum()), int((q_value <= CALLED).sum())
        if tested:
            number = f"{called:,}" if called else "none"
            texts.append(f"{number} of {counted(tested, 'change')} of {what}")
    if not texts:
        return []
    return [capital(f"{' and '.join(texts)} beyond chance (q at most {CALLED}).")]
