"""A report before it is a document: what stands in it, one block after the other.

A report is made of answers that were released one by one, so that it holds no number of its own.
The renderers of documents know these blocks and nothing of what they were made from.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from service.model.answers import Provenance, Table


@dataclass(frozen=True)
class Picture:
    """A chart, a map or a logo.

    Attributes
    ----------
    content : bytes
        The file.
    media_type : {"image/png", "image/svg+xml", "image/jpeg"}
        Of the content.
    width, height : int
        Of the picture, in units of its own: their ratio is what matters.
    """

    content: bytes
    media_type: str
    width: int
    height: int


@dataclass(frozen=True)
class Heading:
    """The title of a section or of a part of one.

    Attributes
    ----------
    level : {1, 2, 3}
        1 is a section. No level is left out on the way down.
    anchor : str
        Letters, digits and hyphens; each once in a report.
    """

    text: str
    level: int
    anchor: str


@dataclass(frozen=True)
class Paragraph:
    """Sentences.

    Attributes
    ----------
    text : str
        Plain text.
    style : {"text", "finding", "analyst"}
        An ordinary paragraph, the finding of a section, or the analyst's own words.
    """

    text: str
    style: Literal["text", "finding", "analyst"] = "text"


@dataclass(frozen=True)
class Items:
    """A list of sentences."""

    texts: tuple[str, ...]


@dataclass(frozen=True)
class WordsPlace:
    """A place that is meant for the analyst's words, where none have been written yet.

    Attributes
    ----------
    key : str
        Of the place in the file of words.
    prompt : str
        What belongs here. A draft that is to be edited shows it; a finished document does not.
    """

    key: str
    prompt: str


@dataclass(frozen=True)
class Figure:
    """A picture with its words.

    Attributes
    ----------
    number : int
        Of the figure, from 1 on through the report; "Figure 3" stands before the caption.
    caption : str
        What the picture shows: the finding or the measure, its place and period.
    alternative_text : str
        What the picture says to those who do not see it, with its numbers.
    credit : str
        Source and licence of what is shown; empty where the picture contains them.
    address : str
        That asks the service for the same picture.
    """

    number: int
    picture: Picture
    caption: str
    alternative_text: str
    credit: str = ""
    address: str = ""


@dataclass(frozen=True)
class Column:
    """A column of a table in a report.

    Attributes
    ----------
    label : str
        Its header.
    is_number : bool
        Whether its cells are set to the right.
    is_header : bool
        Whether its cells are the headers of their rows.
    """

    label: str
    is_number: bool = False
    is_header: bool = False


@dataclass(frozen=True)
class ReportTable:
    """A table with its caption.

    Attributes
    ----------
    number : int
        Of the table, from 1 on through the report; "Table 3" stands before the caption.
    columns : tuple of Column
        From left to right; at least one.
    rows : tuple of tuple of str
        Cells as they are printed; a number that is missing is a word or an ellipsis, never 0.
    notes : tuple of str
        Below the table: what is missing, part periods, what is left out.
    credit : str
        Source and licence of what the table was made from.
    address : str
        That asks the service for the whole table.
    """

    number: int
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()
    credit: str = ""
    address: str = ""


@dataclass(frozen=True)
class Note:
    """What a reader must know of the section: why something is missing, how far numbers carry."""

    text: str


Block = Heading | Paragraph | Items | WordsPlace | Figure | ReportTable | Note


@dataclass(frozen=True)
class Report:
    """An assessment as it stands before it becomes a document.

    Attributes
    ----------
    title, subtitle : str
        Of the title page: the assessment, and the place with its period.
    author : str
        Partnership or team; empty where the template names none.
    logo : Picture or None
        Of the partnership.
    logo_text : str
        Alternative text of the logo.
    summary : str
        What the document is, in one sentence, for its properties.
    date : str
        The last month of the data in words, such as ``December 2024``; never that of the clock.
    blocks : tuple of Block
        From the first heading to the last note.
    credits : tuple of str
        Source and licence of everything in it, each once; the last section prints them.
    marking : str
        What stands on every page: a protective marking, or that data are synthetic; often empty.
    digest : str
        Of the provenance: printed on every page, the same for the same bytes.
    provenance : Provenance
        Of the whole.
    tables : tuple of Table
        The released ones that it was made from, for a spreadsheet beside it.
    language : str
        Of all its words.
    """

    kind: str
    title: str
    subtitle: str
    author: str
    logo: Picture | None
    logo_text: str
    summary: str
    date: str
    blocks: tuple[Block, ...]
    credits: tuple[str, ...]
    marking: str
    digest: str
    provenance: "Provenance"
    tables: "tuple[Table, ...]" = ()
    language: str = "en-GB"

    def of(self, block: type[Any]) -> list[Any]:
        """The blocks of one type, in their order."""
        return [part for part in self.blocks if isinstance(part, block)]

    def outline(self) -> Mapping[str, str]:
        """The sections: text of each heading of the first level by its anchor."""
        return {part.anchor: part.text for part in self.of(Heading) if part.level == 1}
