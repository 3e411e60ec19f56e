"""Distribution of incidents over the hours of the week and the months of the year."""

import numpy as np

from service.demo.places.published import Months
from spatial.arrays import BoolArray, FloatArray

# January to December, about 1.
SEASON = np.array([0.93, 0.92, 0.97, 0.99, 1.05, 1.06, 1.08, 1.05, 0.99, 1.00, 0.96, 1.00])

# How much of a night out belongs to the night that begins on Monday, ..., Sunday.
NIGHT_OF_WEEK = np.array([0.45, 0.50, 0.65, 0.85, 2.00, 2.45, 0.65])
# From 18:00 on the day to 05:59 on the next.
NIGHT_HOURS = np.array([1.0, 1.3, 1.7, 2.2, 3.0, 4.2, 4.8, 4.6, 4.0, 2.6, 1.0, 0.4])
# From 06:00 to 17:59, the same every day.
DAY_HOURS = np.array([0.1, 0.1, 0.15, 0.2, 0.3, 0.35, 0.45, 0.5, 0.5, 0.55, 0.65, 0.8])

# At home: an hour of the day, and a little more at weekends.
HOME_HOURS = np.array(
    [
        [2.0, 1.5, 1.1, 0.7, 0.4, 0.3, 0.3, 0.4, 0.6, 0.8, 0.9, 1.0],
        [1.1, 1.2, 1.3, 1.6, 1.8, 1.9, 2.1, 2.3, 2.4, 2.6, 2.7, 2.5],
    ]
).ravel()
HOME_OF_WEEK = np.array([0.92, 0.90, 0.92, 0.95, 1.10, 1.20, 1.15])


def night_week() -> FloatArray:
    """(7, 24) weight of each hour of the week, Monday first, where people go out."""
    week = np.zeros(7 * 24)
    for day in range(7):
        start = 24 * day
        week[start + 6 : start + 18] += 0.8 * DAY_HOURS
        evening = (start + 18 + np.arange(12)) % len(week)
        week[evening] += NIGHT_OF_WEEK[day] * NIGHT_HOURS
    return week.reshape(7, 24)


def home_week() -> FloatArray:
    """(7, 24) weight of each hour of the week, Monday first, at home and in the street."""
    return np.asarray(np.multiply.outer(HOME_OF_WEEK, HOME_HOURS))


def draw_minutes(
    period: Months, at_night: BoolArray, *, rng: np.random.Generator
) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
    """(n,) datetime64[m] in the period, by the hours of nightlife or those of homes."""
    hours = np.arange(period.first.astype("M8[h]"), period.after.astype("M8[h]"))
    day = hours.astype("M8[D]").astype(np.int64)
    weekday = (day + 3) % 7  # 1 January 1970 was a Thursday
    hour_of_day = hours.astype(np.int64) % 24
    season = SEASON[hours.astype("M8[M]").astype(np.int64) % 12]
    times = np.empty(len(at_night), dtype="M8[m]")
    for night, week in ((True, night_week()), (False, home_week())):
        rows = np.flatnonzero(at_night == night)
        weight = week[weekday, hour_of_day] * season
        hour_index = rng.choice(len(hours), len(rows), p=weight / weight.sum())
        minutes = rng.integers(0, 60, len(rows)).astype("m8[m]")
        times[rows] = hours[hour_index].astype("M8[m]") + minutes
    return times


def season_of(months: np.ndarray[tuple[int], np.dtype[np.datetime64]]) -> FloatArray:
    """(n,) weight of each month by the time of the year and its days."""
    days = (months + 1).astype("M8[D]") - months.astype("M8[D]")
    return np.asarray(
        SEASON[months.astype(np.int64) % 12] * days.astype(np.int64) / 30.4375, dtype=np.float64
    )
