"""Routes of mapped layers: tiles, TileJSON, legend and style, from one row per kind of layer."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from fastapi import APIRouter

from service.access.release import Released
from service.analyses.layers import MapLayer, TileAnswer
from service.analyses.resources import Resources
from service.http.answer_spec import AnswerSpec
from service.http.registration import Operation, add_get, camel_case
from service.http.responder import Responder, base_url
from service.http.urls import (
    JSON,
    MVT,
    PNG,
    QGZ,
    QML,
    TIFF,
    address_of,
    query_string,
    responses,
    versioned,
    zooms,
)
from service.model.answers import Document, Legend, MapStyle
from service.model.queries import Query
from service.model.schemas import Schema, reference
from service.render.documents import document_json
from service.render.maps.legend import legend_json, legend_png
from service.render.maps.style import style_json
from service.render.qgis.project import LayerSource, project_qgz, style_qml
from service.render.tiles.geotiff import tile_tif
from service.render.tiles.png import tile_png
from service.render.tiles.vector_tiles import geometry_tile, vector_tile
from spatial.coordinates.mercator import Tile

LegendSuffix = Literal["json", "png"]
QgisSuffix = Literal["qgz", "qml"]
QGIS = (
    "A QGIS project that opens the layer from this service with its classes and credits (.qgz), "
    "or its style alone, for a file that was saved (.qml)."
)


@dataclass(frozen=True)
class TileForm:
    """A form that tiles have.

    Attributes
    ----------
    ending : str
        Of their addresses.
    media_type : str
        Of their bytes.
    renderer : callable
        Gives what turns a released tile into bytes, from the resources.
    scale : int
        Pixels of a picture per pixel of the map.
    """

    ending: str
    media_type: str
    renderer: Callable[[Resources], Callable[[Any], bytes]]
    scale: int = 1


VECTORS = TileForm(".mvt", MVT, lambda _: vector_tile)
OUTLINES = TileForm(
    ".mvt", MVT, lambda resources: partial(geometry_tile, get=resources.geometry_tiles.get)
)
PICTURES = TileForm(".png", PNG, lambda _: tile_png)
DENSE_PICTURES = TileForm("@2x.png", PNG, lambda _: tile_png, scale=2)
NUMBERS = TileForm(".tif", TIFF, lambda _: tile_tif)


@dataclass(frozen=True)
class TileKind:
    """What a route of tiles is made from.

    Attributes
    ----------
    description : str
        What the tiles show.
    form : TileForm
        Their form.
    name : str
        Follows the name of the layer in that of the operation, ``tile`` in read_hotspot_tile.
    operation : str
        The same in the operation id, ``Tile`` in readHotspotTile.
    """

    description: str
    form: TileForm = VECTORS
    name: str = "tile"
    operation: str = "Tile"


@dataclass(frozen=True)
class LayerKind:
    """What the routes of a kind of layer are made from.

    Attributes
    ----------
    name : str
        ``growth_overlay`` for readGrowthOverlayTile, -TileJson, -Legend and -Style.
    layer : callable
        Gives the `MapLayer` from resources and query, and from the names in the path.
    query : type of Query
        What may be asked about legend and style.
    tile_query : type of Query
        The same of tiles, with the version.
    tiles : tuple of TileKind
        Its tiles, a route each.
    tilejson, legend, style : str
        What those routes answer.
    tilejson_query : type of Query or None
        What may be asked about the TileJSON, where that is more.
    """

    name: str
    layer: Callable[..., MapLayer]
    query: type[Query]
    tile_query: type[Query]
    tiles: tuple[TileKind, ...]
    tilejson: str
    legend: str
    style: str
    tilejson_query: type[Query] | None = None


def add_layer_routes(router: APIRouter, path: str, kind: LayerKind) -> None:
    """Add the routes of a layer to a router: tiles, TileJSON, legend, style and QGIS's files."""
    template = f"{router.prefix}{path}"

    def tilejson(respond: Responder, query: Query, **names: str) -> AnswerSpec[Document]:
        layer = kind.layer(respond.resources, query, **names)
        return _tilejson_spec(respond, layer, address_of(template, names))

    def legend(
        respond: Responder, query: Query, *, suffix: LegendSuffix, **names: str
    ) -> AnswerSpec[Legend]:
        return _legend_spec(kind.layer(respond.resources, query, **names), suffix)

    def style(respond: Responder, query: Query, **names: str) -> AnswerSpec[MapStyle]:
        layer = kind.layer(respond.resources, query, **names)
        return _style_spec(respond, layer, address_of(template, names))

    def qgis(
        respond: Responder, query: Query, *, suffix: QgisSuffix, **names: str
    ) -> AnswerSpec[MapStyle]:
        layer = kind.layer(respond.resources, query, **names)
        is_pictured = names.get("dataset") in respond.resources.audience.published
        return _qgis_spec(
            respond, layer, address_of(template, names), suffix, is_pictured=is_pictured
        )

    def operation(
        name: str,
        suffix: str,
        description: str,
        media_type: str,
        schema: Schema | None = None,
    ) -> Operation:
        return Operation(
            f"read{camel_case(kind.name)}{suffix}",
            f"read_{kind.name}_{name}",
            description,
            responses(media_type, schema),
        )

    for tile in kind.tiles:
        add_tile_route(
            router,
            f"{path}/tiles/{{z}}/{{x}}/{{y}}{tile.form.ending}",
            operation(tile.name, tile.operation, tile.description, tile.form.media_type),
            kind.layer,
            query=kind.tile_query,
            form=tile.form,
        )
    for ending, part, description, answer, query in (
        ("tilejson.json", "TileJson", kind.tilejson, tilejson, kind.tilejson_query or kind.query),
        ("legend.{suffix}", "Legend", kind.legend, legend, kind.query),
        ("style.json", "Style", kind.style, style, kind.query),
    ):
        document = operation(part.lower(), part, description, JSON, reference(part))
        add_get(router, f"{path}/{ending}", document, answer, query=query, suffix=LegendSuffix)
    files = operation("qgis", "Qgis", QGIS, QGZ)
    files.responses[200]["content"][QML] = {}
    add_get(router, f"{path}/qgis.{{suffix}}", files, qgis, query=kind.query, suffix=QgisSuffix)


