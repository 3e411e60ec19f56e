"""What stops a deletion, a backup, a restore or an upgrade: never an HTTP status."""

from dataclasses import dataclass


class HousekeepingError(Exception):
    """Something that is not done to a data folder, and why."""


@dataclass(eq=False)
class NothingToDeleteError(HousekeepingError):
    """There is nothing of that description."""

    what: str
    present: str

    def __str__(self) -> str:
        return f"there is no {self.what} to delete; there is: {self.present or 'nothing'}"


@dataclass(eq=False)
class RetentionNotStatedError(HousekeepingError):
    """A dataset whose agreement does not say how long its records may be kept."""

    dataset: str

    def __str__(self) -> str:
        return (
            f"no retention is stated for dataset {self.dataset}: "
            f"hotspots protect {self.dataset} --retention-months N states it"
        )


@dataclass(eq=False)
class NeededError(HousekeepingError):
    """Other data need what was to be deleted."""

    what: str
    needed_by: tuple[str, ...]

    def __str__(self) -> str:
        return (
            f"{self.what} is needed, and was not deleted: {'; '.join(self.needed_by)}. Delete "
            "or replace these first, or delete it all the same with --force"
        )


@dataclass(eq=False)
class StillThereError(HousekeepingError):
    """What was deleted is in the data folder still."""

    places: tuple[str, ...]

    def __str__(self) -> str:
        return (
            f"values of what was deleted are still in {', '.join(self.places)}: "
            "run hotspots purge when no import and no other program uses the data folder"
        )


class BlindSearchError(HousekeepingError):
    """A search that does not find what is there."""

    def __str__(self) -> str:
        return (
            "the search of the data folder does not find what is in it, and could prove nothing: "
            "nothing was deleted. This is a fault of the program"
        )


@dataclass(eq=False)
class BackupError(HousekeepingError):
    """A backup that is not written or not restored."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


@dataclass(eq=False)
class UpgradeError(HousekeepingError):
    """A data folder that was not brought to the layout of today."""

    reason: str

    def __str__(self) -> str:
        return f"the data folder was not upgraded: {self.reason}"
