"""The analyses of repeats, which share what is known of the incidents."""

from dataclasses import dataclass
from typing import Self

from service.analyses.inputs.area_counts import Areas
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
    def of(cls, areas: Areas) -> Self:
        """The analyses over the incidents that some areas select.

        Parameters
        ----------
        areas : Areas
            Selects and places the incidents.

        Returns
        -------
        RepeatAnalyses
        """
        reader = IncidentReader(areas)
        return cls(
            KnoxTables(areas=areas, reader=reader),
            NearRepeatTables(areas=areas, reader=reader),
            RepeatChainTables(areas=areas, reader=reader),
            RepeatZones(areas=areas, reader=reader),
            Bursts(areas=areas, reader=reader),
        )
