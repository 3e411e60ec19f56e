"""Hotspots over HTTP, against the formula of Ord and Getis written out."""

import numpy as np
import pytest
from scipy import stats

from tests.oracles import getis_ord_z
from tests.service import blocks, world
from tests.service.answers import assert_same_rows, column, csv_of, json_of, rows_of

HOTSPOTS = f"/v1/hotspots/{world.DATASET}/{blocks.BLOCKS}"
SQUARES = f"/v1/hotspots/{world.DATASET}/{world.CELLS}"
FEW = {"permutations": 999}  # enough to see, quick to draw
CODES = blocks.CODES
weights = blocks.weights


@pytest.fixture
def client(blocks_client):
    """A client of the county with its blocks."""
    return blocks_client


def oracle_z(*, corners: bool = True, star: bool = True) -> dict[str, float]:
    counts = blocks.counts()
    values = np.array([float(counts[c]) for c in CODES])
    z = getis_ord_z(values, weights(corners=corners, star=star), star=star)
    return dict(zip(CODES, z.tolist(), strict=True))


@pytest.mark.parametrize(
    ("query", "corners", "star"),
    [
        ({}, True, True),
        ({"neighbours": "rook"}, False, True),
        ({"statistic": "gi"}, True, False),
        ({"statistic": "gi", "neighbours": "rook"}, False, False),
    ],
)
def test_z_is_the_formula_of_ord_and_getis(client, query, corners, star):
    found = column(rows_of(client, HOTSPOTS, permutations=0, **query), "z_score")
    assert found == pytest.approx(oracle_z(corners=corners, star=star), rel=1e-9)


def test_the_analytic_p_is_two_sided_normal(client):
    for row in rows_of(client, HOTSPOTS, permutations=0):
        assert row["p_value"] == pytest.approx(2 * stats.norm.sf(abs(row["z_score"])), rel=1e-9)


def test_without_permutations_q_comes_from_the_analytic_p(client):
    rows = rows_of(client, HOTSPOTS, permutations=0)
    assert all(row["p_permutation"] is None for row in rows)
    adjusted = stats.false_discovery_control([row["p_value"] for row in rows], method="bh")
    assert [row["q_value"] for row in rows] == pytest.approx(adjusted.tolist(), rel=1e-9)


def test_with_permutations_q_comes_from_their_p(client):
    rows = rows_of(client, HOTSPOTS, **FEW)
    adjusted = stats.false_discovery_control([row["p_permutation"] for row in rows], method="bh")
    assert [row["q_value"] for row in rows] == pytest.approx(adjusted.tolist(), rel=1e-9)


def test_the_permutation_p_stays_within_what_the_draws_allow(client):
    for row in rows_of(client, HOTSPOTS, **FEW):
        assert 2 / 1000 - 1e-12 <= row["p_permutation"] <= 1


def test_the_permutation_p_is_that_of_many_shuffles(client):
    counts = blocks.counts()
    values = np.array([float(counts[c]) for c in CODES])
    near = weights(corners=True, star=False)
    rng = np.random.default_rng(7)
    draws = 4_000
    expected = {}
    for i, code in enumerate(CODES):
        others = np.delete(values, i)
        many = int(near[i].sum())
        lags = np.array([rng.permutation(others)[:many].sum() for _ in range(draws)])
        lag = near[i] @ values
        greater = ((lags >= lag - 1e-9).sum() + 1) / (draws + 1)
        less = ((lags <= lag + 1e-9).sum() + 1) / (draws + 1)
        expected[code] = min(1.0, 2 * min(greater, less))
    found = column(rows_of(client, HOTSPOTS, permutations=9_999), "p_permutation")
    # Two Monte Carlo estimates: four standard errors of the coarser one, whole vector.
    assert found == pytest.approx(expected, abs=4 * 2 * np.sqrt(0.25 / draws))


def test_the_crowded_corner_is_hot_and_nothing_else_is(client):
    classes = column(rows_of(client, HOTSPOTS, permutations=0), "class")
    assert classes["B11"].startswith("hot")
    far = [code for code in CODES if int(code[1]) > 5 or int(code[2]) > 5]
    assert not any(classes[code].startswith("hot") for code in far)


def test_classes_follow_q(client):
    rows = rows_of(client, HOTSPOTS, **FEW)
    for row in rows:
        level = next((p for p in (99, 95, 90) if row["q_value"] <= 1 - p / 100), None)
        sign = "hot" if row["z_score"] > 0 else "cold"
        assert row["class"] == (f"{sign} {level}" if level else "not significant")


def test_rows_name_count_and_value_of_each_area(client):
    counts = blocks.counts()
    for row in rows_of(client, HOTSPOTS, **FEW):
        assert row["count"] == row["value"] == counts[row["code"]]
        assert row["name"] == f"Block {row['code']}"


def test_the_hottest_come_first(client):
    z = [row["z_score"] for row in rows_of(client, HOTSPOTS, **FEW)]
    assert z == sorted(z, reverse=True)


