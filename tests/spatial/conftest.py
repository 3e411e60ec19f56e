"""Real points shared by the tests of the numerics."""

import csv

import numpy as np
import pytest

from spatial.coordinates.crs import WGS84, transform_xy


@pytest.fixture(scope="session")
def police_xy_m(test_data):
    """(80228, 2) the located police.uk records of 2024, EPSG:27700."""
    lonlat = [
        (float(row["Longitude"]), float(row["Latitude"]))
        for file in sorted((test_data / "police-uk-2024").glob("*-street.csv"))
        for row in csv.DictReader(file.read_text(encoding="utf-8").splitlines())
        if row["Longitude"]
    ]
    return transform_xy(np.array(lonlat), source=WGS84, target="EPSG:27700")
