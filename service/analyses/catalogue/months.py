"""Data quality by dataset and month."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from service.analyses.catalogue.catalogue import Catalogue
from service.analyses.catalogue.rows import MonthQualityRow
from service.analyses.inputs.area_counts import Areas
from service.analyses.inputs.placement import OUTSIDE
from service.model.answers import Table
from service.model.provenance import dataset_source, provenance, short_digest
from service.model.rows import TypedColumn
from service.queries.catalogue import MonthQualityQuery
from service.store.contents import ImportRecord
from service.store.incident_rows import PRECISIONS
from service.store.incidents import Incidents, IncidentStore
from spatial.arrays import BoolArray, IntArray

REJECTED: Final = (
    "Rows rejected or superseded have no month of their own: those counted are of files whose "
    "records are all of one month."
)


class MonthlyQuality:
    """What is covered, located, missing and rejected, by dataset and month.

    Parameters
    ----------
    incidents : IncidentStore
        The datasets, and the records of their imports.
    areas : Areas
        Places incidents in areas.
    catalogue : Catalogue
        The study area.
    """

    def __init__(self, *, incidents: IncidentStore, areas: Areas, catalogue: Catalogue) -> None:
        self._incidents = incidents
        self._areas = areas
        self._catalogue = catalogue

    def version(self) -> str:
        """A short digest of everything that the table depends on.

        Returns
        -------
        str
            It changes with every dataset, and with the study area.
        """
        imports = [self._incidents.imports(name) for name in self._incidents.ids()]
        return short_digest(self._catalogue.datasets_version(), imports)

    def table(self, query: MonthQualityQuery) -> Table:
        """One `MonthQualityRow` per dataset and month, from the first covered to the last.

        Parameters
        ----------
        query : MonthQualityQuery
            The datasets; none means all.

        Returns
        -------
        Table
            By dataset in the order of their import, and by month.

        Raises
        ------
        UnknownDatasetError
            If a dataset is not loaded.
        """
        names = query.dataset or self._incidents.ids()
        datasets = [self._incidents.open(name) for name in names]
        parts = [self._of_dataset(incidents) for incidents in datasets]
        columns = {
            name: np.concatenate([_nothing(column), *(part[name] for part in parts)])
            for name, column in MonthQualityRow.columns.items()
        }
        return Table(
            kind="month-quality",
            row=MonthQualityRow,
            columns=columns,
            provenance=provenance(
                sources={dataset.dataset: dataset_source(dataset) for dataset in datasets},
                filter={},
                method={
                    "name": "data quality by month",
                    "study_area": self._catalogue.study_layer(),
                },
                counts={
                    "records": sum(map(len, datasets)),
                    "located": sum(dataset.located_count for dataset in datasets),
                },
                notes=(REJECTED,),
            ),
        )

    def _of_dataset(self, incidents: Incidents) -> dict[str, NDArray[Any]]:
        """The columns of one dataset."""
        month_of = incidents.occurred.astype("datetime64[M]").astype(np.int64)
        whole = incidents.coverage.whole
        ends = [] if whole is None else [whole.first, whole.last]
        covered_ends = np.array(ends, "datetime64[M]").astype(np.int64)
        every = np.concatenate([month_of, covered_ends])
        first, last = (int(every.min()), int(every.max())) if len(every) else (0, -1)
        months = np.arange(first, last + 1).astype("datetime64[M]")
        first_days = months.astype("datetime64[D]")
        last_days = (months + 1).astype("datetime64[D]") - 1

        def count(mask: BoolArray) -> IntArray:
            return np.bincount(month_of[mask] - first, minlength=len(months)).astype(np.int64)

        records = count(np.ones(len(incidents), np.bool_))
        located = count(incidents.located)
        files = _by_month(self._incidents.imports(incidents.dataset), months.astype(str).tolist())
        return {
            "dataset": np.full(len(months), incidents.dataset, dtype=object),
            "month": months.astype(str).astype(object),
            "days": (last_days - first_days + 1).astype(np.int64),
            "days_covered": incidents.coverage.days(first_days, last_days).astype(np.int64),
            "records": records,
            "located": located,
            "located_share": np.divide(
                100.0 * located, records, out=np.full(len(months), np.nan), where=records > 0
            ),
            "outside": self._outside(incidents, count),
            "with_code": count(incidents.area_code >= 0),
            "without_subcategory": count(incidents.subcategory < 0)
            if incidents.subcategories
            else np.full(len(months), None, dtype=object),
            "month_only": count(incidents.precision == PRECISIONS.index("month")),
            "without_time": count(incidents.precision != PRECISIONS.index("minute")),
            "not_covered": count(~incidents.covered),
            "rejected": files["rejected"],
            "superseded": files["superseded"],
        }

    def _outside(self, incidents: Incidents, count: Any) -> NDArray[Any]:
        """Located records outside the study area's layer, by month; null without one."""
        layer_id = self._catalogue.study_layer()
        if layer_id is None:
            return np.full(len(count(incidents.located)), None, dtype=object)
        placement = self._areas.placement(incidents, self._areas.layer(layer_id))
        return np.asarray(count(placement.method == OUTSIDE).astype(object))


def _nothing(column: TypedColumn) -> NDArray[Any]:
    """A column without rows."""
    if column.value_type is float:
        return np.zeros(0, np.float64)
    is_plain = column.value_type is int and not column.is_nullable
    return np.zeros(0, np.int64 if is_plain else object)


def _by_month(imports: tuple[ImportRecord, ...], months: list[str]) -> dict[str, NDArray[Any]]:
    """Rows rejected and superseded of the files of one month each; null where there is none."""
    totals: dict[str, dict[str, int]] = {"rejected": {}, "superseded": {}}
    for file in (file for record in imports for file in record["files"]):
        first, last = str(file.get("first", ""))[:7], str(file.get("last", ""))[:7]
        if not first or first != last:
            continue
        for name, of_month in totals.items():
            of_month[first] = of_month.get(first, 0) + int(file.get(name, 0))
    return {
        name: np.array([of_month.get(month) for month in months], dtype=object)
        for name, of_month in totals.items()
    }
