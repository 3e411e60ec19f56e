"""The registry of kernels for density estimation; each has unit volume in the plane.

The bandwidth is always the radius of support: a point has no effect beyond it.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from spatial.arrays import FloatArray
from spatial.errors import InvalidBandwidthError, UnknownKernelError

DEFAULT_KERNEL = "quartic"
GAUSSIAN_RADIUS_PER_SD = 4.0


@dataclass(frozen=True)
class Kernel:
    """A radially symmetric kernel of unit volume, as a function of u = distance / bandwidth.

    Attributes
    ----------
    name : str
        Key in `KERNELS`.
    shape : callable
        ``shape(u)`` for u >= 0: 1 at the centre (at u = 0), 0 beyond u = 1; numpy arrays in
        and out.
    peak : float
        Value at the centre for a bandwidth of 1 m, per m^2; divide by the squared bandwidth.
    radius_per_sd : float
        Bandwidth / standard deviation of the kernel along one axis.
    power : int or None
        p if the shape is the polynomial (1 - u^2)^p, which is a polynomial of degree 2 p along a
        row of pixels; None for other kernels.
    lost_mass : float
        Share of the volume cut off at the bandwidth: 0 except for the Gaussian.
    code : int
        Number that identifies the kernel in compiled code.
    """

    name: str
    shape: Callable[[FloatArray], FloatArray]
    peak: float
    radius_per_sd: float
    power: int | None
    lost_mass: float
    code: int

    def bandwidth_m(self, sd_m: float) -> float:
        """The radius of support with a standard deviation along each axis, metres.

        Parameters
        ----------
        sd_m : float
            Standard deviation, metres.
        """
        return sd_m * self.radius_per_sd

    def sd_m(self, bandwidth_m: float) -> float:
        """The standard deviation along each axis at a radius of support, metres.

        Parameters
        ----------
        bandwidth_m : float
            Radius of support, metres.
        """
        return bandwidth_m / self.radius_per_sd

    def peak_per_km2(self, bandwidth_m: float) -> float:
        """Density at the position of a single point of weight 1, per km^2.

        Parameters
        ----------
        bandwidth_m : float
            Radius of support, metres.
        """
        return 1e6 * self.peak / (bandwidth_m * bandwidth_m)


def kernel_named(name: str) -> Kernel:
    """The kernel with a name.

    Parameters
    ----------
    name : str
        Key in `KERNELS`.

    Raises
    ------
    UnknownKernelError
        If the registry has no such kernel.
    """
    try:
        return KERNELS[name]
    except KeyError:
        raise UnknownKernelError(name, tuple(KERNELS)) from None


def checked_bandwidth(bandwidth_m: float) -> float:
    """The bandwidth as a float.

    Parameters
    ----------
    bandwidth_m : float
        Radius of support, metres.

    Raises
    ------
    InvalidBandwidthError
        If it is not a finite number above 0.
    """
    if not (math.isfinite(bandwidth_m) and bandwidth_m > 0):
        raise InvalidBandwidthError(bandwidth_m)
    return float(bandwidth_m)


def _truncated_power(power: int) -> Callable[[FloatArray], FloatArray]:
    """The shape (1 - u^2)^power inside the unit disc."""

    def shape(u: FloatArray) -> FloatArray:
        bracket = 1.0 - u * u
        return np.where(bracket >= 0.0, np.maximum(bracket, 0.0) ** power, 0.0)

    return shape


def _cone(u: FloatArray) -> FloatArray:
    """The shape 1 - u inside the unit disc."""
    return np.maximum(1.0 - u, 0.0)


def _gaussian(u: FloatArray) -> FloatArray:
    """The shape exp(-d^2 / 2 s^2), cut off at `GAUSSIAN_RADIUS_PER_SD` standard deviations."""
    z = GAUSSIAN_RADIUS_PER_SD * u
    return np.where(u <= 1.0, np.exp(-0.5 * z * z), 0.0)


def _polynomial(name: str, power: int) -> Kernel:
    """The kernel (1 - u^2)^p: volume pi / (p + 1), variance along an axis 1 / (2 p + 4)."""
    return Kernel(
        name=name,
        shape=_truncated_power(power),
        peak=(power + 1) / math.pi,
        radius_per_sd=math.sqrt(2.0 * (power + 2)),
        power=power,
        lost_mass=0.0,
        code=power,
    )


KERNELS: Mapping[str, Kernel] = MappingProxyType(
    {
        kernel.name: kernel
        for kernel in (
            _polynomial("quartic", 2),
            _polynomial("epanechnikov", 1),
            _polynomial("triweight", 3),
            _polynomial("uniform", 0),
            Kernel(
                name="triangular",
                shape=_cone,
                peak=3.0 / math.pi,
                radius_per_sd=math.sqrt(20.0 / 3.0),
                power=None,
                lost_mass=0.0,
                code=4,
            ),
            Kernel(
                name="gaussian",
                shape=_gaussian,
                peak=GAUSSIAN_RADIUS_PER_SD**2 / (2.0 * math.pi),
                radius_per_sd=GAUSSIAN_RADIUS_PER_SD,
                power=None,
                lost_mass=math.exp(-0.5 * GAUSSIAN_RADIUS_PER_SD**2),
                code=5,
            ),
        )
    }
)
"""All kernels by name; the first is the default."""
