"""What tables about the data themselves say: what is loaded, how much has a place, neighbours."""

import numpy as np

from service.model.answers import Table
from service.sentences.growth import site_findings
from service.sentences.numbers import amount, counted, share_text
from service.sentences.tables.rules import known


def quality_findings(table: Table) -> list[str]:
    """How many records were read, rejected and located.

    Parameters
    ----------
    table : Table
        Of the quality of a dataset, with a row or more.

    Returns
    -------
    list of str
        Two sentences at most.
    """
    finding = table.columns["finding"].astype(str)
    records = known(table.columns["records"])
    number = known(table.columns["import"])

    def total(name: str, *, of_imports: bool) -> float:
        is_row = (finding == name) & ((number > 0) == of_imports)
        return float(records[is_row].sum())

    read, rejected = (total(name, of_imports=True) for name in ("read", "rejected"))
    sentences = []
    if np.isfinite(read + rejected) and read:
        sentences.append(f"Of {counted(read, 'row')} read {rejected:,.0f} were rejected.")
    counts = table.provenance.counts
    all_records, lost = counts.get("records"), counts.get("unlocated")
    if all_records and lost is not None:
        sentences.append(f"{share_text(lost, all_records)} of the records have no place.")
    return sentences


def month_findings(table: Table) -> list[str]:
    """How many months are covered as a whole, and the least located.

    Parameters
    ----------
    table : Table
        Of the quality by month, with a row or more.

    Returns
    -------
    list of str
        One sentence.
    """
    columns = table.columns
    days, covered = known(columns["days"]), known(columns["days_covered"])
    gaps = int(np.count_nonzero(covered < days))
    share = known(columns["located_share"])
    datasets = len(set(columns["dataset"].tolist()))
    months = f"{counted(len(table), 'month')} of {counted(datasets, 'dataset')}"
    gap = f"{gaps:,} not covered as a whole" if gaps else "all covered as a whole"
    if not np.isfinite(share).any():
        return [f"{months}: {gap}."]
    ends = f"{amount(float(np.nanmin(share)))} to {amount(float(np.nanmax(share)))} %"
    return [f"{months}: {gap}; {ends} of a month's records have a place."]


def source_findings(table: Table) -> list[str]:
    """How many sources of each kind are loaded.

    Parameters
    ----------
    table : Table
        Of sources, with a row or more.

    Returns
    -------
    list of str
        One sentence.
    """
    kinds = table.columns["kind"].tolist()
    datasets = kinds.count("dataset")
    synthetic = int(np.count_nonzero(table.columns["synthetic"].astype(bool)))
    invented = f"; {synthetic:,} of all are synthetic" if synthetic else ""
    number = counted(datasets, "dataset")
    return [f"{number} and {counted(len(kinds) - datasets, 'other source')} are loaded{invented}."]


def neighbour_findings(table: Table) -> list[str]:
    """How many neighbours areas have.

    Parameters
    ----------
    table : Table
        Of neighbours, with a row or more.

    Returns
    -------
    list of str
        One sentence.
    """
    method = table.provenance.method
    islands = int(method.get("islands") or 0)
    text = (
        f"{counted(method['areas'], 'area')} have {method['fewest']} to {method['most']} "
        f"neighbours, {amount(float(method['mean']))} on average"
    )
    return [
        f"{text}; {counted(islands, 'area has', 'areas have')} none." if islands else f"{text}."
    ]


def place_findings(table: Table) -> list[str]:
    """How many places fit, and the best.

    Parameters
    ----------
    table : Table
        Of places, with a row or more.

    Returns
    -------
    list of str
        One sentence.
    """
    name, inside = table.columns["name"][0], table.columns["inside"][0]
    where = f" ({inside})" if inside else ""
    return [f"{counted(len(table), 'place fits', 'places fit')}: {name}{where} best."]


def district_findings(table: Table) -> list[str]:
    """Homes to come by district.

    Parameters
    ----------
    table : Table
        Of sites by district or phase, with a row or more.

    Returns
    -------
    list of str
        One sentence.
    """
    if "sites" not in table.columns:
        return [text.replace("development site", "phase") for text in site_findings(table)]
    homes = known(table.columns["homes_remaining"])
    rows = np.flatnonzero(np.isfinite(homes))
    if not len(rows):
        return ["How many homes are to come is not known of any district."]
    most = rows[np.argmax(homes[rows])]
    name = table.columns["district"][most] or "outside all districts"
    numbers = f"at least {homes[rows].sum():,.0f} homes are to come"
    return [f"In {counted(len(rows), 'district')} {numbers}, most in {name}: {homes[most]:,.0f}."]
