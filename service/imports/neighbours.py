"""Imports neighbours of areas: GAL, GWT, or delimited text."""

import csv
import dataclasses
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from boundaries.layers.layer import Layer
from service.imports.files.delimited import DelimitedFile, read_delimited
from service.imports.files.single_file import FileOptions, list_rejects, read_rows, summary_of
from service.imports.files.sources import regular_file
from service.imports.files.summary import ImportSummary
from service.store.errors import ImportRefusedError
from service.store.reference.neighbours import NeighbourStore
from service.store.source_files import SourceFile
from spatial.arrays import AnyArray

COLUMNS: Final = {
    "code": ("code", "area", "area_code", "focal", "from", "origin"),
    "neighbour": ("neighbour", "neighbor", "neighbour_code", "to", "target"),
    "weight": ("weight", "w"),
}
_HEADER: Final = ("code", "neighbour", "weight")
_Read = Callable[[str, str], Iterator[tuple[str, str, str]]]


@dataclass(frozen=True, kw_only=True)
class NeighbourOptions(FileOptions):
    """Options of an import of neighbours.

    Attributes
    ----------
    name : str
        That questions ask for them by, as ``imported:name``.
    """

    name: str


def import_neighbours(
    store: NeighbourStore, path: Path, layer: Layer, options: NeighbourOptions
) -> ImportSummary:
    """Import the neighbours of a layer's areas, all in one commit.

    Parameters
    ----------
    store : NeighbourStore
        Where they go.
    path : Path
        ``.gal`` or ``.gwt``, or delimited text with a row for each link and a header; see
        `COLUMNS`. A row without a neighbour, or with the area itself, is of an area that may have
        none.
    layer : Layer
        The areas; a code that it does not have is rejected.
    options : NeighbourOptions
        Name, source, licence and limits.

    Returns
    -------
    ImportSummary
        Counts, rejects and notes.

    Raises
    ------
    ImportRefusedError
        If the file cannot be read, a column is missing, or too many rows are unusable.
    AlreadyImportedError, SameNameError, NeighboursExistError
        Without ``options.replace``, if the file or the name is loaded already.
    DatasetSettingsError
        If the name is not one that can be asked for.
    """
    read = {".gal": _gal, ".gwt": _gwt}.get(path.suffix.lower())
    contents = read_rows(path, options) if read is None else _converted(path, read, options)
    store.check_import(contents.file, replace=options.replace)
    names = contents.usual_names(COLUMNS, ("code", "neighbour"))
    rows, notes = _rows(contents, names, layer)
    rejects_path = list_rejects(
        contents, path, options, store_folder=store.folder, stem="neighbours"
    )
    options.progress("writing", 0.8)
    committed = store.append(
        rows,
        layer=layer.layer_id,
        name=options.name,
        file=contents.file,
        source=options.source,
        licence=options.licence,
        replace=options.replace,
    )
    options.progress("done", 1.0)
    return summary_of(
        contents,
        committed,
        kind="neighbours",
        target=f"imported:{options.name} of layer {layer.layer_id}",
        written=rows.num_rows,
        rejects_path=rejects_path,
        notes=(*contents.unused_notes(names.values()), *notes),
    )


