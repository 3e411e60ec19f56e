"""Templates: what is one, and the shipped one."""

import json

import pytest

from service.model.errors import InvalidTemplateError, UnknownTemplateError
from service.reports.template import read_template, template_file, template_files
from tests.service import world

SECTION = {"key": "a", "title": "A"}
TABLE = {"ask": "/v1/tables/x/trend", "show": ["table"], "caption": "c", "columns": {"n": "N"}}


def test_the_templates_of_the_data_folder_stand_beside_the_shipped_ones(tmp_path):
    assert list(template_files(tmp_path)) == ["strategic-assessment"]
    own = world.add_template(tmp_path, "ours")
    assert template_file(tmp_path, "ours") == own
    with pytest.raises(UnknownTemplateError, match="templates are strategic-assessment, ours"):
        template_file(tmp_path, "theirs")


def test_a_shipped_template_is_replaced_by_one_of_its_name(tmp_path):
    own = world.add_template(tmp_path, "strategic-assessment")
    assert template_file(tmp_path, "strategic-assessment") == own


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"sections": []}, "sections: "),
        ({"colour": "red"}, "colour: Extra inputs are not permitted"),
        ({"sections": [SECTION, SECTION]}, "several sections have the key a"),
        ({"sections": [{**SECTION, "key": "A b"}]}, r"sections\.0\.key"),
        ({"sections": [{**SECTION, "requests": [{**TABLE, "show": ["map"]}]}]}, "ends in /map"),
        ({"sections": [{**SECTION, "requests": [{**TABLE, "columns": {}}]}]}, "needs columns"),
    ],
)
def test_a_template_that_is_none_is_refused_with_the_place_of_its_fault(tmp_path, change, said):
    path = world.add_template(tmp_path, template={**world.TEMPLATE, **change})
    with pytest.raises(InvalidTemplateError, match=rf"short\.json: .*{said}"):
        read_template(path)


@pytest.mark.parametrize("content", ["", "[]", "{", json.dumps({"title": "x"})])
def test_a_file_that_is_no_template_is_refused(tmp_path, content):
    path = tmp_path / "broken.json"
    path.write_text(content)
    with pytest.raises(InvalidTemplateError, match=r"broken\.json"):
        read_template(path)
