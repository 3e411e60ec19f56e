"""A dataset of the small county in which much is known of each incident, and some of it is not."""

import datetime
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from service.coverage.spans import Span
from service.store.incidents import IncidentStore
from service.store.source_files import SourceFile
from tests.service import world

DATASET = "people"
COUNT = 900
FIRST = datetime.datetime(2023, 1, 1)  # noqa: DTZ001 - a Sunday
DAYS = 731


@dataclass(frozen=True)
class Person:
    """One incident, with who was harmed."""

    record: world.Record
    subcategory: str | None
    sex: str | None
    age: str | None
    marker: str | None
    victims: int | None


def people() -> tuple[Person, ...]:
    """Every incident: each is of one square, some without a place."""
    draw = random.Random(17)
    persons = []
    for k in range(COUNT):
        code = world.CODES[draw.randrange(len(world.CODES)) // draw.choice((1, 1, 3))]
        x_m, y_m = world.place(code, k) if draw.random() > 0.05 else (None, None)
        moment = FIRST + datetime.timedelta(minutes=draw.randrange(DAYS * 24 * 60))
        precision = draw.choice(("minute", "minute", "minute", "minute", "day", "month"))
        if precision == "day":
            moment = moment.replace(hour=0, minute=0)
        if precision == "month":
            moment = moment.replace(day=1, hour=0, minute=0)
        record = world.Record(draw.choice(("assault", "robbery")), moment, precision, x_m, y_m)
        persons.append(
            Person(
                record,
                draw.choice(("knife", "fist", None)),
                draw.choice(("Female", "Male", "Male", None)),
                draw.choice(("17", "18", "24.9", "30", "30.5", "31", "64", "65", "n/k", None)),
                draw.choice(("hate", "hate;alcohol", "alcohol; night", "none", None)),
                draw.choice((1, 2, None)),
            )
        )
    return tuple(persons)


PEOPLE = people()


def rows_of(chosen: Iterable[Person]) -> pa.Table:
    """The rows as an import hands them to the store."""
    persons = tuple(chosen)
    rows = world.incident_rows(tuple(person.record for person in persons))
    for name, kind in (
        ("subcategory", pa.string()),
        ("sex", pa.string()),
        ("age", pa.string()),
        ("marker", pa.string()),
        ("victims", pa.int64()),
    ):
        values = pa.array([getattr(person, name) for person in persons], kind)
        rows = rows.append_column(name, values)
    return rows


def add(data_dir: Path, is_chosen: Callable[[Person], bool] = lambda _: True) -> Path:
    """The county's folder with the dataset, or with those of its incidents that are chosen."""
    IncidentStore(data_dir / "incidents", crs=world.CRS).append(
        DATASET,
        rows_of(person for person in PEOPLE if is_chosen(person)),
        files=[SourceFile.of("people.csv", b"people")],
        title="People",
        covers=(Span(datetime.date(2023, 1, 1), datetime.date(2024, 12, 31)),),
    )
    return data_dir
