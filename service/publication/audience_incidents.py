"""The incidents that an audience sees: records, what is published of them, or nothing."""

from collections.abc import Mapping, Sequence
from typing import Final, NoReturn

import pyarrow as pa

from boundaries.storage.store import LayerStore
from service.access.audience import Access, Audience
from service.access.stand_ins import Variant, variant_of_stand_ins
from service.disclosure.policies import policy_named
from service.publication.cells import PublishedCells
from service.publication.published import PublishedStore
from service.publication.released_incidents import (
    ReleasedIncidents,
    released_incidents,
    revision_of,
)
from service.runtime.single_flight import SingleFlightCache
from service.store.contents import ImportRecord
from service.store.errors import DamagedTableError, ReadOnlyDataError, UnknownDatasetError
from service.store.incidents import IncidentStore
from service.store.loaded_incidents import DatasetFacts, Incidents
from service.store.source_files import SourceFile

KEPT: Final = 32  # datasets whose published incidents are in memory


class PublishedIncidents:
    """Incidents made from what is published, once for all audiences.

    Parameters
    ----------
    store : PublishedStore
        What is published.
    layers : LayerStore
        With the layers of its areas.
    """

    def __init__(self, store: PublishedStore, layers: LayerStore) -> None:
        self._store, self._layers = store, layers
        self._made: SingleFlightCache[Mapping[Variant, ReleasedIncidents]] = SingleFlightCache(
            KEPT
        )

    @property
    def store(self) -> PublishedStore:
        """What is published."""
        return self._store

    def cells(self, dataset: str) -> PublishedCells:
        """What is published of a dataset.

        Parameters
        ----------
        dataset : str
            Its name.

        Returns
        -------
        PublishedCells
            As of `PublishedStore.cells`, which says what is raised.
        """
        return self._store.cells(dataset)

    def open(self, dataset: str) -> ReleasedIncidents:
        """The incidents of a dataset, with the stand-ins of this moment.

        Parameters
        ----------
        dataset : str
            Its name.

        Returns
        -------
        ReleasedIncidents
            Shared; its arrays are read-only.

        Raises
        ------
        UnknownDatasetError
            If nothing is published.
        DamagedTableError
            If it cannot be read, or its layer is another one by now.
        """
        cells = self._store.cells(dataset)
        layer = self._layers.get(cells.terms.plan.layer)
        if layer.version != cells.terms.layer_version:
            reason = f"layer {layer.layer_id} has changed since; publish it again"
            raise DamagedTableError(f"{self._store.folder}/{dataset}", reason)
        key = dataset, cells.revision, layer.version
        variants = self._made.get(key, lambda: released_incidents(cells, layer))
        return variants[variant_of_stand_ins()]


