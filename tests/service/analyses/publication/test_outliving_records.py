"""What is published of records that are deleted: kept as it is, or taken back, never in part."""

import datetime

import pytest

from boundaries.storage.data_folder import DataFolder
from service.assembly.audiences import Audiences
from service.commands.admin.protection import publisher_of
from service.coverage.coverage import Coverage
from service.coverage.spans import Span
from service.housekeeping.deleting import delete
from service.housekeeping.deletions import Deletion
from service.housekeeping.removal import removal_of
from service.model.incident_filter import IncidentFilter
from service.publication.periods import covered_periods, cut_period
from tests.service import protected, world
from tests.service.protected import ANALYST, PARTNER

MAY, NEW_YEAR = datetime.date(2024, 5, 29), datetime.date(2024, 1, 1)
PROTECTION = protected.protection("ons-cell-key")
YEARS = (53, 54)  # 2023 and 2024


@pytest.fixture
def resources(tmp_path):
    return protected.published(world.build(tmp_path / "county"), PROTECTION)


def delete_before(resources, day, renew=None):
    data = DataFolder(resources.settings.data_dir)
    deletion = Deletion("incidents", world.DATASET, before=str(day), rule="retention")
    return delete(data, removal_of(data, deletion), purged=True, grace_s=0.0, renew=renew)


def rows_of(resources):
    table = resources.published.newest(world.DATASET)
    return {(row["period"], row["area"], row["category"]): row for row in table.read().to_pylist()}


def partners_count(resources):
    partner = Audiences(protected.opened(resources.settings.data_dir)).of(PARTNER)
    return partner.areas.count(world.DATASET, world.CELLS, IncidentFilter()).count.tolist()


def test_numbers_that_are_kept_stay_as_they_were_when_their_records_are_deleted(resources):
    before, digest = rows_of(resources), resources.published.cells(world.DATASET).digest
    counts = partners_count(resources)
    publisher = publisher_of(resources)
    assert publisher.conclude(world.DATASET, NEW_YEAR) == ("2023",)
    assert publisher.conclude(world.DATASET, NEW_YEAR) == ()
    delete_before(resources, NEW_YEAR)
    publication = publisher.publish(PROTECTION)
    assert (publication.released, publication.final) == ((), ("2023",))
    assert resources.published.cells(world.DATASET).digest == digest
    assert partners_count(resources) == counts
    after = rows_of(resources)
    assert {(period, row["exact"] is None) for (period, _, _), row in after.items()} == {
        (53, True),
        (54, False),
    }
    shown = {cell: row["released"] for cell, row in before.items() if row["released"] != 0}
    assert {c: r["released"] for c, r in after.items() if r["released"] != 0} == shown


def test_what_was_concluded_stays_when_the_rest_is_taken_back(resources):
    publisher = publisher_of(resources)
    publisher.conclude(world.DATASET, NEW_YEAR)
    concluded = {c: r for c, r in rows_of(resources).items() if c[0] == 53}
    delete_before(resources, MAY)
    (said,) = publisher.renew(world.DATASET, PROTECTION)
    assert said.endswith("but for what stays for ever")
    assert rows_of(resources) == concluded
    cells = resources.published.cells(world.DATASET)
    assert cells.periods == (53,)
    assert str(cells.coverage) == "2023-01 to 2023-12"
    assert Audiences(resources).of(PARTNER).incidents.ids() == (world.DATASET,)


def test_a_period_that_begins_on_the_day_itself_is_not_concluded(resources):
    publisher = publisher_of(resources)
    assert publisher.conclude(world.DATASET, NEW_YEAR) == ("2023",)
    assert publisher.conclude(world.DATASET, NEW_YEAR + datetime.timedelta(days=1)) == ("2024",)


def test_what_is_left_of_a_period_is_not_published(resources):
    publisher = publisher_of(resources)
    said = []
    delete_before(resources, MAY, lambda: said.extend(publisher.renew(world.DATASET, PROTECTION)))
    assert said == [f"{world.DATASET}: what was published is taken back"]  # no whole year is left
    assert resources.published.ids() == ()
    assert Audiences(resources).of(PARTNER).incidents.ids() == ()
    assert Audiences(resources).of(ANALYST).incidents.ids() == (world.DATASET,)


def test_whole_periods_that_remain_are_published_as_before(tmp_path):
    months = protected.protection("ons-cell-key", period="month")
    resources = protected.published(world.build(tmp_path / "county"), months)
    before = rows_of(resources)
    publisher = publisher_of(resources)
    delete_before(resources, MAY, lambda: publisher.renew(world.DATASET, months))
    after, june = rows_of(resources), 54 * 12 + 5
    assert {period for period, _, _ in after} == {p for p, _, _ in before if p >= june}
    assert all(row == before[cell] for cell, row in after.items())
    cells = resources.published.cells(world.DATASET)
    assert cells.coverage.spans[0].first == datetime.date(2024, 6, 1)
    assert set(cells.periods) == {p for p, _, _ in after}


def test_a_dataset_without_a_row_or_a_protection_is_taken_back(resources):
    publisher = publisher_of(resources)
    assert publisher.renew("another", None) == []
    assert publisher.renew(world.DATASET, None)
    assert resources.published.ids() == ()


@pytest.mark.parametrize(
    ("since", "unit", "cut", "first"),
    [
        (datetime.date(2024, 5, 29), "year", 54, 55),
        (datetime.date(2024, 5, 29), "quarter", 54 * 4 + 1, 54 * 4 + 2),
        (datetime.date(2024, 5, 29), "month", 54 * 12 + 4, 54 * 12 + 5),
        (datetime.date(2024, 4, 1), "quarter", None, 54 * 4 + 1),
        (datetime.date(2024, 1, 1), "year", None, 54),
    ],
)
def test_the_period_that_a_retention_cuts_is_none_that_is_published(since, unit, cut, first):
    coverage = Coverage((Span(since, datetime.date(2026, 3, 31)),), since=since)
    assert cut_period(coverage, unit) == cut
    assert covered_periods(coverage, unit)[0] == first
