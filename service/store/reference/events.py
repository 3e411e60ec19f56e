"""Events that explain a series at rest: one Delta table, and one version in memory.

A lockdown, a change of recording, a reclassification: what a reader must know of a period, and
whether the series before and after can be compared.
"""

import dataclasses
import datetime
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from boundaries.storage.caches import DiskCache
from boundaries.storage.damage import Damage
from boundaries.storage.data_folder import DataFolder
from service.store.columns import SOURCE_FIELDS, completed
from service.store.commits import Committed, Plan
from service.store.delta import TableVersion
from service.store.errors import EventExistsError
from service.store.row_conditions import RowCondition
from service.store.source_files import SourceFile, plan_of_files
from service.store.table_store import FileStore
from service.store.versioned import VersionedTable

_DAY = datetime.timedelta(days=1)
_DAYS = {"first_day", "last_day"}

SCHEMA = pa.schema(
    [
        pa.field("event_id", pa.string(), nullable=False),
        pa.field("name", pa.string(), nullable=False),
        pa.field("kind", pa.string()),
        pa.field("first_day", pa.string(), nullable=False),  # 2020-03-23
        pa.field("last_day", pa.string()),  # null: a moment, the beginning of the first day
        pa.field("dataset", pa.string()),  # null: all of them; likewise below
        pa.field("category", pa.string()),
        pa.field("subcategory", pa.string()),
        pa.field("is_break", pa.bool_(), nullable=False),
        pa.field("source", pa.string()),
        pa.field("licence", pa.string()),
        *SOURCE_FIELDS,
    ]
)


@dataclass(frozen=True)
class Event:
    """Something that happened to a series.

    Attributes
    ----------
    first_day, last_day : datetime.date
        Both inclusive; `last_day` is None for a moment, the beginning of `first_day`.
    dataset, category, subcategory : str
        What it is of; empty for all.
    is_break : bool
        Whether counts before and after cannot be compared.
    """

    event_id: str
    name: str
    first_day: datetime.date
    last_day: datetime.date | None = None
    kind: str = ""
    dataset: str = ""
    category: str = ""
    subcategory: str = ""
    is_break: bool = False
    source: str = ""
    licence: str = ""

    def breaks(self) -> tuple[datetime.date, ...]:
        """The days with which something begins that cannot be compared with what was before.

        Returns
        -------
        tuple of datetime.date
            The first day, and the day after the last where there is one; empty if no break.
        """
        if not self.is_break:
            return ()
        end = () if self.last_day is None else (self.last_day + _DAY,)
        return (self.first_day, *end)

    def overlaps(self, first: datetime.date, last: datetime.date) -> bool:
        """Whether some of it is in a period.

        Parameters
        ----------
        first, last : datetime.date
            Both inclusive.

        Returns
        -------
        bool
            True where a day of it is.
        """
        return self.first_day <= last and (self.last_day or self.first_day) >= first

    def as_source(self) -> dict[str, object]:
        """What is known of it, for the provenance.

        Returns
        -------
        dict of str to object
            JSON members, those that are stated.
        """
        members = dataclasses.asdict(self)
        days = {name: str(members[name]) for name in _DAYS if members[name] is not None}
        return {name: value for name, value in members.items() if value} | days

    def label(self) -> str:
        """Name, days and what it is of, for a note.

        Returns
        -------
        str
            Such as ``First lockdown (2020-03-23 to 2020-07-04)``.
        """
        days = f"{self.first_day}" + (f" to {self.last_day}" if self.last_day else "")
        subject = " ".join(filter(None, (self.category, self.subcategory)))
        return f"{self.name} ({days}{f', {subject}' if subject else ''})"


@dataclass(frozen=True)
class Events:
    """All events, by their first days and ids."""

    version: int
    events: tuple[Event, ...]


class EventStore(FileStore[Events]):
    """All events.

    Parameters
    ----------
    folder : Path or DataFolder
        ``HOTSPOTS_DATA_DIR/events``; need not exist yet.
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
            VersionedTable(folder, _read, name="events", digests=digests, damage=damage)
        )

    def all(self) -> tuple[Event, ...]:
        """Every event.

        Returns
        -------
        tuple of Event
            By first day; empty if none has been imported.

        Raises
        ------
        DamagedTableError
            If the table cannot be read.
        """
        current = self._table.current()
        return () if current is None else current.events

    def applying(
        self,
        dataset: str,
        *,
        first: datetime.date,
        last: datetime.date,
        categories: Collection[str] = (),
        subcategories: Collection[str] = (),
    ) -> tuple[Event, ...]:
        """The events of a selection of incidents and a period.

        Parameters
        ----------
        dataset : str
            Its name.
        first, last : datetime.date
            The period, both inclusive.
        categories, subcategories : collection of str
            Those selected; empty: all. An event of one category applies to a selection of all.

        Returns
        -------
        tuple of Event
            By first day.

        Raises
        ------
        DamagedTableError
            If the table cannot be read.
        """
        return tuple(
            event
            for event in self.all()
            if event.dataset in ("", dataset)
            and (not (event.category and categories) or event.category in categories)
            and (not (event.subcategory and subcategories) or event.subcategory in subcategories)
            and event.overlaps(first, last)
        )

    def append(
        self,
        rows: pa.Table,
        *,
        file: SourceFile,
        source: str = "",
        licence: str = "",
        replace: bool = False,
    ) -> Committed:
        """Add events in one atomic commit.

        Parameters
        ----------
        rows : pyarrow.Table
            Columns of ``SCHEMA``, each `event_id` once; days may be of type date.
        file : SourceFile
            Where the rows came from.
        source, licence : str
            Of rows that state none.
        replace : bool
            Put the rows in the place of those of the same ids and of the same file.

        Returns
        -------
        Committed
            The new version, and the numbers of rows written and replaced.

        Raises
        ------
        AlreadyImportedError, SameNameError, EventExistsError
            Without `replace`, if the file or an event of it is loaded already.
        ImportRefusedError
            If there are no rows.
        DatasetSettingsError, ConcurrentImportError, ReadOnlyDataError, DamagedTableError
        """
        constants: dict[str, object] = {"is_break": False}
        for name, value in (("source", source), ("licence", licence)):
            constants[name] = value or None
            if value and name in rows.column_names:
                filled = rows.column(name).cast(pa.string()).fill_null(value)
                rows = rows.set_column(rows.column_names.index(name), name, filled)
        table = completed(rows, SCHEMA, files=(file,), constants=constants)
        ids = table.column("event_id").to_pylist()

        def plan(current: TableVersion) -> Plan:
            planned = plan_of_files(current, (file,), name="events", replace=replace)
            loaded = set(current.read(["event_id"]).column(0).to_pylist())
            if not replace and not loaded.isdisjoint(ids):
                raise EventExistsError(tuple(sorted(loaded.intersection(ids))))
            if planned.replaced is None:
                return planned
            return Plan(RowCondition(({"event_id": ids},)) | planned.replaced)

        return self._table.append(table, facts={"title": "Events"}, plan=plan)


def _read(table: TableVersion) -> Events:
    """All events of a table version."""
    names = [name for name in SCHEMA.names if name in Event.__dataclass_fields__]
    events = []
    for row in table.read(names).to_pylist():
        stated = {name: value for name, value in row.items() if value is not None}
        days = {name: datetime.date.fromisoformat(stated[name]) for name in _DAYS & stated.keys()}
        events.append(Event(**stated | days))
    return Events(
        table.version, tuple(sorted(events, key=lambda event: (event.first_day, event.event_id)))
    )
