"""Lookups between the areas of two layers at rest: one Delta table of pairs of codes."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from boundaries.changes.vintages import UNCHANGED, Changes, changes
from boundaries.layers.layer import is_layer_id
from service.store import delta
from service.store.delta import Committed, SourceFile, Stamp
from service.store.errors import DatasetSettingsError, ImportRefusedError, LookupExistsError
from service.store.versioned import content_digest

BY_AREA = "area"

SCHEMA = pa.schema(
    [
        pa.field("from_layer", pa.string(), nullable=False),
        pa.field("to_layer", pa.string(), nullable=False),
        pa.field("from_code", pa.string(), nullable=False),
        pa.field("to_code", pa.string(), nullable=False),
        pa.field("change", pa.string()),
        # By what a split area is shared: "area", or a measure of the layer shared to.
        pa.field("weight", pa.string(), nullable=False),
        pa.field("source", pa.string()),
        pa.field("licence", pa.string()),
        pa.field("source_file", pa.string(), nullable=False),
        pa.field("source_row", pa.int64(), nullable=False),
        pa.field("source_sha256", pa.string(), nullable=False),
    ]
)

_WORDS = ("weight", "source", "licence", "source_file")
_READ = ("from_layer", "to_layer", "from_code", "to_code", "change", *_WORDS)


@dataclass(frozen=True)
class LookupKey:
    """From which layer's codes to which layer's a lookup leads."""

    from_layer: str
    to_layer: str


@dataclass(frozen=True, eq=False)
class Lookup:
    """A lookup as it is read: in its own direction, or turned round.

    Attributes
    ----------
    key : LookupKey
        The direction that `changes` has.
    changes : Changes
        Old areas are those of `key.from_layer`.
    turned : bool
        True where the lookup was imported in the other direction.
    weight : str
        ``area``, or the measure that shares areas which were split, as ``name`` or
        ``name:period``.
    """

    key: LookupKey
    changes: Changes
    turned: bool
    weight: str
    source: str
    licence: str
    loaded_from: str
    version: int


@dataclass(frozen=True)
class _Pairs:
    """The pairs of one lookup as they are at rest."""

    rows: tuple[tuple[str, str, str], ...]
    weight: str
    source: str
    licence: str
    loaded_from: str


@dataclass(frozen=True, eq=False)
class _Version:
    """One version of the table in memory."""

    version: int
    pairs: Mapping[LookupKey, _Pairs]

    @cached_property
    def digest(self) -> str:
        """Digest of all pairs and words."""
        return content_digest(*self.pairs.items())

    @cached_property
    def lookups(self) -> Mapping[LookupKey, Lookup]:
        """Every lookup in its own direction, and turned round where that has a meaning."""
        found = {key: self._lookup(key, pairs) for key, pairs in self.pairs.items()}
        for key, lookup in list(found.items()):
            back = LookupKey(key.to_layer, key.from_layer)
            if back not in found and is_change_of_vintage(lookup.changes):
                found[back] = self._lookup(back, self.pairs[key], turned=True)
        return found

    def _lookup(self, key: LookupKey, pairs: _Pairs, *, turned: bool = False) -> Lookup:
        rows = [(b, a, "") for a, b, _ in pairs.rows] if turned else pairs.rows
        return Lookup(
            key=key,
            changes=changes(rows, label=pairs.loaded_from),
            turned=turned,
            weight=pairs.weight,
            source=pairs.source,
            licence=pairs.licence,
            loaded_from=pairs.loaded_from,
            version=self.version,
        )


def is_change_of_vintage(lookup: Changes) -> bool:
    """Whether most pairs are unchanged areas: two vintages, not parts and their wholes.

    Only such a lookup is used in both directions. To share a ward among its LSOAs because a
    lookup says which LSOAs make it up would invent what nobody knows.
    """
    return bool((lookup.kind == UNCHANGED).mean() >= 0.5)


class LookupStore:
    """All lookups between layers.

    Parameters
    ----------
    folder : Path
        ``HOTSPOTS_DATA_DIR/lookups``; need not exist yet.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._held: tuple[Stamp, _Version] | None = None

    @property
    def folder(self) -> Path:
        """Where it is kept."""
        return self._folder

    def version(self) -> int | None:
        """The newest version of the table, None where nothing has been imported."""
        stamp = delta.current_stamp(self._folder, self._held[0] if self._held else None)
        return None if stamp is None else stamp.version

    def revision(self) -> str:
        """The newest version and a digest of its content, which two tables never share."""
        current = self._current()
        return f"{current.version}-{current.digest}"

    def available(self) -> tuple[Lookup, ...]:
        """Every lookup as it was imported, by layers in alphabetical order."""
        lookups = self._current().lookups
        keys = sorted(lookups, key=lambda key: (key.from_layer, key.to_layer))
        return tuple(lookups[key] for key in keys if not lookups[key].turned)

    def into(self, layer: str) -> tuple[Lookup, ...]:
        """Every lookup that leads to a layer, by the layer it comes from.

        One that was imported in the other direction is turned round where it is a change of
        vintage; see `is_change_of_vintage`.
        """
        lookups = self._current().lookups
        keys = sorted(key.from_layer for key in lookups if key.to_layer == layer)
        return tuple(lookups[LookupKey(name, layer)] for name in keys)

    def codes(self) -> Mapping[str, tuple[str, ...]]:
        """The codes of every layer that a lookup names, whether it is imported or not."""
        found: dict[str, set[str]] = {}
        for lookup in self.available():
            found.setdefault(lookup.key.from_layer, set()).update(lookup.changes.old_codes)
            found.setdefault(lookup.key.to_layer, set()).update(lookup.changes.new_codes)
        return {layer: tuple(sorted(codes)) for layer, codes in found.items()}

    def check_import(self, key: LookupKey, *, replace: bool = False) -> None:
        """Raise what `append` would raise about these layers, before any row is read."""
        _check_key(key)
        delta.check_writable(self._folder)
        pairs = self._current().pairs
        if key in pairs and not replace:
            raise _exists(key, pairs[key])

    def append(
        self,
        key: LookupKey,
        rows: pa.Table,
        *,
        file: SourceFile,
        weight: str = BY_AREA,
        source: str = "",
        licence: str = "",
        replace: bool = False,
    ) -> Committed:
        """Add one lookup in one atomic commit.

        Parameters
        ----------
        key : LookupKey
            The two layers; neither need be imported.
        rows : pyarrow.Table
            `from_code`, `to_code`, `change` (null where the file has none) and `source_row`.
        file : SourceFile
            Where the rows came from.
        weight : str
            ``area``, or a measure of the layer that values are shared to.
        replace : bool
            Put the rows in the place of those of the same two layers.

        Raises
        ------
        LookupExistsError
            Without `replace`, if the lookup is loaded already.
        LookupMismatchError
            If the rows contradict themselves.
        ImportRefusedError
            If there are no rows.
        DatasetSettingsError
            If a name cannot be a layer's.
        ConcurrentImportError, ReadOnlyDataError, DamagedTableError
        """
        _check_key(key)
        if rows.num_rows == 0:
            raise ImportRefusedError(file.name, "there is no usable row")
        table = _complete(key, rows, file, weight, source, licence)
        changes(_triples(table), label=file.name, numbers=table.column("source_row").to_pylist())

        def plan(current: Any) -> delta.Plan:
            pairs = {} if current is None else _read(current).pairs
            if key not in pairs:
                return delta.Plan()
            if not replace:
                raise _exists(key, pairs[key])
            condition = (
                f"from_layer = {delta.sql_text(key.from_layer)} "
                f"AND to_layer = {delta.sql_text(key.to_layer)}"
            )
            return delta.Plan(condition, len(pairs[key].rows))

        committed = delta.commit(
            self._folder,
            table,
            name="lookups",
            description=delta.to_description({"title": "Lookups between areas"}),
            plan=plan,
        )
        delta.remove_orphans(self._folder)
        return committed

    def _current(self) -> _Version:
        """The newest version in memory; empty where nothing has been imported."""
        held = self._held
        stamp = delta.current_stamp(self._folder, held[0] if held else None)
        if stamp is None:
            return _Version(-1, {})
        if held is not None and held[0] == stamp:
            return held[1]
        with self._lock:
            if self._held is None or self._held[0] != stamp:
                table = delta.opened(self._folder)
                if table is None:
                    return _Version(-1, {})
                self._held = (stamp, _read(table))
            return self._held[1]


