"""What is attacked: the callouts of the demonstration, and the crimes of a real year."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely
from typer.testing import CliRunner

from service.__main__ import app
from service.analyses.resources import Resources
from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.demo.county import site_rows
from service.demo.marker import SEED
from service.demo.measures import make_measures
from service.demo.places.addresses import make_places
from service.demo.places.gazetteer import read_gazetteer
from service.demo.places.geography import CRS, make_geography
from service.demo.places.published import read_published
from service.demo.places.residents import make_residents
from service.demo.records.callouts import make_callouts
from service.demo.stores import DemoStores, source_file
from spatial.coordinates.crs import WEB_MERCATOR, WGS84, transform_xy
from spatial.coordinates.mercator import Tile
from tests.end_to_end.real_county import import_lsoas_and_crime

INVENTED = {"licence": "synthetic", "synthetic": True}
ZOOM = 17
CAMBRIDGE_M = (545_100.0, 258_500.0)


@dataclass(frozen=True)
class Target:
    """A dataset that is attacked, with all its truth.

    Attributes
    ----------
    title : str
        As a table calls it.
    folder : Path
        The data folder.
    dataset, layer : str
        What is asked about.
    centre_m : (float, float)
        The middle of the town whose pictures are read, metres.
    rare_category : str
        Of which most areas have a few.
    denominator : str
        The measure of residents of its areas.
    has_sites : bool
        Whether development sites are loaded.
    crs : str
        The working system.
    """

    title: str
    folder: Path
    dataset: str
    layer: str
    centre_m: tuple[float, float]
    rare_category: str
    denominator: str
    has_sites: bool
    crs: str = CRS
    left_out: frozenset[str] = frozenset()

    def resources(self) -> Resources:
        """What a service over the data folder holds."""
        return open_resources(Settings(data_dir=self.folder))

    def places_m(self, bounds_m: tuple[float, float, float, float] | None = None) -> np.ndarray:
        """The distinct places of its records, of those in an extent where one is named."""
        incidents = self.resources().incidents.open(self.dataset)
        places_m = np.unique(np.round(incidents.xy_m[: incidents.located_count], 2), axis=0)
        if bounds_m is None:
            return places_m
        low, high = np.array(bounds_m[:2]), np.array(bounds_m[2:])
        return places_m[((places_m >= low) & (places_m < high)).all(axis=1)]

    def tile_at(self, zoom: int) -> tuple[int, int]:
        """Column and row of the tile in the middle of the town."""
        lon, lat = transform_xy(np.array([self.centre_m]), source=self.crs, target=WGS84)[0]
        col = int((lon + 180.0) / 360.0 * 2**zoom)
        row = int((1.0 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2.0 * 2**zoom)
        return col, row

    def tiles(self, side: int, zoom: int = ZOOM) -> tuple[range, range]:
        """Columns and rows of a square of tiles about the middle of the town."""
        first_col, first_row = (position - side // 2 for position in self.tile_at(zoom))
        return range(first_col, first_col + side), range(first_row, first_row + side)

    def places_in_tiles_m(self, tiles: tuple[range, range], zoom: int = ZOOM) -> np.ndarray:
        """The distinct places of its records on the ground of some tiles."""
        left, _, _, top = Tile(zoom, tiles[0][0], tiles[1][0]).bounds_mercator_m
        _, bottom, right, _ = Tile(zoom, tiles[0][-1], tiles[1][-1]).bounds_mercator_m
        places_m = self.places_m()
        x_m, y_m = transform_xy(places_m, source=self.crs, target=WEB_MERCATOR).T
        return places_m[(x_m >= left) & (x_m < right) & (y_m > bottom) & (y_m <= top)]

    def ground_of(self, tiles: tuple[range, range], zoom: int) -> shapely.Polygon:
        """The ground of some tiles."""
        left, _, _, top = Tile(zoom, tiles[0][0], tiles[1][0]).bounds_mercator_m
        _, bottom, right, _ = Tile(zoom, tiles[0][-1], tiles[1][-1]).bounds_mercator_m

        def transform(xy_m: np.ndarray) -> np.ndarray:
            return transform_xy(xy_m, source=WEB_MERCATOR, target=self.crs)

        return shapely.transform(shapely.box(left, bottom, right, top), transform)

    def residents(self, codes: Sequence[str]) -> np.ndarray:
        """Residents of the areas with some codes."""
        column = self.resources().measures.column(self.layer, self.denominator)
        return np.asarray(column.values_for(codes))


def demonstration(folder: Path) -> Target:
    """The callouts of the demonstration county, with its areas, residents and sites only."""
    gazetteer, published = read_gazetteer(), read_published()
    geography = make_geography(seed=SEED)
    residents = make_residents(geography, seed=SEED)
    places = make_places(geography, gazetteer, residents.population.mean(axis=0), seed=SEED)
    callouts = make_callouts(geography, gazetteer, places, published, seed=SEED)
    measures = make_measures(geography, gazetteer, residents, seed=SEED)
    stores = DemoStores.of(folder, crs=CRS)
    for layer in (geography.lsoa, geography.ward, geography.district):
        stores.layers.save(layer)
    _append(stores.measures, "measures", pa.concat_tables(measures.values()))
    _append(stores.sites, "sites", site_rows())
    stores.incidents.append(
        "callouts",
        callouts,
        files=[source_file("callouts", callouts)],
        title="Callouts",
        **INVENTED,
    )
    return callouts_in(folder)


def callouts_in(folder: Path) -> Target:
    """The callouts of a data folder that has them."""
    title = "callouts of the demonstration"
    return Target(
        title, folder, "callouts", "lsoa", CAMBRIDGE_M, "Assault", "population", has_sites=True
    )


def real_crimes(test_data: Path, folder: Path) -> Target:
    """The crimes that police.uk has for Cambridgeshire in 2024, by LSOAs of 2021."""
    import_lsoas_and_crime(test_data, folder)
    population = test_data / "population" / "population_census2021_lsoa21_cambs_pboro.csv"
    words = (
        "import", "measures", population, "--layer", "lsoa21", "--measure", "residents",
        "--period", "2021", "--code-field", "lsoa21_code", "--value-field", "total_residents",
    )  # fmt: skip
    environ = {"HOTSPOTS_DATA_DIR": str(folder)}
    done = CliRunner().invoke(app, [str(word) for word in words], env=environ)
    if done.exit_code:
        raise RuntimeError(done.output)
    return crimes_in(folder)


def crimes_in(folder: Path) -> Target:
    """The crimes of a data folder that has them."""
    title = "crimes of 2024"
    return Target(
        title,
        folder,
        "police-crime",
        "lsoa21",
        CAMBRIDGE_M,
        "Robbery",
        "residents",
        has_sites=False,
        left_out=frozenset({"/v1/heatmaps/{dataset}/summary.json"}),
    )


def _append(store: object, name: str, rows: pa.Table) -> None:
    store.append(rows, file=source_file(name, rows), source="demonstration", **INVENTED)  # type: ignore[attr-defined]
