"""The names and accuracies of transforms, for provenance."""

import warnings
from dataclasses import dataclass
from functools import lru_cache

from pyproj.transformer import TransformerGroup

from spatial.coordinates.crs import (
    ETRS89,
    british_kind,
    is_on_wgs84,
    parsed_crs,
    proj_transformer,
)

Place = tuple[float, float]

_WGS84_AS_ETRS89_M = 1.0  # as the EPSG register has it
_NOTHING = ("axis order change", "Null geographic offset")  # parts of an operation without effect


@dataclass(frozen=True)
class Operation:
    """How coordinates were transformed.

    Attributes
    ----------
    name : str
    accuracy_m : float or None
        As stated by who published it, metres; None where nobody states any.
    """

    name: str
    accuracy_m: float | None

    def __str__(self) -> str:
        """Name and accuracy in words."""
        if self.accuracy_m is None:
            return f"{self.name} (accuracy not stated)"
        if self.accuracy_m == 0.0:
            return f"{self.name} (exact)"
        return f"{self.name} (within {self.accuracy_m:g} m)"


@lru_cache(maxsize=256)
def operation(source: str, target: str, *, near: Place | None = None) -> Operation | None:
    """The operation by which `transform_xy` goes from one system to another.

    Parameters
    ----------
    source, target : str
        Coordinate systems by name.
    near : (x, y), optional
        A place in `source`: PROJ may have several operations, and takes that of the place.

    Returns
    -------
    Operation or None
        None where the two are one system. OSTN15 is exact by definition between ETRS89 and the
        British grid; its accuracy here is that of taking WGS 84 for ETRS89, or of what PROJ does
        besides.
    """
    a, b = british_kind(source), british_kind(target)
    if source == target or a == b == "grid" or parsed_crs(source) == parsed_crs(target):
        return None
    if (a is None) == (b is None):
        return _proj_operation(source, target, near)
    foreign = source if a is None else target
    if is_on_wgs84(foreign):
        return Operation("OSTN15", _WGS84_AS_ETRS89_M)
    more = _proj_operation(ETRS89, foreign, None)
    return Operation(f"OSTN15 + {more.name}", more.accuracy_m)


def operation_in_words(source: str, target: str, *, near: Place | None = None) -> str:
    """From which system to which, and how.

    Parameters
    ----------
    source, target, near
        As for `operation`.

    Returns
    -------
    str
        Such as ``EPSG:4326 to EPSG:27700 by OSTN15 (within 1 m)``.
    """
    step = operation(source, target, near=near)
    if step is None:
        return f"{crs_label(target)} as supplied"
    return f"{crs_label(source)} to {crs_label(target)} by {step}"


def crs_label(name: str) -> str:
    """Short name of a system: its code in a registry, or its name.

    Parameters
    ----------
    name : str
        The coordinate system.
    """
    crs = parsed_crs(name)
    authority = crs.to_authority(min_confidence=70)
    return ":".join(authority) if authority else str(crs.name)


def _proj_operation(source: str, target: str, near: Place | None) -> Operation:
    """PROJ's operation at a place, else its first choice."""
    transformer = proj_transformer(source, target)
    if near is not None:
        transformer.transform(*near)
        used = transformer.get_last_used_operation()
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # that a grid is not there
            group = TransformerGroup(parsed_crs(source), parsed_crs(target), always_xy=True)
        used = group.transformers[0] if group.transformers else transformer
    parts = [part for part in used.description.split(" + ") if not part.startswith(_NOTHING)]
    name = " + ".join(parts) or "the same coordinates"
    return Operation(name, used.accuracy if used.accuracy >= 0.0 else None)
