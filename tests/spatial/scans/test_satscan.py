"""Scans of published data: the clusters that SaTScan printed (see tests/reference/satscan)."""

from pathlib import Path

import numpy as np
import pytest

from spatial.scans.models import bernoulli_model, poisson_model
from spatial.scans.scan import PENALTIES, scan
from spatial.scans.windows import windows_of

SATSCAN = Path(__file__).parents[2] / "reference" / "satscan"
# Of each cluster: location in the middle, locations, cases, expected, relative risk, log
# likelihood ratio, test statistic, shape.
CIRCLES = (
    (52, 28, 100, 58.28, 1.87, 14.083511, 14.083511, 1.0),
    (89, 8, 38, 17.79, 2.22, 9.019716, 9.019716, 1.0),
    (112, 33, 64, 40.85, 1.64, 6.114140, 6.114140, 1.0),
    (62, 4, 25, 12.82, 1.99, 4.651839, 4.651839, 1.0),
    (266, 4, 12, 5.14, 2.37, 3.363518, 3.363518, 1.0),
    (166, 3, 11, 4.61, 2.41, 3.209485, 3.209485, 1.0),
)
COMPACT_ELLIPSES = (
    (52, 32, 114, 65.18, 1.94, 17.442551, 15.504490, 2.0),
    (89, 8, 38, 17.79, 2.22, 9.019716, 9.019716, 1.0),
    (113, 26, 57, 32.25, 1.86, 8.311580, 7.388071, 2.0),
    (62, 4, 25, 12.82, 1.99, 4.651839, 4.651839, 1.0),
    (170, 4, 17, 6.37, 2.72, 6.154083, 3.938613, 4.0),
    (266, 3, 11, 4.21, 2.65, 3.820132, 3.667327, 1.5),
    (106, 5, 19, 8.13, 2.38, 5.369233, 3.436309, 4.0),
)
# SaTScan goes on with the best window of each centre, here with the best that is left.
LONG_ELLIPSES = ((10, 147, 337, 259.23, 1.77, 22.034279, 17.627423, 4.0),)
SMALL_ELLIPSES = (
    (52, 25, 93, 52.03, 1.95, 14.772705, 14.474236, 1.5),
    (87, 7, 37, 16.44, 2.34, 9.860447, 9.296518, 2.0),
    (115, 25, 57, 31.03, 1.93, 9.347892, 8.095512, 3.0),
    (170, 4, 17, 6.37, 2.72, 6.154083, 4.923266, 4.0),
)


def new_york():
    """Coordinates, population and cases of the census tracts."""
    table = np.loadtxt(SATSCAN / "new_york.csv", delimiter=",", skiprows=1)
    return table[:, :2], table[:, 2], table[:, 3]


def printed(cluster):
    """What SaTScan prints of a cluster, in its digits."""
    return (
        cluster.centre + 1,
        len(cluster.places),
        cluster.cases,
        round(cluster.expected, 2),
        round(cluster.relative_risk, 2),
        round(cluster.log_ratio, 6),
        round(cluster.statistic, 6),
        cluster.ratio,
    )


@pytest.mark.parametrize(
    ("shape", "largest_share", "penalty", "clusters"),
    [
        ("circle", 0.5, "none", CIRCLES),
        ("ellipse", 0.5, "strong", COMPACT_ELLIPSES),
        ("ellipse", 0.5, "medium", LONG_ELLIPSES),
        ("ellipse", 0.1, "medium", SMALL_ELLIPSES),
    ],
)
@pytest.mark.compiled
def test_clusters_of_leukaemia_are_those_of_satscan(shape, largest_share, penalty, clusters):
    xy, population, cases = new_york()
    windows = windows_of(xy, population, shape=shape, largest_share=largest_share)
    result = scan(poisson_model(cases, population), windows, penalty=PENALTIES[penalty], draws=1)
    for cluster, values in zip(result.clusters, clusters, strict=False):
        # The same places may have another of them in the middle.
        assert printed(cluster)[1:] == pytest.approx(values[1:], abs=1e-9)


@pytest.mark.compiled
def test_p_of_leukaemia_is_near_that_of_satscan():
    xy, population, cases = new_york()
    windows = windows_of(xy, population)
    result = scan(poisson_model(cases, population), windows, draws=999, seed=1)
    p_values = [cluster.p_value for cluster in result.clusters[:6]]
    assert p_values == pytest.approx([0.00015, 0.016, 0.248, 0.645, 0.965, 0.982], abs=0.04)


@pytest.mark.compiled
def test_clusters_of_graves_are_those_of_satscan():
    table = np.loadtxt(SATSCAN / "graves.csv", delimiter=",", skiprows=1)
    affected = table[:, 2]
    windows = windows_of(table[:, :2], np.ones(len(table)))
    result = scan(bernoulli_model(affected, 1.0 - affected), windows, draws=999, seed=1)
    found = [(*printed(c)[:6], round(c.radius_m, 2)) for c in result.clusters[:3]]
    assert found == [
        pytest.approx((126, 19, 11, 3.99, 3.78, 7.419340, 1359.71), abs=1e-9),
        pytest.approx((66, 3, 3, 0.63, 5.19, 4.808517, 362.46), abs=1e-9),
        pytest.approx((77, 2, 2, 0.42, 5.04, 3.177442, 1.0), abs=1e-9),
    ]
    p_values = [cluster.p_value for cluster in result.clusters[:3]]
    assert p_values == pytest.approx([0.050, 0.665, 0.997], abs=0.05)
