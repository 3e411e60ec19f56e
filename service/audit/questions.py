"""What the audit and the budget know of a question: no drawn shape, no text of a search."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Any, Final

import orjson

from service.access.admission import Question

SEARCH_FIELDS: Final = ("q", "title")  # whatever somebody types into them
MOST_CHARACTERS: Final = 200  # of a value that is written down as it is

# Circles and polygons, also within the address of a table in a workbook.
_SHAPE: Final = re.compile(r"(circle|polygon)(?::|%3A)[^&\"\s]*", re.IGNORECASE)
# The formats, tiles and pictures of an answer; and where in a tile.
_FORM: Final = re.compile(r"(\.\{suffix\}|\.\w+|/map|/legend|/tilejson|/style|/qgis|@2x)+$")
_TILE: Final = re.compile(r"/tiles/.*|/\{tilematrixset\}/.*|/items/\{\w+\}$|/items$")
_PLACES: Final = (
    *("z", "x", "y", "suffix", "style"),
    *("tilematrixset", "tilematrix", "tilerow", "tilecol", "i", "j"),
    *("code", "site_id"),
)
_NOT_OF_A_QUESTION: Final = {*_PLACES, "v", "limit", "offset", "f"}


def described(question: Question, secret: bytes) -> bytes:
    """The names and the query of a question as JSON, without what somebody drew or typed.

    Parameters
    ----------
    question : Question
        As it was asked.
    secret : bytes
        Of this installation: digests of equal shapes and texts are equal within it, and nobody
        without the secret can find out by trial what was searched for.
    """
    names = {name: _plain(value, secret) for name, value in question.names.items()}
    parameters = question.query.model_dump(
        mode="json", by_alias=True, exclude_defaults=True, exclude={"v"}
    )
    query = {
        name: _digest(str(value), secret) if name in SEARCH_FIELDS else _plain(value, secret)
        for name, value in parameters.items()
    }
    datasets = sorted(datasets_of(question))
    return orjson.dumps({"names": names, "query": query, "datasets": datasets})


def datasets_of(question: Question) -> set[str]:
    """The datasets that a question names; rules of flags name theirs themselves."""
    names, query = question.names, question.query
    many = getattr(query, "dataset", None) or ()
    named = {names.get("dataset"), getattr(query, "beside_dataset", None)}
    named |= {many} if isinstance(many, str) else set(many)
    for compound in (names.get("identifier"), names.get("collection_id")):
        named |= set(str(compound or "").split(":")[1:2])
    if question.route.startswith("/wmts"):
        named |= set(str(getattr(query, "layer", None) or "").split(":")[1:2])
    for address in getattr(query, "table", None) or ():
        parts = str(address).partition("?")[0].split("/")
        named |= set(parts[3:4]) if parts[2:3] != ["measures"] else set()
    return {name for name in named if name}


def key_of(question: Question) -> bytes:
    """Tells a question from others: equal for all formats and all tiles of one answer."""
    route = _FORM.sub("", _TILE.sub("", question.route))
    names = sorted((n, str(v)) for n, v in question.names.items() if n not in _PLACES)
    query = question.query.model_dump_json(by_alias=True, exclude=_NOT_OF_A_QUESTION)
    text = repr((route, names, query))
    return hashlib.sha256(text.encode()).digest()[:16]


def _plain(value: Any, secret: bytes) -> Any:
    """A value with digests in the place of shapes and of long texts."""
    if isinstance(value, str):
        return _plain_text(value, secret)
    if isinstance(value, list):
        return [_plain(part, secret) for part in value]
    if isinstance(value, Mapping):
        return {name: _plain(part, secret) for name, part in value.items()}
    return value


def _plain_text(text: str, secret: bytes) -> str:
    text = _SHAPE.sub(lambda shape: f"{shape[1]}:{_digest(shape[0], secret)}", text)
    is_plain = len(text) <= MOST_CHARACTERS and not text.lstrip().startswith("{")  # GeoJSON
    return text if is_plain else _digest(text, secret)


def _digest(text: str, secret: bytes) -> str:
    return f"digest:{hmac.digest(secret, text.encode(), 'sha256').hex()[:16]}"
