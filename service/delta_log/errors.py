"""What is wrong with a file of a Delta table; the store says of which table."""

from dataclasses import dataclass


@dataclass(eq=False)
class DamagedFileError(Exception):
    """A file of a Delta table is missing, short, or has other bytes than were written."""

    name: str
    reason: str

    def __str__(self) -> str:
        return f"{self.name} {self.reason}"
