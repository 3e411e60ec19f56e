"""The columns of the table of flags, long and as a matrix."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boundaries.layers.layer import Layer
from service.analyses.flags.criteria import NOT_KNOWN, STATUS_NAMES, YES, Flag
from service.analyses.flags.index import Index
from service.analyses.flags.rows import matrix_row
from service.model.rows import ColumnValues
from service.queries.flags.rules import IndexRules, Judgement, Rules, matrix_columns
from service.sentences.numbers import counted
from spatial.arrays import BoolArray, FloatArray

NO_RISK = "not known"


class FlagColumns:
    """The columns of the table: areas with most flags, or the highest index, first.

    Parameters
    ----------
    rules : FlagRules or IndexRules
        With the bands.
    layer : Layer
        The areas.
    in_scope : (areas,) bool
        Those that have rows.
    flags : sequence of Flag
        In the order of the rules.
    index : Index or None
        Of rules of that kind.
    judgements : mapping of int to Judgement
        By the position of the area.
    """

    def __init__(
        self,
        rules: Rules,
        layer: Layer,
        in_scope: BoolArray,
        flags: Sequence[Flag],
        index: Index | None,
        judgements: Mapping[int, Judgement],
    ) -> None:
        self._rules, self._layer, self._flags, self._index = rules, layer, flags, index
        status = np.stack([flag.status[0] for flag in flags])
        self._total = np.count_nonzero(status == YES, axis=0).astype(np.int64)
        self._not_known = np.count_nonzero(status == NOT_KNOWN, axis=0).astype(np.int64)
        score = self._total if index is None else index.value[0]
        rank = np.where(np.isnan(score), -np.inf, score)
        areas = np.flatnonzero(in_scope)
        self._order = areas[np.lexsort((areas, -rank[areas]))]
        self._areas = self._of_areas(judgements)

    def notes(self) -> tuple[str, ...]:
        """How many areas have flags of which it is not known.

        Returns
        -------
        tuple of str
            A sentence, or none.
        """
        number = int(np.count_nonzero(self._not_known[self._order]))
        if not number:
            return ()
        what = "part" if self._index is not None else "flag"
        areas = counted(number, "area has", "areas have")
        return (f"{areas} a {what} of which it is not known: the total is at least that stated.",)

    def long(self) -> dict[str, ColumnValues]:
        """A row per area and flag.

        Returns
        -------
        dict of str to array
            The columns of a `FlagRow`.
        """
        flags, order = self._flags, self._order
        number = len(flags)

        def of_flags(rows: list[NDArray[Any]]) -> NDArray[Any]:
            return np.stack([row[order] for row in rows], axis=1).ravel()

        def of_rules(texts: list[str]) -> NDArray[Any]:
            return np.tile(np.array(texts, dtype=object), len(order))

        columns: dict[str, ColumnValues] = {
            name: np.repeat(values, number) for name, values in self._areas.items()
        }
        columns |= {
            "flag": of_rules([flag.flag_id for flag in flags]),
            "flag_name": of_rules([flag.title for flag in flags]),
            "criterion": of_rules([flag.criterion for flag in flags]),
            "period": of_rules([flag.series.labels[0] for flag in flags]),
            "status": of_flags([_names(flag.status[0]) for flag in flags]),
            "value": of_flags([flag.value for flag in flags]),
            "unit": of_rules([flag.unit for flag in flags]),
        }
        if self._index is not None:
            columns["part_index"] = of_flags(list(self._index.part_index))
            columns["mean"] = np.tile(np.array(self._index.means), len(order))
        return columns | {
            "probability": of_flags([flag.probability for flag in flags]),
            "in_a_row": of_flags([flag.in_a_row() for flag in flags]),
            "periods_flagged": of_flags([flag.flagged() for flag in flags]),
            "periods_known": of_flags([flag.known() for flag in flags]),
            "where": of_flags([flag.where for flag in flags]),
        }

    def matrix(self) -> tuple[Any, dict[str, ColumnValues]]:
        """A row per area.

        Returns
        -------
        row : type of Row
            Its model.
        columns : dict of str to array
            Its columns.
        """
        is_index, order = self._index is not None, self._order
        row = matrix_row(
            [(flag.flag_id, flag.title, flag.unit) for flag in self._flags], is_index=is_index
        )
        columns = dict(self._areas)
        for k, flag in enumerate(self._flags):
            part = () if self._index is None else (self._index.part_index[k],)
            values = (_names(flag.status[0]), flag.value, *part, flag.probability, flag.in_a_row())
            names = matrix_columns(flag.flag_id, is_index=is_index)
            columns |= {name: v[order] for name, v in zip(names, values, strict=True)}
        return row, columns

    def _of_areas(self, judgements: Mapping[int, Judgement]) -> dict[str, ColumnValues]:
        """The columns of areas, a row each."""
        order, index, rules = self._order, self._index, self._rules
        columns: dict[str, ColumnValues] = {
            "code": np.array(self._layer.codes, dtype=object)[order],
            "name": np.array(self._layer.names, dtype=object)[order],
            "total": self._total[order],
            "not_known": self._not_known[order],
        }
        lowest, highest = (
            self._total.astype(np.float64),
            (self._total + self._not_known).astype(float),
        )
        lowest[self._not_known == len(self._flags)] = np.nan
        if index is not None:
            lowest = highest = index.value[0]
            threshold = rules.threshold if isinstance(rules, IndexRules) else np.nan
            in_a_row = np.cumprod(index.value >= threshold, axis=0).sum(axis=0)
            columns |= {
                "index": index.value[0][order],
                "index_probability": index.probability[order],
                "index_in_a_row": in_a_row[order],
            }
        stated = [judgements.get(int(area)) for area in order]
        return columns | {
            "risk": _risks(rules, lowest[order]),
            "risk_at_most": _risks(rules, highest[order]),
            "concern": _texts([judgement.concern if judgement else None for judgement in stated]),
            "concern_level": _texts(
                [judgement.level if judgement else None for judgement in stated]
            ),
            "concern_by": _texts([judgement.by if judgement else None for judgement in stated]),
            "concern_date": _texts(
                [
                    str(judgement.date) if judgement and judgement.date else None
                    for judgement in stated
                ]
            ),
        }


def _risks(rules: Rules, scores: FloatArray) -> NDArray[Any]:
    """The band of each score."""
    return _texts([NO_RISK if np.isnan(score) else rules.risk(score) for score in scores])


def _names(status: NDArray[np.int8]) -> NDArray[Any]:
    """Statuses in words."""
    return _texts([STATUS_NAMES[int(number)] for number in status])


def _texts(values: Sequence[str | None]) -> NDArray[Any]:
    """Texts as a column; an empty one is none."""
    texts = np.empty(len(values), dtype=object)
    texts[:] = [value or None for value in values]
    return texts
