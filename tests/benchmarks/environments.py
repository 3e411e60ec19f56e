"""Environments of their own for peers whose requirements are not ours."""

import hashlib
import subprocess
import sys
import tempfile
import venv
from pathlib import Path


def environment_of(name: str, requirements: list[str]) -> Path | None:
    """The Python of an environment with some packages, made once outside the repository.

    Parameters
    ----------
    name : str
        Of the peer.
    requirements : list of str
        As pip takes them.

    Returns
    -------
    Path or None
        None where they cannot be installed; the reason is printed.
    """
    digest = hashlib.sha256("\n".join(requirements).encode()).hexdigest()[:8]
    folder = Path(tempfile.gettempdir()) / f"hotspots-bench-{name}-{digest}"
    python = folder / "bin" / "python"
    done = folder / ".done"
    if done.exists():
        return python
    print(f"installing {name} in {folder} ...", flush=True)
    venv.create(folder, with_pip=True, clear=True)
    found = subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements],
        capture_output=True,
        text=True,
        check=False,
    )
    if found.returncode:
        print(f"{name}: {found.stderr.strip().splitlines()[-1:]} ({sys.version.split()[0]})")
        return None
    done.touch()
    return python
