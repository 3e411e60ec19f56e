"""Whether a data folder holds the complete demonstration county; cheap to check at every start."""

import json
import os
from pathlib import Path
from typing import Literal

from service.store.errors import ReadOnlyDataError

SEED = 2019
GENERATOR_VERSION = 4  # counts up whenever the same seed makes another county

State = Literal["absent", "unfinished", "outdated", "complete", "foreign"]

MARKER, UNFINISHED = "demo.json", "demo.unfinished"
KINDS_OF_DATA = (
    "boundaries",
    "incidents",
    "measures",
    "sites",
    "events",
    "harm_indices",
    "flag_rules",
    "area_groups",
    "gazetteer",
    "roads",
    "background",
    "place_sets",
    "neighbours",
)


def demo_state(data_dir: Path, *, seed: int = SEED) -> State:
    """The state of the demonstration in a data folder.

    ``foreign`` is a folder with data but no marker of the demonstration; ``outdated`` a
    demonstration of another seed or generator version.
    """
    if (data_dir / UNFINISHED).exists():
        return "unfinished"
    marker = data_dir / MARKER
    if marker.exists():
        return "complete" if _is_current(marker, seed) else "outdated"
    return "foreign" if _has_data(data_dir) else "absent"


def write_marker(marker: Path, seed: int) -> None:
    """Write a marker, completely or not at all.

    Raises
    ------
    ReadOnlyDataError
        If it cannot be written.
    """
    try:
        marker.parent.mkdir(parents=True, exist_ok=True)
        partial = marker.with_name(f".{marker.name}.partial")
        with partial.open("w", encoding="utf-8") as file:
            json.dump(_content(seed), file)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(marker)
    except OSError as error:
        raise ReadOnlyDataError(str(marker.parent), error.strerror or str(error)) from None


def _is_current(marker: Path, seed: int) -> bool:
    """Whether a marker is for this seed and generator version."""
    try:
        content = json.loads(marker.read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return bool(content == _content(seed))


def _content(seed: int) -> dict[str, int]:
    """The content of a marker."""
    return {"seed": seed, "generator_version": GENERATOR_VERSION}


def _has_data(data_dir: Path) -> bool:
    """Whether anything has been imported into the folder."""
    folders = [data_dir / kind for kind in KINDS_OF_DATA]
    return any(folder.is_dir() and any(folder.iterdir()) for folder in folders)
