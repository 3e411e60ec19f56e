"""Errors of data at rest and of imports: never an HTTP status.

StoreError
├── UnknownDatasetError     a dataset that has not been imported
├── UnknownAttributeError   an attribute that a dataset does not have
├── UnknownMeasureError     a measure, or a period of it, that a layer does not have
├── NoSitesError            no development sites have been imported
├── AlreadyImportedError    a file that is in the table already
├── SameNameError           another file of the same name is in the table already
├── MeasureExistsError      a measure of that layer and period is loaded already
├── LookupExistsError       a lookup between two layers is loaded already
├── PostcodesExistError     postcodes of a file are loaded already, from another file
├── SiteExistsError         a development site of that identifier is loaded already
├── ConcurrentImportError   other imports kept getting in first
├── WrongCrsError           a table in another coordinate system than the working one
├── DatasetSettingsError    a dataset name or description that is not usable
├── ImportRefusedError      a file from which nothing was imported, and why
├── ReadOnlyDataError       a data folder that cannot be written
└── DamagedTableError       a table at rest that cannot be read
"""

from typing import ClassVar


class StoreError(Exception):
    """Something about data at rest that has no correct answer."""

    code: ClassVar[str] = "store-error"


class UnknownDatasetError(StoreError):
    """No dataset of that name has been imported."""

    code = "unknown-dataset"

    def __init__(self, dataset: str, allowed: tuple[str, ...]) -> None:
        super().__init__(dataset, allowed)
        self.dataset = dataset
        self.allowed = allowed

    def __str__(self) -> str:
        known = ", ".join(self.allowed) if self.allowed else "none is imported yet"
        return f"dataset {self.dataset!r} is not one of those imported: {known}"


class UnknownAttributeError(StoreError):
    """The dataset has no attribute of that name."""

    code = "unknown-attribute"

    def __init__(self, dataset: str, attribute: str, allowed: tuple[str, ...]) -> None:
        super().__init__(dataset, attribute, allowed)
        self.dataset = dataset
        self.attribute = attribute
        self.allowed = allowed

    def __str__(self) -> str:
        known = ", ".join(self.allowed) if self.allowed else "none"
        return f"dataset {self.dataset!r} has no attribute {self.attribute!r}; it has: {known}"


class UnknownMeasureError(StoreError):
    """The layer has no such measure, or not for that period."""

    code = "unknown-measure"

    def __init__(self, layer: str, measure: str, allowed: tuple[str, ...]) -> None:
        super().__init__(layer, measure, allowed)
        self.layer = layer
        self.measure = measure
        self.allowed = allowed

    def __str__(self) -> str:
        known = ", ".join(self.allowed) if self.allowed else "none is imported for it yet"
        return f"layer {self.layer!r} has no measure {self.measure!r}; it has: {known}"


class NoSitesError(StoreError):
    """No development sites have been imported."""

    code = "no-sites"

    def __str__(self) -> str:
        return "no development sites are imported yet: hotspots import sites FILE"


class AlreadyImportedError(StoreError):
    """The very same file is in the table already."""

    code = "already-imported"

    def __init__(self, path: str, table: str) -> None:
        super().__init__(path, table)
        self.path = path
        self.table = table

    def __str__(self) -> str:
        return (
            f"imported into {self.table} before, byte for byte: {self.path}; nothing was "
            "imported. Repeat with --replace to put the rows in the place of those there"
        )


class SameNameError(StoreError):
    """Rows of another file of the same name are in the table already."""

    code = "same-file-name"

    def __init__(self, path: str, table: str) -> None:
        super().__init__(path, table)
        self.path = path
        self.table = table

    def __str__(self) -> str:
        return (
            f"{self.table} already has rows of a file named {self.path}, with other content; "
            "nothing was imported. Repeat with --replace to put the new rows in the place of "
            "the old ones, or rename the file to add them"
        )


