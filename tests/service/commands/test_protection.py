"""Protecting and publishing a dataset on the command line."""

import pytest
from typer.testing import CliRunner

from service.__main__ import app
from service.access.audience import Access
from service.assembly.audiences import Audiences
from tests.service import protected, world


@pytest.fixture
def hotspots(own_county):
    """Runs a command on a county of the test's own; gives its lines."""

    def lines(*words, status=0):
        environ = {"HOTSPOTS_DATA_DIR": str(own_county), "COLUMNS": "200"}
        result = CliRunner().invoke(app, [str(word) for word in words], env=environ)
        assert result.exit_code == status, result.stderr
        return result.stdout if status == 0 else result.stderr

    return lines


def test_a_dataset_is_protected_published_and_listed(hotspots, own_county):
    said = hotspots(
        "protect", world.DATASET, "--policy", "small-5", "--cells", world.CELLS,
        "--by-category", "--owner", "Trust", "--retention-months", "1200",
    )  # fmt: skip
    assert "not served: it has not been published yet" in said
    assert "version 0" in hotspots("publish", world.DATASET)
    listed = hotspots("protections")
    assert f"counts by {world.CELLS}, year and category" in listed
    assert "served: version 0" in listed
    assert "owner: Trust" in listed
    audience = Audiences(protected.opened(own_county)).audience(protected.PARTNER)
    assert audience.access_of == {world.DATASET: Access.PUBLISHED}


def test_what_is_not_stated_again_stays(hotspots, own_county):
    words = ("protect", world.DATASET)
    hotspots(*words, "--policy", "nhs-hes", "--cells", world.CELLS, "--public", "--owner", "Trust")
    hotspots(*words, "--period", "quarter", "--contact", "ig@example.org")
    protection = protected.opened(own_county).protections.get(world.DATASET)
    assert protection.policy == "nhs-hes"
    assert protection.public
    assert (protection.cells.layer, protection.cells.period) == (world.CELLS, "quarter")
    assert protection.agreement.owner == "Trust"
    assert protection.agreement.contact == "ig@example.org"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ((), "--policy"),
        (("--policy", "small-5"), "--plan"),
        (("--policy", "small-5", "--period", "month"), "--cells"),
        (("--policy", "small-5", "--cells", "ward"), "ward"),
        (("--policy", "small-6", "--cells", world.CELLS), "small-5"),
        (("--policy", "open", "--cells", world.CELLS), "no cells are published"),
    ],
)
def test_a_protection_that_says_too_little_is_refused(hotspots, own_county, words, reason):
    assert reason in hotspots("protect", world.DATASET, *words, status=2)
    assert protected.opened(own_county).protections.all() == {}


def test_other_terms_are_published_on_confirmation_only(hotspots, own_county):
    cells = ("--cells", world.CELLS, "--period", "year")
    hotspots("protect", world.DATASET, "--policy", "small-5", *cells)
    hotspots("publish", world.DATASET)
    hotspots("protect", world.DATASET, "--policy", "nhs-hes")
    assert "confirm with --yes" in hotspots("publish", world.DATASET, status=2)
    said = hotspots("publish", world.DATASET, "--yes")
    assert "is published under small-5-1, by cell, year." in said
    assert "published as version 1" in said


def test_a_plan_says_what_each_choice_would_hide(hotspots, own_county):
    said = hotspots("publish", world.DATASET, "--plan", "--policy", "small-5")
    rows = [line.split() for line in said.splitlines()[2:]]
    assert len(rows) == 2 * 3 * 2  # layers, periods, with categories and without
    chosen = next(row for row in rows if row[:3] == [world.CELLS, "year", "each"])
    publication = protected.publish(protected.opened(own_county), protected.protection())
    assert chosen[3] == str(2 * 18 * 3)
    assert int(chosen[5]) == publication.hidden
    assert int(chosen[6]) == publication.hidden_records


def test_without_a_protection_nothing_is_published(hotspots):
    assert "hotspots protect" in hotspots("publish", world.DATASET, status=2)


def test_a_protection_is_taken_away(hotspots, own_county):
    hotspots("protect", world.DATASET, "--policy", "open")
    hotspots("protect", world.DATASET, "--remove")
    assert "no protection" in hotspots("protections")
    assert protected.opened(own_county).protections.all() == {}


def test_past_its_agreement_a_dataset_is_said_to_be_its_owners_alone(hotspots):
    hotspots("protect", world.DATASET, "--policy", "open", "--expires", "2020-12-31")
    assert "shown to its owner only: its agreement ended on 2020-12-31" in hotspots("protections")


def test_what_is_published_goes_with_its_dataset(hotspots, own_county):
    protected.published(own_county, protected.protection())
    said = hotspots("delete", "incidents", world.DATASET, "--yes", "--purge", "--now")
    assert "what was published is taken back" in said
    assert not (own_county / "published" / world.DATASET).exists()
    audiences = Audiences(protected.opened(own_county))
    assert audiences.audience(protected.PARTNER).access_of == {}


def test_when_rows_are_deleted_what_is_published_follows(hotspots, own_county):
    protected.add_assaults(own_county, "C33", 30)
    resources = protected.published(own_county, protected.protection())
    before = resources.published.cells(world.DATASET).released.sum()
    words = ("delete", "incidents", world.DATASET, "--file", "more.csv", "--yes")
    assert "published as version 1" in hotspots(*words)
    assert resources.published.cells(world.DATASET).released.sum() < before
