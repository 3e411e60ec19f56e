"""Sentences about development sites and planned growth."""

import numpy as np

from service.model.answers import Table
from service.sentences.numbers import Total, counted


def site_findings(table: Table) -> list[str]:
    """Homes still to come, and of how many sites that is not known.

    Parameters
    ----------
    table : Table
        One row per site.

    Returns
    -------
    list of str
        One sentence.
    """
    homes = Total.of(table.columns["homes_remaining"])
    sites = counted(len(table), "development site")
    if not homes.missing:
        return [f"Still to come at {sites}: {homes.things('home')}."]
    unknown = counted(homes.missing, "site")
    return [f"Still to come at {sites}: {homes.things('home')}; of {unknown} it is not known."]


def overlay_findings(table: Table) -> list[str]:
    """Homes still to come, by site or by area.

    Parameters
    ----------
    table : Table
        A growth overlay.

    Returns
    -------
    list of str
        One sentence.
    """
    if "site_id" in table.columns:
        return site_findings(table)
    homes = Total.of(table.columns["homes_remaining"])
    unpublished = Total.of(table.columns["homes_not_published"])
    areas = int(np.count_nonzero(table.columns["sites"] > 0))
    subject = counted(areas, "area has", "areas have")
    sentence = f"{subject} development sites, with {homes.things('home')} to come"
    if unpublished.missing:
        return [f"{sentence}: of some sites it is not known how many are planned."]
    if unpublished.value:
        return [f"{sentence}, and up to {unpublished} more where completions are not published."]
    return [f"{sentence}."]


def forecast_findings(table: Table) -> list[str]:
    """Incidents expected in the last year, as a lower bound where rows have no forecast.

    Parameters
    ----------
    table : Table
        A growth forecast.

    Returns
    -------
    list of str
        One sentence.
    """
    year = int(table.columns["year"].max())
    is_last = table.columns["year"] == year
    expected = Total.of(table.columns["expected"][is_last])
    by = str(table.provenance.method["by"])
    rows = counted(expected.known + expected.missing, by)
    if not expected.known:
        return [f"There is no forecast for {year}: the notes say why."]
    where = f"at the homes to come of {rows}" if by == "site" else f"in {rows}"
    if not expected.missing:
        return [f"Expected {where} in {year}: about {expected.things('incident')}."]
    gap = f"{expected.missing:,} of them {'has' if expected.missing == 1 else 'have'} no forecast"
    return [f"Expected {where} in {year}: {expected.things('incident')}; {gap}."]


def priority_findings(table: Table) -> list[str]:
    """How many areas have each priority.

    Parameters
    ----------
    table : Table
        Growth priorities.

    Returns
    -------
    list of str
        One sentence.
    """
    priority = table.columns["priority"].astype(str)
    emerging, preventing, sustaining = (
        int(np.count_nonzero(priority == name))
        for name in ("emerging", "preventing", "sustaining")
    )
    areas, verb = counted(len(table), "area"), "are" if emerging > 1 else "is"
    first = f"{emerging:,}" if emerging else "none"
    numbers = f"{first} {verb} emerging, {preventing:,} to prevent in, {sustaining:,} to sustain"
    return [f"Of {areas} {numbers}, by rules that the table states."]
