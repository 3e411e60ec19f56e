"""Profiles of areas against the records, counted one by one, and against an exact overlay."""

import dataclasses
import json
import math
import shutil
from collections import Counter

import pyarrow as pa
import pytest
import shapely

from service.access.gates import Gates
from service.access.release import release
from service.analyses.profiles.drawn import MAX_VERTICES
from service.assembly.resources import open_resources
from service.config.settings import ProfileSettings, Settings
from service.queries.tables.profiles import MAX_AREA
from service.store.reference.harm_index import HarmIndexStore
from service.store.reference.measures import MeasureStore
from service.store.source_files import SourceFile
from tests.places import moved
from tests.service import world
from tests.service.answers import json_of
from tests.service.conftest import client_of

PROFILE = f"/v1/tables/{world.DATASET}/profile"
ALL = ("incidents", "all categories")
DECILES = {code: float(1 + k % 10) for k, code in enumerate(world.CODES)}
del DECILES["C00"]
TOWN = shapely.box(
    world.EAST_M + 500, world.NORTH_M + 300, world.EAST_M + 2_600, world.NORTH_M + 1_700
)
YEARS = 731 / 365.25


def append_deciles(folder):
    rows = pa.table(
        {
            "layer": [world.CELLS] * len(DECILES),
            "area_code": list(DECILES),
            "measure": ["income-decile"] * len(DECILES),
            "period": ["2019"] * len(DECILES),
            "value": list(DECILES.values()),
        }
    )
    MeasureStore(folder / "measures").append(rows, file=SourceFile.of("imd.csv", b"imd"))


@pytest.fixture(scope="module")
def resources(tmp_path_factory):
    folder = world.build(tmp_path_factory.mktemp("profiles"))
    append_deciles(folder)
    return open_resources(Settings(data_dir=folder))


@pytest.fixture(scope="module")
def client(resources):
    with client_of(resources) as client:
        yield client


def geojson(shape, *, name="Town", crs="urn:ogc:def:crs:EPSG::27700"):
    """A feature, in the CRS that is named; longitude and latitude where none is."""
    if crs is None:
        shape = shapely.transform(shape, lambda xy: moved(xy, crs=world.CRS, target="EPSG:4326"))
    feature = {
        "type": "Feature",
        "properties": {"name": name},
        "geometry": json.loads(shapely.to_geojson(shape)),
    }
    return {**feature, "crs": {"type": "name", "properties": {"name": crs}}} if crs else feature


