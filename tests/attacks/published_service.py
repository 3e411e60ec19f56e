"""The attacks on a service that publishes a dataset under a policy."""

import dataclasses
import math
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from service.disclosure.policies import POLICIES
from service.model.protection import CellPlan
from service.publication.cells import OUTSIDE, UNLOCATED
from service.publication.periods import MONTHS
from tests.attacks.attacker import Attacker, RefusedError
from tests.attacks.counts_from_z import counts_from_z
from tests.attacks.everything import everything
from tests.attacks.guesses import (
    guesses_from_margins,
    share_found,
    share_of_draws,
    standard_error,
)
from tests.attacks.open_service import ATTACKS
from tests.attacks.other_records import CellTruth, possible_counts
from tests.attacks.places import PlaceGuesses, places_from_tiles
from tests.attacks.published import attackers, published, truth_of, with_other_records
from tests.attacks.questions import counts_of_map
from tests.attacks.same_answers import Comparison, compare
from tests.attacks.targets import Target
from tests.simulations.tables import SimulationTable, percent

NAMED = tuple(name for name in POLICIES if name != "open")
WITHIN_M = 100.0
PICTURES = 3  # tiles along a side of the square whose pictures are read
KEYS = ["period", "area", "category"]


def refused_attacks(target: Target, plan: CellPlan) -> SimulationTable:
    """What becomes of each attack where nobody sees records without a key that says so."""
    rows = []
    with tempfile.TemporaryDirectory() as name:
        kept = published(target, Path(name), "small-5", plan)
        with attackers(kept) as by_role:
            for attack in ATTACKS:
                texts = [_outcome(by_role[role], attack, kept) for role in ("partner", "public")]
                rows.append((str(attack.__doc__), *texts))
    return SimulationTable(("attack", "partner", "public"), tuple(rows))


def _outcome(attacker: Attacker, attack: Callable[..., str], target: Target) -> str:
    """What an attack gives a role, or why not."""
    fresh = Attacker(attacker.client, attacker.headers)
    try:
        return attack(fresh, target)
    except RefusedError as refusal:
        return f"refused ({refusal.status})"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Outcome:
    """What the attacks gave under one policy.

    Attributes
    ----------
    hidden : int
        Cells that are hidden; where a policy hides none, cells whose count it changes.
    policy_leaves, answers_leave : int
        The fewest counts that such a cell may have, as the policy says, and as other records
        show that give the same answers.
    partner, public : Comparison
        Of the answers over the true records with those over other ones.
    guessed : int
        Of these cells those of which algebra or differencing says something.
    right, right_from_margins : float
        Share of these cells that are guessed right by it, the others from what is published, and
        that are from what is published alone.
    points : int
        Places that are worked out of the pictures of a town.
    near, near_in_cells, near_residents : float
        Share of them with a record within 100 m; of as many that are drawn in the published
        cells by their counts, and of as many drawn among residents of the same ground.
    """

    hidden: int
    policy_leaves: int
    answers_leave: int
    partner: Comparison
    public: Comparison
    guessed: int
    right: float
    right_from_margins: float
    points: int
    near: float
    near_in_cells: float
    near_residents: float


