"""Query of a cross-table: incidents counted along two axes."""

import re
from dataclasses import dataclass
from typing import Annotated, ClassVar, Final, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from service.model.incident_filter import Ages, IncidentFilter
from service.model.queries import (
    MAX_CATEGORIES,
    HarmQuery,
    IncidentQuery,
    Text,
    checked_attribute,
    one_or_many,
)

WORDS: Final = (
    "category", "subcategory", "marker", "age", "year", "financial-year", "quarter", "month",
    "month-of-year", "weekday", "hour",
)  # fmt: skip
STEPS: Final = ("year", "financial-year", "year-ending", "quarter", "month")
CLOCK: Final = ("month-of-year", "weekday", "hour")
_ENDING: Final = re.compile(r"year-ending:(\d{1,2})", re.ASCII)
_ALLOWED: Final = (
    f"{', '.join(WORDS)}, year-ending:11, attribute:sex, age:0-17,18-64,65- or layer:lsoa21"
)


FIVE_YEARS: Final = (*(Ages(age, age + 4) for age in range(0, 90, 5)), Ages(90, None))


@dataclass(frozen=True)
class AxisName:
    """What an axis is of.

    Attributes
    ----------
    kind : str
        One of `WORDS`, ``year-ending``, ``attribute`` or ``layer``.
    argument : str
        Of the last three: the month, the attribute, the layer.
    bands : tuple of Ages
        Of ages.
    """

    kind: str
    argument: str = ""
    bands: tuple[Ages, ...] = ()

    @classmethod
    def from_text(cls, text: str) -> Self:
        """The axis that a text names; ValueError says what is allowed."""
        kind, _, argument = text.partition(":")
        ending = _ENDING.fullmatch(text)
        if ending and 1 <= int(ending[1]) <= 12:
            return cls("year-ending", str(int(ending[1])))
        if kind in ("attribute", "layer") and argument:
            return cls(kind, argument)
        if kind == "age":
            return cls("age", bands=_bands(argument) if argument else FIVE_YEARS)
        if text in WORDS:
            return cls(text)
        raise ValueError(f"must be one of {_ALLOWED}, got {text!r}")

    def __str__(self) -> str:
        if self.bands and self.bands != FIVE_YEARS:
            return f"age:{','.join(map(str, self.bands))}"
        return f"{self.kind}:{self.argument}" if self.argument else self.kind


def _bands(text: str) -> tuple[Ages, ...]:
    """Bands of ages, ascending and apart; ValueError says what is wrong."""
    refusal = ValueError(
        f"age bands are ascending and apart, such as 0-17,18-64,65-, got {text!r}"
    )
    bands: list[Ages] = []
    for part in text.split(","):
        try:
            band = Ages.from_text(part.strip())
        except ValueError:
            raise refusal from None
        before = bands[-1].last if bands else -1
        if before is None or band.first <= before:
            raise refusal
        bands.append(band)
    return tuple(bands)


def checked_axis(text: str) -> str:
    """An axis in its canonical spelling; ValueError says what is allowed."""
    return str(AxisName.from_text(text))


AxisText = Annotated[Text, AfterValidator(checked_axis)]
Cells = Literal[
    "count",
    "share-of-row",
    "share-of-column",
    "share-of-table",
    "per-month",
    "rate",
    "harm",
    "harm-rate",
]


