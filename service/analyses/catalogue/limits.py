"""What a dataset can be asked, and what it cannot show, in words and from its records."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from service.coverage.spans import Span, listed
from service.sentences.numbers import counted
from service.store.contents import ImportRecord
from service.store.incident_rows import PRECISIONS, Precision
from service.store.incidents import Incidents

CROWD: Final = 20  # records on one point: an address with so many is likely none
LEAST_CROWDED: Final = 0.25  # of the located records: below it points are addresses
TOLD: Final = 0.0005  # a share that is less is not told in per cent


def uses_of(incidents: Incidents) -> str:
    """What the records can be asked by.

    Parameters
    ----------
    incidents : Incidents
        One version of a dataset.

    Returns
    -------
    str
        Such as ``category (14), time of day, sex, age``.
    """
    finest_name = finest_precision(incidents) or ""
    parts = [f"category ({len(incidents.categories)})"]
    if incidents.subcategories:
        parts.append(f"subcategory ({len(incidents.subcategories)})")
    parts += {"minute": ["day", "time of day"], "day": ["day"]}.get(finest_name, ["month"])
    if incidents.located_count:
        parts.append("place")
    if (incidents.area_code >= 0).any():
        parts.append("supplied area code")
    parts += [name for name in incidents.attributes if name not in parts]
    if incidents.is_weighted:
        parts.append(incidents.weight_label)
    return ", ".join(parts)


def finest_precision(incidents: Incidents) -> Precision | None:
    """To what the best dated records of a dataset are known.

    Parameters
    ----------
    incidents : Incidents
        One version of a dataset.

    Returns
    -------
    {"minute", "day", "month"} or None
        None without records.
    """
    if not len(incidents.precision):
        return None
    return PRECISIONS[int(incidents.precision.min())]


def limits_of(
    incidents: Incidents, *, outside: int | None, imports: Sequence[ImportRecord]
) -> tuple[str, ...]:
    """What must be known of the records, as their imports state it and as it is counted.

    Parameters
    ----------
    incidents : Incidents
        One version of a dataset.
    outside : int or None
        Located records outside the study area; None where that is not known.
    imports : sequence of mapping
        The records of its imports.

    Returns
    -------
    tuple of str
        Clauses; the first is what was stated in words, where anything was.
    """
    stated = (incidents.limitations,) if incidents.limitations else ()
    if not len(incidents):
        return (*stated, "no records")
    return (*stated, *_counted(incidents, outside), *_of_imports(imports))


def _counted(incidents: Incidents, outside: int | None) -> Iterator[str]:
    """Clauses from the records."""
    records = len(incidents)
    of_precision = np.bincount(incidents.precision, minlength=len(PRECISIONS))
    subjects = [
        (records - incidents.located_count, "have no place"),
        (outside or 0, "lie outside the study area"),
        (int(of_precision[PRECISIONS.index("month")]), "are known to the month only"),
        (int(of_precision[PRECISIONS.index("day")]), "have no time of day"),
        (int(np.count_nonzero(~incidents.covered)), "are dated to days not covered"),
    ]
    if incidents.subcategories:
        subjects.append((int((incidents.subcategory < 0).sum()), "have no subcategory"))
    subjects += [
        (int((incidents.attribute(name).codes < 0).sum()), f"have no {name}")
        for name in incidents.attributes
    ]
    yield from (f"{_share(number, records)} {what}" for number, what in subjects if number)
    yield from _crowded(incidents)
    if incidents.repeated_ids:
        yield f"{counted(incidents.repeated_ids, 'id stands', 'ids stand')} in several records"
    whole = incidents.coverage.whole
    if whole is not None:
        gaps = incidents.coverage.missing(whole)
        if gaps:
            yield f"no data of {listed(gaps)}"
        parts = _part_months(whole)
        if parts:
            yield f"{listed(parts)} covered in part"


def _crowded(incidents: Incidents) -> Iterator[str]:
    """Whether many records share few points, as where places are moved or rounded."""
    xy_m = incidents.xy_m[: incidents.located_count]
    if not len(xy_m):
        return
    _, number = np.unique(xy_m[:, 0] + 1j * xy_m[:, 1], return_counts=True)
    crowded = number[number >= CROWD]
    if crowded.sum() >= LEAST_CROWDED * len(xy_m):
        yield (
            f"{100 * crowded.sum() / len(xy_m):.0f} % of those located lie on "
            f"{counted(len(crowded), 'point')} of {CROWD} or more: places are moved or rounded"
        )


def _part_months(span: Span) -> list[str]:
    """The first and the last month of a span where they are no whole ones."""
    first, last = np.datetime64(span.first, "D"), np.datetime64(span.last, "D")
    months = []
    if first != first.astype("datetime64[M]").astype("datetime64[D]"):
        months.append(str(first.astype("datetime64[M]")))
    if (last + 1).astype("datetime64[M]") == last.astype("datetime64[M]"):
        months.append(str(last.astype("datetime64[M]")))
    return list(dict.fromkeys(months))


def _of_imports(imports: Sequence[ImportRecord]) -> Iterator[str]:
    """Clauses from what the imports noted."""
    files = [file for record in imports for file in record["files"]]
    rejected = sum(file.get("rejected", 0) for file in files)
    read = sum(file.get("read", 0) for file in files)
    if rejected:
        yield f"{_share(rejected, read)} of the rows read were rejected"


def _share(number: int, out_of: int) -> str:
    """A number of records, and its share where that is more than a trace."""
    share = number / out_of
    return f"{number:,} ({100 * share:.1f} %)" if share >= TOLD else f"{number:,}"
