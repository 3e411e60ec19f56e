"""The gate out: every answer of every route and command passes here before it becomes bytes.

An answer about a dataset that is seen as it is published is computed from its published cells
alone. What remains to be done is to say so, and to take out the numbers that rest on hidden
cells. Each type of answer has a rule for that; one without a rule is refused.
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, Final, Generic, TypeVar, cast

from service.access.admission import Question, publications_of
from service.access.audience import Audience
from service.access.statements import notes_for, with_notes
from service.access.suppression import (
    suppressed_content,
    suppressed_legend,
    suppressed_provenance,
    suppressed_table,
    suppressed_tile,
)
from service.model.answers import (
    Answer,
    Document,
    FeaturePage,
    GeometryTile,
    Legend,
    MapStyle,
    MapSurface,
    MapTable,
    PageAsset,
    PrintMap,
    Table,
    TableSet,
    TileImage,
    VectorTile,
)
from service.model.errors import NotAdmittedError
from service.model.report import Report

AnswerT = TypeVar("AnswerT", bound=Answer)
PartT = TypeVar("PartT", bound=Answer)

_KEY = object()


class Released(Generic[AnswerT]):
    """An answer that has passed `release`; the only thing that `service.render` accepts."""

    __slots__ = ("answer", "audience")

    def __init__(self, answer: AnswerT, audience: Audience, *, key: object) -> None:
        if key is not _KEY:
            raise TypeError("only release() makes a Released answer")
        self.answer = answer
        self.audience = audience


def part_of(released: Released[AnswerT], take: Callable[[AnswerT], PartT]) -> Released[PartT]:
    """A part of a released answer: what was released whole may leave in pieces.

    Parameters
    ----------
    released : Released
        The answer that contains the part.
    take : callable
        Takes the part; it is given nothing that was not released.
    """
    return Released(take(released.answer), released.audience, key=_KEY)


def release(
    answer: AnswerT,
    question: Question,
    audience: Audience,
    *,
    bounds: tuple[AnswerT, AnswerT] | None = None,
) -> Released[AnswerT]:
    """The answer as it may leave for an audience.

    Parameters
    ----------
    answer : Answer
        As an analysis made it: nothing suppressed, nothing rounded.
    question : Question
        That it is an answer to.
    audience : Audience
        Who asks.
    bounds : tuple of two Answers or None
        The same answer with the fewest and with the most incidents that hidden cells may have.

    Raises
    ------
    NotAdmittedError
        If no answer of its type may leave for an audience that does not see the records.
    """
    publications = publications_of(question, audience)
    released: Any = answer
    if publications:
        rule = RULES.get(type(answer))
        if rule is None:
            raise NotAdmittedError("answers of this type are open to those who see records only")
        if any(publication.hidden != 0 for publication in publications):
            released = rule(answer, bounds)
    if publications or audience.protections:
        released = with_notes(released, notes_for(question, audience, publications))
    return Released(cast(AnswerT, released), audience, key=_KEY)


def needs_bounds(answer: Answer, question: Question, audience: Audience) -> bool:
    """Whether an answer must be computed again with the least and the most that cells may hide.

    Parameters
    ----------
    answer : Answer
        As it was computed with what is expected of them.
    question : Question
        That it is an answer to.
    audience : Audience
        Who asks.
    """
    is_density = isinstance(answer, PrintMap) and not answer.tables
    if not audience.published or is_density or type(answer) in _WITHOUT_BOUNDS:
        return False
    publications = publications_of(question, audience)
    return any(publication.hidden != 0 for publication in publications)


def _as_it_is(answer: Any, bounds: None) -> Any:
    """Shapes and files, which have no numbers, and reports, whose parts were released."""
    return answer


def _picture(answer: TileImage, bounds: None) -> TileImage:
    """In the colours of what is expected, without the number of incidents."""
    return dataclasses.replace(answer, provenance=suppressed_provenance(answer.provenance, None))


def _document(answer: Document, bounds: tuple[Document, Document] | None) -> Document:
    if answer.provenance is None:
        provenances = None
    else:
        provenances = tuple(bound.provenance for bound in bounds) if bounds else None
    lowest, highest = bounds or (None, None)
    return dataclasses.replace(
        answer,
        content=suppressed_content(
            answer.content,
            None if lowest is None else lowest.content,
            None if highest is None else highest.content,
        ),
        provenance=None
        if answer.provenance is None
        else suppressed_provenance(answer.provenance, cast(Any, provenances)),
    )


def _table_set(answer: TableSet, bounds: tuple[TableSet, TableSet] | None) -> TableSet:
    tables = tuple(
        suppressed_table(
            table, None if bounds is None else (bounds[0].tables[k], bounds[1].tables[k])
        )
        for k, table in enumerate(answer.tables)
    )
    return dataclasses.replace(answer, tables=tables)


def _print_map(answer: PrintMap, bounds: tuple[PrintMap, PrintMap] | None) -> PrintMap:
    """Its tables and legends without the numbers that rest on hidden cells; a density as above."""
    tables = []
    for index, part in enumerate(answer.tables):
        pair = None if bounds is None else tuple(bound.tables[index] for bound in bounds)
        tables.append(_map_table(part, cast(Any, pair)))
    provenances = None if bounds is None else (bounds[0].provenance, bounds[1].provenance)
    return dataclasses.replace(
        answer,
        tables=tuple(tables),
        surface=_map_surface(answer.surface),
        inset=_map_surface(answer.inset),
        provenance=suppressed_provenance(answer.provenance, provenances),
    )


def _map_table(part: MapTable, bounds: tuple[MapTable, MapTable] | None) -> MapTable:
    table = suppressed_table(
        part.table, None if bounds is None else (bounds[0].table, bounds[1].table)
    )
    if part.legend is None:
        return dataclasses.replace(part, table=table)
    legends = None if bounds is None else (bounds[0].legend, bounds[1].legend)
    legend = suppressed_legend(part.legend, cast(Any, legends))
    return dataclasses.replace(part, table=table, legend=legend)


def _map_surface(surface: MapSurface | None) -> MapSurface | None:
    if surface is None:
        return None
    provenance = suppressed_provenance(surface.raster.provenance, None)
    raster = dataclasses.replace(surface.raster, provenance=provenance)
    return dataclasses.replace(surface, raster=raster)


def _map_style(answer: MapStyle, bounds: tuple[MapStyle, MapStyle] | None) -> MapStyle:
    legends = None if bounds is None else (bounds[0].legend, bounds[1].legend)
    legend = suppressed_legend(answer.legend, legends)
    return dataclasses.replace(answer, legend=legend, provenance=legend.provenance)


def _feature_page(
    answer: FeaturePage, bounds: tuple[FeaturePage, FeaturePage] | None
) -> FeaturePage:
    tables = None if bounds is None else (bounds[0].table, bounds[1].table)
    return dataclasses.replace(answer, table=suppressed_table(answer.table, tables))


# A density with its numbers, a `Raster`, has none: it leaves for nobody who does not see records.
RULES: Final[Mapping[type, Callable[[Any, Any], Any]]] = {
    Document: _document,
    Table: suppressed_table,
    TableSet: _table_set,
    TileImage: _picture,
    PrintMap: _print_map,
    VectorTile: suppressed_tile,
    GeometryTile: _as_it_is,
    Legend: suppressed_legend,
    MapStyle: _map_style,
    PageAsset: _as_it_is,
    FeaturePage: _feature_page,
    Report: _as_it_is,
}
_WITHOUT_BOUNDS: Final = (GeometryTile, PageAsset, TileImage, Report)
