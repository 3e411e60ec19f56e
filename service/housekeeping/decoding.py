"""What a file holds, decoded: pages, dictionaries, statistics, logs, caches and archives."""

import base64
import contextlib
import csv
import gzip
import io
import json
import struct
import tarfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

Part = tuple[str, bytes]
"""Where in a file, and the bytes that stand there once they are decoded."""

CHECKSUM_BYTES, CHECKSUM_MARK = 8, b"crc "
CELLS = b"\n"  # between the cells of a column
WORDS = b"\x1f"  # between other texts
_JSON_STARTS = (b"{", b"[")


class UndecodableError(Exception):
    """A file that says of itself what it is, and is not."""


def parts(path: Path) -> Iterator[Part]:
    """Everything a file holds: its bytes as they are, and what they decode to.

    Parameters
    ----------
    path : Path
        Of any file. What it is, its first bytes say; its name is not trusted.

    Yields
    ------
    tuple of str and bytes
        Where, and the bytes.

    Raises
    ------
    UndecodableError
        If it begins as a known kind of file and cannot be decoded; its bytes come first.
    """
    yield from _parts(path.read_bytes(), "")


def _parts(content: bytes, where: str) -> Iterator[Part]:
    """The bytes of a file or of a member of an archive, and what they decode to."""
    yield where or "bytes", content
    if content[-CHECKSUM_BYTES:].startswith(CHECKSUM_MARK):  # of a cache
        content = content[:-CHECKSUM_BYTES]
    try:
        if content[:4] == b"PAR1":
            yield from _parquet(content, where)
        elif _is_archive(content):
            for member_where, member in _members(content, where):
                yield from _parts(member, member_where)
        elif content[:6] == b"\x93NUMPY":
            yield from _numpy(content, where)
        elif content[:7] == b"PMTiles":
            yield from _tiles(content, where)
        else:
            yield from _text(content, where)
    except UndecodableError:
        raise
    except Exception as error:  # readers raise whatever a damaged file makes them
        raise UndecodableError(f"{where}{error}") from error


def _is_archive(content: bytes) -> bool:
    """Whether bytes are those of a zip, of a tar or of something packed by gzip."""
    is_packed = content.startswith((b"PK\x03\x04", b"\x1f\x8b"))
    return is_packed or content[257:262] == b"ustar"


def _members(content: bytes, where: str) -> Iterator[Part]:
    """The files in an archive."""
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield f"{where}{name}: ", archive.read(name)
    elif content[:2] == b"\x1f\x8b":
        yield f"{where}gzip: ", gzip.decompress(content)
    else:
        with tarfile.open(fileobj=io.BytesIO(content)) as tar:
            for member in tar:
                file = tar.extractfile(member)
                if file is not None:
                    yield f"{where}{member.name}: ", file.read()


def tables(path: Path) -> Iterator[tuple[str, pa.Table]]:
    """What a file holds in rows: the tables of Parquet, and arrays that are equally long.

    Parameters
    ----------
    path : Path
        Of any file.

    Yields
    ------
    tuple of str and pyarrow.Table
        Where, and columns of numbers, times and bytes; the others are left out.

    Raises
    ------
    UndecodableError
        If it begins as a known kind of file and cannot be decoded.
    """
    try:
        yield from _tables(path.read_bytes(), "")
    except (pa.ArrowException, ValueError, zipfile.BadZipFile, tarfile.TarError, EOFError) as e:
        raise UndecodableError(str(e)) from e


