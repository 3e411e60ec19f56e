"""The analyses of repeats, which share what is known of the incidents."""

from dataclasses import dataclass
from typing import Self

from service.analyses.inputs.area_counts import Areas
from service.analyses.naming.names import PlaceNames
from service.analyses.near_repeats.bursts import Bursts
from service.analyses.near_repeats.incidents import IncidentReader
from service.analyses.near_repeats.knox import KnoxTables
from service.analyses.near_repeats.repeats import NearRepeatTables, RepeatChainTables
from service.analyses.near_repeats.zones import RepeatZones


@dataclass(frozen=True)
class RepeatAnalyses:
    """Whether, where and how much incidents repeat; each attribute makes a table."""

    knox: KnoxTables
    near_repeats: NearRepeatTables
    chains: RepeatChainTables
    zones: RepeatZones
    bursts: Bursts

    @classmethod
    def of(cls, areas: Areas, names: PlaceNames) -> Self:
        """The analyses over the incidents that some areas select.

        Parameters
        ----------
        areas : Areas
            Selects and places the incidents.
        names : PlaceNames
            Names the places of chains and zones.

        Returns
        -------
        RepeatAnalyses
        """
        reader = IncidentReader(areas)
        return cls(
            KnoxTables(areas=areas, reader=reader),
            NearRepeatTables(areas=areas, reader=reader),
            RepeatChainTables(areas=areas, reader=reader, names=names),
            RepeatZones(areas=areas, reader=reader, names=names),
            Bursts(areas=areas, reader=reader),
        )
