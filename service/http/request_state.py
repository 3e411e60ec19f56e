"""What the parts of one request tell each other, in its ASGI scope."""

from starlette.types import Scope

from service.access.policy import Role

REQUEST_ID_KEY = "hotspots.request_id"
ROUTE_KEY = "hotspots.route"  # the route of an answer that was given without asking it
CACHE_LEVEL_KEY = "hotspots.cache_level"  # where the answer was found: client, recall, memory ...
CLIENT_GONE_KEY = "hotspots.client_gone"  # the client left before it had its answer
REPEATABLE_KEY = "hotspots.repeatable"  # data state, question and audience of an answer to repeat


def role_of(scope: Scope) -> Role:
    """Who asks; everybody is the public until access control tells them apart."""
    return Role.PUBLIC
