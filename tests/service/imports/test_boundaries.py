"""``hotspots import boundaries``: whole or not at all, once unless told otherwise."""

import json

import pytest

from boundaries.errors import InvalidLayerError, LayerExistsError, UnreadableFileError
from boundaries.storage.store import LayerStore
from service.imports.boundaries import import_boundaries
from tests.boundaries.areas import BNG, EAST, NORTH, chessboard, square, write_geojson


@pytest.fixture
def store(tmp_path):
    return LayerStore(tmp_path / "data" / "boundaries", crs=BNG)


@pytest.fixture
def two_areas(tmp_path):
    return write_geojson(
        tmp_path / "areas.geojson",
        [({"code": c, "name": f"Area {c}"}, square(i, 0)) for i, c in enumerate("ab")],
    )


def test_an_import_keeps_the_layer_with_its_words(store, two_areas):
    done = import_boundaries(
        store,
        two_areas,
        layer="lsoa21",
        code_field="code",
        name_field="name",
        vintage="2021",
        source="ONS",
        licence="OGL",
        title="Neighbourhoods",
        synthetic=True,
    )
    kept = store.get("lsoa21").metadata
    assert (kept.vintage, kept.source, kept.licence, kept.title) == (
        "2021",
        "ONS",
        "OGL",
        "Neighbourhoods",
    )
    assert kept.synthetic
    assert done.layer is store.get("lsoa21")
    assert not done.replaced


def test_the_summary_says_what_was_done(store, two_areas):
    lines = import_boundaries(store, two_areas, layer="x", code_field="code").lines()
    text = "\n".join(lines)
    assert "layer x imported, version " in text
    assert "2 features read, 2 areas written, none left out" in text
    assert "2.0 km2" in text
    assert "coordinates from EPSG:27700 to EPSG:27700" in text
    assert "all shapes are valid" in text
    assert "share their borders exactly" in text


def test_the_summary_names_repairs_and_slivers(store, tmp_path):
    x, y = EAST, NORTH
    bow = [(x, y), (x + 100, y + 100), (x + 100, y), (x, y + 100)]
    path = write_geojson(
        tmp_path / "a.geojson",
        [
            ({"code": "bow"}, {"type": "Polygon", "coordinates": [[*bow, bow[0]]]}),
            ({"code": "a"}, square(2, 0, 1_000.5)),
            ({"code": "b"}, square(3, 0)),
        ],
    )
    text = "\n".join(import_boundaries(store, path, layer="x", code_field="code").lines())
    assert "1 shapes repaired:" in text
    assert "bow (feature 1): Self-intersection" in text


def test_a_second_import_is_refused_before_the_file_is_read(store, two_areas, tmp_path):
    import_boundaries(store, two_areas, layer="x", code_field="code")
    with pytest.raises(LayerExistsError, match="--replace"):
        import_boundaries(store, tmp_path / "missing.geojson", layer="x", code_field="code")


def test_a_layer_is_replaced_when_asked(store, two_areas, tmp_path):
    import_boundaries(store, two_areas, layer="x", code_field="code")
    one = write_geojson(tmp_path / "one.geojson", [({"code": "z"}, square(0, 0))])
    done = import_boundaries(store, one, layer="x", code_field="code", replace=True)
    assert done.replaced
    assert store.get("x").codes == ("z",)
    assert "layer x replaced" in done.lines()[0]


def test_a_failed_import_leaves_the_old_layer(store, two_areas, tmp_path):
    first = import_boundaries(store, two_areas, layer="x", code_field="code").layer
    bad = write_geojson(tmp_path / "bad.geojson", [({"code": None}, square(0, 0))])
    with pytest.raises(InvalidLayerError):
        import_boundaries(store, bad, layer="x", code_field="code", replace=True)
    assert store.get("x").version == first.version


def test_a_name_that_cannot_be_a_layers_is_refused_first(store, tmp_path):
    with pytest.raises(InvalidLayerError, match="lower-case"):
        import_boundaries(store, tmp_path / "missing", layer="LSOA 21", code_field="code")
    with pytest.raises(UnreadableFileError):
        import_boundaries(store, tmp_path / "missing", layer="lsoa21", code_field="code")


def test_progress_goes_from_nothing_to_done(store, two_areas):
    told = []
    import_boundaries(
        store,
        two_areas,
        layer="x",
        code_field="code",
        progress=lambda doing, share: told.append((doing, share)),
    )
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)


def test_a_large_layer_is_written_and_read_whole(store, tmp_path):
    areas = chessboard(20, 20, 100.0)
    path = write_geojson(tmp_path / "a.geojson", [({"code": c}, g) for c, g in areas.items()])
    import_boundaries(store, path, layer="x", code_field="code")
    assert store.get("x").codes == tuple(sorted(areas))


def test_several_files_of_the_same_fields_make_one_layer(store, two_areas, tmp_path):
    more = write_geojson(
        tmp_path / "more.geojson", [({"code": "c", "name": "Area c"}, square(2, 0))]
    )
    done = import_boundaries(store, [two_areas, more], layer="x", code_field="code")
    assert store.get("x").codes == ("a", "b", "c")
    assert "3 features read, 3 areas written" in "\n".join(done.lines())
    assert done.report.path == f"{two_areas}, {more}"


def test_a_code_in_two_files_is_refused(store, two_areas):
    with pytest.raises(InvalidLayerError, match="used twice: 'a' in features 1, 3"):
        import_boundaries(store, [two_areas, two_areas], layer="x", code_field="code")


def test_a_field_that_one_of_the_files_lacks_names_the_file(store, two_areas, tmp_path):
    other = write_geojson(tmp_path / "other.geojson", [({"id": "c"}, square(2, 0))])
    with pytest.raises(UnreadableFileError, match=r"other\.geojson: it has no field 'code'"):
        import_boundaries(store, [two_areas, other], layer="x", code_field="code")


def test_files_in_different_systems_are_read_each_in_its_own(store, two_areas, tmp_path):
    x, y = 0.1218, 52.2353
    ring = [[x, y], [x + 0.01, y], [x + 0.01, y + 0.01], [x, y + 0.01], [x, y]]
    wgs84 = tmp_path / "wgs84.geojson"
    feature = {
        "type": "Feature",
        "properties": {"code": "c"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    wgs84.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    done = import_boundaries(store, [two_areas, wgs84], layer="x", code_field="code")
    assert done.report.crs_from == "EPSG:27700, EPSG:4326"
    left, bottom, _, _ = store.get("x").geometries[2].bounds
    assert (left, bottom) == pytest.approx((545_000, 261_800), abs=1_000)


@pytest.mark.real
def test_the_postcode_districts_of_two_files_are_one_layer(test_data, store):
    files = sorted((test_data / "boundaries").glob("postcode_districts_*.geojson"))
    done = import_boundaries(store, files, layer="postcode-district", code_field="name")
    assert len(done.layer) == 52
    assert {"CB2", "PE1", "PE38"} <= set(done.layer.codes)
