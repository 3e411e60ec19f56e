"""Repeats over HTTP: planted ones are told of, chance is not, and what is unknown is counted."""

import datetime
import random

import numpy as np
import pytest
import shapely

from service.assembly.resources import open_resources
from service.config.settings import LimitSettings, Settings
from service.coverage.spans import Span
from service.queries.patterns.repeats import KnoxQuery
from service.runtime import budget
from service.store.incidents import IncidentStore
from service.store.source_files import SourceFile
from tests.service import gaps, world
from tests.service.answers import csv_of, json_of
from tests.service.conftest import client_of
from tests.spatial.near_repeats.oracles import classes_and_chains, pairs_by_band

DATASET = "thefts"
PATTERNS = f"/v1/patterns/{DATASET}"
FIRST, LAST = datetime.date(2024, 1, 1), datetime.date(2024, 6, 30)
QUICK = {"orders": 199}
MOMENT = datetime.datetime(2024, 1, 1)  # noqa: DTZ001


def thefts():
    """At random places and times, and forty that follow another within 60 m and four days."""
    draw = random.Random(4)
    for k in range(120):
        x_m, y_m = (
            world.EAST_M + draw.uniform(100, 3_900),
            world.NORTH_M + draw.uniform(100, 3_900),
        )
        moment = MOMENT + datetime.timedelta(minutes=draw.randrange(170 * 1_440))
        yield world.Record("bicycle", moment, "minute", round(x_m), round(y_m))
        if k % 3 == 0:
            later = moment + datetime.timedelta(minutes=draw.randrange(60, 4 * 1_440))
            place = (round(x_m + draw.uniform(-40, 40)), round(y_m + draw.uniform(-40, 40)))
            yield world.Record("bicycle", later, "minute", *place)
    for k in range(60):  # never near each other
        place = (world.EAST_M + 400 * (k % 10) + 90, world.NORTH_M + 600 * (k // 10) + 90)
        moment = MOMENT + datetime.timedelta(days=draw.randrange(182))
        yield world.Record("van", moment, "day", *place)
    for k in range(
        9
    ):  # nine within four days of May, known to the day, of which two have no place
        place = (world.EAST_M + 450 * k + 10, world.NORTH_M + 10) if k < 7 else (None, None)
        yield world.Record("pump", datetime.datetime(2024, 5, 6 + k % 4), "day", *place)  # noqa: DTZ001
    for k in range(5):
        place = (world.EAST_M + 500 * k + 20, world.NORTH_M + 20)
        yield world.Record("month", datetime.datetime(2024, 1 + k, 1), "month", *place)  # noqa: DTZ001


RECORDS = tuple(thefts())


def of(category):
    records = [record for record in RECORDS if record.category == category and record.located]
    xy_m = np.array([(record.x_m, record.y_m) for record in records])
    minutes = np.array([(record.occurred - MOMENT).total_seconds() / 60 for record in records])
    return xy_m, minutes.astype(int)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = gaps.add(world.build(tmp_path_factory.mktemp("repeats")))
    IncidentStore(folder / "incidents", crs=world.CRS).append(
        DATASET,
        world.incident_rows(RECORDS),
        files=[SourceFile.of("thefts.csv", b"thefts")],
        covers=(Span(FIRST, LAST),),
    )
    snapped = tuple(
        world.Record(
            "bicycle",
            MOMENT + datetime.timedelta(days=k),
            "day",
            world.EAST_M + 100 * (k % 5),
            world.NORTH_M + 100 * (k % 6),
        )
        for k in range(60)
    )
    IncidentStore(folder / "incidents", crs=world.CRS).append(
        "points", world.incident_rows(snapped), files=[SourceFile.of("points.csv", b"points")]
    )
    return folder


@pytest.fixture(scope="module")
def resources(folder):
    return open_resources(Settings(data_dir=folder))


@pytest.fixture(scope="module")
def client(resources):
    with client_of(resources) as client:
        yield client


def test_pairs_are_those_of_the_records_and_planted_ones_are_told_of(client):
    answer = json_of(client, f"{PATTERNS}/knox", category="bicycle", **QUICK)
    xy_m, minutes = of("bicycle")
    slow = pairs_by_band(
        xy_m, minutes // 1440, (100, 200, 300, 400), (7, 14, 21, 28), same_place=True
    )
    rows = answer["rows"]
    assert [row["observed"] for row in rows] == slow.ravel().tolist()
    clearest = next(row for row in rows if row["band"] == "0 to 100 m, 0 to 7 days")
    assert (clearest["from_m"], clearest["to_m"]) == (0, 100)
    assert (clearest["from_days"], clearest["to_days"]) == (0, 7)
    assert clearest["ratio"] == pytest.approx(clearest["observed"] / clearest["expected"])
    assert clearest["p_any"] == 1 / 200
    assert answer["sentences"][1].startswith(
        "Pairs 0 m to under 100 m apart and 0 to 6 days apart"
    )
    counts = answer["provenance"]["counts"]
    assert counts["with_day"] == len(xy_m) == counts["records"]


def test_nothing_is_told_of_where_no_pair_is_near(client):
    answer = json_of(client, f"{PATTERNS}/knox", category="van", **QUICK)
    assert {row["observed"] for row in answer["rows"]} == {0}
    assert {row["ratio"] for row in answer["rows"]} == {None}
    assert answer["sentences"][-1] == (
        "No two incidents are near enough in place and time to be a pair of any band."
    )


def test_records_of_a_month_are_left_out_and_said_and_alone_refused(client):
    answer = json_of(client, f"{PATTERNS}/near-repeats", **QUICK)
    provenance = answer["provenance"]
    counts = provenance["counts"]
    assert counts["records"] == len(RECORDS)
    assert (counts["unlocated"], counts["without_day"]) == (2, 5)
    assert counts["with_day"] + counts["without_day"] == counts["located"]
    assert "5 records are left out: of their dates only the month is known." in provenance["notes"]
    for name in ("knox", "near-repeats", "repeat-chains", "repeat-zones", "bursts"):
        refused = client.get(f"{PATTERNS}/{name}", params={"category": "month"})
        assert refused.status_code == 422
        assert refused.json()["type"] == "/problems/no-days"
        assert "only the month is known" in refused.json()["detail"]


def test_classes_are_those_of_every_pair(client):
    answer = json_of(
        client, f"{PATTERNS}/near-repeats", category="bicycle", distance_m=80, days=5, **QUICK
    )
    classes, _ = classes_and_chains(*of("bicycle"), 80, 5)
    rows = {row["class"]: row for row in answer["rows"]}
    assert {name: row["count"] for name, row in rows.items()} == {
        name: classes.count(name) for name in ("originator", "near repeat", "none")
    }
    near = rows["near repeat"]
    assert near["share"] == near["count"] / len(classes)
    assert near["lower"] <= near["expected"] <= near["upper"] < near["count"]
    assert near["p_value"] == 1 / 200
    assert (
        "follow another nearer than 80 m and 0 to 4 days before, more than chance gives"
        in (answer["sentences"][1])
    )


def test_chains_are_the_longest_first_with_the_places_of_each(client):
    asked = {"category": "bicycle", "distance_m": 80, "days": 5, **QUICK}
    answer = json_of(client, f"{PATTERNS}/repeat-chains", **asked)
    _, chains = classes_and_chains(*of("bicycle"), 80, 5)
    sizes = [row["incidents"] for row in answer["rows"]]
    assert sizes == sorted((len(chain) for chain in chains), reverse=True)
    assert answer["provenance"]["method"]["chains"] == len(chains)
    verdict = "more than chance" if answer["rows"][0]["p_value"] <= 0.05 else "no more than chance"
    assert answer["sentences"][1].startswith(
        f"The longest of {len(chains)} chains has {sizes[0]} "
    )
    assert verdict in answer["sentences"][1]
    few = json_of(client, f"{PATTERNS}/repeat-chains.geojson", top=3, crs=27700, **asked)
    assert [feature["properties"]["rank"] for feature in few["features"]] == [1, 2, 3]
    assert f"{len(chains) - 3} shorter chains are not listed." in str(few["provenance"])
    for feature in few["features"]:
        assert len(feature["geometry"]["coordinates"]) == feature["properties"]["places"]


def test_zones_lie_around_recent_incidents_and_expire(client):
    asked = {"category": "bicycle", "distance_m": 100, "band_days": [4, 10], **QUICK}
    as_of = datetime.date(2024, 6, 10)
    answer = json_of(
        client, f"{PATTERNS}/repeat-zones.geojson", as_of=as_of.isoformat(), crs=27700, **asked
    )
    xy_m, minutes = of("bicycle")
    dates = MOMENT.date().toordinal() + minutes // 1440
    recent = {
        tuple(xy)
        for xy, date in zip(xy_m.tolist(), dates, strict=True)
        if 0 <= as_of.toordinal() - date < 4
    }
    zones = answer["features"]
    assert {(z["properties"]["easting_m"], z["properties"]["northing_m"]) for z in zones} == recent
    verb = "is a zone" if len(recent) == 1 else "are zones"
    assert f"with a recent incident {verb} on 2024-06-10" in answer["sentences"][1]
    for zone in zones:
        told, shape = zone["properties"], shapely.geometry.shape(zone["geometry"])
        last = datetime.date.fromisoformat(told["last_day"])
        assert told["days_since"] == (as_of - last).days < 4
        assert told["expires"] == (last + datetime.timedelta(days=9)).isoformat()
        assert told["ratio"] > 1
        assert told["p_value"] <= 0.05
        assert shape.area == pytest.approx(np.pi * 100**2, rel=0.01)
        assert shape.centroid.x == pytest.approx(told["easting_m"], abs=0.01)
    notes = str(answer["provenance"])
    assert "4 to 9 days later" in notes
    assert "no zones listed" in notes


def test_what_happened_later_is_not_looked_at(client):
    asked = {"category": "bicycle", "level": 1, **QUICK}
    until = json_of(client, f"{PATTERNS}/repeat-zones", to="2024-05-15", **asked)
    as_of = json_of(client, f"{PATTERNS}/repeat-zones", as_of="2024-05-15", **asked)
    assert as_of["rows"] == until["rows"] != []
    assert "of days after 2024-05-15 are not looked at" in str(as_of["provenance"]["notes"])
    later = json_of(client, f"{PATTERNS}/repeat-zones", as_of="2024-07-04", **asked)
    assert "The data end on 2024-06-30" in str(later["provenance"]["notes"])
    assert {row["last_day"] <= "2024-06-30" for row in later["rows"]} <= {True}
    refused = client.get(f"{PATTERNS}/repeat-zones", params={"as_of": "2023-12-31"})
    assert "2024-01-01 or later" in refused.text


def test_no_zone_is_listed_where_nothing_has_followed(client):
    answer = json_of(client, f"{PATTERNS}/repeat-zones", category="van", **QUICK)
    assert answer["rows"] == []
    assert "no pair is expected" in str(answer["provenance"]["notes"])


def test_a_multiplication_of_which_nothing_is_known_makes_no_zone(client):
    asked = {"category": "van", "distance_m": 1, "level": 1, "as_of": "2024-01-15", **QUICK}
    answer = json_of(client, f"{PATTERNS}/repeat-zones", **asked)
    assert answer["rows"] == []
    assert answer["sentences"][-1].startswith("No place is a zone: nowhere near")


def test_nine_in_four_days_are_a_lot_whether_they_have_a_place_or_not(client):
    (row,) = (
        answer := json_of(client, f"{PATTERNS}/bursts", category="pump", window_days=4, orders=999)
    )["rows"]
    assert (row["count"], row["largest"]) == (9, 9)
    assert (row["first_day"], row["last_day"]) == ("2024-05-06", "2024-05-09")
    assert row["p_value"] == 1 / 1_000
    assert row["a_lot_from"] <= 4
    assert row["p_naus"] < 1e-6
    assert answer["sentences"][-1].startswith(
        "The most within 4 days were 9, from 2024-05-06 to 2024-05-09, more than chance gives"
    )


def test_areas_are_tested_together(client):
    answer = json_of(client, f"{PATTERNS}/bursts", layer=world.CELLS, category="van", orders=999)
    rows = answer["rows"]
    assert len(rows) == len(world.CODES)
    assert [row["p_value"] for row in rows] == sorted(row["p_value"] for row in rows)
    assert all(row["q_value"] >= row["p_value"] for row in rows)
    counts = answer["provenance"]["counts"]
    assert counts["in_rows"] == sum(row["count"] for row in rows)
    assert counts["in_rows"] + counts["elsewhere"] + counts["without_day"] == counts["records"]
    assert (
        answer["sentences"][-1] == "None of 16 areas had more within 7 days than chance may give."
    )
    empty = [row for row in rows if not row["count"]]
    assert {(row["largest"], row["first_day"], row["p_value"]) for row in empty} <= {
        (0, None, 1.0)
    }


def test_records_without_a_place_or_outside_the_layer_are_in_no_area_and_told_of(client):
    answer = json_of(client, f"{PATTERNS}/bursts", layer=world.CELLS, category="pump", orders=99)
    counts, notes = (answer["provenance"][name] for name in ("counts", "notes"))
    assert (counts["in_rows"], counts["unlocated"], counts["outside"]) == (7, 2, 0)
    assert counts["in_rows"] + counts["unlocated"] == counts["records"] == 9
    assert "2 records with a day are in no listed area: 2 without a place." in notes
    inside = json_of(
        client,
        f"{PATTERNS}/bursts",
        layer=world.CELLS,
        category="van",
        within=f"circle:{world.EAST_M + 1_500},{world.NORTH_M + 1_500},900",
        orders=99,
    )["provenance"]["counts"]
    assert inside["elsewhere"] > 0
    assert sum(inside.values()) == 2 * inside["records"]


def test_a_window_longer_than_the_period_is_refused_and_one_as_long_ends_with_the_data(client):
    asked = {"category": "pump", "orders": 99, "from": "2024-05-01", "to": "2024-05-31"}
    refused = client.get(f"{PATTERNS}/bursts", params={**asked, "window_days": 32})
    assert refused.status_code == 422
    assert refused.json()["detail"] == (
        "window_days must be from 1 to 31, the days from 2024-05-01 to 2024-05-31 that are looked "
        "at, got 32"
    )
    (row,) = json_of(client, f"{PATTERNS}/bursts", **asked, window_days=31)["rows"]
    assert (row["first_day"], row["last_day"]) == ("2024-05-01", "2024-05-31")


def test_a_band_that_is_refused_is_told_of_once(client):
    detail = client.get(f"{PATTERNS}/knox", params={"band_m": "far"}).json()["detail"]
    assert detail.startswith("band_m.0: ")
    assert "at least 1 item" not in detail
    assert "at least 1 item" not in str(
        client.get(f"{PATTERNS}/knox", params={"band_days": [0, 400]}).json()
    )


def test_days_without_data_stay_empty_and_naus_needs_none_of_them(client):
    answer = json_of(client, f"/v1/patterns/{gaps.DATASET}/bursts", orders=999)
    (row,) = answer["rows"]
    assert row["count"] == sum(gaps.COUNTS.values())
    assert row["p_naus"] is None
    assert answer["provenance"]["method"]["covered_days"] == sum(gaps.DAYS.values())


def test_nights_of_selected_days_count_with_the_day_on_which_they_begin(client):
    asked = {"category": "bicycle", "hours": "22-04", "weekdays": "fri", "window_days": 1}
    (row,) = json_of(client, f"{PATTERNS}/bursts", orders=99, **asked)["rows"]
    assert datetime.date.fromisoformat(row["first_day"]).weekday() == 4
    assert row["p_naus"] is None


def test_what_lies_within_an_area_is_looked_at_alone(client):
    asked = {"category": "bicycle", "within": "district:D1", **QUICK}
    counts = json_of(client, f"{PATTERNS}/knox", **asked)["provenance"]["counts"]
    west = (of("bicycle")[0][:, 0] < world.EAST_M + 2_000).sum()
    assert counts["with_day"] == counts["records"] == west


def test_places_that_are_shared_and_bands_below_their_error_are_told_of(client):
    answer = json_of(client, "/v1/patterns/points/knox", band_m=[50, 200], **QUICK)
    notes = answer["provenance"]["notes"]
    assert any("100% of the located records of the dataset share their place" in n for n in notes)
    assert any("50 m is below the location error of the data, about 100 m" in n for n in notes)
    told = json_of(client, f"{PATTERNS}/knox", band_m=50, category="bicycle", **QUICK)
    assert "below the location error" not in str(told["provenance"]["notes"])


def test_one_seed_gives_the_same_bytes_and_another_another_p(client):
    asked = {"category": "bicycle", "band_m": [400, 800], "same_place": False, **QUICK}
    first, again, other = (
        csv_of(client, f"{PATTERNS}/knox.csv", seed=seed, **asked) for seed in (1, 1, 2)
    )
    assert first == again != other


def test_work_is_known_before_it_is_begun(resources):
    limits = LimitSettings()
    query = KnoxQuery(category=("bicycle",))
    with budget.within(budget.Budget(0.0, limits)), pytest.raises(budget.LongWorkError):
        resources.repeats.knox.table(DATASET, query)


@pytest.mark.parametrize("name", ["band_m", "band_days"])
def test_bands_must_ascend(client, name):
    refused = client.get(f"{PATTERNS}/knox", params={name: [20, 10]})
    assert refused.status_code == 422
    assert f"{name} must ascend" in refused.text
