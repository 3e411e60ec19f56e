"""Errors of boundary layers: what is wrong with a layer, independent of HTTP.

BoundaryError
├── UnknownLayerError       a layer that has not been imported
├── LayerExistsError        a layer that has been imported already
├── UnknownAreaError        an area code that the layer does not have
├── InvalidLayerError       codes, names or geometries that do not make a layer
├── UnreadableFileError     a file that GDAL cannot read, or without the field named
├── CoordinatesError        coordinates that do not fit their CRS
├── LayerCrsError           a stored layer that is not in the working CRS
├── LookupMismatchError     a lookup that contradicts itself or does not fit the layer
├── UnwritableLayersError   a boundaries folder that cannot be written
└── DamagedLayerError       a stored file that is not a boundary layer
"""

from dataclasses import dataclass
from pathlib import PurePath
from typing import ClassVar


class BoundaryError(Exception):
    """A boundary layer, or a request for one, that is not valid."""

    code: ClassVar[str] = "boundary-error"


@dataclass(eq=False)
class UnknownLayerError(BoundaryError):
    """No boundary layer of that name has been imported."""

    code = "unknown-layer"

    layer: str
    allowed: tuple[str, ...]

    def __str__(self) -> str:
        names = ", ".join(self.allowed) if self.allowed else "none is imported yet"
        return f"layer {self.layer!r} is not one of those imported: {names}"


@dataclass(eq=False)
class LayerExistsError(BoundaryError):
    """A layer of that name exists already."""

    code = "layer-exists"

    layer: str

    def __str__(self) -> str:
        return f"layer {self.layer!r} is imported already; run again with --replace to replace it"


@dataclass(eq=False)
class UnknownAreaError(BoundaryError):
    """The layer has no area of that code."""

    code = "unknown-area"

    layer: str
    area: str
    examples: tuple[str, ...]

    def __str__(self) -> str:
        return (
            f"layer {self.layer!r} has no area {self.area!r}; "
            f"its codes look like {', '.join(self.examples)}"
        )


@dataclass(eq=False)
class InvalidLayerError(BoundaryError):
    """The codes, names or geometries do not make a layer."""

    code = "invalid-layer"

    layer: str
    reason: str

    def __str__(self) -> str:
        return f"layer {self.layer!r}: {self.reason}"


@dataclass(eq=False)
class UnreadableFileError(BoundaryError):
    """The file cannot be read as areas, or lacks a field that was named."""

    code = "unreadable-boundaries"

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


@dataclass(eq=False)
class CoordinatesError(BoundaryError):
    """The coordinates do not fit the named coordinate system."""

    code = "wrong-coordinates"

    path: str
    crs: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path} read as {self.crs}: {self.reason}"


@dataclass(eq=False)
class LayerCrsError(BoundaryError):
    """A layer is not in the working coordinate system of this deployment."""

    code = "layer-crs"

    layer: str
    crs: str
    working_crs: str

    def __str__(self) -> str:
        return (
            f"layer {self.layer!r} is in {self.crs} and HOTSPOTS_CRS is {self.working_crs}: "
            "import it again with --replace"
        )


@dataclass(eq=False)
class LookupMismatchError(BoundaryError):
    """A lookup from areas to areas contradicts itself, or does not fit the areas it is for."""

    code = "lookup-mismatch"

    lookup: str
    reason: str

    def __str__(self) -> str:
        return f"lookup {self.lookup}: {self.reason}"


@dataclass(eq=False)
class UnwritableLayersError(BoundaryError):
    """The boundaries folder cannot be written."""

    code = "unwritable-layers"

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path} cannot be written: {self.reason}"


@dataclass(eq=False)
class DamagedLayerError(BoundaryError):
    """A file in the boundaries folder is not a layer that this software wrote."""

    code = "damaged-layer"

    path: str
    reason: str

    @property
    def part(self) -> str:
        """What is damaged, in words that tell nothing of the server's folders."""
        return f"layer {PurePath(self.path).stem}"

    def __str__(self) -> str:
        return f"{self.path} is not a boundary layer written by this program: {self.reason}"
