"""Incidents of an area: counts, rates, recent months, and this year against last."""

import dataclasses
import datetime
from dataclasses import dataclass
from typing import Final

import numpy as np

from service.analyses.harm.weights import IncidentHarm
from service.analyses.inputs.area_counts import AreaCounts
from service.analyses.inputs.periods import Steps, whole_steps
from service.analyses.inputs.selection import Selection, select
from service.analyses.profiles.lines import Line
from service.analyses.profiles.subjects import Subject
from service.model.incident_filter import Moment
from spatial.arrays import BoolArray, IntArray
from spatial.over_time.change import count_changes
from spatial.rates.rates import rates
from spatial.rates.weighted_counts import WeightedCounts, weighted_counts, weighted_interval

YEAR_MONTHS: Final = 12
FEW: Final = 5.0  # incidents of equal weight: below it one decides a sum
EVERY: Final = "all categories"
PER_DAY: Final = "incidents per day"


def count_lines(area_counts: AreaCounts, subject: Subject) -> list[Line]:
    """The incidents of an area, all and by category.

    Parameters
    ----------
    area_counts : AreaCounts
        The selected incidents.
    subject : Subject
        The area.

    Returns
    -------
    list of Line
        A category that the selection has none of counts 0; the order is that of the dataset.
    """
    counts = _by_category(area_counts.selection, subject.inside)
    return [Line("incidents", name, "incidents", float(count), count) for name, count in counts]


@dataclass(frozen=True, eq=False)
class RatedOver:
    """What rates are over.

    Attributes
    ----------
    measure : str
        Its name.
    is_known : (areas,) bool
        The areas that have it: incidents elsewhere are in no rate.
    per : float
        Rates are per this many.
    amounts : tuple of float
        As much of it as each subject has, apportioned; NaN where that is not known.
    """

    measure: str
    is_known: BoolArray
    per: float
    amounts: tuple[float, ...]


def rate_lines(
    area_counts: AreaCounts, over: RatedOver, number: int, subject: Subject
) -> list[Line]:
    """The rates of an area, all and by category.

    Parameters
    ----------
    area_counts : AreaCounts
        The selected incidents.
    over : RatedOver
        What rates are over.
    number : int
        Of the area among those of the profile.
    subject : Subject
        The area.

    Returns
    -------
    list of Line
        With 95 % intervals.
    """
    selection = area_counts.selection
    is_counted = subject.inside & np.append(over.is_known, False)[area_counts.placement.area]
    left_out = int(np.count_nonzero(selection.mask & subject.inside & ~is_counted))
    counts = _by_category(selection, is_counted)
    result = rates(
        np.array([count for _, count in counts], np.float64),
        np.full(len(counts), over.amounts[number] * selection.years()),
        per=over.per,
    )
    note = f"{left_out:,} incidents are in no rate: where they are, {over.measure} are not known"
    return [
        Line(
            "rates",
            name,
            f"incidents per {over.per:g} {over.measure} and year",
            float(result.value[k]),
            count,
            float(result.lower[k]),
            float(result.upper[k]),
            note if left_out and not k else "",
        )
        for k, (name, count) in enumerate(counts)
    ]


def harm_lines(
    area_counts: AreaCounts,
    harm: IncidentHarm,
    over: RatedOver | None,
    number: int,
    subject: Subject,
) -> list[Line]:
    """The harm of the incidents of an area.

    Parameters
    ----------
    area_counts : AreaCounts
        The selected incidents.
    harm : IncidentHarm
        Days of harm of each incident.
    over : RatedOver or None
        What rates are over.
    number : int
        Of the area among those of the profile.
    subject : Subject
        The area.

    Returns
    -------
    list of Line
        Of the incidents whose harm is known; with 95 % intervals.
    """
    selection = area_counts.selection
    inside = selection.mask & subject.inside
    unknown = int(np.count_nonzero(inside & ~harm.is_known))
    largest = float(np.nanmax(harm.days[selection.mask], initial=0.0))
    note = f"{unknown:,} incidents of unknown harm are not among them" if unknown else ""

    def summed(mask: BoolArray) -> tuple[WeightedCounts, float, float]:
        days = harm.days[mask & harm.is_known]
        sums = weighted_counts(np.zeros(len(days), np.int64), days, areas=1)
        lower, upper = weighted_interval(sums.total, sums.squares, largest_weight=largest)
        return sums, float(lower[0]), float(upper[0])

    sums, lower, upper = summed(inside)
    count, total = int(sums.count[0]), float(sums.total[0])
    few = "" if sums.effective_number[0] >= FEW else "few serious incidents make up the sum"
    share = 100.0 * float(sums.largest_share[0])
    lines = [
        Line("harm", "days of harm", "days", total, count, lower, upper, note),
        Line("harm", "days per incident", "days", total / count if count else np.nan, count),
        Line(
            "harm",
            "effective number of incidents",
            "incidents",
            float(sums.effective_number[0]),
            count,
            note=few if count else "",
        ),
        Line("harm", "share of the most serious incident", "%", share, count),
    ]
    if over is None:
        return lines
    sums, *limits = summed(inside & np.append(over.is_known, False)[area_counts.placement.area])
    exposure = over.amounts[number] * selection.years()
    scale = over.per / exposure if exposure > 0 else np.nan
    lower, upper = (scale * limit for limit in limits)
    unit = f"days of harm per {over.per:g} {over.measure} and year"
    value, count = scale * float(sums.total[0]), int(sums.count[0])
    return [*lines, Line("harm", "rate of harm", unit, value, count, lower, upper)]


