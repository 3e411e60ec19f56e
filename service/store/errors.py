"""Errors of data at rest and of imports: never an HTTP status.

StoreError
├── UnknownDatasetError     a dataset that has not been imported
├── UnknownMeasureError     a measure, or a period of it, that a layer does not have
├── NoSitesError            no development sites have been imported
├── AlreadyImportedError    a file that is in the table already
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
            f"{self.path} is in {self.table} already, byte for byte; nothing was imported. "
            "Repeat with --replace to put its rows in the place of those imported before"
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
