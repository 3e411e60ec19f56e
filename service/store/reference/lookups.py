"""Lookups between the areas of two layers at rest: one Delta table of pairs of codes."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from boundaries.changes.vintages import UNCHANGED, Changes, changes
from boundaries.layers.codes import CodeIndex
from boundaries.layers.layer import is_layer_id
from boundaries.storage.caches import DiskCache
from boundaries.storage.damage import Damage
from boundaries.storage.data_folder import DataFolder
from service.store.columns import SOURCE_FIELDS, completed
from service.store.commits import Committed, Plan, check_writable
from service.store.delta import TableVersion
from service.store.errors import DatasetSettingsError, LookupExistsError
from service.store.row_conditions import RowCondition
from service.store.source_files import SourceFile
from service.store.table_store import TableStore
from service.store.versioned import VersionedTable

BY_AREA = "area"
BY_NOTHING = "nothing"  # of a chain: neither lookup says by what

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
        *SOURCE_FIELDS,
    ]
)

_FACTS = ("weight", "source", "licence", "source_file")
_COLUMNS = ("from_layer", "to_layer", "from_code", "to_code", "change", *_FACTS)


@dataclass(frozen=True)
class LookupKey:
    """From which layer's codes to which layer's a lookup leads."""

    from_layer: str
    to_layer: str


@dataclass(frozen=True, eq=False)
class Lookup:
    """A lookup as it is read: in its own direction, turned round, or two in a chain.

    Attributes
    ----------
    key : LookupKey
        The direction that `changes` has.
    changes : Changes
        Old areas are those of `key.from_layer`.
    weight : str
        ``area``, ``nothing``, or the measure that shares areas which were split, as ``name`` or
        ``name:period``.
    is_chain : bool
        True where it is two lookups one after the other.
    """

    key: LookupKey
    changes: Changes
    weight: str
    source: str
    licence: str
    loaded_from: str
    version: int
    is_chain: bool = False


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
    def lookups(self) -> Mapping[LookupKey, Lookup]:
        """Every lookup in its own direction, turned round where that has a meaning, and chains."""
        lookups = {key: self._lookup(key, pairs) for key, pairs in self.pairs.items()}
        for key, lookup in list(lookups.items()):
            back = LookupKey(key.to_layer, key.from_layer)
            if back not in lookups and is_change_of_vintage(lookup.changes):
                lookups[back] = self._lookup(back, self.pairs[key], turned=True)
        for first in list(lookups.values()):
            for second in list(lookups.values()):
                key = LookupKey(first.key.from_layer, second.key.to_layer)
                is_chain = first.key.to_layer == second.key.from_layer
                if is_chain and key.from_layer != key.to_layer and key not in lookups:
                    lookups[key] = _chain(key, first, second)
        return lookups

    def _lookup(self, key: LookupKey, pairs: _Pairs, *, turned: bool = False) -> Lookup:
        rows = [(b, a, "") for a, b, _ in pairs.rows] if turned else pairs.rows
        return Lookup(
            key=key,
            changes=changes(rows, label=pairs.loaded_from),
            weight=pairs.weight,
            source=pairs.source,
            licence=pairs.licence,
            loaded_from=pairs.loaded_from,
            version=self.version,
        )


def _chain(key: LookupKey, first: Lookup, second: Lookup) -> Lookup:
    """Two lookups one after the other.

    An area that the second does not have leads to one that no layer has, so that nothing is
    taken to be complete that is not.
    """
    middle = CodeIndex(second.changes.old_codes).positions(first.changes.new_codes)
    new_codes: dict[int, list[str]] = {}
    for old, new in zip(second.changes.old.tolist(), second.changes.new.tolist(), strict=True):
        new_codes.setdefault(old, []).append(second.changes.new_codes[new])
    label = f"{first.loaded_from} and {second.loaded_from}"
    rows = [
        (first.changes.old_codes[old], new_code, "")
        for old, new in zip(first.changes.old.tolist(), first.changes.new.tolist(), strict=True)
        for new_code in new_codes.get(
            int(middle[new]), [f"{first.changes.new_codes[new]} of {first.key.to_layer}"]
        )
    ]
    return dataclasses.replace(
        first,
        key=key,
        changes=changes(rows, label=label),
        weight=BY_NOTHING,
        loaded_from=label,
        is_chain=True,
    )


def is_change_of_vintage(lookup: Changes) -> bool:
    """Whether most pairs are unchanged areas: two vintages, not parts and their wholes.

    Only such a lookup is used in both directions. To share a ward among its LSOAs because a
    lookup says which LSOAs make it up would invent what nobody knows.

    Parameters
    ----------
    lookup : Changes
        The pairs of a lookup.

    Returns
    -------
    bool
        False for a lookup from parts to wholes.
    """
    return bool((lookup.kind == UNCHANGED).mean() >= 0.5)


class LookupStore(TableStore[_Version]):
    """All lookups between layers.

    Parameters
    ----------
    folder : Path or DataFolder
        ``HOTSPOTS_DATA_DIR/lookups``; need not exist yet.
    digests : DiskCache or None
    damage : Damage or None
        See `VersionedTable`.
    """

    def __init__(
        self,
        folder: Path | DataFolder,
        *,
        digests: DiskCache | None = None,
        damage: Damage | None = None,
    ) -> None:
        super().__init__(
            VersionedTable(folder, _read, name="lookups", digests=digests, damage=damage)
        )

    def available(self) -> tuple[Lookup, ...]:
        """Every lookup as it was imported, by layers in alphabetical order.

        Returns
        -------
        tuple of Lookup
            Empty if none has been imported.
        """
        current = self._current()
        keys = sorted(current.pairs, key=lambda key: (key.from_layer, key.to_layer))
        return tuple(current.lookups[key] for key in keys)

    def into(self, layer: str) -> tuple[Lookup, ...]:
        """Every lookup that leads to a layer, by the layer it comes from; chains last.

        One that was imported in the other direction is turned round where it is a change of
        vintage; see `is_change_of_vintage`. Two lookups that lead there one after the other are
        one, unless one leads there directly.

        Parameters
        ----------
        layer : str
            Its name.

        Returns
        -------
        tuple of Lookup
            Empty if none leads to the layer.
        """
        lookups = self._current().lookups
        leading = [lookup for key, lookup in lookups.items() if key.to_layer == layer]
        return tuple(sorted(leading, key=lambda lookup: (lookup.is_chain, lookup.key.from_layer)))

    def codes(self) -> Mapping[str, tuple[str, ...]]:
        """The codes of every layer that a lookup names, whether it is imported or not.

        Returns
        -------
        mapping of str to tuple of str
            Codes by layer.
        """
        by_layer: dict[str, set[str]] = {}
        for lookup in self.available():
            by_layer.setdefault(lookup.key.from_layer, set()).update(lookup.changes.old_codes)
            by_layer.setdefault(lookup.key.to_layer, set()).update(lookup.changes.new_codes)
        return {layer: tuple(sorted(codes)) for layer, codes in by_layer.items()}

    def check_import(self, key: LookupKey, *, replace: bool = False) -> None:
        """Raise what `append` would raise about these layers, before any row is read.

        Parameters
        ----------
        key : LookupKey
            The two layers.
        replace : bool
            As of `append`.

        Raises
        ------
        DatasetSettingsError, LookupExistsError, ReadOnlyDataError, DamagedTableError
        """
        _check_key(key)
        check_writable(self._table.folder)
        current = self._table.current(importing=True)
        if current is not None and key in current.pairs and not replace:
            raise _exists(key, current.pairs[key])

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
        source, licence : str
            Kept with each row; empty where unknown.
        replace : bool
            Put the rows in the place of those of the same two layers.

        Returns
        -------
        Committed
            The new version, and the numbers of rows written and replaced.

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
        constants = {
            "from_layer": key.from_layer,
            "to_layer": key.to_layer,
            "weight": weight,
            "source": source or None,
            "licence": licence or None,
        }
        table = completed(rows, SCHEMA, files=(file,), constants=constants)
        changes(_triples(table), label=file.name, numbers=table.column("source_row").to_pylist())
        layers = RowCondition(({"from_layer": [key.from_layer], "to_layer": [key.to_layer]},))

        def plan(current: TableVersion) -> Plan:
            pairs = _read(current).pairs
            if key in pairs and not replace:
                raise _exists(key, pairs[key])
            return Plan(layers)

        return self._table.append(table, facts={"title": "Lookups between areas"}, plan=plan)

    def _current(self) -> _Version:
        """The newest version in memory; empty where nothing has been imported."""
        return self._table.current() or _Version(-1, {})


def _read(table: TableVersion) -> _Version:
    """All lookups of a table version."""
    rows = table.read(_COLUMNS)
    layers = ["from_layer", "to_layer"]
    keys = rows.select(layers).group_by(layers).aggregate([])
    pairs = {}
    for names in sorted(keys.to_pylist(), key=lambda row: [row[layer] for layer in layers]):
        of_key = rows.filter(
            (pc.field("from_layer") == names["from_layer"])
            & (pc.field("to_layer") == names["to_layer"])
        )
        facts = {name: str(of_key.column(name)[0].as_py() or "") for name in _FACTS}
        pairs[LookupKey(**names)] = _Pairs(
            rows=tuple(sorted(_triples(of_key))),
            weight=facts["weight"],
            source=facts["source"],
            licence=facts["licence"],
            loaded_from=facts["source_file"],
        )
    return _Version(table.version, pairs)


def _triples(rows: pa.Table) -> list[tuple[str, str, str]]:
    """Old code, new code and change of each row; a change that is not known is empty."""
    names = ("from_code", "to_code", "change")
    parts = [[word or "" for word in rows.column(name).to_pylist()] for name in names]
    return list(zip(*parts, strict=True))


def _check_key(key: LookupKey) -> None:
    """Raise DatasetSettingsError unless the two can be layers, and are two."""
    for field, name in (("from layer", key.from_layer), ("to layer", key.to_layer)):
        if not is_layer_id(name):
            raise DatasetSettingsError(field, name, "lower-case letters, digits, - and _")
    if key.from_layer == key.to_layer:
        raise DatasetSettingsError("to layer", key.to_layer, "different from the from layer")


def _exists(key: LookupKey, pairs: _Pairs) -> LookupExistsError:
    """The error that says what is loaded already, and from where."""
    return LookupExistsError(key.from_layer, key.to_layer, pairs.loaded_from)
