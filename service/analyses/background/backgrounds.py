"""What clients are told of the map behind the layers, and its tiles."""

from typing import Final

from service.analyses.background.styles import Theme, style
from service.analyses.maps.tilejson import tilejson
from service.config.settings import TileSettings
from service.model.answers import Document, PageAsset, Provenance
from service.model.provenance import provenance
from service.runtime.data_state import DataVersion
from service.store.reference.backgrounds import Background, BackgroundStore
from spatial.coordinates.mercator import Tile

UNCHANGING_MAX_AGE_S: Final = 365 * 24 * 3600


class Backgrounds:
    """Answers about the background that has been imported.

    Parameters
    ----------
    store : BackgroundStore
        Where it is kept.
    """

    def __init__(self, store: BackgroundStore) -> None:
        self._store = store

    @property
    def data_version(self) -> DataVersion:
        """Everything that the answers depend on."""
        return DataVersion.of(self.version)

    def version(self) -> str:
        """The version of the background; empty where there is none.

        Returns
        -------
        str
            It changes when the background does.
        """
        return self._store.revision()

    def tile(self, tile: Tile) -> PageAsset:
        """A tile as it was imported.

        Parameters
        ----------
        tile : Tile
            Its address.

        Returns
        -------
        PageAsset
            Mapbox vector tile; empty where there is none.

        Raises
        ------
        NoBackgroundError
            If no background has been imported.
        """
        content = self._store.open().tile(tile.z, tile.x, tile.y)
        return PageAsset("background-tile", f"{tile.z}/{tile.x}/{tile.y}", content)

    def tilejson(self, address: str) -> Document:
        """TileJSON 3.0 of the tiles.

        Parameters
        ----------
        address : str
            Of the tiles, with the version.

        Returns
        -------
        Document
            With the layers and the attributes in the tiles.

        Raises
        ------
        NoBackgroundError
            If no background has been imported.
        """
        background = self._store.open()
        about, source = background.about, _provenance(background)
        zooms = TileSettings(min_zoom=background.min_zoom, max_zoom=background.max_zoom)
        content = tilejson(
            name=about.title,
            description="The map behind the layers",
            address=address,
            bounds=about.bounds,
            zooms=zooms,
            provenance=source,
        )
        content["vector_layers"] = [
            {
                "id": name,
                "fields": dict.fromkeys(attributes, "String"),
                "minzoom": background.min_zoom,
                "maxzoom": background.max_zoom,
            }
            for name, attributes in about.layers.items()
        ]
        return Document("tilejson", content, source)

    def style(self, theme: Theme, *, tiles: str, glyphs: str) -> Document:
        """A MapLibre style of the background.

        Parameters
        ----------
        theme : {"light", "dark"}
            For which ground.
        tiles, glyphs : str
            Addresses of the tiles and of the letters.

        Returns
        -------
        Document
            Complete by itself.

        Raises
        ------
        NoBackgroundError
            If no background has been imported.
        """
        background = self._store.open()
        about = background.about
        source = {
            "type": "vector",
            "tiles": [tiles],
            "minzoom": background.min_zoom,
            "maxzoom": background.max_zoom,
            "bounds": list(about.bounds),
            "attribution": background.credit,
        }
        content = style(
            about.layers, name=f"{about.title}, {theme}", theme=theme, source=source, glyphs=glyphs
        )
        content["metadata"] = {"hotspot-atlas:synthetic": about.synthetic}
        return Document("style", content)


def _provenance(background: Background) -> Provenance:
    return provenance(
        sources={"background": background.as_source()},
        filter={},
        method={"name": "background map"},
        counts={},
    )
