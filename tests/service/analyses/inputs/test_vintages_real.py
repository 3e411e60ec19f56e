"""The 2018 crimes of the county, coded in 2011, against the layer of 2021: nothing is lost."""

import csv
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from service.analyses.inputs.placement import BY_LOOKUP_AND_LOCATION
from service.analyses.resources import Resources
from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.imports.boundaries import import_boundaries
from service.imports.incidents.importer import ImportOptions
from service.imports.incidents.police_uk import HEADER, import_police_uk
from service.imports.lookups import LookupOptions, import_lookup
from service.imports.measures import MeasureOptions, MeasureValue, import_measures
from service.model.incident_filter import IncidentFilter
from service.queries.areas import ChoroplethQuery
from service.store.reference.lookups import LookupKey

pytestmark = pytest.mark.real

LOOKUP = "lsoa11_lsoa21_ltla22_cambs_pboro.csv"


def crimes_of_2018(test_data: Path) -> pa.Table:
    """The county's rows of the benchmark file."""
    force = [("Falls within", "==", "Cambridgeshire Constabulary")]
    path = test_data / "benchmark" / "england_wales_2018-10_2019-02.parquet"
    rows = pq.read_table(path, filters=force)
    texts = {name: rows.column(name).cast(pa.string()) for name in rows.column_names}
    return pa.table(texts)


@pytest.fixture(scope="module")
def crimes(test_data) -> pa.Table:
    return crimes_of_2018(test_data)


@pytest.fixture(scope="module")
def held(test_data, crimes, tmp_path_factory) -> Resources:
    """Both vintages, the lookup, the crimes and residents of 2020 and 2021 at rest."""
    folder = tmp_path_factory.mktemp("vintages")
    found = open_resources(Settings(data_dir=folder))
    for year in ("21", "11"):
        path = test_data / "boundaries" / f"lsoa{year}.geojson"
        import_boundaries(found.layers, path, layer=f"lsoa{year}", code_field=f"LSOA{year}CD")
    codes = {name: found.layers.get(name).codes for name in found.layers.ids()}
    import_lookup(
        found.lookups,
        test_data / "lookups" / LOOKUP,
        LookupOptions(
            key=LookupKey("lsoa11", "lsoa21"),
            from_field="lsoa11_code",
            to_field="lsoa21_code",
            change_field="change_code",
            codes=codes,
        ),
    )
    street = folder / "2018-cambridgeshire-street.csv"
    with street.open("w", newline="") as file:
        writer = csv.DictWriter(file, HEADER, restval="")
        writer.writeheader()
        writer.writerows(crimes.to_pylist())
    summary = import_police_uk(found.incidents, [street], ImportOptions("crime", layers=codes))
    assert summary.area_codes is not None
    assert summary.area_codes.layer == "lsoa11"
    assert "the area codes are of lsoa11: 83.4% of those supplied are in lsoa21" in summary.lines()
    for layer, period, name, column in (
        ("lsoa11", "2020", "population_mid2020_lsoa11_total_cambs_pboro.csv", "total_population"),
        ("lsoa21", "2021", "population_census2021_lsoa21_cambs_pboro.csv", "total_residents"),
    ):
        import_measures(
            found.measures,
            test_data / "population" / name,
            [MeasureValue("residents", period, column)],
            MeasureOptions(layer, f"{layer}_code"),
        )
    return found


def counts(found: Resources, layer: str) -> dict[str, int]:
    counted = found.areas.count("crime", layer, IncidentFilter())
    return dict(zip(counted.layer.codes, counted.count.tolist(), strict=True))


def supplied(crimes: pa.Table) -> dict[str, int]:
    """Records per supplied code, counted from the file."""
    tally = pc.value_counts(crimes.column("LSOA code").drop_null())
    return dict(
        zip(tally.field("values").to_pylist(), tally.field("counts").to_pylist(), strict=True)
    )


def test_totals_are_kept_to_the_last_incident(held, crimes, test_data):
    in_file = supplied(crimes)
    new = counts(held, "lsoa21")
    with (test_data / "lookups" / LOOKUP).open() as file:
        pairs = [
            (r["lsoa11_code"], r["lsoa21_code"], r["change_code"]) for r in csv.DictReader(file)
        ]
    of_county = {old for old, _, _ in pairs}
    assert sum(new.values()) == sum(n for code, n in in_file.items() if code in of_county)
    for old, code, change in pairs:
        if change == "U":
            assert new[code] == in_file.get(old, 0), code
    for whole in {code for _, code, change in pairs if change == "M"}:
        members = [old for old, code, _ in pairs if code == whole]
        assert new[whole] == sum(in_file.get(old, 0) for old in members)
    for parted in {old for old, _, change in pairs if change == "S"}:
        parts = [code for old, code, _ in pairs if old == parted]
        assert sum(new[code] for code in parts) == in_file.get(parted, 0), parted


def test_the_numbers_add_up_and_the_vintage_is_said(held, crimes):
    counted = held.areas.count("crime", "lsoa21", IncidentFilter())
    numbers = counted.reconciliation()
    assert numbers["records"] == crimes.num_rows == 32_665
    assert sum(n for name, n in numbers.items() if name != "records") == numbers["records"]
    assert counted.notes()[0].startswith("The area codes are of lsoa11: 83.9 % of the coded")
    assert held.areas.count("crime", "lsoa11", IncidentFilter()).notes() == ()


def test_split_areas_go_by_location_and_stay_within_their_old_area(held):
    incidents = held.incidents.open("crime")
    layer = held.layers.get("lsoa21")
    placement = held.areas.placement(incidents, layer)
    (lookup,) = held.lookups.into("lsoa21")
    pairs = {
        (lookup.changes.old_codes[i], lookup.changes.new_codes[j])
        for i, j in zip(lookup.changes.old, lookup.changes.new, strict=True)
    }
    decided = np.flatnonzero(placement.method == BY_LOOKUP_AND_LOCATION)
    assert len(decided) > 4_000
    for at in decided[::17]:
        old = incidents.area_codes[incidents.area_code[at]]
        assert (old, layer.codes[placement.area[at]]) in pairs


def test_the_layer_of_their_own_vintage_has_what_the_file_says(held, crimes):
    in_file = supplied(crimes)
    assert counts(held, "lsoa11") == {
        code: in_file.get(code, 0) for code in held.layers.get("lsoa11").codes
    }


def test_residents_of_2020_are_carried_across_and_none_is_lost(held, test_data):
    query = ChoroplethQuery(measure="rate", denominator="residents:2020")
    table = held.choropleths.table("crime", "lsoa21", query)
    with (
        test_data / "population" / "population_mid2020_lsoa11_total_cambs_pboro.csv"
    ).open() as file:
        old = {row["lsoa11_code"]: float(row["total_population"]) for row in csv.DictReader(file)}
    below = dict(zip(table.columns["code"], table.columns["denominator"], strict=True))
    estimated = dict(
        zip(table.columns["code"], table.columns["denominator_estimated"], strict=True)
    )
    assert sum(below.values()) == pytest.approx(sum(old.values()), rel=1e-12)
    assert sum(estimated.values()) == 57
    unchanged = [code for code, flag in estimated.items() if not flag and code in old]
    assert len(unchanged) == 455
    assert all(below[code] == old[code] for code in unchanged)
    assert any("shared by residents of 2021" in note for note in table.provenance.notes)
