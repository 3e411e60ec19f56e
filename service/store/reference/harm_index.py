"""Harm indices at rest: one Delta table of offences and the days of harm of each."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from boundaries.storage.caches import DiskCache
from boundaries.storage.damage import Damage
from boundaries.storage.data_folder import DataFolder
from service.store.columns import SOURCE_FIELDS, completed
from service.store.commits import Committed, Plan, check_writable
from service.store.delta import TableVersion
from service.store.errors import (
    DatasetSettingsError,
    HarmIndexExistsError,
    ImportRefusedError,
    UnknownHarmIndexError,
)
from service.store.row_conditions import RowCondition
from service.store.source_files import SourceFile
from service.store.table_store import TableStore
from service.store.versioned import VersionedTable
from spatial.arrays import FloatArray, frozen

SCHEMA = pa.schema(
    [
        pa.field("harm_index", pa.string(), nullable=False),
        pa.field("code", pa.string()),
        pa.field("offence", pa.string()),
        pa.field("offence_group", pa.string()),
        pa.field("days", pa.float64(), nullable=False),
        # Of a dataset: the column with the codes or wordings of offences.
        pa.field("matched_on", pa.string(), nullable=False),
        pa.field("source", pa.string()),
        pa.field("licence", pa.string()),
        pa.field("synthetic", pa.bool_(), nullable=False),
        *SOURCE_FIELDS,
    ]
)

SUBCATEGORY: Final = "subcategory"
_COLUMNS: Final = ("category", SUBCATEGORY)
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_APOSTROPHES = re.compile(r"['\u2018\u2019]")
_BETWEEN_WORDS = re.compile(r"[\W_]+")
_FACTS = ("matched_on", "source", "licence", "source_file")


def normalised(text: str) -> str:
    """A wording or code as it is compared: without case, and a blank for what is no word.

    Parameters
    ----------
    text : str
        As it is written.

    Returns
    -------
    str
        Letters and digits with single blanks between; "Assault - GBH" and "assault, GBH" are the
        same.
    """
    plain = _APOSTROPHES.sub("", unicodedata.normalize("NFKC", text).casefold())
    return _BETWEEN_WORDS.sub(" ", plain).strip()


def checked_column(text: str) -> str:
    """A column of a dataset that offences may be in; ValueError says what is allowed.

    Parameters
    ----------
    text : str
        As it is written.

    Returns
    -------
    str
        The same.

    Raises
    ------
    ValueError
        If it is none.
    """
    kind, colon, name = text.partition(":")
    if text in _COLUMNS or (kind == "attribute" and colon and name):
        return text
    raise ValueError(f"must be category, subcategory or attribute:NAME, got {text!r}")


@dataclass(frozen=True, eq=False)
class HarmIndex:
    """The harm of offences; read-only and shared.

    Attributes
    ----------
    index_id : str
    codes, offences, groups : tuple of str
        Of each offence, in the order of the file; empty text where the file has none.
    days : (n,) float64
        Days of harm of one offence; finite and at least 0.
    matched_on : str
        The column of a dataset with the codes or wordings: ``category``, ``subcategory`` or
        ``attribute:NAME``.
    """

    index_id: str
    codes: tuple[str, ...]
    offences: tuple[str, ...]
    groups: tuple[str, ...]
    days: FloatArray
    matched_on: str
    source: str
    licence: str
    synthetic: bool
    loaded_from: str
    version: int

    def __len__(self) -> int:
        return len(self.days)

    @cached_property
    def position(self) -> Mapping[str, int]:
        """The position of the offence of each code and wording, as `normalised` writes them."""
        texts = (*enumerate(self.offences), *enumerate(self.codes))
        return {normalised(text): k for k, text in texts if normalised(text)}

    @property
    def names(self) -> tuple[str, ...]:
        """The wording of each offence, or its code where there is none."""
        pairs = zip(self.offences, self.codes, strict=True)
        return tuple(offence or code for offence, code in pairs)

    def as_source(self) -> dict[str, Any]:
        """The index as a source, for the provenance.

        Returns
        -------
        dict of str to Any
            JSON members.
        """
        return {
            "id": self.index_id,
            "version": self.version,
            "offences": len(self),
            "unit": "days of harm",
            "synthetic": self.synthetic,
            "source": self.source,
            "licence": self.licence,
            "loaded_from": self.loaded_from,
        }


class HarmIndexStore(TableStore[Mapping[str, HarmIndex]]):
    """All harm indices.

    Parameters
    ----------
    folder : Path or DataFolder
        ``HOTSPOTS_DATA_DIR/harm_indices``; need not exist yet.
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
            VersionedTable(folder, _read, name="harm_indices", digests=digests, damage=damage)
        )

    def ids(self) -> tuple[str, ...]:
        """The ids of the indices.

        Returns
        -------
        tuple of str
            In alphabetical order; empty if none has been imported.
        """
        return tuple(sorted(self._table.current() or {}))

    def open(self, index_id: str | None = None) -> HarmIndex:
        """The newest version of an index.

        Parameters
        ----------
        index_id : str or None
            None for the only one.

        Returns
        -------
        HarmIndex
            Shared.

        Raises
        ------
        UnknownHarmIndexError
            If there is none of that id; or, where none is named, not exactly one.
        DamagedTableError
            If the table cannot be read.
        """
        indices = self._table.current() or {}
        if index_id is None and len(indices) == 1:
            return next(iter(indices.values()))
        if index_id is None or index_id not in indices:
            raise UnknownHarmIndexError(index_id, tuple(sorted(indices)))
        return indices[index_id]

    def check_import(self, index_id: str, *, replace: bool = False) -> None:
        """Raise what `append` would raise about this index, before any row is read.

        Parameters
        ----------
        index_id : str
            Of the index.
        replace : bool
            As of `append`.

        Raises
        ------
        DatasetSettingsError, HarmIndexExistsError, ReadOnlyDataError, DamagedTableError
        """
        _check_id(index_id)
        check_writable(self._table.folder)
        _check_absent(index_id, self._table.current(importing=True) or {}, replace=replace)

    def append(
        self,
        index_id: str,
        rows: pa.Table,
        *,
        file: SourceFile,
        matched_on: str = SUBCATEGORY,
        source: str = "",
        licence: str = "",
        synthetic: bool = False,
        replace: bool = False,
    ) -> Committed:
        """Add an index in one atomic commit.

        Parameters
        ----------
        index_id : str
            Lower case, digits, - and _.
        rows : pyarrow.Table
            `days`, and `code`, `offence` or both; `offence_group` and `source_row` if known.
        file : SourceFile
            Where the rows came from.
        matched_on : str
            The column of datasets that is matched by default.
        source, licence : str
            Kept with each row; empty where unknown.
        synthetic : bool
            True for invented harm.
        replace : bool
            Put the rows in the place of those of the same id.

        Returns
        -------
        Committed
            The new version, and the numbers of rows written and replaced.

        Raises
        ------
        HarmIndexExistsError
            Without `replace`, if the index is loaded already.
        ImportRefusedError
            If there are no rows, or a code or wording has different days.
        DatasetSettingsError
            If the id, the column or the days are not as described.
        ConcurrentImportError, ReadOnlyDataError, DamagedTableError
        """
        _check_id(index_id)
        try:
            checked_column(matched_on)
        except ValueError as error:
            raise DatasetSettingsError("matched_on", matched_on, str(error)) from None
        constants = {
            "harm_index": index_id,
            "matched_on": matched_on,
            "source": source or None,
            "licence": licence or None,
            "synthetic": synthetic,
        }
        table = completed(rows, SCHEMA, files=(file,), constants=constants)
        _check_rows(table, file)

        def plan(current: TableVersion) -> Plan:
            _check_absent(index_id, _read(current), replace=replace)
            return Plan(RowCondition(({"harm_index": [index_id]},)))

        return self._table.append(table, facts={"title": "Harm indices"}, plan=plan)


