"""How areas move between classes from step to step: Markov chains, by the state of neighbours."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from service.analyses.areas.chance import untested_notes
from service.analyses.areas.step_values import StepValues
from service.analyses.inputs.area_counts import Areas
from service.analyses.inputs.neighbours import Neighbourhoods
from service.analyses.transitions.rows import TransitionRow
from service.config.settings import LimitSettings, Settings
from service.model.answers import Table
from service.model.provenance import provenance, short_digest
from service.queries.over_time import TransitionsQuery
from service.runtime.budget import Work, spend
from service.runtime.cancellation import check_cancelled
from spatial.arrays import BoolArray, IntArray
from spatial.errors import InvalidValuesError
from spatial.local_statistics.multiplicity import NOT_TESTED
from spatial.over_time.class_transitions import (
    UNKNOWN,
    context_test,
    lag_contexts,
    majority_contexts,
    probabilities,
    quantile_classes,
    steady_state,
    transition_counts,
)
from spatial.over_time.emerging import CATEGORIES, MIN_STEPS, categories_by_step
from spatial.over_time.plain_classes import PLAIN_CLASSES, plain_classes
from spatial.rates.rates import shares

ANY: Final = "any"
HOTSPOT_CLASSES: Final = ("cold", "neither", "hot")
MAJORITIES: Final = ("more neighbours cold", "as many or none", "more neighbours hot")
MOVE_S: Final = 8e-8  # of an area in a step, in each draw
MOVE_BYTES: Final = 100
NOT_INDEPENDENT: Final = (
    "The intervals take all moves as independent. Areas side by side, and the steps of one area, "
    "are not: the true intervals are wider."
)
BY_CONSTRUCTION: Final = (
    "Whether moves depend on the neighbours is not tested: the class of a hotspot is made from "
    "the neighbours' incidents, so that they do by construction. states=quantile tests it on the "
    "areas' own counts."
)


@dataclass(frozen=True, eq=False)
class _Chain:
    """The classes of areas in steps, and the contexts of their moves."""

    classes: IntArray
    names: tuple[str, ...]
    is_next: BoolArray
    contexts: IntArray | None = None
    context_names: tuple[str, ...] = ()


class ClassTransitions:
    """Tables of moves between classes.

    Parameters
    ----------
    areas : Areas
        Counts of incidents.
    neighbourhoods : Neighbourhoods
        Neighbours under a rule.
    settings : Settings
        Limits of the work.
    """

    def __init__(
        self, *, areas: Areas, neighbourhoods: Neighbourhoods, settings: Settings
    ) -> None:
        self._areas = areas
        self._neighbourhoods = neighbourhoods
        self._limits = settings.limits

    def version(self, dataset: str, layer_id: str) -> str:
        """A short digest of everything that a table depends on, apart from the query.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        layer_id : str
            Id of a layer or grid.

        Returns
        -------
        str
            It changes when the dataset, the layer or the software does.
        """
        return short_digest(
            self._areas.version(dataset, layer_id), "over-time", self._neighbourhoods.revision()
        )

    def table(self, dataset: str, layer_id: str, query: TransitionsQuery) -> Table:
        """One `TransitionRow` per state of the neighbours and pair of classes.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        layer_id : str
            Id of a layer or grid.
        query : TransitionsQuery
            Filter, step, classes and neighbours.

        Returns
        -------
        Table
            Without shapes: all areas together, then by the state of their neighbours.
        """
        values = StepValues.of(self._areas, self._neighbourhoods, dataset, layer_id, query)
        make_chain = _quantile_chain if query.states == "quantile" else _spot_chain
        chain, method = make_chain(values, query, self._limits)
        counts = _counts(chain)
        area_counts = values.area_counts
        return Table(
            kind="transitions",
            row=TransitionRow,
            columns=_columns(counts, (ANY, *chain.context_names), chain.names),
            provenance=provenance(
                sources=area_counts.sources(),
                filter=area_counts.filter(),
                method={
                    "name": "transitions between classes (Markov chain)",
                    "states": query.states,
                    "step": query.step,
                    "steps": list(values.steps.labels),
                    "neighbours": query.neighbours,
                    "moves": int(counts[0].sum()),
                    **method,
                },
                counts=area_counts.reconciliation(),
                notes=(
                    *area_counts.notes(),
                    *values.all_steps.notes(),
                    *_gap_notes(chain.is_next),
                    *_island_notes(len(values.neighbours.islands)),
                    NOT_INDEPENDENT,
                    *(
                        ()
                        if query.states == "quantile"
                        else (
                            BY_CONSTRUCTION,
                            *untested_notes(values.neighbours, deals_values=True),
                        )
                    ),
                    *_never_left(counts[0], chain.names),
                ),
            ),
        )


def _is_next(values: StepValues, first: int = 0) -> BoolArray:
    """(steps - 1,) Whether each step with data is followed at once by the next, from the first."""
    position = np.flatnonzero(values.all_steps.has_data)
    return np.asarray(np.diff(position) == 1, np.bool_)[first:]


def _spot_chain(
    values: StepValues, query: TransitionsQuery, limits: LimitSettings
) -> tuple[_Chain, dict[str, Any]]:
    """Hot, cold and neither by step; or categories or plain classes of the steps up to each."""
    hot_spots, draws, window = values.hot_spots(query, limits)
    method: dict[str, Any] = {
        "permutations": draws.permutations,
        "seed": query.seed,
        "correction": query.correction,
        "earlier_steps": query.earlier_steps,
        "window": window,
        "level": 0.10,
    }
    # What is not tested is in no class.
    is_tested = (hot_spots.category != NOT_TESTED)[:, None]
    classes = hot_spots.classes
    method["steps_not_tested"] = [values.steps.labels[step] for step in hot_spots.flat_steps]
    if query.states == "hotspot":
        states = np.where(is_tested, classes.astype(np.int64) + 1, UNKNOWN)
        states[:, list(hot_spots.flat_steps)] = UNKNOWN
        return (
            _Chain(
                states,
                HOTSPOT_CLASSES,
                _is_next(values),
                majority_contexts(classes, values.neighbours),
                MAJORITIES,
            ),
            method,
        )
    steps = classes.shape[1]
    if steps <= MIN_STEPS:
        raise InvalidValuesError(
            "steps", f"need {MIN_STEPS + 1} for states={query.states}, the period has {steps}"
        )
    names = PLAIN_CLASSES if query.states == "plain" else CATEGORIES
    by_step = (
        np.column_stack([plain_classes(classes[:, :step]) for step in range(MIN_STEPS, steps + 1)])
        if query.states == "plain"
        else categories_by_step(classes, hot_spots.z_score)
    )
    index = {name: position for position, name in enumerate(names)}
    states = np.vectorize(index.__getitem__, otypes=[np.int64])(by_step)
    method["classes"] = f"of all steps up to each, from step {MIN_STEPS}"
    chain = _Chain(np.where(is_tested, states, UNKNOWN), names, _is_next(values, MIN_STEPS - 1))
    return chain, method


def _quantile_chain(
    values: StepValues, query: TransitionsQuery, limits: LimitSettings
) -> tuple[_Chain, dict[str, Any]]:
    """Quantiles of the counts of all areas and steps, and of the means of their neighbours."""
    if values.counts.shape[1] < 2:
        raise InvalidValuesError(
            "steps", f"need 2 whole ones, the period has {values.counts.shape[1]}"
        )
    # Of steps of one length, the mean of theirs: a short month is not a class lower for it.
    steps = values.steps
    table = values.counts * (steps.length.mean() / steps.exposure)
    classes, upper = quantile_classes(table, query.number_of_quantiles)
    spend(
        Work(
            table.size * (query.number_of_replicates + 1) * MOVE_S,
            table.size * MOVE_BYTES,
            f"{query.number_of_replicates:,} arrangements of {len(table):,} areas in "
            f"{table.shape[1]} steps",
            "ask for fewer replicates, longer steps or larger areas",
        )
    )
    is_next = _is_next(values)
    test = context_test(
        table,
        values.neighbours,
        number=query.number_of_quantiles,
        is_next=is_next,
        permutations=query.number_of_replicates,
        seed=query.seed,
        on_progress=check_cancelled,
    )
    contexts = lag_contexts(table, values.neighbours, query.number_of_quantiles)
    numbers = range(1, query.number_of_quantiles + 1)
    return (
        _Chain(
            classes,
            tuple(f"class {number}" for number in numbers),
            is_next,
            contexts,
            tuple(f"neighbours class {number}" for number in numbers),
        ),
        {
            "quantiles": query.number_of_quantiles,
            "upper_ends": upper.tolist(),
            "counts": f"brought to steps of {steps.length.mean():.6g} days",
            "spatial_dependence": {
                "test": "likelihood ratio, series of the areas dealt out again",
                "statistic": test.statistic,
                "freedom": test.freedom,
                "p_value": test.p_value
                if query.number_of_replicates and np.ptp(classes)
                else None,
            },
            "replicates": query.number_of_replicates,
            "seed": query.seed,
        },
    )


def _counts(chain: _Chain) -> IntArray:
    """(1 + contexts, k, k) Moves of all areas, then by context."""
    size = len(chain.names)
    counts = transition_counts(chain.classes, n_classes=size, is_next=chain.is_next)
    if chain.contexts is None:
        return counts
    by_context = transition_counts(
        chain.classes,
        n_classes=size,
        is_next=chain.is_next,
        contexts=chain.contexts,
        n_contexts=len(chain.context_names),
    )
    return np.concatenate([counts, by_context])


def _columns(
    counts: IntArray, contexts: Sequence[str], names: Sequence[str]
) -> dict[str, NDArray[Any]]:
    """One row per context, class and class that follows."""
    size = len(names)
    from_total = np.repeat(counts.sum(axis=2), size)
    moves = counts.ravel()
    interval = shares(moves, from_total, per=1.0)
    long_run = np.full((len(counts), size), np.nan)
    for context, matrix in enumerate(counts):
        state = steady_state(matrix)
        if state is not None:
            long_run[context] = state
    share = probabilities(counts)
    stays = np.diagonal(share, axis1=1, axis2=2)
    stay_steps = np.divide(1.0, 1.0 - stays, out=np.full(stays.shape, np.nan), where=stays < 1.0)
    is_stay = np.tile(np.eye(size, dtype=np.bool_).ravel(), len(counts))
    return {
        "context": np.repeat(np.array(contexts, dtype=object), size * size),
        "from_class": np.tile(np.repeat(np.array(names, dtype=object), size), len(counts)),
        "to_class": np.tile(np.array(names, dtype=object), size * len(counts)),
        "moves": moves,
        "moves_from": from_total,
        "probability": share.ravel(),
        "lower": interval.lower,
        "upper": interval.upper,
        "stay_steps": np.where(is_stay, np.repeat(stay_steps, size), np.nan),
        "long_run_share": np.repeat(long_run, size, axis=0).ravel(),
    }


def _gap_notes(is_next: BoolArray) -> tuple[str, ...]:
    """That moves over steps without data are left out."""
    gaps = int(np.count_nonzero(~is_next))
    if not gaps:
        return ()
    what = "a gap" if gaps == 1 else f"{gaps} gaps"
    return (f"Moves over {what} in the data are left out: what lay between is not known.",)


def _island_notes(islands: int) -> tuple[str, ...]:
    """That areas without neighbours have no state of them."""
    if not islands:
        return ()
    what = "1 area has" if islands == 1 else f"{islands:,} areas have"
    return (f"{what} no neighbours: their moves are among those of any context alone.",)


def _never_left(counts: IntArray, names: Sequence[str]) -> tuple[str, ...]:
    """Which classes areas were in and never left, and which no area was ever in."""
    total, arrivals = counts.sum(axis=1), counts.sum(axis=0)
    if not counts.sum():
        return ()
    lasting = [name for k, name in enumerate(names) if 0 < total[k] == counts[k, k]]
    empty = [name for k, name in enumerate(names) if not total[k] and not arrivals[k]]
    return (
        *((f"Never left once an area was in it: {', '.join(lasting)}.",) if lasting else ()),
        *((f"No area was ever in it: {', '.join(empty)}.",) if empty else ()),
    )
