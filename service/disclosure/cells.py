"""What is published of a table of counts, and which counts remain possible."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from service.disclosure.perturbation import KEYS, perturbation_table
from service.disclosure.policies import DisclosurePolicy
from spatial.arrays import BoolArray, IntArray, frozen
from spatial.errors import InvalidParameterError, InvalidValuesError

HIDDEN: Final = -1
"""Stands in `ReleasedCells.released` where nothing is released."""


@dataclass(frozen=True)
class ReleasedCells:
    """Counts as they are published; nothing here tells two counts apart that look the same.

    Attributes
    ----------
    released : (n,) int64
        The published count; `HIDDEN` where there is none.
    is_hidden : (n,) bool
        Whether the count is hidden.
    low, high : (n,) int64
        The smallest and the largest count that the cell may have.
    """

    released: IntArray
    is_hidden: BoolArray
    low: IntArray
    high: IntArray


def release_cells(
    counts: ArrayLike, policy: DisclosurePolicy, *, cell_keys: ArrayLike | None = None
) -> ReleasedCells:
    """Counts as a policy publishes them, each by itself.

    Parameters
    ----------
    counts : (n,) integers
        Records in each cell, at least 0.
    policy : DisclosurePolicy
        The rule.
    cell_keys : (n,) integers or None
        0 to 255; needed where the policy changes counts by cell key, see `record_keys`.

    Returns
    -------
    ReleasedCells

    Raises
    ------
    InvalidValuesError
        If counts or keys are not whole numbers in their range, one per cell.
    InvalidParameterError
        If the policy needs cell keys and there are none.
    """
    numbers = _whole_numbers(counts, "counts")
    if policy.perturbation_table is not None:
        if cell_keys is None:
            raise InvalidParameterError("cell_keys", None, f"given for {policy.label}")
        table = perturbation_table(policy.perturbation_table)
        keys = _whole_numbers(cell_keys, "cell_keys", below=KEYS)
        if keys.shape != numbers.shape:
            raise InvalidValuesError(
                "cell_keys", f"must have {len(numbers)} values, one per cell, got {len(keys)}"
            )
        released = table.changed(numbers, keys)
        low, high = table.possible_counts(released)
        return _cells(released, np.zeros(len(numbers), dtype=bool), low, high)
    reach_down = policy.base // 2
    released = (numbers + reach_down) // policy.base * policy.base
    low = np.where(released == 0, 0, np.maximum(released - reach_down, policy.hide_up_to + 1))
    high = released + (policy.base - 1 - reach_down)
    hidden = policy.hidden_counts
    if hidden is None:
        return _cells(released, np.zeros(len(numbers), dtype=bool), low, high)
    high[released == 0] = 0
    is_hidden = (numbers >= hidden[0]) & (numbers <= hidden[1])
    released[is_hidden] = HIDDEN
    low[is_hidden], high[is_hidden] = hidden
    return _cells(released, is_hidden, low, high)


def _cells(
    released: IntArray, is_hidden: BoolArray, low: IntArray, high: IntArray
) -> ReleasedCells:
    return ReleasedCells(*(frozen(array) for array in (released, is_hidden, low, high)))


def _whole_numbers(values: ArrayLike, name: str, *, below: int | None = None) -> IntArray:
    """The values as a vector of int64, if they are whole numbers from 0 to below a limit."""
    array = np.asarray(values)
    if array.ndim != 1 or (array.size and not np.issubdtype(array.dtype, np.integer)):
        raise InvalidValuesError(
            name, f"must be a vector of integers, got shape {array.shape} of {array.dtype}"
        )
    allowed = "at least 0" if below is None else f"0 to {below - 1}"
    is_wrong = (array < 0) | (False if below is None else array >= below)
    if is_wrong.any():
        raise InvalidValuesError(name, f"must be {allowed}, got {array[is_wrong][0]}")
    return array.astype(np.int64)
