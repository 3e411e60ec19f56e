"""The registry of table formats says of each what a terminal can show."""

import pytest

from service.access.admission import Question
from service.access.audience import OWNERS
from service.access.release import release
from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.queries.areas import ChoroplethQuery
from service.render.tables.formats import FORMATS, split_suffix
from tests.service import world


@pytest.mark.parametrize("suffix", [name for name, entry in FORMATS.items() if not entry.kind])
def test_a_format_is_text_exactly_when_its_bytes_are(suffix, county):
    held = open_resources(Settings(data_dir=county))
    table = held.choropleths.table(world.DATASET, world.CELLS, ChoroplethQuery())
    body = FORMATS[suffix].render(release(table, Question("tables"), OWNERS))
    assert FORMATS[suffix].is_text == (b"\0" not in body)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("trend.svg", ("trend", "svg")),
        ("trend.VL.json", ("trend", "vl.json")),
        ("trend.narrow.svg", ("trend", "narrow.svg")),
        ("a.b.json", ("a.b", "json")),
        ("vl.json", ("vl", "json")),
        ("csv", ("csv", "")),
    ],
)
def test_the_suffix_of_a_file_may_be_of_two_words(name, parts):
    assert split_suffix(name) == parts
