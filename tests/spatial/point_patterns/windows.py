"""The window and points whose functions R spatstat computed, and what it said."""

import csv
from pathlib import Path

import numpy as np
import shapely

from spatial.point_patterns.windows import Window

REFERENCE = Path(__file__).parents[2] / "reference" / "spatstat"
NAMES = ("polygon", "rectangle")


def table(name):
    """Columns of a file of the reference."""
    with (REFERENCE / name).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {key: np.array([_number(row[key]) for row in rows]) for key in rows[0]}


def _number(text):
    try:
        return float(text)
    except ValueError:
        return text


def pairs(name):
    columns = table(name)
    return np.column_stack([columns["x"], columns["y"]])


POINTS = pairs("functions_points.csv")
POLYGON = shapely.Polygon(pairs("functions_window.csv"))
WINDOWS = {"polygon": Window(POLYGON), "rectangle": Window(shapely.box(*POLYGON.bounds))}


def recorded(name):
    """What spatstat says of the points in a window."""
    columns = table("functions.csv")
    is_row = columns["window"] == name
    return {key: values[is_row] for key, values in columns.items()}