class CrosstabQuery(HarmQuery):
    """Query of a cross-table: incidents by what the rows and the columns are of."""

    HARM_FIELD: ClassVar[str] = "cells"

    rows: Annotated[
        AxisText,
        Field(description=f"What the rows are of: {_ALLOWED}.", examples=["category"]),
    ]
    columns: Annotated[
        AxisText,
        Field(description="What the columns are of, likewise.", examples=["month"]),
    ]
    layout: Annotated[
        Literal["long", "wide"],
        Field(
            description="long: a row for each cell, with its count, shares and rate; wide: a row "
            "for each row of the cross-table and a column for each of its columns, with totals."
        ),
    ] = "long"
    cells: Annotated[
        Cells,
        Field(description="What stands in the cells of the wide layout."),
    ] = "count"
    denominator: Annotated[
        Text | None,
        Field(
            description="What rates are over: a measure loaded for the layer of the rows. Without "
            "one there are no rates."
        ),
    ] = None
    per: Annotated[
        float,
        Field(gt=0, le=1e9, allow_inf_nan=False, description="Rates are per this many, and year."),
    ] = 1000.0

    compare: Annotated[
        tuple[Literal["all", "mean"], ...],
        BeforeValidator(one_or_many),
        Field(
            max_length=2,
            description="Rows to compare with, behind the others: all areas of the layer "
            "together, and the mean of them, whatever within says. Repeat the parameter.",
        ),
    ] = ()
    part_steps: Annotated[
        Literal["marked", "projected"],
        Field(
            description="Steps of the calendar that the data cover in part: marked, or also "
            "projected to the whole of them, with a 95 % predictive interval."
        ),
    ] = "marked"
    beside_dataset: Annotated[
        Text | None,
        Field(
            description="A dataset to set beside this one: the same axes, period, hours and ages, "
            "and the same categories, attributes and markers unless those of its own are named."
        ),
    ] = None
    beside_category: Annotated[
        tuple[Text, ...],
        BeforeValidator(one_or_many),
        Field(max_length=MAX_CATEGORIES, description="Categories of the dataset beside."),
    ] = ()
    beside_attribute: Annotated[
        tuple[Annotated[Text, AfterValidator(checked_attribute)], ...],
        BeforeValidator(one_or_many),
        Field(max_length=MAX_CATEGORIES, description="Attributes of it, written name:value."),
    ] = ()
    beside_marker: Annotated[
        tuple[Text, ...],
        BeforeValidator(one_or_many),
        Field(max_length=MAX_CATEGORIES, description="Markers of it."),
    ] = ()

    small: Annotated[
        int | None,
        Field(
            ge=2,
            le=100,
            description="Show counts above 0 and below this as <5 (for 5), in the wide layout. A "
            "rule of display alone: totals and differences may give them away.",
        ),
    ] = None

    @property
    def beside_filter(self) -> IncidentFilter:
        """The filter of the dataset beside."""
        beside_conditions = (self.beside_category, self.beside_attribute, self.beside_marker)
        if not any(beside_conditions):
            return self.incident_filter()
        conditions = self.part(IncidentQuery).model_dump(by_alias=True, exclude_none=True)
        names = ("category", "attribute", "marker")
        replaced = {
            **conditions,
            **dict(zip(names, beside_conditions, strict=True)),
            "subcategory": (),
        }
        return IncidentQuery.model_validate(replaced).incident_filter()

    @model_validator(mode="after")
    def _extended(self) -> Self:
        if self.compare and not self.rows.startswith("layer:"):
            raise ValueError("compare needs rows=layer:..., the areas to compare with")
        if (self.beside_category or self.beside_attribute or self.beside_marker) and (
            self.beside_dataset is None
        ):
            raise ValueError(
                "beside_category, beside_attribute and beside_marker need beside_dataset"
            )
        kinds = [AxisName.from_text(text).kind for text in (self.rows, self.columns)]
        is_step = [kind in STEPS for kind in kinds]
        if self.part_steps == "projected" and (
            sum(is_step) != 1 or any(kind in CLOCK for kind in kinds)
        ):
            raise ValueError(
                f"part_steps=projected needs one axis of {', '.join(STEPS)} and another that is "
                "of no calendar or clock"
            )
        if (
            self.part_steps == "projected"
            and self.layout == "wide"
            and self.cells not in ("count", "rate")
        ):
            raise ValueError(
                "part_steps=projected needs cells=count or cells=rate in the wide layout"
            )
        if self.small is not None and (
            self.layout != "wide"
            or self.cells != "count"
            or "mean" in self.compare
            or self.part_steps == "projected"
        ):
            raise ValueError(
                "small needs layout=wide and cells=count, without means and projections"
            )
        if self.beside_dataset is not None and self.sums_harm:
            raise ValueError("beside_dataset is of counts and rates; harm is of one dataset")
        return self

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.rows == self.columns:
            raise ValueError(f"rows and columns are both {self.rows}; name two axes")
        if self.denominator is not None and not self.rows.startswith("layer:"):
            raise ValueError("a denominator is of the areas of a layer: it needs rows=layer:...")
        if self.cells.endswith("rate") and (self.denominator is None or self.layout != "wide"):
            raise ValueError(f"cells={self.cells} needs layout=wide and a denominator")
        if self.sums_harm and self.layout != "wide":
            raise ValueError("cells=harm needs layout=wide; /harm has harm in rows of its own")
        return self
