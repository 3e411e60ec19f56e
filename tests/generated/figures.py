"""The document of the figures of published assessments, each with its request."""

from collections import Counter

from tests.figures.figures import Figure, read_figures
from tests.generated.markdown import formatted

TITLES = {
    "huntingdonshire_2020": "Huntingdonshire, 2019/20",
    "huntingdonshire_2017": "Huntingdonshire, March 2017",
    "south_cambridgeshire_2020": "South Cambridgeshire, 2019/20",
    "cambridge_2021": "Cambridge, February 2021",
    "huntingdonshire_2012": "Huntingdonshire, 2012",
}
HEADING = """\
# The figures of an assessment, each one request

Five strategic assessments of the community safety partnerships of Huntingdonshire, South
Cambridgeshire and Cambridge have {all} figures and tables that incidents, measures, sites and lookups
can make. Each is a request of this service, made here from the demonstration county; a figure of
several parts has several. The data of the county are synthetic: answers have the form of the published
figures, and their numbers only where the county is
[calibrated](methods.md#the-demonstration-county) to them. A figure whose published data are licensed or
national says so.

`make demo`, then add an address to that of the service. `.csv`, `.xlsx` or `.parquet` before the
question mark gives a file. The same on the command line is the last name in the path, then the
dataset and the layer, with each parameter as an option:

```
curl '{example_url}'
hotspots {example_command}
```

By kind: {kinds}. Made of `tests/figures/figures.json` by `make generate`, and every request is asked
by `tests/end_to_end/test_figures.py`: not edited.
"""


def figures_document() -> str:
    """The whole document."""
    figures = read_figures()
    example = figures[0].requests[0]
    kinds = Counter(figure.kind for figure in figures)
    heading = HEADING.format(
        all=len(figures),
        example_url=f"http://127.0.0.1:8000{example.url}",
        example_command=" ".join(example.command),
        kinds=", ".join(f"{number} {kind}" for kind, number in kinds.most_common()),
    )
    return formatted("\n".join([heading, *(section(name, figures) for name in TITLES)]))


def section(document: str, figures: tuple[Figure, ...]) -> str:
    """The figures of one assessment as a table."""
    rows = [
        f"| {figure.figure} | {figure.shows} | {request_text(figure)} | {picture(figure)} |"
        for figure in figures
        if figure.document == document
    ]
    heading = [
        f"## {TITLES[document]}",
        "",
        "| figure | shows | request | picture |",
        "| -- " * 4 + "|",
    ]
    return "\n".join([*heading, *rows, ""])


def request_text(figure: Figure) -> str:
    """The requests of a figure and what is to be said of them."""
    parts = [f"`{request.url}`" for request in figure.requests]
    if figure.real:
        parts.append(f"Real data: {figure.real}.")
    if figure.note:
        parts.append(f"{figure.note[0].upper()}{figure.note[1:]}.")
    return " ".join(parts)


def picture(figure: Figure) -> str:
    """The small picture of a figure, which leads to nothing larger: the request makes that."""
    return f"![{figure.shows}](figures/{figure.picture})"
