"""The county at rest: whole or done again, and never on top of anybody's data."""

import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import shapely

from boundaries.layers.layer import Layer, LayerMetadata
from service.demo.county import County
from service.demo.marker import MARKER, UNFINISHED, demo_state
from service.demo.places.gazetteer import read_data
from service.demo.stores import DemoStores
from service.demo.write import ensure_demo
from service.store.errors import ImportRefusedError, WrongCrsError
from service.store.source_files import SourceFile
from tests.service.demo import columns

CRS = "EPSG:27700"
LAYERS = ("lsoa", "ward", "district", "postcode-district")


class KilledError(Exception):
    """Stands for the end of the process."""


@pytest.fixture
def stores(tmp_path: Path) -> DemoStores:
    return DemoStores.of(tmp_path, crs=CRS)


def write(county: County, folder: Path, **options: object) -> bool:
    return ensure_demo(folder, build=lambda seed: county, **options)  # type: ignore[arg-type]


def is_whole(county: County, folder: Path) -> bool:
    held = DemoStores.of(folder, crs=CRS)
    rows = {dataset: len(held.incidents.open(dataset)) for dataset in county.incidents}
    wanted = {dataset: rows.num_rows for dataset, rows in county.incidents.items()}
    measured = {
        m.measure for layer in (*LAYERS, "partnership") for m in held.measures.available(layer)
    }
    return (
        rows == wanted
        and held.layers.ids() == LAYERS
        and measured == set(county.measures)
        and len(held.sites.open()) == county.sites.num_rows
        and demo_state(folder) == "complete"
    )


def real_rows() -> pa.Table:
    return pa.table(
        {
            "occurred": pa.array([np.datetime64("2024-05-01T12:00", "us")]),
            "category": ["Burglary"],
            "easting_m": [545_000.0],
            "northing_m": [258_000.0],
        }
    )


