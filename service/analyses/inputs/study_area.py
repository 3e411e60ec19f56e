"""The study area, which colour breaks, discovery rates and `outside` refer to."""

from dataclasses import dataclass
from typing import Any

from boundaries.storage.store import LayerStore
from service.model.errors import NoStudyAreaError


@dataclass(frozen=True)
class StudyArea:
    """One geometry in the working CRS, and its origin.

    Attributes
    ----------
    label : str
        ``layer`` or ``layer:code``.
    name : str
        Name for readers.
    geometry : shapely geometry
        Polygon or multipolygon, metres.
    version : str
        Version of the layer.
    synthetic : bool
        True if the layer is invented.
    crs : str
        The working CRS.
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
    """The study area that a setting names; by default the union of the first imported layer.

    Parameters
    ----------
    layers : LayerStore
        The imported layers.
    setting : str
        ``layer``, ``layer:code`` or empty.

    Returns
    -------
    StudyArea
        In the working CRS.

    Raises
    ------
    NoStudyAreaError
        If none is named and no layer is imported.
    UnknownLayerError, UnknownAreaError
        If the named one is not imported.
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
        index = layer.position(code)
        return StudyArea(
            setting,
            layer.names[index],
            layer.geometries[index],
            layer.version,
            synthetic,
            layer.crs,
        )
    name = layer.metadata.title or layer_id
    return StudyArea(setting, name, layer.union, layer.version, synthetic, layer.crs)
