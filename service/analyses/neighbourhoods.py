"""The neighbours of a layer's areas, found once per layer version and rule."""

from boundaries.adjacency import queen, rook
from boundaries.layer import Layer
from service.cache import SingleFlightCache
from spatial.weights import Neighbours


class Neighbourhoods:
    """Neighbour structures of recent questions; shared by all requests."""

    def __init__(self) -> None:
        self._found: SingleFlightCache[Neighbours] = SingleFlightCache(32)

    def of(self, layer: Layer, rule: str) -> Neighbours:
        """The neighbours under a rule: queen or rook."""
        find = {"queen": queen, "rook": rook}[rule]
        key = (layer.layer_id, layer.version, rule)
        return self._found.get(key, lambda: find(layer))
