"""Unit postcodes and their places at rest: one Delta table, and one version of it in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from boundaries.storage.caches import DiskCache
from boundaries.storage.damage import Damage
from boundaries.storage.data_folder import DataFolder
from service.store.columns import SOURCE_FIELDS, check_places, completed
from service.store.commits import Committed, Plan
from service.store.delta import TableVersion
from service.store.errors import ImportRefusedError, PostcodesExistError
from service.store.source_files import SourceFile, check_distinct, plan_of_files
from service.store.table_store import TableStore
from service.store.versioned import VersionedTable
from spatial.arrays import BoolArray, FloatArray, IntArray, frozen

SCHEMA = pa.schema(
    [
        pa.field("postcode", pa.string(), nullable=False),  # compact: CB21TN
        pa.field("easting_m", pa.float64()),
        pa.field("northing_m", pa.float64()),
        pa.field("quality", pa.int8()),
        pa.field("ended", pa.string()),  # the month it was terminated, 2010-03
        pa.field("country", pa.string()),
        pa.field("source", pa.string()),
        pa.field("licence", pa.string()),
        *SOURCE_FIELDS,
    ]
)

# Positional quality as Gridlink grades it; Code-Point Open writes the same grades times ten
# (Ordnance Survey, Code-Point Open technical specification; ONS, ONSPD user guide, osgrdind).
QUALITIES: Final[Mapping[int, str]] = {
    1: "in the building nearest to the mean of its addresses",
    2: "in the building nearest to the mean of its addresses, placed by eye",
    3: "within 50 m",
    4: "the mean of its addresses",
    5: "estimated from the surrounding postcodes",
    6: "the mean of the postcode sector",
    8: "the last known place of a postcode that ended long ago",
    9: "no place",
}
NO_QUALITY: Final = -1

_UNIT = r"^(?P<outward>[A-Z]{1,2}[0-9][0-9A-Z]?|GIR)(?P<inward>[0-9][A-Z]{2})$"
_OUTWARD = r"^(?P<outward>[A-Z]{1,2}[0-9][0-9A-Z]?)$"
_FIRST = r"^\s*(?P<first>\S+)\s"
_STATED = ("source", "licence")
_COLUMNS = ("postcode", "easting_m", "northing_m", "quality", "ended")


def to_units(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """(n,) unit postcodes in their compact form, ``CB21TN``; null where the text is none.

    Case, white space and punctuation do not matter.

    Parameters
    ----------
    text : (n,) text
        Null where there is none.

    Returns
    -------
    (n,) text
        Compact, or null.
    """
    compact = _compact(text)
    is_unit = pc.match_substring_regex(compact, _UNIT).fill_null(False)
    return pc.if_else(is_unit, compact, pa.scalar(None, pa.string()))


def to_outward(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """(n,) outward codes, ``CB2``: of a unit, of ``CB2 1``, or as it stands; null for other text.

    A sector written without a space cannot be told from a district: ``CB21`` is the district.

    Parameters
    ----------
    text : (n,) text
        Null where there is none.

    Returns
    -------
    (n,) text
        Outward codes, or null.
    """
    unit = pc.struct_field(pc.extract_regex(_compact(text), _UNIT), "outward")
    first = pc.struct_field(pc.extract_regex(text, _FIRST), "first")
    district = pc.struct_field(
        pc.extract_regex(_compact(pc.coalesce(first, text)), _OUTWARD), "outward"
    )
    return pc.coalesce(unit, district)


def written(postcode: str) -> str:
    """A compact postcode as people write it, ``CB2 1TN``.

    Parameters
    ----------
    postcode : str
        Compact: ``CB21TN``.

    Returns
    -------
    str
        With a space before the inward part.
    """
    return f"{postcode[:-3]} {postcode[-3:]}"


def _compact(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """The letters and digits of each text, in capitals."""
    return pc.utf8_upper(pc.replace_substring_regex(text, "[^0-9A-Za-z]+", ""))


@dataclass(frozen=True, eq=False)
class Postcodes:
    """All postcodes of one table version, in alphabetical order; read-only.

    Attributes
    ----------
    postcodes : (n,) text
        Compact.
    xy_m : (n, 2) float64
        Easting and northing in the working CRS, metres; NaN for one without a place.
    quality : (n,) int8
        Grade in ``QUALITIES``, ``NO_QUALITY`` where the source does not say.
    ended : (n,) object
        The month that it was terminated, as ``2010-03``; None for one in use.
    sources, licences : tuple of str
        Those that the imports state.
    """

    version: int
    postcodes: pa.Array
    xy_m: FloatArray
    quality: IntArray
    ended: Any
    sources: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.postcodes)

    @property
    def has_place(self) -> BoolArray:
        """(n,) bool, true for a postcode that has a place."""
        return np.asarray(np.isfinite(self.xy_m).all(axis=1), dtype=np.bool_)

    def find(self, units: pa.ChunkedArray) -> IntArray:
        """(m,) int64 position of each postcode, -1 for null and for one not known.

        Parameters
        ----------
        units : (m,) text
            Compact postcodes.

        Returns
        -------
        (m,) int64
            Positions in `postcodes`.
        """
        positions = pc.index_in(units, value_set=self.postcodes, skip_nulls=True)
        return np.asarray(positions.fill_null(-1).to_numpy(), dtype=np.int64)


class PostcodeStore(TableStore[Postcodes]):
    """All postcodes.

    Parameters
    ----------
    folder : Path or DataFolder
        ``HOTSPOTS_DATA_DIR/postcodes``; need not exist yet.
    crs : str
        The working CRS.
    digests : DiskCache or None
    damage : Damage or None
        See `VersionedTable`.
    """

    def __init__(
        self,
        folder: Path | DataFolder,
        *,
        crs: str,
        digests: DiskCache | None = None,
        damage: Damage | None = None,
    ) -> None:
        self._crs = crs
        super().__init__(
            VersionedTable(
                folder, _read, name="postcodes", crs=crs, digests=digests, damage=damage
            )
        )

    @property
    def crs(self) -> str:
        """The working CRS."""
        return self._crs

    def open(self) -> Postcodes | None:
        """The newest version, in memory; None where nothing has been imported.

        Returns
        -------
        Postcodes or None
            Shared; its arrays are read-only.

        Raises
        ------
        WrongCrsError
            If the table is in another CRS than the working one.
        DamagedTableError
            If the table cannot be read.
        """
        return self._table.current()

    def check_import(self, files: Sequence[SourceFile], *, replace: bool = False) -> None:
        """Raise what `append` would raise about these files, before any row is read.

        Parameters
        ----------
        files : sequence of SourceFile
            All files of the import.
        replace : bool
            As of `append`.

        Raises
        ------
        ImportRefusedError, AlreadyImportedError, SameNameError, WrongCrsError,
        ReadOnlyDataError, DamagedTableError
        """
        self._table.check_import(files, replace=replace)

    def append(
        self,
        rows: pa.Table,
        *,
        files: Sequence[SourceFile],
        source: str = "",
        licence: str = "",
        replace: bool = False,
    ) -> Committed:
        """Add postcodes in one atomic commit; the table never has one twice.

        Parameters
        ----------
        rows : pyarrow.Table
            `postcode` (compact), `easting_m`, `northing_m` (both null: no place), `quality`,
            `ended`, `country`, `source_file`, `source_row`, `source_sha256`.
        files : sequence of SourceFile
            Every file that the rows came from.
        source, licence : str
            Kept with each row.
        replace : bool
            Put the rows in the place of those of the same postcodes, and of those imported
            before from the same files.

        Returns
        -------
        Committed
            The new version, and the numbers of rows written and replaced.

        Raises
        ------
        AlreadyImportedError, SameNameError, PostcodesExistError
            Without `replace`, if a file or a postcode of it is loaded already.
        ImportRefusedError
            If there are no rows, or a postcode is there twice.
        DatasetSettingsError, WrongCrsError, ConcurrentImportError, ReadOnlyDataError
        """
        check_distinct(files)
        constants = {"source": source or None, "licence": licence or None}
        table = completed(rows, SCHEMA, files=files, constants=constants)
        check_places(table)
        _check_distinct_postcodes(table, files[0])

        def plan(current: TableVersion) -> Plan:
            planned = plan_of_files(current, files, name="postcodes", replace=replace)
            loaded = current.read()
            repeated = pc.field("postcode").isin(table.column("postcode").combine_chunks())
            if planned.replaced is None:
                _check_absent(loaded.filter(repeated))
                return planned
            # Written again as a whole: a condition on each postcode would be an endless one.
            remaining = loaded.filter(~(repeated | planned.replaced.to_arrow()))
            return Plan(remaining=remaining.select(SCHEMA.names).cast(SCHEMA))

        facts = {"title": "Postcodes"}
        return self._table.append(table, facts=facts, plan=plan)


def _read(table: TableVersion) -> Postcodes:
    """All postcodes of a table version."""
    rows = table.read(_COLUMNS).sort_by("postcode").combine_chunks()
    stated = table.read(_STATED, coded=_STATED)
    xy_m = np.column_stack([rows.column("easting_m"), rows.column("northing_m")])
    quality = rows.column("quality").fill_null(NO_QUALITY).to_numpy()
    return Postcodes(
        version=table.version,
        postcodes=rows.column("postcode").combine_chunks(),
        xy_m=frozen(np.asarray(xy_m, dtype=np.float64)),
        quality=frozen(np.asarray(quality)),
        ended=frozen(np.array(rows.column("ended").to_pylist(), dtype=object)),
        sources=_distinct(stated.column("source")),
        licences=_distinct(stated.column("licence")),
    )


def _distinct(column: pa.ChunkedArray) -> tuple[str, ...]:
    """The texts of a column, in alphabetical order."""
    texts = pc.unique(column.cast(pa.string())).to_pylist()
    return tuple(sorted(text for text in texts if text))


def _check_absent(rows: pa.Table) -> None:
    """Raise PostcodesExistError, with examples, if there are rows of postcodes to be added."""
    if rows.num_rows:
        examples = tuple(written(postcode.as_py()) for postcode in rows.column("postcode")[:3])
        raise PostcodesExistError(examples, rows.num_rows, str(rows.column("source_file")[0]))


def _check_distinct_postcodes(table: pa.Table, file: SourceFile) -> None:
    """Raise ImportRefusedError where a postcode is there more than once."""
    counts = pc.value_counts(table.column("postcode"))
    repeated = counts.filter(pc.greater(counts.field("counts"), 1)).field("values").to_pylist()
    if repeated:
        examples = ", ".join(written(postcode) for postcode in repeated[:5])
        raise ImportRefusedError(
            file.name, f"{len(repeated)} postcodes occur more than once, such as {examples}"
        )
