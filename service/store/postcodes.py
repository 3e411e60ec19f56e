"""Unit postcodes and their places at rest: one Delta table, and one version of it in memory."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from service.store import delta
from service.store.delta import Committed, SourceFile, Stamp
from service.store.errors import (
    ConcurrentImportError,
    DatasetSettingsError,
    ImportRefusedError,
    PostcodesExistError,
    WrongCrsError,
)
from spatial.arrays import BoolArray, FloatArray, IntArray, frozen
from spatial.coordinates.crs import parsed_crs

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
        pa.field("source_file", pa.string(), nullable=False),
        pa.field("source_row", pa.int64(), nullable=False),
        pa.field("source_sha256", pa.string(), nullable=False),
    ]
)

# Positional quality as Gridlink grades it; Code-Point Open writes the same grades times ten
# (Ordnance Survey, Code-Point Open technical specification; ONS, ONSPD user guide, osgrdind).
QUALITIES: Final[Mapping[int, str]] = {
    1: "in the building nearest to the mean of its addresses",
    2: "in the building nearest to the mean of its addresses, found by eye",
    3: "within 50 m",
    4: "the mean of its addresses",
    5: "worked out from the postcodes around",
    6: "the mean of the postcode sector",
    8: "the last place known of a postcode that ended long ago",
    9: "no place",
}
NO_QUALITY: Final = -1

_UNIT = r"^(?P<outward>[A-Z]{1,2}[0-9][0-9A-Z]?|GIR)(?P<inward>[0-9][A-Z]{2})$"
_OUTWARD = r"^(?P<outward>[A-Z]{1,2}[0-9][0-9A-Z]?)$"
_FIRST = r"^\s*(?P<first>\S+)\s"
_READ = ("postcode", "easting_m", "northing_m", "quality", "ended")


def to_units(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """(n,) unit postcodes in their compact form, ``CB21TN``; null where the text is none.

    Case, white space and punctuation do not matter.
    """
    compact = _compact(text)
    is_unit = pc.match_substring_regex(compact, _UNIT).fill_null(False)
    return pc.if_else(is_unit, compact, pa.scalar(None, pa.string()))


def to_outward(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """(n,) outward codes, ``CB2``: of a unit, of ``CB2 1``, or as it stands; null for other text.

    A sector written without a space cannot be told from a district: ``CB21`` is the district.
    """
    unit = pc.struct_field(pc.extract_regex(_compact(text), _UNIT), "outward")
    first = pc.struct_field(pc.extract_regex(text, _FIRST), "first")
    alone = pc.struct_field(
        pc.extract_regex(_compact(pc.coalesce(first, text)), _OUTWARD), "outward"
    )
    return pc.coalesce(unit, alone)


def written(postcode: str) -> str:
    """A compact postcode as people write it, ``CB2 1TN``."""
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
    """

    version: int
    postcodes: pa.Array
    xy_m: FloatArray
    quality: IntArray
    ended: Any

    def __len__(self) -> int:
        return len(self.postcodes)

    @property
    def has_place(self) -> BoolArray:
        """(n,) bool, true for a postcode that has a place."""
        return np.asarray(np.isfinite(self.xy_m).all(axis=1), dtype=np.bool_)

    def find(self, units: pa.ChunkedArray) -> IntArray:
        """(m,) int64 position of each compact postcode, -1 for null and for one not known."""
        found = pc.index_in(units, value_set=self.postcodes, skip_nulls=True)
        return np.asarray(found.fill_null(-1).to_numpy(), dtype=np.int64)


class _MovedError(Exception):
    """Another process has written a version since this one was read."""


