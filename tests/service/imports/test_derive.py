"""``hotspots derive boundaries``: a layer from a layer and a lookup, whole or not at all."""

import pytest

from boundaries.errors import LayerExistsError, LookupMismatchError, UnknownLayerError
from boundaries.storage.store import LayerStore
from service.imports.derive import derive_boundaries
from service.store.errors import ImportRefusedError
from service.store.reference.lookups import LookupStore
from tests.boundaries.areas import BNG, chessboard, layer_of

HEADER = "small,large,large name\n"
FIELDS = {"from_layer": "small", "from_field": "small", "to_field": "large"}


@pytest.fixture
def store(tmp_path):
    layers = LayerStore(tmp_path / "boundaries", crs=BNG)
    layers.save(layer_of(chessboard(2, 2), layer_id="small"))
    return layers


def derive(store, path, **options):
    """Derive with the lookups beside the layers."""
    lookups = LookupStore(store.folder.parent / "lookups")
    return derive_boundaries(store, path, lookups=lookups, **options)


def lookup_file(tmp_path, text):
    path = tmp_path / "lookup.csv"
    path.write_bytes(text.encode("utf-8-sig"))
    return path


@pytest.fixture
def columns(tmp_path):
    rows = [f'{code},C{code[1:3]},"Column {code[1:3]}"' for code in chessboard(2, 2)]
    return lookup_file(tmp_path, HEADER + "\r\n".join(rows))


def test_the_new_layer_is_kept_and_summed_up(store, columns):
    told = []
    done = derive(
        store,
        columns,
        layer="cols",
        name_field="large name",
        vintage="2024",
        progress=lambda doing, share: told.append(share),
        **FIELDS,
    )
    kept = store.get("cols")
    assert kept is done.layer
    assert (kept.codes, kept.names) == (("C00", "C01"), ("Column 00", "Column 01"))
    assert kept.metadata.vintage == "2024"
    assert store.ids() == ("small", "cols")
    text = "\n".join(done.lines())
    assert "4 areas of small joined to 2, none left out" in text
    assert "4.0 km2, small has 4.0 km2" in text
    assert told == sorted(told)


def test_the_same_name_twice_is_refused_unless_replaced(store, columns):
    derive(store, columns, layer="cols", **FIELDS)
    with pytest.raises(LayerExistsError):
        derive(store, columns, layer="cols", **FIELDS)
    assert derive(store, columns, layer="cols", replace=True, **FIELDS).replaced


def test_a_layer_is_never_derived_into_itself(store, columns):
    with pytest.raises(LayerExistsError):
        derive(store, columns, layer="small", replace=True, **FIELDS)


def test_a_missing_layer_column_or_file_is_named(store, columns, tmp_path):
    with pytest.raises(UnknownLayerError, match="small"):
        derive(
            store, columns, layer="d", from_layer="lsoa21", from_field="small", to_field="large"
        )
    with pytest.raises(ImportRefusedError, match=r"--to-field names column 'larg'.*'large'"):
        derive(store, columns, layer="d", from_layer="small", from_field="small", to_field="larg")
    with pytest.raises(ImportRefusedError, match="there is no such file"):
        derive(store, tmp_path / "none.csv", layer="d", **FIELDS)


def test_rows_are_named_by_their_place_in_the_file(store, tmp_path):
    path = lookup_file(tmp_path, HEADER + "A0000,C00,a\n\nA0001,,b\n")
    with pytest.raises(LookupMismatchError, match="rows without a code: 4"):
        derive(store, path, layer="d", **FIELDS)
    path = lookup_file(tmp_path, HEADER + "A0000,C00,a\nA0001,C00\n")
    with pytest.raises(ImportRefusedError, match="row 3"):
        derive(store, path, layer="d", **FIELDS)
    assert store.ids() == ("small",)


def test_the_larger_area_of_each_small_one_is_kept_as_a_lookup(store, columns, tmp_path):
    derive(store, columns, layer="cols", **FIELDS)
    derive(store, columns, layer="cols", replace=True, **FIELDS)
    lookups = LookupStore(tmp_path / "lookups")
    (lookup,) = lookups.into("cols")
    assert lookup.key.from_layer == "small"
    pairs = zip(lookup.changes.old, lookup.changes.new, strict=True)
    assert {(lookup.changes.old_codes[i], lookup.changes.new_codes[j]) for i, j in pairs} == {
        (code, f"C{code[1:3]}") for code in chessboard(2, 2)
    }
    assert lookups.into("small") == ()


def test_codes_of_the_small_areas_may_be_in_another_case(store, tmp_path):
    rows = [f"{code.lower()} ,C{code[1:3]},x{code[1:3]}" for code in chessboard(2, 2)]
    path = lookup_file(tmp_path, HEADER + "\n".join(rows))
    derive(store, path, layer="cols", **FIELDS)
    (lookup,) = LookupStore(tmp_path / "lookups").into("cols")
    assert set(lookup.changes.old_codes) == set(chessboard(2, 2))
