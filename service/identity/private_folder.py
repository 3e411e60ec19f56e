"""The folder of keys and secrets: of the user of the service alone."""

import contextlib
import json
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from boundaries.storage.data_folder import DataFolder, FileStatus
from service.identity.errors import DamagedKeysError

PRIVATE: Final = 0o700
SECRET_BYTES: Final = 32
CHECK_S: Final = 1.0  # how long a file is taken to be as it was


class PrivateFolder(DataFolder):
    """A folder that nobody but its owner may enter, whatever the group of the data folder."""

    def make(self) -> None:
        """Make the folder, where it does not exist."""
        if not self.path.is_dir():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.mkdir(mode=PRIVATE, exist_ok=True)
            self.path.chmod(PRIVATE)  # whatever the umask leaves out

    def secret(self, name: str) -> bytes:
        """A secret of 256 random bits, made by the first who needs it."""
        with contextlib.suppress(FileNotFoundError), self.open(name) as file:
            return file.read()
        value = secrets.token_bytes(SECRET_BYTES)
        with contextlib.suppress(FileExistsError):
            self.write(name, lambda file: file.write(value), durable=True, exclusive=True)
        with self.open(name) as file:
            return file.read()


class JsonRecords:
    """Records of a JSON file that processes change in turn, as read at most a second ago.

    Parameters
    ----------
    folder : PrivateFolder
        Made by the first change.
    name : str
        Of the file: ``{"NAME": {ID: {...}, ...}}``.
    """

    def __init__(self, folder: PrivateFolder, name: str) -> None:
        self._folder = folder
        self._name = f"{name}.json"
        self._field = name
        self._status: FileStatus | None = None
        self._records: dict[str, dict[str, Any]] = {}
        self._checked = float("-inf")
        self.changes = 0  # of the records, as far as they were noticed

    @property
    def path(self) -> Path:
        """The file, which need not exist."""
        return self._folder.resolve(self._name)

    def current(self, *, at_once: bool = False) -> dict[str, dict[str, Any]]:
        """The records by id, not to be changed.

        Parameters
        ----------
        at_once : bool
            Look at the file now, and not at most once a second.

        Raises
        ------
        DamagedKeysError
            If there is a file that cannot be read.
        """
        now = time.monotonic()
        if at_once or now - self._checked >= CHECK_S:
            status = self._folder.status(self._name)
            if status != self._status:
                self._records = self._read() if status is not None else {}
                self._status = status
                self.changes += 1
            self._checked = now
        return self._records

    def change(
        self, change: Callable[[dict[str, dict[str, Any]]], dict[str, dict[str, Any]]]
    ) -> None:
        """Write what a function makes of the records, whole or not at all; in turn."""
        with self._folder.locked():
            records = change(self._read() if self._folder.status(self._name) else {})
            content = json.dumps({self._field: records}, indent=1).encode()
            self._folder.write(self._name, lambda file: file.write(content), durable=True)
        self._checked = float("-inf")

    def _read(self) -> dict[str, dict[str, Any]]:
        try:
            with self._folder.open(self._name) as file:
                records = json.load(file)[self._field]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DamagedKeysError(str(self.path), type(error).__name__) from error
        if not isinstance(records, dict):
            raise DamagedKeysError(str(self.path), "its records are no object")
        return records
