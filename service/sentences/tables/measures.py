"""What measures say: deprivation, an index against a reference, values and their course."""

import numpy as np

from service.model.answers import Table
from service.sentences.numbers import amount, capital, counted, listed, share_text
from service.sentences.tables.axes import is_part_of_whole
from service.sentences.tables.rules import MOST_NAMED, known, leading, rivals

ALL_DOMAINS = "imd"
MOST_DEPRIVED = 3
EQUAL = 100.0


def deprivation_findings(table: Table) -> list[str]:
    """How many areas are among the most deprived, or which they are.

    Parameters
    ----------
    table : Table
        Of deprivation, with a row or more.

    Returns
    -------
    list of str
        One sentence; none of a wide table.
    """
    columns = table.columns
    if "rank" in columns:
        return _ranks(table)
    if "move" in columns:
        return _moves(table)
    if "most_deprived" in columns:
        most = known(columns["most_deprived"])
        rows = np.flatnonzero(most > 0)
        names = sorted(
            dict.fromkeys(columns["name"][rows].tolist()),
            key=lambda name: (
                -float(known(columns["most_deprived"])[columns["name"] == name].max())
            ),
        )
        share = amount(float(table.provenance.method["percent"]))
        subject = f"areas in the most deprived {share} %"
        if not names:
            return [f"None of the larger areas has {subject}."]
        some = names if len(names) <= MOST_NAMED else names[:MOST_NAMED]
        first = "" if len(names) <= MOST_NAMED else ", most of them"
        text = (
            f"{counted(len(names), 'larger area has', 'larger areas have')} {subject}{first}: "
            f"{listed([str(name) for name in some])}."
        )
        return [text]
    if "decile" in columns:
        return _deciles(table)
    return []


def deprivation_headline(table: Table) -> str:
    """The most deprived area, or how many areas are deprived how far.

    Parameters
    ----------
    table : Table
        Of deprivation, with a row or more.

    Returns
    -------
    str
        Without a full stop.
    """
    findings = deprivation_findings(table)
    if not findings:
        return "deprivation by domain"
    text = findings[0].rstrip(".").partition(": ")[0]
    return text.partition(" and ")[0] if "is the most deprived and" in text else text


def _domain(table: Table) -> str:
    """The domain that is spoken of: all of them together where that is among the rows."""
    domains = [str(domain) for domain in table.columns["domain"]]
    return ALL_DOMAINS if ALL_DOMAINS in domains else domains[0]


def domain_name(domain: str) -> str:
    """What a domain of deprivation is called within a sentence."""
    return "multiple deprivation" if domain == ALL_DOMAINS else domain.replace("-", " ")


def _deciles(table: Table) -> list[str]:
    domain = _domain(table)
    rows = table.columns["domain"] == domain
    decile, areas = known(table.columns["decile"])[rows], known(table.columns["areas"])[rows]
    total = float(np.nansum(areas[np.isfinite(decile)]))
    most = float(np.nansum(areas[decile <= MOST_DEPRIVED]))
    least = float(np.nansum(areas[decile > 10 - MOST_DEPRIVED]))
    return [
        (
            f"By {domain_name(domain)} {most:,.0f} of {counted(total, 'area')} "
            f"{'is' if most == 1 else 'are'} in the most deprived three tenths, and "
            f"{least:,.0f} in the least deprived three."
        )
    ]


def _ranks(table: Table) -> list[str]:
    domain = _domain(table)
    rows = np.flatnonzero(table.columns["domain"] == domain)
    rank = known(table.columns["rank"])
    rows = rows[np.isfinite(rank[rows])]
    if not len(rows):
        return [f"No area has a rank of {domain_name(domain)}."]
    rows = rows[np.argsort(rank[rows], kind="stable")]
    if len(rows) == 1:
        text = (
            f"{_area(table, rows[0])} has rank {rank[rows[0]]:,.0f} of {domain_name(domain)}, of "
            "which 1 is the most deprived."
        )
        return [text]
    ends = [f"{_area(table, row)} (rank {rank[row]:,.0f})" for row in (rows[0], rows[-1])]
    text = (
        f"By {domain_name(domain)} {ends[0]} is the most deprived and {ends[1]} the least "
        f"deprived of {counted(len(rows), 'area')}."
    )
    return [text]


def _area(table: Table, row: int) -> str:
    name = str(table.columns["name"][row] or table.columns["code"][row])
    larger = table.columns["larger_name"][row] if "larger_name" in table.columns else None
    return f"{name} ({larger})" if larger else name


def _moves(table: Table) -> list[str]:
    domain = _domain(table)
    rows = table.columns["domain"] == domain
    move, areas = known(table.columns["move"])[rows], known(table.columns["areas"])[rows]
    more, less, same = (
        float(np.nansum(areas[where])) for where in (move < 0, move > 0, move == 0)
    )
    lost = float(np.nansum(areas[np.isnan(move)]))
    gap = f"; {lost:,.0f} cannot be compared" if lost else ""
    text = (
        f"By {domain_name(domain)} {counted(more, 'area')} moved to a more deprived tenth, "
        f"{less:,.0f} to a less deprived one and {same:,.0f} stayed{gap}."
    )
    return [text]


