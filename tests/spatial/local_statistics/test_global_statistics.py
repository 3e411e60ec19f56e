"""Moran's I and general G: against R spdep, and against every arrangement."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from spatial.errors import (
    ConstantValuesError,
    InvalidNeighboursError,
    InvalidValuesError,
    TooFewAreasError,
)
from spatial.local_statistics.global_statistics import global_g, global_moran
from spatial.weights.weights import Neighbours
from tests.oracles import general_g_by_all_arrangements, moran_by_all_arrangements
from tests.spatial.lattices import SpdepMap, columns, dense_weights, lattice, numbers, random_map
from tests.strategies import SEEDS, examples

SPDEP = SpdepMap.read()


@pytest.mark.parametrize("name", ["moran_w", "moran_b", "g_b"])
def test_the_map_of_spdep_has_its_values(name):
    around = SPDEP.neighbours.row_standardised() if name.endswith("w") else SPDEP.neighbours
    statistic = global_g if name.startswith("g") else global_moran
    found = statistic(SPDEP.areas["count"], around)
    theirs = SPDEP.whole[name]
    assert found.value == pytest.approx(theirs["statistic"], abs=1e-9)
    assert found.expected == pytest.approx(theirs["expected"], abs=1e-9)
    assert found.variance == pytest.approx(theirs["variance"], rel=1e-9)
    assert found.z_score == pytest.approx(theirs["z_score"], abs=1e-9)
    assert found.p_value == pytest.approx(theirs["p_value"], abs=1e-9)


@pytest.mark.real
@pytest.mark.parametrize("at", [0, 1])
def test_real_maps_equal_spdep(test_data, at):
    theirs = columns(test_data / "reference" / "global_stats_spdep.csv")
    name = theirs["dataset"][at]
    values = columns(test_data / "reference" / f"{name}_localG_spdep.csv")
    edges = columns(test_data / "reference" / f"{name}_queen_edges.csv")
    position = {code: row for row, code in enumerate(values["id"])}
    around = Neighbours.from_pairs(
        len(position),
        [position[code] for code in edges["from"]],
        [position[code] for code in edges["to"]],
    )
    moran = global_moran(numbers(values["x"]), around.row_standardised())
    g = global_g(numbers(values["x"]), around)
    assert moran.areas == int(theirs["n"][at])
    assert moran.links == int(theirs["links"][at])
    assert moran.islands == int(theirs["islands"][at])
    for found, column in (
        (moran.value, "moranI"),
        (moran.expected, "moranE"),
        (moran.variance, "moranVar"),
        (moran.z_score, "moranZ"),
        (g.value, "globalG"),
        (g.z_score, "globalG_Z"),
    ):
        assert found == pytest.approx(float(theirs[column][at]), abs=1e-9)


@given(seed=SEEDS, weighted=st.booleans())
@examples(15)
def test_moments_are_those_of_every_arrangement(seed, weighted):
    values = np.random.default_rng(seed).integers(0, 9, 6).astype(float)
    around = random_map(seed, 6, weighted=weighted)
    if seed % 3 == 0 and around.links:  # one-directional links as well
        origin = np.repeat(np.arange(6), around.counts)
        around = Neighbours.from_pairs(6, origin[:3], around.indices[:3], directed=True)
    assume(np.ptp(values) > 0 and around.links)
    for statistic, oracle in (
        (global_moran, moran_by_all_arrangements),
        (global_g, general_g_by_all_arrangements),
    ):
        if statistic is global_g:
            assume(np.count_nonzero(values) > 1)
        found = statistic(values, around)
        np.testing.assert_allclose(
            [found.value, found.expected, found.variance],
            oracle(values, dense_weights(around)),
            rtol=1e-7,
            atol=1e-9,
        )


@pytest.mark.parametrize("values", [[0.0, 0.0, 7.0, 0.0, 0.0], [0.0, 1e-9, 0.0, 0.0, 0.0]])
def test_the_general_g_of_one_area_with_all_incidents_is_not_defined(values):
    found = global_g(values, lattice(1, 5))
    assert np.isnan([found.value, found.expected, found.variance, found.z_score]).all()
    assert np.isnan(found.p_value)
    assert np.isfinite(global_moran(values, lattice(1, 5)).value)


def test_islands_are_counted():
    found = global_moran([1.0, 2.0, 5.0, 1.0], Neighbours.from_pairs(4, [0], [1]))
    assert (found.areas, found.islands, found.links) == (4, 2, 2)


def test_a_map_without_links_is_refused():
    with pytest.raises(InvalidNeighboursError):
        global_moran([1.0, 2.0, 5.0, 1.0], Neighbours.from_pairs(4, [], []))


def test_values_without_meaning_are_refused():
    with pytest.raises(ConstantValuesError):
        global_moran(np.ones(9), lattice(3, 3))
    with pytest.raises(TooFewAreasError):
        global_g([1.0, 2.0, 3.0], lattice(1, 3))
    with pytest.raises(InvalidValuesError):
        global_g([-1.0, 2.0, 3.0, 1.0], lattice(1, 4))
    with pytest.raises(InvalidValuesError):
        global_g([1e80, 2.0, 3.0, 1.0], lattice(1, 4))


def test_general_g_is_missing_where_one_area_has_everything():
    values = np.zeros(9)
    values[4] = 3.0
    statistic = global_g(values, lattice(3, 3))
    assert np.isnan([statistic.value, statistic.variance, statistic.z_score]).all()
