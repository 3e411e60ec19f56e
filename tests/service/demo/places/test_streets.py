"""Streets of the demonstration county: joined up, named, and near its incidents."""

from collections import Counter

import numpy as np
import pytest
import shapely

from service.demo.county import County
from spatial.networks.nearest import nearest_shapes
from spatial.networks.segments import Segments, street_segments


@pytest.fixture(scope="module")
def segments(county: County) -> Segments:
    roads = county.streets.roads
    lines = np.asarray(shapely.from_wkb(roads["geometry"].to_pylist()), dtype=object)
    names = roads["name"].combine_chunks().dictionary_encode()
    return street_segments(lines, names.indices.fill_null(-1).to_numpy(zero_copy_only=False))


def test_most_streets_are_short_and_have_a_name(county: County, segments: Segments) -> None:
    names = county.streets.roads["name"]
    assert names.null_count < 0.2 * len(names)
    assert 50.0 < np.median(segments.lengths_m) < 500.0


def test_crime_is_published_on_the_streets(county: County, segments: Segments) -> None:
    rows = county.incidents["police-crime"].slice(0, 5_000)
    xy_m = np.column_stack([rows["easting_m"], rows["northing_m"]]).astype(np.float64)
    xy_m = xy_m[np.isfinite(xy_m).all(axis=1)]
    nearest = nearest_shapes(shapely.STRtree(segments.lines), xy_m, distance_m=50.0)
    assert (nearest.shape >= 0).mean() > 0.95


def test_each_street_has_an_entry_and_each_venue_a_name(county: County) -> None:
    names = county.streets.names
    streets = {name for name in county.streets.roads["name"].to_pylist() if name}
    entries = set(names["name"].to_pylist())
    assert {name for name in streets if " " in name} <= entries
    premises = county.streets.premises["name"].to_pylist()
    assert max(Counter(premises).values()) == 1
    assert len(premises) > 100
