"""What every answer says of the published cells it rests on, and of the agreement behind them."""

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any, Final

from service.access.admission import Question, datasets_of
from service.access.audience import Audience, Publication
from service.disclosure.perturbation import perturbation_table
from service.model.answers import (
    Document,
    FeaturePage,
    GeometryTile,
    Legend,
    MapStyle,
    MapTable,
    PageAsset,
    PrintMap,
    Provenance,
    Raster,
    Table,
    TableSet,
    TileImage,
    VectorTile,
)
from service.model.protection import Protection
from service.model.report import Report

Change = Callable[[Provenance], Provenance]


def cell_notes(publication: Publication) -> Iterator[str]:
    """What counts are published of a dataset, and how far they may be from the true ones.

    Parameters
    ----------
    publication : Publication
        Of the dataset.

    Yields
    ------
    str
        A sentence or two.
    """
    policy = publication.policy
    yield (
        f"Dataset {publication.dataset}: computed from counts by area of {publication.cells} as "
        f"they are published under {policy.label} ({policy.title.lower()}), not from records. "
        "Inside an area incidents are spread evenly."
    )
    if policy.method == "round":
        yield (
            f"Published counts are rounded to {policy.base}: a sum of n of them may differ from "
            f"the true one by up to {policy.base // 2} n."
        )
    if policy.perturbation_table is not None:
        table = perturbation_table(policy.perturbation_table)
        largest, spread = abs(table.rows).max(), table.rows[-1].std()
        yield (
            f"Published counts above 0 differ from the true ones by up to {largest}, without "
            f"bias: a sum of n of them with a standard deviation of {spread:.2g} times the root "
            "of n."
        )
    if publication.hidden:
        noun = "cell is" if publication.hidden == 1 else "cells are"
        yield (
            f"{publication.hidden:,} published {noun} hidden and counted with the value that is "
            "expected of them. Numbers that this may change by more than a tenth are suppressed; "
            "tests of other areas rest on it."
        )


def agreement_notes(protection: Protection, *, is_due: bool) -> Iterator[str]:
    """What a dataset may be used for, how it is marked, and whether that is to be looked at anew.

    Parameters
    ----------
    protection : Protection
        Of the dataset.
    is_due : bool
        Whether the day of the review has passed.

    Yields
    ------
    str
        A sentence.
    """
    agreement = protection.agreement
    if agreement.marking:
        yield f"Dataset {protection.dataset} is marked {agreement.marking}."
    if agreement.purpose:
        yield f"It may be used for this purpose only: {agreement.purpose.rstrip('.')}."
    if is_due and agreement.review is not None:
        yield (
            f"The agreement on dataset {protection.dataset} was to be reviewed by "
            f"{agreement.review.isoformat()}; ask {agreement.contact or 'its owner'}."
        )


def notes_for(
    question: Question, audience: Audience, publications: tuple[Publication, ...]
) -> tuple[str, ...]:
    """What an answer to a question must say to an audience.

    Parameters
    ----------
    question : Question
        What was asked.
    audience : Audience
        Who asked.
    publications : tuple of Publication
        What the answer rests on that is published.

    Returns
    -------
    tuple of str
        Empty for datasets without a protection.
    """
    names = set(datasets_of(question)) | {publication.dataset for publication in publications}
    notes = [note for publication in publications for note in cell_notes(publication)]
    for name, protection in audience.protection_of.items():
        if name in names:
            notes += agreement_notes(protection, is_due=name in audience.due)
    return tuple(notes)


def with_notes(answer: Any, notes: tuple[str, ...]) -> Any:
    """An answer whose provenance says more.

    Parameters
    ----------
    answer : Answer
        Any.
    notes : tuple of str
        They come after those that are there.

    Returns
    -------
    Answer
        The same one where it has no provenance.
    """
    if not notes:
        return answer

    def change(provenance: Provenance) -> Provenance:
        return dataclasses.replace(provenance, notes=(*provenance.notes, *notes))

    return _NOTED[type(answer)](answer, change)


def _own(answer: Any, change: Change) -> Any:
    if answer.provenance is None:
        return answer
    return dataclasses.replace(answer, provenance=change(answer.provenance))


def _unchanged(answer: Any, change: Change) -> Any:
    return answer


def _table_set(answer: TableSet, change: Change) -> TableSet:
    return dataclasses.replace(answer, tables=tuple(_own(part, change) for part in answer.tables))


def _print_map(answer: PrintMap, change: Change) -> PrintMap:
    tables = tuple(_map_table(part, change) for part in answer.tables)
    return dataclasses.replace(answer, tables=tables, provenance=change(answer.provenance))


def _map_table(part: MapTable, change: Change) -> MapTable:
    legend = None if part.legend is None else _own(part.legend, change)
    return dataclasses.replace(part, table=_own(part.table, change), legend=legend)


def _feature_page(answer: FeaturePage, change: Change) -> FeaturePage:
    return dataclasses.replace(answer, table=_own(answer.table, change))


def _map_style(answer: MapStyle, change: Change) -> MapStyle:
    return dataclasses.replace(
        answer,
        legend=_own(answer.legend, change),
        provenance=change(answer.provenance),
    )


_NOTED: Final[dict[type, Callable[[Any, Change], Any]]] = {
    Document: _own,
    Table: _own,
    TableSet: _table_set,
    Raster: _own,
    TileImage: _own,
    PrintMap: _print_map,
    VectorTile: _own,
    GeometryTile: _unchanged,
    Legend: _own,
    MapStyle: _map_style,
    PageAsset: _unchanged,
    FeaturePage: _feature_page,
    Report: _own,
}