def deprived_findings(table: Table) -> list[str]:
    """The share of incidents in the most deprived tenths beside that of areas; the highest rate.

    Parameters
    ----------
    table : Table
        Of incidents by deprivation, with a row or more.

    Returns
    -------
    list of str
        Two sentences at most.
    """
    columns = table.columns
    domain = _domain(table)
    tenths = {str(k): k for k in range(1, 11)}
    rows = [k for k, name in enumerate(columns["decile"].tolist())
            if name in tenths and columns["domain"][k] == domain]  # fmt: skip
    count, areas = known(columns["count"])[rows], known(columns["areas"])[rows]
    if not len(rows) or not np.isfinite(count).all() or not count.sum():
        return ["No incident that is shown is in an area whose deprivation is known."]
    is_most = np.array([tenths[columns["decile"][k]] <= MOST_DEPRIVED for k in rows])
    incidents = share_text(float(count[is_most].sum()), float(count.sum()))
    ground = f"{np.nansum(areas[is_most]):,.0f} of {counted(float(np.nansum(areas)), 'area')}"
    whose = "the incidents whose area's deprivation is known"
    subject = f"The most deprived three tenths by {domain_name(domain)}, {ground}"
    sentences = [f"{subject}, have {incidents} of {whose}."]
    if "denominator" in columns and np.isfinite(known(columns["denominator"])[rows]).all():
        first = rivals(count, known(columns["denominator"])[rows])
        names = [f"tenth {columns['decile'][k]}" for k in rows]
        if first:
            sentences.append(capital(f"{leading(names, first, 'the highest rate')}."))
    return sentences


def index_findings(table: Table) -> list[str]:
    """The classes that an area has most and least of, against the reference.

    Parameters
    ----------
    table : Table
        Of indices, with a row or more.

    Returns
    -------
    list of str
        One sentence.
    """
    index = known(table.columns["index"])
    rows = np.flatnonzero(np.isfinite(index))
    if not len(rows):
        return ["No class has an index: the notes say why."]
    names = [str(name).replace("-", " ") for name in table.columns["measure"]]
    high, low = rows[np.argmax(index[rows])], rows[np.argmin(index[rows])]
    if abs(index[high] - EQUAL) < 1.0 and abs(index[low] - EQUAL) < 1.0:
        return [
            f"All of {counted(len(rows), 'class', 'classes')} are as in the reference, to 1 %."
        ]
    text = (
        f"Against the reference (100) {names[high]} has the highest index, "
        f"{index[high]:.0f}, and {names[low]} the lowest, {index[low]:.0f}."
    )
    return [text]


def measure_findings(table: Table) -> list[str]:
    """The highest and the lowest value of each measure.

    Parameters
    ----------
    table : Table
        Of measures, with a row or more.

    Returns
    -------
    list of str
        A sentence for each measure, three at most; none of a wide table.
    """
    if not {"measure", "unit", "value"} <= table.columns.keys():
        return []
    value = known(table.columns["value"])
    sentences = []
    for measure in list(dict.fromkeys(table.columns["measure"].tolist()))[:MOST_NAMED]:
        rows = np.flatnonzero((table.columns["measure"] == measure) & np.isfinite(value))
        if not len(rows):
            sentences.append(f"No area has a value of {measure}.")
            continue
        unit = table.columns["unit"][rows[0]] or ""
        high, low = rows[np.argmax(value[rows])], rows[np.argmin(value[rows])]
        text = f"{amount(float(value[low]))} to {amount(float(value[high]))} {unit}".rstrip()
        ties = int(np.count_nonzero(value[rows] == value[high]))
        top = f", most in {_area(table, high)}" if ties == 1 and len(rows) > 1 else ""
        of_areas = counted(len(rows), "area has", "areas have")
        if len(rows) == 1:
            text = f"{amount(float(value[high]))} {unit}".rstrip()
        sentences.append(f"{of_areas} {text} of {measure}{top}.")
    return sentences


def course_findings(table: Table) -> list[str]:
    """How a measure went from the first to the last period, of one area or of several.

    Parameters
    ----------
    table : Table
        Of a measure over time, with a row or more.

    Returns
    -------
    list of str
        One sentence.
    """
    columns = table.columns
    value, percent = known(columns["value"]), known(columns["change_percent"])
    is_area = is_part_of_whole(columns["code"])
    ends = []
    for code in dict.fromkeys(columns["code"][is_area].tolist()):
        rows = np.flatnonzero((columns["code"] == code) & np.isfinite(value))
        if len(rows) > 1 and np.isfinite(percent[rows[-1]]):
            ends.append((float(percent[rows[-1]]), int(rows[0]), int(rows[-1])))
    if not ends:
        return ["No area has a value in two periods."]
    ends.sort()
    (low, _, last_low), (high, first, last) = ends[0], ends[-1]
    # A period of several days is its first and its last, with a stroke between them.
    begin, end = str(columns["period"][first]), str(columns["period"][last])
    periods = f"from {begin.partition('/')[0]} to {end.rpartition('/')[2]}"
    if len(ends) == 1:
        numbers = f"{amount(float(value[first]))} to {amount(float(value[last]))}"
        return [f"{_area(table, last)} went from {numbers}, {high:+.1f} %, {periods}."]
    text = (
        f"{capital(periods)} {_area(table, last)} changed by {high:+.1f} % and "
        f"{_area(table, last_low)} by {low:+.1f} %; {counted(len(ends) - 2, 'other area')} "
        f"lie between."
    )
    return [text]
