"""What a dataset's agreement and its subjects' requests ask to be deleted, by rule."""

import dataclasses
import datetime
from collections.abc import Iterable, Mapping
from typing import Final

from boundaries.storage.data_folder import DataFolder
from service.housekeeping.deletions import Deletion, DeletionList
from service.housekeeping.errors import NothingToDeleteError, RetentionNotStatedError
from service.housekeeping.inventory import DATASETS, newest_tables
from service.housekeeping.removal import removal_of
from service.model.protection import Agreement

KEPT_COPIES: Final = (
    "backups written before now, source files and what clients have kept still hold these rows; "
    "a restore deletes them again by the list of deletions, so keep a copy of deletions.json"
)


def overdue(
    data: DataFolder,
    agreements: Mapping[str, Agreement],
    today: datetime.date,
    *,
    dataset: str | None = None,
) -> list[Deletion]:
    """The deletions that are due: rows past their retention, and forgotten ones that came back.

    Parameters
    ----------
    data : DataFolder
        ``HOTSPOTS_DATA_DIR``.
    agreements : mapping of str to Agreement
        By dataset.
    today : date
        From which their retention counts back.
    dataset : str or None
        Only of this one; None: of all.

    Returns
    -------
    list of Deletion
        Each of at least one row as the folder is now, in the order of the datasets.

    Raises
    ------
    RetentionNotStatedError
        If the named dataset has no agreement that states its retention.
    DamagedTableError
        If a table cannot be read.
    """
    present = [name.removeprefix(f"{DATASETS}/") for name, _ in newest_tables(data)]
    if dataset is not None:
        agreement = agreements.get(dataset)
        if agreement is None or agreement.retention_months is None:
            raise RetentionNotStatedError(dataset)
    forgotten = [entry for entry in DeletionList(data).entries() if entry.rule == "subject"]
    deletions = []
    for name in present if dataset is None else [dataset]:
        first = agreements[name].first_day_retained(today) if name in agreements else None
        if first is not None:
            deletions.append(
                Deletion("incidents", name, before=first.isoformat(), rule="retention")
            )
        deletions += [
            dataclasses.replace(entry, rows=0, deleted="", deletion_id="")
            for entry in forgotten
            if entry.name == name
        ]
    return [deletion for deletion in deletions if _has_rows(data, deletion)]


def deletion_of_subject(dataset: str, incident_ids: Iterable[str]) -> Deletion:
    """The deletion of the rows of somebody who is to be forgotten.

    Parameters
    ----------
    dataset : str
        Its name.
    incident_ids : iterable of str
        Of the rows; one that is not in the dataset now is deleted by the rule once it comes.

    Returns
    -------
    Deletion
        With digests of the ids.
    """
    deletion = Deletion.of_values(dataset, "incident_id", incident_ids)
    return dataclasses.replace(deletion, rule="subject")


def _has_rows(data: DataFolder, deletion: Deletion) -> bool:
    """Whether there is a row to delete."""
    try:
        removal_of(data, deletion)
    except NothingToDeleteError:
        return False
    return True
