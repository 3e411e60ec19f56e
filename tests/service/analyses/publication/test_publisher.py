"""Publishing: what is written, what stays, and what no publication tells."""

import dataclasses
import datetime
import shutil

import numpy as np
import pytest

from service.assembly.audiences import Audiences
from service.model.incident_filter import IncidentFilter
from service.publication.published import SCHEMA, without_exact
from service.store.errors import NotPublishableError
from tests.service import protected, world

CELL_KEY = protected.protection("ons-cell-key")
YEARS = (53, 54)  # 2023 and 2024


@pytest.fixture
def folder(tmp_path):
    return world.build(tmp_path / "county")


def rows_of(resources):
    table = resources.published.newest(world.DATASET)
    return {(row["period"], row["area"], row["category"]): row for row in table.read().to_pylist()}


def test_a_second_publication_of_the_same_writes_nothing(folder):
    resources = protected.opened(folder)
    assert protected.publish(resources, CELL_KEY).version == 0
    assert protected.publish(resources, CELL_KEY).version is None
    assert protected.publish(protected.opened(folder), CELL_KEY).version is None


def test_few_changes_leave_a_period_as_it_was_until_they_are_enough(folder):
    resources = protected.published(folder, CELL_KEY)
    before = rows_of(resources)
    protected.add_assaults(folder, "C00", 3)
    publication = protected.publish(resources, CELL_KEY)
    assert (publication.released, publication.frozen) == ((), ("2024",))
    assert rows_of(resources) == before
    protected.add_assaults(folder, "C22", 2, name="others.csv")  # five in all: the smallest change
    publication = protected.publish(resources, CELL_KEY)
    assert (publication.released, publication.frozen) == (("2024",), ())
    cell = (54, "C00", "assault")
    assert rows_of(resources)[cell]["exact"] == before[cell]["exact"] + 3


def test_a_cell_whose_count_is_as_before_keeps_its_noise(folder):
    resources = protected.published(folder, CELL_KEY)
    before = rows_of(resources)
    protected.add_assaults(folder, "C00", 40)
    protected.publish(resources, CELL_KEY)
    after = rows_of(resources)
    changed = {cell for cell in {*before, *after} if before.get(cell) != after.get(cell)}
    assert changed == {(54, "C00", "assault")}


def test_noise_comes_from_the_records_and_not_from_the_import(folder, tmp_path):
    one = protected.published(folder, CELL_KEY)
    other_folder = world.build(tmp_path / "other")
    shutil.rmtree(other_folder / "incidents")
    half = len(world.RECORDS) // 2
    world.append_incidents(other_folder, world.RECORDS[half:], name="b.csv")
    world.append_incidents(other_folder, world.RECORDS[:half], name="a.csv")
    other = protected.opened(other_folder)
    other.record_key_secret.path.parent.mkdir()
    shutil.copy(one.record_key_secret.path, other.record_key_secret.path)
    protected.publish(other, CELL_KEY)
    assert rows_of(one) == rows_of(other)


def test_the_revision_tells_nothing_that_is_not_published(folder, tmp_path):
    """Three records and four look the same under small-5."""
    revisions, exact = set(), set()
    for count in (3, 4):
        copy = shutil.copytree(folder, tmp_path / f"county-{count}")
        protected.add_assaults(copy, "C33", count)
        resources = protected.published(copy, protected.protection())
        partner = Audiences(resources).of(protected.PARTNER)
        revisions.add(partner.incidents.revision(world.DATASET))
        exact.add(rows_of(resources)[54, "C33", "assault"]["exact"])
    assert (len(revisions), exact) == (1, {3, 4})


def test_importing_changes_nothing_that_is_published(folder):
    resources = protected.published(folder, CELL_KEY)
    partner = Audiences(resources).of(protected.PARTNER)
    before = partner.areas.count(world.DATASET, world.CELLS, IncidentFilter()).count
    revision = partner.incidents.revision(world.DATASET)
    protected.add_assaults(folder, "C00", 40)
    after = partner.areas.count(world.DATASET, world.CELLS, IncidentFilter()).count
    np.testing.assert_array_equal(before, after)
    assert partner.incidents.revision(world.DATASET) == revision


