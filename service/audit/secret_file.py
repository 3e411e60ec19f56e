"""A secret of this installation, made when it is first needed."""

import os
import secrets
from pathlib import Path


def secret_of(path: Path) -> bytes:
    """The 32 bytes in a file that only its owner may read; made if there is none."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        partial = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}")
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(descriptor, secrets.token_bytes(32))
        finally:
            os.close(descriptor)
        try:
            os.link(partial, path)  # as a whole, and never over one that another process made
        except FileExistsError:
            pass
        finally:
            partial.unlink()
    return path.read_bytes()
