"""Protections of datasets at rest: a small file each, written whole or not at all."""

import dataclasses
import datetime
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from boundaries.storage.damage import Damage, DamagedPart
from boundaries.storage.data_folder import DataFolder, FileStatus
from service.model.protection import Agreement, Protection
from service.store.dataset_ids import checked_dataset_id

KIND: Final = "protection"
SUFFIX: Final = ".json"
UNREADABLE: Final = "unreadable"

_FORM: Final = TypeAdapter(Protection)


class ProtectionStore:
    """The protections of all datasets of a data folder.

    Parameters
    ----------
    folder : Path or DataFolder
        ``HOTSPOTS_DATA_DIR/protections``; need not exist yet.
    damage : Damage or None
        Where it is noted that a file cannot be read; None: nowhere else.

    Notes
    -----
    A file that cannot be read closes its dataset to everybody but the owner: what it said is not
    known, and might have been just that.
    """

    def __init__(self, folder: Path | DataFolder, *, damage: Damage | None = None) -> None:
        self._folder = DataFolder.of(folder)
        self._damage = damage or Damage()
        self._read: dict[str, tuple[FileStatus, Protection]] = {}

    @property
    def folder(self) -> Path:
        """Where the files are."""
        return self._folder.path

    def all(self) -> Mapping[str, Protection]:
        """The protection of each dataset that has one.

        Returns
        -------
        mapping of str to Protection
            By dataset, in alphabetical order.
        """
        protections = {}
        for name in sorted(self._folder.names()):
            dataset = name.removesuffix(SUFFIX)
            if not name.startswith(".") and dataset != name:
                protection = self.get(dataset)
                if protection is not None:
                    protections[dataset] = protection
        self._damage.forget(KIND, list(protections))
        return protections

    def get(self, dataset: str) -> Protection | None:
        """The protection of a dataset, None where it has none.

        Parameters
        ----------
        dataset : str
            Its name.

        Returns
        -------
        Protection or None
            As it was saved last.
        """
        name = f"{dataset}{SUFFIX}"
        status = self._folder.status(name)
        if status is None:
            return None
        known = self._read.get(dataset)
        if known is None or known[0] != status:
            known = self._read[dataset] = status, self._load(dataset, name)
        return known[1]

    def save(self, protection: Protection) -> None:
        """Put a protection in the place of the one that its dataset has.

        Parameters
        ----------
        protection : Protection
            Of a dataset, which need not be imported yet.

        Raises
        ------
        DatasetSettingsError
            If the dataset has a name that none can have.
        """
        name = f"{checked_dataset_id(protection.dataset)}{SUFFIX}"
        stated = _FORM.dump_python(protection, mode="json")
        text = json.dumps(stated, indent=1, ensure_ascii=False).encode()
        self._folder.write(name, lambda file: file.write(text), durable=True)

    def remove(self, dataset: str) -> None:
        """Let a dataset be without protection, which closes it to all who see no records.

        Parameters
        ----------
        dataset : str
            Its name.
        """
        self._folder.remove(f"{checked_dataset_id(dataset)}{SUFFIX}")

    def _load(self, dataset: str, name: str) -> Protection:
        """The protection in a file; one that closes its dataset where that cannot be read."""
        try:
            with self._folder.open(name) as file:
                protection = _FORM.validate_json(file.read())
        except (OSError, ValidationError) as error:
            reason = str(error).splitlines()[0]
            self._damage.note(DamagedPart(KIND, dataset, reason, is_served=False))
            ended = Agreement(expires=datetime.date.min)
            return Protection(dataset=dataset, policy=UNREADABLE, agreement=ended)
        self._damage.mend(KIND, dataset)
        return dataclasses.replace(protection, dataset=dataset)
