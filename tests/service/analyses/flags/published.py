"""An invented world from the published ward flags of South Cambridgeshire, and from nothing else.

A ward is a square. Crimes and deliberate fires are as many as printed; of the criteria that are
printed as yes or no, a ward that meets one gets just enough, and one that does not just too little.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely

from boundaries.layers.layer import Layer, LayerMetadata
from boundaries.storage.store import LayerStore
from tests.service import world
from tests.service.housekeeping.folders import succeed

SIDE_M = 1_000.0
LSOAS = 3  # of each ward; they are its villages too
RULES = Path("service/demo/flag_rules/south-cambridgeshire-2020.json")


@dataclass(frozen=True)
class Ward:
    """A ward as it is printed."""

    code: str
    name: str
    crimes: int
    fires: int
    has_asb: bool
    has_council_asb: bool
    is_deprived: bool
    has_claims: bool
    total: int
    risk: str


def read_wards(published: Path) -> tuple[Ward, ...]:
    """The 26 wards of the table."""
    with (published / "south_cambridgeshire_ward_flags.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return tuple(
        Ward(
            f"W{k:02d}",
            row["ward"],
            int(row["police_recorded_crime_2018_11_to_2019_10"]),
            int(row["deliberate_fires_3_years_to_2019_11"]),
            row["police_asb_120_or_more"] == "1",
            row["district_asb_village_with_6_or_more"] == "1",
            row["imd_lsoa_in_30_percent_most_deprived"] == "1",
            row["benefits_lsoa_in_top_5"] == "1",
            int(row["total_flags"]),
            row["risk"],
        )
        for k, row in enumerate(rows)
    )


def build(data_dir: Path, files: Path, wards: tuple[Ward, ...]) -> Path:
    """The world at rest: layers, and incidents and measures through the imports."""
    boxes = [shapely.box(*_bounds(k)) for k in range(len(wards))]
    lsoas = [shapely.box(*_bounds(k, part)) for k in range(len(wards)) for part in range(LSOAS)]
    layers = LayerStore(data_dir / "boundaries", crs=world.CRS)
    names = tuple(ward.name for ward in wards)
    codes = tuple(ward.code for ward in wards)
    layers.save(_layer("district", ("X07000005",), ("South",), [shapely.union_all(boxes)]))
    layers.save(_layer("ward", codes, names, boxes))
    lsoa_codes = tuple(f"{ward.code}-{part}" for ward in wards for part in range(LSOAS))
    layers.save(_layer("lsoa", lsoa_codes, lsoa_codes, lsoas))
    for dataset, rows in _incidents(wards).items():
        path = files / f"{dataset}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("date", "category", "easting", "northing"), *rows])
        succeed(
            data_dir, "import", "incidents", path, "--dataset", dataset, "--format", "csv",
            "--time", "date", "--category", "category", "--x", "easting", "--y", "northing",
            "--crs", world.CRS, "--covers", "2016-12-01..2019-11-30",
        )  # fmt: skip
    for measure, period, values in _measures(wards):
        path = files / f"{measure}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            pairs = zip(lsoa_codes, values, strict=True)
            csv.writer(file).writerows([("code", "value"), *pairs])
        succeed(
            data_dir, "import", "measures", path, "--layer", "lsoa", "--measure", measure,
            "--period", period, "--code-field", "code", "--value-field", "value",
        )  # fmt: skip
    return data_dir


def _bounds(k: int, part: int | None = None) -> tuple[float, float, float, float]:
    """Of the k-th ward, or of one of its LSOAs, one above the other."""
    x = world.EAST_M + k % 6 * SIDE_M
    y = world.NORTH_M + k // 6 * SIDE_M
    if part is None:
        return x, y, x + SIDE_M, y + SIDE_M
    step = SIDE_M / LSOAS
    return x, y + part * step, x + SIDE_M, y + (part + 1) * step


Incident = tuple[str, str, float, float]


def _incidents(wards: tuple[Ward, ...]) -> dict[str, list[Incident]]:
    """Rows of each dataset."""
    rows: dict[str, list[Incident]] = {"police-crime": [], "council-asb": [], "fires": []}
    asb, crime = "Anti-social behaviour", "Other crime"
    for k, ward in enumerate(wards):
        rows["police-crime"] += _rows(k, ward.crimes, crime, year=2019)
        rows["police-crime"] += _rows(k, 120 if ward.has_asb else 119, asb, year=2019)
        # A year before, all of it but the crime; what comes later does not count.
        rows["police-crime"] += _rows(k, 120 if ward.has_asb else 119, asb, year=2018)
        rows["fires"] += _rows(k, ward.fires, "Deliberate", year=2019)
        # Five in each village, which are 15 of the ward; one more in the second where printed.
        for part in range(LSOAS):
            number = 6 if ward.has_council_asb and part == 1 else 5
            rows["council-asb"] += _rows(k, number, "Noise", year=2019, part=part)
    return rows


def _rows(k: int, number: int, category: str, *, year: int, part: int = 0) -> Iterator[Incident]:
    """Incidents of a ward, over the twelve months to October of a year."""
    x, y = _bounds(k, part)[:2]
    for i in range(number):
        month = np.datetime64(f"{year - 1}-11") + i % 12
        yield f"{month}-{i % 28 + 1:02d}", category, x + 100 + i % 800, y + 100 + i % 100


def _measures(wards: tuple[Ward, ...]) -> Iterator[tuple[str, str, list[float]]]:
    """Decile and claims of each LSOA."""
    parts = [(ward, part) for ward in wards for part in range(LSOAS)]
    yield "imd-decile", "2019", [3.0 if w.is_deprived and p == 2 else 4.0 + p for w, p in parts]
    claims = [
        90.0 + k / 100 if ward.has_claims and part == 0 else 80.0 - k / 10
        for k, (ward, part) in enumerate(parts)
    ]
    yield "benefit-claims", "2019-05/2019-10", claims


def _layer(
    layer_id: str, codes: tuple[str, ...], names: tuple[str, ...], shapes: list[shapely.Polygon]
) -> Layer:
    geometries = np.empty(len(shapes), dtype=object)
    geometries[:] = shapes
    metadata = LayerMetadata(
        layer_id=layer_id,
        title=layer_id,
        crs=world.CRS,
        vintage="2019",
        source="Test",
        licence="Open",
        synthetic=True,
    )
    return Layer(metadata, codes, names, geometries)
