"""The formats of an assessment, by suffix."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from service.access.release import Released, part_of
from service.model.answers import Table
from service.model.report import Report
from service.render.reports import pdf, web, word
from service.render.tables import spreadsheet

ReportSuffix = Literal["docx", "pdf", "html", "xlsx"]


@dataclass(frozen=True)
class ReportFormat:
    """How an assessment becomes bytes, and what they are called."""

    render: Callable[[Released[Report]], bytes]
    media_type: str


def report_xlsx(released: Released[Report]) -> bytes:
    """Every table that an assessment was made from, as one spreadsheet.

    Raises
    ------
    TooMuchWorkError
        If one has too many rows.
    """

    def table(number: int) -> Released[Table]:
        return part_of(released, lambda report: report.tables[number])

    numbers = range(len(released.answer.tables))
    return spreadsheet.workbook([table(number) for number in numbers], released.answer.summary)


REPORT_FORMATS: Final[Mapping[str, ReportFormat]] = MappingProxyType(
    {
        "docx": ReportFormat(word.report_docx, word.MEDIA_TYPE),
        "pdf": ReportFormat(pdf.report_pdf, pdf.MEDIA_TYPE),
        "html": ReportFormat(web.report_html, web.MEDIA_TYPE),
        "xlsx": ReportFormat(report_xlsx, spreadsheet.MEDIA_TYPE),
    }
)
