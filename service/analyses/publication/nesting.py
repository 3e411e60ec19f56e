"""The layers whose areas are sums of published areas."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from boundaries.layers.layer import Layer
from boundaries.points.assign import assign_points
from service.publication.places import points_inside

POINTS: Final = 8  # looked at in each area
LEAST_SHARE: Final = 0.995  # that lie together; borders of two layers are drawn apart


def nesting_layers(layer: Layer, others: Sequence[Layer]) -> dict[str, str]:
    """The layers that the areas of a layer nest in, itself among them.

    Parameters
    ----------
    layer : Layer
        Of the published areas.
    others : sequence of Layer
        All that are imported.

    Returns
    -------
    dict of str to str
        Versions by id. Counts in other layers would be those of no area: the places of published
        records are nobody's.
    """
    points = np.concatenate([points_inside(area, POINTS) for area in layer.geometries])
    versions = {}
    for other in others:
        position = assign_points(other, points).reshape(-1, POINTS)
        is_with_first = position == position[:, :1]
        if other.layer_id == layer.layer_id or is_with_first.mean() >= LEAST_SHARE:
            versions[other.layer_id] = other.version
    return versions