class AudienceIncidents(IncidentStore):
    """The read side of the incidents, as an audience sees them.

    Parameters
    ----------
    records : IncidentStore
        The records themselves.
    published : PublishedIncidents
        Made from what is published of them.
    audience : Audience
        Who sees what.
    """

    def __init__(
        self, records: IncidentStore, published: PublishedIncidents, audience: Audience
    ) -> None:
        super().__init__(records.folder, crs=records.crs)
        self._records, self._published, self._audience = records, published, audience

    def is_published(self, dataset: str) -> bool:
        """Whether a dataset is seen as it is published, and not its records."""
        return self._audience.access_of.get(dataset) is Access.PUBLISHED

    def published_cells(self, dataset: str) -> PublishedCells | None:
        """What is published of a dataset, None of one whose records are seen.

        Parameters
        ----------
        dataset : str
            Its name.

        Returns
        -------
        PublishedCells or None
            Shared.

        Raises
        ------
        UnknownDatasetError
            If it is not seen.
        """
        return self._published.cells(dataset) if self._sees_published(dataset) else None

    def ids(self) -> tuple[str, ...]:
        """The datasets that are seen, in alphabetical order.

        Returns
        -------
        tuple of str
            Without those of which it is known that they cannot be read.
        """
        access = self._audience.access_of
        records, published = self._records.ids(), self._published.store.ids()
        return tuple(
            name
            for name, kind in access.items()
            if name in (records if kind is Access.EXACT else published)
        )

    def version(self, dataset: str) -> int:
        """The newest version of a dataset, or of what is published of it.

        Parameters
        ----------
        dataset : str
            Its name.

        Returns
        -------
        int
            From 0.

        Raises
        ------
        UnknownDatasetError
            If it is not seen.
        """
        if self._sees_published(dataset):
            return self._published.cells(dataset).version
        return self._records.version(dataset)

    def revision(self, dataset: str) -> str:
        """The newest version and a digest of what is seen of it.

        Parameters
        ----------
        dataset : str
            Its name.

        Returns
        -------
        str
            That of published cells depends on nothing that is not published.

        Raises
        ------
        UnknownDatasetError
            If it is not seen.
        """
        if self._sees_published(dataset):
            return revision_of(self._published.cells(dataset), variant_of_stand_ins())
        return self._records.revision(dataset)

    def open(self, dataset: str) -> Incidents:
        """The incidents of a dataset, as they are seen.

        Parameters
        ----------
        dataset : str
            Its name.

        Returns
        -------
        Incidents
            Shared; its arrays are read-only.

        Raises
        ------
        UnknownDatasetError
            If it is not seen.
        WrongCrsError, DamagedTableError
            As of `IncidentStore.open` and `PublishedIncidents.open`.
        """
        if self._sees_published(dataset):
            return self._published.open(dataset)
        return self._records.open(dataset)

    def facts(self, dataset: str) -> DatasetFacts | None:
        """Title, source, licence and CRS of a dataset, None where it is not seen.

        Parameters
        ----------
        dataset : str
            Its name.

        Returns
        -------
        DatasetFacts or None
            As they were published, or of the newest version.
        """
        if dataset not in self._audience.access_of:
            return None
        if self._sees_published(dataset):
            return self._published.cells(dataset).facts
        return self._records.facts(dataset)

    def imported_files(self, dataset: str) -> dict[SourceFile, int]:
        """The files that a dataset has rows of; none of one that is published.

        Parameters
        ----------
        dataset : str
            Its name.

        Returns
        -------
        dict of SourceFile to int
            Rows by file.

        Raises
        ------
        UnknownDatasetError
            If it is not seen.
        """
        return {} if self._sees_published(dataset) else self._records.imported_files(dataset)

    def imports(self, dataset: str) -> tuple[ImportRecord, ...]:
        """What the imports of a dataset found; nothing of one that is published.

        Parameters
        ----------
        dataset : str
            Its name.

        Returns
        -------
        tuple of mapping
            Oldest first.

        Raises
        ------
        UnknownDatasetError
            If it is not seen.
        """
        return () if self._sees_published(dataset) else self._records.imports(dataset)

    def known_ids(
        self, dataset: str, ids: pa.Array, *, without: Sequence[SourceFile] = ()
    ) -> pa.Array:
        """None of the ids of incidents: an audience imports nothing.

        Parameters
        ----------
        dataset : str
            Any.
        ids : pyarrow.Array
            Any.
        without : sequence of SourceFile
            Any.

        Returns
        -------
        pyarrow.Array
            Never.

        Raises
        ------
        ReadOnlyDataError
            Always.
        """
        self._table(dataset)

    def _table(self, dataset: str) -> NoReturn:
        """No table: an audience reads, and reads no table itself."""
        raise ReadOnlyDataError(str(self.folder), "an audience imports nothing")

    def _sees_published(self, dataset: str) -> bool:
        """Whether what is published of a dataset is seen.

        Raises
        ------
        UnknownDatasetError
            If nothing of it is.
        """
        access = self._audience.access_of.get(dataset)
        if access is None:
            raise UnknownDatasetError(dataset, self.ids())
        if access is Access.EXACT:
            return False
        if not self._fits(dataset):
            raise UnknownDatasetError(dataset, self.ids())
        return True

    def _fits(self, dataset: str) -> bool:
        """Whether what is served fits the protection, should an earlier version be served."""
        terms = self._published.cells(dataset).terms
        protection = self._audience.protection_of[dataset]
        label = policy_named(protection.policy).label
        return (terms.policy, terms.plan) == (label, protection.cells)