def _read(table: Any) -> _Version:
    """All lookups of an opened table version."""
    rows = delta.read_columns(table, _READ)
    keys = rows.select(["from_layer", "to_layer"]).group_by(["from_layer", "to_layer"])
    pairs = {}
    for one in keys.aggregate([]).to_pylist():
        of_key = rows.filter(
            pc.and_(
                pc.equal(rows.column("from_layer"), one["from_layer"]),
                pc.equal(rows.column("to_layer"), one["to_layer"]),
            )
        )
        words = {name: str(of_key.column(name)[0].as_py() or "") for name in _WORDS}
        pairs[LookupKey(one["from_layer"], one["to_layer"])] = _Pairs(
            rows=tuple(sorted(_triples(of_key))),
            weight=words["weight"],
            source=words["source"],
            licence=words["licence"],
            loaded_from=words["source_file"],
        )
    ordered = sorted(pairs, key=lambda key: (key.from_layer, key.to_layer))
    return _Version(table.version(), {key: pairs[key] for key in ordered})


def _triples(rows: pa.Table) -> list[tuple[str, str, str]]:
    """Old code, new code and change of each row; a change that is not known is empty."""
    names = ("from_code", "to_code", "change")
    parts = [[word or "" for word in rows.column(name).to_pylist()] for name in names]
    return list(zip(*parts, strict=True))


def _complete(
    key: LookupKey, rows: pa.Table, file: SourceFile, weight: str, source: str, licence: str
) -> pa.Table:
    """The rows with all columns of the table."""
    constants = {
        "from_layer": key.from_layer,
        "to_layer": key.to_layer,
        "weight": weight,
        "source": source or None,
        "licence": licence or None,
        "source_file": file.name,
        "source_sha256": file.sha256,
    }
    arrays = [
        pa.repeat(pa.scalar(constants[field.name], field.type), rows.num_rows)
        if field.name in constants
        else rows.column(field.name).cast(field.type)
        for field in SCHEMA
    ]
    return pa.table(arrays, schema=SCHEMA)


def _check_key(key: LookupKey) -> None:
    """Raise DatasetSettingsError unless the two can be layers, and are two."""
    for field, name in (("from layer", key.from_layer), ("to layer", key.to_layer)):
        if not is_layer_id(name):
            raise DatasetSettingsError(field, name, "lower-case letters, digits, - and _")
    if key.from_layer == key.to_layer:
        raise DatasetSettingsError("to layer", key.to_layer, "another than the from layer")


def _exists(key: LookupKey, pairs: _Pairs) -> LookupExistsError:
    """The error that says what is loaded already, and from where."""
    return LookupExistsError(key.from_layer, key.to_layer, pairs.loaded_from)
