"""Errors of data at rest and of imports: never an HTTP status.

StoreError
├── UnknownDatasetError     a dataset that has not been imported
├── UnknownAttributeError   an attribute that a dataset does not have
├── UnknownMeasureError     a measure, or a period of it, that a layer does not have
├── UnknownAreaGroupError   a group of areas that has not been imported
├── UnknownHarmIndexError   a harm index that has not been imported, or not named among several
├── UnknownRulesError       rules of flags that have not been imported
├── UnknownNeighboursError  neighbours that have not been imported for the layer
├── UnknownPlacesError      a set of places that has not been imported
├── NoSitesError            no development sites have been imported
├── NoRoadsError            no roads have been imported
├── NoBackgroundError       no background map has been imported
├── AlreadyImportedError    a file that is in the table already
├── SameNameError           another file of the same name is in the table already
├── MeasureExistsError      a measure of that layer and period is loaded already
├── LookupExistsError       a lookup between two layers is loaded already
├── HarmIndexExistsError    a harm index of that id is loaded already
├── PostcodesExistError     postcodes of a file are loaded already, from another file
├── SiteExistsError         a development site of that identifier is loaded already
├── EventExistsError        an event of that identifier is loaded already
├── RulesExistError         rules of flags of that id are loaded already
├── AreaGroupExistsError    a group of areas of that name is loaded already
├── PlacesExistError        a gazetteer, roads, a set of places or a background are loaded already
├── NeighboursExistError    neighbours of that layer and name are loaded already
├── ConcurrentImportError   other imports kept getting in first
├── WrongCrsError           a table in another coordinate system than the working one
├── DatasetSettingsError    a dataset name or description that is not usable
├── ImportRefusedError      a file from which nothing was imported, and why
├── NotPublishableError     a dataset of which nothing can be published, and why
├── ReadOnlyDataError       a data folder that cannot be written
└── DamagedTableError       a table at rest that cannot be read
"""

from dataclasses import dataclass
from pathlib import PurePath
from typing import ClassVar

from service.coverage.spans import listed


class StoreError(Exception):
    """Something about data at rest that has no correct answer."""

    code: ClassVar[str] = "store-error"


@dataclass(eq=False)
class UnknownDatasetError(StoreError):
    """No dataset of that name has been imported."""

    code = "unknown-dataset"

    dataset: str
    allowed: tuple[str, ...]

    def __str__(self) -> str:
        names = ", ".join(self.allowed) if self.allowed else "none is imported yet"
        return f"dataset {self.dataset!r} is not one of those imported: {names}"


@dataclass(eq=False)
class UnknownAttributeError(StoreError):
    """The dataset has no attribute of that name."""

    code = "unknown-attribute"

    dataset: str
    attribute: str
    allowed: tuple[str, ...]

    def __str__(self) -> str:
        names = ", ".join(self.allowed) if self.allowed else "none"
        return f"dataset {self.dataset!r} has no attribute {self.attribute!r}; it has: {names}"


@dataclass(eq=False)
class UnknownMeasureError(StoreError):
    """The layer has no such measure, or not for that period."""

    code = "unknown-measure"

    layer: str
    measure: str
    allowed: tuple[str, ...]

    def __str__(self) -> str:
        names = ", ".join(self.allowed) if self.allowed else "none is imported for it yet"
        return f"layer {self.layer!r} has no measure {self.measure!r}; it has: {names}"


@dataclass(eq=False)
class UnknownAreaGroupError(StoreError):
    """No group of that name has been imported for the layer."""

    code = "unknown-area-group"

    layer: str
    group: str
    allowed: tuple[str, ...]

    def __str__(self) -> str:
        names = ", ".join(self.allowed) if self.allowed else "none is imported for it yet"
        return f"layer {self.layer!r} has no group of areas {self.group!r}; it has: {names}"


@dataclass(eq=False)
class UnknownNeighboursError(StoreError):
    """No neighbours of that name have been imported for the layer."""

    code = "unknown-neighbours"

    layer: str
    name: str
    allowed: tuple[str, ...]

    def __str__(self) -> str:
        names = ", ".join(f"imported:{name}" for name in self.allowed)
        return (
            f"layer {self.layer!r} has no neighbours imported:{self.name}; it has: "
            f"{names or 'none is imported for it yet'}"
        )