def test_the_contract_of_a_row_is_kept(client):
    wanted = {
        "code", "name", "count", "value", "z_score", "p_value", "p_permutation", "q_value",
        "class", "expected_count_ok",
    }  # fmt: skip
    assert wanted <= set(rows_of(client, HOTSPOTS, **FEW)[0])


def test_one_seed_gives_one_answer(client):
    first, again = (client.get(HOTSPOTS, params={**FEW, "seed": 5}).content for _ in "ab")
    assert first == again


def test_another_seed_moves_the_permutation_p_only(client):
    one = rows_of(client, HOTSPOTS, **FEW, seed=1)
    two = rows_of(client, HOTSPOTS, **FEW, seed=2)
    assert column(one, "z_score") == column(two, "z_score")
    assert column(one, "p_value") == column(two, "p_value")
    assert column(one, "p_permutation") != column(two, "p_permutation")


def test_the_default_draws_as_many_permutations_as_promised(client):
    method = json_of(client, HOTSPOTS)["provenance"]["method"]
    assert method["permutations"] == 99_999
    assert method["seed"] == 1


def test_incidents_in_a_single_area_are_an_answer_without_a_general_g(client):
    """The fire of January is in one block, so that no pair of areas has a product to average."""
    query = {"category": "fire", "from": "2023-01", "to": "2023-01"}
    answer = json_of(client, HOTSPOTS, **query, permutations=99)
    assert [row["count"] > 0 for row in answer["rows"]].count(True) == 1
    statistics = answer["provenance"]["method"]["global"]
    assert statistics["general_g"]["value"] is None
    assert statistics["morans_i"]["value"] < 0


def test_the_answer_says_how_many_areas_must_be_extreme_together(client):
    method = json_of(client, HOTSPOTS, **FEW)["provenance"]["method"]
    needed = len(CODES) * 2 / (999 + 1) / 0.05
    assert method["areas_that_must_be_extreme_together"] == pytest.approx(np.ceil(needed))


def test_a_tested_rate_says_what_it_is_per(client):
    query = {"measure": "rate", "denominator": "residents", **FEW}
    of_period, per_year = (
        json_of(client, HOTSPOTS, **query, rate_per=rate_per) for rate_per in ("period", "year")
    )
    assert of_period["provenance"]["method"]["unit"].endswith("residents in 2023-01 to 2024-12")
    assert per_year["provenance"]["method"]["unit"].endswith("residents per year")
    years = 731 / 365.25
    for before, after in zip(of_period["rows"], per_year["rows"], strict=True):
        if before["value"] is not None:
            assert after["value"] == pytest.approx(before["value"] / years, rel=1e-9)
            assert after["z_score"] == pytest.approx(before["z_score"], rel=1e-9)


def test_areas_without_a_rate_keep_their_row_and_are_not_tested(client):
    query = {"measure": "rate", "denominator": "residents", **FEW}
    answer = json_of(client, HOTSPOTS, **query)
    untested = {r["code"]: r for r in answer["rows"] if r["class"] == "not tested"}
    assert set(untested) == {"B76", "B77"}
    assert all(r["z_score"] is None and r["q_value"] is None for r in untested.values())
    assert any("2 areas" in note for note in answer["provenance"]["notes"])


def test_rates_are_tested_among_the_areas_that_have_one(client):
    query = {"measure": "rate", "denominator": "residents", "permutations": 0}
    counts = blocks.counts()
    has = [i for i, code in enumerate(CODES) if blocks.RESIDENTS.get(code)]
    values = np.array([1000 * counts[CODES[i]] / blocks.RESIDENTS[CODES[i]] for i in has])
    near = weights(corners=True, star=True)[np.ix_(has, has)]
    z = getis_ord_z(values, near, star=True)
    expected = {CODES[i]: v for i, v in zip(has, z.tolist(), strict=True)}
    rows = [r for r in rows_of(client, HOTSPOTS, **query) if r["class"] != "not tested"]
    assert column(rows, "z_score") == pytest.approx(expected, rel=1e-9)


def test_within_an_area_the_null_is_restricted_too(client):
    rows = rows_of(client, HOTSPOTS, permutations=0, within="district:D1")
    codes = [c for c in CODES if blocks.DISTRICT_OF[c] == "D1"]
    at = [CODES.index(c) for c in codes]
    counts = blocks.counts()
    values = np.array([float(counts[c]) for c in codes])
    z = getis_ord_z(values, weights(corners=True, star=True)[np.ix_(at, at)], star=True)
    expected = dict(zip(codes, z.tolist(), strict=True))
    assert column(rows, "z_score") == pytest.approx(expected, rel=1e-9)


def test_the_total_reconciles_with_the_records(client):
    answer = json_of(client, HOTSPOTS, **FEW)
    counts = answer["provenance"]["counts"]
    lost = counts["outside"] + counts["not_located"]
    assert sum(r["count"] for r in answer["rows"]) + lost == counts["records"]
    assert counts["records"] == len(world.RECORDS)


