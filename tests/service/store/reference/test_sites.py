"""Development sites at rest."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import shapely

from service.store.errors import (
    AlreadyImportedError,
    DatasetSettingsError,
    ImportRefusedError,
    NoSitesError,
    SameNameError,
    SiteExistsError,
    WrongCrsError,
)
from service.store.reference.sites import NO_YEAR, SiteStore
from tests.service.store.rows import CRS, a_file


@pytest.fixture
def store(tmp_path: Path) -> SiteStore:
    return SiteStore(tmp_path / "sites", crs=CRS)


def site_rows(*site_ids: str, **columns: object) -> pa.Table:
    n = len(site_ids)
    found: dict[str, object] = {
        "site_id": list(site_ids),
        "name": [f"Site {site}" for site in site_ids],
        "easting_m": 545_000.0 + np.arange(n),
        "northing_m": np.full(n, 258_000.0),
        "homes_planned": np.full(n, 100.0),
    }
    return pa.table(found | columns)


def test_nothing_imported_is_an_error_that_says_how(store):
    assert store.version() is None
    with pytest.raises(NoSitesError, match="hotspots import sites"):
        store.open()


def test_sites_come_back_in_the_order_of_the_file(store):
    store.append(
        site_rows("2", "10", "1a", homes_completed=[5.0, None, 0.0], district=["X", None, "Y"]),
        file=a_file("f"),
    )
    sites = store.open()
    assert sites.site_ids == ("2", "10", "1a")
    assert sites.districts == ("X", "", "Y")
    np.testing.assert_array_equal(sites.homes_completed, [5.0, np.nan, 0.0])
    np.testing.assert_array_equal(sites.homes_remaining, [95.0, np.nan, 100.0])
    assert sites.completed_year.tolist() == [NO_YEAR] * 3
    assert shapely.get_coordinates(sites.geometries).tolist() == sites.xy_m.tolist()
    assert len(sites.phases) == 0


def test_outlines_come_back(store):
    outline = shapely.box(545_000, 258_000, 545_500, 258_400)
    rows = site_rows("1").append_column("geometry", pa.array([shapely.to_wkb(outline)]))
    store.append(rows, file=a_file("f"))
    assert shapely.equals_exact(store.open().geometries[0], outline)


def test_phases_belong_to_their_site(store):
    rows = site_rows(
        "a",
        "b",
        "b",
        "b",
        phase_year=pa.array([None, None, 2031, 2030], pa.int32()),
        phase=[None, None, "second", "first"],
        homes_planned=[10.0, 100.0, 40.0, 60.0],
    )
    store.append(rows, file=a_file("f"))
    sites = store.open()
    assert sites.site_ids == ("a", "b")
    assert sites.homes_planned.tolist() == [10.0, 100.0]
    assert sites.phases.site.tolist() == [1, 1]
    assert sites.phases.year.tolist() == [2030, 2031]
    assert sites.phases.names == ("first", "second")
    assert sites.phases.homes_planned.tolist() == [60.0, 40.0]


def test_the_same_file_or_site_again_is_refused(store):
    store.append(site_rows("1", "2"), file=a_file("f", b"1"))
    with pytest.raises(AlreadyImportedError):
        store.append(site_rows("1", "2"), file=a_file("g", b"1"))
    with pytest.raises(SameNameError):
        store.append(site_rows("3"), file=a_file("f", b"2"))
    with pytest.raises(SiteExistsError, match="sites 2 are"):
        store.append(site_rows("2", "3"), file=a_file("h"))
    assert store.open().site_ids == ("1", "2")


def test_replace_takes_the_place_of_the_same_sites_and_file(store):
    store.append(site_rows("1", "2"), file=a_file("f", b"1"))
    store.append(site_rows("3", "4"), file=a_file("g"))
    done = store.append(site_rows("2", "3", "5"), file=a_file("f", b"2"), replace=True)
    assert (done.rows, done.rows_replaced) == (3, 3)
    assert sorted(store.open().site_ids) == ["2", "3", "4", "5"]


def test_a_phase_without_a_site_is_refused(store):
    rows = site_rows("1", "9", phase_year=pa.array([None, 2030], pa.int32()))
    with pytest.raises(ImportRefusedError, match="9"):
        store.append(rows, file=a_file("f"))


def test_a_site_twice_is_refused(store):
    with pytest.raises(ImportRefusedError, match="site 1 is there twice"):
        store.append(site_rows("1", "1"), file=a_file("f"))


@pytest.mark.parametrize(
    "columns",
    [
        {"homes_planned": [-1.0]},
        {"homes_completed": [np.inf]},
        {"name": pa.nulls(1, pa.string())},
        {"easting_m": pa.nulls(1, pa.float64())},
        {"colour": ["red"]},
    ],
)
def test_rows_that_no_table_may_hold_are_refused(store, columns):
    with pytest.raises(DatasetSettingsError):
        store.append(site_rows("1", **columns), file=a_file("f"))
    assert store.version() is None


def test_a_table_in_another_crs_is_refused(store, tmp_path):
    store.append(site_rows("1"), file=a_file("f"))
    with pytest.raises(WrongCrsError):
        SiteStore(tmp_path / "sites", crs="EPSG:32630").open()


def test_facts_of_all_files_are_named(store):
    store.append(site_rows("1"), file=a_file("f"), source="A", licence="OGL")
    store.append(site_rows("2"), file=a_file("g"), source="B", synthetic=True)
    sites = store.open()
    assert (sites.sources, sites.licences, sites.synthetic) == (("A", "B"), ("OGL",), True)
