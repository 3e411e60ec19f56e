"""Harm tables against the records, and against figures that an assessment printed."""

import csv
import datetime
from collections import defaultdict

import numpy as np
import pyarrow as pa
import pytest
import shapely
from typer.testing import CliRunner

from boundaries.layers.layer import Layer, LayerMetadata
from boundaries.storage.store import LayerStore
from service.__main__ import app
from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.coverage.spans import Span
from service.demo.harm import published_harm
from service.store.incidents import IncidentStore
from service.store.reference.harm_index import HarmIndexStore
from service.store.reference.measures import MeasureStore
from service.store.source_files import SourceFile
from tests.service import people, world
from tests.service.answers import json_of, rows_of
from tests.service.conftest import client_of

HARM = f"/v1/tables/{world.DATASET}/harm"
PEOPLE = 176_700
DISTRICT = "E07000011"


def harm_of(records):
    return [world.HARM[record.category] for record in records if record.category in world.HARM]


def test_offences_are_ranked_by_count_and_by_harm(client):
    rows = {row["row"]: row for row in rows_of(client, HARM)}
    assert list(rows) == ["burglary", "assault", "fire", "total"]
    count = {row: sum(r.category == row for r in world.RECORDS) for row in world.CATEGORIES}
    harm = {row: count[row] * days for row, days in world.HARM.items()}
    for name, row in rows.items():
        if name == "total":
            continue
        assert row["count"] == count[name]
        assert row["share_of_count"] == pytest.approx(100 * count[name] / len(world.RECORDS))
        assert row["harm"] == (pytest.approx(harm[name]) if name in harm else None)
        assert row["harm_each"] == world.HARM.get(name)
        assert row["harm_not_known"] == (0 if name in harm else count[name])
    assert [rows[name]["rank_by_count"] for name in rows] == [2, 1, 3, None]
    assert [rows[name]["rank_by_harm"] for name in rows] == [1, 2, None, None]
    assert rows["assault"]["offence_group"] == "people"
    assert rows["total"]["harm"] == pytest.approx(sum(harm.values()))
    assert rows["total"]["share_of_harm"] == pytest.approx(100)
    weights = harm_of(world.RECORDS)
    effective = sum(weights) ** 2 / sum(days**2 for days in weights)
    assert rows["total"]["effective_number"] == pytest.approx(effective)
    assert rows["total"]["largest_share"] == pytest.approx(max(weights) / sum(weights))


def test_what_did_not_match_is_listed_with_counts(client):
    provenance = json_of(client, HARM)["provenance"]
    fires = world.MONTH_ONLY_FIRES
    assert provenance["counts"]["harm_not_known"] == fires
    assert provenance["counts"]["harm_known"] == len(world.RECORDS) - fires
    assert any(f"fire ({fires})" in note for note in provenance["notes"])
    assert provenance["harm_index"]["id"] == "harm"
    assert provenance["method"]["matched_on"] == "category"


