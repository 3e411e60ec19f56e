"""A dataset of the small county over six years, with a season, a rise and two kinds of incident."""

import datetime
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from service.coverage.spans import Span
from service.store.incidents import IncidentStore
from service.store.reference.events import EventStore
from service.store.reference.measures import MeasureStore
from service.store.source_files import SourceFile
from tests.service import world

DATASET = "years"
FIRST, LAST = datetime.date(2015, 1, 1), datetime.date(2020, 11, 15)
SEASON = (4, 3, 4, 5, 6, 8, 9, 8, 6, 5, 4, 3)
RESIDENTS = {"D1": {"2015": 1_000.0, "2020": 2_000.0}, "D2": {"2015": 3_000.0, "2020": 3_000.0}}


@dataclass(frozen=True)
class Case:
    """One incident."""

    day: datetime.date
    category: str
    kind: str
    cell: str
    weight: float

    @property
    def district(self) -> str:
        return world.DISTRICT_OF[self.cell]


def cases() -> tuple[Case, ...]:
    """Every incident: more in summer, more from year to year, arson beside other damage."""
    found = []
    day = FIRST
    while day <= LAST:
        number = SEASON[day.month - 1] * (10 + day.year - 2015) // 10
        for k in range(number if day.day in (3, 12, 21) else number // 3):
            cell = world.CODES[(7 * day.day + 5 * k + day.month) % len(world.CODES)]
            category = "damage" if (day.day + k) % 3 else "theft"
            kind = "arson" if (day.month + k) % 4 == 0 else "other"
            found.append(Case(day, category, kind, cell, 1.0 + k % 3))
        day += datetime.timedelta(days=1)
    return tuple(found)


CASES = cases()


def add(data_dir: Path) -> Path:
    """The county's folder with the dataset, residents of its districts, and events."""
    places = np.array([world.place(case.cell, k) for k, case in enumerate(CASES)])
    rows = pa.table(
        {
            "incident_id": [f"y-{k}" for k in range(len(CASES))],
            "occurred": pa.array([case.day for case in CASES], pa.date32()).cast(
                pa.timestamp("us")
            ),
            "precision": ["day"] * len(CASES),
            "easting_m": places[:, 0],
            "northing_m": places[:, 1],
            "category": [case.category for case in CASES],
            "subcategory": [case.kind for case in CASES],
            "weight": [case.weight for case in CASES],
        }
    )
    IncidentStore(data_dir / "incidents", crs=world.CRS).append(
        DATASET,
        rows,
        files=[SourceFile.of("years.csv", b"years")],
        title="Years",
        covers=(Span(FIRST, LAST),),
    )
    residents = [
        (code, period, value)
        for code, values in RESIDENTS.items()
        for period, value in values.items()
    ]
    codes, periods, values = zip(*residents, strict=True)
    MeasureStore(data_dir / "measures").append(
        pa.table(
            {
                "layer": [world.DISTRICTS] * len(codes),
                "area_code": list(codes),
                "measure": ["residents"] * len(codes),
                "period": list(periods),
                "value": list(values),
            }
        ),
        file=SourceFile.of("residents.csv", b"residents of districts"),
    )
    return data_dir


def add_events(data_dir: Path, **columns: object) -> Path:
    """The folder with a lockdown and a change of recording; columns take the place of theirs."""
    rows = {
        "event_id": ["lockdown", "recording"],
        "name": ["Lockdown", "New recording"],
        "first_day": [datetime.date(2020, 3, 23), datetime.date(2018, 4, 1)],
        "last_day": pa.array([datetime.date(2020, 5, 10), None], pa.date32()),
        "dataset": [None, DATASET],
        "is_break": [False, True],
        **columns,
    }
    file = SourceFile.of("events.csv", b"events")
    EventStore(data_dir / "events").append(pa.table(rows), file=file)
    return data_dir
