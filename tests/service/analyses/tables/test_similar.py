"""Areas among those of their group: rates, ranks, mean, and what the others lead to expect."""

from collections import Counter

import numpy as np
import pyarrow as pa
import pytest

from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.store.reference.area_groups import AreaGroupStore
from service.store.source_files import SourceFile
from spatial.rates.peers import compare_with_peers
from tests.service import people, world
from tests.service.answers import json_of, rows_of
from tests.service.conftest import client_of

SIMILAR = f"/v1/tables/{people.DATASET}/similar/cell"
MEASURES = "/v1/measures/similar"
ASKED = {"area_group": "similar", "denominator": "residents"}
COUNTS = Counter(person.record.cell for person in people.PEOPLE)
YEARS = 731 / 365.25
KNOWN = [code for code in world.PEERS if code not in ("C33", "X99")]
RATES = {code: 1000 * COUNTS[code] / world.RESIDENTS[code] / YEARS for code in KNOWN}
# Fifteen districts of another layer that nobody imported, with a rate per 1,000 as published.
PUBLISHED = {f"E{k:02d}": 60.0 + 2.0 * (k % 5) for k in range(14)} | {"E99": 95.4}


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    folder = people.add(world.build(tmp_path_factory.mktemp("similar")))
    world.append_measure(folder, "crime-rate", "2016", PUBLISHED, layer="csp")
    counts = {code: round(rate * 100) for code, rate in PUBLISHED.items()}
    world.append_measure(folder, "crimes", "2016", counts, layer="csp")
    world.append_measure(folder, "population", "2016", dict.fromkeys(PUBLISHED, 1e5), layer="csp")
    codes = [*PUBLISHED, "E50"]
    rows = {
        "area_group": ["most similar"] * len(codes),
        "layer": ["csp"] * len(codes),
        "code": codes,
        "name": [f"District {code}" for code in codes],
        "source_row": list(range(len(codes))),
    }
    AreaGroupStore(folder / "area_groups").append(
        pa.table(rows), file=SourceFile.of("csp.csv", b"csp")
    )
    with client_of(open_resources(Settings(data_dir=folder))) as client:
        yield client


def split(rows, codes=world.PEERS):
    """The rows of areas by code, and those behind them."""
    of_areas = {row["code"]: row for row in rows if row["code"] in codes}
    return of_areas, {row["code"]: row["rate"] for row in rows if row["code"] not in codes}


def test_rates_ranks_and_what_is_behind_them_are_those_of_the_records(client):
    areas, behind = split(rows_of(client, SIMILAR, code="C00", **ASKED))
    assert list(areas)[: len(KNOWN)] == sorted(RATES, key=RATES.get, reverse=True)
    for code, rate in RATES.items():
        assert areas[code]["rate"] == pytest.approx(rate)
        assert areas[code]["rank"] == 1 + sum(other > rate for other in RATES.values())
        assert areas[code]["rank_best"] <= areas[code]["rank"] <= areas[code]["rank_worst"]
        assert areas[code]["is_area"] == (code == "C00")
    values = list(RATES.values())
    assert behind["mean"] == pytest.approx(np.mean(values))
    assert behind["median"] == pytest.approx(np.median(values))
    assert behind["lower quartile"] == pytest.approx(np.quantile(values, 0.25))
    assert (behind["minimum"], behind["maximum"]) == pytest.approx((min(values), max(values)))


def test_each_area_is_tested_against_the_others(client):
    areas, _ = split(rows_of(client, SIMILAR, **ASKED))
    count = [COUNTS[code] for code in KNOWN]
    expected = compare_with_peers(count, [world.RESIDENTS[code] for code in KNOWN])
    for k, code in enumerate(KNOWN):
        assert areas[code]["p_value"] == pytest.approx(expected.p_value[k])
        assert areas[code]["expected_lower"] <= areas[code]["expected"]
        assert areas[code]["is_area"] is None


