"""Lookups between the areas of two layers: LSOA 2011 to 2021, or parts to their wholes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from boundaries.changes.vintages import IRREGULAR, MERGED, SPLIT, UNCHANGED, Changes, changes
from service.imports.files.delimited import Delimited, read_delimited
from service.imports.files.summary import Progress, silent
from service.store.errors import DatasetSettingsError, ImportRefusedError
from service.store.lookups import BY_AREA, LookupKey, LookupStore, is_change_of_vintage

NAMED = 5


@dataclass(frozen=True)
class LookupOptions:
    """What an import of a lookup can be told.

    Attributes
    ----------
    key : LookupKey
        The two layers; neither need be imported.
    from_field, to_field : str
        Columns with the codes of the two.
    change_field : str or None
        Column with the change codes U, S, M and X; where it is given they are checked against
        what the pairs of codes say.
    weight : str
        By what a split area is shared: ``area``, or a measure of the layer it is shared to,
        as ``name`` or ``name:period``.
    codes : mapping of str to collection of str
        Codes of the layers that are imported, by layer; the lookup is compared with them.
    replace : bool
        Put the pairs in the place of those of the same two layers.
    """

    key: LookupKey
    from_field: str
    to_field: str
    change_field: str | None = None
    weight: str = BY_AREA
    source: str = ""
    licence: str = ""
    codes: Mapping[str, Collection[str]] | None = None
    delimiter: str | None = None
    replace: bool = False
    progress: Progress = silent


@dataclass(frozen=True, eq=False)
class LookupImport:
    """What an import of a lookup did.

    Attributes
    ----------
    changes : Changes
        The pairs as they are at rest now.
    rows : int
        Rows read; a pair that is there twice counts once in `changes`.
    replaced : int
        Pairs that were there before.
    notes : tuple of str
        How the codes relate to the layers that are imported.
    """

    key: LookupKey
    changes: Changes
    weight: str
    version: int
    rows: int
    replaced: int
    notes: tuple[str, ...]

    def lines(self) -> tuple[str, ...]:
        """The summary in plain sentences, one per line."""
        one, found = self.key, self.changes
        said = [
            f"lookup imported: {one.from_layer} to {one.to_layer}, version {self.version}",
            (
                f"{self.rows:,} rows read, {len(found.old):,} pairs written: "
                f"{len(found.old_codes):,} areas of {one.from_layer}, "
                f"{len(found.new_codes):,} of {one.to_layer}"
            ),
            self._kinds(),
        ]
        if self.replaced:
            said.append(f"{self.replaced:,} pairs imported before were replaced")
        if bool((np.bincount(found.old) > 1).any()):
            said.append(f"what belongs to an area that was split is shared by {self.weight}")
        if is_change_of_vintage(found):
            said.append("most areas are unchanged, so it is used in both directions")
        else:
            said.append(f"it is used from {one.from_layer} to {one.to_layer} only")
        return (*said, *self.notes)

    def _kinds(self) -> str:
        """How many areas are unchanged, split, merged, or neither."""
        found = self.changes

        def areas(kind: str) -> tuple[int, int]:
            of_kind = found.kind == kind
            return len(np.unique(found.old[of_kind])), len(np.unique(found.new[of_kind]))

        parts = [f"{areas(UNCHANGED)[0]:,} unchanged"]
        for kind, verb in ((SPLIT, "split into"), (MERGED, "merged to"), (IRREGULAR, "became")):
            old, new = areas(kind)
            if old:
                irregular = ", in no simple way" if kind == IRREGULAR else ""
                parts.append(f"{old:,} {verb} {new:,}{irregular}")
        return "; ".join(parts)


def import_lookup(store: LookupStore, path: Path, options: LookupOptions) -> LookupImport:
    """Read a lookup between two layers and keep it, all or nothing.

    Parameters
    ----------
    store : LookupStore
        Where lookups are.
    path : Path
        Delimited text with a header, one row per pair of codes.
    options : LookupOptions

    Raises
    ------
    LookupExistsError
        Without ``options.replace``, if there is a lookup between the two layers.
    ImportRefusedError
        If the file cannot be read, lacks a column, or has no code that an imported layer has.
    LookupMismatchError
        If a row has no code, or a change code is not what the pairs say.
    DatasetSettingsError
        If a name cannot be a layer's, or the weight not a measure's.
    """
    _check_weight(options.weight)
    store.check_import(options.key, replace=options.replace)
    options.progress("reading", 0.0)
    read = _read(path, options.delimiter)
    columns = {
        "from_code": _texts(read, options.from_field, "--from-field"),
        "to_code": _texts(read, options.to_field, "--to-field"),
        "change": [""] * read.table.num_rows
        if options.change_field is None
        else _texts(read, options.change_field, "--change-field"),
    }
    numbers = read.check.row_numbers
    options.progress("checking", 0.4)
    found = changes(zip(*columns.values(), strict=True), label=path.name, numbers=numbers.tolist())
    _check_direction(found, options, path)
    notes = (
        *read.notes,
        *_compared(found.old_codes, options.key.from_layer, options, path),
        *_compared(found.new_codes, options.key.to_layer, options, path),
    )
    rows = pa.table({**columns, "source_row": pa.array(numbers)})
    options.progress("writing", 0.6)
    committed = store.append(
        options.key,
        _once(rows),
        file=read.file,
        weight=options.weight,
        source=options.source,
        licence=options.licence,
        replace=options.replace,
    )
    options.progress("done", 1.0)
    return LookupImport(
        key=options.key,
        changes=found,
        weight=options.weight,
        version=committed.version,
        rows=read.rows_read,
        replaced=committed.rows_replaced,
        notes=notes,
    )


def _read(path: Path, delimiter: str | None) -> Delimited:
    """The file; a record that is not whole is refused, none is left out."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ImportRefusedError(str(path), f"cannot be read: {error.strerror}") from error
    read = read_delimited(content, name=path.name, delimiter=delimiter)
    if read.malformed:
        raise ImportRefusedError(str(path), f"{read.check.rejects[0]}")
    return read


