"""Templates of assessments: which sections there are, and what each of them asks.

A template is a JSON document. What a section asks are addresses of the HTTP API with places in
braces for the dataset, the area and the periods, so that whoever can ask a question can put its
answer into an assessment.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from service.model.errors import InvalidTemplateError, UnknownTemplateError
from service.model.faults import distinct_faults

SHIPPED: Final = Path(__file__).parent / "templates"
FOLDER: Final = "assessments"  # of the data folder: a deployment's own templates and their words
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,60}", re.ASCII)
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,60}$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Request(_Part):
    """An answer that stands in a section.

    Attributes
    ----------
    ask : str
        Address of a table or a map. A parameter whose value ends in a question mark within its
        braces, as in ``denominator={residents?}``, is left out where there is no such value.
    show : tuple
        What of the answer is shown, in this order.
    caption : str
        Of figure and table, with the same places in braces.
    columns : mapping
        Columns of the printed table and their headings.
    cells : str
        Column whose values stand in the cells of a printed cross-table, which then has a row for
        each ``row_name`` and a column for each ``column_name``.
    leave_out : mapping
        Rows that are not printed, by values of a column: ``{"kind": ["measure"]}``.
    rows : int
        Most rows that are printed.
    """

    ask: Annotated[str, Field(min_length=1, max_length=2_000)]
    show: Annotated[tuple[Literal["sentences", "chart", "table", "map"], ...], Field(min_length=1)]
    caption: str
    columns: Mapping[str, str] = {}
    cells: str = ""
    leave_out: Mapping[str, tuple[str, ...]] = {}
    rows: Annotated[int, Field(ge=1, le=500)] = 12

    @model_validator(mode="after")
    def _is_of_one_kind(self) -> Self:
        if ("map" in self.show) != self.ask.partition("?")[0].endswith("/map"):
            raise ValueError("a map is asked with an address that ends in /map, and shown as map")
        if "table" in self.show and not (self.columns or self.cells):
            raise ValueError("a table that is shown needs columns or cells")
        return self


class Section(_Part):
    """A section of an assessment.

    Attributes
    ----------
    key : str
        Of the section; of its place in the file of words too.
    title : str
        With the same places in braces as the requests.
    words : str
        What the analyst is to write here; empty where there is no place for it.
    dataset : str
        That the section is about: ``lead``, ``timed`` (the largest whose records have a time of
        day), the id of one, or empty for none.
    each : str
        What the section is repeated for: every other dataset, the largest categories or markers
        of its dataset, or every set of rules of flags.
    most : int
        How often at most.
    makes : str
        ``requests``, or what is made from the other sections: the summary of their findings, the
        methods and notes, what is missing.
    """

    key: Name
    title: str
    words: str = ""
    dataset: str = ""
    each: Literal["", "dataset", "category", "marker", "rules"] = ""
    most: Annotated[int, Field(ge=1, le=40)] = 8
    makes: Literal["requests", "summary", "reconciliation", "methods", "missing"] = "requests"
    requests: tuple[Request, ...] = ()


class Template(_Part):
    """An assessment before it has a place and a period.

    Attributes
    ----------
    title : str
        Of the assessment.
    area : str
        What the whole study area is called.
    author, logo, logo_text, marking : str
        Partnership; file with its logo beside the template, and what it shows; what stands on
        every page.
    lead : str
        Id of the dataset that the assessment is mainly about; empty for the largest.
    small, middle : str
        Layers of small areas and of wards; empty for the finest, and the next above it.
    years : int
        Years that trends go back, at most.
    sections : tuple of Section
        In their order.
    """

    title: Annotated[str, Field(min_length=1, max_length=200)]
    area: str = "the study area"
    author: str = ""
    logo: str = ""
    logo_text: str = ""
    marking: str = ""
    lead: str = ""
    small: str = ""
    middle: str = ""
    years: Annotated[int, Field(ge=1, le=20)] = 5
    sections: Annotated[tuple[Section, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _keys_differ(self) -> Self:
        keys = [section.key for section in self.sections]
        repeated = sorted({key for key in keys if keys.count(key) > 1})
        if repeated:
            raise ValueError(f"several sections have the key {', '.join(repeated)}")
        return self


def read_template(path: Path) -> Template:
    """The template in a file.

    Parameters
    ----------
    path : Path
        JSON.

    Raises
    ------
    InvalidTemplateError
        If it is none.
    """
    try:
        return Template.model_validate_json(path.read_bytes())
    except OSError as error:
        raise InvalidTemplateError(path.name, error.strerror or str(error)) from None
    except ValidationError as error:
        faults = (
            f"{'.'.join(map(str, fault['loc']))}: {fault['msg'].removeprefix('Value error, ')}"
            for fault in distinct_faults(error.errors())
        )
        raise InvalidTemplateError(path.name, "; ".join(faults)) from None


def template_files(data_dir: Path) -> Mapping[str, Path]:
    """The files of all templates by their names: those of the data folder before the shipped ones.

    Parameters
    ----------
    data_dir : Path
        ``HOTSPOTS_DATA_DIR``.
    """
    folders = (SHIPPED, data_dir / FOLDER)
    files = (path for folder in folders for path in sorted(folder.glob("*.json")))
    return {path.stem: path for path in files if _NAME.fullmatch(path.stem)}


def template_file(data_dir: Path, name: str) -> Path:
    """The file of a template.

    Parameters
    ----------
    data_dir : Path
        ``HOTSPOTS_DATA_DIR``.
    name : str
        Of the template.

    Raises
    ------
    UnknownTemplateError
        If there is none of that name.
    """
    files = template_files(data_dir)
    if name not in files:
        raise UnknownTemplateError(name, tuple(files))
    return files[name]
