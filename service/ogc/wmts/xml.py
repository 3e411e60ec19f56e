"""WMTS 1.0.0 documents (OGC 07-057r7): capabilities and what stands at a pixel.

Written by ElementTree, which escapes; characters that XML has no form for are left out.
"""

import math
import urllib.parse
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, TypedDict

import orjson

from service.access.release import Released
from service.model.answers import Document, TileImage
from service.model.schemas import UNSTATED
from service.render.documents import JSON_OPTIONS, provenance_dict
from service.render.xml_text import xml_text

MATRIX_SET: Final = "GoogleMapsCompatible"
STYLE: Final = "default"
INFO_FORMATS: Final = ("application/json", "text/plain")
TILE_PIXELS: Final = 256
PIXEL_M: Final = 0.000_28  # the standard's rendering pixel
HALF_WORLD_M: Final[float] = math.pi * 6_378_137.0
LONGEST_TEXT: Final = 2_000

_WMTS = "http://www.opengis.net/wmts/1.0"
_OWS = "http://www.opengis.net/ows/1.1"
_XLINK = "http://www.w3.org/1999/xlink"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_SCHEMA = "http://schemas.opengis.net/wmts/1.0/wmtsGetCapabilities_response.xsd"

for _prefix, _namespace in (("", _WMTS), ("ows", _OWS), ("xlink", _XLINK), ("xsi", _XSI)):
    ET.register_namespace(_prefix, _namespace)


def capabilities_xml(
    released: Released[Document], *, base: str, carried: Sequence[tuple[str, str]]
) -> bytes:
    """The capabilities.

    Parameters
    ----------
    released : Released of Document
        The layers, their extents and times.
    base : str
        Scheme, host and path of the service, without a slash at the end.
    carried : sequence of name and value
        Query parameters that every address keeps.
    """
    content = released.answer.content
    query = urllib.parse.urlencode(list(carried))
    root = ET.Element(f"{{{_WMTS}}}Capabilities", {"version": "1.0.0"})
    root.set(f"{{{_XSI}}}schemaLocation", f"{_WMTS} {_SCHEMA}")
    _identification(root, content)
    provider = _add(root, _OWS, "ServiceProvider")
    _add(provider, _OWS, "ProviderName", "Hotspot Atlas")
    _link(_add(provider, _OWS, "ProviderSite"), f"{base}/")
    _add(provider, _OWS, "ServiceContact")
    _operations(root, f"{base}/wmts?{query}{'&' if query else ''}", _restful(base, query))
    contents = _add(root, _WMTS, "Contents")
    for layer in content["layers"]:
        _layer(contents, layer, base=base, query=query)
    _matrix_set(contents, content["min_zoom"], content["max_zoom"])
    _link(_add(root, _WMTS, "ServiceMetadataURL"), _restful(base, query))
    ET.indent(root, " ")
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def exception_xml(*, code: str, locator: str | None, text: str) -> bytes:
    """An OWS 1.1 exception report."""
    root = ET.Element(f"{{{_OWS}}}ExceptionReport", {"version": "1.0.0"})
    exception = _add(root, _OWS, "Exception")
    exception.set("exceptionCode", code)
    if locator:
        exception.set("locator", xml_text(locator))
    _add(exception, _OWS, "ExceptionText", text)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


class FeatureInfo(TypedDict):
    """The density at a pixel of a tile, and the lower bound of its colour class."""

    density: float | None
    unit: str
    class_from: float | None
    x_mercator_m: Annotated[float, UNSTATED]
    y_mercator_m: Annotated[float, UNSTATED]
    synthetic: Annotated[bool, UNSTATED]


