"""Text that a spreadsheet would run is made harmless in CSV, and comes back as it was."""

import csv
import io
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.access.admission import Question
from service.access.audience import OWNERS
from service.access.release import release
from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.imports.files.delimited import read_delimited
from service.imports.files.rejects import Reject, write_rejects
from service.queries.areas import ChoroplethQuery
from service.render.csv_cells import harmless, original
from service.render.tables.formats import FORMATS
from tests.service import world

RUN = [
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1:A9)",
    "\t=1+1",
    "\r=1+1",
    "\ntext",
    "  =1+1",
    "\u00a0=1+1",
    "\uff1d1+1",
    "=",
    "--",
    "-a",
    "'=1",
    "''@x",
]
PLAIN = [
    "",
    "Assault",
    "a=b",
    "O'Brien",
    "'tis",
    "-5",
    "+44",
    "-1.5e-3",
    "-1,234.5",
    "-12%",
    "-",
    "-6.26 53.35",
]


@pytest.mark.parametrize("text", RUN)
def test_a_text_that_would_be_run_begins_with_an_apostrophe(text):
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("cell", [*PLAIN, -5, -0.5, None, True])
def test_numbers_and_other_texts_are_left_alone(cell):
    assert harmless(cell) is cell


@given(st.text(alphabet="'=+-@ \t\n1a.,\uff1d", max_size=8) | st.text(max_size=8))
def test_every_text_comes_back_as_it_was(text):
    written = harmless(text)
    assert original(written) == text
    assert written == text or written.startswith("'")


@given(st.lists(st.text(alphabet="'=+-@ 1a;,\"\n", max_size=6), min_size=1, max_size=20))
def test_a_file_of_ours_that_is_imported_has_the_texts_that_were_written(texts):
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerows([("n", "text"), *((number, harmless(t)) for number, t in enumerate(texts))])
    rows = read_delimited(stream.getvalue().encode(), name="a.csv", null_words=())
    read = dict(zip(*(rows.table.column(name).to_pylist() for name in ("n", "text")), strict=True))
    for number, text in enumerate(texts):
        if "\n" not in text and text.strip() not in ("-", "--"):
            assert (read[str(number)] or "") == text.strip()


def test_a_list_of_rejected_rows_runs_nothing(tmp_path):
    path = write_rejects(tmp_path / "a.csv", [Reject("=a.csv", 2, "+x", "=1+1", "is no number")])
    assert path.read_text(encoding="utf-8-sig").splitlines()[1] == (
        "'=a.csv,2,'+x,'=1+1,is no number"
    )


@pytest.mark.parametrize("suffix", ["csv", "geojson", "parquet"])
def test_of_the_formats_of_an_answer_csv_alone_is_changed(suffix, county):
    resources = open_resources(Settings(data_dir=county))
    table = resources.choropleths.table(world.DATASET, world.CELLS, ChoroplethQuery())
    names = np.array(["=1+1"] * len(table), dtype=object)
    table = replace(table, columns={**table.columns, "name": names})
    body = FORMATS[suffix].render(release(table, Question("tables"), OWNERS))
    assert (b"'=1+1" in body) == (suffix == "csv")
    assert b"=1+1" in body
