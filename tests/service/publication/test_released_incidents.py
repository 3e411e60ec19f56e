"""Incidents made from published cells: as many as are published, and nothing else."""

from collections import Counter

import numpy as np
import pytest
import shapely

from service.access.stand_ins import VARIANTS, stand_ins
from service.assembly.audiences import Audiences
from service.model.incident_filter import IncidentFilter
from service.publication.cells import OUTSIDE, UNLOCATED
from service.queries.heatmaps import HeatmapQuery
from service.queries.tables.harm import HarmTableQuery
from service.store.errors import ReadOnlyDataError, UnknownAttributeError, UnknownDatasetError
from tests.service import protected, world

SMALL = 4  # counts from 1 to this are hidden under small-5


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return world.build(tmp_path_factory.mktemp("protected"))


@pytest.fixture(scope="module")
def owner(folder):
    return protected.published(folder, protected.protection())


@pytest.fixture(scope="module")
def partner(owner):
    return Audiences(owner).of(protected.PARTNER)


def true_cells():
    """Every record by year, area and category."""

    def area(record):
        return record.cell or (OUTSIDE if record.located else UNLOCATED)

    return Counter((r.occurred.year - 1970, area(r), r.category) for r in world.RECORDS)


def published_cells(partner):
    cells = partner.incidents.published_cells(world.DATASET)
    columns = (cells.period, cells.area, cells.category, cells.released, cells.low, cells.high)
    return {
        (period, cells.areas[area], cells.categories[category]): (released, low, high)
        for period, area, category, released, low, high in zip(
            *(column.tolist() for column in columns), strict=True
        )
    }


def test_every_record_is_in_one_cell_and_small_ones_are_hidden(partner):
    expected = {
        cell: (-1, 1, SMALL) if count <= SMALL else (count, count, count)
        for cell, count in true_cells().items()
    }
    assert published_cells(partner) == expected


@pytest.mark.parametrize("variant", VARIANTS)
def test_there_are_as_many_incidents_as_are_published(partner, variant):
    position = VARIANTS.index(variant)
    with stand_ins(variant):
        incidents = partner.incidents.open(world.DATASET)
    cells = incidents.cells
    stand_in = (cells.low, cells.expected, cells.high)[position]
    assert len(incidents) == np.where(cells.is_hidden, stand_in, cells.released).sum()


def test_those_of_a_lower_variant_are_among_those_of_a_higher_one(partner):
    places = []
    for variant in VARIANTS:
        with stand_ins(variant):
            incidents = partner.incidents.open(world.DATASET)
        rows = zip(incidents.occurred, incidents.category, map(tuple, incidents.xy_m), strict=True)
        places.append(Counter((str(o), c, xy) for o, c, xy in rows if not np.isnan(xy[0])))
    low, expected, high = places
    assert low < expected < high


def test_tables_count_what_is_published(partner):
    """A hidden cell has one record at least and four at most."""
    counts = partner.areas.count(world.DATASET, world.CELLS, IncidentFilter())
    by_area = {code: [] for code in world.CODES}
    for (_, area, _), count in true_cells().items():
        if area in by_area:
            by_area[area].append(count)
    for code, count in zip(counts.layer.codes, counts.count.tolist(), strict=True):
        shown = sum(n for n in by_area[code] if n > SMALL)
        hidden = sum(n <= SMALL for n in by_area[code])
        assert shown + hidden <= count <= shown + SMALL * hidden


def test_larger_areas_are_sums_of_the_published_ones(partner):
    cells = partner.areas.count(world.DATASET, world.CELLS, IncidentFilter())
    districts = partner.areas.count(world.DATASET, world.DISTRICTS, IncidentFilter())
    sums = Counter()
    for code, count in zip(cells.layer.codes, cells.count.tolist(), strict=True):
        sums[world.DISTRICT_OF[code]] += count
    assert dict(zip(districts.layer.codes, districts.count.tolist(), strict=True)) == sums


def test_records_outside_and_without_a_place_are_neither_lost_nor_in_an_area(partner):
    counts = partner.areas.count(
        world.DATASET, world.CELLS, IncidentFilter(categories=("assault",))
    )
    reconciliation = counts.reconciliation()
    assert reconciliation["outside"] == 9  # all in one year
    assert 12 + 1 <= reconciliation["not_located"] <= 12 + SMALL  # one of 2024 is hidden
    assert reconciliation["records"] == counts.count.sum() + 9 + reconciliation["not_located"]


def test_places_lie_in_their_areas_and_are_nobodys(partner, owner):
    incidents = partner.incidents.open(world.DATASET)
    true = {tuple(xy) for xy in owner.incidents.open(world.DATASET).xy_m.tolist()}
    in_area = incidents.area_code >= 0
    for xy, code in zip(incidents.xy_m[in_area], incidents.area_code[in_area], strict=True):
        assert shapely.contains_xy(world.square(incidents.area_codes[code]), *xy)
        assert tuple(xy.tolist()) not in true


def test_the_coverage_is_that_of_the_dataset(partner, owner):
    true = owner.incidents.open(world.DATASET)
    incidents = partner.incidents.open(world.DATASET)
    assert incidents.coverage.spans == true.coverage.spans
    assert incidents.covered.all()
    assert (incidents.info().first, incidents.info().last) == ("2023-01", "2024-12")


def test_nothing_is_known_of_an_incident_but_its_cell(partner):
    incidents = partner.incidents.open(world.DATASET)
    assert set(np.unique(incidents.occurred.astype(str))) == {
        "2023-01-01T00:00",
        "2024-01-01T00:00",
    }
    assert not incidents.attributes
    assert not incidents.subcategories
    assert not incidents.is_weighted
    assert np.isnat(incidents.occurred_to).all()
    assert "exact" not in incidents.rows().column_names
    with pytest.raises(UnknownAttributeError):
        incidents.attribute("sex")
    assert partner.incidents.imports(world.DATASET) == ()
    assert partner.incidents.imported_files(world.DATASET) == {}


def test_an_audience_imports_nothing(partner):
    with pytest.raises(ReadOnlyDataError):
        partner.incidents.append(world.DATASET, world.incident_rows(world.RECORDS[:1]), files=())


def test_a_dataset_that_is_not_seen_is_not_known(owner, partner):
    public = Audiences(owner).of(protected.PUBLIC)
    assert public.incidents.ids() == ()
    for ask in (public.incidents.open, public.incidents.revision, public.incidents.version):
        with pytest.raises(UnknownDatasetError) as caught:
            ask(world.DATASET)
        assert caught.value.allowed == ()
    assert public.incidents.facts(world.DATASET) is None


def test_variants_have_the_same_revision_where_nothing_is_hidden(tmp_path):
    folder = world.build(tmp_path)
    owner = protected.published(folder, protected.protection("ons-cell-key"))
    partner = Audiences(owner).of(protected.PARTNER)
    revisions = set()
    for variant in VARIANTS:
        with stand_ins(variant):
            revisions.add(partner.incidents.revision(world.DATASET))
    assert len(revisions) == 1


def test_where_nothing_is_released_everything_answers(tmp_path):
    owner = protected.published(
        world.build(tmp_path), protected.protection("sacro", period="month")
    )
    partner = Audiences(owner).of(protected.PARTNER)
    with stand_ins("low"):
        assert len(partner.incidents.open(world.DATASET)) == 0
        assert partner.catalogue.datasets().content["datasets"][0]["records"] == 0
        assert partner.heatmaps.legend(world.DATASET, HeatmapQuery()).classes == ()
        harm = partner.harm_tables.table(world.DATASET, HarmTableQuery())
        assert not any(harm.columns["count"])
