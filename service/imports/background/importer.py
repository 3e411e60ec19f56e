"""Imports the map behind the layers, cut to the study area."""

import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from service.imports.background.archives import (
    Address,
    Archive,
    TileRange,
    opened,
    plain,
    unpacked,
)
from service.imports.background.layers import layers_in
from service.imports.files.summary import Progress, silent
from service.model.tile_schemas import schema_of
from service.store.commits import Committed
from service.store.errors import ImportRefusedError
from service.store.reference.backgrounds import About, BackgroundStore
from service.store.source_files import SourceFile
from spatial.coordinates.crs import WGS84, transform_bounds

MAX_ZOOM: Final = 14  # closer zooms are drawn from it
MAX_BYTES: Final = 512 * 1024**2  # of all tiles as the archive has them: they stay in memory
MAX_LATITUDE_DEG: Final = 85.05
MARGIN_M: Final = 5_000.0

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, kw_only=True)
class BackgroundOptions:
    """Options of the import of a background.

    Attributes
    ----------
    source, licence : str
        Shown with the map; empty: as the file states them, or as its makers ask.
    title : str
        Empty: as the file states it.
    max_zoom : int
        Closest zoom that is kept.
    synthetic : bool
        True for an invented one.
    replace : bool
        Put it in the place of the one that is loaded.
    progress : callable
        Told what is being done.
    """

    source: str = ""
    licence: str = ""
    title: str = ""
    max_zoom: int = MAX_ZOOM
    synthetic: bool = False
    replace: bool = False
    progress: Progress = silent


@dataclass(frozen=True)
class BackgroundSummary:
    """What became of the tiles of a file.

    Attributes
    ----------
    schema : str
        What the names of its layers are those of; empty for names that are not known.
    zooms : tuple of int
        First and last that were kept.
    """

    file: str
    tiles: int
    size_bytes: int
    zooms: tuple[int, int]
    schema: str
    about: About
    committed: Committed

    def lines(self) -> list[str]:
        """What was kept, and how it is drawn.

        Returns
        -------
        list of str
            For the terminal.
        """
        named = f"drawn as {self.schema}" if self.schema else "drawn by what its layers are called"
        first, last = self.zooms
        size = f"{self.size_bytes / 1e6:,.1f} MB"
        return [
            f"background imported: {self.file}, version {self.committed.version}",
            f"{self.tiles:,} tiles of the study area, zooms {first} to {last}, {size}",
            f"{len(self.about.layers)} layers ({', '.join(sorted(self.about.layers))}), {named}",
            f"source: {self.about.source}; licence: {self.about.licence or 'not stated'}",
        ]


def import_background(
    store: BackgroundStore,
    path: Path,
    bounds_deg: Bounds,
    options: BackgroundOptions | None = None,
) -> BackgroundSummary:
    """Keep the vector tiles of an archive that the study area needs.

    Parameters
    ----------
    store : BackgroundStore
        Where they are kept.
    path : Path
        MBTiles or PMTiles: OS Open Zoomstack, the schemas of OpenMapTiles and Protomaps, or any
        other, which is drawn by what its layers are called.
    bounds_deg : tuple of float
        West, south, east and north of what is kept, degrees.
    options : BackgroundOptions or None
        None: the defaults.

    Returns
    -------
    BackgroundSummary
        How much was kept, and how it will be drawn.

    Raises
    ------
    ImportRefusedError
        If the file cannot be read, has no vector tiles there, more than memory should hold, or
        if nobody states who made it.
    PlacesExistError
        Without ``options.replace``, if a background is loaded already.
    """
    options = options or BackgroundOptions()
    store.check_import(replace=options.replace)
    layers: dict[str, dict[str, None]] = {}
    addresses: list[Address] = []
    tiles: list[bytes] = []
    size = 0
    with opened(path) as archive:
        options.progress("reading", 0.0)
        last = min(options.max_zoom, archive.zooms.stop - 1)
        for address, packed in _tiles(archive, bounds_deg, last):
            size += len(packed)
            if size > MAX_BYTES:
                raise ImportRefusedError(
                    str(path),
                    f"the study area has more than {MAX_BYTES / 1e6:,.0f} MB of tiles up to zoom "
                    f"{last}; keep fewer with --max-zoom {last - 1}",
                )
            tile = unpacked(packed)
            for name, attributes in layers_in(tile):
                layers.setdefault(name, {}).update(dict.fromkeys(attributes))
            addresses.append(address)
            tiles.append(tile)
            if len(tiles) % 200 == 0:
                options.progress("reading", 0.8 * (address[0] + 1) / (last + 1))
        metadata = dict(archive.metadata)
    if not layers:
        raise ImportRefusedError(
            str(path), f"it has no tile with anything in it {_place(bounds_deg)}"
        )
    about = _about(path, metadata, layers, bounds_deg, options)
    options.progress("writing", 0.8)
    with path.open("rb") as file:
        source_file = SourceFile(path.name, hashlib.file_digest(file, "sha256").hexdigest())
    committed = store.append(
        addresses, tiles, about=about, file=source_file, replace=options.replace
    )
    options.progress("done", 1.0)
    schema = schema_of(about.layers)
    zooms = [z for z, _, _ in addresses]
    return BackgroundSummary(
        file=path.name,
        tiles=len(tiles),
        size_bytes=size,
        zooms=(min(zooms), max(zooms)),
        schema="" if schema is None else schema.title,
        about=about,
        committed=committed,
    )


