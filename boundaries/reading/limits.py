"""What reading a layer may take; a file that needs more is refused."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LayerLimits:
    """Limits of memory, time and shape.

    Attributes
    ----------
    memory_bytes : int
        Memory of the process that GDAL reads a file in.
    processor_s : int
        Its seconds of processor time.
    crossings : int
        Most places where the borders of areas may cross, beyond one for each vertex.
    """

    memory_bytes: int = 4 * 1024**3
    processor_s: int = 600
    crossings: int = 100_000


LIMITS = LayerLimits()
