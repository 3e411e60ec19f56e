"""The growth overlay: what it says is what the other answers say, and its totals add up."""

import math

import numpy as np
import pyarrow as pa
import pytest
import shapely

from service.analyses.growth.site_areas import site_shares
from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.store.reference.sites import SiteStore
from service.store.source_files import SourceFile
from tests.service import blocks, world
from tests.service.answers import column, csv_of, json_of, rows_of

OVERLAY = f"/v1/growth/{world.DATASET}/overlay"
CELLS = {"layer": world.CELLS}
BY_AREA = {**CELLS, "by": "area"}
RESIDENTS = {code: n for code, n in world.RESIDENTS.items() if n > 0}


def district_rates():
    """Incidents per resident of each district, over its squares that have residents."""
    counts = world.cell_counts()
    found = {}
    for district in ("D1", "D2"):
        cells = [c for c in RESIDENTS if world.DISTRICT_OF[c] == district]
        found[district] = sum(counts[c] for c in cells) / sum(RESIDENTS[c] for c in cells)
    return found


def expected_near(shape, distance_m):
    """Residents within a distance, spread evenly over their squares, at the district's rate."""
    reach = shape.buffer(distance_m, quad_segs=16)
    rates = district_rates()
    return sum(
        rates[world.DISTRICT_OF[c]] * n * reach.intersection(world.square(c)).area / 1e6
        for c, n in RESIDENTS.items()
    )


def append_sites(data_dir, **columns):
    SiteStore(data_dir / "sites", crs=world.CRS).append(
        pa.table(columns), file=SourceFile.of("more.csv", b"more")
    )


@pytest.mark.parametrize("distance_m", [150, 900, 1_400])
def test_what_is_expected_near_a_site_is_the_rate_of_its_district_on_those_who_live_there(
    client, distance_m
):
    rows = rows_of(client, OVERLAY, **CELLS, distance_m=distance_m)
    found = column(rows, "expected_within", key="site_id")
    for site, shape in (("s1", shapely.Point(world.SITE_POINT)), ("s3", world.SITE_OUTLINE)):
        assert found[site] == pytest.approx(expected_near(shape, distance_m), abs=0.006)


def test_the_rate_may_be_per_square_kilometre(client):
    rows = rows_of(client, OVERLAY, **CELLS, distance_m=150, exposure="area")
    per_km2 = sum(n for c, n in world.cell_counts().items() if world.DISTRICT_OF[c] == "D1") / 8
    disc = shapely.Point(world.SITE_POINT).buffer(150).area / 1e6
    found = column(rows, "expected_within", key="site_id")["s1"]
    assert found == pytest.approx(per_km2 * disc, abs=0.006)


def test_ground_outside_the_layer_is_left_out_of_what_is_expected(client):
    rows = rows_of(client, OVERLAY, **CELLS, distance_m=800)
    reach = shapely.Point(world.SITE_OUTSIDE).buffer(800, quad_segs=16)
    share = reach.intersection(shapely.box(*world.bounds_m())).area / reach.area
    assert column(rows, "ground_share", key="site_id")["s2"] == pytest.approx(share, abs=1e-4)
    found = column(rows, "expected_within", key="site_id")["s2"]
    assert found == pytest.approx(expected_near(shapely.Point(world.SITE_OUTSIDE), 800), abs=0.006)


def test_out_of_reach_of_every_area_nothing_is_expected_and_no_ratio_is_made(client):
    rows = rows_of(client, OVERLAY, **CELLS, distance_m=150)
    outside = next(row for row in rows if row["site_id"] == "s2")
    assert outside["ground_share"] == 0
    assert outside["expected_within"] is None
    assert outside["ratio_within"] is None
    assert outside["area_count"] is None


def test_a_site_outside_the_layer_is_counted_in_the_notes(client):
    notes = json_of(client, OVERLAY, **CELLS)["provenance"]["notes"]
    assert "1 of 3 sites lie outside layer cell." in notes


def test_the_ratio_has_its_exact_interval(client):
    for row in rows_of(client, OVERLAY, **CELLS, distance_m=900):
        if row["ratio_within"] is None:
            continue
        ratio = row["incidents_within"] / row["expected_within"]
        assert row["ratio_within"] == pytest.approx(ratio, rel=0.01)
        assert row["ratio_within_lower"] < row["ratio_within"] < row["ratio_within_upper"]


def test_the_density_is_that_of_the_heat_map_at_the_site(client):
    rows = rows_of(client, OVERLAY, **CELLS, bandwidth_m=700)
    places = np.array([world.SITE_POINT, world.SITE_OUTSIDE])
    expected = world.quartic_per_km2(world.located_xy_m(), places, 700)
    found = column(rows, "density_per_km2", key="site_id")
    assert [found["s1"], found["s2"]] == pytest.approx(expected.tolist(), rel=1e-9)


