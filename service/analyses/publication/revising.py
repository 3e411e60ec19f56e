"""What becomes of a publication when the dataset is published again: periods are frozen.

Two publications that differ by a record or two give these away. A period is therefore released
again only when enough of its records changed, and within it only cells whose counts did.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from spatial.arrays import IntArray

KEYS: Final = ["period", "area", "category"]
VALUES: Final = ["released", "low", "high"]


@dataclass(frozen=True, eq=False)
class Earlier:
    """What was published before, under the same terms.

    Attributes
    ----------
    cells : DataFrame
        In the columns of the published table.
    periods : sequence of int
        Those that were published.
    final : sequence of int
        Those of whose exact counts nothing is left.
    """

    cells: pd.DataFrame
    periods: Sequence[int]
    final: Sequence[int]


@dataclass(frozen=True, eq=False)
class Revision:
    """What is published from now on.

    Attributes
    ----------
    cells : DataFrame
        By `KEYS`, with `VALUES` and exact counts.
    periods : list of int
        All that are published.
    released : list of int
        Those that are new, or released again.
    frozen : list of int
        Those that stay as they were, though some of their records changed.
    final : list of int
        Those of whose exact counts nothing is left; they stay for ever.
    """

    cells: pd.DataFrame
    periods: list[int]
    released: list[int]
    frozen: list[int]
    final: list[int]


def revise(
    cells: pd.DataFrame, periods: IntArray, earlier: Earlier | None, *, smallest_change: int
) -> Revision:
    """Put new cells together with what was published before.

    Parameters
    ----------
    cells : DataFrame
        All cells with a record, and those that the policy hides without one.
    periods : (p,) int64
        All periods that the data cover.
    earlier : Earlier or None
        None where nothing was published under the same terms.
    smallest_change : int
        A period is released again when at least so many of its records changed.

    Returns
    -------
    Revision
        The number of records that changed is the least that explains the counts: the larger of
        what was added to cells and what was taken from them. A period that the data no longer
        cover is not published any more, unless nothing is left of its exact counts.
    """
    every = periods.tolist()
    if earlier is None:
        return Revision(cells, every, every, [], [])
    both = earlier.cells.merge(cells, how="outer", on=KEYS, suffixes=("_before", ""))
    change = both["exact"].fillna(0) - both["exact_before"].fillna(0)
    added = change.clip(lower=0).groupby(both["period"]).sum()
    removed = (-change).clip(lower=0).groupby(both["period"]).sum()
    changed = pd.concat([added, removed], axis=1).max(axis=1).to_dict()
    before, final = set(earlier.periods), set(earlier.final)
    unchanged = {p for p in before - final if changed.get(p, 0) == 0}
    frozen = {p for p in (before - final) & set(every) if 0 < changed.get(p, 0) < smallest_change}
    kept = final | frozen | (unchanged & set(every))
    released = sorted(set(every) - kept)
    is_same = both["exact_before"].notna() & (change == 0)
    for name in VALUES:
        both[name] = both[name].where(~is_same, both[f"{name}_before"])
    again = both[both["period"].isin(released) & both["low"].notna()]
    stay = earlier.cells[earlier.cells["period"].isin(kept)]
    columns = [*KEYS, *VALUES, "exact"]
    together: Any = pd.concat([stay[columns], again[columns]], ignore_index=True)
    return Revision(
        together, sorted(kept | set(released)), released, sorted(frozen), sorted(final)
    )
