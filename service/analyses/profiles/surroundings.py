"""Hot areas inside an area, and development sites in it and near it."""

from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from service.analyses.profiles.lines import Line
from service.analyses.profiles.subjects import Subject
from service.model.answers import Table
from service.store.reference.sites import Sites
from spatial.arrays import BoolArray

LEVEL: Final = 0.05
MOST_SITES: Final = 100  # named one by one, nearest first


def hot_lines(hotspots: Table, subject: Subject) -> list[Line]:
    """The hot areas inside.

    Parameters
    ----------
    hotspots : Table
        Of all areas of the layer: the test is not repeated inside.
    subject : Subject
        The area.

    Returns
    -------
    list of Line
        How many are hot and tested, then each by name.
    """
    columns = hotspots.columns
    position = subject.layer.positions(tuple(columns["code"].tolist()))
    is_inside = subject.has_inner_point[position]
    is_tested = columns["class"] != "not tested"
    q_value = columns["q_value"].astype(np.float64)
    is_hot = np.array([str(value).startswith("hot ") for value in columns["class"]])
    is_hot &= np.nan_to_num(q_value, nan=1.0) <= LEVEL
    layer_id, counts = subject.layer.layer_id, columns["count"]
    note = "" if is_tested.any() else "no area of the layer is tested"
    lines = [
        Line("hot areas", item, "areas", float(mask.sum()), int(counts[mask].sum()), note=note)
        for item, mask in (
            (f"areas of {layer_id} tested", is_inside & is_tested),
            (f"areas of {layer_id} hot, q at most {LEVEL}", is_inside & is_hot),
        )
    ]
    if subject.within is None:
        return lines
    hot_areas = np.flatnonzero(is_inside & is_hot)
    return lines + [
        Line(
            "hot areas",
            f"{columns['name'][k]} ({columns['code'][k]})",
            "q",
            float(q_value[k]),
            int(counts[k]),
            note=str(columns["class"][k]),
        )
        for k in hot_areas
    ]


def site_lines(sites: Sites, subject: Subject, near_m: float) -> list[Line]:
    """The development sites inside, and those near.

    Parameters
    ----------
    sites : Sites
        Where homes are planned.
    subject : Subject
        The area.
    near_m : float
        How far outside counts as near, metres.

    Returns
    -------
    list of Line
        Sums, then each site by name, the nearest first.
    """
    if subject.within is None:
        distance_m = np.zeros(len(sites))
    else:
        distance_m = shapely.distance(subject.within.geometry, shapely.points(sites.xy_m))
    is_inside, is_near = distance_m == 0, (distance_m > 0) & (distance_m <= near_m)
    groups: tuple[tuple[str, BoolArray], ...] = (("inside", is_inside),)
    if subject.within is not None:
        groups = (*groups, (f"within {near_m:,.0f} m", is_near))
    lines = []
    for place, mask in groups:
        lines.append(Line("development sites", f"sites {place}", "sites", float(mask.sum())))
        for item, homes in (
            (f"homes planned {place}", sites.homes_planned),
            (f"homes to come {place}", sites.homes_remaining),
        ):
            value, note = _total(homes[mask])
            lines.append(Line("development sites", item, "homes", value, note=note))
    if subject.within is None:
        return lines
    named = np.flatnonzero(is_inside | is_near)
    named = named[np.argsort(distance_m[named], kind="stable")]
    if len(named) > MOST_SITES:
        lines[0] = Line(
            "development sites",
            lines[0].item,
            "sites",
            lines[0].value,
            note=f"the nearest {MOST_SITES} of {len(named):,} are named",
        )
    return lines + [
        Line(
            "development sites",
            f"{sites.names[k]} ({sites.site_ids[k]})",
            "homes planned",
            float(sites.homes_planned[k]),
            note="inside" if is_inside[k] else f"{distance_m[k]:,.0f} m away",
        )
        for k in named[:MOST_SITES]
    ]


def _total(homes: NDArray[Any]) -> tuple[float, str]:
    """The homes of some sites, and how many sites do not state them."""
    unstated = int(np.count_nonzero(~np.isfinite(homes)))
    if unstated and unstated == len(homes):
        return np.nan, f"not stated of {unstated} sites"
    return float(np.nansum(homes)), f"at least: not stated of {unstated} sites" if unstated else ""
