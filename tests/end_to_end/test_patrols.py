"""Places for patrols on the crimes of 2024."""

import pytest

from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.queries.patterns.patrols import CaptureQuery, PatrolForecastQuery, PatrolQuery
from tests.end_to_end.real_county import import_lsoas_and_crime

pytestmark = [pytest.mark.real, pytest.mark.slow]
VIOLENCE = {"category": "Violence and sexual offences", "within": "circle:545500,257500,4000"}


@pytest.fixture(scope="module")
def resources(test_data, tmp_path_factory):
    folder = import_lsoas_and_crime(test_data, tmp_path_factory.mktemp("patrols"))
    return open_resources(Settings(data_dir=folder))


def test_each_of_the_first_places_of_violence_in_cambridge_has_a_name_of_its_own(resources):
    query = PatrolQuery.model_validate(VIOLENCE)
    names = resources.patrol_lists.table("police-crime", query).columns["name"].tolist()
    assert len(names) == len(set(names)) == 20
    assert None not in names


def test_the_capture_curve_says_how_much_few_places_hold(resources):
    columns = resources.patrol_capture.table("police-crime", CaptureQuery()).columns
    at = columns["places"].tolist().index(100)
    assert columns["share_of_ground"][at] < 0.2
    assert 20 < columns["lower"][at] < columns["expected_share"][at] < columns["upper"][at] < 23


def test_one_year_is_judged_by_its_quarters(resources):
    table = resources.patrol_forecasts.table("police-crime", PatrolForecastQuery())
    tests = table.provenance.method["tests"]
    assert [test["period"] for test in tests] == ["2024-07 to 2024-09", "2024-10 to 2024-12"]
    assert any("too short for a test in a year" in note for note in table.provenance.notes)
    pei = table.columns["pei"]
    assert pei[table.columns["ranking"].tolist().index("all before")] > 0.9
