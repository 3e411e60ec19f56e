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
└── DamagedLayerError       a stored file that is not a boundary layer
"""

from typing import ClassVar


class BoundaryError(Exception):
    """A boundary layer, or a request for one, that is not valid."""

    code: ClassVar[str] = "boundary-error"


class UnknownLayerError(BoundaryError):
    """No boundary layer of that name has been imported."""

    code = "unknown-layer"

    def __init__(self, layer: str, allowed: tuple[str, ...]) -> None:
        super().__init__(layer, allowed)
        self.layer = layer
        self.allowed = allowed

    def __str__(self) -> str:
        known = ", ".join(self.allowed) if self.allowed else "none is imported yet"
        return f"layer {self.layer!r} is not one of those imported: {known}"


class LayerExistsError(BoundaryError):
    """A layer of that name exists already."""

    code = "layer-exists"

    def __init__(self, layer: str) -> None:
        super().__init__(layer)
        self.layer = layer

    def __str__(self) -> str:
        return f"layer {self.layer!r} is imported already; repeat with --replace to replace it"


class UnknownAreaError(BoundaryError):
    """The layer has no area of that code."""

    code = "unknown-area"

    def __init__(self, layer: str, area: str, examples: tuple[str, ...]) -> None:
        super().__init__(layer, area, examples)
        self.layer = layer
        self.area = area
        self.examples = examples

    def __str__(self) -> str:
        return (
            f"layer {self.layer!r} has no area {self.area!r}; "
            f"its codes look like {', '.join(self.examples)}"
        )


class InvalidLayerError(BoundaryError):
    """The codes, names or geometries do not make a layer."""

    code = "invalid-layer"

    def __init__(self, layer: str, reason: str) -> None:
        super().__init__(layer, reason)
        self.layer = layer
        self.reason = reason

    def __str__(self) -> str:
        return f"layer {self.layer!r}: {self.reason}"


class UnreadableFileError(BoundaryError):
    """The file cannot be read as areas, or lacks a field that was named."""

    code = "unreadable-boundaries"

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


class CoordinatesError(BoundaryError):
    """The coordinates do not fit the named coordinate system."""

    code = "wrong-coordinates"

    def __init__(self, path: str, crs: str, reason: str) -> None:
        super().__init__(path, crs, reason)
        self.path = path
        self.crs = crs
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.path} read as {self.crs}: {self.reason}"


class LayerCrsError(BoundaryError):
    """A layer is not in the working coordinate system of this deployment."""

    code = "layer-crs"

    def __init__(self, layer: str, crs: str, working_crs: str) -> None:
        super().__init__(layer, crs, working_crs)
        self.layer = layer
        self.crs = crs
        self.working_crs = working_crs

    def __str__(self) -> str:
        return (
            f"layer {self.layer!r} is in {self.crs} and HOTSPOTS_CRS is {self.working_crs}: "
            "import it again with --replace"
        )


class LookupMismatchError(BoundaryError):
    """A lookup from areas to areas contradicts itself, or does not fit the areas it is for."""

    code = "lookup-mismatch"

    def __init__(self, lookup: str, reason: str) -> None:
        super().__init__(lookup, reason)
        self.lookup = lookup
        self.reason = reason

    def __str__(self) -> str:
        return f"lookup {self.lookup}: {self.reason}"


class DamagedLayerError(BoundaryError):
    """A file in the boundaries folder is not a layer that this software wrote."""

    code = "damaged-layer"

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.path} is not a boundary layer of ours: {self.reason}"