def surroundings(bounds_m: Bounds, *, crs: str) -> Bounds:
    """A study area with what a reader sees around it: a tenth of its size, at least 5 km.

    Parameters
    ----------
    bounds_m : tuple of float
        Left, bottom, right and top in the working CRS, metres.
    crs : str
        The working CRS.

    Returns
    -------
    tuple of float
        West, south, east and north, degrees.
    """
    left, bottom, right, top = bounds_m
    margin_m = max(MARGIN_M, (right - left) / 10.0, (top - bottom) / 10.0)
    wider_m = (left - margin_m, bottom - margin_m, right + margin_m, top + margin_m)
    west, south, east, north = transform_bounds(wider_m, source=crs, target=WGS84)
    return round(west, 5), round(south, 5), round(east, 5), round(north, 5)


def _about(
    path: Path,
    metadata: dict[str, Any],
    layers: dict[str, dict[str, None]],
    bounds_deg: Bounds,
    options: BackgroundOptions,
) -> About:
    """What is known of it: as the user says, as the file states, or as its makers ask."""
    schema = schema_of(layers)
    source = options.source or plain(metadata.get("attribution"))
    if not source and schema is not None:
        source = schema.credit
    if not source:
        raise ImportRefusedError(
            str(path), "it does not state who made it, which the map must show: give --source"
        )
    return About(
        title=options.title or plain(metadata.get("name")) or path.stem,
        layers={name: tuple(sorted(attributes)) for name, attributes in sorted(layers.items())},
        bounds=bounds_deg,
        source=source,
        licence=options.licence
        or plain(metadata.get("license") or metadata.get("licence"))
        or ("" if schema is None else schema.licence),
        synthetic=options.synthetic,
    )


def _tiles(archive: Archive, bounds_deg: Bounds, last: int) -> Iterator[tuple[Address, bytes]]:
    """The tiles of an archive that touch the bounds, up to a zoom."""
    west, south, east, north = bounds_deg
    for z in range(archive.zooms.start, last + 1):
        columns = range(_column(west, z), _column(east, z) + 1)
        rows = range(_row(north, z), _row(south, z) + 1)
        yield from archive.tiles(TileRange(z, columns, rows))


def _column(longitude_deg: float, z: int) -> int:
    """The column of tiles that a longitude is in."""
    side: int = 2**z
    return min(max(math.floor((longitude_deg + 180.0) / 360.0 * side), 0), side - 1)


def _row(latitude_deg: float, z: int) -> int:
    """The row of tiles, from the north, that a latitude is in."""
    latitude = math.radians(min(max(latitude_deg, -MAX_LATITUDE_DEG), MAX_LATITUDE_DEG))
    share = (1.0 - math.asinh(math.tan(latitude)) / math.pi) / 2.0
    side: int = 2**z
    return min(max(math.floor(share * side), 0), side - 1)


def _place(bounds_deg: Bounds) -> str:
    """Bounds in words."""
    west, south, east, north = bounds_deg
    return f"between {west:.2f} and {east:.2f} degrees east, {south:.2f} and {north:.2f} north"
