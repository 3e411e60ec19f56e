"""Sentences about the profile of an area: count, rate, change, hot areas and homes."""

import math
from typing import Any, Final

import numpy as np

from service.model.answers import Table
from service.sentences.numbers import SMALLEST_BASE, amount, capital, counted, listed, probability

ALL: Final = "all categories"
MOST_NAMED: Final = 5
LEVEL: Final = 0.05

Numbers = dict[tuple[str, str], dict[str, Any]]


def profile_findings(table: Table) -> list[str]:
    """What a profile says of its area, and of the second where there is one.

    Parameters
    ----------
    table : Table
        A profile.

    Returns
    -------
    list of str
        Count and share, rate, most frequent category, change, hot areas and homes of each area.
    """
    columns = table.columns
    rows = [
        dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)
    ]
    names = list(table.provenance.method["areas"])
    whole = str(table.provenance.method["comparison"])
    sentences = []
    for name, prefix in zip(names, ("", "beside_"), strict=False):
        numbers = {(row["section"], row["item"]): _own(row, prefix) for row in rows}
        sentences += _of_area(capital(name), numbers, whole)
    return sentences


def _own(row: dict[str, Any], prefix: str) -> dict[str, Any]:
    """The numbers of one area in a row, and those of the comparison."""
    value = row[prefix.rstrip("_") or "value"]
    interval = {name: row[f"{prefix}{name}"] for name in ("count", "lower", "upper")}
    return {**row, **interval, "value": math.nan if value is None else float(value)}


def per_cent_text(share: float) -> str:
    """A share in per cent, with one digit after the point.

    Parameters
    ----------
    share : float
        From 0 to 1.

    Returns
    -------
    str
        Without its sign; with more digits where a share that is not none would be 0.0.
    """
    return f"{100 * share:.1f}" if share == 0 or share >= 0.0005 else f"{100 * share:.1g}"


def _of_area(name: str, numbers: Numbers, whole: str) -> list[str]:
    """The sentences of one area."""
    incidents = numbers["incidents", ALL]
    if incidents["count"] is None:  # suppressed
        return _homes(name, numbers)
    count, all_count = incidents["count"], incidents["comparison_count"]
    is_enough = all_count is not None and all_count >= SMALLEST_BASE
    share = f", {per_cent_text(count / all_count)} % of those in {whole}" if is_enough else ""
    sentences = [f"{name}: {counted(count, 'incident')}{share}."]
    rate = numbers.get(("rates", ALL))
    if rate is not None and math.isfinite(rate["value"]):
        unit = str(rate["unit"]).removeprefix("incidents ")
        sentences.append(
            f"{name}: {amount(rate['value'])} {unit} (95 % {amount(rate['lower'])} to "
            f"{amount(rate['upper'])}){_against(rate['comparison'], whole)}."
        )
    categories = [
        (row["count"], item)
        for (section, item), row in numbers.items()
        if section == "incidents" and item != ALL and row["count"] is not None
    ]
    counts = [number for number, _ in categories]
    if count and len(categories) > 1:
        first = int(np.argmax(counts))
        others = f" ({100 * counts[first] / count:.1f} %)" if count >= SMALLEST_BASE else ""
        sentences.append(
            f"{name}: the category with most incidents is {categories[first][1]}, with "
            f"{counts[first]:,}{others}."
        )
    return [*sentences, *_change(name, numbers), *_hot(name, numbers), *_homes(name, numbers)]


def _against(comparison: float, whole: str) -> str:
    return f", against {amount(comparison)} in {whole}" if math.isfinite(comparison) else ""


def _change(name: str, numbers: Numbers) -> list[str]:
    """This year against last, and whether that is more than chance."""
    change = numbers.get(("change", "change of the rate per day"))
    p_value = numbers.get(("change", "p of no change (E-test)"))
    if change is None or p_value is None:
        return []
    if not math.isfinite(change["value"] + p_value["value"]):
        return []
    percent, p = change["value"], p_value["value"]
    period = str(numbers["change", "this year"]["note"] or "this year").partition(";")[0]
    limits = f"95 % {change['lower']:+.1f} to {change['upper']:+.1f} %, p {probability(p)}"
    if p >= LEVEL:
        moved = "are no more than chance apart from the year before"
        return [f"{name}: incidents per day {moved} ({period}; {percent:+.1f} %, {limits})."]
    moved = f"{'rose' if percent > 0 else 'fell'} by {abs(percent):.1f} % on the year before"
    return [f"{name}: incidents per day {moved} ({period}; {limits}), more than chance."]


def _hot(name: str, numbers: Numbers) -> list[str]:
    """The hot areas inside, most certain first."""
    rows = {item: row for (section, item), row in numbers.items() if section == "hot areas"}
    tested = next((row["value"] for item, row in rows.items() if item.endswith(" tested")), 0.0)
    if not tested:
        return []
    hot = sorted(
        (row["value"], item)
        for item, row in rows.items()
        if row["unit"] == "q" and math.isfinite(row["value"])
    )
    if not hot:
        return [f"{name}: no area inside is hot (q at most {LEVEL})."]
    areas = [item for _, item in hot[:MOST_NAMED]]
    more = f", and {len(hot) - MOST_NAMED} more" if len(hot) > MOST_NAMED else ""
    return [f"{name}: hot areas inside (q at most {LEVEL}) are {listed(areas)}{more}."]


def _homes(name: str, numbers: Numbers) -> list[str]:
    """Homes that are planned inside."""
    section = "development sites"
    sites = numbers.get((section, "sites inside"))
    if sites is None or not sites["value"]:
        return []
    planned = numbers[section, "homes planned inside"]
    to_come = numbers[section, "homes to come inside"]
    least = "at least " if "at least" in str(planned["note"] or "") else ""
    remaining = to_come["value"]
    rest = f"{amount(remaining)} of them to come"
    if not math.isfinite(remaining):
        rest = "how many of them are to come is not known"
    return [f"{name}: {least}{amount(planned['value'])} homes are planned inside, {rest}."]
