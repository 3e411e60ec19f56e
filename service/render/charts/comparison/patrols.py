"""Charts of places for patrols: the list, how much it captures, and how lists would have done."""

import math

from service.model.answers import Table
from service.render.charts.chart import Chart
from service.render.charts.comparison.figures import figure, nothing
from service.render.charts.forms.bars import ranked_bars
from service.render.charts.forms.curves import Curve, curves
from service.render.charts.forms.dots import intervals
from service.render.charts.forms.items import (
    Item,
    label,
    leading,
    left_out,
    names_of,
    numbers,
    rank_interval,
    spoken,
    texts,
)
from service.sentences.numbers import amount, capital


def patrols(table: Table) -> Chart:
    """The places of a list with their numbers and the ranks that they may have."""
    has_harm = "share_of_harm" in table.columns and bool(len(table))
    name = "harm" if has_harm else "count"
    values = numbers(table, name)
    axis = "Days of harm" if has_harm else "Incidents"
    if not any(map(math.isfinite, values)):
        return nothing(table, measure=axis)
    hours = texts(table, "hours")
    labels = names_of(
        [f"{place}, {hour}" if hour else place
         for place, hour in zip(texts(table, "name"), hours, strict=True)],
        texts(table, "code"),
    )  # fmt: skip
    best, worst = numbers(table, "rank_best"), numbers(table, "rank_worst")
    items = []
    for k, place in enumerate(labels):
        ranks = rank_interval(best[k], worst[k])
        text = label(values[k], table=table)
        items.append(
            Item(
                f"{k + 1}. {place}",
                values[k],
                text=f"{text} ({ranks})" if ranks and math.isfinite(values[k]) else text,
            )
        )
    drawn, left = leading(items)
    whole = numbers(table, f"cumulative_share{'_of_harm' if has_harm else ''}")[: len(drawn)]
    ground = numbers(table, "cumulative_share_of_ground")[: len(drawn)]
    captured = ""
    if len(whole) and math.isfinite(whole[-1] + ground[-1]):
        captured = (
            f"Those drawn have {amount(float(whole[-1]))} % of {axis.lower()} on "
            f"{amount(float(ground[-1]))} % of the ground."
        )
    return figure(
        table,
        ranked_bars(drawn, axis=axis),
        measure=axis,
        shown=f"Ranked bars. {spoken(drawn, '')} {captured}",
        notes=[
            captured,
            "In brackets: the ranks that a place may have with 95 % confidence."
            if any(map(math.isfinite, best))
            else "",
            *left_out(left, "place"),
        ],
    )


def capture(table: Table) -> Chart:
    """The share of incidents in the first places of a list, by their share of the ground."""
    has_harm = "share_of_harm" in table.columns
    columns = ("share_of_harm", "expected_share_of_harm", "harm_lower", "harm_upper")
    share, expected, lower, upper = (
        [0.0, *map(float, numbers(table, name))]
        for name in (columns if has_harm else ("share", "expected_share", "lower", "upper"))
    )
    ground = [0.0, *map(float, numbers(table, "share_of_ground"))]
    axis = f"Per cent of {'harm' if has_harm else 'incidents'}"
    known = [k for k in range(1, len(share)) if math.isfinite(share[k])]
    if not known or not all(map(math.isfinite, ground)):
        return nothing(table, measure=axis)
    places = numbers(table, "places")
    parts = [
        f"{places[k - 1]:,.0f} places on {amount(ground[k])} % of the ground: {amount(share[k])} %"
        for k in known
    ]
    lines = [
        Curve("this list", "observed", share),
        Curve("the next period", "expected", expected),
        Curve("no choice", "theoretical", ground),
    ]
    return figure(
        table,
        curves(
            ground,
            [line for line in lines if any(map(math.isfinite, line.values[1:]))],
            axes=("Per cent of the ground", axis),
            band=(lower, upper),
        ),
        measure=axis,
        shown=f"Capture curve. {'; '.join(parts)}.",
        notes=[
            (
                "Dashed: what the same places are expected to have, its 95 % interval in grey. "
                "Dotted: as much of the incidents as of the ground."
            ),
        ],
    )


def forecasts(table: Table) -> Chart:
    """The share of later incidents that each list would have captured, with its interval."""
    values = numbers(table, "hit_rate")
    axis = "Per cent of later incidents in the places listed"
    if not any(map(math.isfinite, values)):
        return nothing(table, measure=axis)
    candidates = texts(table, "candidate")
    labels = names_of(
        [
            f"{capital(ranking)} ({candidate})" if candidate else capital(ranking)
            for ranking, candidate in zip(texts(table, "ranking"), candidates, strict=True)
        ]
    )
    lower, upper = numbers(table, "lower"), numbers(table, "upper")
    items = [
        Item(
            name,
            values[k],
            lower[k],
            upper[k],
            label(values[k], "%", table=table),
            tone="main" if k == 0 else "muted",
        )
        for k, name in enumerate(labels)
    ]
    drawn, left = leading(items)
    return figure(
        table,
        intervals(drawn, axis=axis),
        measure=axis,
        shown=f"Dots with intervals. {spoken(drawn, '%')}",
        notes=["Lines: 95 % intervals; lists whose lines overlap may do as well as each other.",
               *left_out(left, "list")],
    )  # fmt: skip
