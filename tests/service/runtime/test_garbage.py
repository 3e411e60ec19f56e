"""The search for garbage rests while the service is put together, and passes over what was made."""

import gc

import pytest

from service.runtime.garbage import uncollected


@pytest.fixture(autouse=True)
def _thawed():
    yield
    gc.unfreeze()


def test_it_rests_within_and_goes_on_behind():
    with uncollected():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_goes_on_after_an_error():
    with pytest.raises(ValueError, match="no such folder"), uncollected():
        raise ValueError("no such folder")
    assert gc.isenabled()


def test_what_was_made_is_not_searched_again():
    with uncollected():
        made = {"a": []}
    assert all(tracked is not made for tracked in gc.get_objects())