def test_areas_without_data_are_said_and_stand_last(client):
    answer = json_of(client, SIMILAR, **ASKED)
    notes = " ".join(answer["provenance"]["notes"])
    assert "There is no data of 2 areas of the group, left out: Cell C33 (C33) and X99." in notes
    assert "1 area is not in layer cell." in notes
    areas, _ = split(answer["rows"])
    assert list(areas)[-2:] == ["C33", "X99"]
    assert areas["X99"]["count"] is areas["X99"]["rank"] is areas["C33"]["rate"] is None


def test_what_is_said_of_the_area_comes_first(client):
    answer = json_of(client, SIMILAR, code="C00", **ASKED)
    first = answer["provenance"]["notes"][0]
    rank = 1 + sum(rate > RATES["C00"] for rate in RATES.values())
    assert first.startswith(f"First: {RATES['C00']:.4g} incidents per 1,000 residents per year")
    assert f"rank {rank} of 6 (chance leaves" in first
    assert "no more than chance (p = 0." in first


def test_where_the_dataset_has_no_record_at_all_is_no_data_and_not_zero(tmp_path):
    def is_chosen(person):
        return person.record.cell not in ("C22", "C12")

    folder = people.add(world.build(tmp_path), is_chosen)
    with client_of(open_resources(Settings(data_dir=folder))) as client:
        answer = json_of(client, SIMILAR, **ASKED)
        areas, _ = split(answer["rows"])
        assert areas["C22"]["count"] is areas["C12"]["rate"] is None
        assert "In 2 areas the dataset has no record of any time" in " ".join(
            answer["provenance"]["notes"]
        )
        some = {**ASKED, "attribute": "sex:Female", "hours": "03-04", "category": "robbery"}
        few, _ = split(rows_of(client, SIMILAR, **some))
        assert {row["count"] for code, row in few.items() if code in ("C10", "C11")} <= {0, 1, 2}


def test_a_rate_published_for_other_areas_is_compared_with_their_mean(client):
    asked = {"area_group": "most similar", "measure": "crime-rate", "code": "E99"}
    answer = json_of(client, f"{MEASURES}/csp", **asked)
    areas, behind = split(answer["rows"], (*PUBLISHED, "E50"))
    assert behind["mean"] == pytest.approx(np.mean(list(PUBLISHED.values())))
    assert areas["E99"]["rank"] == 1
    assert areas["E99"]["rank_best"] is None
    expected = compare_with_peers(list(PUBLISHED.values()))
    assert areas["E99"]["p_value"] == pytest.approx(expected.p_value[-1])
    notes = answer["provenance"]["notes"]
    assert notes[0].startswith(
        "District E99: 95.4 crime-rate of 2016, rank 1 of 15; the mean of the"
    )
    assert "more than chance (p < 0.001)" in notes[0]
    assert any("no data of 1 area of the group, left out: District E50 (E50)" in n for n in notes)
    assert any("Rates as they were published" in note for note in notes)


def test_counts_of_other_areas_over_a_denominator_have_intervals_and_limits_of_ranks(client):
    asked = {"area_group": "most similar", "measure": "crimes", "denominator": "population"}
    areas, _ = split(rows_of(client, f"{MEASURES}/csp", **asked), (*PUBLISHED, "E50"))
    row = areas["E99"]
    assert row["rate"] == pytest.approx(95.4)
    assert row["lower"] < 95.4 < row["upper"]
    assert (row["rank_best"], row["rank_worst"]) == (1, 1)
    assert (row["amount"], row["denominator"]) == (9_540, 1e5)


def test_an_area_that_is_none_of_the_group_is_refused_with_those_that_are(client):
    refusal = client.get(SIMILAR, params={**ASKED, "code": "C21"})
    assert refusal.status_code == 422
    assert "C00, C01" in refusal.json()["detail"]
    fraction = {"area_group": "most similar", "measure": "crime-rate", "denominator": "crimes"}
    refusal = client.get(f"{MEASURES}/csp", params=fraction)
    assert refusal.status_code == 422
    assert "whole numbers over a denominator" in refusal.json()["detail"]
