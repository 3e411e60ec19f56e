"""Order, titles and names in an OpenAPI document: for people, and for generators of clients.

Everything here changes the document as the framework makes it, and nothing that is answered.
"""

from typing import Any, Final

Document = dict[str, Any]

# What the tags of the routes are about, in the order in which somebody asks.
CHAPTERS: Final = {
    "catalogue": "What is loaded, from where, and how good is it?",
    "heatmaps": "Where do incidents concentrate?",
    "choropleths": "How many are there in each area, and how many for its residents?",
    "hotspots": "Where are more than chance would give, and where is that changing?",
    "scans": "Which groups of areas have more than they should?",
    "tables": "How many, when, of what kind, and against what?",
    "measures": "Who lives there, and how are areas alike?",
    "patterns": "Do incidents cluster, repeat, or lie near certain places?",
    "associations": "Where do two values go together?",
    "patrols": "Where would a patrol meet most of it?",
    "flags": "Which areas meet rules that you state?",
    "growth": "What will planned homes add?",
    "assessments": "All of it as a document.",
    "neighbours": "Which areas are next to which?",
    "vector tiles": "Areas with values and classes, for maps on the web and for GIS.",
    "OGC API": "Areas and sites as OGC API Features and Tiles.",
    "wmts": "Heat maps as WMTS, for GIS.",
    "jobs": "How far is an answer that takes long?",
    "session": "Who am I to the service?",
    "page": "The page itself.",
    "health": "Is the service well?",
}
# So that a document that is tried out asks for something that is often there.
EXAMPLES: Final = {
    "dataset": "police-crime",
    "layer": "lsoa21",
    "z": 12,
    "x": 2048,
    "y": 1347,
}
JSON: Final = "application/json"
DRAWN: Final = "DrawnArea"
LONGEST_SUMMARY: Final = 120  # characters


def prepare(document: Document) -> None:
    """Put a document into order, in place.

    Parameters
    ----------
    document : dict
        An OpenAPI document. Its operations get the first sentence of their description as
        summary, the question that their tag answers, and examples of what stands in their paths;
        they are put in the order of `CHAPTERS`. Rows and tables get names among the components.
    """
    schemas = document["components"]["schemas"]
    chapters = list(CHAPTERS)
    document["tags"] = [{"name": name, "description": CHAPTERS[name]} for name in chapters]
    document["paths"] = dict(
        sorted(document["paths"].items(), key=lambda item: _chapter(item[1], chapters))
    )
    for operations in document["paths"].values():
        for operation in operations.values():
            operation["summary"] = _summary(operation)
            for parameter in operation.get("parameters", ()):
                example = EXAMPLES.get(parameter["name"])
                if parameter["in"] == "path" and example is not None:
                    parameter["example"] = example
            _name_rows(operation, schemas)
            _name_body(operation, schemas)


def _chapter(operations: dict[str, Any], chapters: list[str]) -> int:
    """The place of a path's tag in the order of chapters."""
    first = next(iter(operations.values()))
    return chapters.index(first["tags"][0])


def _summary(operation: dict[str, Any]) -> str:
    """The first sentence of what an operation answers, as far as a line goes."""
    text = " ".join(operation["description"].split())
    sentence = text.split(". ")[0].rstrip(".")
    for mark in ("; ", ": ", ", "):
        if len(sentence) <= LONGEST_SUMMARY:
            break
        sentence = sentence[: LONGEST_SUMMARY + 1].rpartition(mark)[0] or sentence
    return sentence


def _name_rows(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Name the rows of an answer, and the answer, so that a client has a type for each."""
    media = operation["responses"].get("200", {}).get("content", {}).get(JSON, {})
    table = media.get("schema", {})
    rows = table.get("properties", {}).get("rows", {})
    name = rows.get("items", {}).get("title", "")
    if not name.endswith("Row"):
        return
    if schemas.setdefault(name, rows["items"]) != rows["items"]:
        return
    rows["items"] = {"$ref": f"#/components/schemas/{name}"}
    title = f"{name.removesuffix('Row')}Table"
    if schemas.setdefault(title, {"title": title, **table}) == {"title": title, **table}:
        media["schema"] = {"$ref": f"#/components/schemas/{title}"}


def _name_body(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Name the area in a body, which may be sent as one of two media types."""
    for medium in operation.get("requestBody", {}).get("content", {}).values():
        if medium.get("schema") == {"type": "object"}:
            schemas[DRAWN] = {
                "type": "object",
                "description": "A polygon as GeoJSON: a geometry, a feature or a collection.",
            }
            medium["schema"] = {"$ref": f"#/components/schemas/{DRAWN}"}
