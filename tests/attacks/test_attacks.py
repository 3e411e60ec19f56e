"""The attacks work on a service that shows its records: briefly, and as documented."""

import re

import pytest

from tests.attacks.all_attacks import DOCUMENT
from tests.attacks.attacker import Attacker
from tests.attacks.open_service import client_of, tile_guesses, z_guesses
from tests.simulations.tables import documented

SIDE = 2


@pytest.fixture(scope="module")
def attacker(callouts):
    with client_of(callouts.resources()) as client:
        yield Attacker(client)


def test_counts_are_worked_out_from_z_scores(attacker, callouts):
    guesses, truth = z_guesses(attacker, callouts, decimals=2)
    assert guesses.share_right(truth) >= 0.99
    assert guesses.share_right(truth, among=range(1, 5)) >= 0.99


def test_places_are_worked_out_from_pictures(attacker, callouts):
    tiles = callouts.tiles(SIDE)
    places_m = callouts.places_in_tiles_m(tiles)
    guesses = tile_guesses(attacker, callouts, tiles, free_breaks=False)
    assert len(places_m) > 30
    assert len(guesses.xy_m) <= len(places_m) * 1.5
    assert guesses.share_found(places_m, 10.0) >= 0.8


def results(name):
    """What the attacks of a documented table gave, by attack."""
    table = documented(name, document=DOCUMENT)
    return dict(zip(table.column("attack"), table.column("what it gives"), strict=True))


def first_percent(text):
    return float(re.search(r"([\d.]+) %", text)[1])


@pytest.mark.parametrize("name", ["callouts shown to everybody", "crimes shown to everybody"])
def test_the_document_says_that_counts_and_places_are_recovered(name):
    given = results(name)
    assert len(given) >= 9
    assert first_percent(given["D. z scores of seven neighbour rules, and the total"]) >= 99
    assert first_percent(given["B. coloured tiles of zoom 17, breaks of one's own"]) >= 80
    assert first_percent(given["A. one raster of 20 m cells, bandwidth 40 m"]) >= 80
