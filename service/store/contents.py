"""What a table version holds, as a few digits: made by each import and kept in its commit."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import IO, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from boundaries.storage.data_folder import DataFolder
from service.delta_log.errors import DamagedFileError
from service.delta_log.log import read_commit

BATCH_ROWS = 65_536

_DIGITS = 2**64
_ROWS, _FACTS, _IMPORTS = "hotspots.rows", "hotspots.facts", "hotspots.imports"

Hashes = NDArray[np.uint64]
ImportRecord = Mapping[str, Any]
"""What one import read, wrote and rejected, as JSON can hold it."""


@dataclass(frozen=True)
class Content:
    """The rows of a table version and the facts about it, told apart from all others.

    Attributes
    ----------
    rows : int
        `rows_digest` of all rows.
    facts : str
        The description in the table's metadata.
    """

    rows: int
    facts: str

    def revision(self, version: int) -> str:
        """The number of the version and 16 hex digits of its content.

        A table that is deleted and made anew begins at version 0 again, and an answer kept
        from the old one must not pass for one of the new.

        Parameters
        ----------
        version : int
            Number of the version.

        Returns
        -------
        str
            Such as ``3-0f9a1c5e7b2d4680``.
        """
        digest = blake2b(f"{self.rows:016x} {self.facts}".encode(), digest_size=8)
        return f"{version}-{digest.hexdigest()}"

    def to_metadata(self, imports: Sequence[ImportRecord] = ()) -> dict[str, str]:
        """The content as metadata of the commit that makes the version.

        Parameters
        ----------
        imports : sequence of mapping
            The records of all imports so far, oldest first; where there are none nothing is
            stated about them.

        Returns
        -------
        dict of str to str
            For the Delta log.
        """
        metadata = {_ROWS: f"{self.rows:016x}", _FACTS: self.facts}
        if imports:
            metadata[_IMPORTS] = json.dumps([dict(record) for record in imports])
        return metadata


def committed_content(folder: DataFolder, version: int) -> Content | None:
    """The content that the commit of a version states; reads that commit's file and no other.

    Parameters
    ----------
    folder : DataFolder
        Of the table.
    version : int
        Number of the version.

    Returns
    -------
    Content or None
        None where another program has made the commit, an earlier release has, or none is
        there any more because a checkpoint has taken its place.
    """
    try:
        information = read_commit(folder, version).information
        return Content(int(information[_ROWS], 16), str(information[_FACTS]))
    except (FileNotFoundError, DamagedFileError, ValueError, KeyError, TypeError):
        return None


def committed_imports(folder: DataFolder, version: int) -> tuple[ImportRecord, ...] | None:
    """The records of all imports up to a version, as its commit states them.

    Parameters
    ----------
    folder : DataFolder
        Of the table.
    version : int
        Number of the version.

    Returns
    -------
    tuple of mapping, or None
        Oldest first; None where the commit states none or is not there.
    """
    try:
        return tuple(json.loads(read_commit(folder, version).information[_IMPORTS]))
    except (FileNotFoundError, DamagedFileError, ValueError, KeyError, TypeError):
        return None


def read_digest(content: memoryview) -> int:
    """The digest in a file.

    Parameters
    ----------
    content : memoryview
        What `write_digest` wrote.

    Returns
    -------
    int
        64 bits.

    Raises
    ------
    ValueError
        If there is no digest in it.
    """
    return int(bytes(content), 16)


def write_digest(digest: int, file: IO[bytes]) -> None:
    """Write a digest into an open file.

    Parameters
    ----------
    digest : int
        As of `rows_digest`.
    file : binary file
        Open for writing.
    """
    file.write(f"{digest:016x}".encode("ascii"))


def rows_digest(batches: Iterable[pa.RecordBatch]) -> int:
    """A digest of rows, in whatever order and files they are; 64 bits.

    Parameters
    ----------
    batches : iterable of pyarrow.RecordBatch
        Columns of text, bytes, numbers, truth values or times. A null counts as no column: a
        column that is added later, and null for older rows, changes nothing.

    Returns
    -------
    int
        The sum of a hash of each row, modulo 2**64.

    Notes
    -----
    A sum, so that the digest of a table is that of the table before, plus that of the rows
    added, minus that of the rows taken out: an import reads only what it replaces, one batch
    at a time. Equal digests of different rows come about by accident once in 2**64; nobody is
    kept from making them on purpose. Takes about 1 s per million rows, most of it for text
    that is different in every row.
    """
    total = 0
    for batch in batches:
        hashes = np.zeros(batch.num_rows, dtype=np.uint64)
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            hashes += _column_hashes(name, column)
        total += int(mixed(hashes).sum(dtype=np.uint64))
    return total % _DIGITS


def table_digest(rows: pa.Table) -> int:
    """The digest of rows in memory, as `rows_digest` gives it.

    Parameters
    ----------
    rows : pyarrow.Table
        Cut into batches, so that what is made of one stays in the processor's cache.

    Returns
    -------
    int
        64 bits.
    """
    return rows_digest(rows.to_batches(max_chunksize=BATCH_ROWS))


def _column_hashes(name: str, column: pa.Array) -> Hashes:
    """(n,) hashes of a column's name and values, 0 for null."""
    kind = column.type
    if pa.types.is_floating(kind):
        values = column.cast(pa.float64()).fill_null(0.0).to_numpy(zero_copy_only=False)
        bits = np.ascontiguousarray(values).view(np.uint64)
    elif pa.types.is_integer(kind) or pa.types.is_boolean(kind) or pa.types.is_timestamp(kind):
        values = column.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
        bits = np.ascontiguousarray(values).view(np.uint64)
    else:
        encoded = column if pa.types.is_dictionary(kind) else column.dictionary_encode()
        # The last stands for null.
        texts = _words([*encoded.dictionary.to_pylist(), None])
        bits = texts[encoded.indices.fill_null(len(texts) - 1).to_numpy(zero_copy_only=False)]
    hashes = mixed(bits ^ _words([name]))
    hashes[column.is_null().to_numpy(zero_copy_only=False)] = 0
    return hashes


def _words(values: Sequence[str | bytes | None]) -> Hashes:
    """64 bits of each text."""
    contents = (value.encode() if isinstance(value, str) else value or b"" for value in values)
    digests = [blake2b(content, digest_size=8).digest() for content in contents]
    return np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64)


def mixed(values: Hashes) -> Hashes:
    """The values with every bit depending on every other (the finaliser of SplitMix64).

    Parameters
    ----------
    values : (n,) uint64
        Any.

    Returns
    -------
    (n,) uint64
        Of the same length.
    """
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
