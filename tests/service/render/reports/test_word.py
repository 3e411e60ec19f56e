"""A report as a Word document: what a reader of the file, a checker and Writer make of it."""

import io
import shutil
import subprocess
import zipfile
from pathlib import Path

import docx
import pytest
from docx.oxml.ns import qn

from service.model.report import Figure, Heading, ReportTable, WordsPlace
from service.render.fonts import typeface
from service.render.reports.word import report_docx
from tests.service.render.reports.samples import a_hard_report, a_report, released

WRITER = Path("/usr/lib/libreoffice/program/libswlo.so")


@pytest.fixture(scope="module")
def report():
    return a_report()


@pytest.fixture(scope="module")
def body(report):
    return report_docx(released(report))


@pytest.fixture(scope="module")
def document(body):
    return docx.Document(io.BytesIO(body))


def test_the_same_report_gives_the_same_bytes_without_a_clock(report, body):
    assert report_docx(released(report)) == body
    times = {entry.date_time for entry in zipfile.ZipFile(io.BytesIO(body)).infolist()}
    assert times == {(1980, 1, 1, 0, 0, 0)}


def test_headings_are_headings(report, document):
    headings = [
        (int(paragraph.style.name[-1]), paragraph.text)
        for paragraph in document.paragraphs
        if paragraph.style.name.startswith("Heading")
    ]
    stated = [(block.level, block.text) for block in report.of(Heading)]
    assert headings == [*stated, (1, "Sources and licences")]


def test_the_contents_lead_to_the_headings(report, document):
    links = document.element.body.findall(f".//{qn('w:hyperlink')}")
    targets = {
        mark.get(qn("w:name")) for mark in document.element.body.iter(qn("w:bookmarkStart"))
    }
    assert {link.get(qn("w:anchor")) for link in links} <= targets
    assert len(links) == 1 + sum(block.level < 3 for block in report.of(Heading))
    numbers = [mark.get(qn("w:id")) for mark in document.element.body.iter(qn("w:bookmarkStart"))]
    assert len(set(numbers)) == len(numbers)


def test_captions_have_numbers_that_word_keeps(report, document):
    captions = [
        paragraph for paragraph in document.paragraphs if paragraph.style.name == "Caption"
    ]
    fields = [caption._p.find(qn("w:fldSimple")).get(qn("w:instr")) for caption in captions]
    parts = [block for block in report.blocks if isinstance(block, Figure | ReportTable)]
    assert len(captions) == len(parts) + 1
    for caption, field, part in zip(captions, fields, parts, strict=False):
        label = "Figure" if isinstance(part, Figure) else "Table"
        assert field == f" SEQ {label} \\* ARABIC "
        text = "".join(node.text for node in caption._p.iter(qn("w:t")))
        assert text == f"{label} {part.number}: {part.caption}"


def test_pictures_have_their_alternative_texts(report, document):
    texts = [shape._inline.docPr.get("descr") for shape in document.inline_shapes]
    assert texts == [figure.alternative_text for figure in report.of(Figure)]


def test_tables_have_their_cells_and_a_header_on_every_page(report, document):
    for grid, table in zip(document.tables, report.of(ReportTable), strict=False):
        cells = [[cell.text for cell in row.cells] for row in grid.rows]
        assert cells[0] == [column.label for column in table.columns]
        assert [tuple(row) for row in cells[1:]] == list(table.rows)
        assert grid.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert grid._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val")) == table.caption


def test_places_for_words_are_controls_with_their_keys(report, document):
    controls = document.element.body.findall(qn("w:sdt"))
    places = report.of(WordsPlace)
    tags = [control.find(f".//{qn('w:tag')}").get(qn("w:val")) for control in controls]
    assert tags == [place.key for place in places]
    texts = ["".join(node.text for node in control.iter(qn("w:t"))) for control in controls]
    assert texts == [place.prompt for place in places]


def test_it_is_in_british_english_with_the_properties_of_the_report(report, document):
    language = document.styles.element.find(f".//{qn('w:rPrDefault')}//{qn('w:lang')}")
    assert language.get(qn("w:val")) == "en-GB"
    properties = document.core_properties
    assert (properties.title, properties.author) == (report.title, report.author)
    assert properties.language == "en-GB"
    assert properties.created.year == properties.modified.year == 2000


def test_it_brings_the_typeface(body):
    archive = zipfile.ZipFile(io.BytesIO(body))
    table = docx.oxml.parse_xml(archive.read("word/fontTable.xml"))
    for number, (tag, path) in enumerate(
        (("w:embedRegular", typeface.REGULAR), ("w:embedBold", typeface.BOLD)), start=1
    ):
        key = table.find(f".//{qn(tag)}").get(qn("w:fontKey"))
        mask = bytes.fromhex(key.strip("{}").replace("-", ""))[::-1]
        hidden = archive.read(f"word/fonts/font{number}.odttf")
        start = bytes(byte ^ mask[k % 16] for k, byte in enumerate(hidden[:32]))
        assert start + hidden[32:] == path.read_bytes()


def test_properties_of_paragraphs_and_tables_stand_in_the_order_of_the_schema(document):
    orders = {
        "pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr pBdr shd "
        "tabs spacing ind contextualSpacing jc outlineLvl",
        "tblPr": "tblStyle tblW jc tblInd tblBorders tblLayout tblCellMar tblLook tblCaption",
    }
    for parent, names in orders.items():
        order = [qn(f"w:{name}") for name in names.split()]
        for root in (document.element, document.styles.element):
            for element in root.iter(qn(f"w:{parent}")):
                places = [order.index(child.tag) for child in element if child.tag in order]
                assert places == sorted(places), [child.tag for child in element]


@pytest.mark.skipif(not WRITER.exists(), reason="libreoffice-writer-nogui is not installed")
def test_writer_opens_it_with_headings_and_captions(tmp_path):
    reports = {"ordinary": a_report(), "hard": a_hard_report()}
    paths = [tmp_path / f"{name}.docx" for name in reports]
    for path, report in zip(paths, reports.values(), strict=True):
        path.write_bytes(report_docx(released(report)))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    options = [profile, "--headless", "--convert-to", "fodt", "--outdir", str(tmp_path)]
    command = [str(shutil.which("soffice")), *options, *map(str, paths)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    for path, report in zip(paths, reports.values(), strict=True):
        content = path.with_suffix(".fodt").read_text()
        captions = len(report.of(Figure) + report.of(ReportTable))
        assert content.count("<text:h ") == 1 + len(report.of(Heading))
        assert content.count("<text:sequence ") == 1 + captions
        assert content.count("<table:table-header-rows") == 1 + len(report.of(ReportTable))
