"""What is published tells nothing else: briefly, and as documented."""

import re

import pyarrow as pa
import pytest

from service.model.protection import CellPlan
from service.store.source_files import SourceFile
from tests.attacks.all_attacks import DOCUMENT
from tests.attacks.attacker import RefusedError
from tests.attacks.everything import everything
from tests.attacks.open_service import tile_guesses, z_guesses
from tests.attacks.published import (
    attackers,
    publish,
    published,
    truth_of,
    with_other_records,
)
from tests.attacks.published_service import NAMED, some_codes, some_periods
from tests.attacks.questions import counts_by_difference, counts_of_map, counts_of_rings
from tests.attacks.same_answers import compare
from tests.service import world
from tests.simulations.tables import documented

YEARS = CellPlan(layer=world.CELLS, period="year", by_category=True)
EVERY = 30  # of all questions
PICTURE = re.compile(r"(\.vl\.json|\.svg|/map\.png)(\?|$)")
EVERY_PICTURE = 4


@pytest.fixture(scope="module", params=["small-5", "ons-cell-key"])
def two_services(request, small_county, tmp_path_factory):
    """Services over two collections of records of which the same is published."""
    folder = tmp_path_factory.mktemp(request.param)
    target = published(small_county, folder / "true", request.param, YEARS)
    truth = truth_of(target)
    other = with_other_records(target, folder / "other", truth, shift=1)
    with attackers(target) as asked, attackers(other) as asked_other:
        yield target, truth, asked, asked_other


def addresses_of(target, truth, asked):
    app = asked["partner"].client.app
    return everything(app, target, codes=some_codes(truth), periods=some_periods(truth))


def test_no_answer_tells_records_from_others_of_the_same_publication(two_services):
    target, truth, asked, asked_other = two_services
    addresses = addresses_of(target, truth, asked)[::EVERY]
    # What an analyst is given is in no cache that a partner is answered from.
    for address in addresses:
        asked["analyst"].client.get(address, headers=asked["analyst"].headers)
    comparison = compare(asked["partner"], asked_other["partner"], addresses)
    assert comparison.different == []
    assert comparison.answered > comparison.asked / 4


def test_no_picture_tells_records_from_others_of_the_same_publication(two_services):
    target, truth, asked, asked_other = two_services
    pictures = [a for a in addresses_of(target, truth, asked) if PICTURE.search(a)]
    comparison = compare(asked["partner"], asked_other["partner"], pictures[::EVERY_PICTURE])
    assert comparison.different == []
    assert comparison.answered > 5


def test_what_is_drawn_for_partners_is_asked_with_as_many_draws_as_the_service_takes(two_services):
    target, truth, asked, _ = two_services
    drawn = [
        address
        for address in addresses_of(target, truth, asked)
        if "replicates=" in address and "/similarity?" in address
    ]
    assert drawn
    assert {asked["partner"].answer(address).status_code for address in drawn} == {200}


def test_who_sees_records_sees_the_difference(two_services):
    _, _, asked, asked_other = two_services
    address = f"/v1/choropleths/{world.DATASET}/{world.CELLS}?measure=count"
    assert compare(asked["analyst"], asked_other["analyst"], [address]).different


def test_one_more_record_changes_no_answer(two_services):
    target, truth, asked, _ = two_services
    addresses = addresses_of(target, truth, asked)[3 :: 2 * EVERY]
    before = [asked["partner"].client.get(a, headers=asked["partner"].headers) for a in addresses]
    easting_m, northing_m = world.place("C22", 0)
    row = pa.table(
        {
            "occurred": pa.array([world.moment(0)], pa.timestamp("us")),
            "category": ["assault"],
            "easting_m": [easting_m],
            "northing_m": [northing_m],
        }
    )
    target.resources().incidents.append(
        world.DATASET, row, files=[SourceFile("later.csv", "1" * 64)]
    )
    publish(target, truth.policy.name, truth.plan)
    after = [asked["partner"].client.get(a, headers=asked["partner"].headers) for a in addresses]
    assert [a.content for a in after] == [a.content for a in before]
    assert [a.headers.get("etag") for a in after] == [a.headers.get("etag") for a in before]


@pytest.fixture(scope="module")
def partner(callouts, tmp_path_factory):
    """A partner's way to the callouts, and the callouts as they are published."""
    folder = tmp_path_factory.mktemp("published")
    plan = CellPlan(layer="lsoa", period="year")
    target = published(callouts, folder, "small-5", plan)
    with attackers(target) as asked:
        yield asked["partner"], target


@pytest.mark.parametrize(
    "ask",
    [
        lambda a, t: a.raster(t.dataset, bandwidth_m=40, cell_m=20),
        lambda a, t: tile_guesses(a, t, t.tiles(1)),
        lambda a, t: counts_of_map(a, t.dataset, "hex:200"),
        lambda a, t: counts_of_map(a, t.dataset, t.layer, **{"from": "2019-01", "to": "2019-01"}),
        lambda a, t: counts_of_map(a, t.dataset, t.layer, within="circle:545100,258500,50"),
        lambda a, t: counts_of_rings(a, t.dataset, t.layer, inner_m=100.0, width_m=10.0),
        lambda a, t: counts_by_difference(
            a, t.dataset, t.layer, whole={"to": "2019-12"}, part={"to": "2019-11"}
        ),
    ],
    ids=["raster", "breaks", "grid", "month", "circle", "rings", "difference"],
)
def test_partners_are_refused_what_attacks_ask(partner, ask):
    with pytest.raises(RefusedError) as caught:
        ask(*partner)
    assert caught.value.status == 403


def test_z_scores_tell_partners_no_hidden_count(partner, callouts):
    attacker, target = partner
    guesses, _ = z_guesses(attacker, target)
    truth = truth_of(target)
    assert len(truth.hidden) > 500
    assert guesses.codes == []


@pytest.mark.parametrize("dataset", ["callouts", "crimes"])
class TestDocumented:
    """What the document says of every named policy."""

    def rows(self, dataset):
        table = documented(f"{dataset} published", document=DOCUMENT)
        return [dict(zip(table.columns, row, strict=True)) for row in table.rows]

    def test_every_policy_was_attacked(self, dataset):
        assert [row["policy"] for row in self.rows(dataset)] == list(NAMED)
        assert all(row["that differ"] == "0" for row in self.rows(dataset))

    def test_answers_leave_a_cell_as_many_counts_as_the_policy(self, dataset):
        for row in self.rows(dataset):
            assert int(row["by all answers"]) >= int(row["counts a cell may have"]), row

    def test_no_guess_is_better_than_one_without_an_attack(self, dataset):
        pairs = [("guessed right", "from margins"),
                 ("with a record within 100 m", "drawn in the same cells"),
                 ("with a record within 100 m", "drawn among residents")]  # fmt: skip
        for row in self.rows(dataset):
            for attack, baseline in pairs:
                assert exceeds(row[attack], row[baseline]) <= 0, (row["policy"], attack)


def exceeds(attack, baseline):
    """By how much a share is above another, beyond two standard errors of their difference."""
    if "none" in (attack, baseline):
        return 0.0
    (share, error), (other, other_error) = (
        [float(part.rstrip(" %")) for part in text.split("±")] for text in (attack, baseline)
    )
    return share - other - (error**2 + other_error**2) ** 0.5
