"""The list of deletions: what, when, and digests by which a restore applies each again."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final, Literal, Self

from boundaries.storage.data_folder import DataFolder
from service.store.errors import DamagedTableError

LIST: Final = "deletions.json"
FORMAT: Final = 1

Kind = Literal[
    "incidents",
    "boundaries",
    "measures",
    "lookups",
    "sites",
    "postcodes",
    "events",
    "flag_rules",
    "harm_indices",
    "area_groups",
    "gazetteer",
    "roads",
    "background",
    "place_sets",
    "neighbours",
]
Rule = Literal["", "retention", "subject"]


@dataclass(frozen=True)
class Deletion:
    """One deletion, without a value that was deleted.

    Attributes
    ----------
    kind : str
        Of what: incidents, boundaries, or the name of another table.
    name : str
        Of the dataset or layer; empty where there is one table of the kind.
    where : mapping of str to str
        Which rows, by columns that name things and no persons: a measure, its layer.
    column : str
        Where only some rows of a dataset went: `source_sha256` or `incident_id`.
    digests : tuple of str
        Of the values of that column whose rows went: digests of files as they are, identifiers
        by a keyed digest, since those of a few digits could be guessed.
    key : str
        Of that digest; empty for files.
    before : str
        Where the rows went that occurred before a day: the day, in ISO form.
    keeps_published : bool
        Whether the published numbers of the periods that begin before it stay.
    rule : str
        By which rule they went: `retention`, `subject`, or empty for a decision of the moment.
    rows : int
        How many went.
    deleted : str
        When, in UTC.
    deletion_id : str
        Tells it from all others.
    """

    kind: Kind
    name: str = ""
    where: Mapping[str, str] = field(default_factory=dict)
    column: str = ""
    digests: tuple[str, ...] = ()
    key: str = ""
    before: str = ""
    keeps_published: bool = False
    rule: Rule = ""
    rows: int = 0
    deleted: str = ""
    deletion_id: str = ""

    @classmethod
    def of_values(cls, name: str, column: str, values: Iterable[str]) -> Self:
        """The deletion of the rows of a dataset in which a column has one of some values.

        Parameters
        ----------
        name : str
            Of the dataset.
        column : str
            `source_sha256` or `incident_id`.
        values : iterable of str
            Of that column.

        Returns
        -------
        Deletion
            With digests of the values.
        """
        key = secrets.token_hex(16) if column == "incident_id" else ""
        digests = tuple(sorted(_digest(value, key) for value in values))
        return cls("incidents", name, column=column, digests=digests, key=key)

    def is_of(self, values: Iterable[str | None]) -> list[str]:
        """Those of the values of its column whose rows it is of.

        Parameters
        ----------
        values : iterable of str or None
            Of the column.

        Returns
        -------
        list of str
            Without null.
        """
        digests = set(self.digests)
        return [v for v in values if v is not None and _digest(v, self.key) in digests]

    def __str__(self) -> str:
        named = [self.kind, self.name, *self.where.values()]
        what = " ".join(part for part in named if part)
        if self.column:
            noun = "file" if self.column == "source_sha256" else "id"
            plural = "" if len(self.digests) == 1 else "s"
            what += f", rows of {len(self.digests)} {noun}{plural}"
        if self.before:
            what += f", rows from before {self.before}"
        rule = f" by the rule of {self.rule}" if self.rule else ""
        rows = f"{self.rows:,} row{'' if self.rows == 1 else 's'}"
        return f"{what} ({rows}), deleted {self.deleted}{rule}"


class DeletionList:
    """The deletions of a data folder, oldest first, in one small file.

    Parameters
    ----------
    data : DataFolder
        ``HOTSPOTS_DATA_DIR``.
    """

    def __init__(self, data: DataFolder) -> None:
        self._data = data

    def entries(self) -> tuple[Deletion, ...]:
        """All deletions that are recorded.

        Returns
        -------
        tuple of Deletion
            Empty without a file.

        Raises
        ------
        DamagedTableError
            If the file cannot be read.
        """
        path = self._data.resolve(LIST)
        return read_deletions(path) if path.exists() else ()

    def record(self, deletion: Deletion) -> Deletion:
        """Add a deletion, on disk before anything is deleted.

        Parameters
        ----------
        deletion : Deletion
            Without time and id.

        Returns
        -------
        Deletion
            With both.
        """
        now = datetime.now(UTC).isoformat(timespec="seconds")
        stated = {**asdict(deletion), "deleted": now, "deletion_id": secrets.token_hex(8)}
        dated = Deletion(**{**stated, "digests": tuple(stated["digests"])})
        self.write((*self.entries(), dated))
        return dated

    def write(self, deletions: Sequence[Deletion]) -> None:
        """Write the whole list, on disk.

        Parameters
        ----------
        deletions : sequence of Deletion
            Oldest first.
        """

        def to_file(file: IO[bytes]) -> None:
            entries = [asdict(deletion) for deletion in deletions]
            content = {"format": FORMAT, "deletions": entries}
            file.write(json.dumps(content, ensure_ascii=False, indent=1).encode())

        self._data.write(LIST, to_file, durable=True)


def read_deletions(path: Path) -> tuple[Deletion, ...]:
    """The deletions in a file.

    Parameters
    ----------
    path : Path
        That `DeletionList` wrote.

    Returns
    -------
    tuple of Deletion
        Oldest first.

    Raises
    ------
    DamagedTableError
        If it is missing or is no such file.
    """
    try:
        content: Any = json.loads(path.read_text("utf-8"))
        if content["format"] != FORMAT:
            raise ValueError(f"it is of format {content['format']}, this program reads {FORMAT}")
        return tuple(
            Deletion(**{**entry, "digests": tuple(entry["digests"])})
            for entry in content["deletions"]
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DamagedTableError(str(path), f"is not a list of deletions: {error}") from None


def merged_deletions(*lists: Iterable[Deletion]) -> tuple[Deletion, ...]:
    """Several lists as one, each deletion once.

    Parameters
    ----------
    *lists : iterable of Deletion
        In any order.

    Returns
    -------
    tuple of Deletion
        Oldest first.
    """
    by_id = {entry.deletion_id: entry for entries in lists for entry in entries}
    return tuple(sorted(by_id.values(), key=lambda entry: (entry.deleted, entry.deletion_id)))


def _digest(value: str, key: str) -> str:
    """The digest of a value: itself without a key, which is then a digest already."""
    if not key:
        return value
    return hmac.new(bytes.fromhex(key), value.encode(), hashlib.sha256).hexdigest()
