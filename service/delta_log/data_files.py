"""Data files of a Delta table: written to the disk, and compared with their digest when read."""

import hashlib
import uuid
from functools import partial

import pyarrow as pa
import pyarrow.parquet as pq

from boundaries.storage.data_folder import DataFolder
from service.delta_log.errors import DamagedFileError
from service.delta_log.log import DataFile

_CHUNK_BYTES = 2**20
_digest = partial(hashlib.blake2b, digest_size=16)


def write_data_file(folder: DataFolder, rows: pa.Table) -> DataFile:
    """Write rows into a new file, and wait until it is on disk.

    Parameters
    ----------
    folder : DataFolder
        Of the table.
    rows : pyarrow.Table
        With the columns of the table.

    Returns
    -------
    DataFile
        With the digest of its bytes, made before they reached the disk.

    Raises
    ------
    OSError
        If the disk cannot be written; nothing is left behind.
    """
    sink = pa.BufferOutputStream()
    pq.write_table(rows, sink)
    content = sink.getvalue()
    name = f"part-{uuid.uuid4()}.snappy.parquet"
    folder.write(name, lambda file: file.write(content), durable=True)
    return DataFile(name, content.size, _digest(content).hexdigest())


def check_data_file(folder: DataFolder, file: DataFile) -> None:
    """Refuse a data file that is not what was written; reads all of it.

    Parameters
    ----------
    folder : DataFolder
        Of the table.
    file : DataFile
        Only its size is compared where its commit states no digest.

    Raises
    ------
    DamagedFileError
        If it is missing, or has another size or digest.
    """
    status = folder.status(file.name)
    if status is None:
        raise DamagedFileError(file.name, "is missing")
    if status.size != file.size:
        reason = f"has {status.size:,} bytes instead of {file.size:,}"
        raise DamagedFileError(file.name, reason)
    if file.digest is not None:
        digest = _digest()
        with folder.open(file.name) as content:
            while chunk := content.read(_CHUNK_BYTES):
                digest.update(chunk)
        if digest.hexdigest() != file.digest:
            raise DamagedFileError(
                file.name, "has other bytes than were written: its digest differs"
            )
