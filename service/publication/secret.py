"""The secret of the record keys, which is kept outside the data folder."""

import contextlib
import hashlib
import hmac
import os
import secrets
from pathlib import Path
from typing import Final

NAME: Final = "record-key.secret"
BYTES: Final = 32


class RecordKeySecret:
    """The secret in a folder; reading never makes one.

    Parameters
    ----------
    folder : Path
        That of keys and secrets; need not exist yet.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME

    @property
    def path(self) -> Path:
        """Where it is."""
        return self._path

    def read(self) -> bytes | None:
        """The secret, None where there is none yet.

        Returns
        -------
        bytes or None
        """
        try:
            return self._path.read_bytes()
        except FileNotFoundError:
            return None

    def make(self) -> bytes:
        """The secret, made now where there is none yet, for its owner alone.

        Returns
        -------
        bytes
            Whoever comes second has that of who came first.
        """
        if not self._path.exists():
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            partial = self._path.with_name(f".{NAME}.{os.getpid()}.partial")
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
            with os.fdopen(os.open(partial, flags, 0o600), "wb") as file:
                file.write(secrets.token_bytes(BYTES))
                file.flush()
                os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):
                os.link(partial, self._path)
            partial.unlink()
        return self._path.read_bytes()

    def label(self) -> str:
        """Tells the secret from another one, without giving anything of it away.

        Returns
        -------
        str
            Empty where there is none.
        """
        secret = self.read()
        return "" if secret is None else label_of(secret)


def label_of(secret: bytes) -> str:
    """What tells a secret from another one.

    Parameters
    ----------
    secret : bytes
        Of the record keys.

    Returns
    -------
    str
        16 hexadecimal digits.
    """
    return hmac.new(secret, b"label of the record-key secret", hashlib.sha256).hexdigest()[:16]
