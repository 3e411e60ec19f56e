"""What hotspots say in words: of the null, and of each area."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.analyses.areas.local_tests import LocalTest
from service.analyses.inputs.denominators import Denominator
from service.queries.areas import HotspotQuery
from service.sentences.areas import MapArea, area_sentence
from service.sentences.nulls import null_sentence
from spatial.arrays import BoolArray
from spatial.local_statistics.multiplicity import NOT_SIGNIFICANT


def area_sentences(
    columns: dict[str, NDArray[Any]],
    local_test: LocalTest,
    is_tested: BoolArray,
    query: HotspotQuery,
    unit: str | None,
) -> NDArray[Any]:
    """What a map says of each area.

    Parameters
    ----------
    columns : dict of str to (n,) array
        Of the table, in the order of the layer's codes.
    local_test : LocalTest
        Over the areas that were tested.
    is_tested : (n,) bool
        Areas with a value.
    query : HotspotQuery
        With its measure.
    unit : str or None
        Of the tested value.

    Returns
    -------
    (n,) object array
        One sentence for each area.
    """
    value = columns["value"][is_tested]
    mean, tested = float(value.mean()) if len(value) else float("nan"), len(value)
    is_called = local_test.classes != NOT_SIGNIFICANT
    is_untold = local_test.is_beyond_all & ~is_called & (query.correction != "none")
    is_untold_of_all = np.zeros(len(is_tested), dtype=np.bool_)
    is_untold_of_all[is_tested] = is_untold
    names = ("count", "value", "z_score", "q_value", "class", "neighbours")
    rows = zip(
        *(columns[name].tolist() for name in names),
        is_untold_of_all.tolist(),
        strict=True,
    )
    shown_unit = "" if query.measure == "count" else unit or ""
    return np.array(
        [
            area_sentence(
                MapArea(count, value, mean, shown_unit, z, q, name, around, untold, tested)
            )
            for count, value, z, q, name, around, untold in rows
        ],
        dtype=object,
    )


def sentence_of_null(query: HotspotQuery, denominator: Denominator | None) -> str:
    """What the null of the test was: the first note of the answer.

    Parameters
    ----------
    query : HotspotQuery
        With its measure.
    denominator : Denominator or None
        Of rates.

    Returns
    -------
    str
        One sentence.
    """
    return null_sentence(
        "flags" if query.flags is not None else query.measure or "count",
        null=query.null or "permutation",
        denominator=None
        if denominator is None
        else f"{denominator.measure} of {denominator.period}",
        permutations=query.permutations,
    )
