"""Lists of places for patrols with how often each was hot, for a map."""

import dataclasses

import numpy as np

from service.analyses.patrols.rows import PatrolMapRow
from service.model.answers import Table
from spatial.patrols.persistence import persistence_classes


def with_persistence(table: Table) -> Table:
    """A list of places for patrols with the class of each.

    Parameters
    ----------
    table : Table
        Of `PatrolRow`.

    Returns
    -------
    Table
        With one more column.
    """
    hot = np.array(
        [np.nan if quarters is None else quarters for quarters in table.columns["hot_quarters"]],
        dtype=np.float64,
    )
    classes = persistence_classes(hot, table.columns["quarters"].astype(np.float64))
    columns = {**table.columns, "persistence": classes}
    return dataclasses.replace(table, row=PatrolMapRow, columns=columns)
