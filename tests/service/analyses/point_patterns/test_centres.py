"""Centres of the county's incidents: counted again, by step, and where there are none."""

import numpy as np
import pytest

from tests.service import gaps, world
from tests.service.answers import json_of, rows_of

CENTRE = f"/v1/patterns/{world.DATASET}/centres"


def places_inside(condition=world.anything):
    xy_m = world.located_xy_m(condition)
    return xy_m[xy_m[:, 0] > world.EAST_M]


def test_the_centre_is_of_all_that_is_located_in_the_study_area(client):
    answer = json_of(client, CENTRE)
    (row,) = answer["rows"]
    xy_m = places_inside()
    assert row["count"] == len(xy_m)
    np.testing.assert_allclose([row["easting_m"], row["northing_m"]], xy_m.mean(axis=0))
    counts = answer["provenance"]["counts"]
    assert counts["located"] == row["count"] + counts["outside"]
    assert any("lie outside" in note for note in answer["provenance"]["notes"])


def test_steps_have_their_own_centres_and_the_moves_between(client):
    rows = rows_of(client, CENTRE, step="year", category="assault")
    for row, year in zip(rows, (2023, 2024), strict=True):
        xy_m = places_inside(lambda r, y=year: r.category == "assault" and r.occurred.year == y)
        assert (row["step"], row["count"]) == (str(year), len(xy_m))
        np.testing.assert_allclose([row["easting_m"], row["northing_m"]], xy_m.mean(axis=0))
    moved = np.hypot(*(rows[1][n] - rows[0][n] for n in ("easting_m", "northing_m")))
    assert rows[1]["moved_m"] == pytest.approx(moved)
    assert rows[0]["moved_m"] is None
    assert rows[1]["moved_lower_m"] <= moved <= rows[1]["moved_upper_m"]


def test_within_leaves_out_what_lies_elsewhere(client):
    answer = json_of(client, CENTRE, within="cell:C00", category="assault")
    (row,) = answer["rows"]
    xy_m = places_inside(lambda r: r.category == "assault" and r.cell_of_place == "C00")
    assert row["count"] == len(xy_m)
    assert answer["provenance"]["within"]["id"] == "cell:C00"


def test_ellipses_are_shapes_around_their_centres(client):
    features = client.get(f"{CENTRE}.geojson", params={"crs": "27700", "step": "year"}).json()
    for feature in features["features"]:
        ring = np.array(feature["geometry"]["coordinates"][0])
        known = feature["properties"]
        distances = np.hypot(*(ring - [known["easting_m"], known["northing_m"]]).T)
        assert distances.max() == pytest.approx(known["major_m"], rel=1e-3)
        assert distances.min() == pytest.approx(known["minor_m"], rel=1e-3)


def test_the_sentence_names_a_move_only_where_it_is_more_than_chance(client):
    still = json_of(client, CENTRE, step="quarter", category="assault", **{"from": "2024-01"})
    assert (
        "None of 3 moves of the centre from step to step is beyond chance." in still["sentences"]
    )
    cells = {"category": "assault", "step": "year"}
    for row in rows_of(client, CENTRE, **cells):
        assert row["p_value"] is None or 0 < row["p_value"] <= 1


def test_a_step_that_is_not_covered_has_no_centre(client, tmp_path):
    from service.assembly.resources import open_resources
    from service.config.settings import Settings
    from tests.service.conftest import client_of

    folder = gaps.add(world.build(tmp_path / "gaps"))
    with client_of(open_resources(Settings(data_dir=folder))) as other:
        answer = json_of(other, f"/v1/patterns/{gaps.LONG}/centres", step="month")
    missing = [row for row in answer["rows"] if row["days"] == 0]
    assert missing
    assert all(row["count"] is None and row["easting_m"] is None for row in missing)
    assert any("No data, which is not zero" in note for note in answer["provenance"]["notes"])


def test_nothing_selected_is_said(client):
    answer = json_of(client, CENTRE, within="cell:C33", category="fire")
    assert answer["rows"][0]["count"] == 0
    assert answer["rows"][0]["easting_m"] is None
    assert answer["sentences"][-1] == ("No incident is located in the area: there is no centre.")