def _tables(content: bytes, where: str) -> Iterator[tuple[str, pa.Table]]:
    """The tables in a file or in a member of an archive."""
    if content[-CHECKSUM_BYTES:].startswith(CHECKSUM_MARK):
        content = content[:-CHECKSUM_BYTES]
    if content[:4] == b"PAR1":
        file = pq.ParquetFile(pa.BufferReader(content))
        names = [field.name for field in file.schema_arrow if _has_values(field.type)]
        for group in range(file.num_row_groups):
            yield f"{where}rows", file.read_row_group(group, columns=names)
    elif _is_archive(content):
        arrays: dict[int, list[NDArray[Any]]] = {}
        for member_where, member in _members(content, where):
            for array in _columns(member):
                arrays.setdefault(len(array), []).append(array)
            yield from _tables(member, member_where)
        yield from ((f"{where}arrays", _as_table(columns)) for columns in arrays.values())
    else:
        columns = list(_columns(content))
        if columns:
            yield f"{where}array", _as_table(columns)


def _has_values(kind: pa.DataType) -> bool:
    """Whether a column may hold a place or a time."""
    is_time = pa.types.is_timestamp(kind) or pa.types.is_date(kind)
    return bool(is_time or pa.types.is_floating(kind) or pa.types.is_binary(kind))


def _columns(content: bytes) -> Iterator[NDArray[Any]]:
    """The columns of numbers and times of a stored array; none of anything else."""
    if content[-CHECKSUM_BYTES:].startswith(CHECKSUM_MARK):
        content = content[:-CHECKSUM_BYTES]
    if content[:6] != b"\x93NUMPY":
        return
    array = np.load(io.BytesIO(content), allow_pickle=False)
    for part in [array] if array.dtype.names is None else [array[n] for n in array.dtype.names]:
        if part.ndim in (1, 2) and part.dtype.kind in "fM":
            kind = "M8[us]" if part.dtype.kind == "M" else "f8"
            yield from part.reshape(len(part), -1).T.astype(kind)


def _as_table(columns: list[NDArray[Any]]) -> pa.Table:
    """Equally long arrays as a table."""
    return pa.table({str(number): column for number, column in enumerate(columns)})


def _parquet(content: bytes, where: str) -> Iterator[Part]:
    """Pages, dictionaries with values that no row uses any more, statistics and metadata."""
    source = pa.BufferReader(content)
    schema = pq.read_schema(source)
    texts = [field.name for field in schema if is_text(field.type)]
    file = pq.ParquetFile(source, read_dictionary=texts)
    for key, value in (file.metadata.metadata or {}).items():
        decoded = base64.b64decode(value) if key == b"ARROW:schema" else value
        yield f"{where}metadata {key.decode(errors='replace')}", decoded
        yield from _json(decoded, f"{where}metadata")
    for group in range(file.num_row_groups):
        facts = file.metadata.row_group(group)
        limits = [facts.column(i).statistics for i in range(facts.num_columns)]
        ends = [v for s in limits if s is not None and s.has_min_max for v in (s.min, s.max)]
        yield f"{where}statistics", WORDS.join(_bytes_of(value) for value in ends)
        rows = file.read_row_group(group)
        for name, column in zip(rows.column_names, rows.columns, strict=True):
            for chunk in column.chunks:
                for part in column_bytes(chunk):
                    yield f"{where}column {name}", part
                    yield from _json(part, f"{where}column {name}")


