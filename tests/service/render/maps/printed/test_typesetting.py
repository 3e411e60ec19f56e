"""Text on paper: no line wider than its room, no sign that the typefaces lack."""

import pytest

from service.render.maps.printed.typesetting import lines_of, printable, text_width

AWKWARD = [
    "Primary hotspot in Market, secondary hotspots in West Chesterton, Arbury and King's Hedges",
    "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogochllanfairpwllgwyngyllgogerychwyrn",
    '<b>&"$x_1^2$\\frac',
    "مركز المدينة القديم",
    "中央区",
    "two\nlines\tand  blanks",
    "",
]


@pytest.mark.parametrize("text", AWKWARD)
@pytest.mark.parametrize("width", [30.0, 120.0, 500.0])
def test_no_line_is_wider_than_its_room_and_no_letter_is_lost(text, width):
    lines = lines_of(text, 9.0, width)
    assert all(text_width(line, 9.0) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == printable(text).replace(" ", "")


def test_what_does_not_fit_into_the_lines_ends_in_dots():
    lines = lines_of(" ".join(AWKWARD), 9.0, 120.0, most=2)
    assert len(lines) == 2
    assert lines[-1].endswith("…")
    assert text_width(lines[-1], 9.0) <= 120.0


def test_a_sign_that_no_typeface_has_is_a_square():
    assert printable("Ely 中\n& Café") == "Ely □ & Café"