def feature_info(released: Released[TileImage], *, column: int, row: int, as_json: bool) -> bytes:
    """The density at a pixel of a tile."""
    drawn = released.answer
    value = float(drawn.values[row, column])
    density = None if math.isnan(value) else value
    if not as_json:
        mark = " (synthetic data)" if drawn.provenance.synthetic else ""
        text = "outside" if density is None else f"{density:.6g} {drawn.unit}"
        return f"{text}{mark}\n".encode()
    left, _, right, top = drawn.tile.bounds_mercator_m
    pixel = (right - left) / TILE_PIXELS
    lowest = [limit for limit in drawn.breaks if density is not None and density >= limit]
    content = {
        "density": density,
        "unit": drawn.unit,
        "class_from": lowest[-1] if lowest else None,
        "x_mercator_m": round(left + (column + 0.5) * pixel, 3),
        "y_mercator_m": round(top - (row + 0.5) * pixel, 3),
        "synthetic": drawn.provenance.synthetic,
        "provenance": provenance_dict(drawn.provenance),
    }
    return orjson.dumps(content, option=JSON_OPTIONS)


def _identification(root: ET.Element, content: Mapping[str, Any]) -> None:
    service = _add(root, _OWS, "ServiceIdentification")
    made_up = (
        " Some of the data are synthetic: about no real people." if content["synthetic"] else ""
    )
    damaged = ", ".join(content["damaged"])
    absent = f" Damaged, and not or not wholly served: {damaged}." if damaged else ""
    _add(service, _OWS, "Title", "Hotspot Atlas")
    _add(
        service,
        _OWS,
        "Abstract",
        "Density of incidents by place, in colours that belong to the question and not to the "
        f"tile. The dimension time chooses the period.{made_up}{absent}",
    )
    _add(service, _OWS, "ServiceType", "OGC WMTS")
    _add(service, _OWS, "ServiceTypeVersion", "1.0.0")
    _add(service, _OWS, "Fees", "NONE")
    licences = dict.fromkeys(layer["licence"] for layer in content["layers"] if layer["licence"])
    _add(service, _OWS, "AccessConstraints", "; ".join(licences) or "NONE")


def _operations(root: ET.Element, by_query: str, by_path: str) -> None:
    """Where each operation is asked for."""
    metadata = _add(root, _OWS, "OperationsMetadata")
    for name in ("GetCapabilities", "GetTile", "GetFeatureInfo"):
        operation = _add(metadata, _OWS, "Operation")
        operation.set("name", name)
        http = _add(_add(operation, _OWS, "DCP"), _OWS, "HTTP")
        ways = [(by_query, "KVP")]
        if name == "GetCapabilities":
            ways.append((by_path, "RESTful"))
        for address, encoding in ways:
            get = _add(http, _OWS, "Get")
            _link(get, address)
            constraint = _add(get, _OWS, "Constraint")
            constraint.set("name", "GetEncoding")
            _add(_add(constraint, _OWS, "AllowedValues"), _OWS, "Value", encoding)


def _layer(contents: ET.Element, known: Mapping[str, Any], *, base: str, query: str) -> None:
    layer = _add(contents, _WMTS, "Layer")
    mark = "Synthetic data, about no real people. " if known["synthetic"] else ""
    credit = ", ".join(word for word in (known["source"], known["licence"]) if word)
    _add(layer, _OWS, "Title", f"{known['title']}: density")
    _add(layer, _OWS, "Abstract", f"{mark}Kernel density of incidents. {credit}".strip())
    _corners(layer, "WGS84BoundingBox", known["bounds_lonlat_deg"])
    _add(layer, _OWS, "Identifier", known["id"])
    box = _corners(layer, "BoundingBox", known["bounds_mercator_m"])
    box.set("crs", "urn:ogc:def:crs:EPSG::3857")
    style = _add(layer, _WMTS, "Style")
    style.set("isDefault", "true")
    _add(style, _OWS, "Title", "Density, light to dark")
    _add(style, _OWS, "Identifier", STYLE)
    path = f"{base}/wmts/1.0.0/{urllib.parse.quote(known['id'], safe=':')}/{STYLE}"
    suffix_query = f"?{query}" if query else ""
    legend = _add(style, _WMTS, "LegendURL")
    legend.set("format", "image/png")
    _link(legend, f"{path}/legend.png{suffix_query}")
    _add(layer, _WMTS, "Format", "image/png")
    for media_type in INFO_FORMATS:
        _add(layer, _WMTS, "InfoFormat", media_type)
    dimension = _add(layer, _WMTS, "Dimension")
    _add(dimension, _OWS, "Title", "Period")
    _add(dimension, _OWS, "Identifier", "time")
    _add(dimension, _OWS, "UOM", "ISO8601")
    _add(dimension, _WMTS, "Default", known["times"][0])
    for period in known["times"]:
        _add(dimension, _WMTS, "Value", period)
    _add(_add(layer, _WMTS, "TileMatrixSetLink"), _WMTS, "TileMatrixSet", MATRIX_SET)
    tile = f"{path}/{{time}}/{{TileMatrixSet}}/{{TileMatrix}}/{{TileRow}}/{{TileCol}}"
    resources = [("tile", "image/png", f"{tile}.png{suffix_query}")]
    for media_type, suffix in zip(INFO_FORMATS, ("json", "txt"), strict=True):
        address = f"{tile}/{{J}}/{{I}}.{suffix}{suffix_query}"
        resources.append(("FeatureInfo", media_type, address))
    for kind, media_type, template in resources:
        resource = _add(layer, _WMTS, "ResourceURL")
        resource.set("format", media_type)
        resource.set("resourceType", kind)
        resource.set("template", template)


