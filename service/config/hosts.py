"""Names of hosts, in the one form in which two of them are compared."""

import ipaddress
import re
from typing import Final

_AUTHORITY: Final = re.compile(
    r"(?P<name>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*)\.?(:[0-9]*)?", re.ASCII
)


def host_name(authority: str) -> str | None:
    """The host of an authority, such as ``maps.example.org:8000``; None where it is not one.

    Port, case, a dot at the end and the brackets of an IPv6 address are left out; an address has
    its shortest form.
    """
    match = _AUTHORITY.fullmatch(authority)
    name = authority if match is None else match["name"].lower().strip("[]")
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        return None if match is None or ":" in name else name


def is_loopback(name: str) -> bool:
    """Whether a host, in the form of `host_name`, is this machine and no other."""
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"
