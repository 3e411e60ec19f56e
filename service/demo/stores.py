"""The stores that the demonstration county is written to."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.ipc

from boundaries.storage.store import LayerStore
from service.store.incidents import IncidentStore
from service.store.reference.area_groups import AreaGroupStore
from service.store.reference.backgrounds import BACKGROUND, BackgroundStore
from service.store.reference.events import EventStore
from service.store.reference.flag_rules import FlagRuleStore
from service.store.reference.harm_index import HarmIndexStore
from service.store.reference.measures import MeasureStore
from service.store.reference.place_sets import GAZETTEER, PlaceSetStore
from service.store.reference.roads import RoadStore
from service.store.reference.sites import SiteStore
from service.store.source_files import SourceFile


@dataclass(frozen=True)
class DemoStores:
    """The stores that the county is written to."""

    layers: LayerStore
    incidents: IncidentStore
    measures: MeasureStore
    sites: SiteStore
    harm_indices: HarmIndexStore
    flag_rules: FlagRuleStore
    events: EventStore
    area_groups: AreaGroupStore
    gazetteer: PlaceSetStore
    roads: RoadStore
    background: BackgroundStore
    place_sets: PlaceSetStore

    @classmethod
    def of(cls, data_dir: Path, *, crs: str) -> "DemoStores":
        """The stores of a data folder."""
        return cls(
            LayerStore(data_dir / "boundaries", crs=crs),
            IncidentStore(data_dir / "incidents", crs=crs),
            MeasureStore(data_dir / "measures"),
            SiteStore(data_dir / "sites", crs=crs),
            HarmIndexStore(data_dir / "harm_indices"),
            FlagRuleStore(data_dir / "flag_rules"),
            EventStore(data_dir / "events"),
            AreaGroupStore(data_dir / "area_groups"),
            PlaceSetStore(data_dir / GAZETTEER, crs=crs, name=GAZETTEER),
            RoadStore(data_dir / "roads", crs=crs),
            BackgroundStore(data_dir / BACKGROUND),
            PlaceSetStore(data_dir / "place_sets", crs=crs),
        )


def source_file(name: str, rows: pa.Table) -> SourceFile:
    """A stand-in for a source file: the same rows have the same digest."""
    sink = pa.BufferOutputStream()
    with pyarrow.ipc.new_stream(sink, rows.schema) as stream:
        stream.write_table(rows.combine_chunks())
    return SourceFile(f"demo-{name}", hashlib.sha256(sink.getvalue()).hexdigest())
