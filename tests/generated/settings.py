"""The document of all settings."""

import typing

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from service.config.settings import PREFIX, Settings
from tests.generated.markdown import formatted

HEADING = """\
# Settings

The service and the commands read their settings from environment variables, once, at the start.
A variable that begins with `HOTSPOTS_` and names no setting is an error, so that a misspelt one is
noticed. How to run, watch and limit the service is in [operations](operations.md).

Made of `service/config/settings.py` by `make generate`: not edited.
"""


def groups(model: type[BaseModel]) -> dict[str, type[BaseModel]]:
    """The fields of a model that are models themselves."""
    return {
        name: field.annotation
        for name, field in model.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
    }


def default_text(field: FieldInfo) -> str:
    """The default as it would be written in the environment; empty for none."""
    value = field.default
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, tuple):
        value = ",".join(value)
    if isinstance(value, float):
        value = f"{value:g}"
    return "" if value is None or value == "" else f"`{value}`"


def allowed_text(field: FieldInfo) -> str:
    """The values that are allowed, where the model states them."""
    if typing.get_origin(field.annotation) is typing.Literal:
        return ", ".join(f"`{value}`" for value in typing.get_args(field.annotation))
    words = {Ge: "from", Gt: "above", Le: "to", Lt: "below"}
    bounds = {type(part): part for part in field.metadata}
    return " ".join(
        f"{word} {getattr(bounds[kind], kind.__name__.lower()):,}"
        for kind, word in words.items()
        if kind in bounds
    )


def table(model: type[BaseModel], prefix: str) -> str:
    """The settings of one model as a table."""
    rows = []
    for name, field in model.model_fields.items():
        if name in groups(model):
            continue
        if not field.description:
            raise ValueError(f"{prefix}{name.upper()} has no description in the model")
        cells = (
            f"`{prefix}{name.upper()}`",
            default_text(field),
            allowed_text(field),
            " ".join(field.description.split()),
        )
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(["| variable | default | allowed | meaning |", "|---|---|---|---|", *rows])


def settings_document() -> str:
    """The text of docs/settings.md."""
    parts = [HEADING, "## General", table(Settings, PREFIX)]
    for name, model in groups(Settings).items():
        parts += [
            f"## {name.capitalize()}",
            model.__doc__,
            table(model, f"{PREFIX}{name.upper()}__"),
        ]
    return formatted("\n\n".join(parts))


def setting_names() -> list[str]:
    """Every variable that is a setting."""
    names = [f"{PREFIX}{name.upper()}" for name in Settings.model_fields]
    for group, model in groups(Settings).items():
        names.remove(f"{PREFIX}{group.upper()}")
        names += [f"{PREFIX}{group}__{name}".upper() for name in model.model_fields]
    return names
