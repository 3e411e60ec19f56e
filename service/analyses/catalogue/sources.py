"""The table of data sources that an assessment carries: everything loaded, with its limits."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from boundaries.errors import DamagedLayerError
from boundaries.layers.layer import Layer
from boundaries.storage.store import LayerStore
from service.analyses.catalogue.catalogue import Catalogue
from service.analyses.catalogue.limits import limits_of, uses_of
from service.analyses.catalogue.rows import SourceRow
from service.model.answers import Table
from service.model.provenance import provenance, short_digest
from service.sentences.numbers import counted
from service.store.errors import DamagedTableError, NoSitesError
from service.store.incidents import Incidents, IncidentStore
from service.store.reference.backgrounds import BackgroundStore
from service.store.reference.events import EventStore
from service.store.reference.harm_index import HarmIndexStore
from service.store.reference.lookups import LookupStore
from service.store.reference.measures import MeasureInfo, MeasureStore
from service.store.reference.neighbours import NeighbourStore
from service.store.reference.place_sets import GAZETTEER, Places, PlaceSetStore
from service.store.reference.postcodes import PostcodeStore
from service.store.reference.roads import RoadStore
from service.store.reference.sites import SiteStore

DAMAGED: Final = (DamagedLayerError, DamagedTableError)


@dataclass(frozen=True)
class Source:
    """One row of the table; the names are those of its columns."""

    kind: str
    id: str
    title: str
    records: int
    unit: str
    source: str
    licence: str
    synthetic: bool
    first: str | None = None
    last: str | None = None
    located: int | None = None
    description: str = ""
    uses: str = ""
    limits: tuple[str, ...] = ()
    version: str = ""


class SourceTables:
    """Tables of data sources.

    Parameters
    ----------
    catalogue : Catalogue
        Versions, and what lies outside the study area.
    incidents : IncidentStore
    layers : LayerStore
    measures : MeasureStore
    sites : SiteStore
    lookups : LookupStore
    postcodes : PostcodeStore
    events : EventStore
    harm_indices : HarmIndexStore
    gazetteer, place_sets : PlaceSetStore
    roads : RoadStore
    background : BackgroundStore
    neighbours : NeighbourStore
        What is loaded.
    """

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        incidents: IncidentStore,
        layers: LayerStore,
        measures: MeasureStore,
        sites: SiteStore,
        lookups: LookupStore,
        postcodes: PostcodeStore,
        events: EventStore,
        harm_indices: HarmIndexStore,
        gazetteer: PlaceSetStore,
        roads: RoadStore,
        background: BackgroundStore,
        place_sets: PlaceSetStore,
        neighbours: NeighbourStore,
    ) -> None:
        self._catalogue = catalogue
        self._incidents = incidents
        self._layers = layers
        self._measures = measures
        self._sites = sites
        self._lookups = lookups
        self._postcodes = postcodes
        self._events = events
        self._harm_indices = harm_indices
        self._gazetteer = gazetteer
        self._roads = roads
        self._background = background
        self._place_sets = place_sets
        self._neighbours = neighbours

    def version(self) -> str:
        """A short digest of everything that the table depends on.

        Returns
        -------
        str
            It changes with everything that is imported.
        """
        tables = (
            self._measures, self._sites, self._lookups, self._postcodes, self._events,
            self._harm_indices, self._gazetteer, self._roads, self._place_sets,
            self._neighbours, self._background,
        )  # fmt: skip
        imports = [self._incidents.imports(name) for name in self._incidents.ids()]
        everything = self._catalogue.everything_version()
        return short_digest(everything, *(table.revision() for table in tables), imports)

    def table(self) -> Table:
        """One `SourceRow` for everything that is loaded.

        Returns
        -------
        Table
            Datasets, layers, measures and tables of reference, each in the order of their lists.
        """
        notes: list[str] = []
        rows: list[Source] = []
        for part in (
            lambda: map(self._dataset, self._incidents.all()),
            lambda: map(_of_layer, self._layers.all()),
            self._of_measures,
            self._of_sites,
            self._of_lookups,
            self._of_postcodes,
            self._of_events,
            self._of_harm_indices,
            self._of_gazetteer,
            self._of_roads,
            self._of_background,
            self._of_place_sets,
            self._of_neighbours,
        ):
            rows += _sound(part, notes)
        notes += [
            f"{entry['part']} {entry['name']} is damaged and left out, or served as it was before."
            for entry in self._catalogue.damaged_entries()
        ]
        datasets = [row for row in rows if row.kind == "dataset"]
        return Table(
            kind="sources",
            row=SourceRow,
            columns=_columns(rows),
            provenance=provenance(
                sources={f"{row.kind}:{row.id}": {"synthetic": row.synthetic} for row in rows},
                filter={},
                method={"name": "data sources"},
                counts={"records": sum(row.records for row in datasets)},
                notes=tuple(dict.fromkeys(notes)),
            ),
        )

    def _dataset(self, incidents: Incidents) -> Source:
        span = incidents.coverage.whole
        try:
            outside = self._catalogue.outside(incidents)
        except DAMAGED:
            outside = None
        imports = self._incidents.imports(incidents.dataset)
        return Source(
            "dataset",
            incidents.dataset,
            incidents.title,
            len(incidents),
            "incidents",
            incidents.source,
            incidents.licence,
            incidents.synthetic,
            None if span is None else str(span.first),
            None if span is None else str(span.last),
            incidents.located_count,
            incidents.description,
            uses_of(incidents),
            limits_of(incidents, outside=outside, imports=imports),
            str(incidents.version),
        )

    def _of_measures(self) -> Iterator[Source]:
        """The measures of the layers that are imported."""
        for layer in self._layers.all():
            for info in self._measures.available(layer.layer_id):
                yield _of_measure(info, layer, self._measures)

    def _of_sites(self) -> Iterator[Source]:
        with contextlib.suppress(NoSitesError):
            sites = self._sites.open()
            limits = [
                f"{counted(number, 'site does', 'sites do')} not state {what}"
                for number, what in (
                    (_missing(sites.homes_planned), "how many homes are planned"),
                    (_missing(sites.homes_completed), "how many are complete"),
                )
                if number
            ]
            approximate = sum(bool(position) for position in sites.positions)
            if approximate:
                limits.append(f"positions of {approximate:,} sites have a remark")
            yield Source(
                "development sites",
                "sites",
                "Development sites",
                len(sites),
                "sites",
                "; ".join(sites.sources),
                "; ".join(sites.licences),
                sites.synthetic,
                uses="growth: homes planned and to come",
                limits=tuple(limits),
                version=str(sites.version),
            )

    def _of_lookups(self) -> Iterator[Source]:
        for lookup in self._lookups.available():
            shared = "" if lookup.weight == "nothing" else f"shared out by {lookup.weight}"
            yield Source(
                "lookup",
                f"{lookup.key.from_layer} to {lookup.key.to_layer}",
                lookup.loaded_from,
                len(lookup.changes.old),
                "pairs",
                lookup.source,
                lookup.licence,
                False,
                uses="carries counts and measures from one layer to the other",
                limits=(f"areas that were split are {shared}",) if shared else (),
                version=str(lookup.version),
            )

    def _of_postcodes(self) -> Iterator[Source]:
        postcodes = self._postcodes.open()
        if postcodes is not None:
            placed = int(np.count_nonzero(postcodes.has_place))
            lost = len(postcodes) - placed
            yield Source(
                "postcodes",
                "postcodes",
                "Postcodes",
                len(postcodes),
                "postcodes",
                "; ".join(postcodes.sources),
                "; ".join(postcodes.licences),
                False,
                located=placed,
                uses="places records that state a postcode; search by postcode",
                limits=(f"{lost:,} postcodes have no place",) if lost else (),
                version=str(postcodes.version),
            )

    def _of_events(self) -> Iterator[Source]:
        events = self._events.all()
        if events:
            breaks = sum(event.is_break for event in events)
            yield Source(
                "events",
                "events",
                "Events",
                len(events),
                "events",
                _together(event.source for event in events),
                _together(event.licence for event in events),
                False,
                str(events[0].first_day),
                str(max(event.last_day or event.first_day for event in events)),
                uses="explains series and marks their breaks",
                limits=(f"{breaks:,} of them break a series",) if breaks else (),
            )

    def _of_harm_indices(self) -> Iterator[Source]:
        for index_id in self._harm_indices.ids():
            index = self._harm_indices.open(index_id)
            yield Source(
                "harm index",
                index_id,
                index.loaded_from,
                len(index),
                "offences",
                index.source,
                index.licence,
                index.synthetic,
                uses=f"days of harm by {index.matched_on}",
                version=str(index.version),
            )

    def _of_gazetteer(self) -> Iterator[Source]:
        places = self._gazetteer.get(GAZETTEER)
        if places is not None:
            yield _of_places(places, "gazetteer", "names", "names places in lists")

    def _of_place_sets(self) -> Iterator[Source]:
        for name in self._place_sets.names():
            yield _of_places(self._place_sets.open(name), "places", "places", "what is near them")

    def _of_neighbours(self) -> Iterator[Source]:
        for imported in self._neighbours.all():
            yield Source(
                "neighbours",
                f"imported:{imported.name}",
                imported.loaded_from,
                len(imported.code),
                "links",
                imported.source,
                imported.licence,
                synthetic=False,
                uses=f"neighbours= of layer {imported.layer}",
                version=self._neighbours.revision(),
            )

    def _of_roads(self) -> Iterator[Source]:
        roads = self._roads.get()
        if roads is not None:
            nameless = roads.names.null_count
            yield Source(
                "roads",
                "roads",
                roads.loaded_from,
                len(roads),
                "lines",
                roads.source,
                roads.licence,
                roads.synthetic,
                uses="street segments; names places in lists",
                limits=(f"{nameless:,} have no name",) if nameless else (),
                version=str(roads.version),
            )

    def _of_background(self) -> Iterator[Source]:
        background = self._background.get()
        if background is not None:
            about = background.about
            yield Source(
                "background",
                "background",
                about.title,
                len(background),
                "tiles",
                about.source,
                about.licence,
                about.synthetic,
                uses="the map behind the layers of the page",
                version=str(background.version),
            )


def _of_places(places: Places, kind: str, unit: str, uses: str) -> Source:
    nameless = places.names.null_count
    return Source(
        kind,
        places.place_set,
        places.loaded_from,
        len(places),
        unit,
        places.source,
        places.licence,
        places.synthetic,
        located=len(places),
        uses=uses,
        limits=(f"{nameless:,} have no name",) if nameless else (),
        version=str(places.version),
    )


def _of_layer(layer: Layer) -> Source:
    metadata = layer.metadata
    return Source(
        "boundary layer",
        layer.layer_id,
        metadata.title,
        len(layer),
        "areas",
        metadata.source,
        metadata.licence,
        metadata.synthetic,
        metadata.vintage or None,
        metadata.vintage or None,
        uses="tables and maps by area",
        limits=() if metadata.vintage else ("no vintage is stated",),
        version=metadata.version,
    )


def _of_measure(info: MeasureInfo, layer: Layer, measures: MeasureStore) -> Source:
    column = measures.column(layer.layer_id, info.measure)
    missing = _missing(column.values_for(layer.codes))
    limits = [f"{missing:,} of {len(layer):,} areas have no value of {column.period}"]
    return Source(
        "measure",
        f"{layer.layer_id}:{info.measure}",
        f"{info.measure} by {layer.layer_id}",
        info.areas[-1],
        "areas",
        info.source,
        info.licence,
        info.synthetic,
        info.periods[0],
        info.periods[-1],
        uses=f"denominators, or levels of areas{f' ({info.unit})' if info.unit else ''}",
        limits=tuple(limits if missing else ()),
        version=str(column.version),
    )


def _missing(values: Any) -> int:
    return int(np.count_nonzero(~np.isfinite(values)))


def _together(texts: Any) -> str:
    """Different texts in their order."""
    return "; ".join(dict.fromkeys(text for text in texts if text))


def _sound(part: Callable[[], Any], notes: list[str]) -> list[Source]:
    """The rows of a part of the data; without them, that it is damaged."""
    try:
        return list(part())
    except DAMAGED as error:
        notes.append(f"{error.part} is damaged and left out.")
        return []


def _columns(rows: Sequence[Source]) -> dict[str, Any]:
    """The rows as the columns of a `SourceRow`."""

    def texts(name: str) -> Any:
        return np.array([getattr(row, name) or None for row in rows], dtype=object)

    def limits(row: Source) -> str | None:
        stated = [
            f"no {name} is stated" for name in ("source", "licence") if not getattr(row, name)
        ]
        invented = ["invented for demonstration"] if row.synthetic else []
        return "; ".join([*invented, *row.limits, *stated]) or None

    located = np.array([row.located for row in rows], dtype=object)
    shares = [
        np.nan if row.located is None or not row.records else 100.0 * row.located / row.records
        for row in rows
    ]
    return {
        "kind": np.array([row.kind for row in rows], dtype=object),
        "id": np.array([row.id for row in rows], dtype=object),
        "title": texts("title"),
        "description": texts("description"),
        "uses": texts("uses"),
        "source": texts("source"),
        "licence": texts("licence"),
        "first": texts("first"),
        "last": texts("last"),
        "records": np.array([row.records for row in rows], dtype=np.int64),
        "unit": np.array([row.unit for row in rows], dtype=object),
        "located": located,
        "located_share": np.array(shares, dtype=np.float64),
        "limits": np.array([limits(row) for row in rows], dtype=object),
        "version": texts("version"),
        "synthetic": np.array([row.synthetic for row in rows], dtype=np.bool_),
    }
