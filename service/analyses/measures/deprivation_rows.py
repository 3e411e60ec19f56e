"""The rows of a table of deprivation: areas, or numbers of areas by what is counted."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boundaries.layers.layer import Layer
from service.analyses.measures.comparison import NOT_KNOWN, Baseline
from service.analyses.measures.editions import DECILES, Domain
from service.analyses.measures.membership import Membership
from service.analyses.tables.rows import wide_row
from service.model.rows import NOTHING, ColumnValues, whole_numbers
from spatial.arrays import BoolArray, FloatArray, IntArray

Columns = dict[str, ColumnValues]


def by_area(
    layer: Layer,
    domains: Sequence[Domain],
    inside: BoolArray,
    baseline: Baseline | None,
    membership: Membership | None,
    ends: int | None,
) -> tuple[Columns, IntArray]:
    """A row for each domain and area, and the area of each row.

    Parameters
    ----------
    layer : Layer
        The areas.
    domains : sequence of Domain
        Of one edition.
    inside : (n,) bool
        The areas that the query is about.
    baseline : Baseline or None
        The earlier edition, if there is one.
    membership : Membership or None
        The larger area of each, if they are named.
    ends : int or None
        So many of the most and of the least deprived of each domain; None: all.

    Returns
    -------
    columns : dict of str to array
        Of `DeprivationRow`, most deprived first.
    area : (rows,) int64
        Positions in the layer.
    """
    parts, names = [], []
    for domain in domains:
        areas = np.flatnonzero(inside)
        order = np.lexsort((areas, domain.rank[areas], domain.decile[areas]))
        areas = areas[order]
        if ends is not None and len(areas) > 2 * ends:
            is_known = np.isfinite(domain.decile[areas])
            candidates = areas[is_known]
            areas = np.concatenate(
                [candidates[:ends], candidates[max(ends, len(candidates) - ends) :]]
            )
        parts.append((domain, areas))
        names += [domain.name] * len(areas)
    area = np.concatenate([areas for _, areas in parts])
    content: Columns = {
        "domain": np.array(names, dtype=object),
        "code": np.array(layer.codes, dtype=object)[area],
        "name": np.array(layer.names, dtype=object)[area],
    }
    if membership is not None:
        position = membership.position[area]
        for column, texts in (
            ("larger_code", membership.larger.codes),
            ("larger_name", membership.larger.names),
        ):
            content[column] = np.array([*texts, None], dtype=object)[position]
    content["rank"] = whole_numbers(
        np.concatenate([domain.rank[areas] for domain, areas in parts])
    )
    content["decile"] = whole_numbers(
        np.concatenate([domain.decile[areas] for domain, areas in parts])
    )
    if baseline is None:
        return content, area
    moved = [(moves(domain, baseline), areas) for domain, areas in parts]
    for k, column in enumerate(("baseline_rank", "baseline_decile")):
        content[column] = whole_numbers(
            np.concatenate([baseline.rank_and_decile(d.name)[k][areas] for d, areas in parts])
        )
    content["move"] = whole_numbers(np.concatenate([move[areas] for (move, _), areas in moved]))
    content["comparison"] = np.concatenate([text[areas] for (_, text), areas in moved])
    return content, area


def by_decile(domains: Sequence[Domain], inside: BoolArray) -> Columns:
    """Areas in each decile of each domain, those without one at the end.

    Parameters
    ----------
    domains : sequence of Domain
        Of one edition.
    inside : (n,) bool
        The areas that the query is about.

    Returns
    -------
    dict of str to array
        Columns of `DeprivationRow`.
    """
    rows: list[tuple[Any, ...]] = []
    for domain in domains:
        decile = domain.decile[inside]
        areas = int(np.isfinite(decile).sum())
        for k in range(1, DECILES + 1):
            number = int((decile == k).sum())
            rows.append((domain.name, k, number, 100.0 * number / areas if areas else np.nan))
        if areas < len(decile):
            rows.append((domain.name, None, len(decile) - areas, np.nan))
    return _columns(rows, ("domain", "decile", "areas", "share"))


def by_layer(
    domains: Sequence[Domain], inside: BoolArray, membership: Membership, percent: float
) -> tuple[Columns, IntArray]:
    """Areas of each larger area in the most deprived share, by domain; and the larger areas.

    Parameters
    ----------
    domains : sequence of Domain
        Of one edition.
    inside : (n,) bool
        The areas that the query is about.
    membership : Membership
        The larger area of each.
    percent : float
        The most deprived share.

    Returns
    -------
    columns : dict of str to array
        Of `DeprivationRow`.
    area : (rows,) int64
        Positions in the larger layer.
    """
    larger, position = membership.larger, membership.position
    used = np.unique(position[inside & (position >= 0)])
    rows, area = [], []
    for k in used.tolist():
        is_part = inside & (position == k)
        for domain in domains:
            areas = int((is_part & np.isfinite(domain.decile)).sum())
            number = int((is_part & domain.is_most_deprived(percent)).sum())
            share = 100.0 * number / areas if areas else np.nan
            rows.append((domain.name, larger.codes[k], larger.names[k], areas, number, share))
            area.append(k)
    names = ("domain", "code", "name", "areas", "most_deprived", "share")
    return _columns(rows, names), np.array(area, np.int64)


def by_move(domains: Sequence[Domain], inside: BoolArray, baseline: Baseline | None) -> Columns:
    """Areas by how far they moved, and those that cannot be compared by the reason.

    Parameters
    ----------
    domains : sequence of Domain
        Of one edition.
    inside : (n,) bool
        The areas that the query is about.
    baseline : Baseline or None
        The earlier edition, if there is one.

    Returns
    -------
    dict of str to array
        Columns of `DeprivationRow`.
    """
    rows: list[tuple[Any, ...]] = []
    if baseline is None:
        return _columns(rows, ("domain", "move", "comparison", "areas", "share"))
    for domain in domains:
        move, comparison = (part[inside] for part in moves(domain, baseline))
        is_known = np.isfinite(move)
        total = int(is_known.sum())
        comparable = str(comparison[is_known][0]) if total else ""
        for step in np.unique(move[is_known]).tolist():
            number = int((move == step).sum())
            rows.append((domain.name, int(step), comparable, number, 100.0 * number / total))
        for reason in sorted(set(comparison[~is_known].tolist())):
            number = int((comparison[~is_known] == reason).sum())
            rows.append((domain.name, None, reason, number, np.nan))
    return _columns(rows, ("domain", "move", "comparison", "areas", "share"))


def moves(domain: Domain, baseline: Baseline) -> tuple[FloatArray, NDArray[Any]]:
    """Deciles moved, NaN where that cannot be compared; and why or why not.

    Parameters
    ----------
    domain : Domain
        Of the later edition.
    baseline : Baseline
        The earlier edition.

    Returns
    -------
    move : (n,) float64
        Below 0 to more deprived deciles.
    comparison : (n,) str
        Why an area is compared or not.
    """
    _, earlier = baseline.rank_and_decile(domain.name)
    move = domain.decile - earlier
    comparison = baseline.comparison.copy()
    comparison[(baseline.position >= 0) & ~np.isfinite(move)] = NOT_KNOWN
    return move, comparison


def deciles_wide(content: Columns, cells: str) -> tuple[Any, Columns]:
    """A row for each domain and a column for each decile, with the total.

    Parameters
    ----------
    content : dict of str to array
        The long rows.
    cells : {"areas", "share"}
        What stands in the cells.

    Returns
    -------
    row : type of Row
        Its columns.
    columns : dict of str to array
        With ``row`` and ``row_name``.
    """
    row, wide = _turned(content, ("domain", "domain"), "decile", cells, has_total=True)
    values = np.stack([wide[key] for key in list(wide)[2:]])
    # Areas without a decile are in no share.
    return row, {**wide, "total": np.nansum(values, axis=0) if cells == "share" else values.sum(0)}


def layers_wide(content: Columns) -> tuple[Any, Columns]:
    """A row for each larger area and a column for each domain, with a row of totals.

    Parameters
    ----------
    content : dict of str to array
        The long rows.

    Returns
    -------
    row : type of Row
        Its columns.
    columns : dict of str to array
        With ``row`` and ``row_name``.
    """
    row, wide = _turned(content, ("code", "name"), "domain", "most_deprived", has_total=False)
    totals = {"row": "total", "row_name": "Total"}
    return row, {
        key: np.append(values, totals[key] if key in totals else values.sum())
        for key, values in wide.items()
    }


def _turned(
    content: Columns, rows: tuple[str, str], columns: str, cells: str, *, has_total: bool
) -> tuple[Any, Columns]:
    """Long rows turned: a row for each key and a column for each of another, which all have."""
    keys, names = (content[name] for name in rows)
    row_keys = list(dict.fromkeys(keys.tolist()))
    labels = np.array(["not known" if k is None else str(k) for k in content[columns].tolist()])
    columns_in_order = list(dict.fromkeys(labels.tolist()))
    value_of = dict(zip(zip(keys, labels, strict=True), content[cells], strict=True))
    name_of = dict(zip(keys, names, strict=True))
    nothing = np.nan if cells == "share" else 0
    wide: Columns = {
        "row": np.array(row_keys, dtype=object),
        "row_name": np.array([name_of[key] for key in row_keys], dtype=object),
    }
    for label in columns_in_order:
        wide[label] = np.array([value_of.get((key, label), nothing) for key in row_keys])
    is_count = cells != "share"
    row = wide_row(
        columns_in_order,
        is_count=is_count,
        unit="areas" if is_count else "%",
        discloses=NOTHING,
        has_total=has_total,
    )
    return row, wide


def _columns(rows: Sequence[tuple[Any, ...]], names: Sequence[str]) -> Columns:
    """Columns of rows: whole numbers, numbers or text as their type says."""
    columns: Columns = {}
    for k, name in enumerate(names):
        values = [row[k] for row in rows]
        kinds: dict[str, Any] = {"areas": np.int64, "most_deprived": np.int64, "share": np.float64}
        columns[name] = np.array(values, dtype=kinds.get(name, object))
    return columns