def test_areas_and_years_with_their_rates_and_the_whole_county_beside_them(client):
    query = {"rows": "layer:cell", "columns": "year", "denominator": "residents"}
    rows = {(row["row"], row["column"]): row for row in rows_of(client, HARM, **query)}
    own = defaultdict(list)
    for record in world.RECORDS:
        if record.cell is not None:
            for row in (record.cell, "areas"):
                for column in (str(record.occurred.year), "total"):
                    own[row, column].append(record)
    years = {"2023": 365 / 365.25, "2024": 366 / 365.25, "total": 731 / 365.25}
    for (code, year), row in rows.items():
        if code not in {*world.CODES, "areas"}:
            assert row["rate"] is None
            continue
        records = own[code, year]
        assert row["count"] == len(records)
        harm = sum(harm_of(records))
        known = len(harm_of(records))
        assert row["harm"] == (pytest.approx(harm) if known or not records else None)
        residents = world.RESIDENTS.get(code, 0.0)
        if residents and row["harm"] is not None:
            exposure = residents * years[year] / 1000
            assert row["rate"] == pytest.approx(len(records) / exposure)
            assert row["harm_rate"] == pytest.approx(harm / exposure)
            assert row["harm_rate_lower"] <= row["harm_rate"] <= row["harm_rate_upper"]
        elif not residents:
            assert row["rate"] is None
            assert row["harm_rate"] is None
    first, second = rows["C00", "2023"], rows["C00", "2024"]
    assert first["change"] is None
    assert second["change"] == pytest.approx(
        100 * (second["count"] / 366 / (first["count"] / 365) - 1)
    )
    assert second["harm_change"] == pytest.approx(
        100 * (second["harm"] / 366 / (first["harm"] / 365) - 1)
    )
    assert 0 < second["harm_change_q"] <= 1
    ranked = [rows[code, "2023"] for code in world.CODES]
    by_rate = [row for row in ranked if row["rate"] is not None]
    best = max(by_rate, key=lambda row: row["rate"])
    assert best["rank_by_rate"] == 1
    assert min(row["rank_by_harm_rate"] for row in by_rate) == 1


def test_the_harm_of_a_table_is_that_of_a_cross_table(client):
    query = {"rows": "month", "columns": "layer:district"}
    sums = {(r["row"], r["column"]): r["harm"] for r in rows_of(client, HARM, **query)}
    wide = rows_of(client, HARM.replace("harm", "crosstab"), layout="wide", cells="harm", **query)
    for row in wide:
        for column in ("D1", "D2", "total"):
            harm = sums.get((row["row"], column))
            assert row[column] == pytest.approx(harm or 0.0)


def test_markers_count_an_incident_once_in_the_total(tmp_path):
    folder = people.add(world.build(tmp_path))
    with client_of(open_resources(Settings(data_dir=folder))) as client:
        address = f"/v1/tables/{people.DATASET}/harm"
        rows = {row["row"]: row for row in rows_of(client, address, rows="marker")}
        columns = rows_of(client, address, rows="category", columns="marker")
    hate = [p for p in people.PEOPLE if "hate" in (p.marker or "")]
    assaults = sum(p.record.category == "assault" for p in hate)
    assert rows["hate"]["count"] == len(hate)
    assert rows["hate"]["harm"] == pytest.approx(10 * assaults)
    assert rows["total"]["count"] == len(people.PEOPLE)
    total = {(row["row"], row["column"]): row["count"] for row in columns}
    assert total["total", "total"] == len(people.PEOPLE)
    assert total["total", "hate"] == len(hate)


def test_groups_of_the_index_and_what_is_in_none(client):
    rows = {row["row"]: row for row in rows_of(client, HARM, rows="offence-group")}
    count = {row: sum(r.category == row for r in world.RECORDS) for row in world.CATEGORIES}
    assert rows["people"]["count"] == count["assault"]
    assert rows["no group"]["count"] == count["burglary"]
    assert rows["not in the index"]["count"] == count["fire"]
    assert rows["not in the index"]["harm"] is None


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"rows": "year", "columns": "year"}, "name two axes"),
        ({"rows": "offences"}, "offence, offence-group"),
        ({"harm_index": "cambridge"}, "one of those imported: harm"),
        ({"denominator": "homes"}, "residents"),
        ({"rows": "layer:cell", "layer": "district"}, "cell"),
    ],
)
def test_what_cannot_be_asked_is_refused(client, query, words):
    refused = client.get(HARM, params=query)
    assert refused.status_code == 422
    assert words in refused.text


@pytest.fixture(scope="module")
def printed(test_data):
    """The published counts and days, and the printed rates of the district, by group."""
    folder = test_data.parent / "published"
    with (folder / "harm_index_huntingdonshire.csv").open(newline="") as file:
        offences = list(csv.DictReader(file))
    with (folder / "harm_index_rates.csv").open(newline="") as file:
        rates = [row for row in csv.DictReader(file) if row["area"] == "Huntingdonshire"]
    return offences, rates


