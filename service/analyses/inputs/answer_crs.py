"""The coordinate systems that an answer's shapes may be in."""

from service.model.errors import UnknownStatisticError
from spatial.coordinates.crs import WGS84, parsed_crs

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


def target_crs(requested_crs: str | None, working_crs: str) -> str | None:
    """The coordinate system of an answer's shapes: longitude and latitude, or the working one.

    Parameters
    ----------
    requested_crs : str or None
        An EPSG number with or without ``EPSG:``; None for the default of the format.
    working_crs : str
        The CRS that the data are stored in.

    Returns
    -------
    str or None
        As ``EPSG:number``; None if none was requested.

    Raises
    ------
    UnknownStatisticError
        If it is neither of the two.
    """
    if requested_crs is None:
        return None
    name = f"EPSG:{requested_crs}" if requested_crs.isdigit() else requested_crs.upper()
    if name not in (WGS84, working_crs):
        allowed = (WGS84.removeprefix("EPSG:"), working_crs.removeprefix("EPSG:"))
        raise UnknownStatisticError("crs", requested_crs, allowed)
    return name


def crs_address(crs: str) -> str | None:
    """The URI by which OGC names a coordinate system; None if no authority lists it.

    Parameters
    ----------
    crs : str
        As ``EPSG:number``.

    Returns
    -------
    str or None
        For longitude and latitude, in this order, that of CRS84.
    """
    if crs == WGS84:
        return CRS84
    authority_code = parsed_crs(crs).to_authority()
    if authority_code is None:
        return None
    authority, number = authority_code
    return f"http://www.opengis.net/def/crs/{authority}/0/{number}"


def crs_addresses(working_crs: str) -> tuple[str, ...]:
    """The URIs of the coordinate systems in which features are served, the default first.

    Parameters
    ----------
    working_crs : str
        The CRS that the data are stored in.

    Returns
    -------
    tuple of str
        One or two.
    """
    addresses = (CRS84, crs_address(working_crs))
    return tuple(address for address in addresses if address is not None)


def crs_of_address(parameter: str, address: str | None, working_crs: str) -> str:
    """The coordinate system that a URI names; longitude and latitude by default.

    Parameters
    ----------
    parameter : str
        Name of the query parameter, for the error message.
    address : str or None
        The URI, if the request has one.
    working_crs : str
        The CRS that the data are stored in.

    Returns
    -------
    str
        As ``EPSG:number``.

    Raises
    ------
    UnknownStatisticError
        If the URI is not one of `crs_addresses`.
    """
    if address is None or address == CRS84:
        return WGS84
    if address != crs_address(working_crs):
        raise UnknownStatisticError(parameter, address, crs_addresses(working_crs))
    return working_crs


def is_north_first(crs: str) -> bool:
    """Whether a coordinate system writes its northing before its easting.

    Parameters
    ----------
    crs : str
        As ``EPSG:number``.

    Returns
    -------
    bool
        False for longitude and latitude, which are always written in this order.
    """
    return bool(parsed_crs(crs).axis_info[0].direction == "north") and crs != WGS84
