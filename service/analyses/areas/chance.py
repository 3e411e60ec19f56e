"""How much chance is drawn for a test over many areas, and what can then be told."""

from typing import Any, Final

import numpy as np

from service.config.settings import LimitSettings
from service.model.errors import TooMuchWorkError
from service.runtime.budget import Work, spend
from spatial.arrays import AnyArray, BoolArray
from spatial.local_statistics.draws import (
    Draws,
    default_draws,
    permutation_work,
    permutations_that_tell,
)
from spatial.local_statistics.multiplicity import (
    LEAST_AREAS,
    LEVELS,
    NOT_SIGNIFICANT,
    NOT_TESTED,
    is_testable,
    must_be_extreme_together,
)
from spatial.weights.weights import Neighbours

VALUE_S: Final = 1.5e-9  # of a permuted value
MAP_S: Final = 5e-6  # of an area in each map
MAP_BYTES: Final = 60
ALPHA: Final = 0.05
WEAKEST_LEVEL: Final = max(LEVELS)


def draws_for(permutations: int | None, areas: int) -> Draws:
    """The permutations that a query names, or by default as many as let an area be called.

    Parameters
    ----------
    permutations : int or None
        Of the query; None for the default.
    areas : int
        Number of areas tested together.

    Returns
    -------
    Draws
        As many for every area where the query names a number.
    """
    return default_draws(areas) if permutations is None else Draws.exactly(permutations)


def check_work(limits: LimitSettings, neighbours: Neighbours, draws: Draws, maps: int) -> None:
    """Refuse to draw more than the limit allows for several maps of one request.

    Parameters
    ----------
    limits : LimitSettings
        Limits of the work.
    neighbours : Neighbours
        Over the areas of each map.
    draws : Draws
        Permutations of each map.
    maps : int
        Number of maps.

    Raises
    ------
    TooMuchWorkError
        If it is more than four times `limits.permuted_values`.
    """
    work = maps * permutation_work(neighbours, draws.permutations)
    allowed = 4 * limits.permuted_values
    if work > allowed:
        raise TooMuchWorkError(
            f"permuted values ({neighbours.n} areas, {draws.permutations} permutations, "
            f"{maps} maps)",
            work,
            allowed,
            "ask for fewer permutations, replicates or steps",
        )
    spend(work_of_maps(neighbours.n, maps, permuted_values=work))


def work_of_maps(areas: int, maps: int, *, permuted_values: int = 0) -> Work:
    """What several maps of one request cost.

    Parameters
    ----------
    areas : int
        Of each map.
    maps : int
        Their number.
    permuted_values : int
        Drawn for all of them together.

    Returns
    -------
    Work
        Estimated without computing anything.
    """
    return Work(
        permuted_values * VALUE_S + areas * maps * MAP_S,
        areas * maps * MAP_BYTES,
        f"{maps} maps of {areas:,} areas",
        "ask for fewer permutations, longer steps or larger areas",
    )


def describe_draws(draws: Draws, areas: int, *, correction: str) -> dict[str, Any]:
    """What the draws can tell, for the method of an answer.

    Parameters
    ----------
    draws : Draws
        Permutations behind each p.
    areas : int
        Number of areas tested together.
    correction : str
        Of p for testing every area.

    Returns
    -------
    dict
        Permutations; those of the extreme areas; and, under a correction, the number of areas
        that must have the smallest possible p before any is called at a q of 0.05.
    """
    described: dict[str, Any] = {
        "permutations": draws.permutations,
        "permutations_of_extreme_areas": draws.most_permutations,
    }
    if draws.permutations and correction != "none":
        described["areas_that_must_be_extreme_together"] = must_be_extreme_together(
            max(areas, 1), draws.most_permutations, alpha=ALPHA
        )
    return described


def untested_notes(neighbours: Neighbours, *, deals_values: bool) -> tuple[str, ...]:
    """Why areas with a value are not tested.

    Parameters
    ----------
    neighbours : Neighbours
        Over the areas that have a value.
    deals_values : bool
        Whether the null deals values out among the areas.

    Returns
    -------
    tuple of str
        Sentences; empty where every area with neighbours is tested.
    """
    areas = neighbours.n
    if not deals_values:
        return ()
    if not is_testable(areas):
        return (
            (
                f"The map has {areas} areas with a value. Over fewer than {LEAST_AREAS} areas "
                "nothing is tested: dealing so few values out again says nothing about chance."
            ),
        )
    if not neighbours.has_equal_weights:
        return ()
    full_count = int(np.count_nonzero(neighbours.counts == areas - 1))
    if not full_count:
        return ()
    subject = "1 area has" if full_count == 1 else f"{full_count:,} areas have"
    return (
        (
            f"{subject} every other area as a neighbour: however the values are dealt out, the "
            "neighbours' sum is the same, and there is nothing to test."
        ),
    )


def untold_areas(is_beyond_all: BoolArray, classes: AnyArray, *, correction: str) -> int:
    """Areas beyond all their draws that no class can be given for want of draws.

    Parameters
    ----------
    is_beyond_all : (n,) bool
        Whether no draw was as extreme as the map.
    classes : (n,) str
        Class of each area.
    correction : str
        Of p for testing every area.

    Returns
    -------
    int
        0 where the smallest possible p can be called.
    """
    if correction == "none":
        return 0
    return int(np.count_nonzero(is_beyond_all & (classes == NOT_SIGNIFICANT)))


def verdict_notes(
    classes: AnyArray, untold: int, areas: int, draws: Draws, *, maps: str = "the whole map"
) -> tuple[str, ...]:
    """That nothing is significant, or that it cannot be told: never one for the other.

    Parameters
    ----------
    classes : (n,) str
        Class of each area.
    untold : int
        From `untold_areas`.
    areas : int
        Number of areas tested together.
    draws : Draws
        Behind their p.
    maps : str
        What was tested.

    Returns
    -------
    tuple of str
        One sentence, or none.
    """
    if untold:
        needed = permutations_that_tell(areas, together=untold, alpha=WEAKEST_LEVEL)
        return (
            (
                f"{untold:,} of {areas:,} areas lie beyond all {draws.most_permutations:,} "
                "permutations, and whether they are hot or cold cannot be told with so few: "
                f"{needed:,} would be needed."
            ),
        )
    is_tested = classes != NOT_TESTED
    is_called = is_tested & (classes != NOT_SIGNIFICANT)
    if is_tested.any() and not is_called.any():
        return (f"Nothing is significant at 90 % over {maps}.",)
    return ()