def _texts(read: Delimited, field: str, option: str) -> list[str]:
    """A column as text, blank where there is nothing."""
    return [value or "" for value in read.column(field, option).to_pylist()]


def _once(rows: pa.Table) -> pa.Table:
    """The rows with each pair of codes once, the first of equals."""
    pairs = rows.group_by(["from_code", "to_code"], use_threads=False).aggregate(
        [("change", "first"), ("source_row", "first")]
    )
    return pairs.rename_columns({"change_first": "change", "source_row_first": "source_row"})


def _check_direction(found: Changes, options: LookupOptions, path: Path) -> None:
    """Raise ImportRefusedError where the codes fit the two layers better the other way round."""
    codes, key = options.codes or {}, options.key
    old, new = codes.get(key.from_layer), codes.get(key.to_layer)
    if old is None or new is None:
        return
    fit = len(set(found.old_codes) & set(old)) + len(set(found.new_codes) & set(new))
    swapped = len(set(found.old_codes) & set(new)) + len(set(found.new_codes) & set(old))
    if swapped > fit:
        raise ImportRefusedError(
            str(path),
            f"the codes in {options.from_field} fit {key.to_layer} better than "
            f"{key.from_layer}, and those in {options.to_field} the other way round: are "
            "--from-field and --to-field swapped?",
        )


def _compared(
    codes: tuple[str, ...], layer: str, options: LookupOptions, path: Path
) -> tuple[str, ...]:
    """How the codes of one side relate to the layer, if it is imported."""
    known = (options.codes or {}).get(layer)
    if known is None:
        return (f"layer {layer} is not imported: its codes were not compared",)
    of_layer = set(known)
    common = of_layer.intersection(codes)
    if not common:
        raise ImportRefusedError(
            str(path),
            f"none of its codes for {layer} is a code of that layer: it has {codes[0]!r}, the "
            f"layer has {min(of_layer)!r}. Are the fields and layers the right way round?",
        )
    said = []
    absent = sorted(of_layer - common)
    if absent:
        more = ", ..." if len(absent) > NAMED else ""
        said.append(
            f"{len(absent):,} of the {len(of_layer):,} areas of {layer} are not in it: "
            f"{', '.join(absent[:NAMED])}{more}"
        )
    else:
        said.append(f"all {len(of_layer):,} areas of {layer} are in it")
    beyond = len(codes) - len(common)
    if beyond:
        said.append(f"{beyond:,} of its codes for {layer} are not in that layer")
    return tuple(said)


def _check_weight(weight: str) -> None:
    """Raise DatasetSettingsError unless a weight can be looked for."""
    name, colon, period = weight.partition(":")
    if not name or (colon and not period):
        raise DatasetSettingsError("--weight", weight, "area, or a measure as name or name:period")
