"""Pictures on paper: tagged, described, sized, and the same bytes twice."""

import io
import subprocess
import sys
from pathlib import Path

import page
import pikepdf
import pytest
from PIL import Image

from service.render.paper.pdf import picture_pdf, picture_png, size_of

TITLE = 'Burglary <rose> & "fell" by $5'
DESCRIPTION = "Bars: North 10; Süd 20; مرحبا 3."
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="60" viewBox="0 0 300 60">'
    "<text x='5' y='20' font-family=\"'Source Sans 3'\">Hello مرحبا 한국 \U0001f600</text></svg>"
).encode()


@pytest.fixture(scope="module")
def pdf():
    return picture_pdf(SVG, title=TITLE, description=DESCRIPTION)


def test_a_picture_as_pdf_passes_the_checkers_of_pdf_ua(pdf, tmp_path):
    report = page.validate_pdf_bytes(pdf, profile="ua1")
    assert report.failures == []
    path = tmp_path / "picture.pdf"
    path.write_bytes(pdf)
    program = Path(sys.executable).with_name("pdfua")
    check = subprocess.run([program, "check", str(path)], capture_output=True, text=True)
    assert check.returncode == 0, check.stdout + check.stderr


def test_a_picture_as_pdf_states_its_title_language_and_size(pdf, tmp_path):
    path = tmp_path / "picture.pdf"
    path.write_bytes(pdf)
    with pikepdf.open(path) as document:
        assert str(document.docinfo["/Title"]) == TITLE
        assert str(document.Root["/Lang"]) == "en-GB"
        assert [float(side) for side in document.pages[0].mediabox] == [0, 0, 300, 60]


def test_a_picture_is_the_same_bytes_twice(pdf):
    assert picture_pdf(SVG, title=TITLE, description=DESCRIPTION) == pdf
    pngs = [picture_png(SVG, title=TITLE, description=DESCRIPTION) for _ in range(2)]
    assert pngs[0] == pngs[1]


def test_a_png_is_twice_as_large_and_carries_its_description(tmp_path):
    path = tmp_path / "picture.png"
    body = picture_png(SVG, title=TITLE, description=DESCRIPTION, texts={"Provenance": "{}"})
    path.write_bytes(body)
    with Image.open(path) as image:
        image.load()
        assert image.size == (600, 120)
        assert image.text == {"Title": TITLE, "Description": DESCRIPTION, "Provenance": "{}"}


def test_a_png_of_a_part_of_a_unit_is_whole_pixels():
    """A picture of 1.4 pixels more would lose a row, and letters their feet."""
    body = picture_png(
        SVG.replace(b'height="60"', b'height="60.7"'), title=TITLE, description=DESCRIPTION
    )
    with Image.open(io.BytesIO(body)) as image:
        assert image.size == (600, 122)


@pytest.mark.parametrize("unit", ["", "px", "pt"])
def test_the_size_of_a_picture_is_that_of_its_root(unit):
    svg = f"<?xml version='1.0'?><svg height='50.5{unit}' width=\"80{unit}\"><g width='1'/></svg>"
    assert size_of(svg.encode()) == (80, 50.5)


def test_a_picture_without_a_size_is_refused():
    with pytest.raises(ValueError, match="no width and height"):
        size_of(b"<svg><rect width='10' height='10'/></svg>")
