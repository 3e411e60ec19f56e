"""A dataset of the small county with months that nobody delivered: January, February, November.

Two records a day in January and November, three a day in February, all located.
"""

import datetime
from pathlib import Path

from service.store.incidents import IncidentStore
from service.store.source_files import SourceFile
from tests.service import world

DATASET = "gap"
A_DAY = {"2024-01": 2, "2024-02": 3, "2024-11": 2}
DAYS = {"2024-01": 31, "2024-02": 29, "2024-11": 30}
COUNTS = {month: A_DAY[month] * DAYS[month] for month in A_DAY}


def records(month: str) -> tuple[world.Record, ...]:
    """The records of one month, in every square in turn."""
    first = datetime.datetime.fromisoformat(f"{month}-01")
    return tuple(
        world.Record(
            "assault",
            first + datetime.timedelta(days=k // A_DAY[month]),
            "day",
            *world.place(world.CODES[k % len(world.CODES)], k),
        )
        for k in range(COUNTS[month])
    )


def add(data_dir: Path) -> Path:
    """The county's folder, with the dataset in files named by month and force."""
    store = IncidentStore(data_dir / "incidents", crs=world.CRS)
    for month in A_DAY:
        name = f"{month}-kent-street.csv"
        rows = world.incident_rows(records(month))
        store.append(DATASET, rows, files=[SourceFile.of(name, name.encode())], title="Gaps")
    return data_dir
