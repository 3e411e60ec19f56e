"""Datasets of the small county with months that nobody delivered.

`DATASET` has January, February and November 2024: two records a day, three in February, all
located. `LONG` has these with one a day, and all of 2023 before them.
"""

import calendar
import datetime
from pathlib import Path

from service.store.incidents import IncidentStore
from service.store.source_files import SourceFile
from tests.service import world

DATASET = "gap"
A_DAY = {"2024-01": 2, "2024-02": 3, "2024-11": 2}
DAYS = {"2024-01": 31, "2024-02": 29, "2024-11": 30}
LONG = "long"
LONG_MONTHS = (*(f"2023-{month:02}" for month in range(1, 13)), *A_DAY)
COUNTS = {month: A_DAY[month] * DAYS[month] for month in A_DAY}


def records(month: str, a_day: int) -> tuple[world.Record, ...]:
    """The records of one month, in every square in turn."""
    first = datetime.datetime.fromisoformat(f"{month}-01")
    days = calendar.monthrange(first.year, first.month)[1]
    return tuple(
        world.Record(
            "assault",
            first + datetime.timedelta(days=k // a_day),
            "day",
            *world.place(world.CODES[k % len(world.CODES)], k),
        )
        for k in range(days * a_day)
    )


def add(data_dir: Path) -> Path:
    """The county's folder, with the datasets in files named by month and force."""
    for month, a_day in A_DAY.items():
        append(data_dir, DATASET, month, a_day)
    for month in LONG_MONTHS:
        append(data_dir, LONG, month, 1)
    return data_dir


def append(data_dir: Path, dataset: str, month: str, a_day: int, *, force: str = "kent") -> None:
    """One month of one force in a file of its name."""
    name = f"{month}-{force}-street.csv"
    rows = world.incident_rows(records(month, a_day))
    store = IncidentStore(data_dir / "incidents", crs=world.CRS)
    store.append(dataset, rows, files=[SourceFile.of(name, name.encode())], title="Gaps")
