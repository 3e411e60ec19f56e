"""Where less is located than before, counts fall for that alone: it is said, and allowed for."""

import dataclasses
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2_contingency
from starlette.testclient import TestClient

from service.analyses.inputs.located_shares import LocatedShares
from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.store.incidents import IncidentStore
from service.store.source_files import SourceFile
from tests.service import gaps, world
from tests.service.answers import column, json_of
from tests.service.conftest import client_of

A_DAY = 30
ENDS = {
    "baseline_from": "2023-01", "baseline_to": "2023-01", "from": "2023-03", "to": "2023-03"
}  # fmt: skip
PERIODS = {**ENDS, "permutations": "0", "replicates": "0"}


def without_places(records: tuple[world.Record, ...]) -> tuple[world.Record, ...]:
    """The same records, every fourth of them without a place."""
    return unlocated(records, lambda k: k % 4 == 3)


def without_western_places(records: tuple[world.Record, ...]) -> tuple[world.Record, ...]:
    """The same records, the westernmost two fifths without a place."""
    return unlocated(records, lambda k: k < 0.4 * len(records))


def unlocated(
    records: tuple[world.Record, ...], is_missing: Callable[[int], bool]
) -> tuple[world.Record, ...]:
    return tuple(
        dataclasses.replace(record, x_m=None, y_m=None) if is_missing(k) else record
        for k, record in enumerate(sorted(records, key=lambda record: (record.x_m, record.y_m)))
    )


def months(
    folder,
    dataset: str,
    thinned: Callable[[tuple[world.Record, ...]], tuple[world.Record, ...]] = tuple,
) -> None:
    """January 2023, and the same records again in March, then perhaps some not located."""
    store = IncidentStore(folder / "incidents", crs=world.CRS)
    for month in ("2023-01", "2023-03"):
        records = gaps.records(month, A_DAY)
        if month == "2023-03":
            records = thinned(records)
        rows = world.incident_rows(records)
        name = f"{month}-kent-street.csv"
        store.append(dataset, rows, files=[SourceFile.of(name, name.encode())])


@pytest.fixture(scope="module")
def share_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = world.build(tmp_path_factory.mktemp("shares"))
    months(folder, "thinned", without_places)
    months(folder, "west", without_western_places)
    months(folder, "same")
    with client_of(open_resources(Settings(data_dir=folder))) as client:
        yield client


def test_only_what_is_located_fell_and_no_area_is_said_to_have_changed(share_client):
    address = "/v1/hotspots/thinned/square:2000/change"
    answer = json_of(share_client, address, **PERIODS)
    rows, provenance = answer["rows"], answer["provenance"]
    assert max(column(rows, "q_value").values()) < 0.1  # what it looks like
    assert all(row["percent"] == pytest.approx(-25, abs=5) for row in rows)
    assert min(column(rows, "q_value_shared_out").values()) > 0.5
    assert all(row["ratio_shared_out"] == pytest.approx(1, abs=0.1) for row in rows)
    assert all(row["lower_shared_out"] < 1 < row["upper_shared_out"] for row in rows)
    whole_map = provenance["method"]["map"]
    assert whole_map["areas_changed"] == {
        "level": 0.1, "by": "q_value and q_value_shared_out", "rose": 0, "fell": 0
    }  # fmt: skip
    assert whole_map["shared_out"]["p_value"] > 0.9
    assert answer["sentences"][1].startswith("100.0 % of the records are located in the baseline")
    assert answer["sentences"][2].startswith("None of 6 areas changed by more than chance")
    assert provenance["notes"][0].startswith("The share of records that are located differs: 75.")
    assert provenance["method"]["located_shares"]["by_period"]["the baseline period"] == 1.0


def test_places_missing_in_one_part_make_no_rise_elsewhere(share_client):
    answer = json_of(share_client, "/v1/hotspots/west/square:2000/change", **PERIODS)
    unaltered = [row for row in answer["rows"] if row["count_before"] == row["count_after"]]
    assert unaltered
    assert any(row["q_value_shared_out"] < 0.1 for row in unaltered)  # what it looks like
    assert answer["provenance"]["method"]["map"]["areas_changed"]["rose"] == 0
    assert " 0 rose and " in answer["sentences"][2]


def test_where_the_shares_are_the_same_there_is_nothing_beside_the_counts(share_client):
    answer = json_of(share_client, "/v1/hotspots/same/square:2000/change", **PERIODS)
    assert "ratio_shared_out" not in answer["rows"][0]
    assert "located_shares" not in answer["provenance"]["method"]
    assert answer["provenance"]["method"]["map"]["areas_changed"]["by"] == "q_value"


def test_a_trend_has_rates_with_unlocated_records_shared_out(share_client):
    answer = json_of(share_client, "/v1/tables/thinned/trend")
    january, february, march = answer["rows"]
    assert january["rate_shared_out"] == pytest.approx(A_DAY)
    assert february["rate_shared_out"] is None
    assert march["rate"] == pytest.approx(0.75 * A_DAY, abs=0.1)
    assert march["rate_shared_out"] == pytest.approx(A_DAY)
    assert answer["provenance"]["notes"][0].startswith("The share of records that are located")


def test_a_displacement_is_estimated_with_them_too(share_client):
    address = f"/v1/hotspots/thinned/{world.CELLS}/displacement"
    answer = json_of(share_client, address, **ENDS, target=["C00", "C01"], control="C33")
    assert answer["difference"] < -10
    assert abs(answer["shared_out"]["difference"]) < 5
    assert answer["shared_out"]["lower"] < 0 < answer["shared_out"]["upper"]
    address = f"/v1/hotspots/same/{world.CELLS}/displacement"
    answer = json_of(share_client, address, **ENDS, target=["C00", "C01"], control="C33")
    assert answer["shared_out"] is None


def test_priorities_call_no_area_falling_for_that(share_client):
    query = {**ENDS, "layer": world.CELLS}
    rows = json_of(share_client, "/v1/growth/thinned/priorities", **query)["rows"]
    assert min(row["change_q_value"] for row in rows) > 0.5
    assert all(abs(row["change_percent"]) < 10 for row in rows)


COUNTS = st.integers(0, 400)


@given(st.lists(st.tuples(COUNTS, COUNTS), min_size=2, max_size=6))
def test_the_test_is_the_chi_squared_test_of_proportions(pairs):
    placed = np.array([pair[0] for pair in pairs])
    records = placed + np.array([pair[1] for pair in pairs])
    shares = LocatedShares(tuple("abcdef"[: len(pairs)]), records, placed)
    table = np.array([placed, records - placed])[:, records > 0]
    if table.shape[1] < 2 or not table.any(axis=1).all():
        assert shares.p_value == 1.0
    else:
        expected = chi2_contingency(table, correction=False).pvalue
        assert shares.p_value == pytest.approx(expected, rel=1e-9, abs=1e-300)


def test_the_exposure_is_shortened_to_what_is_located():
    shares = LocatedShares(("a", "b", "c"), np.array([100, 0, 50]), np.array([75, 0, 0]))
    assert shares.exposures([31, 28, 30]).tolist() == [23.25, 28.0, 0.0]
