"""The key of each record of a dataset, from what its source says of it."""

from typing import Final

from service.disclosure.record_keys import record_contents, record_keys
from service.store.loaded_incidents import Incidents
from spatial.arrays import IntArray

SAID: Final = ("occurred", "easting_m", "northing_m", "category", "subcategory", "weight")


def keys_of(incidents: Incidents, secret: bytes) -> IntArray:
    """The keys of the records.

    Parameters
    ----------
    incidents : Incidents
        One version of a dataset.
    secret : bytes
        Of the record keys.

    Returns
    -------
    (n,) int64
        0 to 255, in the order of the incidents; the same after every import of the same records.
    """
    rows = incidents.rows()
    # Without what a record does not have: another file may bring a column that it lacks.
    attributes = [
        {name: value for name, value in sorted(row.items()) if value is not None}
        for row in rows.select(incidents.attributes).to_pylist()
    ]
    columns = [rows.column(name).to_pylist() for name in SAID]
    contents = record_contents([*columns, attributes or [{}] * len(rows)])
    ids = rows.column("incident_id").to_pylist()
    return record_keys(secret, incidents.dataset, ids, contents)
