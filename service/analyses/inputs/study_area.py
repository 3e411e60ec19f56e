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
    setting = study_area_label(layers, setting)
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


def study_area_label(layers: LayerStore, setting: str) -> str:
    """The label of the study area that a setting names; reads no geometry.

    Parameters
    ----------
    layers : LayerStore
        The imported layers.
    setting : str
        ``layer``, ``layer:code`` or empty.

    Returns
    -------
    str
        ``layer`` or ``layer:code``.

    Raises
    ------
    NoStudyAreaError
        If none is named and no layer is imported.
    DamagedLayerError
        If none is named and the layer that was imported first is, or may be, damaged: no other
        takes its place without a word.
    """
    label = setting or layers.first()
    if not label:
        raise NoStudyAreaError
    return label


def study_area_version(layers: LayerStore, setting: str) -> str:
    """The version of the study area, from the header of its layer; reads no geometry.

    Parameters
    ----------
    layers : LayerStore
        The imported layers.
    setting : str
        ``layer``, ``layer:code`` or empty.

    Returns
    -------
    str
        The version of the layer.

    Raises
    ------
    NoStudyAreaError, UnknownLayerError
        As `study_area`; that a layer has no such area is noticed when it is read.
    """
    return layers.version(study_area_label(layers, setting).partition(":")[0])
