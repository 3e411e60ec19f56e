"""Layout files: how one source system writes its incidents, stored as TOML for reuse."""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from service.store.errors import ImportRefusedError

HEADING = """\
# How one source system lays out its incident files. Used for a delivery by
# hotspots import incidents FILES --layout THIS_FILE
"""

Text = Annotated[str, Field(min_length=1)]


def _option_name(field: str) -> str:
    """The name of the command line option that a field stands for."""
    return field.strip("_").replace("_", "-")


class IncidentLayout(BaseModel):
    """Options of `hotspots import incidents` that stay the same from delivery to delivery.

    The fields have the names of the command's parameters, the keys of the file those of its
    options. What an entry does not state is left to the command line. Options of a single delivery
    (`--replace`, `--covers`, `--from`, `--to`, `--strict`, `--max-rejected`, `--rejects`) are not
    part of a layout.
    """

    model_config = ConfigDict(
        alias_generator=_option_name, extra="forbid", frozen=True, populate_by_name=True
    )

    format_: Literal["police-uk", "csv"] | None = None
    dataset: Text | None = None
    title: Text | None = None
    source: Text | None = None
    licence: Text | None = None
    denominator: Text | None = None
    description: Text | None = None
    limitations: Text | None = None
    area_layer: Text | None = None
    time: Text | None = None
    date_form: Literal["iso", "uk", "us"] | None = None
    time_of_day: Text | None = None
    until: Text | None = None
    until_time_of_day: Text | None = None
    time_zone: Text | None = None
    x: Text | None = None
    y: Text | None = None
    crs: Text | None = None
    postcode: Text | None = None
    category: Text | None = None
    category_value: Text | None = None
    subcategory: Text | None = None
    id_: Text | None = None
    weight: Text | None = None
    on_repeat: Literal["refuse", "keep", "replace"] | None = None
    area_code: Text | None = None
    delimiter: Text | None = None
    decimal: Literal[".", ","] | None = None
    skip_lines: Annotated[int, Field(ge=0)] | None = None
    null_word: tuple[Text, ...] = ()
    attribute: dict[str, Text] = Field(default_factory=dict)

    @classmethod
    def from_options(cls, options: Mapping[str, object], attribute: Mapping[str, str]) -> Self:
        """The layout that corresponds to the options of a command.

        Parameters
        ----------
        options : mapping of str to object
            Values by parameter name; None, 0 and blanks are left out, and so are options that are
            not part of a layout.
        attribute : mapping of str to str
            Name in the dataset to column in the file.

        Returns
        -------
        IncidentLayout
        """
        entries = {
            name: value
            for name, value in options.items()
            if name in cls.model_fields and name != "attribute" and value
        }
        return cls.model_validate({**entries, "attribute": dict(attribute)})

    def options(self) -> dict[str, object]:
        """The entries by parameter name, without the attributes.

        Returns
        -------
        dict of str to object
            Texts, numbers and tuples of texts: only entries that have a value.
        """
        entries: dict[str, object] = self.model_dump(exclude={"attribute"}, exclude_defaults=True)
        return entries

    def to_toml(self) -> str:
        """The layout as the text of a TOML file.

        Returns
        -------
        str
            Ends with a line break.
        """
        lines = [
            f"{_option_name(name)} = {_toml(value)}" for name, value in self.options().items()
        ]
        if self.attribute:
            lines += ["", "[attribute]"]
            lines += [f"{_toml(name)} = {_toml(text)}" for name, text in self.attribute.items()]
        return HEADING + "\n" + "\n".join(lines) + "\n"


def read_layout(path: Path) -> IncidentLayout:
    """The layout in a TOML file.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    IncidentLayout

    Raises
    ------
    ImportRefusedError
        If the file cannot be read, is not TOML, or has a key or a value that is not allowed.
    """
    try:
        return IncidentLayout.model_validate(tomllib.loads(path.read_text("utf-8-sig")))
    except OSError as error:
        raise ImportRefusedError(str(path), f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ImportRefusedError(str(path), "is not UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        raise ImportRefusedError(str(path), f"is not TOML: {error}") from None
    except ValidationError as error:
        faults = "; ".join(
            _fault(fault["type"], fault["loc"], fault["msg"], fault["input"])
            for fault in error.errors()
        )
        raise ImportRefusedError(str(path), faults) from None


def _fault(kind: str, location: tuple[int | str, ...], message: str, value: object) -> str:
    """One fault of a layout in words."""
    key = ".".join(str(part) for part in location)
    if kind == "extra_forbidden":
        allowed = ", ".join(_option_name(name) for name in IncidentLayout.model_fields)
        return f"unknown key {key!r}; allowed are {allowed}"
    return f"{key}: {message[0].lower()}{message[1:]}, got {value!r}"


def _toml(value: object) -> str:
    """A text, number or list of texts in TOML, which writes them as JSON does, but for DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