def _by_category(selection: Selection, inside: BoolArray) -> list[tuple[str, int]]:
    """The number of all selected incidents inside, then of each category asked for."""
    incidents = selection.incidents
    names = incidents.categories
    counts = np.bincount(incidents.category[selection.mask & inside], minlength=len(names))
    categories = selection.filter.categories
    by_name = [
        (name, int(count))
        for name, count in zip(names, counts, strict=True)
        if not categories or name in categories
    ]
    return [(EVERY, int(counts.sum())), *by_name]


@dataclass(frozen=True, eq=False)
class TwoYears:
    """The last 24 whole months up to the end of a period, whatever its beginning.

    Attributes
    ----------
    selection : Selection
        The incidents of these months.
    steps : Steps
        The months.
    """

    selection: Selection
    steps: Steps

    @classmethod
    def of(cls, selection: Selection) -> "TwoYears":
        """The two years that end with the last whole month covered of a selection.

        Parameters
        ----------
        selection : Selection
            The incidents of a period.

        Returns
        -------
        TwoYears
            By the same filter.

        Raises
        ------
        AnalysisError
            If the selection has no incidents there of which its conditions are known.
        """
        last = selection.covered()[-1].last
        following = last + datetime.timedelta(days=1)
        end = following.year * 12 + following.month - 1  # the month after the last whole one
        texts = [_month(end - 2 * YEAR_MONTHS), _month(end - 1)]
        period = dataclasses.replace(
            selection.filter,
            start=Moment.from_text(texts[0], end=False),
            end=Moment.from_text(texts[1], end=True),
        )
        of_two_years = select(selection.incidents, period)
        return cls(of_two_years, whole_steps(of_two_years, "month"))

    def lines(self, subject: Subject) -> list[Line]:
        """The trend and the change of an area.

        Parameters
        ----------
        subject : Subject
            The area.

        Returns
        -------
        list of Line
            Months of the last year, then this year against last: of each year the months that
            the data cover in both.
        """
        steps = self.steps.of_part(self.selection.mask & subject.inside)
        index = steps.step_of_incident[steps.step_of_incident >= 0]
        count = np.bincount(index, minlength=len(steps.labels))
        daily = rates(
            count.astype(np.float64), np.where(steps.has_data, steps.exposure, np.nan), per=1.0
        )
        lines = [
            Line(
                "trend",
                steps.labels[k],
                PER_DAY,
                float(daily.value[k]),
                int(count[k]) if steps.has_data[k] else None,
                float(daily.lower[k]),
                float(daily.upper[k]),
                "" if steps.days[k] == steps.length[k] else f"{steps.days[k]} days covered",
            )
            for k in range(YEAR_MONTHS, len(steps.labels))
        ]
        return [*lines, *self._change(steps, count)]

    def _change(self, steps: Steps, count: IntArray) -> list[Line]:
        """This year against last, over the months covered in both."""
        has_both = steps.has_data[:YEAR_MONTHS] & steps.has_data[YEAR_MONTHS:]
        months = int(np.count_nonzero(has_both))
        earlier, later = (
            (int(count[half][has_both].sum()), float(steps.exposure[half][has_both].sum()))
            for half in (slice(0, YEAR_MONTHS), slice(YEAR_MONTHS, None))
        )
        names = ("last year", "this year")
        if not months:
            note = "no month of the last 12 is covered in the year before too"
            return [Line("change", "change of the rate per day", "%", np.nan, note=note)]
        part = f", {months} of 12 months" if months < YEAR_MONTHS else ""
        notes = [f"{steps.labels[k - 12]} to {steps.labels[k - 1]}{part}" for k in (12, 24)]
        change = count_changes(
            [earlier[0]], [later[0]], first_exposure=earlier[1], second_exposure=later[1]
        )
        both = earlier[0] + later[0]
        return [
            *(
                Line("change", name, PER_DAY, number / days, number, note=note)
                for name, (number, days), note in zip(names, (earlier, later), notes, strict=True)
            ),
            Line(
                "change",
                "change of the rate per day",
                "%",
                float(change.percent[0]),
                both,
                100.0 * (float(change.lower[0]) - 1.0),
                100.0 * (float(change.upper[0]) - 1.0),
                "" if earlier[0] else "no per cent from zero",
            ),
            Line("change", "p of no change (E-test)", "", float(change.p_value[0]), both),
        ]


def _month(number: int) -> str:
    """A month of the calendar from its number since the year 0."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"
