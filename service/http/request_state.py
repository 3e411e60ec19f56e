"""What the parts of one request tell each other, in its ASGI scope."""

from typing import Final

from starlette.types import Scope

from service.access.audience import ANONYMOUS, Identity

REQUEST_ID_KEY = "hotspots.request_id"
ROUTE_KEY = "hotspots.route"  # the route of an answer that was given without asking it
CACHE_LEVEL_KEY = "hotspots.cache_level"  # where the answer was found: client, recall, memory ...
CLIENT_GONE_KEY = "hotspots.client_gone"  # the client left before it had its answer
REPEATABLE_KEY = "hotspots.repeatable"  # data state and audience of an answer to repeat
ASKED_KEY = "hotspots.asked"  # what the audit says of the question
PARTS_KEY = "hotspots.parts"  # the questions that it was admitted in, itself the last
IDENTITY_KEY = "hotspots.identity"  # who asks
RESOURCES_KEY = "hotspots.resources"  # the stores and analyses of their audience
LOGIN_KEY = "hotspots.login"  # and how they were let in
SESSION_KEY = "hotspots.session"  # the secret of their session
LINKED_KEY = "hotspots.linked_key"  # the key that came in the address, and goes into links

# Stands in links for the key of whoever asks, so that no cache has a key in it.
KEY_PLACE: Final = "/key/key-of-whoever-asks"


def identity_of(scope: Scope) -> Identity:
    """Who asks; the public where nothing has found it out."""
    identity: Identity = scope.get(IDENTITY_KEY, ANONYMOUS)
    return identity


def template_of(scope: Scope) -> str:
    """The template of the route of a request, empty before it is at one.

    Names of parameters stand in it as decisions, logs and metrics have them.
    """
    path = str(getattr(scope.get("route"), "path", "") or "")
    return path.replace(":suffix}", "}")


def link_prefix(scope: Scope) -> str:
    """What paths in links begin with, for who has the key in the address and nowhere else."""
    return KEY_PLACE if LINKED_KEY in scope else ""