def drawn(client, shape, **query):
    answer = client.post(PROFILE, content=json.dumps(geojson(shape)), params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def lines(answer, column="value"):
    return {(row["section"], row["item"]): row[column] for row in answer["rows"]}


def share(code, shape=TOWN):
    return world.square(code).intersection(shape).area / world.square(code).area


def in_town(record):
    return record.located and TOWN.intersects(shapely.Point(record.x_m, record.y_m))


def test_residents_are_those_of_an_exact_overlay(client):
    profile = lines(drawn(client, TOWN))
    expected = sum(share(code) * number for code, number in world.RESIDENTS.items())
    assert profile["residents", "residents 2021"] == pytest.approx(expected)
    assert profile["area", "ground"] == pytest.approx(TOWN.area / 1e6)


def test_incidents_are_those_located_in_it_whatever_their_code(client):
    profile = lines(drawn(client, TOWN))
    expected = Counter(record.category for record in world.RECORDS if in_town(record))
    assert profile[ALL] == expected.total() == profile["placement", "located inside"]
    assert {name: profile["incidents", name] for name in world.CATEGORIES} == {
        name: expected[name] for name in world.CATEGORIES
    }


def test_of_a_union_it_is_the_sum_over_its_areas_and_says_how_far_codes_differ(client):
    codes = (
        "C02",
        "C03",
        "C20",
        "C30",
    )  # some have incidents of elsewhere by code, some lose them
    union = shapely.union_all([world.square(code) for code in codes])
    profile = lines(drawn(client, union))
    by_place = sum(record.cell_of_place in codes for record in world.RECORDS)
    by_code = sum(record.cell in codes for record in world.RECORDS)
    placement = [
        profile["placement", item]
        for item in (
            "located inside, supplied code of an area outside",
            "located outside, supplied code of an area inside",
            "not located, supplied code of an area inside",
        )
    ]
    assert profile[ALL] == by_place
    assert placement == [0, 0, 6]
    assert by_place - placement[0] + placement[1] + placement[2] == by_code
    west = lines(drawn(client, world.square("C03")))
    assert west["placement", "located outside, supplied code of an area inside"] == 5
    east = drawn(client, world.square("C30"))
    assert lines(east)["placement", "located inside, supplied code of an area outside"] == 5
    assert "5 have the code of an area outside" in " ".join(east["provenance"]["notes"])


def test_an_area_with_a_name_counts_as_tables_by_area_do(client):
    answer = json_of(client, PROFILE, within=f"{world.CELLS}:C03", category="assault")
    expected = sum(r.cell == "C03" and r.category == "assault" for r in world.RECORDS)
    assert lines(answer)[ALL] == expected
    assert lines(answer)["residents", "residents 2021"] == world.RESIDENTS["C03"]
    everywhere = sum(r.cell is not None and r.category == "assault" for r in world.RECORDS)
    assert lines(answer, "comparison")[ALL] == everywhere


def test_the_rate_is_over_the_residents_and_the_days_covered(client):
    answer = drawn(client, TOWN, per=100)
    row = next(r for r in answer["rows"] if r["section"] == "rates")
    residents = sum(share(code) * number for code, number in world.RESIDENTS.items())
    count = sum(in_town(record) for record in world.RECORDS)
    assert row["count"] == count
    assert row["value"] == pytest.approx(100 * count / residents / YEARS)
    assert row["lower"] < row["value"] < row["upper"]
    assert row["unit"] == "incidents per 100 residents and year"
    known = sum(r.cell is not None and r.cell != "C33" for r in world.RECORDS)
    assert row["comparison"] == pytest.approx(100 * known / sum(world.RESIDENTS.values()) / YEARS)
    assert "in no rate" in row["note"]  # what lies in C33, of all areas


def test_harm_is_summed_where_it_is_known_and_says_where_not(client):
    answer = drawn(client, TOWN)
    town = [record.category for record in world.RECORDS if in_town(record)]
    days = [world.HARM[category] for category in town if category in world.HARM]
    profile, count = lines(answer), lines(answer, "count")
    assert profile["harm", "days of harm"] == pytest.approx(sum(days))
    assert count["harm", "days of harm"] == len(days)
    assert profile["harm", "days per incident"] == pytest.approx(sum(days) / len(days))
    effective = sum(days) ** 2 / sum(day**2 for day in days)
    assert profile["harm", "effective number of incidents"] == pytest.approx(effective)
    assert profile["harm", "share of the most serious incident"] == pytest.approx(
        100 * max(days) / sum(days)
    )
    residents = profile["residents", "residents 2021"]
    assert profile["harm", "rate of harm"] == pytest.approx(1000 * sum(days) / residents / YEARS)
    assert answer["provenance"]["harm_index"]["id"] == "harm"
    cell = json_of(client, PROFILE, within=f"{world.CELLS}:C12")
    note = lines(cell, "note")["harm", "days of harm"]
    assert note.startswith(f"{world.MONTH_ONLY_FIRES} incidents of unknown harm")


def test_without_a_harm_index_there_is_no_harm_and_a_note(own_county, client, serve):
    shutil.rmtree(own_county / "harm_indices")
    without = serve(open_resources(Settings(data_dir=own_county)))
    answer = json_of(without, PROFILE, within="cell:C00")
    assert "harm" not in {row["section"] for row in answer["rows"]}
    assert any("no section 'harm'" in note for note in answer["provenance"]["notes"])
    refused = client.get(PROFILE, params={"within": "cell:C00", "harm_index": "nothing"})
    assert (refused.status_code, "harm" in refused.json()["detail"]) == (422, True)


def test_an_index_of_an_attribute_that_the_dataset_lacks_is_a_note(own_county, serve):
    shutil.rmtree(own_county / "harm_indices")
    HarmIndexStore(own_county / "harm_indices").append(
        "harm",
        pa.table({"offence": ["arson"], "days": [9.0], "offence_group": [None]}),
        file=SourceFile.of("harm.csv", b"harm"),
        matched_on="attribute:offence",
        source="College",
        licence="",
    )
    other = serve(open_resources(Settings(data_dir=own_county)))
    answer = json_of(other, PROFILE, within="cell:C00")
    assert "harm" not in {row["section"] for row in answer["rows"]}
    assert any("no attribute 'offence'" in note for note in answer["provenance"]["notes"])
    named = {"within": "cell:C00", "harm_column": "attribute:offence"}
    assert other.get(PROFILE, params=named).status_code == 422


def test_where_residents_are_not_known_there_is_no_rate(client):
    answer = json_of(client, PROFILE, within=f"{world.CELLS}:C33")
    assert lines(answer)["residents", "residents 2021"] is None
    assert lines(answer)["rates", "all categories"] is None
    part = lines(json_of(client, PROFILE, within=f"{world.DISTRICTS}:D2"), "note")
    assert "1 km2 have no value" in part["residents", "residents 2021"]


def test_this_year_stands_against_last_per_day_and_months_are_counted(client):
    profile = lines(drawn(client, TOWN))
    count = Counter(r.occurred.strftime("%Y-%m") for r in world.RECORDS if in_town(r))
    assert profile["trend", "2024-02"] == pytest.approx(count["2024-02"] / 29)
    years = [sum(n for month, n in count.items() if month[:4] == y) for y in ("2023", "2024")]
    assert profile["change", "last year"] == pytest.approx(years[0] / 365)
    assert profile["change", "this year"] == pytest.approx(years[1] / 366)
    assert profile["change", "change of the rate per day"] == pytest.approx(
        100 * (years[1] / 366 / (years[0] / 365) - 1)
    )
    alone = lines(drawn(client, TOWN, **{"from": "2023-02", "to": "2023-06"}))
    assert alone["change", "change of the rate per day"] is None
    assert alone["trend", "2023-01"] == pytest.approx(count["2023-01"] / 31)
    assert alone["trend", "2022-12"] is None


def test_deprivation_is_weighted_by_residents_of_what_is_known(client):
    answer = drawn(client, TOWN, deciles=4, mean="income-decile")
    known = {code: share(code) * world.RESIDENTS.get(code, 0.0) for code in DECILES if share(code)}
    deprived = sum(number for code, number in known.items() if DECILES[code] <= 4)
    item = "residents in the most deprived 40 % by income-decile 2019"
    assert lines(answer)["deprivation", item] == pytest.approx(
        100 * deprived / sum(known.values())
    )
    mean = sum(number * DECILES[code] for code, number in known.items()) / sum(known.values())
    label = "mean of income-decile 2019 over residents"
    assert lines(answer)["deprivation", label] == pytest.approx(mean)
    unknown = share("C00") * world.RESIDENTS["C00"]
    assert f"{unknown:,.0f} residents" in lines(answer, "note")["deprivation", item]


def test_sites_are_those_inside_and_those_near(client):
    profile = lines(json_of(client, PROFILE, within=f"{world.DISTRICTS}:D1", near_m=600))
    section = "development sites"
    assert profile[section, "sites inside"] == 1
    assert profile[section, "homes to come inside"] == 60
    assert profile[section, "homes planned within 600 m"] == 2_500
    assert profile[section, "homes to come within 600 m"] is None  # not published
    assert profile[section, "Airfield (s2)"] == 2_500


def test_hot_areas_are_those_of_the_hotspot_table(blocks_client):
    table = json_of(blocks_client, f"/v1/hotspots/{world.DATASET}/block")["rows"]
    hot = {
        f"{row['name']} ({row['code']})": row["q_value"]
        for row in table
        if row["class"].startswith("hot") and row["q_value"] <= 0.05
    }
    assert hot
    west, north, east, south = (
        world.EAST_M,
        world.NORTH_M + 4_000,
        world.EAST_M + 4_000,
        world.NORTH_M,
    )
    within = f"polygon:{west},{south},{west},{north},{east},{north},{east},{south}"
    answer = json_of(blocks_client, PROFILE, within=within, layer="block")
    named = {
        item: value
        for (section, item), value in lines(answer).items()
        if section == "hot areas" and not item.startswith("areas of")
    }
    assert named == hot


def test_degrees_and_metres_are_the_same_area(client):
    in_degrees = client.post(PROFILE, content=json.dumps(geojson(TOWN, crs=None))).json()
    in_metres = drawn(client, TOWN)
    for key, value in lines(in_metres).items():
        assert lines(in_degrees)[key] == pytest.approx(value, rel=1e-5, nan_ok=True), key


def test_two_areas_stand_side_by_side(client):
    second = world.square("C11")
    both = {"type": "FeatureCollection", "features": [geojson(TOWN), geojson(second, name="C11")]}
    both["crs"] = both["features"][0]["crs"]
    answer = client.post(PROFILE, content=json.dumps(both)).json()
    alone = drawn(client, TOWN), drawn(client, second)
    assert lines(answer, "value").items() >= lines(alone[0]).items()
    assert lines(answer, "beside").items() >= lines(alone[1]).items()
    assert answer["provenance"]["method"]["areas"] == ["Town", "C11"]
    named = json_of(client, PROFILE, within=f"{world.CELLS}:C10", beside=f"{world.CELLS}:C11")
    assert lines(named, "beside")[ALL] == world.cell_counts()["C11"]
    assert "beside" not in json_of(client, PROFILE, within=f"{world.CELLS}:C10")["rows"][0]


def test_sentences_say_count_rate_change_and_comparison_of_each_area(client):
    answer = json_of(client, PROFILE, within="district:D1", beside="cell:C33")
    text = "\n".join(answer["sentences"])
    west = sum(world.DISTRICT_OF.get(r.cell_of_place) == "D1" for r in world.RECORDS)
    everywhere = sum(r.cell is not None for r in world.RECORDS)
    share = f"{100 * west / everywhere:.1f} % of those in all areas of cell"
    assert f"West: {west} incidents, {share}." in text
    rate = next(r for r in answer["rows"] if r["section"] == "rates")
    assert f"West: {rate['value']:.1f} per 1000 residents and year (95 % " in text
    assert f"against {rate['comparison']:.1f} in all areas of cell" in text
    change = lines(answer)["change", "change of the rate per day"]
    assert f"fell by {-change:.1f} % on the year before (2024-01 to 2024-12; " in text
    assert "West: 100 homes are planned inside, 60 of them to come." in text
    assert "Cell C33: " in text
    assert "Cell C33: not known" not in text  # no residents, so no rate


def test_hot_areas_are_named_in_a_sentence(blocks_client):
    answer = json_of(blocks_client, PROFILE, within="district:D1", layer="block")
    hot = [r["item"] for r in answer["rows"] if r["section"] == "hot areas" and r["unit"] == "q"]
    [sentence] = [text for text in answer["sentences"] if "hot areas inside" in text]
    assert hot
    assert hot[0] in sentence


def ring(corners):
    return {"type": "Polygon", "coordinates": [corners]}


X, Y = world.EAST_M, world.NORTH_M
BOW_TIE = ring([[X, Y], [X + 900, Y + 900], [X + 900, Y], [X, Y + 900], [X, Y]])
FAR = ring([[X + 9e4, Y], [X + 9e4, Y + 900], [X + 9.1e4, Y + 900], [X + 9e4, Y]])
LINE = {"type": "LineString", "coordinates": [[X, Y], [X + 900, Y]]}
MANY = json.loads(shapely.to_geojson(shapely.Point(X, Y).buffer(900, quad_segs=MAX_VERTICES // 4)))
SLIVER = ring([[X, Y], [X, Y + 50], [X + 50, Y + 50], [X, Y]])
HAMLET = ring([[X, Y], [X, Y + 200], [X + 200, Y + 200], [X + 200, Y], [X, Y]])


def in_metres(geometry):
    return json.dumps({**geometry, "crs": geojson(TOWN)["crs"]})


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("{", "not JSON"),
        ("[]", "not a JSON object"),
        (json.dumps({"type": "FeatureCollection", "features": []}), "one feature, or two"),
        (json.dumps({"type": "Feature", "geometry": None}), "of type 'None'"),
        (json.dumps({**BOW_TIE, "crs": {"properties": {"name": "EPSG:999999"}}}), "names no CRS"),
        (json.dumps(BOW_TIE | {"coordinates": [[[0, "a"]]]}), "no rings"),
        (json.dumps(FAR), "not degrees"),
        (in_metres(LINE), "'LineString'"),
        (in_metres(BOW_TIE), "crosses or touches itself at"),
        (in_metres(FAR), "lies outside layer cell: it meets none of its 16 areas"),
        (in_metres(MANY), "more than 20,000: simplify"),
        (in_metres(ring([[X, Y], [X, Y], [X, Y], [X, Y]])), "crosses or touches"),
        (in_metres(SLIVER), "ha of ground; a profile needs at least 1 ha"),
        (in_metres(HAMLET), "about 40 residents; a profile needs at least 100 residents"),
    ],
)
def test_what_is_no_area_or_too_small_is_refused_and_says_why(client, body, said):
    answer = client.post(PROFILE, content=body)
    assert answer.status_code == 422, answer.text
    assert said in answer.json()["detail"]


def test_a_hole_is_no_part_of_the_area(client):
    holed = TOWN.difference(world.square("C11").buffer(-200))
    profile = lines(drawn(client, holed))
    inside = [r for r in world.RECORDS if in_town(r)]
    expected = sum(holed.intersects(shapely.Point(r.x_m, r.y_m)) for r in inside)
    assert profile[ALL] == expected < len(inside)


def test_a_drawn_area_without_a_name_is_called_by_its_corners(client):
    holed = world.square("C11").difference(world.square("C11").buffer(-200))
    answer = client.post(PROFILE, content=json.dumps(geojson(holed, name=None))).json()
    assert answer["sentences"][1].startswith("Drawn area of 8 corners: ")


def test_the_least_size_is_a_setting(resources, client):
    settings = resources.settings.model_copy(
        update={"profile": ProfileSettings(least_residents=0)}
    )
    with client_of(open_resources(settings)) as lenient:
        answer = lenient.post(PROFILE, content=in_metres(HAMLET))
    assert answer.status_code == 200
    assert answer.json()["provenance"]["method"]["least_residents"] == 0


def test_a_body_is_bounded_and_the_area_is_named_once(client):
    large = client.post(PROFILE, content=b" " * (MAX_AREA + 1))
    assert (large.status_code, large.json()["type"]) == (413, "/problems/body-too-large")
    twice = client.post(PROFILE, params={"within": "cell:C00"}, content=in_metres(HAMLET))
    assert twice.status_code == 422
    assert "within: must be left out: the area is in the body" in twice.json()["detail"]
    body = json.dumps({"type": "FeatureCollection", "features": [geojson(TOWN)] * 2})
    third = client.post(PROFILE, params={"beside": "cell:C00"}, content=body)
    assert third.status_code == 422
    other = client.put(PROFILE)
    assert (other.status_code, other.headers["Allow"]) == (405, "GET, HEAD, POST")


def test_the_area_is_a_part_of_the_question_and_passes_both_gates(resources, serve):
    passed = []

    def admitting(question, audience):
        passed.append(question)

    def releasing(answer, question, audience):
        passed.append(answer)
        return release(answer, question, audience)

    gates = Gates(admit=admitting, release=releasing)
    client = serve(dataclasses.replace(resources, gates=gates))
    body = json.dumps(geojson(TOWN))
    first = client.post(PROFILE, content=body)
    assert passed[0].query.area == body
    assert passed[1].kind == "profile"
    again = client.post(PROFILE, content=body)
    assert again.content == first.content
    assert len(passed) == 3  # admitted again, and kept
    other = client.post(PROFILE, content=json.dumps(geojson(world.square("C11"))))
    assert other.headers["ETag"] != first.headers["ETag"]


def test_an_area_partly_outside_the_layer_says_so(client):
    shape = shapely.box(X - 1_000, Y, X + 1_000, Y + 1_000)
    answer = drawn(client, shape)
    assert lines(answer)["area", f"ground in {world.CELLS}"] == pytest.approx(50)
    assert "50.0 % of Town lies outside" in " ".join(answer["provenance"]["notes"])
    assert not math.isnan(lines(answer)["residents", "residents 2021"])
