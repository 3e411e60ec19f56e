"""Classes of development sites by completion and by size."""

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.model.answers import Table
from spatial.arrays import FloatArray
from spatial.growth.site_classes import size_classes

COMPLETION_CLASSES = ("not started", "under way", "complete", "completions unknown")


def completion_classes(planned: FloatArray, completed: FloatArray) -> NDArray[Any]:
    """The completion class of each site.

    Parameters
    ----------
    planned, completed : (n,) float64
        Homes; NaN completions are unknown.

    Returns
    -------
    (n,) str
        One of `COMPLETION_CLASSES`.
    """
    conditions = [~np.isfinite(completed), completed <= 0, completed < planned]
    names = ["completions unknown", "not started", "under way"]
    return np.select(conditions, [np.array(name, dtype=object) for name in names], "complete")


def with_classes(table: Table) -> Table:
    """A table of sites with their classes of size and completion, for map symbols.

    Parameters
    ----------
    table : Table
        With the columns ``homes_planned`` and ``homes_completed``.

    Returns
    -------
    Table
        With two more columns.
    """
    planned, completed = table.columns["homes_planned"], table.columns["homes_completed"]
    class_columns = {
        "size_class": size_classes(planned),
        "completion_class": completion_classes(planned, completed),
    }
    return dataclasses.replace(table, columns={**table.columns, **class_columns})
