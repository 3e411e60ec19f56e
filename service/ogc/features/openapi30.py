"""OpenAPI 3.0: the version that OGC's standards and their clients read (FastAPI writes 3.1)."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel

# JSON Schema of 2020 has these words, OpenAPI 3.0 lacks them; none says more than the others do.
UNKNOWN = frozenset({"title", "examples", "prefixItems"})


def schema30(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A schema of one parameter as OpenAPI 3.0 writes it.

    Parameters
    ----------
    schema : mapping
        As pydantic makes it, without references.
    """
    if "anyOf" in schema:
        forms = [form for form in schema["anyOf"] if form.get("type") != "null"]
        shell = {k: v for k, v in schema.items() if k not in ("anyOf", "default")}
        if len(forms) == 1:
            default = {"default": schema["default"]} if schema.get("default") is not None else {}
            return schema30({**forms[0], **shell, **default})
    plain_schema: dict[str, Any] = {}
    for word, value in schema.items():
        if word in UNKNOWN or (word == "default" and value is None):
            continue
        if word in ("exclusiveMinimum", "exclusiveMaximum"):
            plain_schema[word.replace("exclusiveM", "m")] = value
            plain_schema[word] = True
        elif word == "const":
            plain_schema["enum"] = [value]
        elif word == "items":
            plain_schema[word] = schema30(value)
        else:
            plain_schema[word] = (
                list(value) if word == "default" and isinstance(value, tuple) else value
            )
    return plain_schema


def parameters30(model: type[BaseModel]) -> Iterator[dict[str, Any]]:
    """The query parameters of a model, in its order."""
    schema = model.model_json_schema(by_alias=True)
    for name, property_schema in schema["properties"].items():
        if property_schema.get("type") == "null":  # a parameter that has no meaning there
            continue
        plain = schema30(property_schema)
        parameter = {
            "name": name,
            "in": "query",
            "description": plain.pop("description", ""),
            "required": name in schema.get("required", ()),
            "schema": plain,
        }
        if plain.get("type") == "array":
            parameter |= {"style": "form", "explode": True}
        yield parameter


class Components:
    """Parameters that operations share: each is written once and referred to."""

    def __init__(self) -> None:
        self.parameters: dict[str, dict[str, Any]] = {}

    def refer(self, kind: str, parameters: Iterable[dict[str, Any]]) -> list[dict[str, str]]:
        """References to some parameters; where two of one name differ, the kind is added."""
        references = []
        for parameter in parameters:
            key = str(parameter["name"])
            if self.parameters.setdefault(key, parameter) != parameter:
                key = f"{kind}-{key}"
                self.parameters[key] = parameter
            references.append({"$ref": f"#/components/parameters/{key}"})
        return references
