"""Tables of an assessment on a million incidents, beside the same counts by pandas."""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from starlette.testclient import TestClient

from service.assembly.app import create_app
from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.demo.county import build_county
from service.demo.marker import SEED
from service.demo.places.geography import CRS, LICENCE, SOURCE
from service.demo.stores import DemoStores, source_file
from service.demo.write import write_county
from service.reports.addresses import table_of

RECORDS = 1_000_000
REPEATS = 5
DATASET = "million"
YEAR = "from=2019-01&to=2019-12"
BEFORE = "baseline_from=2018-01&baseline_to=2018-12"
DISTRICT = "within=district:X07000004"

# The first is the one with limits of its own: 20 ms cached, 100 ms computed.
TABLES = (
    f"crosstab?rows=layer:lsoa&columns=month&{YEAR}",
    f"crosstab?rows=layer:lsoa&columns=month&{YEAR}&denominator=population",
    "crosstab?rows=category&columns=year",
    "crosstab?rows=age&columns=attribute:sex",
    "crosstab?rows=hour&columns=weekday",
    f"ranked/lsoa?{YEAR}",
    f"ranked/ward?by=rate&denominator=population&{YEAR}",
    f"comparison?by=layer:lsoa&{YEAR}&{BEFORE}",
    f"comparison?by=category&{YEAR}&{BEFORE}",
    "trend",
    "trend?by=category&include=season&include=line",
    "process-control",
    "step-changes",
    "breakdown?by=category",
    "harm?rows=offence",
    f"harm?rows=layer:lsoa&{YEAR}",
    f"profile?{DISTRICT}",
)


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory(prefix="hotspots-bench-") as folder:
        rows = fill(Path(folder))
        resources = open_resources(Settings(data_dir=Path(folder)))
        client = TestClient(create_app(resources), base_url="http://localhost")
        peer = median(lambda: counts_by_pandas(rows))
        print(f"{RECORDS:,} incidents; pandas counts areas by months in {1000 * peer:.0f} ms")
        for table in TABLES:
            address = f"/v1/tables/{DATASET}/{table}"
            answer = table_of(address).answer(resources)
            answer.compute()  # loads what it reads
            computed = median(answer.compute)
            status = client.get(address).status_code
            cached = median(lambda address=address: client.get(address))
            print(
                f"{table}: computed {1000 * computed:.0f} ms, {computed / peer:.2f} of pandas; "
                f"cached {1000 * cached:.1f} ms with the client ({status})"
            )


def fill(folder: Path) -> pd.DataFrame:
    """Write the demonstration county and a million of its crimes; their areas and months."""
    county = build_county(SEED)
    write_county(county, folder)
    crimes = county.incidents["police-crime"]
    copies = -(-RECORDS // crimes.num_rows)
    rows = pa.concat_tables([crimes] * copies).slice(0, RECORDS)
    ids = pa.array([str(number) for number in range(RECORDS)])
    rows = rows.set_column(rows.schema.get_field_index("incident_id"), "incident_id", ids)
    DemoStores.of(folder, crs=CRS).incidents.append(
        DATASET,
        rows,
        files=[source_file(DATASET, rows)],
        title="A million crimes (synthetic)",
        source=SOURCE,
        licence=LICENCE,
        synthetic=True,
    )
    easting, northing = (rows.column(name).to_numpy() for name in ("easting_m", "northing_m"))
    cell = (np.nan_to_num(easting) // 3000).astype(int) * 1000 + (
        np.nan_to_num(northing) // 3000
    ).astype(int)
    months = rows.column("occurred").to_numpy().astype("datetime64[M]")
    return pd.DataFrame({"area": cell, "month": months})


def counts_by_pandas(rows: pd.DataFrame) -> pd.DataFrame:
    """What the first table has, of areas that are already known."""
    year = rows[(rows["month"] >= "2019-01-01") & (rows["month"] < "2020-01-01")]
    return pd.crosstab(year["area"], year["month"])


def median(work: Callable[[], object]) -> float:
    """The median time of a few, seconds."""
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times)
