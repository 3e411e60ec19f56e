"""Profiles of areas: residents, incidents, rates, trend, hot areas, deprivation and sites."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import numpy as np

from boundaries.layers.layer import Layer
from boundaries.storage.store import LayerStore
from service.analyses.areas.hotspots import Hotspots
from service.analyses.growth.sites import site_notes, sites_source
from service.analyses.harm.weights import Harm, IncidentHarm
from service.analyses.inputs.area_counts import AreaCounts, Areas
from service.analyses.inputs.denominators import POPULATION, refuse_for_damaged
from service.analyses.inputs.within import Within
from service.analyses.profiles.drawn import drawn_areas
from service.analyses.profiles.incidents import (
    RatedOver,
    TwoYears,
    count_lines,
    harm_lines,
    rate_lines,
)
from service.analyses.profiles.lines import Line, columns_of
from service.analyses.profiles.measures import LayerMeasures
from service.analyses.profiles.rows import ProfileRow
from service.analyses.profiles.subjects import Subject
from service.analyses.profiles.surroundings import hot_lines, site_lines
from service.config.settings import Settings
from service.model.answers import Table
from service.model.errors import (
    AnalysisError,
    AreaTooSmallError,
    InvalidAreaError,
    NoHarmMatchError,
    NoStudyAreaError,
    OverBudgetError,
)
from service.model.provenance import layers_version, provenance, short_digest
from service.model.queries import IncidentQuery
from service.queries.areas import HotspotQuery
from service.queries.tables.profiles import DrawnProfileQuery, ProfileOptions, ProfileQuery
from service.store.errors import NoSitesError, UnknownAttributeError, UnknownHarmIndexError
from service.store.reference.measures import MeasureStore
from service.store.reference.sites import SiteStore
from spatial.errors import SpatialError

SPREAD: Final = (
    "Residents and other amounts are shared out by area, as if spread evenly over each area: an "
    "estimate wherever the border cuts one."
)
YEARS: Final = (
    "Trend and change are of the 24 months to the end of the period, whenever it begins."
)


class AreaProfiles:
    """Profiles of areas.

    Parameters
    ----------
    areas : Areas
        Counts of incidents.
    layers : LayerStore
        The boundary layers.
    measures : MeasureStore
        Residents, households, deprivation.
    sites : SiteStore
        The development sites.
    hotspots : Hotspots
        Hot areas.
    harm : Harm
        Days of harm of incidents.
    settings : Settings
        The least area, and the working CRS.
    """

    def __init__(
        self,
        *,
        areas: Areas,
        layers: LayerStore,
        measures: MeasureStore,
        sites: SiteStore,
        hotspots: Hotspots,
        harm: Harm,
        settings: Settings,
    ) -> None:
        self._areas = areas
        self._layers = layers
        self._measures = measures
        self._sites = sites
        self._hotspots = hotspots
        self._harm = harm
        self._settings = settings

    def version(self, dataset: str, layer_id: str | None) -> str:
        """A short digest of everything that a profile depends on, apart from the query.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        layer_id : str or None
            Id of a layer or grid; None for the one that is taken by default.

        Returns
        -------
        str
            It changes when the dataset, a layer, a measure, a site or the software does.
        """
        return short_digest(
            self._areas.version(dataset, layer_id),
            layers_version(self._layers),
            self._measures.revision(),
            self._sites.revision(),
            self._harm.revision(),
            "profile",
        )

    def table(self, dataset: str, query: ProfileQuery | DrawnProfileQuery) -> Table:
        """One `ProfileRow` per number.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : ProfileQuery or DrawnProfileQuery
            The area, filter and options.

        Returns
        -------
        Table
            Section by section.

        Raises
        ------
        InvalidAreaError, InvalidWithinError
            If an area is none, or lies outside the layer.
        AreaTooSmallError
            If it has fewer residents or less ground than a profile needs.
        UnknownHarmIndexError, NoHarmMatchError
            If a harm index or its column is named, and has none of the offences.
        UnknownLayerError, UnknownAreaError, UnknownMeasureError, NoStudyAreaError
            If what is named, or a layer at all, is not loaded.
        """
        places, layer = self._places(query), self._layer(query)
        incident_query = _incident_query(query)
        area_counts = self._areas.count(dataset, layer.layer_id, incident_query.incident_filter())
        draft = _Draft(
            [
                *(Subject.of_place(self._areas, area_counts, place) for place in places),
                Subject.of_all(area_counts),
            ]
        )
        measures = LayerMeasures.of(self._measures, layer, query, self._areas.crosswalks)
        residents = self._add_measures(draft, measures)
        draft.add(lambda _, subject: count_lines(area_counts, subject))
        rated = None
        if measures.residents is None:
            draft.notes.append("There are no rates: the layer has no residents.")
        else:
            rated = RatedOver(
                measures.residents.measure, measures.has_residents, query.per, tuple(residents)
            )
            draft.add(partial(rate_lines, area_counts, rated))
        harm = self._harm_of(draft, area_counts, query)
        if harm is not None:
            draft.add(partial(harm_lines, area_counts, harm, rated))
        draft.add(lambda _, subject: subject.placement_lines(area_counts))
        with draft.section("trend"):
            years = TwoYears.of(area_counts.selection)
            draft.add(lambda _, subject: years.lines(subject))
        with draft.section("hot areas"):
            question = HotspotQuery.model_validate(incident_query.model_dump(by_alias=True))
            table = self._hotspots.table(dataset, layer.layer_id, question)
            draft.add(lambda _, subject: hot_lines(table, subject))
        sites = self._add_sites(draft, query.near_m)
        for subject in draft.subjects[:-1]:
            draft.notes += _notes(subject, area_counts)
        selection = area_counts.selection
        labels = dict(zip(("within", "beside"), places, strict=False))
        return Table(
            kind="profile",
            row=ProfileRow,
            columns=columns_of(draft.lines[:-1], draft.lines[-1]),
            provenance=provenance(
                sources={
                    **area_counts.sources(),
                    **measures.sources(),
                    **sites,
                    **({} if harm is None else {"harm_index": harm.source()}),
                    **{name: place.source() for name, place in labels.items()},
                },
                filter={
                    **selection.provenance_filter(),
                    **{name: place.label for name, place in labels.items()},
                },
                method={
                    "name": "area profile",
                    "areas": [place.name for place in places],
                    "comparison": draft.subjects[-1].name,
                    "layer": layer.layer_id,
                    "apportioned_by": "area (tobler)",
                    "per": query.per,
                    "near_m": query.near_m,
                    "most_deprived_deciles": query.deciles,
                    **self._settings.profile.model_dump(),
                },
                counts={
                    "records": selection.records,
                    "inside": int(np.count_nonzero(selection.mask & draft.subjects[0].inside)),
                    **area_counts.placement.counts(selection.mask),
                },
                notes=(*area_counts.notes(), *draft.notes),
            ),
        )

    def _add_measures(self, draft: "_Draft", measures: LayerMeasures) -> list[float]:
        """Add what measures say of each subject; the residents of each."""
        sums = [measures.sums(subject) for subject in draft.subjects]
        residents = [measures.population(of_subject) for of_subject in sums]
        for subject, number in zip(draft.subjects[:-1], residents, strict=False):
            self._refuse_small(subject, number)
        draft.add(lambda k, subject: measures.lines(subject, sums[k]))
        return residents

    def _harm_of(
        self, draft: "_Draft", area_counts: AreaCounts, query: ProfileOptions
    ) -> IncidentHarm | None:
        """The harm of the incidents; None where no index has the offences and none is named."""
        selection = area_counts.selection
        try:
            harm = self._harm.of(selection.incidents, query.harm_choice)
        except (UnknownHarmIndexError, UnknownAttributeError, NoHarmMatchError) as error:
            if query.harm_index is not None or query.harm_column is not None:
                raise
            draft.notes.append(f"There is no section 'harm': {error}.")
            return None
        draft.notes += harm.notes(selection.mask)
        return harm

    def _add_sites(self, draft: "_Draft", near_m: float) -> dict[str, Any]:
        """Add the development sites, where any are imported; their source."""
        try:
            sites = self._sites.open()
        except NoSitesError:
            draft.notes.append("No development sites are imported.")
            return {}
        draft.add(lambda _, subject: site_lines(sites, subject, near_m))
        draft.notes += site_notes(sites)
        return {"sites": sites_source(sites)}

    def _places(self, query: ProfileQuery | DrawnProfileQuery) -> tuple[Within, ...]:
        """The areas of the profile, one or two."""
        if isinstance(query, DrawnProfileQuery):
            places = drawn_areas(query.area, self._settings.crs)
        else:
            places = (self._areas.within(query.within),)
        if query.beside is not None:
            if len(places) > 1:
                raise InvalidAreaError("two areas are drawn, and a third is named by beside")
            places = (*places, self._areas.within(query.beside))
        return places

    def _layer(self, query: ProfileOptions) -> Layer:
        """The layer that is named, or the finest that has residents, or the finest."""
        if query.layer is not None:
            return self._areas.layer(query.layer)
        layers = self._layers.all()
        with_residents = [
            layer
            for layer in layers
            if any(m.measure in POPULATION for m in self._measures.available(layer.layer_id))
        ]
        finest = max(with_residents or layers, key=len, default=None)
        refuse_for_damaged(self._layers, self._measures, finest, POPULATION)
        if finest is None:
            raise NoStudyAreaError
        return finest

    def _refuse_small(self, subject: Subject, residents: float) -> None:
        """Raise where an area is outside the layer, or too small for a profile."""
        limits = self._settings.profile
        if not subject.share.any():
            raise InvalidAreaError(
                f"{subject.name} lies outside layer {subject.layer.layer_id}: it meets none "
                f"of its {len(subject.layer):,} areas"
            )
        hectares = 100.0 * subject.area_km2
        if hectares < limits.least_hectares:
            raise AreaTooSmallError(
                subject.name, f"{hectares:.2g} ha of ground", f"{limits.least_hectares:g} ha"
            )
        if not math.isnan(residents) and residents < limits.least_residents:
            raise AreaTooSmallError(
                subject.name,
                f"about {residents:,.0f} residents",
                f"{limits.least_residents:,g} residents",
            )


@dataclass
class _Draft:
    """The lines of each subject, and the notes, while they are gathered."""

    subjects: list[Subject]
    notes: list[str] = field(default_factory=lambda: [SPREAD, YEARS])
    lines: list[list[Line]] = field(init=False)

    def __post_init__(self) -> None:
        self.lines = [[] for _ in self.subjects]

    def add(self, make: Callable[[int, Subject], list[Line]]) -> None:
        """Add lines to every subject, made from its number and itself."""
        more = [make(k, subject) for k, subject in enumerate(self.subjects)]
        for of_subject, lines in zip(self.lines, more, strict=True):
            of_subject.extend(lines)

    @contextmanager
    def section(self, title: str) -> Iterator[None]:
        """Note that a section is missing, and why, where it cannot be made."""
        try:
            yield
        except OverBudgetError:
            raise
        except (SpatialError, AnalysisError) as error:
            self.notes.append(f"There is no section {title!r}: {error}.")


def _incident_query(query: ProfileOptions) -> IncidentQuery:
    """Which incidents a query is about, wherever they are."""
    members = query.model_dump(by_alias=True, exclude_none=True, exclude={"within"})
    names = {field.alias or name for name, field in IncidentQuery.model_fields.items()}
    return IncidentQuery.model_validate({k: v for k, v in members.items() if k in names})


def _notes(subject: Subject, area_counts: AreaCounts) -> list[str]:
    """How incidents were placed in an area, and what of it is outside the layer."""
    covered = float(subject.share @ subject.layer.areas_km2) / subject.area_km2
    notes = []
    if covered < 1.0 - 1e-3:
        notes.append(
            f"{100.0 * (1.0 - covered):.1f} % of {subject.name} lies outside layer "
            f"{subject.layer.layer_id}, of which nothing but incidents is known."
        )
    located, outside, inside, unlocated = (
        int(line.value) for line in subject.placement_lines(area_counts)
    )
    how = (
        "what is located inside counts, whatever its area code"
        if subject.is_by_point
        else "incidents count as in every table by area, by supplied code where there is one"
    )
    if outside or inside or unlocated:
        notes.append(
            f"In {subject.name} {how}. {located:,} are located inside, of which "
            f"{outside:,} have the code of an area outside; {inside:,} located outside and "
            f"{unlocated:,} without a place have the code of an area inside."
        )
    return notes
