"""A report of invented numbers with every kind of block, and one that is hard to set."""

from service.access.admission import Question
from service.access.audience import OWNERS
from service.access.release import Released, release
from service.model.answers import Provenance
from service.model.report import (
    Block,
    Column,
    Figure,
    Heading,
    Items,
    Note,
    Paragraph,
    Picture,
    Report,
    ReportTable,
    WordsPlace,
)

BARS = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 420" width="800" height="420">'
    '<rect width="800" height="420" fill="#ffffff"/>'
    """<g font-family="'Source Sans 3'" font-size="18" style="fill: #0b0c0c">"""
    '<text x="20" y="40" font-weight="bold">Callouts fell from 412 to 371</text>'
    + "".join(
        f'<rect x="{40 + 120 * k}" y="{400 - height}" width="80" height="{height}" '
        f'fill="#12436D"/><text x="{55 + 120 * k}" y="{390 - height}">{height}</text>'
        for k, height in enumerate((280, 301, 262, 240, 231, 225))
    )
    + "</g></svg>"
)
# Four pixels, red.
PIXELS = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000002000000020802000000fdd49a7300000016494441"
    "54789c63fccfc0c0c0c0c0c4c0c0c0c0c000000d1d01036ac29be90000000049454e44ae426082"
)
CHART = Picture(BARS.encode(), "image/svg+xml", 800, 420)


def a_report(*blocks: Block, **changes: object) -> Report:
    """A report with blocks, or with one of every kind."""
    parts: dict[str, object] = {
        "kind": "assessment",
        "title": "Strategic assessment of community safety",
        "subtitle": "Huntingdonshire, January to December 2024",
        "author": "Huntingdonshire Community Safety Partnership",
        "logo": None,
        "logo_text": "",
        "summary": "What incidents say of Huntingdonshire in 2024.",
        "date": "December 2024",
        "blocks": blocks or EVERY_BLOCK,
        "credits": ("Callouts: invented for this demonstration. CC0 1.0.",),
        "marking": "Synthetic data: about no real people",
        "digest": "0f1e2d3c4b5a",
        "provenance": Provenance({}, {}, {"name": "assessment"}, {}, True, "hotspot-atlas 0.1.0"),
    }
    return Report(**(parts | changes))  # type: ignore[arg-type]


def released(report: Report) -> Released[Report]:
    return release(report, Question("assessments"), OWNERS)


def a_table(number: int, rows: int, columns: int = 4) -> ReportTable:
    """A table of numbers by ward."""
    return ReportTable(
        number,
        f"Callouts by ward and year, table {number}",
        (
            Column("Ward", is_header=True),
            *(Column(str(2020 + year), is_number=True) for year in range(columns - 2)),
            Column("Change", is_number=True),
        ),
        tuple(
            (
                f"Ward {row}",
                *(f"{1_000 + 7 * row + year:,}" for year in range(columns - 2)),
                "…" if row == 2 else f"{row - 3:+d} %",
            )
            for row in range(1, rows + 1)
        ),
        ("… = no calculation: fewer than 20 callouts in the earlier year.",),
        "Callouts: invented.",
        "/v1/tables/callouts/comparison?from=2024-01&to=2024-12",
    )


EVERY_BLOCK: tuple[Block, ...] = (
    Heading("Summary", 1, "summary"),
    Paragraph("Callouts fell from 412 to 371; chance alone would seldom do that.", "finding"),
    Paragraph("The year was the quietest of the five. " * 6),
    Items(("Most callouts are at night.", "Eight wards have more than half of them.")),
    Heading("Trends", 1, "trends"),
    Paragraph("Officers expect the new shelter to explain a part of this.", "analyst"),
    WordsPlace("trends", "What explains the trend? Name operations and events."),
    Heading("Callouts by year", 2, "callouts-by-year"),
    Figure(
        1,
        CHART,
        "Callouts by year, Huntingdonshire, 2019 to 2024",
        "Bar chart. Callouts fell from 412 in 2019 to 371 in 2024.",
        "Callouts: invented.",
        "/v1/tables/callouts/trend?step=year",
    ),
    Note("Records of March 2021 are not covered."),
    a_table(1, 8),
    Heading('By ward & by "place" <all>, $x$ #1 *bold* _it_', 2, "by-ward"),
    a_table(2, 60),
    Heading("By month", 3, "by-month"),
    a_table(3, 5, columns=13),
)
HARD_NAMES = (
    "<script>alert('&')</script>",
    '"quoted" $sum #let *x* _y_ @ref \\n',
    "مدينة نصر",
    "כפר סבא · Αθήνα · Київ · Łódź",
    "東京 \U0001f600",
    "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch" * 2,
    "a\x00b\x0bc\ud800",
    "",
)


def a_hard_report() -> Report:
    """Blocks without content, and names that other notations read as marks."""
    rows = tuple((name, "−12,345,678,901.5", "…") for name in HARD_NAMES)
    columns = (Column("<b>Ward</b>", is_header=True), Column("", is_number=True), Column("&"))
    blocks: list[Block] = [Heading("Summary & <more>", 1, "summary")]
    for number, name in enumerate(HARD_NAMES, start=1):
        blocks += [
            Heading(name or "-", 2, f"name-{number}"),
            Paragraph(name),
            Note(name),
            Items((name, name)),
            Figure(number, CHART, name, name, name, name),
        ]
    blocks += [
        Items(()),
        ReportTable(1, "Names", columns, rows, HARD_NAMES),
        ReportTable(2, "No rows", columns, ()),
        Figure(99, Picture(PIXELS, "image/png", 2, 2), "Pixels", "Four red pixels."),
        Figure(100, Picture(PIXELS, "image/png", 2, 9), "Tall", "A strip of red."),
    ]
    return a_report(
        *blocks,
        title=HARD_NAMES[0],
        subtitle=HARD_NAMES[2],
        author=HARD_NAMES[1],
        summary=HARD_NAMES[6],
        logo=Picture(PIXELS, "image/png", 2, 2),
        logo_text=HARD_NAMES[1],
        credits=HARD_NAMES,
        marking="",
    )
