"""What JSON answers other than tables look like, for the OpenAPI document.

Members are written ``name:type``, the type as one letter (s text, n number, i whole number, b
true or false, l list) with ``?`` where it may be null. A member in brackets depends on the
question. What answers are made of is decided by the analyses; a test holds both together.
"""

from collections.abc import Mapping
from typing import Any, Final

Schema = dict[str, Any]

TYPES: Final = {"s": "string", "n": "number", "i": "integer", "b": "boolean", "l": "array"}
TEXTS: Final[Schema] = {"type": "array", "items": {"type": "string"}}
NUMBERS: Final[Schema] = {"type": "array", "items": {"type": "number"}}
BOX: Final[Schema] = {**NUMBERS, "minItems": 4, "maxItems": 4}
MEASURE: Final[Schema] = {
    "type": "object",
    "properties": {"measure": {"type": "string"}, "periods": TEXTS},
    "required": ["measure", "periods"],
}
LISTS: Final[Mapping[str, Schema]] = {
    "categories": TEXTS,
    "bounds_m": NUMBERS,
    "measures": {"type": "array", "items": MEASURE},
}

COUNTS: Final = "records:i located:i unlocated:i outside:i?"
DATASET: Final = (
    f"id:s title:s {COUNTS} from:s? to:s? categories:l version:i synthetic:b source:s licence:s"
)
LAYER: Final = (
    "id:s title:s areas:i area_km2:n bounds_m:l crs:s vintage:s source:s licence:s version:s "
    "synthetic:b measures:l"
)


def _columns(text: str) -> tuple[dict[str, Schema], list[str]]:
    """Schemas by name, and the names that are always there."""
    schemas: dict[str, Schema] = {}
    always = []
    for word in text.split():
        name, _, kind = word.strip("[]").partition(":")
        type_ = TYPES[kind[0]]
        schemas[name] = {"type": [type_, "null"] if kind.endswith("?") else type_}
        schemas[name] |= LISTS.get(name, {})
        if not word.startswith("["):
            always.append(name)
    return schemas, always


