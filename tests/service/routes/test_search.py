"""The search for places: what is found, in which order, and where it is."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.analyses.catalogue.search_text import (
    EVERY_WORD,
    EXACT,
    INFIX,
    PREFIX,
    WORD_PREFIX,
    fit,
    normal,
)
from service.analyses.catalogue.similar_names import SimilarNames
from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.store.reference.place_sets import GAZETTEER, PlaceSetStore
from service.store.reference.postcodes import PostcodeStore
from service.store.source_files import SourceFile
from tests.places import moved
from tests.service import world
from tests.service.answers import json_of, rows_of
from tests.service.conftest import client_of

PLACES = "/v1/places"
POSTCODES = {  # place in metres from the corner of the county; None has none
    "CB11AA": (100.0, 100.0),
    "CB11AB": (300.0, 500.0),
    "CB12CD": (900.0, 200.0),
    "CB13ZZ": None,
    "CB129AA": (3_000.0, 3_000.0),
    "CB21TN": (2_500.0, 2_500.0),
    "CB21TQ": (2_600.0, 2_600.0),
}
ENDED = {"CB21TQ": "2010-03"}


def to_degrees(x, y):
    return tuple(moved(np.array([x, y]), crs=world.CRS, target="EPSG:4326"))


def to_metres(lon, lat):
    return tuple(moved(np.array([lon, lat]), crs="EPSG:4326", target=world.CRS))


def found(client, q, **query):
    return [(row["kind"], row["code"]) for row in rows_of(client, PLACES, q=q, **query)]


def areas(client, q, **query):
    return [code for kind, code in found(client, q, **query) if kind == "area"]


@pytest.fixture(scope="module")
def with_postcodes(tmp_path_factory):
    folder = world.build(tmp_path_factory.mktemp("places"))
    file = SourceFile.of("cb.csv", b"cb")
    n = len(POSTCODES)
    table = pa.table(
        {
            "postcode": list(POSTCODES),
            "easting_m": pa.array(
                [world.EAST_M + at[0] if at else None for at in POSTCODES.values()], pa.float64()
            ),
            "northing_m": pa.array(
                [world.NORTH_M + at[1] if at else None for at in POSTCODES.values()], pa.float64()
            ),
            "quality": pa.array([1] * n, pa.int8()),
            "ended": pa.array([ENDED.get(code) for code in POSTCODES], pa.string()),
            "country": pa.array(["E92000001"] * n),
            "source_file": [file.name] * n,
            "source_row": list(range(n)),
            "source_sha256": [file.sha256] * n,
        }
    )
    PostcodeStore(folder / "postcodes", crs=world.CRS).append(table, files=[file], source="OS")
    return folder


@pytest.fixture
def postal(with_postcodes, serve):
    return serve(open_resources(Settings(data_dir=with_postcodes)))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("King's Hedges", "kings hedges"),
        ("King’s  Hedges", "kings hedges"),
        ("St. Ives", "st ives"),
        ("Fordham & Isleham", "fordham and isleham"),
        ('Café, "Nord"', "cafe nord"),
        ("  Ely-North ", "ely north"),
        ("Ynys Môn", "ynys mon"),
        ("Straße", "strasse"),
        ("Łódź", "łodz"),
        ("!?", ""),
    ],
)
def test_a_name_is_read_as_people_type_it(written, read):
    assert normal(written) == read
    assert normal(read) == read


@pytest.mark.parametrize(
    ("asked", "how"),
    [
        ("east chesterton", EXACT),
        ("east ch", PREFIX),
        ("chest", WORD_PREFIX),
        ("chest ea", EVERY_WORD),
        ("erton", INFIX),
        ("west", None),
        ("chest west", None),
    ],
)
def test_how_a_name_fits(asked, how):
    assert fit("east chesterton", asked) == how


@pytest.mark.parametrize("q", ["cafe", "CAFÉ", 'café, "nord"', "nord", "café nord", "nord ca"])
def test_case_accents_and_punctuation_do_not_matter(client, q):
    assert areas(client, q) == ["C00"]


@pytest.mark.parametrize("q", ["C12", "c12", "C-12", "cell c12"])
def test_an_area_is_found_by_its_code_or_name(client, q):
    assert areas(client, q)[0] == "C12"


def test_prefix_comes_before_infix_and_larger_areas_before_smaller(client):
    # Districts West and East are larger than any square; Ely begins with it, Cell has it inside.
    assert areas(client, "el")[0] == "C01"
    assert areas(client, "d1")[0] == "D1"
    rows = rows_of(client, PLACES, q="e", limit=5)
    assert [row["name"] for row in rows[:2]] == ["East", "Ely"]
    assert rows[0]["layer_title"] == "Districts"


def test_no_more_than_the_limit(client):
    assert len(areas(client, "cell")) == 10
    assert len(areas(client, "cell", limit=50)) == 14
    assert len(areas(client, "cell", limit=1)) == 1


@pytest.mark.parametrize("q", ["zzz", "?", "'", " ", "%", "C9", "🔥"])
def test_nothing_fits_nonsense(client, q):
    assert found(client, q) == []


def test_the_box_and_the_point_are_those_of_the_area(client):
    [row] = rows_of(client, PLACES, q="C21")
    left, bottom, right, top = world.square("C21").bounds
    corners = [to_degrees(x, y) for x in (left, right) for y in (bottom, top)]
    west, south, east, north = row["bbox"]
    assert west == pytest.approx(min(lon for lon, _ in corners), abs=1e-5)
    assert east == pytest.approx(max(lon for lon, _ in corners), abs=1e-5)
    assert south == pytest.approx(min(lat for _, lat in corners), abs=1e-5)
    assert north == pytest.approx(max(lat for _, lat in corners), abs=1e-5)
    x, y = to_metres(*row["point"])
    assert left < x < right
    assert bottom < y < top
    assert (row["layer"], row["inside"]) == ("cell", "East")


def test_a_development_site_is_found_by_its_name(client):
    [row] = rows_of(client, PLACES, q="north")
    assert (row["kind"], row["name"], row["code"], row["layer"]) == (
        "site", "Northfield", "s1", None
    )  # fmt: skip
    assert row["inside"] == "West"
    [outside] = rows_of(client, PLACES, q="airfield")
    assert outside["inside"] is None


@pytest.mark.parametrize("q", ["CB2 1TN", "cb21tn", "Cb2-1tn", " cb2  1TN "])
def test_a_postcode_is_found_however_it_is_written(postal, q):
    [row] = rows_of(postal, PLACES, q=q)
    assert (row["kind"], row["name"], row["code"]) == ("postcode", "CB2 1TN", "CB21TN")
    place = to_degrees(world.EAST_M + 2_500, world.NORTH_M + 2_500)
    assert row["point"] == pytest.approx(place, abs=1e-5)
    assert row["bbox"] == pytest.approx([*place, *place], abs=1e-5)
    assert row["inside"] == "East"


def test_a_district_comes_before_the_postcodes_that_begin_so(postal):
    assert found(postal, "cb1") == [
        ("postcode-district", "CB1"),
        ("postcode", "CB11AA"),
        ("postcode", "CB11AB"),
        ("postcode", "CB129AA"),
        ("postcode", "CB12CD"),
    ]
    district = rows_of(postal, PLACES, q="cb1")[0]
    x, y = (to_metres(*district["bbox"][at : at + 2]) for at in (0, 2))
    assert [*x, *y] == pytest.approx(
        [world.EAST_M + 100, world.NORTH_M + 100, world.EAST_M + 900, world.NORTH_M + 500], abs=50
    )


def test_a_postcode_that_has_ended_is_found_by_its_whole_name_only(postal):
    assert found(postal, "CB2 1TQ") == [("postcode", "CB21TQ")]
    assert ("postcode", "CB21TQ") not in found(postal, "CB2 1T")


def test_a_postcode_without_a_place_is_not_found(postal):
    assert found(postal, "CB1 3ZZ") == []


def test_half_a_district_is_no_postcode(postal):
    assert [kind for kind, _ in found(postal, "c")] == ["area"] * 10
    assert [kind for kind, _ in found(postal, "cb")] == []


def test_new_names_are_found_at_once(own_county, serve):
    client = serve(open_resources(Settings(data_dir=own_county)))
    before = client.get(PLACES, params={"q": "ely"})
    resources = open_resources(Settings(data_dir=own_county))
    layer = resources.layers.get(world.CELLS)
    names = tuple("Elysium" if name == "Ely" else name for name in layer.names)
    resources.layers.save(
        type(layer)(layer.metadata, layer.codes, names, layer.geometries), replace=True
    )
    after = client.get(
        PLACES, params={"q": "ely"}, headers={"If-None-Match": before.headers["ETag"]}
    )
    assert [row["name"] for row in after.json()["rows"]] == ["Elysium"]


def test_where_nothing_is_loaded_nothing_is_found(tmp_path, serve):
    client = serve(open_resources(Settings(data_dir=tmp_path / "nothing")))
    assert json_of(client, PLACES, q="ely")["rows"] == []


def test_incidents_are_not_searched(client):
    assert found(client, "assault") == []
    assert "dataset" not in json_of(client, PLACES, q="cell")["provenance"]


NAMES = {  # name: kind and town, metres from the corner of the county; the last is far away
    "Ely": ("City", None, 500.0, 500.0),
    "Elyford": ("Village", None, 900.0, 900.0),
    "Mill Road": ("Named Road", "Ely", 700.0, 700.0),
    "Cherry Hinton Road": ("Named Road", "Elyford", 300.0, 2_000.0),
    "Guildhall": ("Civic Building", "Ely", 510.0, 520.0),
    "Millfield": ("Town", None, 90_000.0, 90_000.0),
}


@pytest.fixture(scope="module")
def with_gazetteer(tmp_path_factory):
    folder = world.build(tmp_path_factory.mktemp("gazetteer"))
    kinds, towns, x_m, y_m = (list(column) for column in zip(*NAMES.values(), strict=True))
    rows = pa.table(
        {
            "name": [*NAMES, "Mill Road"],  # a street in two sections is one place
            "kind": [*kinds, "Section Of Named Road"],
            "locality": pa.array([*towns, "Ely"]),
            "easting_m": [*(world.EAST_M + x for x in x_m), world.EAST_M + 800.0],
            "northing_m": [*(world.NORTH_M + y for y in y_m), world.NORTH_M + 800.0],
        }
    )
    PlaceSetStore(folder / GAZETTEER, crs=world.CRS, name=GAZETTEER).append(
        GAZETTEER, rows, files=[SourceFile.of("names.csv", b"names")]
    )
    with client_of(open_resources(Settings(data_dir=folder))) as client:
        yield client


def test_towns_and_streets_of_the_gazetteer_are_found_with_their_kind_and_town(with_gazetteer):
    (street,) = rows_of(with_gazetteer, PLACES, q="mill road")
    assert (street["kind"], street["inside"]) == ("street", "Ely")
    assert street["code"] == "545700,258700"
    assert to_metres(*street["point"]) == pytest.approx((545_700, 258_700), abs=0.1)
    assert [row["kind"] for row in rows_of(with_gazetteer, PLACES, q="guild")] == ["place"]


def test_areas_come_before_towns_of_the_same_name_and_towns_before_longer_names(with_gazetteer):
    assert [(row["kind"], row["name"]) for row in rows_of(with_gazetteer, PLACES, q="ely")] == [
        ("city", "Ely"),
        ("area", "Ely"),
        ("village", "Elyford"),
    ]


def test_places_far_from_the_study_area_are_not_found(with_gazetteer):
    assert rows_of(with_gazetteer, PLACES, q="millfield") == []


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("chery hinton", "Cherry Hinton Road"),  # a letter left out
        ("cherrry hin", "Cherry Hinton Road"),  # one too many, and the name unfinished
        ("hintno", "Cherry Hinton Road"),  # two exchanged, in a later word
        ("guildhale", "Guildhall"),  # another letter
        ("elyfrod", "Elyford"),
    ],
)
def test_a_name_typed_nearly_right_is_found_and_said_to_be_another(with_gazetteer, typed, name):
    answer = json_of(with_gazetteer, PLACES, q=typed)
    assert [row["name"] for row in answer["rows"]] == [name]
    assert any("nearly so" in note for note in answer["provenance"]["notes"])


@pytest.mark.parametrize("typed", ["zzzzz", "elx", "guilders"])
def test_what_is_like_no_name_finds_nothing(with_gazetteer, typed):
    assert rows_of(with_gazetteer, PLACES, q=typed) == []


def damerau(text, name):
    """The restricted distance, as it is defined, cell by cell."""
    cost = {(i, 0): i for i in range(len(text) + 1)} | {(0, j): j for j in range(len(name) + 1)}
    for i in range(1, len(text) + 1):
        for j in range(1, len(name) + 1):
            ways = [
                cost[i - 1, j] + 1,
                cost[i, j - 1] + 1,
                cost[i - 1, j - 1] + (text[i - 1] != name[j - 1]),
            ]
            if i > 1 and j > 1 and text[i - 1] == name[j - 2] and text[i - 2] == name[j - 1]:
                ways.append(cost[i - 2, j - 2] + 1)
            cost[i, j] = min(ways)
    return cost[len(text), len(name)]


@given(
    text=st.text("abc", min_size=4, max_size=9),
    names=st.lists(st.text("abc ", min_size=1, max_size=12), min_size=1, max_size=6),
)
def test_the_nearest_names_are_those_of_the_definition(text, names):
    names = [" ".join(name.split()) or "a" for name in names]
    distances = [
        min(
            damerau(text, " ".join(name.split(" ")[first:])[:end])
            for first in range(name.count(" ") + 1)
            for end in range(len(name) + 1)
        )
        for name in names
    ]
    nearest, most = min(distances), 1 if len(text) < 8 else 2
    expected = [k for k, d in enumerate(distances) if d == nearest] if nearest <= most else []
    assert SimilarNames(names).find(text).tolist() == expected