def add_tile_route(
    router: APIRouter,
    path: str,
    operation: Operation,
    layer_of: Callable[..., MapLayer],
    *,
    query: type[Query],
    form: TileForm = VECTORS,
) -> None:
    """Add a route of tiles to a router.

    Parameters
    ----------
    router : APIRouter
        The router that gets the route.
    path : str
        With ``{z}``, ``{x}`` and ``{y}`` in any order.
    operation : Operation
        Id, name, description and responses.
    layer_of : callable
        Gives the layer from resources and query, and from the other names in the path.
    query : type of Query
        The query of the route.
    form : TileForm
        Pictures or vectors.
    is_async : bool
        Answer on the event loop.
    """

    def answer(
        respond: Responder, query: Query, *, z: int, x: int, y: int, **names: str
    ) -> AnswerSpec[TileAnswer]:
        layer = layer_of(respond.resources, query, **names)
        return _tile_spec(layer, Tile(z, x, y), form, query)

    add_get(router, path, operation, answer, query=query)


def _tile_spec(
    layer: MapLayer, tile: Tile, form: TileForm, query: Query
) -> AnswerSpec[TileAnswer]:
    """A tile; kept by the client only where its address has a version."""
    version: str | None = getattr(query, "v", None)
    return AnswerSpec(
        query=layer.query,
        version=layer.data_version,
        compute=lambda: layer.tile(tile, scale=form.scale),
        render=form.renderer(layer.resources),
        media_type=form.media_type,
        requested_version=version,
        max_age_s=layer.tile_max_age_s if version is not None else 0,
        cost=layer.cost_at,
    )


def _tilejson_spec(respond: Responder, layer: MapLayer, path: str) -> AnswerSpec[Document]:
    """TileJSON of a layer's tiles; their addresses carry the version."""
    base = f"{base_url(respond)}{path}"
    return AnswerSpec(
        query=layer.query,
        version=layer.data_version,
        compute=lambda: layer.tilejson(_tile_address(base, layer)),
        render=document_json,
        media_type=JSON,
        representation=f"{base} {zooms(respond)}",
        cost=layer.cost_at,
    )


def _legend_spec(layer: MapLayer, suffix: LegendSuffix) -> AnswerSpec[Legend]:
    """The legend of a layer, as JSON or as a picture."""
    is_picture = suffix == "png"
    return AnswerSpec(
        query=layer.query,
        version=layer.data_version,
        compute=layer.legend,
        render=legend_png if is_picture else legend_json,
        media_type=PNG if is_picture else JSON,
        cost=layer.cost_at,
    )


def _style_spec(respond: Responder, layer: MapLayer, path: str) -> AnswerSpec[MapStyle]:
    """A MapLibre style of a layer, from its legend and its TileJSON."""
    base = f"{base_url(respond)}{path}"
    return AnswerSpec(
        query=layer.query,
        version=layer.data_version,
        compute=partial(_map_style, layer, base),
        render=style_json,
        media_type=JSON,
        representation=f"{base} {zooms(respond)}",
        cost=layer.cost_at,
    )


def _qgis_spec(
    respond: Responder, layer: MapLayer, path: str, suffix: QgisSuffix, *, is_pictured: bool
) -> AnswerSpec[MapStyle]:
    """A project of a layer, or its style, for QGIS; both always show the data as they are now."""
    base = f"{base_url(respond)}{path}"
    crs = respond.resources.settings.crs

    def project(released: Released[MapStyle]) -> bytes:
        source = LayerSource(base, query_string(layer.tile_query), crs, is_pictured=is_pictured)
        return project_qgz(released, source=source)

    name = path.removeprefix("/v1/").replace("/", "-").replace(":", "-")
    return AnswerSpec(
        query=layer.query,
        version=layer.data_version,
        compute=partial(_map_style, layer, base),
        render=project if suffix == "qgz" else style_qml,
        media_type=QGZ if suffix == "qgz" else QML,
        filename=f"{name}.{suffix}",
        representation=f"{base} {zooms(respond)}",
        cost=layer.cost_at,
    )


def _map_style(layer: MapLayer, base: str) -> MapStyle:
    """A layer with its tiles and the meaning of its colours."""
    legend = layer.legend()
    tiles = layer.tilejson(_tile_address(base, layer))
    return MapStyle(legend.kind, legend, tiles.content, legend.provenance)


def _tile_address(base: str, layer: MapLayer) -> str:
    """The address of a layer's tiles with the version of the data; may read from the disk."""
    ending = f"{layer.tile_ending}{query_string(layer.tile_query)}"
    return versioned(f"{base}/tiles/{{z}}/{{x}}/{{y}}{ending}", layer.version())
