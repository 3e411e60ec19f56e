"""What the parts of one request tell each other, in its ASGI scope."""

from starlette.types import Scope

from service.access.policy import Role

ABOUT = "hotspots.request_id"
ROUTE = "hotspots.route"  # the route of an answer that was given without asking it
LEVEL = "hotspots.level"  # where the answer was found: client, recall, memory, joined ...
GONE = "hotspots.gone"  # the client left before it had its answer


def role_of(scope: Scope) -> Role:
    """Who asks; everybody is the public until access control tells them apart."""
    return Role.PUBLIC