@dataclass(eq=False)
class NeighboursExistError(StoreError):
    """Neighbours of that layer and name are loaded already."""

    code = "neighbours-exist"

    layer: str
    name: str

    def __str__(self) -> str:
        return (
            f"neighbours {self.name!r} of layer {self.layer!r} are loaded already; nothing was "
            "imported. Run again with --replace to replace them"
        )


@dataclass(eq=False)
class UnknownHarmIndexError(StoreError):
    """No harm index of that id has been imported, or none is named among several."""

    code = "unknown-harm-index"

    index_id: str | None
    allowed: tuple[str, ...]

    def __str__(self) -> str:
        names = ", ".join(self.allowed)
        if not names:
            return "no harm index is imported yet: hotspots import harm-index FILE"
        if self.index_id is None:
            return f"several harm indices are imported: name one with harm_index, of {names}"
        return f"harm index {self.index_id!r} is not one of those imported: {names}"


@dataclass(eq=False)
class UnknownRulesError(StoreError):
    """No rules of flags of that id have been imported."""

    code = "unknown-rules"

    rules: str
    allowed: tuple[str, ...]

    def __str__(self) -> str:
        names = ", ".join(self.allowed) or "none, until hotspots import flag-rules FILE"
        return f"rules {self.rules!r} are not among those imported: {names}"


class NoSitesError(StoreError):
    """No development sites have been imported."""

    code = "no-sites"

    def __str__(self) -> str:
        return "no development sites are imported yet: hotspots import sites FILE"


@dataclass(eq=False)
class AlreadyImportedError(StoreError):
    """The very same file is in the table already."""

    code = "already-imported"

    path: str
    table: str

    def __str__(self) -> str:
        return (
            f"imported into {self.table} before, byte for byte: {self.path}; nothing was "
            "imported. Run again with --replace to replace the existing rows"
        )


@dataclass(eq=False)
class SameNameError(StoreError):
    """Rows of another file of the same name are in the table already."""

    code = "same-file-name"

    path: str
    table: str

    def __str__(self) -> str:
        return (
            f"{self.table} already has rows of a file named {self.path}, with other content; "
            "nothing was imported. Run again with --replace to replace the existing rows, or "
            "rename the file to add these"
        )


@dataclass(eq=False)
class UnknownPlacesError(StoreError):
    """No set of places of that name has been imported."""

    code = "unknown-places"

    place_set: str
    allowed: tuple[str, ...]

    def __str__(self) -> str:
        names = ", ".join(self.allowed)
        if not names:
            return "no places are imported yet: hotspots import places FILE --name NAME"
        return f"places {self.place_set!r} are none of those imported: {names}"


class NoRoadsError(StoreError):
    """No roads have been imported."""

    code = "no-roads"

    def __str__(self) -> str:
        return "no roads are imported yet: hotspots import roads FILE"


class NoBackgroundError(StoreError):
    """No background map has been imported."""

    code = "no-background"

    def __str__(self) -> str:
        return "no background map is imported yet: hotspots import background FILE"


@dataclass(eq=False)
class PlacesExistError(StoreError):
    """A gazetteer, roads or a set of places are loaded already."""

    code = "places-exist"

    label: str
    loaded_from: str

    def __str__(self) -> str:
        return (
            f"{self.label}: loaded already, from {self.loaded_from}; nothing was imported. Run "
            "again with --replace to replace it"
        )


@dataclass(eq=False)
class MeasureExistsError(StoreError):
    """The layer has that measure of that period already."""

    code = "measure-exists"

    layer: str
    measure: str
    period: str
    loaded_from: str

    def __str__(self) -> str:
        return (
            f"measure {self.measure!r} of {self.period} for layer {self.layer!r} is loaded "
            f"already, from {self.loaded_from}; nothing was imported. "
            "Run again with --replace to replace it"
        )


@dataclass(eq=False)
class LookupExistsError(StoreError):
    """A lookup between those two layers is loaded already."""

    code = "lookup-exists"

    from_layer: str
    to_layer: str
    loaded_from: str

    def __str__(self) -> str:
        return (
            f"a lookup from {self.from_layer} to {self.to_layer} is loaded already, from "
            f"{self.loaded_from}; nothing was imported. Run again with --replace to replace it"
        )


