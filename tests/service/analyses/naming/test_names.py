"""What points are called: the nearest name, distinct within a list, and where it is from."""

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from service.analyses.naming.labels import distinct_labels
from service.analyses.naming.locations import street_of
from service.analyses.naming.names import PlaceNames
from service.analyses.naming.streets import StreetNetwork
from service.store.errors import NoRoadsError
from service.store.incidents import IncidentStore
from service.store.reference.place_sets import GAZETTEER, PlaceSetStore
from service.store.reference.roads import RoadStore
from tests.service.store.rows import CRS, a_file

X, Y = 545_000.0, 258_000.0


@pytest.fixture
def gazetteer(tmp_path):
    return PlaceSetStore(tmp_path / GAZETTEER, crs=CRS, name=GAZETTEER)


@pytest.fixture
def roads(tmp_path):
    return RoadStore(tmp_path / "roads", crs=CRS)


@pytest.fixture
def names(gazetteer, roads):
    return PlaceNames(gazetteer=gazetteer, roads=roads)


def fill(gazetteer, *rows):
    columns = ("name", "kind", "easting_m", "northing_m", "locality")
    table = pa.table(dict(zip(columns, map(list, zip(*rows, strict=True)), strict=True)))
    gazetteer.append(GAZETTEER, table, files=[a_file("names.csv")], source="OS")


def draw(roads, *rows):
    """Roads from a name and two ends."""
    lines = [shapely.LineString([(X + a, Y + b) for a, b in ends]) for _, ends in rows]
    table = pa.table({"name": [name for name, _ in rows], "geometry": shapely.to_wkb(lines)})
    roads.append(table, files=[a_file("roads.gpkg")], source="OS")


def points(*offsets):
    return np.array(offsets, dtype=np.float64) + np.array([X, Y])


def test_without_gazetteer_roads_and_locations_nothing_has_a_name(names):
    named = names.near(points((0, 0)))
    assert named.names.tolist() == [None]
    assert named.sources == ("",)
    assert named.notes == ("1 place has no name within the distance.",)


def test_the_nearest_street_names_before_a_nearer_settlement(names, gazetteer):
    fill(
        gazetteer,
        ("Cambridge", "City", X, Y, None),
        ("Mill Road", "Named Road", X + 60, Y + 80, "Cambridge"),
    )
    named = names.near(points((0, 0), (-200, 0), (400, 0)))
    assert named.names.tolist() == ["Mill Road", "Cambridge", None]
    np.testing.assert_allclose(named.distance_m, [100.0, 200.0, np.nan])
    assert named.sources == ("gazetteer", "gazetteer", "")
    assert named.members["gazetteer"] == {
        "name": "gazetteer", "version": 0, "places": 2, "source": "OS", "loaded_from": "names.csv",
        "synthetic": False,
    }  # fmt: skip


def test_a_road_names_by_the_distance_to_its_line(names, gazetteer, roads):
    fill(gazetteer, ("Station", "Railway Station", X, Y + 20, None))
    draw(roads, ("Long Road", [(-5_000, -10), (5_000, -10)]), (None, [(0, 0), (0, 1)]))
    named = names.near(points((0, 0)))
    assert named.names.tolist() == ["Long Road"]
    assert named.sources == ("roads",)


def test_names_of_one_street_are_told_apart_by_town_junction_and_side(names, gazetteer, roads):
    fill(
        gazetteer,
        ("High Street", "Named Road", X, Y + 5_000, "Sawston"),
        ("High Street", "Named Road", X, Y + 9_000, "Linton"),
    )
    draw(
        roads,
        ("Mill Road", [(0, 0), (2_000, 0)]),
        ("Tenison Road", [(100, 0), (100, 300)]),
        ("Gwydir Street", [(500, 0), (500, 300)]),
    )
    named = names.near(
        points((0, 5_000), (0, 9_000), (90, 1), (490, 1), (1_000, 0), (1_900, 0), (1_900.2, 0))
    )
    assert named.names.tolist() == [
        "High Street, Sawston",
        "High Street, Linton",
        "Mill Road near Tenison Road",
        "Mill Road near Gwydir Street",
        "Mill Road (west)",
        "Mill Road (east)",
        "Mill Road (east) (2)",
    ]


