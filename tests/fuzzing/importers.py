"""The importers as functions of bytes, and files from which damaged ones are made."""

import gzip
import io
import json
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio
import shapely

from boundaries.errors import BoundaryError
from boundaries.layers.layer import Layer, LayerMetadata
from service.imports.area_groups import AreaGroupOptions, import_area_groups
from service.imports.background.importer import import_background
from service.imports.boundaries import import_boundaries
from service.imports.events import EventOptions, import_events
from service.imports.harm_index import HarmIndexOptions, import_harm_index
from service.imports.incidents.csv import IncidentColumns, import_csv
from service.imports.incidents.importer import ImportOptions
from service.imports.incidents.police_uk import HEADER, import_police_uk
from service.imports.lookups import LookupOptions, import_lookup
from service.imports.measures import MeasureOptions, MeasureValue, import_measures
from service.imports.neighbours import NeighbourOptions, import_neighbours
from service.imports.places.importer import import_gazetteer, import_places
from service.imports.places.roads import import_roads
from service.imports.postcodes.importer import import_postcodes
from service.imports.sites.importer import import_sites
from service.store.errors import ImportRefusedError, StoreError
from service.store.reference.lookups import LookupKey
from spatial.errors import SpatialError
from tests.service.imports.background.files import (
    EXAMPLE,
    INSIDE,
    ZOOMSTACK,
    mbtiles,
    pmtiles,
    tile_of,
)

BNG = "EPSG:27700"


class Nowhere:
    """A store that is empty, and refuses what it is given to keep."""

    crs = BNG

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "store"

    def check_import(self, *_: object, **__: object) -> None:
        """Nothing was imported before."""

    def check_writable(self) -> None:
        """As if it could be written to."""

    def facts(self, _: str) -> None:
        """There is no dataset."""

    def has(self, _: str) -> bool:
        return False

    def known_ids(self, *_: object, **__: object) -> pa.Array:
        return pa.array([], pa.string())

    def append(self, *_: object, **__: object) -> None:
        raise ImportRefusedError("nowhere", "can be stored here")

    save = append


@dataclass(frozen=True)
class Importer:
    """An importer, with files that it reads.

    Attributes
    ----------
    read : callable
        Given a store and a file.
    seeds : tuple of bytes
        Contents of files that it accepts.
    suffix : str
        Of the file's name.
    """

    read: Callable[[Any, Path], object]
    seeds: tuple[bytes, ...]
    suffix: str = ".csv"

    def feed(self, content: bytes, folder: Path) -> bool:
        """Import a file with some content: whether it was accepted.

        Any error that is not one of ours is a fault of the importer and comes out.
        """
        path = folder / f"2024-01-fed-street{self.suffix}"
        path.write_bytes(content)
        try:
            self.read(Nowhere(folder), path)
        except (StoreError, BoundaryError, SpatialError) as error:
            return str(error) == str(ImportRefusedError("nowhere", "can be stored here"))
        return True


def _csv(store: Any, path: Path) -> object:
    columns = IncidentColumns(
        time="when",
        time_of_day="at",
        date_form="uk",
        x="x",
        y="y",
        crs=BNG,
        category="kind",
        incident_id="ref",
        weight="weight",
        area_code="area",
        attributes={"note": "note"},
    )
    return import_csv(store, [path], columns, ImportOptions("fed", max_rejected_share=1.0))


def _police_uk(store: Any, path: Path) -> object:
    return import_police_uk(store, [path], ImportOptions("fed", max_rejected_share=1.0))


def _measures(store: Any, path: Path) -> object:
    options = MeasureOptions(layer="areas", code_field="code", max_rejected_share=1.0)
    return import_measures(store, path, [MeasureValue("people", "2021", "people")], options)


def _area_groups(store: Any, path: Path) -> object:
    return import_area_groups(store, path, AreaGroupOptions(max_rejected_share=1.0))


def _events(store: Any, path: Path) -> object:
    return import_events(store, path, EventOptions(max_rejected_share=1.0))


def _lookup(store: Any, path: Path) -> object:
    options = LookupOptions(LookupKey("old", "new"), "old", "new", change_field="change")
    return import_lookup(store, path, options)


def _harm_index(store: Any, path: Path) -> object:
    options = HarmIndexOptions("fed", "days", "code", "offence", max_rejected_share=1.0)
    return import_harm_index(store, path, options)


def _neighbours(store: Any, path: Path) -> object:
    squares = np.array([shapely.box(k, 0, k + 1, 1) for k in range(3)], dtype=object)
    layer = Layer(LayerMetadata("areas", "Areas", BNG), ("a", "b", "c"), ("A", "B", "C"), squares)
    options = NeighbourOptions(name="fed", max_rejected_share=1.0)
    return import_neighbours(store, path, layer, options)


def _boundaries(store: Any, path: Path) -> object:
    return import_boundaries(store, path, layer="fed", code_field="code")


def _geojson(properties: dict[str, object], count: int = 2) -> bytes:
    features = [
        {
            "type": "Feature",
            "properties": {
                key: f"{value}{n}" if key in ("code", "site_id") else value
                for key, value in properties.items()
            },
            "geometry": shapely.geometry.mapping(
                shapely.box(545_000 + 900 * n, 258_000, 545_900 + 900 * n, 259_000)
            ),
        }
        for n in range(count)
    ]
    crs = {"type": "name", "properties": {"name": BNG}}
    return json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}).encode()