def _read(table: TableVersion) -> Mapping[str, HarmIndex]:
    """All indices of a table version."""
    rows = table.read().sort_by([("source_file", "ascending"), ("source_row", "ascending")])
    indices = {}
    for index_id in sorted(pc.unique(rows.column("harm_index")).to_pylist()):
        index_rows = rows.filter(pc.field("harm_index") == index_id)
        facts = {name: str(index_rows.column(name)[0].as_py() or "") for name in _FACTS}
        indices[str(index_id)] = HarmIndex(
            index_id=str(index_id),
            codes=_texts(index_rows, "code"),
            offences=_texts(index_rows, "offence"),
            groups=_texts(index_rows, "offence_group"),
            days=frozen(np.array(index_rows.column("days").to_numpy(), np.float64)),
            matched_on=facts["matched_on"],
            source=facts["source"],
            licence=facts["licence"],
            synthetic=bool(pc.any(index_rows.column("synthetic")).as_py()),
            loaded_from=facts["source_file"],
            version=table.version,
        )
    return indices


def _texts(rows: pa.Table, name: str) -> tuple[str, ...]:
    """The column as text, empty for null."""
    return tuple(str(value or "") for value in rows.column(name).to_pylist())


def contradictions(codes: list[str], offences: list[str], days: list[float]) -> set[int]:
    """The rows of which a code or wording stands in another row too, with other days.

    Parameters
    ----------
    codes, offences : list of str
        Empty where a row has none.
    days : list of float
        Of each row.

    Returns
    -------
    set of int
        Their positions.
    """
    days_of: dict[str, set[float]] = {}
    keys = [
        {normalised(text) for text in texts} - {""} for texts in zip(codes, offences, strict=True)
    ]
    for row_keys, number in zip(keys, days, strict=True):
        for key in row_keys:
            days_of.setdefault(key, set()).add(number)
    return {k for k, row_keys in enumerate(keys) if any(len(days_of[key]) > 1 for key in row_keys)}


def _check_rows(table: pa.Table, file: SourceFile) -> None:
    """Raise ImportRefusedError or DatasetSettingsError for rows that cannot be an index."""
    days = table.column("days").to_numpy()
    if not (np.isfinite(days) & (days >= 0)).all():
        raise DatasetSettingsError("days", "negative or not finite", "a number of days")
    codes, offences = list(_texts(table, "code")), list(_texts(table, "offence"))
    nameless = [
        k for k, (a, b) in enumerate(zip(codes, offences, strict=True)) if not normalised(a + b)
    ]
    if nameless:
        raise ImportRefusedError(file.name, "an offence has neither code nor wording")
    wrong = sorted(contradictions(codes, offences, days.tolist()))
    if wrong:
        numbers = ", ".join(str(table.column("source_row")[k]) for k in wrong[:5])
        raise ImportRefusedError(
            file.name, f"a code or wording has different days in rows {numbers}"
        )


def _check_id(index_id: str) -> None:
    """Raise DatasetSettingsError unless the id is valid."""
    if not _NAME.fullmatch(index_id):
        raise DatasetSettingsError("harm index", index_id, "lower case, digits, - and _")


def _check_absent(index_id: str, indices: Mapping[str, HarmIndex], *, replace: bool) -> None:
    """Raise HarmIndexExistsError if the index is loaded and is not to be replaced."""
    if index_id in indices and not replace:
        raise HarmIndexExistsError(index_id, indices[index_id].loaded_from)
