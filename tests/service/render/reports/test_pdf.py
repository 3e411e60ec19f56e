"""A report as PDF: tagged, described, legible, and the same bytes twice."""

import dataclasses
import subprocess
import sys
from pathlib import Path

import page
import pikepdf
import pytest

from service.model.report import Column, Figure, Heading, ReportTable
from service.render.reports.content import PAGE_PT, is_long, is_wide, narrow_pt
from service.render.reports.pdf import report_pdf
from tests.service.render.reports.samples import a_hard_report, a_report, released

REPORTS = {"ordinary": a_report, "hard": a_hard_report}


@pytest.fixture(scope="module", params=list(REPORTS))
def report(request):
    return REPORTS[request.param]()


@pytest.fixture(scope="module")
def body(report):
    return report_pdf(released(report))


@pytest.fixture(scope="module")
def document(body, tmp_path_factory):
    path = tmp_path_factory.mktemp("pdf") / "report.pdf"
    path.write_bytes(body)
    with pikepdf.open(path) as opened:
        yield opened


def elements(document, kind):
    """The structure elements of a kind, in their order."""

    def walk(node):
        if isinstance(node, pikepdf.Array):
            for child in node:
                yield from walk(child)
        elif isinstance(node, pikepdf.Dictionary):
            if node.get("/S") == kind:
                yield node
            if "/K" in node:
                yield from walk(node.K)

    return list(walk(document.Root.StructTreeRoot.K))


def test_it_passes_the_checkers_of_pdf_ua(body, document):
    assert page.validate_pdf_bytes(body, profile="ua1").failures == []
    program = Path(sys.executable).with_name("pdfua")
    check = subprocess.run([program, "check", document.filename], capture_output=True, text=True)
    assert check.returncode == 0, check.stdout + check.stderr


def test_the_same_report_gives_the_same_bytes(report, body):
    assert report_pdf(released(report)) == body


def test_it_states_its_title_and_language(report, document):
    with document.open_metadata() as metadata:
        assert metadata["dc:title"] == report.title
    assert str(document.Root.Lang) == "en-GB"


def test_a_table_of_few_rows_with_many_lines_goes_on_on_the_next_page(tmp_path):
    limits = " ".join(["known to the month only"] * 90)
    columns = (Column("Title", is_header=True), Column("Limits"))
    table = ReportTable(1, "Sources", columns, tuple((f"Source {k}", limits) for k in range(15)))
    path = tmp_path / "report.pdf"
    path.write_bytes(report_pdf(released(dataclasses.replace(a_report(), blocks=(table,)))))
    with pikepdf.open(path) as opened:
        pages = len(opened.pages)
    assert is_long(table)
    assert pages > 6
    assert not is_long(dataclasses.replace(table, rows=(("Source", "none"),) * 15))


def test_headings_of_several_words_leave_room_for_names():
    columns = (
        Column("Subcategory", is_header=True),
        *(Column(f"Year to November {year}", is_number=True) for year in range(2016, 2021)),
    )
    rows = (("Racially or religiously aggravated criminal damage", *("1,234",) * 5),)
    table = ReportTable(1, "Criminal damage by year", columns, rows)
    widths = [narrow_pt(column, 9, 9) for column in columns]
    assert widths[0] == 0
    assert all(0 < width < PAGE_PT / 6 for width in widths[1:])
    assert is_wide(table)


def test_each_heading_has_its_level(report, document):
    for level in (1, 2, 3):
        expected = [block for block in report.of(Heading) if block.level == level]
        own = {1: 2, 2: 0, 3: 0}[level]  # contents, and sources
        assert len(elements(document, f"/H{level}")) == len(expected) + own


def test_each_figure_has_its_alternative_text(report, document):
    texts = [str(element.Alt) for element in elements(document, "/Figure") if "/Alt" in element]
    stated = [figure.alternative_text for figure in report.of(Figure)]
    assert len([text for text in stated if text and text in texts]) >= len(stated) - 2
    assert all(texts)


def test_each_table_has_a_row_of_headers_and_all_its_cells(report, document):
    tables = elements(document, "/Table")
    for element, table in zip(tables, report.of(ReportTable), strict=False):
        headers = [child for row in rows_of(element) for child in row.K if child.S == "/TH"]
        cells = [child for row in rows_of(element) for child in row.K if child.S == "/TD"]
        assert len(headers) == len(table.columns)
        assert len(cells) == len(table.rows) * len(table.columns)


def rows_of(table):
    for part in table.K:
        if part.S == "/TR":
            yield part
        elif part.S in ("/THead", "/TBody", "/TFoot"):
            yield from part.K
