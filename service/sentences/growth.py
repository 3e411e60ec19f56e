"""Sentences about development sites and planned growth."""

import numpy as np
from numpy.typing import NDArray

from service.model.answers import Table
from service.sentences.areas import MOST_NAMED, leading_places
from service.sentences.numbers import Total, capital, counted


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
    most = [] if by == "site" else _most_expected(table, is_last)
    if not expected.missing:
        return [f"Expected {where} in {year}: about {expected.things('incident')}.", *most]
    gap = f"{expected.missing:,} of them {'has' if expected.missing == 1 else 'have'} no forecast"
    return [f"Expected {where} in {year}: {expected.things('incident')}; {gap}.", *most]


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
    named = [(name, np.flatnonzero(priority == name)) for name in ("emerging", "preventing")]
    places = [f"{name}: {leading_places(table, rows)}" for name, rows in named if len(rows)]
    sentence = f"Of {areas} {numbers}, by rules that the table states."
    return [sentence, f"{capital('; '.join(places))}."] if places else [sentence]


def _most_expected(table: Table, is_last: NDArray[np.bool_]) -> list[str]:
    """Where most incidents are expected, among several areas."""
    expected = np.where(is_last, np.asarray(table.columns["expected"], np.float64), np.nan)
    order = np.argsort(-expected, kind="stable")
    rows = order[np.isfinite(expected[order])]
    if len(rows) <= MOST_NAMED:
        return []
    return [f"Most in {leading_places(table, rows[:MOST_NAMED])}."]