@dataclass(eq=False)
class HarmIndexExistsError(StoreError):
    """A harm index of that id is loaded already."""

    code = "harm-index-exists"

    index_id: str
    loaded_from: str

    def __str__(self) -> str:
        return (
            f"harm index {self.index_id!r} is loaded already, from {self.loaded_from}; nothing "
            "was imported. Run again with --replace to replace it"
        )


@dataclass(eq=False)
class PostcodesExistError(StoreError):
    """Postcodes of a file are loaded already, from another file."""

    code = "postcodes-exist"

    examples: tuple[str, ...]
    number: int
    loaded_from: str

    def __str__(self) -> str:
        return (
            f"{self.number:,} of the postcodes are loaded already, such as "
            f"{', '.join(self.examples)} from {self.loaded_from}; nothing was imported. "
            "Run again with --replace to replace them"
        )


@dataclass(eq=False)
class SiteExistsError(StoreError):
    """Development sites of those identifiers are loaded already."""

    code = "site-exists"

    site_ids: tuple[str, ...]

    def __str__(self) -> str:
        return (
            f"sites {listed(self.site_ids)} are loaded already; nothing was imported. "
            "Run again with --replace to replace them"
        )


@dataclass(eq=False)
class EventExistsError(StoreError):
    """Events of those identifiers are loaded already."""

    code = "event-exists"

    event_ids: tuple[str, ...]

    def __str__(self) -> str:
        return (
            f"events {listed(self.event_ids)} are loaded already; nothing was imported. "
            "Run again with --replace to replace them"
        )


@dataclass(eq=False)
class RulesExistError(StoreError):
    """Rules of flags of that id are loaded already."""

    code = "rules-exist"

    rules: str
    loaded_from: str

    def __str__(self) -> str:
        return (
            f"rules {self.rules} are loaded already, from {self.loaded_from}; nothing was "
            "imported. Run again with --replace to replace them"
        )


@dataclass(eq=False)
class AreaGroupExistsError(StoreError):
    """Groups of areas of those names are loaded already."""

    code = "area-group-exists"

    names: tuple[str, ...]

    def __str__(self) -> str:
        return (
            f"groups of areas {listed(self.names)} are loaded already; nothing was imported. Run "
            "again with --replace to replace them"
        )


@dataclass(eq=False)
class ConcurrentImportError(StoreError):
    """Other imports into the same table got in first, again and again."""

    code = "concurrent-import"

    table: str
    attempts: int

    def __str__(self) -> str:
        return (
            f"other imports into {self.table} were committed first {self.attempts} times; "
            "nothing was imported. Run again when they have finished"
        )


@dataclass(eq=False)
class WrongCrsError(StoreError):
    """The table is in another coordinate system than the working one."""

    code = "wrong-crs"

    table: str
    crs: str
    working_crs: str

    def __str__(self) -> str:
        return (
            f"{self.table} is in {self.crs}, but the working coordinate system is "
            f"{self.working_crs}: set HOTSPOTS_CRS={self.crs}, or import the data again "
            "into another data folder"
        )


@dataclass(eq=False)
class DatasetSettingsError(StoreError):
    """A name or description of a dataset or table that is not usable."""

    code = "dataset-settings"

    field: str
    value: str
    allowed: str

    def __str__(self) -> str:
        return f"{self.field} must be {self.allowed}, got {self.value!r}"


@dataclass(eq=False)
class ImportRefusedError(StoreError):
    """Nothing was imported from a file; the reason names field, value and what is allowed."""

    code = "import-refused"

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}; nothing was imported"


@dataclass(eq=False)
class NotPublishableError(StoreError):
    """Nothing can be published of a dataset as it is protected."""

    code = "not-publishable"

    dataset: str
    reason: str

    def __str__(self) -> str:
        return f"dataset {self.dataset!r} cannot be published: {self.reason}"


@dataclass(eq=False)
class ReadOnlyDataError(StoreError):
    """The data folder, or something in it, cannot be written."""

    code = "read-only-data"

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path} cannot be written: {self.reason}"


@dataclass(eq=False)
class DamagedTableError(StoreError):
    """A table at rest cannot be read."""

    code = "damaged-table"

    path: str
    reason: str

    @property
    def part(self) -> str:
        """What is damaged, in words that tell nothing of the server's folders."""
        *_, parent, name = PurePath(self.path).parts
        return f"dataset {name}" if parent == "incidents" else f"the table of {name}"

    def __str__(self) -> str:
        return f"{self.path} cannot be read as a table of this program: {self.reason}"
