"""Clusters of incidents: found, described, and held against chance."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np

from boundaries.storage.store import LayerStore
from service.analyses.clusters.chance import Chance, chance_of
from service.analyses.clusters.columns import columns_of, descriptions_of, shapes_of
from service.analyses.clusters.findings import (
    LEVEL,
    Findings,
    Pattern,
    held_against,
    method_of,
    work_of,
)
from service.analyses.clusters.rows import ClusterRow
from service.analyses.density.chance import finest_residents
from service.analyses.density.peak_names import PlaceNames as AreaNames
from service.analyses.density.surfaces import points_inside_area
from service.analyses.harm.weights import Harm
from service.analyses.inputs.selection import Selection, select
from service.analyses.inputs.study_area import StudyArea, study_area, study_area_label
from service.analyses.inputs.within import Within, resolve
from service.analyses.naming.names import PlaceNames
from service.config.settings import Settings
from service.model.answers import Table
from service.model.errors import NotStatedError
from service.model.provenance import (
    SOFTWARE,
    dataset_source,
    layers_version,
    provenance,
    short_digest,
)
from service.queries.patterns.clusters import ClustersQuery
from service.runtime.budget import spend
from service.runtime.cancellation import check_cancelled
from service.sentences.numbers import counted
from service.store.incident_rows import PRECISIONS
from service.store.incidents import IncidentStore
from service.store.reference.measures import MeasureStore
from spatial.arrays import BoolArray, FloatArray
from spatial.bandwidths.distinct_points import LocationError, location_error_m
from spatial.clusters.methods import OVER_RECORDS, Method


class Clusters:
    """Clusters of incidents.

    Parameters
    ----------
    incidents : IncidentStore
        The datasets.
    layers : LayerStore
        Boundary layers, for the study area, `within`, residents and names of places.
    measures : MeasureStore
        Residents, as what chance would give.
    harm : Harm
        The harm of incidents.
    names : PlaceNames
        Names of the nearest streets.
    settings : Settings
        CRS and study area.
    """

    def __init__(
        self,
        *,
        incidents: IncidentStore,
        layers: LayerStore,
        measures: MeasureStore,
        harm: Harm,
        names: PlaceNames,
        settings: Settings,
    ) -> None:
        self._incidents = incidents
        self._layers = layers
        self._measures = measures
        self._harm = harm
        self._names = names
        self._settings = settings

    def version(self, dataset: str, query: ClustersQuery) -> str:
        """A short digest of everything that clusters depend on, apart from the query.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : ClustersQuery
            The query.

        Returns
        -------
        str
            It changes when the dataset, a layer, a measure, a harm index or the software does.
        """
        return short_digest(
            "clusters",
            self._incidents.revision(dataset),
            study_area_label(self._layers, self._settings.study_area),
            layers_version(self._layers),
            self._measures.revision(),
            self._harm.revision(),
            self._names.version(),
            SOFTWARE,
        )

    def table(self, dataset: str, query: ClustersQuery) -> Table:
        """One `ClusterRow` per cluster, the largest first; those of the second order last.

        Only incidents in the study area, or in `within`, are clustered.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : ClustersQuery
            Filter, method, its parameters, and the null.

        Returns
        -------
        Table
            With the shapes of the clusters.

        Raises
        ------
        NotStatedError
            If days are needed and all records are known by month only.
        UnknownStatisticError
            If residents are asked for and none are known.
        TooMuchWorkError
            If more places are neighbours than can be held.
        """
        incidents = self._incidents.open(dataset)
        study = study_area(self._layers, self._settings.study_area)
        within = None if query.within is None else resolve(self._layers, query.within)
        region = study.geometry if within is None else within.geometry
        location = location_error_m(incidents.xy_m[incidents.located])
        harm = self._harm.of(incidents, query.harm_choice) if query.harm else None
        incident_filter = dataclasses.replace(query.incident_filter(), within=None)
        selection = select(incidents, incident_filter, harm)
        is_inside = _inside(region, incidents.xy_m, incidents.located)
        selection, without_day = _with_days(selection, query)
        chosen = np.flatnonzero(selection.mask & is_inside)
        pattern = Pattern.of(selection, chosen, query)
        area_m2 = float(region.area)
        method = method_of(query, pattern, area_m2=area_m2)
        spend(work_of(query, method, pattern))
        labels = method.labels(pattern.xy_m, pattern.weights, pattern.days)
        check_cancelled()
        chance = chance_of(
            query,
            finest_residents(self._layers, self._measures),
            region,
            pattern.xy_m,
            places_m=incidents.xy_m[is_inside],
            location=location,
        )
        findings = held_against(chance, pattern, labels, method, query, area_m2=area_m2)
        areas = AreaNames.of(self._layers, query.layer)
        descriptions = descriptions_of(pattern, findings)
        names = self._names.near(
            np.array([(one.x_m, one.y_m) for one in descriptions]).reshape(-1, 2),
            incidents=incidents,
        )
        return Table(
            kind="clusters",
            row=ClusterRow,
            columns=columns_of(pattern, findings, query, descriptions, areas, names),
            geometries=shapes_of(pattern, findings, query, descriptions),
            crs=self._settings.crs,
            provenance=provenance(
                sources={
                    "dataset": dataset_source(incidents),
                    **selection.harm_source(),
                    **_place_sources(study, within),
                    **chance.sources(),
                    **names.members,
                },
                filter={**selection.provenance_filter(), "within": query.within},
                method=_described(query, method, chance, findings, areas),
                counts=_counts(
                    selection,
                    is_inside,
                    "outside" if within is None else "in_layer_elsewhere",
                    int(np.count_nonzero(labels >= 0)),
                ),
                notes=(
                    *selection.coverage_notes(),
                    *_notes(query, method, findings, location, without_day),
                    *chance.notes(),
                    *names.notes,
                ),
            ),
        )


def _inside(region: Any, xy_m: FloatArray, located: BoolArray) -> BoolArray:
    """Which incidents are located and in the region."""
    is_inside = located.copy()
    is_inside[located] = points_inside_area(region, xy_m[located])
    return is_inside


def _with_days(selection: Selection, query: ClustersQuery) -> tuple[Selection, int]:
    """The records that have a day, where days are needed; and how many are left out."""
    if query.metres_per_day is None:
        return selection, 0
    has_day = selection.incidents.precision != PRECISIONS.index("month")
    dated = selection.inside(has_day)
    if selection.records and not dated.records:
        raise NotStatedError(selection.incidents.dataset, "day", selection.records)
    return dated, selection.records - dated.records


def _counts(
    selection: Selection, is_inside: BoolArray, elsewhere: str, clustered: int
) -> dict[str, int]:
    """Records by where they are, and those in a cluster; the name of those not in the region."""
    located = selection.located
    inside = int(np.count_nonzero(selection.mask & is_inside))
    return {
        "records": selection.records,
        "located": located,
        "unlocated": selection.records - located,
        elsewhere: located - inside,
        "in_clusters": clustered,
    }


def _place_sources(study: StudyArea, within: Within | None) -> dict[str, Any]:
    """The study area, and what the answer is restricted to."""
    source = {"id": study.label, "version": study.version, "synthetic": study.synthetic}
    return {"study_area": source, **({} if within is None else {"within": within.source()})}


def _described(
    query: ClustersQuery, method: Method, chance: Chance, findings: Findings, areas: AreaNames
) -> dict[str, Any]:
    """The method with every parameter that was used."""
    described: dict[str, Any] = {
        "name": "clusters",
        "method": method.name,
        "distance_m": None if method.name == "hdbscan" else round(method.distance_m, 1),
        "minimum": method.minimum,
        "clustered": "harm" if query.harm and method.name == "dbscan" else "incidents",
        "metres_per_day": method.metres_per_day,
        "shape": query.shape,
        "places_from": areas.layer_id,
        **({"weights": "summed"} if query.harm else {}),
        "significance": {
            "test": "Monte Carlo maximum of the likelihood ratio of a cluster",
            **chance.method(),
            "reach_m": round(findings.reach_m, 1),
            "draws": findings.draws,
            "seed": query.seed,
            "level": LEVEL,
        },
    }
    if method.name == "nearest-neighbour":
        described["second_order_distance_m"] = round(findings.second_threshold_m, 1)
    return described


def _notes(
    query: ClustersQuery,
    method: Method,
    findings: Findings,
    location: LocationError,
    without_day: int,
) -> Iterator[str]:
    """What must be known of the method, the places and the days."""
    if method.name in OVER_RECORDS:
        yield (
            "This method looks at single records and takes no weights"
            + (": harm describes its clusters and does not make them." if query.harm else ".")
        )
    elif method.name == "nearest-neighbour" and query.harm:
        yield "Incidents are counted: harm describes the clusters and does not make them."
    if method.name != "hdbscan" and method.distance_m < location.error_m:
        yield (
            f"The distance of {method.distance_m:,.0f} m is below the location error of the data, "
            f"about {location.error_m:,.0f} m: clusters show the places to which records were "
            "moved, not where incidents happened."
        )
    if without_day:
        yield (
            f"{counted(without_day, 'record is', 'records are')} left out: they are known by "
            "month only, and clusters in time need a day."
        )
    if not findings.draws:
        return
    if method.name == "nearest-neighbour":
        yield "Clusters of the second order are not tested: they are made of clusters."
    yield (
        "Each p is over all clusters: with no pattern beyond chance some cluster has "
        f"{LEVEL} or less in at most 5 % of maps."
    )
