"""The place of an assessment: an area by its code or its name, a drawn one, or everything."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from boundaries.storage.store import LayerStore
from service.analyses.inputs.within import is_drawn, resolve
from service.model.errors import UnknownPlaceError

MOST_CANDIDATES: Final = 10


@dataclass(frozen=True)
class Place:
    """Where an assessment is of.

    Attributes
    ----------
    within : str or None
        As the parameter of that name; None for everything.
    name : str
        In words.
    layer_id : str or None
        Layer of the area; None for a drawn one and for everything.
    """

    within: str | None
    name: str
    layer_id: str | None = None


def place_of(layers: LayerStore, text: str | None, everything: str) -> Place:
    """The place that a text means.

    Parameters
    ----------
    layers : LayerStore
        Whose areas have names.
    text : str or None
        ``layer:code``, the name of an area that no other has, a circle or a polygon.
    everything : str
        What the whole study area is called.

    Raises
    ------
    UnknownPlaceError
        If no area has the name, or several have it.
    InvalidWithinError, UnknownLayerError, UnknownAreaError
        If it is written as an area and is none.
    """
    if text is None:
        return Place(None, everything)
    name = text.strip().casefold()
    places = [place for place in _places(layers) if place.name.casefold() == name]
    if len(places) == 1:
        return places[0]
    if places:
        candidates = tuple(str(place.within) for place in places[:MOST_CANDIDATES])
        raise UnknownPlaceError(text, candidates, True)
    if ":" in text:
        within = resolve(layers, text)
        layer_id = None if is_drawn(text) else text.partition(":")[0]
        return Place(within.label, within.name or text, layer_id)
    names = list(dict.fromkeys(place.name for place in _places(layers)))
    similar = [known for known in names if name and name in known.casefold()]
    similar += difflib.get_close_matches(text, names)
    raise UnknownPlaceError(text, tuple(dict.fromkeys(similar))[:MOST_CANDIDATES], False)


def _places(layers: LayerStore) -> Iterator[Place]:
    """Every area that has a name."""
    for layer in layers.all():
        for code, name in zip(layer.codes, layer.names, strict=True):
            if name:
                yield Place(f"{layer.layer_id}:{code}", name, layer.layer_id)
