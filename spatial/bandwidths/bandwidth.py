"""A bandwidth chosen from the points by a named rule."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from numpy.typing import ArrayLike

from spatial.arrays import Progress, checked_point_weights, checked_points
from spatial.bandwidths.bandwidth_rules import RULES, Choice, Sample
from spatial.bandwidths.distinct_points import LocationError, location_error_m, merge_places
from spatial.density.kernels import DEFAULT_KERNEL, Kernel, kernel_named
from spatial.errors import InvalidParameterError, TooFewPointsError

AUTO = "auto"
LEAST_SQUARES_FROM = 100  # places; with fewer, the likelihood criterion varies less
LIKELIHOOD_FROM = 10  # places; with fewer, no cross-validation is reliable
DEFAULT_SEED = 20_240_601
AUTO_LEAST_M = 150.0
"""Below this radius a map of a county is specks: `auto` never chooses less."""


@dataclass(frozen=True)
class Bandwidth:
    """A chosen bandwidth, the rule that chose it, and the data it is based on.

    Attributes
    ----------
    rule : str
        Key in `RULES` of the rule that was applied; ``fallback`` if none could be.
    automatic : bool
        Whether ``auto`` was requested.
    bandwidth_m : float
        Radius of support of `kernel`, metres.
    sd_m : float
        Standard deviation of that kernel along each axis, metres.
    axes_m : (float, float) or None
        Radius computed from each axis separately, east then north, metres; None if the rule does
        not provide it.
    kernel : str
        Key in `KERNELS`.
    records, places : int
        Number of records, and of the distinct places at which they lie.
    computed_from : str
        The quantities the rule used, in words.
    location : LocationError
        How precisely the records are located.
    warnings : tuple of str
        What a reader must know before relying on the bandwidth; often empty.
    """

    rule: str
    automatic: bool
    bandwidth_m: float
    sd_m: float
    axes_m: tuple[float, float] | None
    kernel: str
    records: int
    places: int
    computed_from: str
    location: LocationError
    warnings: tuple[str, ...]


def choose_bandwidth(
    xy_m: ArrayLike,
    *,
    rule: str = AUTO,
    kernel: str = DEFAULT_KERNEL,
    weights: ArrayLike | None = None,
    area_km2: float | None = None,
    fallback_m: float | None = None,
    location: LocationError | None = None,
    auto_least_m: float = AUTO_LEAST_M,
    seed: int = DEFAULT_SEED,
    on_progress: Progress | None = None,
) -> Bandwidth:
    """A bandwidth chosen by a named rule.

    Parameters
    ----------
    xy_m : (n, 2) float64
        Easting and northing of each record, metres.
    rule : str
        Key in `RULES`, or ``auto``: least-squares cross-validation over places from
        `LEAST_SQUARES_FROM` places on, likelihood cross-validation from `LIKELIHOOD_FROM` on, the
        normal reference with fewer; never less than the location error of the records, nor
        than `auto_least_m`.
    kernel : str
        Key in `KERNELS`; the radius of support returned is that of this kernel.
    weights : (n,) float64, optional
        One weight of at least zero per record; ones by default.
    area_km2 : float, optional
        Area of the study area, km^2; used by ``cronie-van-lieshout`` only, which otherwise uses
        the convex hull of the records.
    fallback_m : float, optional
        Returned, with a warning, if no rule gives a bandwidth; without it that is an error.
    location : LocationError, optional
        Of the data that the records are a part of; of the records where not given.
    auto_least_m : float
        The least radius that ``auto`` chooses, metres; 0 for none.
    seed : int
        Seed of the sample of places that rules based on pairs use when there are very many.
    on_progress : callable, optional
        Called as ``on_progress(done, places)`` between sums over pairs; what it raises ends the
        choice.

    Returns
    -------
    Bandwidth

    Raises
    ------
    InvalidPointsError, InvalidPointWeightsError, UnknownKernelError
        If the arrays or the kernel are not as described.
    InvalidParameterError
        If there is no such rule, or `area_km2` or `fallback_m` is not finite and above 0.
    TooFewPointsError
        If there are fewer than two distinct places and no `fallback_m`.

    Notes
    -----
    Formula and source of each rule are in its docstring in
    `spatial.bandwidths.bandwidth_rules`. The rules that minimise a criterion evaluate it for
    the Gaussian; the radius of another kernel is that of the same standard deviation.

    The order of rules under ``auto`` comes from simulated counties whose density is known
    (towns of many neighbourhoods, villages, empty country; and one or two smooth clouds). The
    median integrated squared error of the surface, as a multiple of the least that any
    bandwidth gives, was 1.0 to 1.1 with least squares from 60 to 30,000 exact records, 1.0 to
    6.6 with the likelihood, 1.0 to 44 with the normal reference, 1.6 to 19 with the ArcGIS
    rule. With records snapped to places up to 300 m apart, least squares over places chose a
    bandwidth 1.1 to 3 times too wide, with errors of 1.0 to 5.5; it never chose too narrow a
    one.
    """
    if rule != AUTO and rule not in RULES:
        raise InvalidParameterError("bandwidth rule", rule, f"one of auto, {', '.join(RULES)}")
    for name, value in (("area_km2", area_km2), ("fallback_m", fallback_m)):
        if value is not None and not (math.isfinite(value) and value > 0):
            raise InvalidParameterError(name, value, "finite and above 0")
    chosen_kernel = kernel_named(kernel)
    points = checked_points(xy_m)
    weight = checked_point_weights(weights, len(points))
    places = merge_places(points, weight)
    location = location_error_m(places) if location is None else location
    applied_rule, choice = _choose(
        rule,
        Sample(points, weight, places, area_km2, seed, on_progress=on_progress),
        chosen_kernel.sd_m,
        fallback_m,
    )
    if rule == AUTO:
        choice = _no_less_than(choice, location.error_m, auto_least_m, chosen_kernel)
    radius = chosen_kernel.bandwidth_m(choice.sd_m)
    axes = choice.axes_sd_m
    return Bandwidth(
        rule=applied_rule,
        automatic=rule == AUTO,
        bandwidth_m=radius,
        sd_m=choice.sd_m,
        axes_m=None
        if axes is None
        else (chosen_kernel.bandwidth_m(axes[0]), chosen_kernel.bandwidth_m(axes[1])),
        kernel=kernel,
        records=len(points),
        places=len(places),
        computed_from=choice.computed_from,
        location=location,
        warnings=choice.warnings + location_warnings(radius, location),
    )


def location_warnings(bandwidth_m: float, location: LocationError) -> tuple[str, ...]:
    """A warning if a bandwidth is smaller than the location error of the data.

    Parameters
    ----------
    bandwidth_m : float
        Radius of support, metres.
    location : LocationError
        From `location_error_m`.

    Returns
    -------
    tuple of str
        One sentence, or empty.
    """
    if bandwidth_m >= location.error_m:
        return ()
    if location.rounding_m >= location.error_m:
        reason = f"coordinates are multiples of {location.rounding_m:g} m"
    else:
        reason = (
            f"{location.records} records lie at {location.places} places, "
            f"typically {location.spacing_m:.0f} m from the next"
        )
    warning = (
        f"The bandwidth of {bandwidth_m:.0f} m is below the location error of the data, about "
        f"{location.error_m:.0f} m ({reason}): the surface shows the places to which records were "
        "moved, not where incidents happened."
    )
    return (warning,)


def _choose(
    rule: str, sample: Sample, to_sd_m: Callable[[float], float], fallback_m: float | None
) -> tuple[str, Choice]:
    """The name of the rule that was applied, and its choice."""
    count = len(sample.places)
    if count < 2:
        if fallback_m is None:
            raise TooFewPointsError(count, 2)
        warning = (
            f"No rule applies to {count} distinct places: {fallback_m:g} m was taken as given."
        )
        return "fallback", Choice(to_sd_m(fallback_m), "nothing", warnings=(warning,))
    if rule != AUTO:
        return rule, RULES[rule](sample)
    if count >= LEAST_SQUARES_FROM:
        return "least-squares", RULES["least-squares"](sample)
    if count >= LIKELIHOOD_FROM:
        return "likelihood", RULES["likelihood"](sample)
    choice = RULES["normal-reference"](sample)
    warning = (
        f"With {count} distinct places cross-validation has too little data: the normal "
        "reference rule was used."
    )
    return "normal-reference", replace(choice, warnings=(*choice.warnings, warning))


def _no_less_than(choice: Choice, error_m: float, auto_least_m: float, kernel: Kernel) -> Choice:
    """The choice, raised to the location error or the least radius where it is below."""
    floor_m = max(error_m, auto_least_m)
    least_sd_m = kernel.sd_m(floor_m) if floor_m > 0.0 else 0.0
    if choice.sd_m >= least_sd_m:
        return choice
    chosen_m = kernel.bandwidth_m(choice.sd_m)
    reason = (
        "the location error of the data"
        if error_m >= auto_least_m
        else "the least that auto takes"
    )
    warning = f"The rule chose {chosen_m:.0f} m, below {reason}: {floor_m:.0f} m was taken."
    # A hair above, lest rounding bring the warning that this prevents.
    return replace(choice, sd_m=least_sd_m * (1.0 + 1e-12), warnings=(*choice.warnings, warning))