class MeasureExistsError(StoreError):
    """The layer has that measure of that period already."""

    code = "measure-exists"

    def __init__(self, layer: str, measure: str, period: str, loaded_from: str) -> None:
        super().__init__(layer, measure, period, loaded_from)
        self.layer = layer
        self.measure = measure
        self.period = period
        self.loaded_from = loaded_from

    def __str__(self) -> str:
        return (
            f"measure {self.measure!r} of {self.period} for layer {self.layer!r} is loaded "
            f"already, from {self.loaded_from}; nothing was imported. "
            "Repeat with --replace to replace it"
        )


class LookupExistsError(StoreError):
    """A lookup between those two layers is loaded already."""

    code = "lookup-exists"

    def __init__(self, from_layer: str, to_layer: str, loaded_from: str) -> None:
        super().__init__(from_layer, to_layer, loaded_from)
        self.from_layer = from_layer
        self.to_layer = to_layer
        self.loaded_from = loaded_from

    def __str__(self) -> str:
        return (
            f"a lookup from {self.from_layer} to {self.to_layer} is loaded already, from "
            f"{self.loaded_from}; nothing was imported. Repeat with --replace to replace it"
        )


class PostcodesExistError(StoreError):
    """Postcodes of a file are loaded already, from another file."""

    code = "postcodes-exist"

    def __init__(self, examples: tuple[str, ...], number: int, loaded_from: str) -> None:
        super().__init__(examples, number, loaded_from)
        self.examples = examples
        self.number = number
        self.loaded_from = loaded_from

    def __str__(self) -> str:
        return (
            f"{self.number:,} of the postcodes are loaded already, such as "
            f"{', '.join(self.examples)} from {self.loaded_from}; nothing was imported. "
            "Repeat with --replace to replace them"
        )


class SiteExistsError(StoreError):
    """Development sites of those identifiers are loaded already."""

    code = "site-exists"

    def __init__(self, site_ids: tuple[str, ...]) -> None:
        super().__init__(site_ids)
        self.site_ids = site_ids

    def __str__(self) -> str:
        shown = ", ".join(self.site_ids[:5])
        more = f" and {len(self.site_ids) - 5} more" if len(self.site_ids) > 5 else ""
        return (
            f"sites {shown}{more} are loaded already; nothing was imported. "
            "Repeat with --replace to replace them"
        )


class ConcurrentImportError(StoreError):
    """Other imports into the same table got in first, again and again."""

    code = "concurrent-import"

    def __init__(self, table: str, attempts: int) -> None:
        super().__init__(table, attempts)
        self.table = table
        self.attempts = attempts

    def __str__(self) -> str:
        return (
            f"other imports into {self.table} got in first {self.attempts} times; "
            "nothing was imported. Repeat when they have finished"
        )


class WrongCrsError(StoreError):
    """The table is in another coordinate system than the working one."""

    code = "wrong-crs"

    def __init__(self, table: str, crs: str, working_crs: str) -> None:
        super().__init__(table, crs, working_crs)
        self.table = table
        self.crs = crs
        self.working_crs = working_crs

    def __str__(self) -> str:
        return (
            f"{self.table} is in {self.crs}, but the working coordinate system is "
            f"{self.working_crs}: set HOTSPOTS_CRS={self.crs}, or import the data again "
            "into another data folder"
        )


class DatasetSettingsError(StoreError):
    """A name or description of a dataset or table that is not usable."""

    code = "dataset-settings"

    def __init__(self, field: str, value: str, allowed: str) -> None:
        super().__init__(field, value, allowed)
        self.field = field
        self.value = value
        self.allowed = allowed

    def __str__(self) -> str:
        return f"{self.field} must be {self.allowed}, got {self.value!r}"


class ImportRefusedError(StoreError):
    """Nothing was imported from a file; the reason names field, value and what is allowed."""

    code = "import-refused"

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}; nothing was imported"


class ReadOnlyDataError(StoreError):
    """The data folder, or something in it, cannot be written."""

    code = "read-only-data"

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.path} cannot be written: {self.reason}"


class DamagedTableError(StoreError):
    """A table at rest cannot be read."""

    code = "damaged-table"

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.path} cannot be read as a table of ours: {self.reason}"
