"""What a further publication changes: whole periods with enough changes, and nothing else."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from service.analyses.publication.revising import KEYS, Earlier, revise

PERIODS, AREAS, SMALLEST = (53, 54), ("a", "b", "c"), 5
COUNTS = st.lists(st.integers(0, 12), min_size=6, max_size=6)


def cells(counts, noise):
    """All cells with a record, each with a noise of its own at every publication."""
    names = [(period, area, "all") for period in PERIODS for area in AREAS]
    rows = [
        (*name, count + noise, 0.0, 99.0, float(count))
        for name, count in zip(names, counts, strict=True)
        if count
    ]
    frame = pd.DataFrame(rows, columns=[*KEYS, "released", "low", "high", "exact"])
    return frame.astype({"period": np.int64, "area": object, "category": object})


def by_cell(revision, column):
    frame = revision.cells
    return dict(zip(map(tuple, frame[KEYS].to_numpy()), frame[column], strict=True))


@settings(max_examples=20)
@given(history=st.lists(COUNTS, min_size=2, max_size=5))
def test_no_two_publications_differ_by_a_few_records(history):
    periods = np.array(PERIODS)
    revision = revise(cells(history[0], 0.0), periods, None, smallest_change=SMALLEST)
    for number, counts in enumerate(history[1:], start=1):
        before = revision
        earlier = Earlier(before.cells, before.periods, before.final)
        new = cells(counts, 100.0 * number)
        revision = revise(new, periods, earlier, smallest_change=SMALLEST)
        shown, shown_before = by_cell(revision, "released"), by_cell(before, "released")
        exact, exact_before = by_cell(revision, "exact"), by_cell(before, "exact")
        true = dict(zip(map(tuple, new[KEYS].to_numpy()), new["exact"], strict=True))
        for period in PERIODS:
            of_period = {cell for cell in {*shown, *shown_before, *true} if cell[0] == period}
            change = [true.get(cell, 0.0) - exact_before.get(cell, 0.0) for cell in of_period]
            changed = max(sum(c for c in change if c > 0), -sum(c for c in change if c < 0))
            is_released = period in revision.released
            assert is_released == (changed >= SMALLEST)
            for cell in of_period:
                # A cell changes only with its period, and only if its own count does.
                if not is_released or true.get(cell, 0.0) == exact_before.get(cell, 0.0):
                    assert shown.get(cell) == shown_before.get(cell)
                    assert exact.get(cell) == exact_before.get(cell)
                else:
                    assert exact.get(cell, 0.0) == true.get(cell, 0.0)
