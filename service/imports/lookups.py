"""Imports lookups between the areas of two layers, such as LSOA 2011 to 2021."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from boundaries.changes.vintages import IRREGULAR, MERGED, SPLIT, UNCHANGED, Changes, changes
from boundaries.layers.codes import CodeIndex
from service.config.settings import ImportSettings
from service.imports.files.delimited import DelimitedFile, read_delimited
from service.imports.files.sources import LIMITS, regular_file
from service.imports.files.summary import Progress, silent
from service.store.errors import DatasetSettingsError, ImportRefusedError
from service.store.reference.lookups import BY_AREA, LookupKey, LookupStore, is_change_of_vintage

NAMED = 5


@dataclass(frozen=True)
class LookupOptions:
    """Options of an import of a lookup.

    Attributes
    ----------
    key : LookupKey
        The two layers; neither needs to be imported.
    from_field, to_field : str
        Columns with the codes of the two layers.
    change_field : str or None
        Column with the change codes U, S, M and X. If given, they are checked against the pairs.
    weight : str
        How counts of a split area are shared among its parts: ``area``, or a measure of the target
        layer as ``name`` or ``name:period``.
    codes : mapping of str to collection of str
        Codes of the imported layers, by layer; the lookup is compared with them.
    replace : bool
        Replace the existing pairs of the same two layers.
    limits : ImportSettings
        What reading the file may take.
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
    limits: ImportSettings = LIMITS
    progress: Progress = silent


@dataclass(frozen=True, eq=False)
class LookupImport:
    """Result of an import of a lookup.

    Attributes
    ----------
    changes : Changes
        The pairs as they were stored.
    rows : int
        Rows read; a repeated pair counts once in `changes`.
    replaced : int
        Pairs that were stored before.
    notes : tuple of str
        How the codes relate to the imported layers.
    """

    key: LookupKey
    changes: Changes
    weight: str
    version: int
    rows: int
    replaced: int
    notes: tuple[str, ...]

    def lines(self) -> tuple[str, ...]:
        """The summary in plain sentences, one per line.

        Returns
        -------
        tuple of str
            Pairs and areas first, then how the lookup will be used, then the notes.
        """
        key, changes = self.key, self.changes
        lines = [
            f"lookup imported: {key.from_layer} to {key.to_layer}, version {self.version}",
            (
                f"{self.rows:,} rows read, {len(changes.old):,} pairs written: "
                f"{len(changes.old_codes):,} areas of {key.from_layer}, "
                f"{len(changes.new_codes):,} of {key.to_layer}"
            ),
            self._kinds(),
        ]
        if self.replaced:
            lines.append(f"{self.replaced:,} pairs imported before were replaced")
        if bool((np.bincount(changes.old) > 1).any()):
            lines.append(f"what belongs to an area that was split is shared by {self.weight}")
        if is_change_of_vintage(changes):
            lines.append("most areas are unchanged, so it is used in both directions")
        else:
            lines.append(f"it is used from {key.from_layer} to {key.to_layer} only")
        return (*lines, *self.notes)

    def _kinds(self) -> str:
        """How many areas are unchanged, split, merged, or neither."""
        changes = self.changes

        def areas(kind: str) -> tuple[int, int]:
            is_kind = changes.kind == kind
            return len(np.unique(changes.old[is_kind])), len(np.unique(changes.new[is_kind]))

        parts = [f"{areas(UNCHANGED)[0]:,} unchanged"]
        for kind, verb in ((SPLIT, "split into"), (MERGED, "merged to"), (IRREGULAR, "became")):
            old_count, new_count = areas(kind)
            if old_count:
                irregular = ", with no simple relation" if kind == IRREGULAR else ""
                parts.append(f"{old_count:,} {verb} {new_count:,}{irregular}")
        return "; ".join(parts)


def import_lookup(store: LookupStore, path: Path, options: LookupOptions) -> LookupImport:
    """Read a lookup between two layers and store it, completely or not at all.

    Parameters
    ----------
    store : LookupStore
        Where lookups are stored.
    path : Path
        DelimitedFile text with a header, one row per pair of codes.
    options : LookupOptions
        Layers, columns and what to do with an existing lookup.

    Returns
    -------
    LookupImport
        The stored pairs and their version.

    Raises
    ------
    LookupExistsError
        Without ``options.replace``, if there is a lookup between the two layers.
    ImportRefusedError
        If the file cannot be read, lacks a column, or has no code that an imported layer has.
    LookupMismatchError
        If a row has no code, or a change code contradicts the pairs.
    DatasetSettingsError
        If a name is not valid for a layer, or the weight not for a measure.
    """
    _check_weight(options.weight)
    store.check_import(options.key, replace=options.replace)
    options.progress("reading", 0.0)
    contents = read_lookup(path, options.delimiter, options.limits)
    codes, key = options.codes or {}, options.key
    columns = {
        "from_code": column_texts(
            contents, options.from_field, "--from-field", codes.get(key.from_layer, ())
        ),
        "to_code": column_texts(
            contents, options.to_field, "--to-field", codes.get(key.to_layer, ())
        ),
        "change": [""] * contents.table.num_rows
        if options.change_field is None
        else column_texts(contents, options.change_field, "--change-field"),
    }
    numbers = contents.check.row_numbers
    options.progress("checking", 0.4)
    area_changes = changes(
        zip(*columns.values(), strict=True), label=path.name, numbers=numbers.tolist()
    )
    _check_direction(area_changes, options, path)
    notes = (
        *contents.notes,
        *_compare_codes(area_changes.old_codes, options.key.from_layer, options, path),
        *_compare_codes(area_changes.new_codes, options.key.to_layer, options, path),
    )
    rows = pa.table({**columns, "source_row": pa.array(numbers)})
    options.progress("writing", 0.6)
    committed = store.append(
        options.key,
        _unique_pairs(rows),
        file=contents.file,
        weight=options.weight,
        source=options.source,
        licence=options.licence,
        replace=options.replace,
    )
    options.progress("done", 1.0)
    return LookupImport(
        key=options.key,
        changes=area_changes,
        weight=options.weight,
        version=committed.version,
        rows=contents.rows_read,
        replaced=committed.rows_replaced,
        notes=(*notes, *committed.notes),
    )