def _rows(
    contents: DelimitedFile, names: dict[str, str], layer: Layer
) -> tuple[pa.Table, list[str]]:
    """The usable rows, with the columns of the table, and what is said of them."""
    check, rows = contents.check, contents.table
    known = pa.array(layer.codes, pa.string())
    code, neighbour = (rows.column(names[field]) for field in ("code", "neighbour"))
    for field, text in (("code", code), ("neighbour", neighbour)):
        contents.reject_long(names[field])
        is_known = pc.or_(text.is_null(), pc.is_in(text, value_set=known))
        reason = f"is no area of layer {layer.layer_id}"
        check.reject(~is_known.to_numpy(), names[field], text, reason)
    check.reject(code.is_null().to_numpy(), names["code"], code, "is blank")
    own = _objects(code) == _objects(neighbour)
    has_neighbour = ~own & ~neighbour.is_null().to_numpy()
    weight = np.where(has_neighbour, 1.0, np.nan)
    if "weight" in names:
        text = rows.column(names["weight"])
        values = contents.numbers(names["weight"], None).values
        is_wrong = has_neighbour & ~(np.isfinite(values) & (values > 0.0))
        check.reject(is_wrong, names["weight"], text, "is no number above 0")
        weight = np.where(has_neighbour, values, np.nan)
    links = list(zip(code.to_pylist(), neighbour.to_pylist(), strict=True))
    seen: set[tuple[str, str]] = set()
    is_repeat = np.zeros(rows.num_rows, np.bool_)
    for row in np.flatnonzero(check.usable).tolist():
        is_repeat[row] = links[row] in seen
        seen.add(links[row])
    check.reject(is_repeat, names["neighbour"], neighbour, "is a neighbour already")
    one_way = sum(1 for a, b in seen if b is not None and a != b and (b, a) not in seen)
    of_layer = len(set(layer.codes) - {area for link in seen for area in link})
    notes = []
    if one_way:
        notes.append(f"{one_way:,} links lead one way: the neighbour does not have the area")
    if of_layer:
        notes.append(
            f"{of_layer:,} areas of the layer are not in the file: they have no neighbour"
        )
    table = pa.table(
        {
            "code": code,
            "neighbour": pa.array(_objects(neighbour), pa.string(), mask=~has_neighbour),
            "weight": pa.array(weight, from_pandas=True),
            "source_row": pa.array(check.row_numbers),
        }
    )
    return check.usable_rows(table), notes


def _objects(text: pa.ChunkedArray) -> AnyArray:
    """A column of text as objects, None where blank."""
    return np.array([*text.to_pylist(), None], dtype=object)[:-1]


def _converted(path: Path, read: _Read, options: FileOptions) -> DelimitedFile:
    """A file of links as delimited text."""
    options.progress("reading", 0.0)
    content = regular_file(path, options.limits).read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ImportRefusedError(path.name, "is not text in UTF-8") from error
    lines = io.StringIO()
    writer = csv.writer(lines)
    writer.writerow(_HEADER)
    writer.writerows(read(text, path.name))
    rows = read_delimited(
        lines.getvalue().encode(), name=path.name, delimiter=",", limits=options.limits
    )
    return dataclasses.replace(rows, file=SourceFile.of(path.name, content))


def _gal(text: str, name: str) -> Iterator[tuple[str, str, str]]:
    """The links of a GAL file: of each area its code, how many neighbours, and their codes."""
    header, *rest = text.splitlines() or [""]
    words = " ".join(rest).split()
    areas = _areas(header, name)
    position = 0
    for number in range(1, areas + 1):
        code, count = (*words[position : position + 2], "", "")[:2]
        if not (count.isascii() and count.isdigit()):
            raise ImportRefusedError(
                name,
                f"area {number} of {areas} must have its code and the number of its neighbours, "
                f"got {code!r} and {count!r}",
            )
        neighbours = words[position + 2 : position + 2 + int(count)]
        if len(neighbours) < int(count):
            raise ImportRefusedError(
                name, f"ends within area {code!r}, which has {count} neighbours"
            )
        yield from ((code, neighbour, "1") for neighbour in neighbours or [""])
        position += 2 + int(count)
    if position < len(words):
        raise ImportRefusedError(
            name, f"has more than the {areas} areas that its first line states"
        )


def _gwt(text: str, name: str) -> Iterator[tuple[str, str, str]]:
    """The links of a GWT file: two codes and a weight in each line."""
    header, *rest = text.splitlines() or [""]
    _areas(header, name)
    for number, line in enumerate(rest, start=2):
        words = line.split()
        if words and len(words) != 3:
            raise ImportRefusedError(
                name, f"line {number} must have two codes and a weight, got {line[:80]!r}"
            )
        if words:
            yield words[0], words[1], words[2]


def _areas(header: str, name: str) -> int:
    """The number of areas in the first line: alone, or behind a 0."""
    words = header.split()
    count = words[1] if len(words) > 1 else (words or [""])[0]
    if not (count.isascii() and count.isdigit()):
        raise ImportRefusedError(
            name,
            f"must begin with the number of areas, or 0 and that number, got {header[:80]!r}",
        )
    return int(count)