def _zip(name: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return stream.getvalue()


def _flatgeobuf() -> bytes:
    stream = io.BytesIO()
    shape = shapely.to_wkb(shapely.box(545_000, 258_000, 546_000, 259_000))
    pyogrio.raw.write(
        stream,
        np.array([shape], dtype=object),
        [np.array(["a"], dtype=object)],
        ["code"],
        crs=BNG,
        driver="FlatGeobuf",
        geometry_type="Polygon",
    )
    return stream.getvalue()


INCIDENTS = (
    b"ref,when,at,x,y,kind,weight,area,note\n"
    b'1,31/12/2024,23:59,545000,258000,fire,1.5,E01,"two\nlines, said"\n'
    b"2,01/02/2024,07:05:09,,,flood,,E02,'=1+1\n"
    b'3,1 May 2024,,"545,000",258000.5,fire,2,E01,\n'
)
STREET = (
    ",".join(HEADER).encode()
    + b"\n,2024-01,P,P,0.1,52.2,On or near X,E01017984,Cambridge 001A,Burglary,Ended,\n"
    + b"ab12,2024-01,P,P,,,No location,,,Drugs,,\n"
)
CODE_POINT = b'"CB1 1AA",10,545000,258000,"E92000001","","","","E07000008","E05013050"\n'
ONSPD = b"pcds,oseast1m,osnrth1m,osgrdind,doterm\nCB1 1AA,545000,258000,1,\nCB1 1AB,,,9,201003\n"
SITES = (
    b"site_id,name,district,homes_planned,homes_completed,x,y\n"
    b'A1,North,Cambridge,"1,200",100,545000,258000\nA2,South,,30,,545500,258500\n'
)
AREA_GROUPS = b"group,layer,code,name\ng,ward,a,One\ng,ward,b,\nh,ward,a,One\n"
EVENTS = (
    b"id,name,from,to,break,category\n1,One,2020-03-23,2020-07,yes,fire\n2,Two,2020,,,\n"
    b"3,Three,2020-04-01,,no,\n"
)
KML = (
    b"<kml xmlns='http://www.opengis.net/kml/2.2'><Document><Placemark><name>b</name>"
    b"<ExtendedData><Data name='code'><value>a</value></Data></ExtendedData><Polygon>"
    b"<outerBoundaryIs><LinearRing><coordinates>0.1,52.2 0.2,52.2 0.2,52.3 0.1,52.2"
    b"</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Document></kml>"
)
AREAS = _geojson({"code": "a", "name": "b"})
PEOPLE = _geojson({"code": "a", "people": 7})
LINES = json.dumps(
    {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"name": "Mill Road", "class": "A Road"},
                "geometry": {"type": "LineString", "coordinates": [[0.1, 52.2], [0.2, 52.3]]},
            }
        ]
        * 2,
    }
).encode()
OPEN_NAMES = (
    b"osgb1,http://data.ordnancesurvey.co.uk/id/1,Mill Road,,,,transportNetwork,Named Road,"
    b"545000,258000,,,,,,,,,Cambridge" + b"," * 15 + b"\n"
)
POINTS = _geojson({"site_id": "a", "name": "b", "homes_planned": 7, "code": 1})


def _archives() -> tuple[bytes, ...]:
    """An archive of each kind with one tile."""
    with tempfile.TemporaryDirectory() as folder:
        path, tiles = Path(folder) / "map", {EXAMPLE: tile_of(ZOOMSTACK)}
        return pmtiles(path, tiles).read_bytes(), mbtiles(Path(folder) / "m", tiles).read_bytes()


IMPORTERS = {
    "csv": Importer(_csv, (INCIDENTS, INCIDENTS.replace(b",", b";"), gzip.compress(INCIDENTS))),
    "police-uk": Importer(_police_uk, (STREET,)),
    "zip": Importer(_csv, (_zip("a.csv", INCIDENTS), _zip("b/c.csv", INCIDENTS * 50)), ".zip"),
    "measures": Importer(_measures, (b'code,people\na,7\nb,"1,000"\n', PEOPLE)),
    "sites": Importer(lambda store, path: import_sites(store, path), (SITES, POINTS)),
    "events": Importer(_events, (EVENTS,)),
    "area-groups": Importer(_area_groups, (AREA_GROUPS,)),
    "lookup": Importer(_lookup, (b"old,new,change\na,b,U\nc,d,S\nc,e,S\n",)),
    "harm-index": Importer(
        _harm_index, (b"code,offence,days\n8N,Assault - ABH,10\n,Arson,18.75\n",)
    ),
    "postcodes": Importer(
        lambda store, path: import_postcodes(store, [path]), (CODE_POINT * 3, ONSPD)
    ),
    "gazetteer": Importer(
        lambda store, path: import_gazetteer(store, [path]),
        (OPEN_NAMES * 3, b"name,kind,x,y\nMill Road,Named Road,545000,258000\n"),
    ),
    "places": Importer(
        lambda store, path: import_places(store, "a", [path]), (POINTS, AREAS), ".geojson"
    ),
    "roads": Importer(lambda store, path: import_roads(store, [path]), (LINES,), ".geojson"),
    "background": Importer(
        lambda store, path: import_background(store, path, INSIDE),
        _archives(),
    ),
    "neighbours": Importer(_neighbours, (b"code,neighbour,weight\na,b,1\nb,a,2.5\nc,,\n",)),
    "gal": Importer(_neighbours, (b"0 3 areas code\na 2\nb c\nb 1\na\nc 0\n\n",), ".gal"),
    "gwt": Importer(_neighbours, (b"0 3 areas code\na b 0.5\nb a 2\nc c 0\n",), ".gwt"),
    "areas": Importer(_boundaries, (AREAS, KML, _flatgeobuf()), ".geojson"),
}
