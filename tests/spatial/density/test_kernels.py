"""The registry of kernels: formulas, constants, and other people's mistakes with them."""

import math

import numpy as np
import pytest

from spatial.density.kernels import (
    DEFAULT_KERNEL,
    GAUSSIAN_RADIUS_PER_SD,
    KERNELS,
    checked_bandwidth,
    kernel_named,
)
from spatial.errors import InvalidBandwidthError, UnknownKernelError
from tests import oracles

EVERY_KERNEL = pytest.mark.parametrize("kernel", KERNELS.values(), ids=list(KERNELS))
RADII = np.concatenate([np.linspace(0.0, 1.0, 2_001), np.linspace(1.0001, 3.0, 50)])
# Midpoints, for integrals over the unit disc in polar coordinates.
MIDDLES = (np.arange(200_000) + 0.5) / 200_000


def test_registry_has_the_six_kernels_with_the_default_first():
    names = ["quartic", "epanechnikov", "triweight", "uniform", "triangular", "gaussian"]
    assert list(KERNELS) == names
    assert names[0] == DEFAULT_KERNEL
    assert all(kernel_named(name).name == name for name in names)
    assert len({kernel.code for kernel in KERNELS.values()}) == len(names)


@EVERY_KERNEL
def test_value_equals_the_formula(kernel):
    expected = oracles.kernel_value(kernel.name, RADII)
    np.testing.assert_allclose(kernel.peak * kernel.shape(RADII), expected, rtol=1e-12)
    assert kernel.peak_per_km2(250.0) == pytest.approx(expected[0] * 1e6 / 250.0**2)


@EVERY_KERNEL
def test_volume_is_one_less_the_stated_loss(kernel):
    volume = kernel.peak * np.mean(kernel.shape(MIDDLES) * 2 * np.pi * MIDDLES)
    assert volume == pytest.approx(1 - kernel.lost_mass, abs=1e-9)


def test_only_the_gaussian_loses_mass():
    lost = {name: kernel.lost_mass for name, kernel in KERNELS.items() if kernel.lost_mass}
    assert lost == {"gaussian": math.exp(-8)}


@EVERY_KERNEL
def test_bandwidth_of_a_standard_deviation_gives_that_standard_deviation(kernel):
    density = kernel.peak * kernel.shape(MIDDLES) * 2 * np.pi * MIDDLES
    variance = np.mean(density * MIDDLES**2) / 2
    # The truncated bell is narrower than the bell by exp(-k^2 / 2) (1 + k^2 / 2) of its variance.
    cut = math.exp(-8) * 9 if kernel.name == "gaussian" else 0.0
    expected = kernel.sd_m(1.0) ** 2 * (1 - cut)
    assert variance == pytest.approx(expected, rel=1e-6)
    assert kernel.sd_m(kernel.bandwidth_m(123.0)) == pytest.approx(123.0)


@pytest.mark.parametrize(
    ("name", "squared"),
    [
        ("quartic", 8),
        ("epanechnikov", 6),
        ("triweight", 10),
        ("uniform", 4),
        ("triangular", 20 / 3),
    ],
)
def test_factors_between_standard_deviation_and_radius(name, squared):
    assert KERNELS[name].radius_per_sd == pytest.approx(math.sqrt(squared))
    assert KERNELS["gaussian"].radius_per_sd == GAUSSIAN_RADIUS_PER_SD


def test_quartic_peak_at_one_metre():
    assert KERNELS["quartic"].peak == pytest.approx(0.954930, abs=5e-7)
    assert KERNELS["quartic"].peak_per_km2(1.0) == pytest.approx(954_930, abs=0.5)


def test_quartic_constant_is_not_the_one_qgis_had():
    """QGIS up to 3.40.3 and SpatialKDE scale by 116 where 16 belongs: 7.25 times too high."""
    scaled_by = {constant: constant / (5 * math.pi) * 15 / 16 for constant in (16, 116)}
    assert KERNELS["quartic"].peak == pytest.approx(scaled_by[16])
    assert scaled_by[116] / KERNELS["quartic"].peak == pytest.approx(7.25)


@EVERY_KERNEL
def test_along_a_row_a_power_is_a_polynomial_of_twice_its_degree(kernel):
    if kernel.power is None:
        return
    chord = np.linspace(-0.8, 0.8, 41)  # inside the disc at a height of 0.6
    along = kernel.shape(np.hypot(chord, 0.6 - 1e-12))
    fitted = np.polynomial.Polynomial.fit(chord, along, 2 * kernel.power)
    np.testing.assert_allclose(fitted(chord), along, atol=1e-12)


def test_unknown_kernel_is_refused_by_name():
    with pytest.raises(UnknownKernelError, match=r"'biweight' is not one of quartic, .*gaussian"):
        kernel_named("biweight")


@pytest.mark.parametrize("bandwidth_m", [0.0, -1.0, math.nan, math.inf, -math.inf])
def test_bandwidth_without_meaning_is_refused(bandwidth_m):
    with pytest.raises(InvalidBandwidthError):
        checked_bandwidth(bandwidth_m)