def _matrix_set(contents: ET.Element, first: int, last: int) -> None:
    """The well-known scale set of Web Mercator, the zooms that are offered."""
    matrix_set = _add(contents, _WMTS, "TileMatrixSet")
    _add(matrix_set, _OWS, "Title", "Web Mercator, square tiles")
    _add(matrix_set, _OWS, "Identifier", MATRIX_SET)
    box = _corners(
        matrix_set, "BoundingBox", [-HALF_WORLD_M, -HALF_WORLD_M, HALF_WORLD_M, HALF_WORLD_M]
    )
    box.set("crs", "urn:ogc:def:crs:EPSG::3857")
    _add(matrix_set, _OWS, "SupportedCRS", "urn:ogc:def:crs:EPSG::3857")
    _add(matrix_set, _WMTS, "WellKnownScaleSet", "urn:ogc:def:wkss:OGC:1.0:GoogleMapsCompatible")
    for zoom in range(first, last + 1):
        matrix = _add(matrix_set, _WMTS, "TileMatrix")
        _add(matrix, _OWS, "Identifier", str(zoom))
        _add(matrix, _WMTS, "ScaleDenominator", repr(scale_denominator(zoom)))
        _add(matrix, _WMTS, "TopLeftCorner", f"{-HALF_WORLD_M!r} {HALF_WORLD_M!r}")
        for name in ("TileWidth", "TileHeight"):
            _add(matrix, _WMTS, name, str(TILE_PIXELS))
        for name in ("MatrixWidth", "MatrixHeight"):
            _add(matrix, _WMTS, name, str(2**zoom))


def scale_denominator(zoom: int) -> float:
    """Metres on the map per metre on a screen whose pixels are 0.28 mm wide."""
    return 2.0 * HALF_WORLD_M / (TILE_PIXELS * float(1 << zoom)) / PIXEL_M


def _restful(base: str, query: str) -> str:
    return f"{base}/wmts/1.0.0/WMTSCapabilities.xml{f'?{query}' if query else ''}"


def _corners(parent: ET.Element, name: str, bounds: Sequence[float]) -> ET.Element:
    box = _add(parent, _OWS, name)
    left, bottom, right, top = bounds
    _add(box, _OWS, "LowerCorner", f"{left!r} {bottom!r}")
    _add(box, _OWS, "UpperCorner", f"{right!r} {top!r}")
    return box


def _link(element: ET.Element, address: str) -> None:
    element.set(f"{{{_XLINK}}}href", xml_text(address))


def _add(parent: ET.Element, namespace: str, name: str, text: str | None = None) -> ET.Element:
    element = ET.SubElement(parent, f"{{{namespace}}}{name}")
    if text is not None:
        element.text = xml_text(text)[:LONGEST_TEXT]
    return element
