"""The world that is recorded: every import of the project stands here, and nowhere beside.

It is the small county of the service's tests with more in it: an earlier vintage of the squares
and a lookup between the two, households and flags, a second dataset that is coded in the earlier
vintage, a large site with phases, postcodes, and a made build of the page.
"""

import dataclasses
import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely
from click.testing import Result
from starlette.testclient import TestClient
from typer.testing import CliRunner

from boundaries.layers.layer import Layer, LayerMetadata, normalised
from boundaries.storage.store import LayerStore
from service.__main__ import app as command_line
from service.analyses.catalogue.page_files import PageFiles
from service.assembly.app import create_app
from service.assembly.resources import open_resources
from service.config.access import AccessSettings
from service.config.settings import Settings
from service.store.incidents import IncidentStore
from service.store.reference.lookups import LookupKey, LookupStore
from service.store.reference.measures import MeasureStore
from service.store.reference.postcodes import PostcodeStore
from service.store.reference.sites import SiteStore
from service.store.source_files import SourceFile
from tests.service import world as county
from tests.service.quick_client import QuickClient

HOSTS = ("testserver", "maps.example.org")  # the client's, and one that questions name
EARLIER = "earlier"
SECOND = "calls"
HALVES = {"E2": (0, 500), "E3": (500, 1_000)}  # of C11, metres from its west
UNION = ("C32", "C33")
UNCHANGED = tuple(code for code in county.CODES if code not in (*UNION, "C11"))
PAIRS = (
    *((code, code, "U") for code in UNCHANGED),
    *(("E1", code, "S") for code in UNION),
    *((code, "C11", "M") for code in HALVES),
)

POSTCODES = {  # place in metres from the corner of the county; None has none
    "CB11AA": (100.0, 100.0),
    "CB11AB": (300.0, 500.0),
    "CB12CD": (900.0, 200.0),
    "CB13ZZ": None,
    "CB129AA": (3_000.0, 3_000.0),
    "CB21TN": (2_500.0, 2_500.0),
    "CB21TQ": (2_600.0, 2_600.0),
}
SCRIPT = b"export const answer = 42;\n" * 40
PAGE = {
    "index.html": b"<!doctype html><script type='module' src='/page/main-Ab12cd34.js'></script>",
    "docs.html": b"<!doctype html><title>Documentation</title>",
    "built.json": b"{}",
    "main-Ab12cd34.js": SCRIPT,
    "main-Ab12cd34.js.gz": gzip.compress(SCRIPT, 9, mtime=0),
    "main-Ab12cd34.js.br": b"as if by brotli",
    "favicon.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "licences.txt": b"All of them.\n",
}


@contextmanager
def client(folder: Path) -> Iterator[TestClient]:
    """A client of the application over a world; a crash is an answer, not an exception."""
    everybody = AccessSettings(anonymous_role="analyst")
    held = open_resources(Settings(data_dir=folder / "data", hosts=HOSTS, access=everybody))
    held = dataclasses.replace(held, page_files=PageFiles(folder / "page"))
    with QuickClient(create_app(held), raise_server_exceptions=False) as opened:
        yield opened


def run(folder: Path, arguments: list[str]) -> Result:
    """A command over a world: its exit code and what it wrote."""
    environment = {"HOTSPOTS_DATA_DIR": str(folder / "data"), "COLUMNS": "200"}
    return CliRunner().invoke(command_line, arguments, env=environment)


def build(folder: Path) -> Path:
    """The whole world at rest in a folder."""
    data = folder / "data"
    county.build(data)
    layer = earlier_layer()
    LayerStore(data / "boundaries", crs=county.CRS).save(layer)
    _save_lookup(data)
    _save_measures(data, layer)
    _save_second_dataset(data)
    _save_sites(data)
    _save_postcodes(data)
    for name, content in PAGE.items():
        path = folder / "page" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    return folder


def earlier_layer() -> Layer:
    """The squares as they were before: one in two halves, and two others in one."""
    shapes = {code: county.square(code) for code in UNCHANGED}
    shapes["E1"] = shapely.union_all([county.square(code) for code in UNION])
    left, bottom, _, top = county.square("C11").bounds
    for code, (west, east) in HALVES.items():
        shapes[code] = shapely.box(left + west, bottom, left + east, top)
    geometries = np.empty(len(shapes), dtype=object)
    geometries[:] = list(shapes.values())
    metadata = LayerMetadata(
        layer_id=EARLIER,
        title="Squares of 2011",
        crs=county.CRS,
        vintage="2011",
        source="Test",
        licence="Open",
    )
    names = tuple(f"Earlier {code}" for code in shapes)
    return normalised(Layer(metadata, tuple(shapes), names, geometries))


