"""Keys of records, and of the cells that they are counted in."""

import hmac
import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Final

import numpy as np

from service.disclosure.perturbation import KEYS
from spatial.arrays import IntArray, frozen
from spatial.errors import InvalidParameterError, InvalidValuesError

SHORTEST_SECRET: Final = 32


def record_contents(columns: Sequence[Sequence[object]]) -> list[str]:
    """What each record says, in one text, the same however it came into a file.

    Parameters
    ----------
    columns : sequence of sequences
        Of what the source says of a record: when, where, what. Nothing that an import adds, such
        as the name of a file, the number of a row or the area that a place lies in. Plain Python
        values.
    """
    encode = json.JSONEncoder(default=str).encode
    return [encode(row) for row in zip(*columns, strict=True)]


def record_keys(
    secret: bytes, dataset: str, ids: Sequence[str | None], contents: Sequence[str]
) -> IntArray:
    """A key from 0 to 255 for each record, the same after every import.

    A record is named by its id, or else by its content. Records of the same name are numbered in
    the order of their contents, so that the order of the rows does not matter.

    Parameters
    ----------
    secret : bytes
        At least 32; without them nobody can work out the key of a record that they know.
    dataset : str
        The same record has another key in another dataset.
    ids : (n,) str or None
        As the source gives them.
    contents : (n,) str
        From `record_contents`.

    Returns
    -------
    (n,) int64
        The first byte of HMAC-SHA256.

    Raises
    ------
    InvalidParameterError
        If the secret is too short; the message does not contain it.
    InvalidValuesError
        If there are not as many ids as contents.
    """
    if len(secret) < SHORTEST_SECRET:
        raise InvalidParameterError(
            "secret", f"{len(secret)} bytes", f"at least {SHORTEST_SECRET} bytes long"
        )
    if len(ids) != len(contents):
        raise InvalidValuesError("ids", f"must be {len(contents)}, got {len(ids)}")
    names = [
        ("content", content) if name is None else ("id", name)
        for name, content in zip(ids, contents, strict=True)
    ]
    numbers = _numbers(names, contents)
    keys = np.empty(len(names), dtype=np.int64)
    for row, (kind, text) in enumerate(names):
        message = f"{dataset}\0{kind}\0{numbers.get(row, 0)}\0{text}"
        keys[row] = hmac.digest(secret, message.encode(), "sha256")[0]
    return keys


def _numbers(names: Sequence[tuple[str, str]], contents: Sequence[str]) -> dict[int, int]:
    """The number of each record that shares its name, by row."""
    shared = {name for name, times in Counter(names).items() if times > 1}
    rows = defaultdict(list)
    for row, name in enumerate(names):
        if name in shared:
            rows[name].append(row)
    return {
        row: number
        for same in rows.values()
        for number, row in enumerate(sorted(same, key=lambda row: contents[row]))
    }


def cell_keys(cells: IntArray, keys: IntArray, *, size: int) -> IntArray:
    """The key of each cell: the sum of its records' keys, modulo 256; 0 of an empty cell.

    Parameters
    ----------
    cells : (n,) int64
        The cell of each record, from 0; below 0: of none.
    keys : (n,) int64
        From `record_keys`.
    size : int
        Number of cells.
    """
    is_counted = cells >= 0
    sums = np.zeros(size, dtype=np.int64)
    np.add.at(sums, cells[is_counted], keys[is_counted])
    return np.asarray(frozen(sums % KEYS))
