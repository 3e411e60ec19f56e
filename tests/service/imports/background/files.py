"""Small archives of vector tiles in the published layouts, invented throughout."""

import contextlib
import gzip
import json
import sqlite3
from pathlib import Path

import mapbox_vector_tile
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

# The layers of each schema with a feature each: kind of shape, and attributes.
ZOOMSTACK = {
    "surfacewater": ("POLYGON", {"type": "Local"}),
    "waterlines": ("LINESTRING", {"type": "Local"}),
    "roads": ("LINESTRING", {"type": "A Road", "name": "Mill Road"}),
    "rail": ("LINESTRING", {"type": "Multi Track"}),
    "names": ("POINT", {"type": "Town", "name1": "Ely"}),
    "contours": ("LINESTRING", {"height": 10}),
}
OPENMAPTILES = {
    "water": ("POLYGON", {"class": "lake"}),
    "transportation": ("LINESTRING", {"class": "primary"}),
    "place": ("POINT", {"class": "town", "name": "Ely"}),
}
PROTOMAPS = {
    "earth": ("POLYGON", {"kind": "earth"}),
    "roads": ("LINESTRING", {"kind": "major_road"}),
    "places": ("POINT", {"kind": "locality", "kind_detail": "town", "name": "Ely"}),
}
UNKNOWN = {
    "ocean_and_lakes": ("POLYGON", {}),
    "streets": ("LINESTRING", {"class": "x"}),
    "place_labels": ("POINT", {"name": "Ely"}),
    "power": ("LINESTRING", {"kind": "line"}),
}
SHAPES = {
    "POINT": "POINT (1000 1000)",
    "LINESTRING": "LINESTRING (100 100, 2000 3000)",
    "POLYGON": "POLYGON ((100 100, 100 900, 900 900, 900 100, 100 100))",
}
EXAMPLE = (8, 128, 84)  # a tile with all of Cambridge; x/y from the north-west
INSIDE = (0.05, 52.1, 0.25, 52.3)  # degrees


def tile_of(layers):
    """A vector tile with one feature in each layer."""
    return mapbox_vector_tile.encode(
        [
            {"name": name, "features": [{"geometry": SHAPES[shape], "properties": properties}]}
            for name, (shape, properties) in layers.items()
        ]
    )


def mbtiles(path: Path, tiles, *, packed=gzip.compress, **metadata):
    """An MBTiles file of tiles by zoom, column, and row from the north."""
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE metadata (name text, value text)")
        database.execute(
            "CREATE TABLE tiles (zoom_level integer, tile_column integer, tile_row integer, "
            "tile_data blob)"
        )
        stated = {"format": "pbf", **metadata}
        database.executemany("INSERT INTO metadata VALUES (?, ?)", stated.items())
        database.executemany(
            "INSERT INTO tiles VALUES (?, ?, ?, ?)",
            [(z, x, 2**z - 1 - y, packed(tile)) for (z, x, y), tile in tiles.items()],
        )
        database.commit()
    return path


def pmtiles(path: Path, tiles, *, compression=Compression.GZIP, kind=TileType.MVT, **metadata):
    """A PMTiles file of tiles by zoom, column, and row from the north."""
    packed = gzip.compress if compression is Compression.GZIP else bytes
    with path.open("wb") as file:
        writer = Writer(file)
        for address, tile in sorted(tiles.items(), key=lambda item: zxy_to_tileid(*item[0])):
            writer.write_tile(zxy_to_tileid(*address), packed(tile))
        zooms = [z for z, _, _ in tiles]
        header = {
            "tile_type": kind,
            "tile_compression": compression,
            "min_zoom": min(zooms),
            "max_zoom": max(zooms),
            "min_lon_e7": 0, "min_lat_e7": 0, "max_lon_e7": 0, "max_lat_e7": 0,
            "center_zoom": 0, "center_lon_e7": 0, "center_lat_e7": 0,
        }  # fmt: skip
        writer.finalize(header, json.loads(json.dumps(metadata)))
    return path
