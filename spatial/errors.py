"""Errors of the numerics: what is wrong with the values, independent of HTTP.

SpatialError
├── InvalidBandwidthError       a bandwidth that is not a finite number of metres above 0
├── InvalidPointsError          points that are not a finite (n, 2) array
├── InvalidPointWeightsError    point weights that are not finite, >= 0 and one per point
├── TooFewPointsError           fewer distinct places than the rule needs
├── InvalidGridError            a grid without cells, or with too many cells
├── InvalidTileError            a tile address outside the world
├── UnknownKernelError          a kernel that is not in the registry
├── InvalidValuesError          area values that are not a finite (n,) array
├── ConstantValuesError         all values are equal: no z score exists
├── TooFewAreasError            fewer areas than the statistic needs
├── InvalidNeighboursError      a neighbour rule or weights structure that is not allowed
├── UnsuitableCrsError          a working CRS whose metres are not metres on the ground there
└── InvalidParameterError       any other number or option outside its range
"""

from typing import ClassVar


class SpatialError(Exception):
    """An input for which no correct answer exists.

    Fields are passed to ``super().__init__`` unchanged and the message is composed in
    ``__str__``, so that an error raised in a worker process can be pickled.
    """

    code: ClassVar[str] = "spatial-error"


class InvalidBandwidthError(SpatialError):
    """The bandwidth is not a finite number of metres above zero."""

    code = "invalid-bandwidth"

    def __init__(self, bandwidth_m: float) -> None:
        super().__init__(bandwidth_m)
        self.bandwidth_m = bandwidth_m

    def __str__(self) -> str:
        return f"bandwidth must be a finite number of metres above 0, got {self.bandwidth_m!r}"


class InvalidPointsError(SpatialError):
    """The points are not a finite (n, 2) array."""

    code = "invalid-points"

    def __init__(self, shape: tuple[int, ...], non_finite: int) -> None:
        super().__init__(shape, non_finite)
        self.shape = shape
        self.non_finite = non_finite

    def __str__(self) -> str:
        return (
            "points must be a finite (n, 2) array of metres, "
            f"got shape {self.shape} with {self.non_finite} values that are not finite"
        )


class InvalidPointWeightsError(SpatialError):
    """The weights are not one finite number of at least zero per point."""

    code = "invalid-point-weights"

    def __init__(self, shape: tuple[int, ...], points: int, invalid_count: int) -> None:
        super().__init__(shape, points, invalid_count)
        self.shape = shape
        self.points = points
        self.invalid_count = invalid_count

    def __str__(self) -> str:
        return (
            f"weights must be {self.points} finite numbers of at least 0, one per point, "
            f"got shape {self.shape} with {self.invalid_count} values that are not"
        )


class TooFewPointsError(SpatialError):
    """There are fewer distinct places than the rule needs."""

    code = "too-few-points"

    def __init__(self, places: int, minimum: int) -> None:
        super().__init__(places, minimum)
        self.places = places
        self.minimum = minimum

    def __str__(self) -> str:
        return (
            f"a bandwidth can be chosen from at least {self.minimum} distinct places, "
            f"got {self.places}: give it in metres"
        )


class InvalidGridError(SpatialError):
    """The grid has no cells, cells without size, or more cells than are allowed."""

    code = "invalid-grid"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return f"no such grid: {self.reason}"


class InvalidTileError(SpatialError):
    """The tile address lies outside the world."""

    code = "invalid-tile"

    def __init__(self, z: int, x: int, y: int) -> None:
        super().__init__(z, x, y)
        self.z, self.x, self.y = z, x, y

    def __str__(self) -> str:
        if not 0 <= self.z <= 24:
            return f"zoom must be from 0 to 24, got {self.z}"
        maximum = 2**self.z - 1
        return f"at zoom {self.z} x and y run from 0 to {maximum}, got x={self.x}, y={self.y}"


class UnknownKernelError(SpatialError):
    """No kernel of that name is in the registry."""

    code = "unknown-kernel"

    def __init__(self, kernel: str, allowed: tuple[str, ...]) -> None:
        super().__init__(kernel, allowed)
        self.kernel = kernel
        self.allowed = allowed

    def __str__(self) -> str:
        return f"kernel {self.kernel!r} is not one of {', '.join(self.allowed)}"


class InvalidValuesError(SpatialError):
    """The area values are not a finite vector of the expected length."""

    code = "invalid-values"

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(name, reason)
        self.name = name
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.name}: {self.reason}"


class ConstantValuesError(SpatialError):
    """All values are equal, so that their variance is zero and no z score exists."""

    code = "constant-values"

    def __init__(self, value: float, areas: int) -> None:
        super().__init__(value, areas)
        self.value = value
        self.areas = areas

    def __str__(self) -> str:
        return (
            f"all {self.areas} areas have the value {self.value:g}: "
            "without variation no area can be hotter than another"
        )


class TooFewAreasError(SpatialError):
    """There are fewer areas than the statistic needs."""

    code = "too-few-areas"

    def __init__(self, areas: int, minimum: int) -> None:
        super().__init__(areas, minimum)
        self.areas = areas
        self.minimum = minimum

    def __str__(self) -> str:
        return f"the statistic needs at least {self.minimum} areas, got {self.areas}"


class InvalidNeighboursError(SpatialError):
    """The neighbour rule, or the weights made from it, is not allowed."""

    code = "invalid-neighbours"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return f"neighbours: {self.reason}"


class UnsuitableCrsError(SpatialError):
    """A metre of the working CRS is not a metre on the ground where the data are."""

    code = "unsuitable-crs"

    def __init__(self, crs: str, scale: float, lonlat_deg: tuple[float, float], take: str) -> None:
        super().__init__(crs, scale, lonlat_deg, take)
        self.crs = crs
        self.scale = scale
        self.lonlat_deg = lonlat_deg
        self.take = take

    def __str__(self) -> str:
        longitude, latitude = self.lonlat_deg
        return (
            f"{self.crs} cannot be the working coordinate system here: at longitude "
            f"{longitude:.2f}, latitude {latitude:.2f} a metre on the ground is "
            f"{self.scale:.3f} m in it, so that areas, densities and distances would be wrong; "
            f"set HOTSPOTS_CRS to {self.take}, for example, and import again"
        )


class InvalidParameterError(SpatialError):
    """A number or option lies outside the range that its parameter allows."""

    code = "invalid-parameter"

    def __init__(self, name: str, value: object, allowed: str) -> None:
        super().__init__(name, value, allowed)
        self.name = name
        self.value = value
        self.allowed = allowed

    def __str__(self) -> str:
        return f"{self.name} must be {self.allowed}, got {self.value!r}"
