"""What JSON answers look like, for the OpenAPI document: rows by column, provenance, the rest.

Columns are written ``name:type``, the type as one letter (s text, n number, i whole number, b
true or false, l list) with ``?`` where it may be null. A column in brackets depends on the
question. What answers are made of is decided by the analyses; a test holds both together.
"""

from collections.abc import Mapping
from typing import Any, Final

Schema = dict[str, Any]

TYPES: Final = {"s": "string", "n": "number", "i": "integer", "b": "boolean", "l": "array"}
SCALAR: Final[Schema] = {"type": ["string", "number", "boolean", "null"]}
TEXTS: Final[Schema] = {"type": "array", "items": {"type": "string"}}
NUMBERS: Final[Schema] = {"type": "array", "items": {"type": "number"}}
BOX: Final[Schema] = {**NUMBERS, "minItems": 4, "maxItems": 4}

SITE: Final = "site_id:s name:s? district:s?"
HOMES: Final = "homes_planned:n? homes_completed:n? homes_remaining:n?"
AREA: Final = "code:s name:s?"

ROWS: Final[Mapping[str, str]] = {
    "readChoropleth": f"{AREA} count:i denominator:n? value:n? lower:n? upper:n? class:s?",
    "readHotspots": f"{AREA} count:i value:n? z_score:n? p_value:n? p_permutation:n? q_value:n? "
    "class:s expected_count_ok:b neighbours:i island:b [quadrant:s?] [effective_number:n?] "
    "[largest_share:n?] [stays_hot_share:n?]",
    "readEmerging": f"{AREA} count:i category:s run:s hot_steps:i cold_steps:i last_z_score:n? "
    "trend_s:n trend_z_score:n? trend_p_value:n?",
    "readChange": f"{AREA} count_before:i count_after:i difference:n percent:n? ratio:n? lower:n? "
    "upper:n? p_value:n? q_value:n? class_before:s class_after:s transition:s",
    "readHeatmapPeaks": "rank:i class:s place:s? density:n prominence:n incidents:n share:n "
    "nearest_m:n? nearest_higher_m:n? easting_m:n northing_m:n unit:s",
    "readSites": f"[site_id:s] [name:s?] district:s? {HOMES} [note:s?]",
    "readGrowthOverlay": f"[site_id:s] [code:s] name:s? {HOMES} [homes_not_published:n] "
    "household_size:n? added_households:n? added_residents:n? added_residents_at_most:n? "
    "[residents:n?] [added_percent_at_most:n?] distance_m:n incidents_within:i? "
    "expected_within:n? ratio_within:n? ratio_within_lower:n? ratio_within_upper:n? "
    "ground_share:n? density_per_km2:n? hotspot_class:s? emerging_class:s? nearest_hotspot_m:n? "
    "nearest_hotspot:s? [area_layer:s] [area_code:s?] [area_name:s?] [area_count:n?] "
    "[area_rate_per_1000:n?] [count:i] [rate_per_1000:n?] [expected_count:n?] [ratio_count:n?] "
    "[ratio_count_lower:n?] [ratio_count_upper:n?] [note:s?]",
    "readGrowthForecast": "[site_id:s] [code:s] name:s? [district:s?] [area_code:s?] "
    "[area_name:s?] [completions_published:b] [count:i] [areas:i] [sites:i] year:i "
    "homes_built:n? homes_built_lower:n? homes_built_upper:n? homes_added:n? "
    "denominator_added:n? denominator:n? expected:n? lower:n? upper:n? rate:n? rate_lower:n? "
    "rate_upper:n? [class:s?]",
    "readPriorities": f"{AREA} priority:s reasons:s rules:s site_names:s? homes_to_come:n? "
    "added_residents_at_most:n? added_percent_at_most:n? residents:n? count:i rate_per_1000:n? "
    "ratio_to_local:n? ratio_to_local_lower:n? hotspot_class:s? emerging_class:s? "
    "[transition:s?] [change_percent:n?] [change_difference:n?] [change_q_value:n?]",
    "readTrend": "month:s days:i count:i rate:n lower:n upper:n",
    "readPlaces": "kind:s name:s code:s? layer:s? layer_title:s? inside:s? bbox:l point:l",
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


def _table(text: str) -> Schema:
    row = _object(text)
    has_lists = any(kind["type"] == "array" for kind in row["properties"].values())
    if not has_lists:
        row["additionalProperties"] = SCALAR
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
    **{operation: _table(text) for operation, text in ROWS.items()},
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


def schema_of(operation: str, *, is_table: bool) -> Schema | None:
    """The schema of an operation's JSON, None where nothing is known of it.

    A table whose columns are not written above is still known to have rows and provenance.
    """
    if operation in FEATURES:
        return _ref("Feature")
    if operation in DOCUMENTS:
        return DOCUMENTS[operation]
    for ending, name in (("TileJson", "TileJson"), ("Legend", "Legend"), ("Style", "Style")):
        if operation.endswith(ending):
            return _ref(name)
    return _table("") if is_table else None
