"""Which coordinate systems an answer's shapes may be in."""

from service.model.errors import UnknownStatisticError
from spatial.coordinates.crs import WGS84, parsed_crs

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


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


def crs_address(crs: str) -> str | None:
    """The address by which OGC names a coordinate system; None where no authority lists it.

    Longitude and latitude, in this order, are CRS84.
    """
    if crs == WGS84:
        return CRS84
    listed = parsed_crs(crs).to_authority()
    if listed is None:
        return None
    authority, number = listed
    return f"http://www.opengis.net/def/crs/{authority}/0/{number}"


def crs_addresses(working: str) -> tuple[str, ...]:
    """The addresses of the coordinate systems of features, the default first."""
    there = (CRS84, crs_address(working))
    return tuple(address for address in there if address is not None)


def crs_of_address(parameter: str, address: str | None, working: str) -> str:
    """The coordinate system that an address means: longitude and latitude where none is given.

    Raises
    ------
    UnknownStatisticError
        If it is not one of those that there are.
    """
    if address is None or address == CRS84:
        return WGS84
    if address != crs_address(working):
        raise UnknownStatisticError(parameter, address, crs_addresses(working))
    return working


def is_north_first(crs: str) -> bool:
    """Whether a coordinate system writes its northing before its easting."""
    return bool(parsed_crs(crs).axis_info[0].direction == "north") and crs != WGS84
