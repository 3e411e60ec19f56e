"""What a printed map says: its title, notes, credits and alternative text."""

import hashlib
from collections.abc import Iterator
from typing import Final

from service.model.answers import MapTable, PrintMap
from service.render.attribution import period
from service.render.documents import provenance_dict, provenance_text
from service.render.maps.printed.colours import swatches_of
from service.render.maps.printed.column import surface_swatches
from service.render.maps.printed.furniture import leading_values
from service.render.xml_text import xml_text
from service.sentences.findings.finding import finding_of
from service.sentences.findings.tables import findings_of
from service.sentences.numbers import amount, counted, listed
from service.sentences.selections import selection_sentences

INVENTED: Final = "Synthetic data: about no real people."


def headline(content: PrintMap) -> str:
    """The finding of a map as its title; what it shows, where none can be stated."""
    title = finding_of(content.tables[0].table).headline if content.tables else content.topic
    return xml_text(title, " ")


def notes(content: PrintMap) -> list[str]:
    """How many records are on the map and how many are not."""
    return selection_sentences(content.provenance.counts)


def caveats(content: PrintMap) -> str:
    """What a reader must know of the data: what the gate out has to say comes first."""
    stated = [note for note in content.provenance.notes if not note.startswith("Synthetic data")]
    return f"Notes: {' '.join(reversed(stated))}" if stated else ""


def credit(content: PrintMap) -> str:
    """Source and licence of everything on a map."""
    return "Sources: " + "; ".join(content.credits) + "." if content.credits else ""


def made_from(content: PrintMap) -> str:
    """The days that the data cover, the digest of the provenance, the program."""
    span = period(provenance_dict(content.provenance))
    parts = (
        f"Data of {span}" if span else "",
        f"provenance {digest(content)}",
        content.provenance.software,
    )
    return "; ".join(part for part in parts if part)


def digest(content: PrintMap) -> str:
    """Twelve hex digits of the provenance that a picture carries."""
    text = provenance_text(content.provenance)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def description(content: PrintMap) -> str:
    """The alternative text: what the map shows, with its numbers."""
    return xml_text(" ".join(_sentences(content)), " ")


def _sentences(content: PrintMap) -> Iterator[str]:
    yield f"Map. {headline(content)}."
    yield f"{content.subtitle}."
    if content.surface is not None:
        swatches = surface_swatches(content.surface)
        unit = content.surface.raster.unit.replace("km^2", "km²")
        if swatches:
            yield f"Shaded in classes from {swatches[-2].label} to {swatches[0].label} {unit}."
        else:
            yield "Nothing is shaded: no incident is selected."
    for part in content.tables:
        yield from findings_of(part.table)[1:]
        yield from _of_table(part)
    if content.inset is not None:
        yield f"Enlarged in a corner: {content.inset.title}."
    yield from notes(content)
    yield from content.provenance.notes[1 if content.provenance.synthetic else 0 :]
    if content.provenance.synthetic:
        yield INVENTED


def _of_table(part: MapTable) -> Iterator[str]:
    leading = leading_values(part)
    if part.legend is None:
        if leading:
            yield f"Named: {listed([name for name, _ in leading])}."
        return
    classes = [
        f"{swatch.label}: {counted(swatch.count, 'area')}"
        for swatch in swatches_of(part.legend)
        if swatch.count is not None
    ]
    unit = part.legend.unit.replace("km^2", "km²")
    if classes:
        yield f"Classes in {unit}: {'; '.join(classes)}."
    if leading and not part.name_by:
        yield f"Named: {listed([name for name, _ in leading])}."
    elif leading:
        yield "Highest: " + "; ".join(f"{name} {amount(value)}" for name, value in leading) + "."
    if part.circles:
        yield f"Circles count {part.circles_of}."
