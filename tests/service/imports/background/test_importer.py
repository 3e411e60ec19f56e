"""``hotspots import background``: which tiles of an archive are kept, and what is said of them."""

import gzip

import mapbox_vector_tile
import pytest
import shapely
from pmtiles.tile import Compression, TileType

from service.imports.background.importer import (
    BackgroundOptions,
    import_background,
    surroundings,
)
from service.imports.background.layers import layers_in
from service.store.errors import ImportRefusedError, NoBackgroundError, PlacesExistError
from service.store.reference.backgrounds import BackgroundStore
from spatial.coordinates.crs import transform_bounds
from spatial.coordinates.mercator import Tile
from tests.service.imports.background.files import (
    EXAMPLE,
    INSIDE,
    OPENMAPTILES,
    PROTOMAPS,
    UNKNOWN,
    ZOOMSTACK,
    mbtiles,
    pmtiles,
    tile_of,
)

ZOOM = 10
WIDE = {(ZOOM, x, y): tile_of(ZOOMSTACK) for x in range(508, 518) for y in range(332, 342)}


@pytest.fixture
def store(tmp_path):
    return BackgroundStore(tmp_path / "data" / "background")


@pytest.mark.parametrize("write", [mbtiles, pmtiles])
def test_tiles_that_touch_the_study_area_are_kept_as_they_are(store, tmp_path, write):
    tiles = {address: tile_of({**ZOOMSTACK, f"x{address[1]}": ("POINT", {})}) for address in WIDE}
    summary = import_background(store, write(tmp_path / "os.tiles", tiles), INSIDE)
    background = store.open()
    kept = {address for address in WIDE if background.tile(*address)}
    west, south, east, north = transform_bounds(INSIDE, source="EPSG:4326", target="EPSG:3857")
    area = shapely.box(west, south, east, north)
    assert kept == {
        address
        for address in WIDE
        if area.intersects(shapely.box(*Tile(*address).bounds_mercator_m))
    }
    assert all(background.tile(*address) == tiles[address] for address in kept)
    assert background.tile(3, 4, 2) == b""
    assert (summary.tiles, summary.zooms) == (len(kept), (ZOOM, ZOOM))


def test_both_forms_of_archive_are_kept_alike(tmp_path):
    tiles = {EXAMPLE: tile_of(OPENMAPTILES), (ZOOM, 512, 336): tile_of(OPENMAPTILES)}
    stores = []
    for write in (mbtiles, pmtiles):
        store = BackgroundStore(tmp_path / write.__name__)
        import_background(store, write(tmp_path / "map", tiles, name="A map"), INSIDE)
        (tmp_path / "map").unlink()
        stores.append(store.open())
    first, second = stores
    assert first.about == second.about
    assert [first.tile(*address) for address in tiles] == [second.tile(*a) for a in tiles]


def test_tiles_need_not_be_compressed(store, tmp_path):
    tiles = {EXAMPLE: tile_of(PROTOMAPS)}
    path = pmtiles(tmp_path / "plain.pmtiles", tiles, compression=Compression.NONE)
    import_background(store, path, INSIDE)
    assert store.open().tile(*EXAMPLE) == tiles[EXAMPLE]


@pytest.mark.parametrize(
    ("layers", "source", "licence", "said"),
    [
        (ZOOMSTACK, "Contains OS data ©", "Open Government Licence v3.0", "OS Open Zoomstack"),
        (OPENMAPTILES, "© OpenMapTiles © OpenStreetMap", "Open Database License 1.0", "OpenMap"),
        (PROTOMAPS, "Protomaps © OpenStreetMap", "Open Database License 1.0", "Protomaps"),
    ],
)
def test_a_known_schema_says_who_must_be_named(store, tmp_path, layers, source, licence, said):
    path = mbtiles(tmp_path / "map.mbtiles", {EXAMPLE: tile_of(layers)})
    summary = import_background(store, path, INSIDE)
    about = store.open().about
    assert about.source.startswith(source)
    assert about.licence == licence
    assert f"drawn as {said}" in "\n".join(summary.lines())
    assert set(about.layers) == set(layers)


def test_what_the_file_states_goes_before_the_schema_and_the_user_before_both(store, tmp_path):
    attribution = '<a href="https://example.org">&copy; Some &amp; Others</a>'
    path = mbtiles(
        tmp_path / "map.mbtiles", {EXAMPLE: tile_of(ZOOMSTACK)}, attribution=attribution, name="M"
    )
    import_background(store, path, INSIDE)
    assert (store.open().about.source, store.open().about.title) == ("© Some & Others", "M")
    import_background(store, path, INSIDE, BackgroundOptions(source="Us", replace=True))
    assert store.open().about.source == "Us"