def _save_lookup(data: Path) -> None:
    earlier, later, change = zip(*PAIRS, strict=True)
    rows = pa.table(
        {
            "from_code": list(earlier),
            "to_code": list(later),
            "change": list(change),
            "source_row": list(range(2, len(PAIRS) + 2)),
        }
    )
    LookupStore(data / "lookups").append(
        LookupKey(EARLIER, county.CELLS), rows, file=SourceFile.of("lookup.csv", b"lookup")
    )


def _save_measures(data: Path, earlier: Layer) -> None:
    """Households and flags of the squares, and cars of the earlier ones alone."""
    residents = county.RESIDENTS
    households = {code: residents[code] / (2.0 + int(code[2]) / 4) for code in residents}
    flags = {code: float(county.ASSAULTS[code] % 3 == 0) for code in county.CODES}
    cars = {code: 100.0 + 7 * i for i, code in enumerate(earlier.codes)}
    measures = (
        (county.CELLS, "households", "2021", households),
        (county.CELLS, "deprived", "2019", flags),
        (EARLIER, "cars", "2011", cars),
    )
    for layer_id, measure, period, values in measures:
        n = len(values)
        rows = pa.table(
            {
                "layer": [layer_id] * n,
                "area_code": list(values),
                "measure": [measure] * n,
                "period": [period] * n,
                "value": list(values.values()),
            }
        )
        file = SourceFile.of(f"{measure}.csv", measure.encode())
        MeasureStore(data / "measures").append(rows, file=file, synthetic=measure == "cars")


def _save_second_dataset(data: Path) -> None:
    """Invented calls with weights: coded in the earlier vintage, without places."""
    codes = [
        code for i, code in enumerate(dict.fromkeys(a for a, _, _ in PAIRS)) for _ in range(i)
    ]
    n = len(codes)
    rows = pa.table(
        {
            "occurred": pa.array([county.moment(k) for k in range(n)], pa.timestamp("us")),
            "precision": ["day"] * n,
            "category": ["noise" if k % 3 else "theft" for k in range(n)],
            "weight": [1.0 + k % 4 for k in range(n)],
            "easting_m": pa.nulls(n, pa.float64()),
            "northing_m": pa.nulls(n, pa.float64()),
            "area_code": codes,
            "area_layer": [EARLIER] * n,
        }
    )
    IncidentStore(data / "incidents", crs=county.CRS).append(
        SECOND,
        rows,
        files=[SourceFile.of("calls.csv", b"calls")],
        title="Calls",
        source="Nobody",
        licence="Open Licence 3",
        synthetic=True,
    )


def _save_sites(data: Path) -> None:
    """A large site with phases, and one that nothing is known of but its place."""
    east, north = county.EAST_M + 2_500.0, county.NORTH_M + 1_500.0
    rows = [
        {
            "site_id": "s4", "name": "New Town", "district": "East", "easting_m": east,
            "northing_m": north, "homes_planned": 3_500.0, "homes_completed": 250.0,
            "completed_year": 2024, "position": "allocated", "note": "By the river",
        },
        *(
            {"site_id": "s4", "phase": f"Phase {i}", "phase_year": 2025 + 3 * i,
             "homes_planned": 800.0 + 50 * i}
            for i in range(4)
        ),
        {
            "site_id": "s5", "name": "Yard", "easting_m": east - 2_000, "northing_m": north + 1_000,
            "position": "application",
        },
    ]  # fmt: skip
    names = list(dict.fromkeys(name for row in rows for name in row))
    table = pa.table({name: [row.get(name) for row in rows] for name in names})
    SiteStore(data / "sites", crs=county.CRS).append(
        table, file=SourceFile.of("more.csv", b"more"), source="Council", licence="Open Licence 2"
    )


def _save_postcodes(data: Path) -> None:
    n = len(POSTCODES)
    places = [None if at is None else at for at in POSTCODES.values()]
    east, north = (
        pa.array([None if at is None else corner + at[i] for at in places], pa.float64())
        for i, corner in enumerate((county.EAST_M, county.NORTH_M))
    )
    file = SourceFile.of("postcodes.csv", b"postcodes")
    table = pa.table(
        {
            "postcode": list(POSTCODES),
            "easting_m": east,
            "northing_m": north,
            "quality": pa.array([1] * n, pa.int8()),
            "ended": pa.array(["2010-03" if c == "CB21TQ" else None for c in POSTCODES]),
            "country": ["E92000001"] * n,
            "source_file": [file.name] * n,
            "source_row": list(range(n)),
            "source_sha256": [file.sha256] * n,
        }
    )
    PostcodeStore(data / "postcodes", crs=county.CRS).append(table, files=[file], source="OS")