def test_csv_has_the_rows_of_the_json(client):
    rows = rows_of(client, HOTSPOTS, **FEW)
    assert_same_rows(csv_of(client, f"{HOTSPOTS}.csv", **FEW), rows)


def test_geojson_has_the_rows_of_the_json(client):
    collection = json_of(client, f"{HOTSPOTS}.geojson", **FEW)
    assert [f["properties"] for f in collection["features"]] == rows_of(client, HOTSPOTS, **FEW)


def test_join_counts_are_exact_about_flagged_neighbours(client):
    """Flagged: residents of 2021 above 0. B76 has none, B77 is not known and takes no part."""
    rows = rows_of(client, HOTSPOTS, statistic="join-count", flags="residents:2021")
    tested = [code for code in CODES if code != "B77"]
    flagged = {code: blocks.RESIDENTS[code] > 0 for code in tested}
    at = {code: np.array([int(code[1]), int(code[2])]) for code in tested}
    for row in rows:
        code = row["code"]
        if code == "B77":
            assert row["class"] == "not tested"
            continue
        around = [c for c in tested if c != code and np.abs(at[c] - at[code]).max() == 1]
        if not flagged[code]:
            assert row["p_value"] is None
            continue
        joins = sum(flagged[c] for c in around)
        others = sum(flagged.values()) - 1
        expected = stats.hypergeom.sf(joins - 1, len(tested) - 1, others, len(around))
        assert row["p_value"] == pytest.approx(expected, rel=1e-9)
        assert row["p_permutation"] is None


@pytest.mark.parametrize(
    "query",
    [
        {"statistic": "join-count"},
        {"flags": "residents"},
        {"statistic": "join-count", "flags": "residents", "measure": "weighted"},
        {"statistic": "join-count", "flags": "nonsense"},
    ],
)
def test_flags_without_meaning_are_refused(client, query):
    assert client.get(HOTSPOTS, params=query).status_code == 422


def test_fewer_than_thirty_areas_are_not_tested_and_the_answer_says_why(client):
    for query in ({}, {"neighbours": "knn:5"}, {"statistic": "local-moran"}, {"permutations": 0}):
        answer = json_of(client, SQUARES, **query)
        assert {row["class"] for row in answer["rows"]} == {"not tested"}
        assert all(row["q_value"] is None and row["p_value"] is None for row in answer["rows"])
        assert all(row["z_score"] is not None for row in answer["rows"])
        assert answer["provenance"]["method"]["areas_tested"] == 0
        notes = " ".join(answer["provenance"]["notes"])
        assert "16 areas with a value. Over fewer than 30 areas nothing is tested" in notes
        assert "Nothing is significant" not in notes


def test_incidents_drawn_anew_are_tested_however_few_the_areas(client):
    query = {"measure": "rate", "denominator": "residents", "null": "poisson", **FEW}
    classes = {row["class"] for row in rows_of(client, SQUARES, **query)}
    assert classes & {"hot 90", "hot 95", "hot 99", "not significant"}


def test_where_every_area_is_a_neighbour_nothing_is_said_to_be_insignificant(client):
    answer = json_of(client, HOTSPOTS, neighbours="distance:500000", **FEW)
    assert {row["class"] for row in answer["rows"]} == {"not tested"}
    (note,) = [n for n in answer["provenance"]["notes"] if "64 areas have every other" in n]
    assert "nothing to test" in note
    assert "Nothing is significant" not in " ".join(answer["provenance"]["notes"])


def test_one_area_with_every_incident_is_answered_and_the_general_g_is_null(client):
    query = {"from": "2023-01", "to": "2023-01", "category": "fire", **FEW}
    answer = json_of(client, HOTSPOTS, **query)
    assert sum(row["count"] for row in answer["rows"]) == 1
    statistics = answer["provenance"]["method"]["global"]
    assert statistics["general_g"]["value"] is None
    assert statistics["general_g"]["z_score"] is None
    assert statistics["morans_i"]["value"] is not None
    assert any("general G" in note for note in answer["provenance"]["notes"])


def test_areas_beyond_all_draws_are_never_called_insignificant_for_want_of_draws(client):
    answer = json_of(client, HOTSPOTS, permutations=99, category="assault")
    notes = " ".join(answer["provenance"]["notes"])
    assert not any(row["class"].startswith("hot") for row in answer["rows"])
    assert "cannot be told with so few" in notes
    assert "Nothing is significant" not in notes
    enough = rows_of(client, HOTSPOTS, category="assault")
    assert any(row["class"].startswith("hot") for row in enough)


def test_notes_on_a_denominator_are_about_the_areas_of_the_answer(client):
    query = {"measure": "rate", "denominator": "residents", **FEW}
    whole = json_of(client, HOTSPOTS, **query)["provenance"]["notes"]
    assert "1 area has no residents: the rate is missing." in whole
    assert "1 area has residents of zero: there is no rate." in whole
    west = json_of(client, HOTSPOTS, **query, within="district:D1")["provenance"]["notes"]
    assert not any("rate is missing" in note or "no rate" in note for note in west)