def test_within_an_area_the_density_still_counts_all_around(client):
    everywhere = rows_of(client, OVERLAY, **CELLS)
    inside = rows_of(client, OVERLAY, **CELLS, within="district:D2")
    density = column(everywhere, "density_per_km2", key="site_id")
    assert column(inside, "density_per_km2", key="site_id") == {"s3": density["s3"]}


@pytest.mark.parametrize(
    ("address", "theirs", "ours"),
    [
        (f"/v1/hotspots/{world.DATASET}/{world.CELLS}", "class", "hotspot_class"),
        (f"/v1/hotspots/{world.DATASET}/{world.CELLS}/emerging", "category", "emerging_class"),
        (f"/v1/choropleths/{world.DATASET}/{world.CELLS}", "count", "count"),
    ],
)
@pytest.mark.parametrize("query", [{}, {"category": "assault"}, {"within": "district:D1"}])
def test_areas_have_the_classes_that_the_other_answers_give_them(
    client, address, theirs, ours, query
):
    expected = column(rows_of(client, address, **query), theirs, key="code")
    found = column(rows_of(client, OVERLAY, **BY_AREA, **query), ours, key="code")
    assert found == expected


def test_sites_have_the_classes_of_their_area(client):
    areas = {row["code"]: row for row in rows_of(client, OVERLAY, **BY_AREA)}
    for row in rows_of(client, OVERLAY, **CELLS):
        area = areas.get(row["area_code"])
        for ours, theirs in (
            ("area_count", "count"), ("area_rate_per_1000", "rate_per_1000"),
            ("hotspot_class", "hotspot_class"), ("emerging_class", "emerging_class"),
        ):  # fmt: skip
            assert row[ours] == (None if area is None else area[theirs])


def test_rates_are_those_of_the_choropleth(client):
    address = f"/v1/choropleths/{world.DATASET}/{world.CELLS}"
    query = {"measure": "rate", "denominator": "residents"}
    expected = column(rows_of(client, address, **query), "value", key="code")
    assert column(rows_of(client, OVERLAY, **BY_AREA), "rate_per_1000", key="code") == expected
    assert expected["C32"] is None  # nobody lives there


def test_the_nearest_hotspot_is_nought_metres_away_inside_one(blocks_client):
    client = blocks_client
    rows = rows_of(client, OVERLAY, layer=blocks.BLOCKS, category="assault")
    hot = [
        row["code"]
        for row in rows_of(
            client, f"/v1/hotspots/{world.DATASET}/{blocks.BLOCKS}", category="assault"
        )
        if row["class"].startswith("hot")
    ]
    assert hot
    shapes = {"s1": shapely.Point(world.SITE_POINT), "s2": shapely.Point(world.SITE_OUTSIDE)}
    found = column(rows, "nearest_hotspot_m", key="site_id")
    for site, shape in shapes.items():
        assert found[site] == pytest.approx(
            min(shape.distance(blocks.square(c)) for c in hot), abs=0.06
        )
    assert set(column(rows, "nearest_hotspot", key="site_id").values()) <= set(hot)


def test_a_period_too_short_for_emerging_classes_says_so(client):
    answer = json_of(client, OVERLAY, **CELLS, **{"from": "2024-01", "to": "2024-06"})
    assert {row["emerging_class"] for row in answer["rows"]} == {None}
    assert any("There is no emerging class" in note for note in answer["provenance"]["notes"])


def test_a_layer_too_small_for_hotspots_says_so_and_answers_the_rest(client):
    answer = json_of(client, OVERLAY, layer="district", by="area")
    assert {row["hotspot_class"] for row in answer["rows"]} == {None}
    assert {row["nearest_hotspot_m"] for row in answer["rows"]} == {None}
    assert any("There is no hotspot class" in note for note in answer["provenance"]["notes"])
    assert column(answer["rows"], "count", key="code") == dict(world.district_counts())


def test_the_areas_add_up_to_the_records(client):
    answer = json_of(client, OVERLAY, **BY_AREA)
    counts = answer["provenance"]["counts"]
    in_rows = sum(row["count"] for row in answer["rows"])
    assert in_rows == counts["in_layer_by_code"] + counts["in_layer_by_location"]
    assert in_rows + counts["outside"] + counts["not_located"] == counts["records"]
    assert counts["near_any_area"] + counts["near_no_area"] == counts["located"]


def test_what_is_expected_adds_up_to_what_there_is_in_each_district(client):
    rows = rows_of(client, OVERLAY, **BY_AREA)
    for district in ("D1", "D2"):
        inside = [r for r in rows if world.DISTRICT_OF[r["code"]] == district]
        with_people = [r for r in inside if r["code"] in RESIDENTS]
        expected = sum(r["expected_count"] for r in with_people)
        assert expected == pytest.approx(sum(r["count"] for r in with_people), abs=0.1)
    assert column(rows, "expected_count", key="code")["C33"] is None  # residents not known