def column_bytes(array: pa.Array) -> Iterator[bytes]:
    """The values of an Arrow array as bytes, whatever is nested in it.

    Parameters
    ----------
    array : pyarrow.Array
        Of any type. Of a dictionary all values come, used or not.

    Yields
    ------
    bytes
        Distinct texts with line breaks between them; numbers and times (microseconds) of 64
        bits one after the other.
    """
    kind = array.type
    if pa.types.is_dictionary(kind):
        yield from column_bytes(array.dictionary)
    elif pa.types.is_struct(kind):
        for child in array.flatten():
            yield from column_bytes(child)
    elif pa.types.is_map(kind):
        yield from column_bytes(array.keys)
        yield from column_bytes(array.items)
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind):
        yield from column_bytes(array.flatten())
    elif is_text(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        values = pc.unique(array).drop_null().to_pylist()
        yield CELLS.join(v.encode() if isinstance(v, str) else v for v in values)
    elif pa.types.is_timestamp(kind):
        yield _numbers(array.cast(pa.timestamp("us", kind.tz), safe=False).cast(pa.int64()))
    elif pa.types.is_floating(kind):
        yield _numbers(array.cast(pa.float64()))
    elif pa.types.is_int64(kind):
        yield _numbers(array)


def is_text(kind: pa.DataType) -> bool:
    """Whether a type is that of texts.

    Parameters
    ----------
    kind : pyarrow.DataType
        Of a column.

    Returns
    -------
    bool
        False for bytes.
    """
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _numbers(array: pa.Array) -> bytes:
    """Numbers of 64 bits without the nulls."""
    values: bytes = array.drop_null().to_numpy(zero_copy_only=False).tobytes()
    return values


def _bytes_of(value: Any) -> bytes:
    """A value of the statistics as it stands in a column."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, float):
        return struct.pack("<d", value)
    if hasattr(value, "isoformat"):
        return np.datetime64(value, "us").tobytes()
    return str(value).encode()


def _numpy(content: bytes, where: str) -> Iterator[Part]:
    """An array: texts of one have four bytes for each character."""
    array = np.load(io.BytesIO(content), allow_pickle=False)
    if array.dtype.kind in "US":
        yield f"{where}array", WORDS.join(str(value).encode() for value in array.ravel())
    else:
        yield f"{where}array", np.ascontiguousarray(array).tobytes()


def _tiles(content: bytes, where: str) -> Iterator[Part]:
    """The tiles of an archive, its directory and its metadata."""
    from pmtiles.reader import MemorySource, Reader, all_tiles

    source: Any = MemorySource(content)  # type: ignore[no-untyped-call]
    metadata = Reader(source).metadata()  # type: ignore[no-untyped-call]
    yield f"{where}metadata", json.dumps(metadata, ensure_ascii=False).encode()
    for place, tile in all_tiles(source):  # type: ignore[no-untyped-call]
        yield from _parts(tile, f"{where}tile {'/'.join(map(str, place))}: ")


def _text(content: bytes, where: str) -> Iterator[Part]:
    """JSON, JSON by line, or CSV: without the marks and escapes that could hide a value."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return
    decoded = list(_json(content, where))
    if decoded:
        yield from decoded
    elif '"' in text:
        cells = (cell for row in csv.reader(io.StringIO(text)) for cell in row)
        yield f"{where}cells", WORDS.join(cell.encode() for cell in cells)


def _json(content: bytes, where: str) -> Iterator[Part]:
    """The texts in what is JSON as a whole or line by line, and in texts that are JSON again."""
    texts: list[str] = []
    if content.lstrip().startswith(_JSON_STARTS):
        with contextlib.suppress(ValueError):
            texts = list(_strings(json.loads(content)))
    for line in () if texts else content.splitlines():
        if line.startswith(_JSON_STARTS):
            with contextlib.suppress(ValueError):
                texts += _strings(json.loads(line))
    if texts:
        yield f"{where}JSON", WORDS.join(text.encode() for text in texts)


def _strings(value: Any) -> Iterator[str]:
    """All texts in a JSON value."""
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list):
        for item in value:
            yield from _strings(item)
    elif isinstance(value, str):
        yield value
        if value.startswith(("{", "[")):
            with contextlib.suppress(ValueError):
                yield from _strings(json.loads(value))
    elif isinstance(value, float):
        yield repr(value)


def table_parts(tables: Iterable[pa.Table]) -> Iterator[bytes]:
    """The values of tables in memory, as `parts` gives those of a file.

    Parameters
    ----------
    tables : iterable of pyarrow.Table
        With any columns.

    Yields
    ------
    bytes
        See `column_bytes`.
    """
    for table in tables:
        for column in table.columns:
            for chunk in column.chunks:
                yield from column_bytes(chunk)
