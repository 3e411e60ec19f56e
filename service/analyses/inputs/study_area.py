"""The study area: what colour breaks, discovery rates and `outside` refer to."""

from dataclasses import dataclass
from typing import Any

from boundaries.storage.store import LayerStore
from service.model.errors import NoStudyAreaError


@dataclass(frozen=True)
class StudyArea:
    """One geometry in the working CRS, and where it comes from.

    Attributes
    ----------
    label : str
        ``layer`` or ``layer:code``.
    name : str
        In words.
    geometry : shapely geometry
        Polygon or multipolygon, metres.
    version : str
        Of the layer it comes from.
    """

    label: str
    name: str
    geometry: Any
    version: str
    synthetic: bool
    crs: str

    @property
    def bounds_m(self) -> tuple[float, float, float, float]:
        """Left, bottom, right, top, metres."""
        left, bottom, right, top = self.geometry.bounds
        return left, bottom, right, top


def study_area(layers: LayerStore, setting: str) -> StudyArea:
    """The study area that a setting names, or by default the union of the first layer imported.

    Parameters
    ----------
    layers : LayerStore
        What is imported.
    setting : str
        ``layer``, ``layer:code`` or empty.

    Raises
    ------
    NoStudyAreaError
        If nothing is named and nothing is imported.
    UnknownLayerError, UnknownAreaError
        If what is named is not imported.
    """
    if not setting:
        ids = layers.ids()
        if not ids:
            raise NoStudyAreaError
        setting = ids[0]
    layer_id, _, code = setting.partition(":")
    layer = layers.get(layer_id)
    synthetic = layer.metadata.synthetic
    if code:
        at = layer.position(code)
        return StudyArea(
            setting, layer.names[at], layer.geometries[at], layer.version, synthetic, layer.crs
        )
    name = layer.metadata.title or layer_id
    return StudyArea(setting, name, layer.union, layer.version, synthetic, layer.crs)
