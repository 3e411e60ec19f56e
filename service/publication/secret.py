"""The secret of the record keys, which is kept outside the data folder."""

import hashlib
import hmac
from pathlib import Path
from typing import Final

from service.identity.private_folder import PrivateFolder

NAME: Final = "record-key.secret"


class RecordKeySecret:
    """The secret in a folder; reading never makes one.

    Parameters
    ----------
    folder : PrivateFolder
        That of keys and secrets; need not exist yet.
    """

    def __init__(self, folder: PrivateFolder) -> None:
        self._folder = folder

    @property
    def path(self) -> Path:
        """Where it is."""
        return self._folder.resolve(NAME)

    def read(self) -> bytes | None:
        """The secret, None where there is none yet.

        Returns
        -------
        bytes or None
        """
        try:
            with self._folder.open(NAME) as file:
                return file.read()
        except FileNotFoundError:
            return None

    def make(self) -> bytes:
        """The secret, made now where there is none yet, for its owner alone.

        Returns
        -------
        bytes
            Whoever comes second has that of who came first.
        """
        return self._folder.secret(NAME)

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
