"""What the documents about a density surface are made of."""

from typing import Annotated, Any, TypedDict

from service.model.schemas import UNSTATED, Box

# "from" is a word of Python's own.
HeatmapSummary = TypedDict(
    "HeatmapSummary",
    {
        "dataset": str,
        "unit": str,
        "maximum": float,
        "bandwidth_m": float,
        "bandwidth_rule": str,
        "bandwidth_computed_from": Annotated[str | None, UNSTATED],
        "kernel": str,
        "from": str,
        "to": str,
        "records": int,
        "located": int,
        "unlocated": int,
        "mass_in_study_area": float,
        "sentence": str,
        "sentences": list[str],
        "study_area": str,
        "crs": str,
        "version": str,
        "synthetic": bool,
        "breaks": list[float],
        "bounds_m": Box,
        "bounds_lonlat_deg": Box,
        "inset": dict[str, Any] | None,
    },
)
