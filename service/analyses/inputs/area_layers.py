"""The layers that statistics are computed for: boundary layers, and grids over the study area."""

from typing import Final

import numpy as np

from boundaries.layers.layer import Layer, LayerMetadata
from boundaries.storage.store import LayerStore
from service.analyses.inputs.study_area import study_area, study_area_version
from service.config.settings import Settings
from service.model.provenance import short_digest
from service.runtime.single_flight import SingleFlightCache
from spatial.weights.tessellation import (
    Tessellation,
    parse_tessellation,
    specification_of,
    tessellate,
)

GRIDS_BYTES: Final = 256 * 2**20  # for recent grids
AREA_BYTES: Final = 1_000
GRID_PREFIXES: Final = ("square:", "hex:")


class AreaLayers:
    """Boundary layers by id, and grids written ``square:250`` or ``hex:500``.

    Parameters
    ----------
    layers : LayerStore
        The imported boundary layers.
    settings : Settings
        CRS and study area.
    """

    def __init__(self, *, layers: LayerStore, settings: Settings) -> None:
        self._layers = layers
        self._settings = settings
        self._grids: SingleFlightCache[Layer] = SingleFlightCache(
            GRIDS_BYTES, weigh=lambda layer: AREA_BYTES * len(layer)
        )

    @property
    def imported(self) -> LayerStore:
        """The boundary layers, without grids."""
        return self._layers

    def get(self, layer_id: str) -> Layer:
        """The areas of a boundary layer or of a grid over the study area.

        Parameters
        ----------
        layer_id : str
            Id of a boundary layer, or a grid such as ``square:250``.

        Returns
        -------
        Layer
            A grid is cut once and then cached.

        Raises
        ------
        UnknownLayerError
            If it is neither an imported layer nor in the form of a grid.
        InvalidGridError
            If it is a grid whose size is out of range.
        """
        if not layer_id.startswith(GRID_PREFIXES):
            return self._layers.get(layer_id)
        shape, size_m = parse_tessellation(layer_id)
        study = study_area(self._layers, self._settings.study_area)
        key = (shape, size_m, study.label, study.version)

        def cut_grid() -> Layer:
            cells = tessellate(study.geometry, shape=shape, size_m=size_m)
            return _as_layer(cells, study.label, study.version, study.synthetic, study.crs)

        return self._grids.get(key, cut_grid)

    def version(self, layer_id: str) -> str:
        """The version of a layer or grid; a grid is not cut for it.

        Parameters
        ----------
        layer_id : str
            Id of a boundary layer, or a grid such as ``square:250``.

        Returns
        -------
        str
            The version that `get` would return.

        Raises
        ------
        UnknownLayerError, InvalidGridError
            As `get`, except that too many cells are noticed only when the grid is cut.
        """
        if not layer_id.startswith(GRID_PREFIXES):
            return self._layers.version(layer_id)
        shape, size_m = parse_tessellation(layer_id)
        version = study_area_version(self._layers, self._settings.study_area)
        return _grid_version(specification_of(shape, size_m), version)


def _grid_version(specification: str, study_version: str) -> str:
    """A digest of everything that the cells of a grid depend on."""
    return short_digest(specification, study_version)


def _as_layer(cells: Tessellation, label: str, version: str, synthetic: bool, crs: str) -> Layer:
    """A grid as a layer, whose codes state each cell's position in the lattice."""
    prefix = cells.specification.replace(":", "")
    width = len(str(int(max(cells.column.max(initial=1), cells.row.max(initial=1)))))
    codes = [
        f"{prefix}-{column:0{width}d}-{row:0{width}d}"
        for column, row in zip(cells.column.tolist(), cells.row.tolist(), strict=True)
    ]
    order = np.argsort(codes)
    ordered = tuple(codes[index] for index in order)
    return Layer(
        metadata=LayerMetadata(
            layer_id=cells.specification,
            title=f"{cells.specification} m grid cut to {label}",
            crs=crs,
            source=f"made from the study area {label}",
            synthetic=synthetic,
            coordinates=f"{crs} as made",
            version=_grid_version(cells.specification, version),
        ),
        codes=ordered,
        names=ordered,
        geometries=np.asarray(cells.geometries, dtype=object)[order],
    )
