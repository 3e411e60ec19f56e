"""Larger areas from smaller ones: nothing lost, nothing joined by halves."""

import csv
import pickle

import numpy as np
import pytest
import shapely
from shapely import MultiPolygon

from boundaries.changes.lookups import derive_layer, membership
from boundaries.errors import LookupMismatchError
from tests.boundaries.areas import chessboard, layer_of, real_layer, square

HALVES = [(f"A{c:02d}{r:02d}", f"H{c // 2}", f"Half {c // 2}") for c in range(4) for r in range(3)]


def test_larger_areas_are_the_unions_of_their_small_ones():
    layer = layer_of(chessboard(4, 3), licence="OGL", synthetic=True)
    derived, done = derive_layer(
        layer, membership(HALVES, label="halves.csv"), layer_id="half", vintage="2024"
    )
    assert derived.codes == ("H0", "H1")
    assert derived.names == ("Half 0", "Half 1")
    np.testing.assert_allclose(derived.areas_km2, [6.0, 6.0])
    assert shapely.equals(
        derived.geometries[0], shapely.box(*square(0, 0).bounds[:2], 547_000, 261_000)
    )
    assert done.members_of["H1"] == tuple(sorted(c for c, h, _ in HALVES if h == "H1"))
    words = derived.metadata
    assert (words.licence, words.synthetic, words.vintage) == ("OGL", True, "2024")
    assert "test" in words.source
    assert "halves.csv" in words.source


def test_areas_that_do_not_touch_make_one_of_several_parts():
    layer = layer_of({"a": square(0, 0), "b": square(5, 5), "c": square(2, 0)})
    rows = [("a", "x", ""), ("b", "x", ""), ("c", "y", "")]
    derived, _ = derive_layer(layer, membership(rows, label="l"), layer_id="d")
    assert isinstance(derived.geometries[0], MultiPolygon)
    assert derived.geometries[1].geom_type == "Polygon"
    assert derived.names == ("x", "y")


def test_slivers_do_not_stop_a_union():
    areas = chessboard(2, 1)
    areas["A0100"] = shapely.affinity.translate(areas["A0100"], -0.1, 0.0)
    rows = [(code, "all", "") for code in areas]
    derived, _ = derive_layer(layer_of(areas), membership(rows, label="l"), layer_id="d")
    assert derived.areas_km2[0] == pytest.approx(1.9999)
    assert derived.geometries[0].geom_type == "Polygon"


def test_areas_that_the_lookup_lacks_are_named():
    with pytest.raises(LookupMismatchError) as caught:
        derive_layer(
            layer_of(chessboard(4, 3)), membership(HALVES[2:], label="halves.csv"), layer_id="d"
        )
    text = str(caught.value)
    assert "halves.csv: 2 of the 12 areas of layer 'test' are not in it: A0000, A0001" in text
    assert str(pickle.loads(pickle.dumps(caught.value))) == text


def test_a_larger_area_is_never_made_of_a_part_of_its_small_ones():
    with pytest.raises(LookupMismatchError, match="H1 lacks A0400, A0401"):
        derive_layer(
            layer_of(chessboard(4, 3)),
            membership([*HALVES, ("A0400", "H1", "Half 1"), ("A0401", "H1", "Half 1")], label="l"),
            layer_id="d",
        )


def test_a_lookup_of_a_wider_region_is_welcome():
    wide = [*HALVES, *[(f"B{i:04d}", f"K{i // 10}", "elsewhere") for i in range(100)]]
    _, done = derive_layer(layer_of(chessboard(4, 3)), membership(wide, label="l"), layer_id="d")
    assert (done.members, done.areas, done.unused_codes) == (12, 2, 100)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([("a", "x", ""), ("a", "y", "")], r"two larger ones: a in x and y \(row 3\)"),
        ([("a", "x", "one"), ("b", "x", "two")], r"x is 'one' and 'two' \(row 3\)"),
        ([("a", "x", ""), ("", "x", "")], "rows without a code: 3"),
        ([("a", "", "")], "rows without a code: 2"),
        ([], "no rows"),
    ],
)
def test_lookups_that_contradict_themselves_are_refused(rows, words):
    with pytest.raises(LookupMismatchError, match=words):
        membership(rows, label="l")


def test_a_row_given_twice_counts_once():
    assert len(membership([("a", "x", "n"), ("a", "x", "n")], label="l").group_of) == 1


@pytest.mark.real
def test_real_wards_keep_all_ground_and_all_areas(test_data):
    layer = real_layer(test_data, "lsoa21")
    with (test_data / "lookups" / "lsoa21_ward24_ltla24_cambs_pboro.csv").open() as file:
        table = list(csv.DictReader(file))
    rows = [(row["lsoa21_code"], row["ward24_code"], row["ward24_name"]) for row in table]
    wards, done = derive_layer(layer, membership(rows, label="l"), layer_id="ward24")
    assert (done.members, done.areas, done.unused_codes, done.repaired) == (516, 120, 0, 0)
    assert wards.areas_km2.sum() == pytest.approx(layer.areas_km2.sum(), rel=1e-12)
    assert shapely.coverage_is_valid(np.array(wards.geometries))
    by_code = dict(zip(layer.codes, layer.areas_km2.tolist(), strict=True))
    for code, area_km2 in zip(wards.codes, wards.areas_km2.tolist(), strict=True):
        members = [small for small, ward, _ in rows if ward == code]
        assert area_km2 == pytest.approx(sum(by_code[small] for small in members))
