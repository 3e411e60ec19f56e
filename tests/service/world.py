"""A small county whose every number can be worked by hand, put to rest in the real stores.

Sixteen squares of 1 km in two districts of eight, two years of incidents of which each one's
place is known, a measure with a missing and a zero value, and three development sites.
"""

import datetime
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from boundaries.layers.layer import Layer, LayerMetadata
from boundaries.storage.store import LayerStore
from service.imports.flag_rules import document_of
from service.queries.flags.rules import parsed_rules
from service.render.tiles.mvt import encode_lines, encode_tile
from service.store.incidents import IncidentStore
from service.store.reference.area_groups import AreaGroupStore
from service.store.reference.backgrounds import About, BackgroundStore
from service.store.reference.flag_rules import FlagRuleStore
from service.store.reference.harm_index import HarmIndexStore
from service.store.reference.measures import MeasureStore
from service.store.reference.place_sets import PlaceSetStore
from service.store.reference.sites import SiteStore
from service.store.source_files import SourceFile

CRS = "EPSG:27700"
EAST_M, NORTH_M, SIDE_M = 545_000.0, 258_000.0, 1_000.0
SIZE = 4
DATASET, CELLS, DISTRICTS = "callouts", "cell", "district"
CODES = tuple(f"C{c}{r}" for c in range(SIZE) for r in range(SIZE))
NAMES = {code: f"Cell {code}" for code in CODES} | {
    "C00": 'Café, "Nord"',  # what a CSV must quote, and a character that ASCII lacks
    "C01": "Ely",
}
DISTRICT_OF = {code: "D1" if code[1] in "01" else "D2" for code in CODES}

# Assaults are many in the south west corner and few elsewhere; burglary has areas without any.
ASSAULTS = {code: (int(code[1]) * 3 + int(code[2]) * 5) % 7 + 1 for code in CODES} | {
    "C00": 60, "C01": 52, "C10": 48, "C11": 41,
}  # fmt: skip
BURGLARIES = {code: (int(code[1]) + 2 * int(code[2])) % 5 * 3 for code in CODES}
HARM = {"assault": 10.0, "burglary": 100.5}  # days; the index has no fire
MONTH_ONLY_FIRES = 12  # one in each month of 2023, in C12, known to the month only

RESIDENTS = {code: 1_000.0 + 100 * int(code[1]) + 10 * int(code[2]) for code in CODES} | {
    "C32": 0.0
}
del RESIDENTS["C33"]
EARLIER_RESIDENTS = 500.0  # every area in 2020
RANKED = 160  # areas of the whole country, by deprivation; that of C33 is not known
RANKS = {code: 1.0 + 37 * k % RANKED for k, code in enumerate(CODES) if code != "C33"}
EARLIER_RANKS = {code: 1.0 + 41 * k % RANKED for k, code in enumerate(CODES)}