def _object(text: str, **more: Schema) -> Schema:
    """An object with the members of a text, and others whose schemas are given."""
    schemas, always = _columns(text)
    return {
        "type": "object",
        "properties": {**schemas, **more},
        "required": [*always, *(name for name in more if name not in always)],
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def table_schema(row: Schema) -> Schema:
    """The schema of a table of such rows."""
    return _object("", rows={"type": "array", "items": row}, provenance=_ref("Provenance"))


def _document(text: str, **more: Schema) -> Schema:
    return _object(text, **more, provenance=_ref("Provenance"))


COMPONENTS: Final[Mapping[str, Schema]] = {
    "Provenance": {
        **_object(
            "synthetic:b [located_share:n?] software:s [rows_sha256:s]",
            filter={"type": "object"},
            method=_object("name:s"),
            counts={"type": "object", "additionalProperties": {"type": ["number", "null"]}},
            notes=TEXTS,
        ),
        "description": "What the answer was computed from: the same provenance gives the same "
        "bytes. Besides these, one member for each source: dataset, layer, denominator, sites.",
    },
    "Problem": {
        **_object("type:s title:s status:i detail:s instance:s [request_id:s]"),
        "description": "RFC 9457. `allowed` or `errors` name what would have been allowed.",
    },
    "TileJson": _document(
        "tilejson:s name:s description:s attribution:s version:s scheme:s minzoom:i maxzoom:i "
        "synthetic:b",
        tiles={**TEXTS, "minItems": 1},
        bounds=BOX,
        center=NUMBERS,
    ),
    "Legend": _document(
        "kind:s title:s subtitle:s unit:s drawn_as:s attribute:s? attribution:s synthetic:b",
        classes={"type": "array", "items": _object("label:s colour:s lower:n? upper:n? count:n?")},
    ),
    "Style": _object(
        "version:i name:s",
        sources={"type": "object", "additionalProperties": {"type": "object"}},
        layers={"type": "array", "items": _object("id:s type:s")},
    ),
    "FeatureCollection": {
        "type": "object",
        "properties": {
            "type": {"const": "FeatureCollection"},
            "features": {
                "type": "array",
                "items": {"$ref": "#/components/schemas/Feature"},
            },
        },
        "required": ["type", "features"],
    },
    "Feature": _object(
        "[id:s]",
        type={"const": "Feature"},
        geometry={"type": ["object", "null"]},
        properties={"type": ["object", "null"]},
    ),
    "Link": _object("href:s rel:s [type:s] [title:s]"),
    "Dataset": _object(DATASET),
    "Layer": _object(LAYER),
}

LINKS: Final[Schema] = {"type": "array", "items": _ref("Link")}
TILESET: Final = _object(
    "title:s dataType:s crs:s tileMatrixSetURI:s [synthetic:b]",
    links=LINKS,
    boundingBox=_object("crs:s", lowerLeft=NUMBERS, upperRight=NUMBERS),
    layers={"type": "array", "items": _object("id:s dataType:s")},
)
TILE_MATRIX: Final = _object(
    "id:s scaleDenominator:n cellSize:n cornerOfOrigin:s tileWidth:i tileHeight:i matrixWidth:i "
    "matrixHeight:i",
    pointOfOrigin=NUMBERS,
)
COLLECTION: Final = _object("id:s title:s [description:s]", links=LINKS, crs=TEXTS)
FEATURES: Final = frozenset(
    {"readOgcBoundary", "readOgcChoroplethArea", "readOgcHotspotArea", "readOgcSite"}
)

DOCUMENTS: Final[Mapping[str, Schema]] = {
    "readOgcLandingPage": _object("title:s description:s", links=LINKS),
    "readOgcConformance": _object("", conformsTo=TEXTS),
    "readOgcCollections": _object(
        "", links=LINKS, collections={"type": "array", "items": COLLECTION}
    ),
    "readOgcCollection": COLLECTION,
    "readOgcTileMatrixSets": _object(
        "title:s",
        links=LINKS,
        tileMatrixSets={"type": "array", "items": _object("id:s uri:s crs:s", links=LINKS)},
    ),
    "readOgcTileMatrixSet": _object(
        "id:s title:s uri:s crs:s wellKnownScaleSet:s",
        orderedAxes=TEXTS,
        tileMatrices={"type": "array", "items": TILE_MATRIX},
    ),
    "readOgcTilesets": _object(
        "title:s", links=LINKS, tilesets={"type": "array", "items": TILESET}
    ),
    "readOgcTileset": TILESET,
    "readWmtsFeatureInfo": _document("density:n? unit:s class_from:n?"),
    "askWmts": _document("density:n? unit:s class_from:n?"),
    "readDatasets": _object("", datasets={"type": "array", "items": _ref("Dataset")}),
    "readDataset": _ref("Dataset"),
    "readBoundaries": _object(
        "study_area:s? crs:s", boundaries={"type": "array", "items": _ref("Layer")}
    ),
    "readHeatmapSummary": _document(
        f"dataset:s unit:s maximum:n bandwidth_m:n bandwidth_rule:s kernel:s from:s to:s {COUNTS} "
        "mass_in_study_area:n sentence:s study_area:s crs:s version:s synthetic:b".replace(
            " outside:i?", ""
        ),
        breaks=NUMBERS,
        bounds_m=BOX,
        bounds_lonlat_deg=BOX,
        inset={"type": ["object", "null"]},
    ),
    "readDisplacement": _document(
        "difference:n? standard_error:n? lower:n? upper:n? z_score:n? p_value:n?",
        counts={"type": "object"},
    ),
    "readLiveness": _object("status:s"),
    "readReadiness": _object("status:s", datasets={"type": "object"}, boundaries=TEXTS),
    "readPageConfiguration": _object(
        "title:s software:s crs:s postcodes:b",
        datasets={"type": "array", "items": _ref("Dataset")},
        layers={"type": "array", "items": _ref("Layer")},
    ),
}


def schema_of(operation: str) -> Schema | None:
    """The schema of an operation's JSON, None where nothing is known of it."""
    if operation in FEATURES:
        return _ref("Feature")
    if operation in DOCUMENTS:
        return DOCUMENTS[operation]
    for ending, name in (("TileJson", "TileJson"), ("Legend", "Legend"), ("Style", "Style")):
        if operation.endswith(ending):
            return _ref(name)
    return None
