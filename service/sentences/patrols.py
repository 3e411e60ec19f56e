"""Sentences about places for patrols: how much few places hold, and whether that can be beaten."""

from typing import Any

import numpy as np

from service.model.answers import Table
from service.sentences.numbers import SMALLEST_BASE, amount, counted


def patrol_findings(table: Table) -> list[str]:
    """How much the places of each list hold, the first of them, and how far it is told apart.

    Parameters
    ----------
    table : Table
        Of places for patrols.

    Returns
    -------
    list of str
        Full sentences; none of counts that are not shown.
    """
    if table.is_suppressed:
        return []
    sentences = []
    hours = table.columns["hours"]
    for part in dict.fromkeys(hours.tolist()):
        rows = np.flatnonzero(hours == part)
        row = {name: values[rows] for name, values in table.columns.items()}
        when = "" if part is None else f"In the hours {part} "
        first_words = "the first place" if len(rows) == 1 else f"the first {len(rows):,} places"
        harm = "share_of_harm" in row
        share = row["cumulative_share_of_harm" if harm else "cumulative_share"][-1]
        verb = "holds" if len(rows) == 1 else "hold"
        part = _part(row, float(share), harm=harm)
        sentence = (
            f"{when}{first_words} {verb} {part} in "
            f"{_share_of_ground(table, row['cumulative_share_of_ground'][-1])}."
        )
        sentences.append(sentence[0].upper() + sentence[1:])
        sentences.append(_first(row))
    return sentences


def _part(row: dict[str, Any], share: float, *, harm: bool) -> str:
    """The part of incidents or harm that a list holds, in per cent where they are enough."""
    count = float(np.sum(row["count"]))
    total = 100.0 * count / float(row["cumulative_share"][-1]) if count else 0.0
    if total < SMALLEST_BASE and not harm:
        return f"{count:,.0f} of {counted(round(total), 'incident')}"
    return f"{amount(share)} % of the {'harm' if harm else 'incidents'}"


def _share_of_ground(table: Table, share: float) -> str:
    """A share of the ground, or of its streets."""
    what = "ground" if "ground_km2" in table.provenance.method else "streets"
    return f"{amount(float(share))} % of the {what}"


def _first(row: dict[str, Any]) -> str:
    """The first place of a list, and how many may be the first as well."""
    place = row["name"][0] or row["code"][0]
    text = f"First is {place} with {counted(row['count'][0], 'incident')}"
    if row["quarters"][0]:
        text += f", hot in {row['hot_quarters'][0]} of {counted(row['quarters'][0], 'quarter')}"
    best = [rank for rank in row["rank_best"] if rank == 1]
    if len(best) > 1:
        return f"{text}; any of {len(best)} of the list may truly be the first."
    return f"{text}."


def capture_findings(table: Table) -> list[str]:
    """What a list of a usual length captures of incidents that did not make it.

    Parameters
    ----------
    table : Table
        A capture curve.

    Returns
    -------
    list of str
        One sentence; none of counts that are not shown.
    """
    if table.is_suppressed:
        return []
    row = int(np.searchsorted(table.columns["places"], 20, side="right")) - 1
    values = {name: column[row] for name, column in table.columns.items()}
    harm = "harm" in values
    share = values["expected_share_of_harm" if harm else "expected_share"]
    if not np.isfinite(share):
        return []
    lower, upper = (values[f"harm_{end}" if harm else end] for end in ("lower", "upper"))
    ground = _share_of_ground(table, values["share_of_ground"])
    sentence = (
        f"A list of {counted(values['places'], 'place')}, {ground}, captures {amount(share)} % "
        f"(95 % interval {amount(lower)} to {amount(upper)}) of the "
        f"{'harm' if harm else 'incidents'} that did not make it."
    )
    return [sentence]


def patrol_forecast_findings(table: Table) -> list[str]:
    """What the forecast caught, and whether the last period's ranking alone is beaten.

    Parameters
    ----------
    table : Table
        A test of lists for patrols.

    Returns
    -------
    list of str
        Two sentences; none of counts that are not shown.
    """
    if table.is_suppressed:
        return []
    names = table.columns["ranking"].tolist()
    forecast = {name: column[0] for name, column in table.columns.items()}
    last = next(k for k, name in enumerate(names) if name.startswith("last "))
    if not np.isfinite(forecast["hit_rate"]):
        return ["No incident is in the periods tested: nothing can be said of the forecast."]
    what = "harm" if table.provenance.method["rank_by"] == "harm" else "incidents"
    tested = counted(forecast["tests"], table.provenance.method["test"])
    sentence = (
        f"The forecast caught {amount(forecast['hit_rate'])} % (95 % interval "
        f"{amount(forecast['lower'])} to {amount(forecast['upper'])}) of the {what} of the "
        f"{tested} tested in {_share_of_ground(table, forecast['share_of_ground'])}: "
        f"{amount(forecast['pai'])} times its share."
    )
    rate = f"{amount(table.columns['hit_rate'][last])} %"
    lower, upper = forecast["above_last_lower"], forecast["above_last_upper"]
    if lower > 0.0:
        verdict = f"is beaten: it caught {rate}"
    elif upper < 0.0:
        verdict = f"was better, with {rate}"
    else:
        verdict = f"caught {rate} and is not beaten beyond chance"
    return [sentence, f"The ranking of the {names[last]} {verdict}."]
