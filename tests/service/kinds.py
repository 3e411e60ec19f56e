"""The county of the tests with a dataset of every kind, at rest in two worlds.

The second world differs from the first in everything that is not published: places within the
squares, days and months within a year, hours, sex, subcategories, files, those without a place,
and how many incidents stand in some cells that are hidden. Whoever may not see records must not be
able to tell the worlds apart.
"""

import dataclasses
import datetime
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

import pyarrow as pa

from service.store.incidents import IncidentStore
from service.store.source_files import SourceFile
from tests.service import blocks, world

World = Literal["first", "second"]
Kind = Literal["unprotected", "open", "censored", "perturbed", "unpublished", "expired"]

# Names and numbers that nothing else has, so that a text search for them means something.
DATASETS: Final[Mapping[Kind, str]] = {
    "unprotected": "qualmo",
    "open": "zibrel",
    "censored": "vextor",
    "perturbed": "jundap",
    "unpublished": "wobrix",
    "expired": "kyflem",
}
RECORDS: Final[Mapping[Kind, int]] = {
    "unprotected": 1_613,
    "open": 1_721,
    "censored": 1_847,
    "perturbed": 1_931,
    "unpublished": 2_057,
    "expired": 2_179,
}
SMALL = (("C02", "fire", 2023, 2), ("C21", "fire", 2024, 1), ("C32", "fire", 2024, 2))


def build(folder: Path) -> dict[World, Path]:
    """Both worlds in a folder: the county with its blocks and a dataset of every kind.

    Parameters
    ----------
    folder : Path
        Where; need not exist.
    """
    common = blocks.add(world.build(folder / "common"))
    _append(common, "open", "first")  # of which everything is published
    worlds: dict[World, Path] = {}
    for which in ("first", "second"):
        worlds[which] = Path(shutil.copytree(common, folder / which))
        for kind in DATASETS:
            if kind != "open":
                _append(worlds[which], kind, which)
    return worlds


def _records(kind: Kind) -> list[world.Record]:
    """The records of the county, the small cells, and as many in C11 as the kind needs."""
    records = [*world.RECORDS, *(each for cell in SMALL for each in _in_cell(*cell))]
    own = f"{DATASETS[kind]}ing"  # a category of its own
    missing = RECORDS[kind] - len(records)
    return records + [
        world.Record(own, world.moment(k), "day", *world.place("C11", k)) for k in range(missing)
    ]


def _in_cell(code: str, category: str, year: int, number: int) -> list[world.Record]:
    """Records of one published cell."""
    return [
        world.Record(category, _moment(year, k), "day", *world.place(code, k))
        for k in range(number)
    ]


def _moment(year: int, k: int) -> datetime.datetime:
    return datetime.datetime(year, k % 12 + 1, k % 28 + 1)  # noqa: DTZ001


def _elsewhere(record: world.Record, k: int, keeps_month: bool) -> world.Record:
    """A record at another place of its square, on another day of its year or month."""
    before = record.occurred
    month = before.month if keeps_month else 12 - before.month + 1
    occurred = datetime.datetime(before.year, month, (k * 5) % 28 + 1, k % 24)  # noqa: DTZ001
    moved = dataclasses.replace(record, occurred=occurred, precision="minute")
    square = record.cell_of_place
    if square is None:  # without a place, or outside the county
        return moved
    x_m, y_m = world.place(square, k + 7)
    return dataclasses.replace(moved, x_m=x_m, y_m=y_m)


def _append(data_dir: Path, kind: Kind, which: World) -> None:
    """Put the records of a kind to rest as they are in a world."""
    records, dataset, is_second = _records(kind), DATASETS[kind], which == "second"
    if is_second:
        keeps_month = kind == "perturbed"  # it is published by month
        records = [_elsewhere(each, k, keeps_month) for k, each in enumerate(records)]
    if is_second and kind == "censored":
        records += [each for cell in SMALL for each in _in_cell(*cell[:3], 1)]
    rows = world.incident_rows(tuple(records))
    columns = {
        "incident_id": [f"{dataset}-{k}" for k in range(len(records))],
        "sex": [("female", "male")[(k + is_second) % 2] for k in range(len(records))],
        "subcategory": [f"kind {(k + is_second) % 3}" for k in range(len(records))],
    }
    for name, values in columns.items():
        rows = rows.append_column(name, pa.array(values))
    name = f"{dataset}-{which}.csv"
    IncidentStore(data_dir / "incidents", crs=world.CRS).append(
        dataset,
        rows,
        files=[SourceFile.of(name, name.encode())],
        title=dataset.capitalize(),
        source="Ambulance",
        licence="Open Licence 1",
    )
