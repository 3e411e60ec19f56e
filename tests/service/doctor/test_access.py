"""The doctor on keys: who may read them, which end soon, and those that cannot be read."""

import datetime

import pytest

from service.config.access import AccessSettings
from service.config.settings import Settings
from service.doctor.access import access_findings
from service.identity.keys import today
from tests.service.http.identity.conftest import make_key


@pytest.fixture
def settings(tmp_path):
    return Settings(data_dir=tmp_path, access=AccessSettings(folder=f"{tmp_path}-access"))


def found(settings, day=None):
    return [
        (finding.part, finding.is_fault) for finding in access_findings(settings, day or today())
    ]


def test_without_keys_and_with_a_fresh_one_there_is_nothing_to_say(settings):
    assert found(settings) == []
    make_key(settings, "partner", expires=today() + datetime.timedelta(days=300))
    assert found(settings) == []


def test_a_folder_that_others_may_enter_is_a_fault(settings):
    make_key(settings, "partner", expires=today() + datetime.timedelta(days=300))
    settings.access_folder.chmod(0o750)
    assert found(settings) == [("access", True)]


def test_a_key_that_ends_within_a_month_is_noted_until_it_has(settings):
    last = today() + datetime.timedelta(days=40)
    make_key(settings, "partner", expires=last)
    days = (9, 10, 40, 41)
    noted = [found(settings, today() + datetime.timedelta(days=day)) for day in days]
    assert noted == [[], [("key", False)], [("key", False)], []]


def test_keys_that_cannot_be_read_are_a_fault(settings):
    make_key(settings, "partner")
    (settings.access_folder / "keys.json").write_text("{")
    assert found(settings) == [("access", True)]


def test_showing_records_to_everybody_is_noted(settings):
    access = settings.access.model_copy(update={"anonymous_role": "analyst"})
    assert found(settings.model_copy(update={"access": access})) == [("access", False)]