def attack_policy(target: Target, policy: str, plan: CellPlan) -> Outcome:
    """All attacks on a dataset under one policy.

    Parameters
    ----------
    target : Target
        What is attacked.
    policy : str
        Its name.
    plan : CellPlan
        What is published.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        kept = published(target, folder / "true", policy, plan)
        truth = truth_of(kept)
        other = with_other_records(kept, folder / "other", truth, shift=1)
        with attackers(kept) as asked, attackers(other) as asked_other:
            addresses = everything(
                asked["partner"].client.app, kept,
                codes=some_codes(truth), periods=some_periods(truth),
            )  # fmt: skip
            # Each question under some of the policies, of the public fewer.
            first = NAMED.index(policy)
            comparisons = {
                role: compare(asked[role], asked_other[role], addresses[first % step :: step])
                for role, step in (("partner", 3), ("public", 15))
            }
            partner = asked["partner"]
            guesses = cell_guesses(partner, kept, truth)
            places = picture_guesses(partner, kept, truth)
        is_same = not any(comparison.different for comparison in comparisons.values())
        left = values_left(truth) if is_same else 0
        return Outcome(
            hidden=len(changed_cells(truth)),
            policy_leaves=int((changed_cells(truth)["high"] - changed_cells(truth)["low"]).min())
            + 1,
            answers_leave=left,
            **comparisons,
            **right_guesses(guesses, truth),
            **near_guesses(places, kept, truth),
        )


def changed_cells(truth: CellTruth) -> pd.DataFrame:
    """Cells that are hidden, or else those that may have another count than is published."""
    if len(truth.hidden):
        return truth.hidden
    cells = truth.cells
    return cells[cells["high"] > cells["low"]]


def some_codes(truth: CellTruth) -> list[str]:
    """An area with hidden cells, and the one with the most records."""
    areas = truth.cells[~truth.cells["area"].isin((UNLOCATED, OUTSIDE))]
    most = areas.groupby("area")["exact"].sum().idxmax()
    few = areas[areas["area"] != most].groupby("area")["exact"].sum().idxmin()
    return [str(few), str(most)]


def some_periods(truth: CellTruth) -> list[tuple[str, str]]:
    """Two published periods, and all of them."""
    numbers = sorted(truth.cells["period"].unique().tolist())
    chosen = [months_of(number, truth.plan) for number in (numbers[0], numbers[-1])]
    return [chosen[0], (chosen[0][0], chosen[1][1]), chosen[1]]


def months_of(number: int, plan: CellPlan) -> tuple[str, str]:
    """The first and the last month of a published period."""
    length = MONTHS[plan.period]
    ends = (number * length, number * length + length - 1)
    first, last = (f"{1970 + month // 12}-{month % 12 + 1:02}" for month in ends)
    return first, last


def values_left(truth: CellTruth) -> int:
    """The fewest counts with which a cell is published as it is, all other cells as well."""
    cells, policy = truth.cells, truth.policy
    is_changed = cells.index.isin(changed_cells(truth).index)
    seen = [cells["exact"].to_numpy(np.int64)]
    most = max(len(possible_counts(cell, policy)) for cell in kinds_of(cells))
    for shift in range(1, most):
        counts = truth.shifted(shift)
        if truth.is_published_alike(counts):
            seen.append(counts)
    return min(len(np.unique(row)) for row in np.stack(seen, axis=1)[is_changed])


def kinds_of(cells: pd.DataFrame) -> list[object]:
    """One cell of each kind that is published alike."""
    return list(cells.drop_duplicates(["released", "low", "high"]).itertuples())


def cell_guesses(attacker: Attacker, target: Target, truth: CellTruth) -> pd.Series:
    """Guesses of cells by area and period: by algebra on z, else by differencing.

    Raises
    ------
    RefusedError
        If not even counts are answered.
    """
    guesses: dict[tuple[str, int], float] = {}
    numbers = sorted(truth.cells["period"].unique().tolist())
    names = (target.dataset, target.layer)
    whole = {
        "from": months_of(numbers[0], truth.plan)[0],
        "to": months_of(numbers[-1], truth.plan)[1],
    }
    totals = counts_of_map(attacker, *names, **whole)
    shown = {
        number: counts_of_map(
            attacker,
            *names,
            **dict(zip(("from", "to"), months_of(number, truth.plan), strict=True)),
        )
        for number in numbers
    }
    for area, total in totals.items():
        missing = [number for number in numbers if area not in shown[number]]
        rest = total - sum(shown[number].get(area, 0) for number in numbers)
        guesses |= {(area, number): rest / len(missing) for number in missing}
    for number in numbers[-2:]:
        first, last = months_of(number, truth.plan)
        z = counts_from_z(attacker, *names, crs=target.crs, **{"from": first, "to": last})
        guesses |= {(code, number): count for code, count in zip(z.codes, z.counts, strict=True)}
    return pd.Series(guesses, dtype=float)


def right_guesses(guesses: pd.Series, truth: CellTruth) -> dict[str, float | int]:
    """How many cells are guessed right, those that no attack says something of from margins."""
    cells = truth.cells.assign(margins=guesses_from_margins(truth.cells))
    cells = cells.merge(changed_cells(truth)[KEYS], on=KEYS)
    from_margins = cells["margins"].to_numpy()
    found = guesses.reindex(pd.MultiIndex.from_frame(cells[["area", "period"]])).to_numpy()
    is_guessed = np.isfinite(found)
    low, high = cells["low"].to_numpy(), cells["high"].to_numpy()
    guess = np.where(is_guessed, np.clip(np.round(found), low, high), from_margins)
    exact = cells["exact"].to_numpy()
    return {
        "guessed": int(is_guessed.sum()),
        "right": float(np.mean(guess == exact)),
        "right_from_margins": float(np.mean(from_margins == exact)),
    }


def picture_guesses(attacker: Attacker, target: Target, truth: CellTruth) -> PlaceGuesses:
    """Places from the closest pictures of a town that are admitted."""
    zoom, tiles = picture_tiles(target, truth)
    return places_from_tiles(
        attacker, target.dataset, tiles, zoom=zoom, crs=target.crs,
        bandwidth_m=float(truth.policy.minimum_bandwidth_m), free_breaks=False,
    )  # fmt: skip


def picture_tiles(target: Target, truth: CellTruth) -> tuple[int, tuple[range, range]]:
    """The closest zoom, and the tiles of the town."""
    zoom = truth.policy.maximum_zoom
    return zoom, target.tiles(PICTURES, zoom)


def near_guesses(
    guesses: PlaceGuesses, target: Target, truth: CellTruth
) -> dict[str, float | int]:
    """How many guessed places have a record near, and of as many that are drawn."""
    zoom, tiles = picture_tiles(target, truth)
    ground = target.ground_of(tiles, zoom)
    places_m = target.places_m()
    layer = target.resources().layers.get(truth.plan.layer)
    shapes = shapely.intersection(layer.geometries, ground)
    share = shapely.area(shapes) / shapely.area(layer.geometries)
    is_there = share > 0.0
    counted = truth.cells.assign(released=truth.cells["released"].fillna(truth.cells["expected"]))
    of_area = counted.groupby("area")["released"].sum()
    counts = np.array([of_area.get(code, 0.0) for code in layer.codes]) * share
    residents = target.residents(layer.codes) * share
    guesses_m = guesses.xy_m[shapely.contains_xy(ground, *guesses.xy_m.T)]
    drawn = {
        name: share_of_draws(
            shapes[is_there], weights[is_there], len(guesses_m), places_m, WITHIN_M
        )
        for name, weights in (("near_in_cells", counts), ("near_residents", residents))
    }
    return {"points": len(guesses_m), "near": share_found(guesses_m, places_m, WITHIN_M), **drawn}


def attacks_on_policies(target: Target, plan: CellPlan) -> SimulationTable:
    """A row per named policy."""
    rows = [row_of(policy, attack_policy(target, policy, plan)) for policy in NAMED]
    return SimulationTable(COLUMNS, tuple(rows))


COLUMNS = (
    "policy", "cells hidden or changed", "counts a cell may have", "by all answers",
    "answers compared", "that differ", "cells an attack says something of", "guessed right",
    "from margins",
    "points from pictures", "with a record within 100 m", "drawn in the same cells",
    "drawn among residents",
)  # fmt: skip


def row_of(policy: str, outcome: Outcome) -> tuple[str, ...]:
    """The outcome as a row of the table, shares with two standard errors."""
    comparisons = (outcome.partner, outcome.public)
    return (
        policy,
        f"{outcome.hidden:,}",
        str(outcome.policy_leaves),
        str(outcome.answers_leave),
        f"{sum(comparison.answered for comparison in comparisons):,}",
        str(sum(len(comparison.different) for comparison in comparisons)),
        f"{outcome.guessed:,}",
        with_error(outcome.right, outcome.hidden),
        with_error(outcome.right_from_margins, outcome.hidden),
        str(outcome.points),
        with_error(outcome.near, outcome.points),
        with_error(outcome.near_in_cells, outcome.points),
        with_error(outcome.near_residents, outcome.points),
    )


def with_error(share: float, count: int) -> str:
    """A share with two standard errors."""
    if math.isnan(share) or not count:
        return "none"
    return f"{percent(share)} ± {100.0 * 2.0 * standard_error(share, count):.1f}"
