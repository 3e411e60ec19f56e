"""Emerging hot spots: every category by a constructed series, the trend, and the maps."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kendalltau, norm

from spatial.errors import InvalidParameterError, InvalidValuesError
from spatial.local_statistics.hotspot_map import hotspot_map
from spatial.local_statistics.permutation import LocalStatistic, permutation_p
from spatial.over_time.cube import space_time
from spatial.over_time.emerging import (
    CATEGORIES,
    NO_PATTERN,
    categories_by_step,
    emerging_categories,
    emerging_hot_spots,
    mann_kendall,
    runs,
)
from tests.spatial.lattices import dense_weights, lattice

# Ten steps and the trend; every kind, its edges, and what comes before what.
HOT = {
    ".........H": "new",
    "CCCCCCCCCH": "new",
    "C.C.CC...H": "new",
    "........HH": "consecutive",
    "..HHHHHHHH": "consecutive",
    ".CC...C.HH": "consecutive",
    "H..H.H...H": "sporadic",
    "H.......HH": "sporadic",
    "HHHHHHH.HH": "persistent",
    ".HHHHHHHHH": "persistent",
    "HHHHHHHHHH": "persistent",
    "CHHHHHHHHH": "persistent",
    "HH.HHHHH.H": "sporadic",
    "HC.....H.H": "oscillating",
    "HHHHCHHCHH": "oscillating",
    "HHHHHHHHH.": "historical",
    "HHHHHHHH..": None,
    "H.H.H.H.H.": None,
    "..........": None,
}
SIGN = {"H": 1, "C": -1, ".": 0}


def table(run, sign=1):
    return sign * np.array([[SIGN[letter] for letter in run]])


@pytest.mark.parametrize(("run", "kind"), HOT.items())
@pytest.mark.parametrize(("sign", "name"), [(1, "hot"), (-1, "cold")])
def test_each_run_has_its_category(run, kind, sign, name):
    expected = NO_PATTERN if kind is None else f"{kind} {name} spot"
    assert emerging_categories(table(run, sign), [0]).tolist() == [expected]


@pytest.mark.parametrize("run", ["HHHHHHHHHH", "HHHHHHHH.H"])
@pytest.mark.parametrize(
    ("trend", "kind"), [(1, "intensifying"), (0, "persistent"), (-1, "diminishing")]
)
def test_the_trend_tells_intensifying_persistent_and_diminishing_apart(run, trend, kind):
    assert emerging_categories(table(run), [trend]).tolist() == [f"{kind} hot spot"]
    assert emerging_categories(table(run, -1), [-trend]).tolist() == [f"{kind} cold spot"]


def test_every_category_is_reached():
    reached = set()
    for run, sign, trend in itertools.product(HOT, (1, -1), (-1, 0, 1)):
        reached.update(emerging_categories(table(run, sign), [trend]))
    assert reached == set(CATEGORIES)
    assert len(CATEGORIES) == 17


def test_hot_before_and_cold_only_at_the_end_is_a_new_cold_spot():
    """It is historical too; the first that fits wins, for hot and cold alike."""
    assert emerging_categories(table("HHHHHHHHHC"), [0]).tolist() == ["new cold spot"]


def test_of_eight_and_nine_steps_ninety_per_cent_is_all():
    assert emerging_categories(table(".HHHHHHH"), [0]).tolist() == ["consecutive hot spot"]
    assert emerging_categories(table("HHHHHHHH."), [0]).tolist() == [NO_PATTERN]


@pytest.mark.parametrize("run", ["H.C....H.H", "HHC.HHHHHH", "C.......HH"])
def test_mistake_7_cold_steps_are_never_counted_as_hot(run):
    without_cold = run.replace("C", ".")
    mirrored = emerging_categories(table(run, -1), [0])[0]
    assert mirrored == emerging_categories(table(run), [0])[0].replace("hot", "cold")
    assert emerging_categories(table(without_cold), [0])[0] != "oscillating hot spot"
    assert emerging_categories(table("C" * 9 + "."), [0])[0] == "historical cold spot"


@given(st.lists(st.lists(st.sampled_from([-1, 0, 1]), min_size=11, max_size=11), min_size=1))
def test_exchanging_hot_and_cold_exchanges_the_categories(rows):
    classes = np.array(rows)
    trend = classes[:, 0]
    exchanged = [
        name.replace("hot", "?").replace("cold", "hot").replace("?", "cold")
        for name in emerging_categories(classes, trend)
    ]
    assert emerging_categories(-classes, -trend).tolist() == exchanged


@given(st.lists(st.sampled_from([-1, 0, 1]), min_size=8, max_size=14))
def test_an_area_hot_at_the_end_always_has_a_hot_category(run):
    category = emerging_categories([[*run, 1]], [0])[0]
    assert category.endswith("hot spot")


def test_runs_are_letters():
    assert runs([[1, 0, -1], [0, 0, 1]]).tolist() == ["H.C", "..H"]


@given(seed=st.integers(0, 10_000), steps=st.integers(2, 12), ties=st.booleans())
def test_s_and_its_variance_are_as_by_definition(seed, steps, ties):
    rng = np.random.default_rng(seed)
    series = rng.integers(0, 3, (4, steps)).astype(float) if ties else rng.random((4, steps))
    found = mann_kendall(series)
    for row, x in enumerate(series):
        pairs = itertools.combinations(range(steps), 2)
        assert found.s[row] == sum(np.sign(x[j] - x[k]) for k, j in pairs)
        _, counts = np.unique(x, return_counts=True)
        ties_term = np.sum(counts * (counts - 1) * (2 * counts + 5))
        variance = (steps * (steps - 1) * (2 * steps + 5) - ties_term) / 18
        assert found.variance[row] == pytest.approx(variance)
        s = found.s[row]
        z = (s - np.sign(s)) / np.sqrt(variance) if variance > 0 else 0.0
        assert found.z_score[row] == pytest.approx(z)
        assert found.p_value[row] == pytest.approx(2 * norm.sf(abs(z)))


def test_s_is_kendalls_tau_with_time():
    series = np.random.default_rng(0).random((5, 20))
    tau = [kendalltau(np.arange(20), row).statistic for row in series]
    np.testing.assert_allclose(mann_kendall(series).s / 190, tau)


def test_a_worked_trend():
    # 1 2 3 4 5 6 7 8: S = 28, Var = 8 x 7 x 21 / 18 = 65.33, z = 27 / 8.083 = 3.340
    found = mann_kendall([[1, 2, 3, 4, 5, 6, 7, 8], [5, 5, 5, 5, 5, 5, 5, 5]])
    assert found.s.tolist() == [28, 0]
    assert found.z_score[0] == pytest.approx(3.3404, abs=1e-4)
    assert found.p_value.tolist() == pytest.approx([0.000836, 1.0], abs=1e-6)


def growing_cluster(steps=12, side=12, seed=1):
    rng = np.random.default_rng(seed)
    values = rng.poisson(5, (side, side, steps)).astype(float)
    for step in range(steps):
        values[2:6, 2:6, step] += rng.poisson(6 + 2.0 * step, (4, 4))
    values[8:11, 8:11, -1] += 30
    return values.reshape(side * side, steps)


@pytest.mark.compiled
def test_a_growing_cluster_intensifies_and_a_sudden_one_is_new():
    found = emerging_hot_spots(growing_cluster(), lattice(12, 12), permutations=9_999, threads=2)
    category = found.category.reshape(12, 12)
    inside = category[3:5, 3:5].ravel().tolist()
    assert set(inside) <= {"intensifying hot spot", "persistent hot spot"}
    assert inside.count("intensifying hot spot") >= 2
    assert set(category[9:10, 9:10].ravel().tolist()) == {"new hot spot"}
    assert np.count_nonzero(category == NO_PATTERN) > 50
    assert found.flat_steps == ()


@pytest.mark.compiled
def test_each_step_is_the_map_of_that_step():
    values, around = growing_cluster(), lattice(12, 12)
    found = emerging_hot_spots(values, around, permutations=999, seed=4, level=0.05)
    for step in (0, 7, 11):
        alone = hotspot_map(values[:, step], around, permutations=999, seed=4)
        np.testing.assert_array_equal(found.z_score[:, step], alone.z_score)
        np.testing.assert_array_equal(found.classes[:, step] == 1, alone.hot(0.05))
        np.testing.assert_array_equal(found.classes[:, step] == -1, alone.cold(0.05))
    assert found.run[0] == runs(found.classes)[0]


def test_a_step_without_incidents_is_flat_and_said_so():
    values = growing_cluster()
    values[:, 3] = 0.0
    found = emerging_hot_spots(values, lattice(12, 12), permutations=99)
    assert found.flat_steps == (3,)
    assert not found.classes[:, 3].any()
    assert not found.z_score[:, 3].any()


def test_earlier_steps_are_neighbours_and_later_ones_are_not():
    around = lattice(1, 3)
    cube = dense_weights(space_time(around, 3, earlier_steps=1))
    here, with_self = dense_weights(around), dense_weights(around) + np.eye(3)
    expected = np.zeros((9, 9))
    for step in range(3):
        at = slice(3 * step, 3 * step + 3)
        expected[at, at] = here
        if step:
            expected[at, 3 * step - 3 : 3 * step] = with_self
    np.testing.assert_array_equal(cube, expected)


@pytest.mark.compiled
def test_a_cube_finds_what_each_step_alone_is_too_thin_to_show():
    rng = np.random.default_rng(5)
    values = rng.poisson(0.5, (10, 10, 9)).astype(float)
    values[4:7, 4:7] += rng.poisson(0.8, (3, 3, 9))
    values = values.reshape(100, 9)
    alone = emerging_hot_spots(values, lattice(10, 10), permutations=1_999)
    cube = emerging_hot_spots(values, lattice(10, 10), permutations=1_999, earlier_steps=3)
    assert np.count_nonzero(cube.classes == 1) > np.count_nonzero(alone.classes == 1)


def slow_map(values, neighbours, *, step, first, last, earlier_steps):
    """Gi* of one step of a window by the printed formula, over the dense weights of its cells."""
    n = len(values)
    cells = values[:, first : last + 1].T.ravel()
    links = space_time(neighbours, last - first + 1, earlier_steps=earlier_steps)
    weights = dense_weights(links) + np.eye(len(cells))
    mean, spread, size = cells.mean(), cells.std(), len(cells)
    total, squares = weights.sum(axis=1), (weights**2).sum(axis=1)
    z_score = (weights @ cells - mean * total) / (
        spread * np.sqrt((size * squares - total**2) / (size - 1))
    )
    return z_score[(step - first) * n : (step - first + 1) * n]


@pytest.mark.parametrize(
    ("window", "earlier_steps"),
    [("step", 0), ("cube", 0), ("cube", 2), ("neighbourhood", 0), ("neighbourhood", 2)],
)
def test_a_window_is_what_a_step_is_compared_with(window, earlier_steps):
    values, around = growing_cluster(steps=9, side=6), lattice(6, 6)
    values = np.random.default_rng(2).poisson(values[:, :9] + 1.0).astype(float)
    result = emerging_hot_spots(
        values, around, permutations=0, earlier_steps=earlier_steps, window=window
    )
    for step in range(9):
        first, last = {
            "step": (step, step),
            "neighbourhood": (max(step - earlier_steps, 0), step),
            "cube": (0, 8),
        }[window]
        expected = slow_map(
            values, around, step=step, first=first, last=last, earlier_steps=earlier_steps
        )
        np.testing.assert_allclose(result.z_score[:, step], expected, rtol=1e-10)


@pytest.mark.compiled
def test_the_neighbourhood_window_permutes_as_the_whole_window_would():
    values, around = growing_cluster(steps=9, side=6), lattice(6, 6)
    result = emerging_hot_spots(
        values, around, permutations=999, earlier_steps=2, window="neighbourhood", level=0.05
    )
    cells = values[:, 6:9].T.ravel()
    links = space_time(around, 3, earlier_steps=2)
    whole = permutation_p(LocalStatistic(cells, links), permutations=9_999)
    step = whole.p_value[72:]
    assert np.count_nonzero(result.classes[:, 8] == 1) > 4
    assert np.all(step[result.classes[:, 8] == 1] < 0.05)


def test_the_default_window_is_the_step_or_with_earlier_steps_the_cube():
    values, around = growing_cluster(), lattice(12, 12)
    for earlier_steps, window in ((0, "step"), (2, "cube")):
        options = {"permutations": 0, "earlier_steps": earlier_steps}
        default = emerging_hot_spots(values, around, **options)
        named = emerging_hot_spots(values, around, **options, window=window)
        np.testing.assert_array_equal(default.z_score, named.z_score)


def test_a_window_of_one_step_has_no_earlier_steps():
    with pytest.raises(InvalidParameterError, match="neighbourhood or cube"):
        emerging_hot_spots(
            growing_cluster(), lattice(12, 12), permutations=0, earlier_steps=1, window="step"
        )


def test_categories_by_step_are_those_of_the_steps_up_to_each():
    values, around = growing_cluster(steps=11), lattice(12, 12)
    options = {"permutations": 0, "correction": "none"}
    whole = emerging_hot_spots(values, around, **options)
    by_step = categories_by_step(whole.classes, whole.z_score)
    assert by_step.shape == (144, 4)
    for column, steps in enumerate(range(8, 12)):
        part = emerging_hot_spots(values[:, :steps], around, **options)
        assert by_step[:, column].tolist() == part.category.tolist()


def test_progress_counts_the_steps():
    told = []
    emerging_hot_spots(
        growing_cluster(), lattice(12, 12), permutations=9, on_progress=lambda *at: told.append(at)
    )
    assert told == [(step, 12) for step in range(1, 13)]


def test_requests_without_meaning_are_refused():
    around = lattice(3, 3)
    with pytest.raises(InvalidValuesError):
        emerging_hot_spots(np.ones((9, 7)), around, permutations=9)
    with pytest.raises(InvalidValuesError):
        emerging_hot_spots(np.ones((8, 9)), around, permutations=9)
    values = np.random.default_rng(0).poisson(3, (9, 9))
    for wrong in ({"level": 0.0}, {"trend_level": 1.0}, {"earlier_steps": 9}):
        with pytest.raises(InvalidParameterError):
            emerging_hot_spots(values, around, permutations=9, **wrong)
    for wrong in ([1.0, 2.0], [[1.0]], [[1.0, np.nan]]):
        with pytest.raises(InvalidValuesError):
            mann_kendall(wrong)
    with pytest.raises(InvalidValuesError):
        emerging_categories(np.full((1, 8), 2), [0])
    with pytest.raises(InvalidValuesError):
        emerging_categories(np.zeros((1, 8)), [0, 0])


def test_fewer_than_thirty_areas_are_not_tested():
    counts = np.random.default_rng(0).poisson(5, (25, 12))
    counts[:6] += 40
    found = emerging_hot_spots(counts, lattice(5, 5), permutations=99)
    assert set(found.category) == {"not tested"}
    assert not found.classes.any()
    assert np.abs(found.z_score).max() > 2.0
    assert hotspot_map(counts[:, 0], lattice(5, 5), permutations=99).classes[0] == "not tested"


@pytest.mark.compiled
def test_steps_are_drawn_further_where_areas_are_far_out():
    counts = np.random.default_rng(0).poisson(2, (400, 8)).astype(float)
    counts[[0, 1, 20, 21]] += 60.0
    around = lattice(20, 20)
    few = emerging_hot_spots(counts, around, permutations=199)
    enough = emerging_hot_spots(counts, around, permutations=199, most_permutations=49_999)
    assert not (few.classes == 1).any()
    assert (enough.classes[[0, 1, 20, 21]] == 1).all()