@pytest.fixture(scope="module")
def district(tmp_path_factory, printed):
    """Invented incidents with the published counts, in a district of the people of mid-2016."""
    folder = tmp_path_factory.mktemp("printed")
    geometries = np.array([shapely.box(500_000, 250_000, 530_000, 290_000)], dtype=object)
    LayerStore(folder / "boundaries", crs=world.CRS).save(
        Layer(
            LayerMetadata(layer_id="district", title="District", crs=world.CRS),
            (DISTRICT,),
            ("Huntingdonshire",),
            geometries,
        )
    )
    MeasureStore(folder / "measures").append(
        pa.table(
            {
                "layer": ["district"],
                "area_code": [DISTRICT],
                "measure": ["residents"],
                "period": ["2016"],
                "value": [float(PEOPLE)],
            }
        ),
        file=SourceFile.of("r.csv", b"r"),
    )
    offences, _ = printed
    repeats = [int(row["offences_2016_11_to_2019_10"]) for row in offences]
    published = [row for row, n in zip(offences, repeats, strict=True) for _ in range(n)]
    first = datetime.datetime(2016, 11, 1)  # noqa: DTZ001
    records = tuple(
        world.Record(
            row["group"],
            first + datetime.timedelta(days=k * 1094 // len(published)),
            x_m=515_000.0,
            y_m=270_000.0,
        )
        for k, row in enumerate(published)
    )
    # The wording is recognised however it is written.
    wordings = pa.array([row["offence"].upper().replace("-", " ") for row in published])
    IncidentStore(folder / "incidents", crs=world.CRS).append(
        "police",
        world.incident_rows(records).append_column("subcategory", wordings),
        files=[SourceFile.of("p.csv", b"p")],
        title="Police",
        covers=(Span(first.date(), datetime.date(2019, 10, 31)),),
    )
    harm = published_harm()
    HarmIndexStore(folder / "harm_indices").append(
        harm.index_id, harm.rows, file=SourceFile.of("h.csv", b"h")
    )
    return folder


def test_published_offences_times_days_give_the_printed_rates(district, printed):
    _, rates = printed
    query = {"rows": "offence-group", "denominator": "residents", "layer": "district"}
    with client_of(open_resources(Settings(data_dir=district))) as client:
        rows = {r["row"]: r for r in rows_of(client, "/v1/tables/police/harm", **query)}
        over_http = client.get("/v1/tables/police/harm.csv", params=query)
    for group in ("violence", "hate", "arson"):
        (row,) = (
            row for row in rates if row["group"] == group and row["measure"] == "CHI days per 1000"
        )
        mean = sum(float(row[year]) for year in ("2016_17", "2017_18", "2018_19")) / 3
        assert rows[group]["harm_rate"] == pytest.approx(mean, rel=0.005)
        assert rows[group]["harm_not_known"] == 0
    options = [f"--{key}={value}" for key, value in query.items()]
    by_command = CliRunner().invoke(
        app, ["harm", "police", *options], env={"HOTSPOTS_DATA_DIR": str(district)}
    )
    assert by_command.exit_code == 0, by_command.output
    assert by_command.stdout_bytes == over_http.content


def test_the_published_offences_of_violence_have_both_ranks(district):
    query = {"category": "violence", "denominator": "residents"}
    with client_of(open_resources(Settings(data_dir=district))) as client:
        rows = rows_of(client, "/v1/tables/police/harm", **query)
    assert rows[0]["row"].startswith("Assault - GBH")
    assert (rows[0]["rank_by_rate"], rows[0]["rank_by_harm_rate"]) == (7, 1)
    common = next(row for row in rows if row["row"].startswith("Common assault"))
    assert (common["rank_by_rate"], common["rank_by_harm_rate"]) == (1, 6)
    assert common["harm_each"] == 1.0