def read_lookup(
    path: Path, delimiter: str | None = None, limits: ImportSettings = LIMITS
) -> DelimitedFile:
    """The file of a lookup; an incomplete record is refused, never left out.

    Parameters
    ----------
    path : Path
        Delimited text with a header.
    delimiter : str or None
        One character; None: found in the header.
    limits : ImportSettings
        What reading the file may take.

    Returns
    -------
    DelimitedFile
        All records.

    Raises
    ------
    ImportRefusedError
        If the file cannot be read or has an incomplete record.
    """
    content = regular_file(path, limits).read_bytes()
    contents = read_delimited(content, name=path.name, delimiter=delimiter, limits=limits)
    if contents.malformed:
        raise ImportRefusedError(str(path), f"{contents.check.rejects[0]}")
    return contents


def column_texts(
    contents: DelimitedFile, field: str, option: str, codes: Collection[str] = ()
) -> list[str]:
    """A column as text, blank where a value is missing.

    Parameters
    ----------
    contents : DelimitedFile
        The file.
    field, option : str
        Name of the column, and the option that names it.
    codes : collection of str
        Of the layer that the column has codes of: one that differs in case and blanks alone is
        spelt as the layer does.

    Returns
    -------
    list of str
        One per record.

    Raises
    ------
    ImportRefusedError
        If there is no such column.
    """
    index = CodeIndex(sorted(codes))
    return [index.spelling(text or "") for text in contents.column(field, option).to_pylist()]


def _unique_pairs(rows: pa.Table) -> pa.Table:
    """The rows without repeated pairs of codes; the first of each is kept."""
    pairs = rows.group_by(["from_code", "to_code"], use_threads=False).aggregate(
        [("change", "first"), ("source_row", "first")]
    )
    return pairs.rename_columns({"change_first": "change", "source_row_first": "source_row"})


def _check_direction(area_changes: Changes, options: LookupOptions, path: Path) -> None:
    """Raise ImportRefusedError where the codes fit the two layers better the other way round."""
    codes, key = options.codes or {}, options.key
    old_codes, new_codes = codes.get(key.from_layer), codes.get(key.to_layer)
    if old_codes is None or new_codes is None:
        return
    matches = len(set(area_changes.old_codes) & set(old_codes)) + len(
        set(area_changes.new_codes) & set(new_codes)
    )
    swapped_matches = len(set(area_changes.old_codes) & set(new_codes)) + len(
        set(area_changes.new_codes) & set(old_codes)
    )
    if swapped_matches > matches:
        raise ImportRefusedError(
            str(path),
            f"the codes in {options.from_field} fit {key.to_layer} better than "
            f"{key.from_layer}, and those in {options.to_field} the other way round: are "
            "--from-field and --to-field swapped?",
        )


def _compare_codes(
    codes: tuple[str, ...], layer: str, options: LookupOptions, path: Path
) -> tuple[str, ...]:
    """How the codes of one side relate to the layer, if it is imported."""
    layer_codes = (options.codes or {}).get(layer)
    if layer_codes is None:
        return (f"layer {layer} is not imported: its codes were not compared",)
    code_set = set(layer_codes)
    common_codes = code_set.intersection(codes)
    if not common_codes:
        raise ImportRefusedError(
            str(path),
            f"none of its codes for {layer} is a code of that layer: it has {codes[0]!r}, the "
            f"layer has {min(code_set)!r}. Are the fields and layers the right way round?",
        )
    lines = []
    absent_codes = sorted(code_set - common_codes)
    if absent_codes:
        ellipsis = ", ..." if len(absent_codes) > NAMED else ""
        lines.append(
            f"{len(absent_codes):,} of the {len(code_set):,} areas of {layer} are not in it: "
            f"{', '.join(absent_codes[:NAMED])}{ellipsis}"
        )
    else:
        lines.append(f"all {len(code_set):,} areas of {layer} are in it")
    unknown_count = len(codes) - len(common_codes)
    if unknown_count:
        lines.append(f"{unknown_count:,} of its codes for {layer} are not in that layer")
    return tuple(lines)


def _check_weight(weight: str) -> None:
    """Raise DatasetSettingsError unless the weight is ``area`` or names a measure."""
    name, colon, period = weight.partition(":")
    if not name or (colon and not period):
        raise DatasetSettingsError("--weight", weight, "area, or a measure as name or name:period")
