"""What is attacked in the tests: the callouts of the demonstration, and the small county."""

import pytest

from tests.attacks.targets import Target, demonstration
from tests.service import world


@pytest.fixture(scope="session")
def callouts(tmp_path_factory):
    return demonstration(tmp_path_factory.mktemp("attacked") / "data")


@pytest.fixture(scope="session")
def small_county(tmp_path_factory):
    """The county of the other tests, whose areas have few records."""
    return Target(
        "the small county",
        world.build(tmp_path_factory.mktemp("county") / "data"),
        world.DATASET,
        world.CELLS,
        world.place("C11", 0),
        "burglary",
        "residents",
        has_sites=True,
    )
