"""What an analysis hands over: numbers and words, with their provenance, before any bytes.

An answer becomes bytes in three steps that nobody can skip: an analysis makes an `Answer`,
`service.access.release.release` turns it into a `Released` one under a policy and a role, and only
that is accepted by `service.render`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from boundaries.layers.layer import Geometries, Layer
from boundaries.tiles.tiles import TileAreas, TilePoints
from service.model.places import AreaPlace, AreaPlaces
from service.model.report import Report
from service.model.rows import METHOD_UNIT, ColumnValues, Row, check_columns
from spatial.coordinates.grid import Grid
from spatial.coordinates.mercator import Tile

# The ground that colours are for.
Theme = Literal["light", "dark"]
# The class of what must not be shown, where others have one of their own.
SUPPRESSED: Final = "suppressed"


@dataclass(frozen=True)
class Provenance:
    """What an answer was computed from: the same provenance gives the same bytes.

    Attributes
    ----------
    sources : mapping
        Dataset, layer, measure and site table versions that were read.
    filter : mapping
        Period, categories and extent, in canonical form.
    method : mapping
        The method's name and every parameter that it used, defaults included.
    counts : mapping
        Records selected, located, unlocated, outside: they add up. Null where suppressed.
    notes : tuple of str
        What a reader must know: warnings, limits, what was derived from what.
    synthetic : bool
        True when anything that was read is invented.
    software : str
        Name and version of this program.
    """

    sources: Mapping[str, Any]
    filter: Mapping[str, Any]
    method: Mapping[str, Any]
    counts: Mapping[str, float | None]
    synthetic: bool
    software: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Document:
    """A structured answer without rows: a list of datasets, a summary, a TileJSON."""

    kind: str
    content: Mapping[str, Any]
    provenance: Provenance | None = None


@dataclass(frozen=True)
class Table:
    """Rows in their final order, column by column.

    Attributes
    ----------
    row : type of Row
        What the columns are, and what each discloses.
    columns : mapping of name to (n,) array
        Columns in their final order, those of `row`.
    geometries : (n,) object array or None
        Shapes in the working CRS for the formats that carry them.
    crs : str
        The working CRS of `geometries`.
    is_suppressed : bool
        Whether values that disclose something may be null because they must not be shown.
    places : AreaPlaces or None
        What the areas of the rows are called in sentences; None: by their names.
    """

    kind: str
    row: type[Row]
    columns: Mapping[str, ColumnValues]
    provenance: Provenance
    geometries: Geometries | None = None
    crs: str = ""
    is_suppressed: bool = False
    places: AreaPlaces | None = None

    def __post_init__(self) -> None:
        """Refuse columns that are not those of the row model."""
        check_columns(self.row, self.columns, is_suppressed=self.is_suppressed)

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()))) if self.columns else 0

    def place_of(self, row: int) -> AreaPlace:
        """What the area of a row is called in a sentence, and the larger area around it.

        Parameters
        ----------
        row : int
            Of a table with codes.

        Returns
        -------
        AreaPlace
            Its name alone, or its code, where no more is known.
        """
        code = str(self.columns["code"][row])
        place = None if self.places is None else self.places.by_code.get(code)
        return place or AreaPlace(str(self.columns["name"][row] or code))

    def units(self) -> dict[str, str]:
        """The units of the columns that have one, by the names of the columns."""
        stated_unit = str(self.provenance.method.get("unit") or "")
        units = {name: self.row.columns[name].meaning.unit for name in self.columns}
        return {
            name: stated_unit if unit == METHOD_UNIT else unit
            for name, unit in units.items()
            if unit and (unit != METHOD_UNIT or stated_unit)
        }


@dataclass(frozen=True)
class TableSet:
    """Several tables that leave in one file.

    Attributes
    ----------
    title : str
        Of the set.
    tables : tuple of Table
        In their order.
    """

    kind: str
    title: str
    tables: tuple[Table, ...]


@dataclass(frozen=True)
class Raster:
    """A density surface on a grid of the working CRS, (rows, cols) float, row 0 north."""

    kind: str
    values: NDArray[np.floating[Any]]
    grid: Grid
    crs: str
    unit: str
    provenance: Provenance


@dataclass(frozen=True)
class TileImage:
    """A density tile in Web Mercator with the query's colour breaks.

    Attributes
    ----------
    values : (size, size) float
        Density in `unit`, row 0 north.
    breaks : tuple of float
        Lower bounds of the colour classes, ascending; below the first is transparent.
    theme : {"light", "dark"}
        The ground that it is coloured for.
    """

    kind: str
    values: NDArray[np.floating[Any]]
    tile: Tile
    breaks: tuple[float, ...]
    unit: str
    provenance: Provenance
    theme: Theme = "light"


@dataclass(frozen=True)
class VectorTile:
    """Areas or points in one Web Mercator tile, with attributes.

    Attributes
    ----------
    layer_id : str
        The layer, which names the tile's only layer.
    areas : TileAreas or TilePoints
        Their shapes in the tile's own coordinates.
    row : type of Row
        What the columns are and disclose; ``synthetic`` may stand beside them.
    columns : mapping of name to (k,) values
        One value per area or point of the tile; None and NaN leave an attribute out.
    """

    kind: str
    layer_id: str
    areas: TileAreas | TilePoints
    row: type[Row]
    columns: Mapping[str, Sequence[Any]]
    provenance: Provenance


@dataclass(frozen=True)
class GeometryTile:
    """A layer in one Web Mercator tile, code and name only; its bytes may be kept for ever."""

    kind: str
    layer: Layer
    tile: Tile
    provenance: Provenance


@dataclass(frozen=True)
class FeaturePage:
    """Some rows of a table as features.

    Attributes
    ----------
    table : Table
        The rows on the page.
    id_column : str
        The column that tells the features apart.
    matched : int
        Features of the question altogether.
    offset : int
        Features before the page.
    """

    kind: str
    table: Table
    id_column: str
    matched: int
    offset: int

    @property
    def ids(self) -> list[str]:
        """The id of each feature."""
        return [str(feature_id) for feature_id in self.table.columns[self.id_column]]


@dataclass(frozen=True)
class LegendClass:
    """One line of a legend.

    Attributes
    ----------
    label : str
        Its words; where tiles carry classes, exactly what stands in them.
    kind : str
        ``interval``, ``zero``, ``category`` or ``missing``.
    lower, upper : float or None
        Limits of an interval, in the legend's unit.
    count : int or None
        Areas or sites in it.
    """

    label: str
    kind: str = "category"
    lower: float | None = None
    upper: float | None = None
    count: int | None = None


@dataclass(frozen=True)
class Legend:
    """What the colours of a layer mean; which colours they are is for `service.render.colour`.

    Attributes
    ----------
    kind : str
        Of the layer.
    drawn_as : {"raster", "area", "point", "outline"}
        How its classes are drawn.
    palette : str
        Name in `service.render.colour.PALETTES`.
    attribute : str
        Of the vector tiles: what holds a feature's class; empty where there is none.
    classes : tuple of LegendClass
        In the order in which they are read, from the top.
    size_by : str
        Attribute that the size of a point stands for; empty where all are alike.
    sizes : tuple of float
        Values of it to show beside circles.
    period : first and last day or month, or None
        Of what is shown, ISO.
    theme : {"light", "dark"}
        The ground that its colours are for.
    """

    kind: str
    title: str
    subtitle: str
    unit: str
    drawn_as: str
    palette: str
    attribute: str
    classes: tuple[LegendClass, ...]
    period: tuple[str, str] | None
    credits: tuple[str, ...]
    provenance: Provenance
    size_by: str = ""
    sizes: tuple[float, ...] = ()
    theme: Theme = "light"


@dataclass(frozen=True)
class MapStyle:
    """A layer ready to be drawn: where its tiles are, and what its colours mean.

    Attributes
    ----------
    tiles : mapping
        The content of its TileJSON.
    """

    kind: str
    legend: Legend
    tiles: Mapping[str, Any]
    provenance: Provenance


@dataclass(frozen=True)
class PageAsset:
    """A file of the page: no answer about data."""

    kind: str
    name: str
    content: bytes


@dataclass(frozen=True)
class MapSurface:
    """A density surface on a printed map.

    Attributes
    ----------
    breaks : tuple of float
        Lower bounds of the colour classes, ascending; nothing is drawn below the first.
    title : str
        What an inset shows; empty for the map itself.
    is_smooth : bool
        Whether its classes meet in lines; where numbers must not be read from them, in cells.
    """

    raster: Raster
    breaks: tuple[float, ...]
    title: str = ""
    is_smooth: bool = True


@dataclass(frozen=True)
class MapTable:
    """A table on a printed map, its shapes in the colours of its classes.

    Attributes
    ----------
    legend : Legend or None
        Names the column with the classes; None: its rows are named, and not drawn.
    circles : str
        Column of numbers that are drawn as circles at the middle of each shape; empty for none.
    circles_of : str
        What the circles count, for the legend.
    names : tuple of str
        A name for each row, with the district where names repeat; empty for none.
    name_by : str
        Column of numbers: the rows with the highest are named; empty for the first rows.
    name_classes : tuple of str
        Only rows of these classes are named, those of the first class first; empty for all.
    most_names : int
        At most so many, on the map and on what is enlarged of it.
    is_loose : bool
        Whether its shapes lie apart, and small ones must be seen all the same.
    """

    table: Table
    legend: Legend | None = None
    circles: str = ""
    circles_of: str = ""
    names: tuple[str, ...] = ()
    name_by: str = ""
    name_classes: tuple[str, ...] = ()
    most_names: int = 0
    is_loose: bool = False


@dataclass(frozen=True)
class PrintMap:
    """A map composed for paper. What it says is made of its tables after their release.

    Attributes
    ----------
    topic : str
        What it shows, for a title where no finding can be stated.
    subtitle : str
        Measure, place and period, without any number of incidents.
    bounds_m : left, bottom, right, top
        What must be on it, metres of the working CRS.
    size : str
        Name of the paper, in `service.render.maps.printed.page.SIZES`.
    width : int or None
        Of a picture in pixels; None: what the paper is printed with.
    surface, inset : MapSurface or None
        A density, and the same enlarged in a corner.
    tables : tuple of MapTable
        From the ground up; the first states the finding.
    extent : (n,) object array
        What was asked for: the study area, or the area to stay within.
    outlines : (n,) object array
        Borders drawn over all, those outside the extent pale.
    outlines_of : str
        What they are, for the legend.
    outline_names : tuple of str
        Their names, written where there is room for them; empty for none.
    credits : tuple of str
        Source and licence of everything that is shown.
    """

    kind: str
    topic: str
    subtitle: str
    bounds_m: tuple[float, float, float, float]
    extent: Geometries
    outlines: Geometries
    outlines_of: str
    credits: tuple[str, ...]
    provenance: Provenance
    size: str = "a4-landscape"
    width: int | None = None
    surface: MapSurface | None = None
    inset: MapSurface | None = None
    tables: tuple[MapTable, ...] = ()
    outline_names: tuple[str, ...] = ()


Answer = (
    Document
    | Table
    | TableSet
    | Raster
    | TileImage
    | PrintMap
    | VectorTile
    | GeometryTile
    | Legend
    | MapStyle
    | PageAsset
    | FeaturePage
    | Report
)
