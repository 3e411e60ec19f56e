"""Kinds of tables: each makes a table from the names in its address, when it is needed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from service.analyses.resources import Resources
from service.model.answers import Table
from service.model.queries import Query
from service.runtime.data_state import DataVersion
from service.runtime.lanes import Cost

Q_contra = TypeVar("Q_contra", bound=Query, contravariant=True)


class DatasetAnalysis(Protocol[Q_contra]):
    """Makes a table of a dataset."""

    def version(self, dataset: str, query: Q_contra, /) -> str:
        """A digest of everything that the table depends on besides the query.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : Query
            The query.

        Returns
        -------
        str
            It changes when what is read or the software does.
        """

    def table(self, dataset: str, query: Q_contra, /) -> Table:
        """The table.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : Query
            The query.

        Returns
        -------
        Table
            With its provenance.
        """


class LayerAnalysis(Protocol[Q_contra]):
    """Makes a table of a dataset by the areas of a layer."""

    def version(self, dataset: str, layer_id: str, /) -> str:
        """A digest of everything that the table depends on besides the query.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        layer_id : str
            Id of a layer or grid.

        Returns
        -------
        str
            It changes when what is read or the software does.
        """

    def table(self, dataset: str, layer_id: str, query: Q_contra, /) -> Table:
        """The table.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        layer_id : str
            Id of a layer or grid.
        query : Query
            The query.

        Returns
        -------
        Table
            With its provenance.
        """


class MeasureAnalysis(Protocol[Q_contra]):
    """Makes a table of measures of the areas of a layer, without incidents."""

    def table(self, layer_id: str, query: Q_contra, /) -> Table:
        """The table.

        Parameters
        ----------
        layer_id : str
            Id of a layer.
        query : Query
            The query.

        Returns
        -------
        Table
            With its provenance.
        """


@dataclass(frozen=True)
class TableAnswer:
    """A table that may have to be computed.

    Attributes
    ----------
    file_name : str
        Without an ending; offered for formats that are saved.
    version : DataVersion
        Everything the table depends on besides the query.
    compute : callable
        Makes the table.
    cost : Cost
        What that costs.
    """

    file_name: str
    version: DataVersion
    compute: Callable[[], Table]
    cost: Cost = Cost.ORDINARY


@dataclass(frozen=True)
class DatasetTable(Generic[Q_contra]):
    """Gives the tables of an analysis from the name of a dataset.

    Attributes
    ----------
    analysis : callable
        Finds the analysis.
    title : callable
        What follows the dataset in the name of a file.
    cost : Cost
        What making the table costs.
    """

    analysis: Callable[[Resources], DatasetAnalysis[Q_contra]]
    title: Callable[[Q_contra], str]
    cost: Cost = Cost.ORDINARY

    def __call__(self, resources: Resources, query: Q_contra, *, dataset: str) -> TableAnswer:
        """The table, computed when it is needed.

        Parameters
        ----------
        resources : Resources
            The stores and analyses.
        query : Query
            The query.
        dataset : str
            Id of the dataset.

        Returns
        -------
        TableAnswer
            Computed when it is needed.
        """
        analysis = self.analysis(resources)
        return TableAnswer(
            f"{dataset}-{self.title(query)}",
            DataVersion.of(analysis.version, dataset, query),
            lambda: analysis.table(dataset, query),
            self.cost,
        )


@dataclass(frozen=True)
class LayerTable(Generic[Q_contra]):
    """Gives the tables of an analysis from the names of a dataset and a layer or grid.

    The attributes are those of `DatasetTable`; the layer stands in the name of a file too.
    """

    analysis: Callable[[Resources], LayerAnalysis[Q_contra]]
    title: Callable[[Q_contra], str]
    cost: Cost = Cost.ORDINARY

    def __call__(
        self, resources: Resources, query: Q_contra, *, dataset: str, layer: str
    ) -> TableAnswer:
        """The table, computed when it is needed.

        Parameters
        ----------
        resources : Resources
            The stores and analyses.
        query : Query
            The query.
        dataset : str
            Id of the dataset.
        layer : str
            Id of a layer or grid.

        Returns
        -------
        TableAnswer
            Computed when it is needed.
        """
        analysis = self.analysis(resources)
        return TableAnswer(
            f"{dataset}-{layer}-{self.title(query)}",
            DataVersion.of(analysis.version, dataset, layer),
            lambda: analysis.table(dataset, layer, query),
            self.cost,
        )


@dataclass(frozen=True)
class MeasureTable(Generic[Q_contra]):
    """Gives the tables of measures from the name of a layer.

    The attributes are those of `DatasetTable`; the version is that of all measures and layers.
    """

    analysis: Callable[[Resources], MeasureAnalysis[Q_contra]]
    title: Callable[[Q_contra], str]

    def __call__(self, resources: Resources, query: Q_contra, *, layer: str) -> TableAnswer:
        """The table, computed when it is needed.

        Parameters
        ----------
        resources : Resources
            The stores and analyses.
        query : Query
            The query.
        layer : str
            Id of a layer.

        Returns
        -------
        TableAnswer
            Computed when it is needed.
        """
        analysis = self.analysis(resources)
        return TableAnswer(
            f"{layer}-{self.title(query)}",
            DataVersion.of(resources.measured_areas.version),
            lambda: analysis.table(layer, query),
        )