def test_layers_of_no_known_schema_need_a_source(store, tmp_path):
    path = mbtiles(tmp_path / "own.mbtiles", {EXAMPLE: tile_of(UNKNOWN)})
    with pytest.raises(ImportRefusedError, match=r"who made it.*--source"):
        import_background(store, path, INSIDE)
    summary = import_background(store, path, INSIDE, BackgroundOptions(source="Council"))
    assert "drawn by what its layers are called" in "\n".join(summary.lines())


def test_closer_zooms_than_asked_for_are_left_out(store, tmp_path):
    tiles = {EXAMPLE: tile_of(ZOOMSTACK), (ZOOM, 512, 336): tile_of(ZOOMSTACK)}
    path = mbtiles(tmp_path / "os.mbtiles", tiles)
    summary = import_background(store, path, INSIDE, BackgroundOptions(max_zoom=9))
    assert (summary.tiles, store.open().max_zoom) == (1, EXAMPLE[0])


def test_a_second_background_takes_the_place_of_the_first_only_if_asked(store, tmp_path):
    first = mbtiles(tmp_path / "a.mbtiles", {EXAMPLE: tile_of(ZOOMSTACK)})
    second = mbtiles(tmp_path / "b.mbtiles", {EXAMPLE: tile_of(PROTOMAPS)})
    import_background(store, first, INSIDE)
    with pytest.raises(PlacesExistError, match=r"a\.mbtiles"):
        import_background(store, second, INSIDE)
    import_background(store, second, INSIDE, BackgroundOptions(replace=True))
    assert set(store.open().about.layers) == set(PROTOMAPS)
    assert len(store.open()) == 1


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: path.write_bytes(b"PK\3\4 no map"), "neither MBTiles nor PMTiles"),
        (lambda path: path.write_bytes(b"PMTiles\x03 and no more"), "cannot be read"),
        (lambda path: path.write_bytes(b"PMTiles\x02" + bytes(200)), "another version than 3"),
        (lambda path: path.write_bytes(b"SQLite format 3\0" + bytes(200)), "cannot be read"),
        (lambda path: mbtiles(path, {EXAMPLE: b"x"}, format="png"), "tiles are png"),
        (lambda path: pmtiles(path, {EXAMPLE: b"x"}, kind=TileType.WEBP), "tiles are webp"),
        (
            lambda path: pmtiles(path, {EXAMPLE: b"x"}, compression=Compression.BROTLI),
            "compressed by brotli",
        ),
        (lambda path: mbtiles(path, {EXAMPLE: b"\x1a\x7fshort"}), "cannot be read"),
        (
            lambda path: mbtiles(path, {EXAMPLE: b""}, packed=lambda _: gzip.compress(b"x")[:-9]),
            "a tile is damaged",
        ),
        (lambda path: mbtiles(path, {(8, 1, 1): tile_of(ZOOMSTACK)}), "no tile with anything"),
        (lambda path: mbtiles(path, {}), "no tile with anything"),
    ],
)  # fmt: skip
def test_what_is_no_background_is_refused_with_the_reason(store, tmp_path, make, said):
    path = tmp_path / "map"
    make(path)
    with pytest.raises(ImportRefusedError, match=said):
        import_background(store, path, INSIDE)
    with pytest.raises(NoBackgroundError):
        store.open()


def test_a_tile_that_unpacks_to_too_much_is_refused(store, tmp_path):
    bomb = gzip.compress(bytes(40 * 1024**2))
    path = mbtiles(tmp_path / "bomb.mbtiles", {EXAMPLE: b""}, packed=lambda _: bomb)
    with pytest.raises(ImportRefusedError, match="more than 33,554,432 bytes"):
        import_background(store, path, INSIDE)


def test_layers_and_attributes_are_those_that_another_library_finds():
    tile = tile_of(ZOOMSTACK)
    attributes = {name: sorted(names) for name, names in layers_in(tile)}
    there = mapbox_vector_tile.decode(tile)
    assert attributes == {
        name: sorted(layer["features"][0]["properties"]) for name, layer in there.items()
    }


def test_the_surroundings_are_a_tenth_of_the_area_and_at_least_five_kilometres():
    west, south, east, north = surroundings((0, 0, 100_000, 20_000), crs="EPSG:32631")
    wider_west, _, wider_east, _ = surroundings(
        (-5_000, -5_000, 105_000, 25_000), crs="EPSG:32631"
    )
    assert wider_west < west < east < wider_east
    small = surroundings((0, 0, 1_000, 1_000), crs="EPSG:32631")
    assert (north - south) > (small[3] - small[1]) > 0.09
