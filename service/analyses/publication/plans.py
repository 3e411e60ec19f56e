"""What each choice of cells would hide of a dataset under a policy, before it is published."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from boundaries.layers.layer import Layer
from service.analyses.inputs.area_counts import Areas
from service.analyses.publication.counting import count_cells
from service.disclosure.policies import DisclosurePolicy
from service.model.protection import CellPlan, PeriodUnit
from service.store.loaded_incidents import Incidents

UNITS: Final[tuple[PeriodUnit, ...]] = ("month", "quarter", "year")


@dataclass(frozen=True)
class PlanOutlook:
    """What a choice of cells would hide.

    Attributes
    ----------
    plan : CellPlan
        The choice.
    cells, filled : int
        All cells, and those with a record.
    hidden, hidden_records : int
        Cells that would be hidden, and the records in them.
    records : int
        In all cells together.
    """

    plan: CellPlan
    cells: int
    filled: int
    hidden: int
    hidden_records: int
    records: int

    @property
    def hidden_share(self) -> float:
        """The share of the records that would be in hidden cells."""
        return self.hidden_records / max(self.records, 1)


def plans(
    incidents: Incidents, areas: Areas, layers: Sequence[Layer], policy: DisclosurePolicy
) -> list[PlanOutlook]:
    """What each layer, length of period and choice of categories would hide.

    Parameters
    ----------
    incidents : Incidents
        The records.
    areas : Areas
        Finds their areas.
    layers : sequence of Layer
        Those imported.
    policy : DisclosurePolicy
        The rule.

    Returns
    -------
    list of PlanOutlook
        By layer, period and categories.
    """
    outlooks = []
    for layer in layers:
        placement = areas.placement(incidents, layer)
        for unit in UNITS:
            for by_category in (False, True):
                plan = CellPlan(layer=layer.layer_id, period=unit, by_category=by_category)
                counts = count_cells(incidents, layer, placement, plan)
                low, high = policy.hidden_counts or (1, 0)
                is_hidden = (counts.count >= low) & (counts.count <= high)
                empty = (counts.size - len(counts.cell)) if low == 0 else 0
                outlooks.append(
                    PlanOutlook(
                        plan,
                        cells=counts.size,
                        filled=len(counts.cell),
                        hidden=int(np.count_nonzero(is_hidden)) + empty,
                        hidden_records=int(counts.count[is_hidden].sum()),
                        records=int(counts.count.sum()),
                    )
                )
    return outlooks


def plan_lines(
    dataset: str, policy: DisclosurePolicy, outlooks: Iterable[PlanOutlook]
) -> list[str]:
    """The choices as a table in text.

    Parameters
    ----------
    dataset : str
        Its name.
    policy : DisclosurePolicy
        The rule.
    outlooks : iterable of PlanOutlook
        As of `plans`.

    Returns
    -------
    list of str
        A heading, and a line each.
    """
    heading = (
        f"{'layer':<16} {'period':<8} {'categories':<10} {'cells':>12} {'with records':>13} "
        f"{'hidden':>12} {'records hidden':>20}"
    )
    lines = [f"{dataset} under {policy.label}: {policy.title}", heading]
    for outlook in outlooks:
        plan = outlook.plan
        records = f"{outlook.hidden_records:,} ({outlook.hidden_share:.1%})"
        lines.append(
            f"{plan.layer:<16} {plan.period:<8} {'each' if plan.by_category else 'all':<10} "
            f"{outlook.cells:>12,} {outlook.filled:>13,} {outlook.hidden:>12,} {records:>20}"
        )
    if policy.perturbation_table is not None:
        lines.append("nothing is hidden: each count above 0 is changed a little, by its cell key")
    return lines
