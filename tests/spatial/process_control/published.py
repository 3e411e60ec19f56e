"""What NHSRplotthedots says of some series; see the README beside the values."""

import csv
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np

from spatial.arrays import BoolArray, FloatArray, IntArray

FOLDER = Path(__file__).parents[2] / "reference" / "nhsrplotthedots"
# Twenty standard normal values of R with the seed 123.
NORMAL = (
    -0.5604756, -0.2301775, 1.5587083, 0.0705084, 0.1292877, 1.7150650, 0.4609162, -1.2650612,
    -0.6868529, -0.4456620, 1.2240818, 0.3598138, 0.4007715, 0.1106827, -0.5558411, 1.7869131,
    0.4978505, -1.9666172, 0.7013559, -0.4727914,
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Series:
    """One series with its limits and hits."""

    number: str
    segment: IntArray
    value: FloatArray
    mean: FloatArray
    lower: FloatArray
    upper: FloatArray
    rules: BoolArray
    types: tuple[str, ...]

    def __str__(self) -> str:
        return self.number


def _read() -> tuple[Series, ...]:
    with (FOLDER / "series.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    series = []
    for number, group in groupby(rows, key=lambda row: row["series"]):
        part = list(group)
        value, mean, lower, upper = (
            np.array([float(row[name]) for row in part])
            for name in ("value", "mean", "lower", "upper")
        )
        names = ("outside", "trend", "two_in_three", "shift")
        rules = np.array([[row[name] == "1" for row in part] for name in names])
        segment = np.array([int(row["segment"]) for row in part])
        types = tuple(row["type"] for row in part)
        series.append(Series(number, segment, value, mean, lower, upper, rules, types))
    return tuple(series)


SERIES = _read()
