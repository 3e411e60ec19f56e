"""Which coordinate systems an answer's shapes may be in."""

from service.analyses.errors import UnknownStatisticError
from spatial.crs import WGS84


def target_crs(asked: str | None, working: str) -> str | None:
    """The coordinate system of an answer's shapes: longitude and latitude, or the working one.

    Raises
    ------
    UnknownStatisticError
        If it is neither.
    """
    if asked is None:
        return None
    name = f"EPSG:{asked}" if asked.isdigit() else asked.upper()
    if name not in (WGS84, working):
        allowed = (WGS84.removeprefix("EPSG:"), working.removeprefix("EPSG:"))
        raise UnknownStatisticError("crs", asked, allowed)
    return name