@dataclass(frozen=True)
class Record:
    """One incident as it is put to rest."""

    category: str
    occurred: datetime.datetime
    precision: str = "day"
    x_m: float | None = None
    y_m: float | None = None
    code: str | None = None

    @property
    def located(self) -> bool:
        return self.x_m is not None

    @property
    def cell(self) -> str | None:
        """The square it counts in: that of its code, else that of its place."""
        return self.code or self.cell_of_place

    @property
    def cell_of_place(self) -> str | None:
        if self.x_m is None or self.y_m is None:
            return None
        col, row = int((self.x_m - EAST_M) // SIDE_M), int((self.y_m - NORTH_M) // SIDE_M)
        return f"C{col}{row}" if 0 <= col < SIZE and 0 <= row < SIZE else None


def place(code: str, k: int) -> tuple[float, float]:
    """The k-th of the places used in a square, well away from its borders."""
    x = EAST_M + int(code[1]) * SIDE_M + 150 + 700 * (k * 0.618034 % 1)
    y = NORTH_M + int(code[2]) * SIDE_M + 150 + 700 * (k * 0.414214 % 1)
    return round(x, 1), round(y, 1)


def moment(k: int) -> datetime.datetime:
    """The k-th of the times used: all months of 2023 and 2024 in turn."""
    return datetime.datetime(2023 + k % 24 // 12, k % 12 + 1, k % 28 + 1)  # noqa: DTZ001


def records() -> tuple[Record, ...]:
    """Every incident of the county."""
    incidents = []
    for category, per_cell in (("assault", ASSAULTS), ("burglary", BURGLARIES)):
        for code, count in per_cell.items():
            incidents += [
                Record(category, moment(k), "day", *place(code, k)) for k in range(count)
            ]
    incidents += [
        Record("fire", datetime.datetime(2023, k + 1, 1), "month", *place("C12", k))  # noqa: DTZ001
        for k in range(MONTH_ONLY_FIRES)
    ]
    # Not located; not located but coded; located in one square and coded in another; outside.
    incidents += [Record("assault", moment(k)) for k in range(13)]
    incidents += [Record("burglary", moment(k), code="C20") for k in range(6)]
    incidents += [Record("assault", moment(k), "day", *place("C30", k), "C03") for k in range(5)]
    incidents += [
        Record("assault", moment(k), "day", EAST_M - 3_000 - 10 * k, NORTH_M + 500)
        for k in range(9)
    ]
    return tuple(incidents)


RECORDS = records()
CATEGORIES = ("assault", "burglary", "fire")

Wanted = Callable[[Record], bool]


def anything(record: Record) -> bool:
    return True


def chosen(condition: Wanted = anything) -> Iterator[Record]:
    return (record for record in RECORDS if condition(record))


def located_xy_m(condition: Wanted = anything) -> np.ndarray:
    """(n, 2) places of the located incidents."""
    return np.array([(r.x_m, r.y_m) for r in chosen(condition) if r.located]).reshape(-1, 2)


def cell_counts(condition: Wanted = anything) -> Counter[str]:
    """Incidents per square."""
    return Counter(r.cell for r in chosen(condition) if r.cell is not None)


def district_counts(condition: Wanted = anything) -> Counter[str]:
    """Incidents per district: no district has a code of theirs, so places decide."""
    cells = (r.cell_of_place for r in chosen(condition))
    return Counter(DISTRICT_OF[cell] for cell in cells if cell is not None)


def placements(condition: Wanted = anything) -> dict[str, int]:
    """How the incidents are placed in the squares; adds up to all of them."""
    counts = Counter(
        "in_layer_by_code"
        if r.code
        else "in_layer_by_location"
        if r.cell_of_place
        else "outside"
        if r.located
        else "not_located"
        for r in chosen(condition)
    )
    names = ("in_layer_by_code", "in_layer_by_location", "outside", "not_located")
    return {name: counts[name] for name in names}


def is_a(category: str) -> Wanted:
    return lambda record: record.category == category


def quartic_per_km2(xy_m: np.ndarray, query_xy_m: np.ndarray, bandwidth_m: float) -> np.ndarray:
    """The quartic density at some places: the formula, every point at every place."""
    dx = query_xy_m[:, None, 0] - xy_m[None, :, 0]
    dy = query_xy_m[:, None, 1] - xy_m[None, :, 1]
    closeness = np.clip(1 - (dx**2 + dy**2) / bandwidth_m**2, 0, None)
    return 1e6 * (3 / (np.pi * bandwidth_m**2) * closeness**2).sum(axis=1)


def square(code: str) -> shapely.Polygon:
    x, y = EAST_M + int(code[1]) * SIDE_M, NORTH_M + int(code[2]) * SIDE_M
    return shapely.box(x, y, x + SIDE_M, y + SIDE_M)


def bounds_m() -> tuple[float, float, float, float]:
    """Of the whole county."""
    return EAST_M, NORTH_M, EAST_M + SIZE * SIDE_M, NORTH_M + SIZE * SIDE_M


def layers(*, synthetic: bool) -> tuple[Layer, Layer]:
    """The districts, imported first and therefore the study area, and the squares."""
    halves = [
        shapely.union_all([square(c) for c in CODES if DISTRICT_OF[c] == code])
        for code in ("D1", "D2")
    ]
    return (
        _layer(DISTRICTS, "Districts", ("D1", "D2"), ("West", "East"), halves, synthetic),
        _layer(
            CELLS,
            "Squares",
            CODES,
            tuple(NAMES[c] for c in CODES),
            [square(c) for c in CODES],
            synthetic,
        ),
    )


def _layer(
    layer_id: str,
    title: str,
    codes: tuple[str, ...],
    names: tuple[str, ...],
    shapes: list[Any],
    synthetic: bool,
) -> Layer:
    geometries = np.empty(len(shapes), dtype=object)
    geometries[:] = shapes
    metadata = LayerMetadata(
        layer_id=layer_id,
        title=title,
        crs=CRS,
        vintage="2021",
        source="Test",
        licence="Open",
        synthetic=synthetic,
    )
    return Layer(metadata, codes, names, geometries)


def incident_rows(incidents: tuple[Record, ...]) -> pa.Table:
    """Rows as an import hands them to the store."""
    return pa.table(
        {
            "occurred": pa.array([r.occurred for r in incidents], pa.timestamp("us")),
            "precision": [r.precision for r in incidents],
            "easting_m": pa.array([r.x_m for r in incidents], pa.float64()),
            "northing_m": pa.array([r.y_m for r in incidents], pa.float64()),
            "category": [r.category for r in incidents],
            "area_code": pa.array([r.code for r in incidents], pa.string()),
            "area_layer": pa.array([CELLS if r.code else None for r in incidents], pa.string()),
        }
    )


def append_incidents(
    data_dir: Path, incidents: tuple[Record, ...], *, name: str, synthetic: bool = False
) -> None:
    """Put more incidents to rest, as an import of a file of that name would."""
    IncidentStore(data_dir / "incidents", crs=CRS).append(
        DATASET,
        incident_rows(incidents),
        files=[SourceFile.of(name, name.encode())],
        title="Callouts",
        source="Ambulance",
        licence="Open Licence 1",
        synthetic=synthetic,
    )


OWNERS = {code: 100.0 + 10 * k for k, code in enumerate(CODES)}
TENANTS = {code: 50.0 + (7 * k) % 40 for k, code in enumerate(CODES)}


def append_measure(
    data_dir: Path,
    measure: str,
    period: str,
    values: dict[str, float],
    *,
    layer: str = CELLS,
    synthetic: bool = False,
) -> None:
    rows = pa.table(
        {
            "layer": [layer] * len(values),
            "area_code": list(values),
            "measure": [measure] * len(values),
            "period": [period] * len(values),
            "value": list(values.values()),
        }
    )
    MeasureStore(data_dir / "measures").append(
        rows, file=SourceFile.of(f"{measure}-{period}", measure.encode()), synthetic=synthetic
    )


def decile(rank: float) -> float:
    return -(-10 * rank // RANKED)


def append_deprivation(data_dir: Path, *, synthetic: bool) -> None:
    editions = {"2019": RANKS, "2015": EARLIER_RANKS}
    values = [
        (code, f"imd-{kind}", edition, value)
        for edition, ranks in editions.items()
        for code, rank in ranks.items()
        for kind, value in (("rank", rank), ("decile", decile(rank)))
    ]
    columns = dict(
        zip(("area_code", "measure", "period", "value"), zip(*values, strict=True), strict=True)
    )
    rows = pa.table({"layer": [CELLS] * len(values), **columns})
    MeasureStore(data_dir / "measures").append(
        rows, file=SourceFile.of("imd.csv", b"imd"), source="Ministry", synthetic=synthetic
    )


SITE_POINT = (EAST_M + 1_500.0, NORTH_M + 1_500.0)  # in C11
SITE_OUTSIDE = (EAST_M - 500.0, NORTH_M + 500.0)
SITE_OUTLINE = shapely.box(EAST_M + 3_200, NORTH_M + 200, EAST_M + 3_600, NORTH_M + 500)  # in C30


def site_rows() -> pa.Table:
    """A point, a point outside without published completions, and an outline."""
    inner = SITE_OUTLINE.representative_point()
    return pa.table(
        {
            "site_id": ["s1", "s2", "s3"],
            "name": ["Northfield", "Airfield", "Depot"],
            "district": ["West", None, "East"],
            "easting_m": [SITE_POINT[0], SITE_OUTSIDE[0], inner.x],
            "northing_m": [SITE_POINT[1], SITE_OUTSIDE[1], inner.y],
            "geometry": pa.array(
                [
                    shapely.to_wkb(shapely.Point(SITE_POINT)),
                    shapely.to_wkb(shapely.Point(SITE_OUTSIDE)),
                    shapely.to_wkb(SITE_OUTLINE),
                ],
                pa.binary(),
            ),
            "homes_planned": [100.0, 2_500.0, 40.0],
            "homes_completed": pa.array([40.0, None, 40.0], pa.float64()),
            "completed_year": pa.array([2024, None, 2023], pa.int32()),
        }
    )


RISK: dict[str, Any] = {
    "id": "risk",
    "title": "Risk of the squares",
    "version": "1",
    "source": "Partnership",
    "layer": CELLS,
    "to": "2024-12",
    "criteria": [
        {
            "id": "many",
            "title": "20 or more in the year",
            "when": {
                "kind": "threshold",
                "of": {"dataset": DATASET, "months": 12},
                "at_least": 20,
            },
        },
        {
            "id": "assaults",
            "title": "Among the three with most assaults",
            "when": {
                "kind": "top",
                "of": {"dataset": DATASET, "category": ["assault"], "months": 12},
                "n": 3,
            },
        },
        {
            "id": "crowded",
            "title": "1,200 residents or more",
            "when": {"kind": "threshold", "of": {"measure": "residents"}, "at_least": 1200},
        },
    ],
    "judgements": [{"area": "Ely", "concern": "Nights", "level": "High", "date": "2024-12-01"}],
}


def add_rules(data_dir: Path, rules: dict[str, Any]) -> Path:
    """Put rules of flags to rest."""
    text = json.dumps(rules)
    FlagRuleStore(data_dir / "flag_rules").append(
        document_of(parsed_rules(text, label="rules.json")),
        file=SourceFile.of("rules.json", text.encode()),
        replace=True,
    )
    return data_dir


PEERS = ("C00", "C01", "C10", "C11", "C12", "C22", "C33", "X99")  # the last is in no layer


def append_area_group(data_dir: Path) -> None:
    """A group of areas that are compared with each other."""
    rows = {
        "area_group": ["similar"] * len(PEERS),
        "layer": [CELLS] * len(PEERS),
        "code": list(PEERS),
        "name": pa.array(["First", *[None] * (len(PEERS) - 1)]),
        "source_row": list(range(2, len(PEERS) + 2)),
    }
    AreaGroupStore(data_dir / "area_groups").append(
        pa.table(rows), file=SourceFile.of("groups.csv", b"groups"), source="Home Office"
    )


PREMISES = {  # name: easting and northing, metres from the corner; the last lies outside
    "The Eagle": (400.0, 400.0),
    "The Anchor": (520.0, 460.0),
    "The Fort": (3_200.0, 2_600.0),
    "The Ferry": (-60.0, 500.0),
}


def append_background(data_dir: Path, *, synthetic: bool = False) -> None:
    """A map behind the layers, of one tile over the middle of the county."""
    road = encode_lines(np.array([shapely.LineString([(0, 0), (4_000, 3_000)])], dtype=object))
    columns = {"class": ["primary"], "name": ["Mill Road"]}
    BackgroundStore(data_dir / "background").append(
        [(13, 4099, 2697)],
        [encode_tile(road, name="transportation", columns=columns)],
        about=About(
            title="Map of the squares",
            layers={"transportation": ("class", "name")},
            bounds=(0.1, 52.2, 0.2, 52.3),
            source="Surveyor",
            licence="Open",
            synthetic=synthetic,
        ),
        file=SourceFile.of("squares.mbtiles", b"background"),
    )


def append_places(data_dir: Path, *, synthetic: bool = False) -> None:
    """A set of places near which incidents can be counted."""
    rows = {
        "name": list(PREMISES),
        "kind": ["pub"] * len(PREMISES),
        "easting_m": [EAST_M + x for x, _ in PREMISES.values()],
        "northing_m": [NORTH_M + y for _, y in PREMISES.values()],
    }
    PlaceSetStore(data_dir / "place_sets", crs=CRS).append(
        "premises",
        pa.table(rows),
        files=[SourceFile.of("premises.csv", b"premises")],
        source="Council",
        synthetic=synthetic,
    )


# An assessment of few answers, for what asks every address.
TEMPLATE = {
    "title": "Assessment of the squares",
    "sections": [
        {"key": "summary", "title": "Summary", "makes": "summary", "words": "What was found."},
        {
            "key": "all",
            "title": "All incidents",
            "dataset": "lead",
            "requests": [
                {
                    "ask": "/v1/tables/{dataset}/breakdown?by=category&from={from}&to={to}"
                    "&within={place?}",
                    "show": ["sentences", "table"],
                    "caption": "{title} by category: {place_name}, {period}",
                    "columns": {"name": "Category", "count": "Incidents", "share": "Share (%)"},
                }
            ],
        },
        {"key": "reconciliation", "title": "Records", "makes": "reconciliation"},
        {"key": "missing", "title": "What is missing", "makes": "missing"},
    ],
}


def add_template(data_dir: Path, name: str = "short", template: Any = TEMPLATE) -> Path:
    """A template of assessments in a data folder."""
    folder = data_dir / "assessments"
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.json"
    path.write_text(json.dumps(template))
    return path


def build(data_dir: Path, *, synthetic: bool = False) -> Path:
    """The whole county at rest in a folder."""
    layer_store = LayerStore(data_dir / "boundaries", crs=CRS)
    for layer in layers(synthetic=synthetic):
        layer_store.save(layer)
    append_incidents(data_dir, RECORDS, name="callouts.csv", synthetic=synthetic)
    everywhere = dict.fromkeys(CODES, EARLIER_RESIDENTS)
    append_measure(data_dir, "residents", "2020", everywhere, synthetic=synthetic)
    append_measure(data_dir, "residents", "2021", RESIDENTS, synthetic=synthetic)
    append_deprivation(data_dir, synthetic=synthetic)
    append_measure(data_dir, "tenure-owned", "2021", OWNERS, synthetic=synthetic)
    append_measure(data_dir, "tenure-rented", "2021", TENANTS, synthetic=synthetic)
    HarmIndexStore(data_dir / "harm_indices").append(
        "harm",
        pa.table(
            {"offence": list(HARM), "days": list(HARM.values()), "offence_group": ["people", None]}
        ),
        file=SourceFile.of("harm.csv", b"harm"),
        matched_on="category",
        source="College",
        licence="Open Licence 3",
        synthetic=synthetic,
    )
    append_area_group(data_dir)
    append_places(data_dir, synthetic=synthetic)
    append_background(data_dir, synthetic=synthetic)
    SiteStore(data_dir / "sites", crs=CRS).append(
        site_rows(),
        file=SourceFile.of("sites.csv", b"sites"),
        source="Council",
        licence="Open Licence 2",
        synthetic=synthetic,
    )
    add_template(data_dir)
    return add_rules(data_dir, RISK)
