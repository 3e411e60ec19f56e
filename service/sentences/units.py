"""Units in words: what a value is per, and of which time."""

from collections.abc import Iterable
from typing import Final

from service.sentences.numbers import listed

OF_TIME: Final = (
    "rate",
    "harm-rate",
    "smoothed",
    "smoothed-local",
    "density",
)  # of a period or per year
OVER_DENOMINATOR: Final = ("rate", "smoothed", "smoothed-local")


def unit_of(
    measure: str,
    *,
    per: float,
    denominator: str | None,
    rate_per: str,
    covered: Iterable[object],
) -> str:
    """The unit of a measure of areas.

    Parameters
    ----------
    measure : str
        Of a choropleth or a local statistic.
    per : float
        Rates are per this many of the denominator.
    denominator : str or None
        Its name.
    rate_per : {"period", "year"}
        What rates and densities are of.
    covered : iterable of Span
        The parts of the period that the data cover.

    Returns
    -------
    str
        Such as ``incidents per 1,000 residents in 2024-01 to 2024-06``: a rate of six months is
        never labelled like one of twelve.
    """
    period = f"in {listed([str(span) for span in covered])}"
    time = "per year" if rate_per == "year" else period
    if measure == "harm-rate":
        return f"days of harm per {per:,g} {denominator} {time}"
    if measure in OVER_DENOMINATOR:
        return f"incidents per {per:,g} {denominator} {time}"
    return {
        "count": "incidents",
        "weighted": "sum of weights",
        "harm": "days of harm",
        "density": f"incidents per km² {time}",
        "share": "per cent of incidents",
        "ratio": "incidents observed per incident expected",
    }[measure]


def scale_of(measure: str, *, rate_per: str, years: float) -> float:
    """What the value of a measure is divided by, so that it is per year where that is asked.

    Parameters
    ----------
    measure : str
        Of a choropleth or a local statistic.
    rate_per : {"period", "year"}
        What rates and densities are of.
    years : float
        Years that the data cover of the period.

    Returns
    -------
    float
        1 for a measure that time does not change.
    """
    return years if rate_per == "year" and measure in OF_TIME else 1.0
