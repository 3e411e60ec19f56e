"""Tables that say by how much a count is changed, given its cell key."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from service.disclosure.policies import read_package_data
from spatial.arrays import IntArray, frozen

KEYS: Final = 256
"""Record keys and cell keys are 0 to 255."""


@dataclass(frozen=True)
class PerturbationTable:
    """The change of each count with each cell key.

    Attributes
    ----------
    rows : (n, 256) int64
        What is added to a count of 0 to n - 1 with each key. Its last row is used for all larger
        counts too.
    low, high : (m,) int64
        For each released value below m the smallest and the largest count that may have become
        it; of values that are never released, `low` is above `high`.
    """

    rows: IntArray
    low: IntArray
    high: IntArray

    @classmethod
    def of(cls, keys_of_changes: list[Mapping[str, int]]) -> "PerturbationTable":
        """The table of which each row says how many keys have each change.

        Parameters
        ----------
        keys_of_changes : list of mapping
            For each count from 0 the number of keys, 256 in all, by change; the keys are given
            out from the smallest change to the largest.
        """
        ordered = [sorted((int(change), keys) for change, keys in row.items())
                   for row in keys_of_changes]  # fmt: skip
        rows = np.array(
            [np.repeat([c for c, _ in row], [k for _, k in row]) for row in ordered],
            dtype=np.int64,
        )
        values = len(rows) - 1 + int(np.ptp(rows))  # from here on only the last row plays a part
        counts = np.arange(values - int(rows.min()) + 1)
        released = counts[:, None] + rows[np.minimum(counts, len(rows) - 1)]
        size = int(released.max()) + 1
        low, high = np.full(size, size), np.full(size, -1)
        np.minimum.at(low, released, counts[:, None])
        np.maximum.at(high, released, counts[:, None])
        return cls(frozen(rows), frozen(low[: values + 1]), frozen(high[: values + 1]))

    def changed(self, counts: IntArray, cell_keys: IntArray) -> IntArray:
        """Counts as they are released.

        Parameters
        ----------
        counts, cell_keys : (n,) int64
            At least 0; 0 to 255.
        """
        return counts + self.rows[np.minimum(counts, len(self.rows) - 1), cell_keys]

    def possible_counts(self, released: IntArray) -> tuple[IntArray, IntArray]:
        """The smallest and the largest count that may have become each released value.

        Parameters
        ----------
        released : (n,) int64
            From `changed`.
        """
        last = len(self.low) - 1
        row = np.minimum(released, last)
        beyond = released - row
        return self.low[row] + beyond, self.high[row] + beyond


@cache
def perturbation_table(name: str) -> PerturbationTable:
    """The table with a name.

    Parameters
    ----------
    name : str
        As a policy names it.
    """
    return PerturbationTable.of(read_package_data("perturbation_tables.json")[name])
