"""The displacement difference by month: counted one by one, and the whole period at its end."""

import numpy as np
import pytest

from spatial.over_time.displacement import weighted_displacement_differences
from tests.service import world
from tests.service.answers import json_of

ADDRESS = f"/v1/hotspots/{world.DATASET}/{world.CELLS}/displacement"
GROUPS = {
    "target": ["C00", "C01"],
    "control": ["C33"],
    "displacement": ["C10"],
    "displacement_control": ["C23", "C32"],
}
PERIODS = {
    "baseline_from": "2023-01", "baseline_to": "2023-12", "from": "2024-01", "to": "2024-12",
}  # fmt: skip
MONTHS = [f"2024-{month:02}" for month in range(1, 13)]


def counted(condition):
    counts = world.cell_counts(condition)
    return [sum(counts[code] for code in codes) for codes in GROUPS.values()]


def test_months_are_counted_one_by_one(client):
    answer = json_of(client, f"{ADDRESS}/months", **PERIODS, **GROUPS)
    assert [row["month"] for row in answer["rows"]] == MONTHS
    for row in answer["rows"]:
        counts = counted(lambda record, month=row["month"]: f"{record.occurred:%Y-%m}" == month)
        assert [row[name] for name in GROUPS] == counts
    before = counted(lambda record: record.occurred.year == 2023)
    assert list(answer["provenance"]["method"]["count_before"].values()) == before


def test_each_month_is_compared_with_the_baseline_by_days(client):
    rows = json_of(client, f"{ADDRESS}/months", **PERIODS, **GROUPS)["rows"]
    before = counted(lambda record: record.occurred.year == 2023)
    after = np.array([[row[name] for name in GROUPS] for row in rows], float)
    days = np.array([row["days"] for row in rows])
    assert days[:3].tolist() == [31.0, 29.0, 31.0]
    for prefix, sums, lengths in (
        ("", after, days),
        ("cumulative_", np.cumsum(after, axis=0), np.cumsum(days)),
    ):
        expected = weighted_displacement_differences(
            np.tile(before, (12, 1)), sums, first_exposure=365.0, second_exposure=lengths
        )
        for name in ("difference", "lower", "upper"):
            assert [row[f"{prefix}{name}"] for row in rows] == pytest.approx(
                getattr(expected, name).tolist(), rel=1e-9, abs=1e-9
            )


@pytest.mark.parametrize("measure", ["count", "weighted", "harm"])
@pytest.mark.parametrize("control_size", ["equal", "area"])
def test_the_last_month_says_what_the_whole_period_does(client, measure, control_size):
    query = {**PERIODS, **GROUPS, "measure": measure, "control_size": control_size}
    query["to"] = "2024-09"
    last = json_of(client, f"{ADDRESS}/months", **query)["rows"][-1]
    whole = json_of(client, ADDRESS, **query)
    for name in ("difference", "lower", "upper", "p_value"):
        assert last[f"cumulative_{name}"] == pytest.approx(whole[name], rel=1e-9)


def test_harm_is_summed_and_says_how_few_incidents_it_rests_on(client):
    answer = json_of(client, ADDRESS, **PERIODS, **GROUPS, measure="harm")
    counts = json_of(client, ADDRESS, **PERIODS, **GROUPS)["counts"]
    assert answer["difference"] != 0
    number = sum(sum(pair.values()) for pair in counts.values())
    method = answer["provenance"]["method"]
    assert 1 <= method["effective_number"] <= number
    assert 0 < method["largest_share"] < 1
    assert method["unit"] == "days of harm"
    assert answer["counts"]["target"]["weighted_before"] > counts["target"]["before"]


def test_controls_of_other_sizes_are_brought_to_that_of_the_target(client):
    equal = json_of(client, ADDRESS, **PERIODS, **GROUPS)
    by_area = json_of(client, ADDRESS, **PERIODS, **GROUPS, control_size="area")
    counts = equal["counts"]
    changes = {name: pair["after"] - pair["before"] * 366 / 365 for name, pair in counts.items()}
    # All cells are of one size: two of the target to one control, one to two for displacement.
    assert by_area["difference"] == pytest.approx(
        changes["target"] - 2 * changes["control"]
        + changes["displacement"] - changes["displacement_control"] / 2,
        rel=1e-6,
    )  # fmt: skip


def test_a_period_within_a_month_has_its_part(client):
    # of records that have a day
    query = {**PERIODS, **GROUPS, "category": "assault", "from": "2024-02", "to": "2024-03"}
    rows = json_of(client, f"{ADDRESS}/months", **query)["rows"]
    assert [row["month"] for row in rows] == ["2024-02", "2024-03"]


def test_without_displacement_its_columns_are_not_there(client):
    query = {name: codes for name, codes in GROUPS.items() if "displacement" not in name}
    answer = json_of(client, f"{ADDRESS}/months", **PERIODS, **query)
    assert "displacement" not in answer["rows"][0]
    assert answer["sentences"][-1].startswith("Up to the end of 2024-12 the difference is")
    assert any("Whoever looks at every month" in note for note in answer["provenance"]["notes"])


def test_hours_and_attributes_select_the_incidents_of_both_periods(client):
    everything = json_of(client, f"{ADDRESS}/months", **PERIODS, **GROUPS)["rows"]
    fires = json_of(client, f"{ADDRESS}/months", **PERIODS, **GROUPS, category="fire")["rows"]
    assert sum(row["target"] for row in fires) < sum(row["target"] for row in everything)