@pytest.mark.parametrize("unit", ["month", "quarter", "year"])
def test_cells_add_up_to_the_records(folder, unit):
    resources = protected.published(folder, protected.protection(period=unit, by_category=False))
    rows = rows_of(resources)
    assert sum(row["exact"] for row in rows.values()) == len(world.RECORDS)
    assert {len(resources.published.cells(world.DATASET).periods)} == {
        {"month": 24, "quarter": 8, "year": 2}[unit]
    }


def test_a_policy_that_hides_zero_hides_every_empty_cell(folder):
    resources = protected.published(folder, protected.protection("opensafely-7-5"))
    cells = resources.published.cells(world.DATASET)
    hidden = int(cells.is_hidden.sum())
    every = len(YEARS) * (len(world.CODES) + 2) * len(world.CATEGORIES)
    shown = [row for row in rows_of(resources).values() if (row["exact"] or 0) > 7]
    assert hidden == every - len(shown)
    assert cells.low[cells.is_hidden].max() == 0


def test_without_exact_counts_nothing_is_left_that_is_not_public(folder):
    resources = protected.published(folder, protected.protection("nhs-hes"))
    table = resources.published.newest(world.DATASET)
    public = without_exact(table.read())
    assert public.schema == SCHEMA
    assert public.column("exact").null_count == public.num_rows
    before = resources.published.cells(world.DATASET)
    resources.published.write(world.DATASET, public, table.facts)
    after = resources.published.cells(world.DATASET)
    assert after.digest == before.digest
    np.testing.assert_array_equal(after.released, before.released)


def test_periods_without_exact_counts_stay_for_ever(folder):
    resources = protected.published(folder, CELL_KEY)
    table = resources.published.newest(world.DATASET)
    facts = {**table.facts, "final_periods": list(YEARS)}
    resources.published.write(world.DATASET, without_exact(table.read()), facts)
    before = rows_of(resources)
    protected.add_assaults(folder, "C00", 40)
    publication = protected.publish(resources, CELL_KEY)
    assert publication.final == ("2023", "2024")
    assert rows_of(resources) == before


@pytest.mark.parametrize(
    ("protected_so", "reason"),
    [
        (dataclasses.replace(CELL_KEY, policy="open"), "open"),
        (dataclasses.replace(CELL_KEY, cells=None), "names no cells"),
    ],
)
def test_what_cannot_be_published_is_refused(folder, protected_so, reason):
    with pytest.raises(NotPublishableError, match=reason):
        protected.publish(protected.opened(folder), protected_so)


def test_the_day_of_the_last_incident_is_not_published(folder):
    """Where only records tell what the data cover, the last day would be that of one of them."""
    shutil.rmtree(folder / "incidents")
    last = datetime.datetime(2025, 3, 7)  # noqa: DTZ001
    records = [record for record in world.RECORDS if record.precision == "day"]
    records += [world.Record("assault", last, "day", *world.place("C00", k)) for k in range(9)]
    world.append_incidents(folder, tuple(records), name="callouts.csv")
    resources = protected.published(folder, protected.protection(period="month"))
    exact = resources.incidents.open(world.DATASET).coverage
    assert str(exact) == "2023-01 to 2024-12, 2025-03-01 to 2025-03-07"
    assert str(resources.published.cells(world.DATASET).coverage) == "2023-01 to 2024-12, 2025-03"


def test_another_secret_draws_no_noise_anew(folder):
    resources = protected.published(folder, CELL_KEY)
    before = rows_of(resources)
    resources.record_key_secret.path.write_bytes(bytes(range(32)))
    assert protected.publish(resources, CELL_KEY).version == 1  # under other terms
    assert rows_of(resources) == before


def test_borders_drawn_anew_release_no_few_records(folder):
    resources = protected.published(folder, CELL_KEY)
    before = rows_of(resources)
    layer = resources.layers.get(world.CELLS)
    resources.layers.save(
        dataclasses.replace(layer, names=tuple(reversed(layer.names))), replace=True
    )
    protected.add_assaults(folder, "C00", 3)
    assert protected.publish(resources, CELL_KEY).frozen == ("2024",)
    assert rows_of(resources) == before


def test_periods_that_stay_for_ever_are_not_lost_to_other_cells(folder):
    resources = protected.published(folder, CELL_KEY)
    table = resources.published.newest(world.DATASET)
    facts = {**table.facts, "final_periods": [YEARS[0]]}
    resources.published.write(world.DATASET, table.read(), facts)
    with pytest.raises(NotPublishableError, match="protect it as it was"):
        protected.publish(resources, protected.protection("nhs-hes"))
