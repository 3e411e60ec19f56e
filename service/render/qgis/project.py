"""A QGIS project of one layer, and the layer's style alone."""

import io
import urllib.parse
import xml.etree.ElementTree as ET
import zipfile
from dataclasses import dataclass
from typing import Final

from service.access.release import Released
from service.model.answers import Legend, MapStyle
from service.render.attribution import period
from service.render.documents import provenance_dict, provenance_text
from service.render.maps.legend import SYNTHETIC
from service.render.qgis.symbology import VERSION, add_renderer
from service.render.xml_text import xml_text
from spatial.coordinates.crs import WEB_MERCATOR, WGS84, transform_bounds

LAYER_ID: Final = "atlas"
_ENDINGS: Final = {"raster": "/raster.tif", "outline": ".geojson"}
_WRITTEN: Final = (1980, 1, 1, 0, 0, 0)  # the same project is the same bytes


@dataclass(frozen=True)
class LayerSource:
    """Where QGIS reads a layer from.

    Attributes
    ----------
    base : str
        Scheme, host and path of the layer, without an ending.
    query : str
        The parameters of the question, from ``?`` on, or nothing.
    crs : str
        The reference system of the project.
    is_pictured : bool
        Whether only the pictures of a surface may be had, and not its numbers.
    """

    base: str
    query: str
    crs: str
    is_pictured: bool = False

    def provider(self, legend: Legend) -> str:
        """QGIS's name of what reads the layer."""
        if legend.drawn_as != "raster":
            return "ogr"
        return "wms" if self.is_pictured else "gdal"

    def opened(self, style: MapStyle) -> str:
        """The file with the whole layer, as GDAL opens it over HTTP; or the tiles."""
        if self.provider(style.legend) == "wms":
            tiles = f"{self.base}/tiles/{{z}}/{{x}}/{{y}}.png{self.query}"
            zooms = f"zmin={style.tiles['minzoom']}&zmax={style.tiles['maxzoom']}"
            return f"type=xyz&{zooms}&url={urllib.parse.quote(tiles, safe='')}"
        ending = _ENDINGS.get(style.legend.drawn_as, ".fgb")
        return f"/vsicurl/{self.base}{ending}{self.query}"

    def layer_crs(self, legend: Legend) -> str:
        """The reference system of that: outlines are in longitude and latitude."""
        if self.provider(legend) == "wms":
            return WEB_MERCATOR
        return WGS84 if legend.drawn_as == "outline" else self.crs


def style_qml(released: Released[MapStyle]) -> bytes:
    """The colours of a legend as a style file, for a table or a raster saved from the service."""
    root = ET.Element("qgis", version=VERSION, styleCategories="Symbology")
    add_renderer(root, released.answer.legend)
    head = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
    return (head + ET.tostring(root, encoding="unicode")).encode()


def project_qgz(released: Released[MapStyle], *, source: LayerSource) -> bytes:
    """A project that opens a layer from its address, drawn and listed as the legend says."""
    text = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + ET.tostring(
        _project(released.answer, source), encoding="unicode"
    )
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        entry = zipfile.ZipInfo("project.qgs", _WRITTEN)
        entry.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(entry, text)
    return body.getvalue()


def _project(style: MapStyle, source: LayerSource) -> ET.Element:
    legend = style.legend
    name, provider = _name(legend), source.provider(legend)
    root = ET.Element("qgis", version=VERSION, projectname=name)
    _add(root, "title", name)
    _add_crs(_add(root, "projectCrs"), source.crs)
    # Without this QGIS takes no notice of the reference system.
    switch = _add(_add(_add(root, "properties"), "SpatialRefSys"), "ProjectionsEnabled", "1")
    switch.set("type", "int")
    tree = _add(root, "layer-tree-group")
    ET.SubElement(
        tree,
        "layer-tree-layer",
        id=LAYER_ID,
        name=name,
        source=source.opened(style),
        providerKey=provider,
        checked="Qt::Checked",
        expanded="1",
    )
    _add_canvas(root, style, source)
    layer = ET.SubElement(
        _add(root, "projectlayers"),
        "maplayer",
        {"type": "raster"}
        if legend.drawn_as == "raster"
        else {"type": "vector", "geometry": _geometry(legend)},
    )
    _add(layer, "id", LAYER_ID)
    _add(layer, "datasource", source.opened(style))
    _add(layer, "layername", name)
    _add(layer, "provider", provider)
    _add_crs(_add(layer, "srs"), source.layer_crs(legend))
    _add_metadata(layer, legend, name)
    if provider != "wms":
        add_renderer(layer, legend)
    ET.SubElement(_add(root, "layerorder"), "layer", id=LAYER_ID)
    _add_metadata(root, legend, name, element="projectMetadata")
    return root


def _name(legend: Legend) -> str:
    """What the layer is called: title, unit and period, and that it is synthetic if it is."""
    parts = [legend.title, legend.unit]
    parts.append(period(provenance_dict(legend.provenance)))
    if legend.provenance.synthetic and "synthetic" not in legend.title:
        parts.append(SYNTHETIC)
    return xml_text(", ".join(part for part in parts if part))


def _add_metadata(
    parent: ET.Element, legend: Legend, name: str, *, element: str = "resourceMetadata"
) -> None:
    """Title, what it was computed from, and whom to name."""
    metadata = _add(parent, element)
    _add(metadata, "title", name)
    mark = f"{SYNTHETIC}\n" if legend.provenance.synthetic else ""
    _add(metadata, "abstract", f"{mark}{legend.subtitle}\n{provenance_text(legend.provenance)}")
    for credit in legend.credits:
        _add(metadata, "rights", credit)


def _add_canvas(root: ET.Element, style: MapStyle, source: LayerSource) -> None:
    """The map over the extent of the layer."""
    west, south, east, north = style.tiles["bounds"]
    bounds = transform_bounds((west, south, east, north), source=WGS84, target=source.crs)
    canvas = ET.SubElement(root, "mapcanvas", name="theMapCanvas")
    extent = _add(canvas, "extent")
    for side, value in zip(("xmin", "ymin", "xmax", "ymax"), bounds, strict=True):
        _add(extent, side, f"{float(value):.1f}")
    _add_crs(_add(canvas, "destinationsrs"), source.crs)


def _add_crs(parent: ET.Element, crs: str) -> None:
    system = _add(parent, "spatialrefsys")
    # QGIS looks the code up only beside a number of its own list, whichever that is.
    _add(system, "srsid", "1")
    _add(system, "authid", crs)


def _geometry(legend: Legend) -> str:
    return "Point" if legend.drawn_as == "point" else "Polygon"


def _add(parent: ET.Element, name: str, text: str = "") -> ET.Element:
    element = ET.SubElement(parent, name)
    element.text = xml_text(text)
    return element
