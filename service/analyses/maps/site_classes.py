"""Development sites in classes: how far built, and how large."""

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.model.answers import Table
from spatial.arrays import FloatArray
from spatial.growth.site_classes import size_classes

COMPLETION_CLASSES = ("not started", "under way", "complete", "completions unknown")


def completion_classes(planned: FloatArray, completed: FloatArray) -> NDArray[Any]:
    """(n,) how far each site is built; NaN completions are unknown."""
    conditions = [~np.isfinite(completed), completed <= 0, completed < planned]
    names = ["completions unknown", "not started", "under way"]
    return np.select(conditions, [np.array(n, dtype=object) for n in names], "complete")


def with_classes(table: Table) -> Table:
    """A table of sites with their class of size and of completion, for symbols on a map."""
    planned, completed = table.columns["homes_planned"], table.columns["homes_completed"]
    added = {
        "size_class": size_classes(planned),
        "completion_class": completion_classes(planned, completed),
    }
    return dataclasses.replace(table, columns={**table.columns, **added})
