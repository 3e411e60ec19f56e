"""Which larger area each area of a layer belongs to."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from boundaries.layers.layer import Layer
from boundaries.points.assign import assign_points
from service.analyses.inputs.crosswalks import Crosswalk, Crosswalks
from service.coverage.spans import listed
from service.model.provenance import layer_source
from service.sentences.numbers import counted
from spatial.arrays import BoolArray, IndexArray, frozen

NAMED = 8


@dataclass(frozen=True, eq=False)
class Membership:
    """The larger area of each area.

    Attributes
    ----------
    layer, larger : Layer
        The areas and the larger ones.
    position : (n,) int32
        Of the larger area in its layer; -1 where there is none, or not one alone.
    crosswalk : Crosswalk or None
        The lookup that says so; None where the inner point of the area does.
    """

    layer: Layer
    larger: Layer
    position: IndexArray
    crosswalk: Crosswalk | None

    def source(self) -> dict[str, Any]:
        """The larger layer, and the lookup that leads there, for the provenance.

        Returns
        -------
        dict of str to Any
            JSON members.
        """
        crosswalk = self.crosswalk
        lookup = {} if crosswalk is None else {"lookup": crosswalk.source()}
        return {**layer_source(self.larger), **lookup}

    def notes(self, inside: BoolArray) -> tuple[str, ...]:
        """How the areas were put into larger ones, and which could not be.

        Parameters
        ----------
        inside : (n,) bool
            The areas that an answer is about.

        Returns
        -------
        tuple of str
            Full sentences.
        """
        larger = self.larger.layer_id
        if self.crosswalk is None:
            way = f"an area belongs to the one of {larger} in which its inner point lies"
        else:
            way = f"an area belongs to the one of {larger} that {self.crosswalk.loaded_from} says"
        notes = [
            f"{way[0].upper()}{way[1:]}; a lookup to {larger} of another time may say otherwise."
        ]
        outside = [self.layer.codes[k] for k in np.flatnonzero(inside & (self.position < 0))]
        if outside:
            subject = counted(len(outside), "area is", "areas are")
            notes.append(
                f"{subject} in no area of {larger}, or not in one alone: "
                f"{listed(outside, most=NAMED)}."
            )
        return tuple(notes)


def membership_of(layer: Layer, larger: Layer, crosswalks: Crosswalks) -> Membership:
    """The larger area of each area: by a lookup where one leads there, else by inner points.

    Parameters
    ----------
    layer, larger : Layer
        The areas and the larger ones; the same layer is its own.
    crosswalks : Crosswalks
        The lookups between layers.

    Returns
    -------
    Membership
        An area that a lookup puts into several larger ones, or that it lacks, is in none.
    """
    if layer.layer_id == larger.layer_id:
        return Membership(layer, larger, frozen(np.arange(len(layer), dtype=np.int32)), None)
    crosswalk = next(
        (
            candidate
            for candidate in crosswalks.into(larger)
            if candidate.from_layer == layer.layer_id
        ),
        None,
    )
    if crosswalk is None:
        points = shapely.get_coordinates(shapely.point_on_surface(layer.geometries))
        return Membership(layer, larger, frozen(assign_points(larger, points)), None)
    changes = crosswalk.changes
    parts = np.bincount(changes.old, minlength=len(changes.old_codes))
    area = np.full(len(changes.old_codes), -1, np.int32)
    area[changes.old] = crosswalk.area_of_new[changes.new]
    area[parts > 1] = -1
    area_of_code = layer.positions(changes.old_codes)
    in_layer = area_of_code >= 0
    position = np.full(len(layer), -1, np.int32)
    position[area_of_code[in_layer]] = area[in_layer]
    return Membership(layer, larger, frozen(position), crosswalk)