def test_what_records_state_names_where_nothing_else_does(names, tmp_path):
    store = IncidentStore(tmp_path / "incidents", crs=CRS)
    rows = pa.table(
        {
            "occurred": pa.array(np.full(4, np.datetime64("2024-01-01T00:00", "s"))),
            "easting_m": [X, X + 10, X + 500, None],
            "northing_m": [Y, Y, Y, None],
            "category": ["theft"] * 4,
            "location": [
                "On or near Parking Area", "On or near East Road", "On or near Supermarket",
                "No Location",
            ],
        }
    )  # fmt: skip
    store.append("crime", rows, files=[a_file("crime.csv")], title="Crime")
    named = names.near(points((0, 0), (500, 0), (900, 0)), incidents=store.open("crime"))
    assert named.names.tolist() == ["East Road", "Supermarket", None]
    assert named.sources == ("locations", "locations", "")
    assert "the locations that the records state" in named.notes[0]


@pytest.mark.parametrize(
    ("location", "street"),
    [
        ("On or near Mill Road", "Mill Road"),
        ("on or near  Norfolk Street ", "Norfolk Street"),
        ("No Location", ""),
        ("On or near No Location", ""),
        ("Onslow Road", "Onslow Road"),
        ("On or near St Mary'S Street", "St Mary's Street"),
    ],
)
def test_the_street_of_a_location(location, street):
    assert street_of(location) == street


@given(
    st.lists(
        st.tuples(
            st.sampled_from([None, "A", "B", "A (2)"]),
            st.sampled_from([None, "T", "U"]),
            st.sampled_from([None, "A", "C"]),
            st.integers(0, 3),
        ),
        max_size=12,
    )
)
def test_labels_are_distinct_and_begin_with_the_name(rows):
    names = [row[0] for row in rows]
    labels = distinct_labels(
        names,
        towns=[row[1] for row in rows],
        others=[row[2] for row in rows],
        xy_m=np.array([[row[3], 0.0] for row in rows]).reshape(-1, 2),
    )
    given_labels = [label for label in labels if label is not None]
    assert len(set(given_labels)) == len(given_labels) == sum(name is not None for name in names)
    for name, label in zip(names, labels, strict=True):
        assert label is None if name is None else label.startswith(name)


def test_streets_have_ids_names_and_the_records_near_them(roads):
    streets = StreetNetwork(roads=roads)
    with pytest.raises(NoRoadsError):
        streets.open()
    draw(
        roads,
        ("Mill Road", [(0, 0), (100, 0)]),
        ("Mill Road", [(100, 0), (300, 0)]),
        ("Tenison Road", [(300, 0), (300, 80)]),
    )
    segments = streets.open()
    assert segments.names.tolist() == ["Mill Road", "Tenison Road"]
    assert segments.ids == ("E545150N258000", "E545300N258040")
    assert segments.lengths_m.tolist() == [300.0, 80.0]
    xy_m = np.vstack([points((10, 5), (295, 60), (0, 51)), [[np.nan, np.nan]]])
    nearest = segments.assign(xy_m)
    assert nearest.shape.tolist() == [0, 1, -1, -1]
    np.testing.assert_allclose(nearest.distance_m, [5, 5, np.nan, np.nan])
    assert len(streets.open(longest_m=100.0)) == 4
    assert segments.select(np.array([False, True])).assign(points((299, 0))).shape.tolist() == [0]


def test_versions_change_with_what_is_imported(names, gazetteer, roads):
    streets = StreetNetwork(roads=roads)
    versions = {(names.version(), streets.version())}
    fill(gazetteer, ("Mill Road", "Named Road", X, Y, None))
    versions.add((names.version(), streets.version()))
    draw(roads, ("Mill Road", [(0, 0), (1, 0)]))
    versions.add((names.version(), streets.version()))
    assert len(versions) == 3