def test_areas_hold_the_homes_of_their_sites(client):
    rows = {row["code"]: row for row in rows_of(client, OVERLAY, **BY_AREA)}
    assert (rows["C11"]["homes_remaining"], rows["C11"]["site_names"]) == (60, "Northfield")
    assert (rows["C30"]["homes_planned"], rows["C30"]["homes_completed"]) == (40, 40)
    assert sum(row["sites"] for row in rows.values()) == 2


def test_an_outline_shares_its_homes_by_ground(own_county):
    outline = shapely.box(
        world.EAST_M - 500, world.NORTH_M + 250, world.EAST_M + 1_500, world.NORTH_M + 750
    )
    inner = outline.representative_point()
    append_sites(
        own_county, site_id=["w"], name=["Wide"], easting_m=[inner.x], northing_m=[inner.y],
        geometry=pa.array([shapely.to_wkb(outline)], pa.binary()), homes_planned=[400.0],
    )  # fmt: skip
    held = open_resources(Settings(data_dir=own_county))
    sites, layer = held.sites.open(), held.layers.get(world.CELLS)
    homes = dict(
        zip(layer.codes, site_shares(sites, layer).sum_by_area(sites.homes_planned), strict=True)
    )
    assert (homes["C00"], homes["C10"]) == (pytest.approx(200.0), pytest.approx(100.0))
    total = sum(homes.values())
    assert total == pytest.approx(100 + 40 + 300)  # a quarter of it lies outside, as s2 does


def test_residents_to_come_are_homes_to_come_times_their_household_size(client):
    rows = rows_of(client, OVERLAY, **CELLS, household_size=2.5)
    assert column(rows, "added_residents", key="site_id") == {"s1": 150, "s2": None, "s3": 0}
    at_most = column(rows, "added_residents_at_most", key="site_id")
    assert at_most == {"s1": 150, "s2": 6_250, "s3": 0}
    assert column(rows, "added_households", key="site_id")["s1"] == 60


def test_without_households_residents_to_come_are_missing_and_it_is_said(client):
    answer = json_of(client, OVERLAY, **CELLS)
    assert {row["added_residents"] for row in answer["rows"]} == {None}
    assert any("Give household_size" in note for note in answer["provenance"]["notes"])


def test_homes_where_nobody_lives_have_no_percentage(own_county, serve):
    x, y = world.square("C32").centroid.coords[0]
    append_sites(
        own_county, site_id=["z"], name=["Zero"], easting_m=[x], northing_m=[y],
        homes_planned=[100.0], homes_completed=[0.0],
    )  # fmt: skip
    client = serve(open_resources(Settings(data_dir=own_county)))
    rows = {r["code"]: r for r in rows_of(client, OVERLAY, **BY_AREA, household_size=2.0)}
    assert rows["C32"]["added_residents"] == 200
    assert (rows["C32"]["residents"], rows["C32"]["added_percent_at_most"]) == (0, None)
    percent = 100 * 120 / world.RESIDENTS["C11"]
    assert rows["C11"]["added_percent_at_most"] == pytest.approx(percent, abs=0.06)
    by_site = rows_of(client, OVERLAY, **CELLS, household_size=2.0)
    assert column(by_site, "area_rate_per_1000", key="site_id")["z"] is None


def test_completions_older_than_the_incidents_are_said(own_county, serve):
    later = (
        world.Record("fire", world.moment(0).replace(year=2026), "day", *world.place("C00", 1)),
    )
    world.append_incidents(own_county, later, name="later.csv")
    client = serve(open_resources(Settings(data_dir=own_county)))
    notes = json_of(client, OVERLAY)["provenance"]["notes"]
    assert "Completions are of 2024: homes built since count as to come." in notes


def test_a_grid_may_be_the_layer(client):
    answer = json_of(client, OVERLAY, layer="square:500", by="area", household_size=2.0)
    assert len(answer["rows"]) == 64
    assert answer["provenance"]["method"]["expected"]["per"] == "km^2"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"exposure": "residents", "layer": "district"}, "area"),
        ({"household_size": 2, "households": "households"}, "not given together"),
        ({"population": "cars", "layer": "cell"}, "residents"),
        ({"surroundings": "nonsense"}, "district, cell"),
        ({"by": "district"}, "area"),
    ],
)
def test_what_makes_no_sense_is_refused(client, query, said):
    answer = client.get(OVERLAY, params=query)
    assert answer.status_code in (404, 422)
    assert said in answer.text


def test_csv_by_area_has_the_rows_of_the_json(client):
    rows = rows_of(client, OVERLAY, **BY_AREA)
    texts = csv_of(client, f"{OVERLAY}.csv", **BY_AREA)
    assert [text["code"] for text in texts] == [row["code"] for row in rows]
    assert [int(text["count"]) for text in texts] == [row["count"] for row in rows]
    assert not any(math.isnan(row["homes_planned"]) for row in rows)