class PostcodeStore:
    """All postcodes.

    Parameters
    ----------
    folder : Path
        ``HOTSPOTS_DATA_DIR/postcodes``; need not exist yet.
    crs : str
        The working CRS.
    """

    def __init__(self, folder: Path, *, crs: str) -> None:
        self._folder = folder
        self._crs = crs
        self._lock = threading.Lock()
        self._held: tuple[Stamp, Postcodes] | None = None

    @property
    def folder(self) -> Path:
        """Where it is kept."""
        return self._folder

    @property
    def crs(self) -> str:
        """The working CRS."""
        return self._crs

    def version(self) -> int | None:
        """The newest version of the table, None where nothing has been imported."""
        stamp = delta.current_stamp(self._folder, self._held[0] if self._held else None)
        return None if stamp is None else stamp.version

    def open(self) -> Postcodes | None:
        """The newest version, in memory; None where nothing has been imported.

        Raises
        ------
        WrongCrsError
            If the table is in another CRS than the working one.
        DamagedTableError
            If the table cannot be read.
        """
        held = self._held
        stamp = delta.current_stamp(self._folder, held[0] if held else None)
        if stamp is None:
            return None
        if held is not None and held[0] == stamp:
            return held[1]
        with self._lock:
            if self._held is None or self._held[0] != stamp:
                table = delta.opened(self._folder)
                if table is None:
                    return None
                self._check_crs(table)
                self._held = (stamp, _read(table))
            return self._held[1]

    def check_import(self, files: Sequence[SourceFile], *, replace: bool = False) -> None:
        """Raise what `append` would raise about these files, before any row is read."""
        delta.check_writable(self._folder)
        delta.check_distinct(tuple(files))
        table = delta.opened(self._folder)
        if table is not None:
            self._check_crs(table)
            known = delta.imported_files(table)
            delta.plan_of_files(known, tuple(files), table="postcodes", replace=replace)

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

        Raises
        ------
        AlreadyImportedError, SameNameError, PostcodesExistError
            Without `replace`, if a file or a postcode of it is loaded already.
        ImportRefusedError
            If there are no rows, or a postcode is there twice.
        DatasetSettingsError, WrongCrsError, ConcurrentImportError, ReadOnlyDataError
        """
        delta.check_distinct(tuple(files))
        table = _complete(rows, tuple(files), source, licence)
        for _ in range(delta.ATTEMPTS):
            current = delta.opened(self._folder)
            kept, replaced = self._beside(current, table, tuple(files), replace=replace)
            try:
                committed = self._commit(current, table, kept, replaced)
            except _MovedError:
                continue
            delta.remove_orphans(self._folder)
            return Committed(committed.version, table.num_rows, replaced)
        raise ConcurrentImportError("postcodes", delta.ATTEMPTS)

    def _beside(
        self, current: Any, table: pa.Table, files: tuple[SourceFile, ...], *, replace: bool
    ) -> tuple[pa.Table | None, int]:
        """The rows that stay beside the new ones (None: all do), and how many do not."""
        if current is None:
            return None, 0
        self._check_crs(current)
        known = delta.imported_files(current)
        delta.plan_of_files(known, files, table="postcodes", replace=replace)
        there = delta.read_columns(current)
        same = pc.is_in(
            there.column("postcode"), value_set=table.column("postcode").combine_chunks()
        )
        if not replace and bool(pc.any(same).as_py()):
            common = there.filter(same)
            shown = [written(one.as_py()) for one in common.column("postcode")[:3]]
            loaded_from = str(common.column("source_file")[0])
            raise PostcodesExistError(tuple(shown), common.num_rows, loaded_from)
        names = pa.array([file.name for file in files], pa.string())
        digests = pa.array([file.sha256 for file in files], pa.string())
        of_files = pc.or_(
            pc.is_in(there.column("source_file"), value_set=names),
            pc.is_in(there.column("source_sha256"), value_set=digests),
        )
        goes = pc.or_(same, of_files)
        replaced = int(pc.sum(goes).as_py() or 0)
        return (there.filter(pc.invert(goes)), replaced) if replaced else (None, 0)

    def _commit(
        self, current: Any, table: pa.Table, kept: pa.Table | None, replaced: int
    ) -> Committed:
        """Write the rows, unless another version has come since `current` was read."""
        seen = None if current is None else current.version()

        def plan(now: Any) -> delta.Plan:
            if (None if now is None else now.version()) != seen:
                raise _MovedError
            return delta.Plan() if kept is None else delta.Plan("true", replaced)

        everything = table
        if kept is not None:
            everything = pa.concat_tables([kept.select(SCHEMA.names).cast(SCHEMA), table])
        return delta.commit(
            self._folder,
            everything,
            name="postcodes",
            description=delta.to_description({"title": "Postcodes", "crs": self._crs}),
            plan=plan,
        )

    def _check_crs(self, table: Any) -> None:
        """Raise WrongCrsError unless the table is in the working CRS."""
        facts = delta.from_description(self._folder, table.metadata().description)
        crs = str(facts.get("crs", ""))
        if crs != self._crs and parsed_crs(crs) != parsed_crs(self._crs):
            raise WrongCrsError("the table of postcodes", crs, self._crs)


def _read(table: Any) -> Postcodes:
    """All postcodes of an opened table version."""
    rows = delta.read_columns(table, _READ).sort_by("postcode").combine_chunks()
    xy_m = np.column_stack([rows.column("easting_m"), rows.column("northing_m")])
    quality = rows.column("quality").fill_null(NO_QUALITY).to_numpy()
    return Postcodes(
        version=table.version(),
        postcodes=rows.column("postcode").combine_chunks(),
        xy_m=frozen(np.asarray(xy_m, dtype=np.float64)),
        quality=frozen(np.asarray(quality)),
        ended=frozen(np.array(rows.column("ended").to_pylist(), dtype=object)),
    )


def _complete(
    rows: pa.Table, files: tuple[SourceFile, ...], source: str, licence: str
) -> pa.Table:
    """The rows with all columns of the table, checked."""
    n = rows.num_rows
    if n == 0:
        raise ImportRefusedError(files[0].name, "there is no usable row")
    words = {"source": source or None, "licence": licence or None}
    table = pa.table(
        [
            pa.repeat(pa.scalar(words[field.name], field.type), n)
            if field.name in words
            else rows.column(field.name).cast(field.type)
            for field in SCHEMA
        ],
        schema=SCHEMA,
    )
    easting, northing = table.column("easting_m"), table.column("northing_m")
    if not pc.equal(pc.is_null(easting), pc.is_null(northing)).to_numpy().all():
        raise DatasetSettingsError("easting_m", "without northing_m", "null where that is null")
    counts = pc.value_counts(table.column("postcode"))
    twice = counts.filter(pc.greater(counts.field("counts"), 1)).field("values").to_pylist()
    if twice:
        shown = ", ".join(written(one) for one in twice[:5])
        raise ImportRefusedError(
            files[0].name, f"{len(twice)} postcodes are there more than once, such as {shown}"
        )
    return table