def test_the_county_is_written_once(thin_county: County, tmp_path: Path) -> None:
    assert demo_state(tmp_path) == "absent"
    assert write(thin_county, tmp_path)
    assert is_whole(thin_county, tmp_path)
    before = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*") if p.is_file()}
    assert not write(thin_county, tmp_path)
    assert {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*") if p.is_file()} == before


def test_everything_at_rest_is_labelled_synthetic(
    thin_county: County, tmp_path: Path, stores: DemoStores
) -> None:
    write(thin_county, tmp_path)
    for dataset in stores.incidents.ids():
        held = stores.incidents.open(dataset)
        assert held.synthetic
        assert held.licence == "synthetic"
        assert held.title.endswith("(synthetic)")
        assert held.description
        assert held.limitations
        assert "not a real place" in held.source
    for layer_id in stores.layers.ids():
        assert stores.layers.get(layer_id).metadata.synthetic
        for measure in stores.measures.available(layer_id):
            assert measure.synthetic
            assert measure.unit
    sites = stores.sites.open()
    assert sites.synthetic
    assert "appendix A" in sites.sources[0]


def test_reference_tables_are_written(
    thin_county: County, tmp_path: Path, stores: DemoStores
) -> None:
    write(thin_county, tmp_path)
    index = stores.harm_indices.open("cambridge-2020")
    assert (len(index.offences), index.matched_on) == (14, "attribute:offence")
    assert set(index.offences) <= {line[2] for line in read_data("offences.json")["lines"]}
    breaks = {event.event_id for event in stores.events.all() if event.is_break}
    assert breaks == {"burglary-2017"}
    group = stores.area_groups.get("partnership", "most-similar")
    assert group.areas["X08000001"] == "Huntingdonshire"
    measured = stores.measures.column("partnership", "recorded-crime")
    assert set(group.areas) == set(measured.codes)


def test_rows_at_rest_are_the_rows_that_were_made(
    thin_county: County, tmp_path: Path, stores: DemoStores
) -> None:
    write(thin_county, tmp_path)
    for dataset, rows in thin_county.incidents.items():
        held = stores.incidents.open(dataset)
        assert held.located_count == np.count_nonzero(columns.located(rows))
        at_rest = held.xy_m[: held.located_count]
        made = columns.xy_m(rows)[columns.located(rows)]
        assert np.array_equal(np.sort(at_rest, axis=0), np.sort(made, axis=0))
    lsoa = stores.layers.get("lsoa")
    assert lsoa.codes == thin_county.geography.lsoa.codes
    assert shapely.equals(lsoa.geometries, thin_county.geography.lsoa.geometries).all()
    assert shapely.coverage_is_valid(lsoa.geometries)
    column = stores.measures.column("lsoa", "population")
    assert (column.period, len(column)) == ("2019", len(lsoa))


@pytest.mark.parametrize("killed_at", [1, 3, 5, 8, 10])
def test_an_interrupted_write_is_done_again(
    thin_county: County, tmp_path: Path, killed_at: int
) -> None:
    calls = 0

    def stop(doing: str, share: float) -> None:
        nonlocal calls
        calls += 1
        if calls > killed_at:
            raise KilledError

    with pytest.raises(KilledError):
        write(thin_county, tmp_path, progress=stop)
    assert demo_state(tmp_path) == "unfinished"
    assert write(thin_county, tmp_path)
    assert is_whole(thin_county, tmp_path)


def test_a_write_that_was_killed_is_done_again(thin_county: County, tmp_path: Path) -> None:
    program = (
        "import os, signal, sys, pathlib\n"
        "from service.demo.write import ensure_demo\n"
        "def report(doing, share):\n"
        "    if 'crime' in doing: os.kill(os.getpid(), signal.SIGKILL)\n"
        "ensure_demo(pathlib.Path(sys.argv[1]), progress=report)\n"
    )
    ended = subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert demo_state(tmp_path) == "unfinished"
    assert write(thin_county, tmp_path)
    assert is_whole(thin_county, tmp_path)


def test_a_demonstration_of_another_version_is_replaced_and_other_data_stay(
    thin_county: County, tmp_path: Path, stores: DemoStores
) -> None:
    fewer = {dataset: rows.slice(10) for dataset, rows in thin_county.incidents.items()}
    write(replace(thin_county, incidents=fewer), tmp_path)
    assert not is_whole(thin_county, tmp_path)
    real = SourceFile.of("real.csv", b"real")
    stores.incidents.append("burglary", real_rows(), files=[real], title="Burglary")
    (tmp_path / MARKER).write_text('{"seed": 2019, "generator_version": 0}')
    assert demo_state(tmp_path) == "outdated"
    assert write(thin_county, tmp_path)
    assert is_whole(thin_county, tmp_path)
    assert len(stores.incidents.open("burglary")) == 1


def test_a_damaged_marker_is_not_taken_for_a_whole_demonstration(
    thin_county: County, tmp_path: Path
) -> None:
    write(thin_county, tmp_path)
    (tmp_path / MARKER).write_text("{")
    assert demo_state(tmp_path) == "outdated"


def test_another_seed_is_not_the_same_demonstration(thin_county: County, tmp_path: Path) -> None:
    write(thin_county, tmp_path)
    assert demo_state(tmp_path, seed=7) == "outdated"


def test_a_folder_with_real_data_is_refused_and_left_alone(
    thin_county: County, tmp_path: Path, stores: DemoStores
) -> None:
    real = SourceFile.of("real.csv", b"real")
    stores.incidents.append("callouts", real_rows(), files=[real], title="Callouts")
    with pytest.raises(ImportRefusedError, match="HOTSPOTS_DATA_DIR"):
        write(thin_county, tmp_path)
    assert demo_state(tmp_path) == "foreign"
    assert not (tmp_path / UNFINISHED).exists()
    assert len(stores.incidents.open("callouts")) == 1
    assert stores.layers.ids() == ()


def test_a_real_layer_of_the_same_name_is_not_replaced(
    thin_county: County, tmp_path: Path, stores: DemoStores
) -> None:
    write(thin_county, tmp_path)
    square = np.array([shapely.box(0, 0, 1_000, 1_000)], dtype=object)
    real = Layer(LayerMetadata("ward", "Real wards", CRS), ("E05000001",), ("A",), square)
    stores.layers.save(real, replace=True)
    (tmp_path / MARKER).unlink()
    (tmp_path / UNFINISHED).touch()
    with pytest.raises(ImportRefusedError, match="ward"):
        write(thin_county, tmp_path)
    assert stores.layers.get("ward").codes == ("E05000001",)


def test_another_working_crs_is_refused(thin_county: County, tmp_path: Path) -> None:
    with pytest.raises(WrongCrsError, match="EPSG:27700"):
        write(thin_county, tmp_path, crs="EPSG:25832")
    assert demo_state(tmp_path) == "absent"
