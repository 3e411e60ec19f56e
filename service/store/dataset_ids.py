"""The names that datasets may have: they are names of folders, and parts of addresses."""

import re
from typing import Final

from service.store.errors import DatasetSettingsError

DATASET_ID: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


def checked_dataset_id(dataset: str) -> str:
    """The dataset id, if it may be one.

    Parameters
    ----------
    dataset : str
        Any text.

    Returns
    -------
    str
        The same text.

    Raises
    ------
    DatasetSettingsError
        If it has anything but lower-case letters, digits, ``-`` and ``_``.
    """
    if not DATASET_ID.fullmatch(dataset):
        raise DatasetSettingsError(
            "dataset",
            dataset,
            "1 to 63 lower-case letters, digits, - and _, beginning with a letter or digit",
        )
    return dataset
