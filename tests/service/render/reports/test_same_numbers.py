"""The numbers of a report stand alike in Word, PDF and HTML."""

import io
import re
import shutil
import subprocess

import docx
import pytest
from lxml import html

from service.model.report import Items, Note, Paragraph, ReportTable
from service.render.reports.content import printable
from service.render.reports.pdf import report_pdf
from service.render.reports.web import report_html
from service.render.reports.word import report_docx
from tests.service.render.reports.samples import a_report, released


def stated(report):
    """The texts of a report that hold numbers of the data."""
    for block in report.blocks:
        match block:
            case Paragraph() | Note():
                yield block.text
            case Items():
                yield from block.texts
            case ReportTable():
                for row in block.rows:
                    yield from row


def test_word_and_html_have_every_text_of_the_report():
    report = printable(a_report())
    document = docx.Document(io.BytesIO(report_docx(released(a_report()))))
    in_word = {paragraph.text for paragraph in document.paragraphs} | {
        cell.text for table in document.tables for row in table.rows for cell in row.cells
    }
    tree = html.document_fromstring(report_html(released(a_report())).decode())
    on_the_web = {element.xpath("string(.)") for element in tree.xpath("//main//*")}
    texts = set(stated(report))
    assert texts <= in_word
    assert texts <= on_the_web


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils is not installed")
def test_the_pdf_has_every_number_of_the_tables(tmp_path):
    path = tmp_path / "report.pdf"
    path.write_bytes(report_pdf(released(a_report())))
    command = ["pdftotext", "-layout", str(path), "-"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    lines = {re.sub(r"\s+", " ", line).strip() for line in text.splitlines()}
    for table in a_report().of(ReportTable):
        assert {" ".join(row) for row in table.rows} <= lines
