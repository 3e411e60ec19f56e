"""Rules of risk flags, as data: what a file of them may hold."""

import datetime
import re
from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from service.model.errors import InvalidRulesError
from service.model.incident_filter import IncidentFilter
from service.model.queries import IncidentQuery

MAX_CRITERIA: Final = 40
MAX_JUDGEMENTS: Final = 10_000
MAX_FILE_BYTES: Final = 2 * 1024**2
# What the matrix says of an area besides its flags.
MATRIX_COLUMNS: Final = (
    "code", "name", "total", "not_known", "index", "index_probability", "index_in_a_row", "risk",
    "risk_at_most", "concern", "concern_level", "concern_by", "concern_date",
)  # fmt: skip
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
LayerId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_:.-]{0,62}$")]  # grids too
Name = Annotated[str, Field(min_length=1, max_length=200)]
Words = Annotated[str, Field(max_length=2_000)]
Month = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
Number = Annotated[float, Field(allow_inf_nan=False)]
Names = Annotated[tuple[Name, ...], Field(max_length=200)]


class _Data(BaseModel):
    """Something in a file of rules; what is not named here is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Incidents(_Data):
    """Incidents of a dataset that are counted: which, and over how long.

    The period is so many months up to the end that the question or the rules name, by default the
    last month that the dataset covers whole; or from one month to another. `sum` takes the harm of
    each incident in the place of 1, by the index named behind ``harm:`` or the only one.
    `similar_by` names a measure: rates are then per cent of that of all areas with its same value.
    """

    dataset: Id
    category: Names = ()
    except_category: Names = ()
    subcategory: Names = ()
    attribute: Names = ()
    marker: Names = ()
    hours: str | None = None
    weekdays: str | None = None
    ages: str | None = None
    months: Annotated[int, Field(ge=1, le=240)] | None = None
    from_: Annotated[Month | None, Field(alias="from")] = None
    to: Month | None = None
    denominator: Name | None = None
    per: Annotated[float, Field(gt=0, le=1e9, allow_inf_nan=False)] = 1000.0
    sum: Annotated[str, Field(pattern=r"^(count|harm(:[a-z0-9][a-z0-9_-]{0,62})?)$")] = "count"
    similar_by: Name | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.similar_by is not None and self.denominator is None:
            raise ValueError("similar_by compares rates: give a denominator")
        dates = (self.from_ is not None) + (self.to is not None)
        if dates == 1 or (dates == 0) == (self.months is None):
            raise ValueError("give months, or from and to")
        if self.from_ is not None and self.to is not None and self.from_ > self.to:
            raise ValueError(f"from ({self.from_}) is after to ({self.to})")
        if self.category and self.except_category:
            raise ValueError("give category or except_category, not both")
        self.filter()
        return self

    def filter(self, categories: tuple[str, ...] = ()) -> IncidentFilter:
        """The filter without its period, of the categories of the dataset that are meant."""
        names = [name for name in categories if name not in self.except_category]
        return IncidentQuery(
            category=tuple(names) if self.except_category else self.category,
            subcategory=self.subcategory,
            attribute=self.attribute,
            marker=self.marker,
            hours=self.hours,
            weekdays=self.weekdays,
            ages=self.ages,
        ).incident_filter()

    def length(self) -> int:
        """Months of the period."""
        if self.months is not None:
            return self.months
        return month_number(self.to or "") - month_number(self.from_ or "") + 1

    def __str__(self) -> str:
        parts = [self.dataset, ", ".join((*self.category, *self.subcategory))]
        if self.except_category:
            parts.append(f"without {', '.join(self.except_category)}")
        conditions = (*self.attribute, *self.marker, self.hours, self.weekdays, self.ages)
        parts += [part for part in conditions if part]
        if self.sum != "count":
            parts.append("days of harm")
        if self.denominator is not None:
            parts.append(f"per {self.per:g} {self.denominator} and year")
        if self.similar_by is not None:
            parts.append(f"in per cent of areas of the same {self.similar_by}")
        parts.append(
            f"{self.months} months" if self.months is not None else f"{self.from_} to {self.to}"
        )
        return ", ".join(part for part in parts if part)


class Measure(_Data):
    """A measure of the areas, of its latest period if none is named."""

    measure: Name
    period: Name | None = None
    denominator: Name | None = None
    per: Annotated[float, Field(gt=0, le=1e9, allow_inf_nan=False)] = 1.0

    def __str__(self) -> str:
        over = "" if self.denominator is None else f" per {self.per:g} {self.denominator}"
        return f"{self.measure}{f' of {self.period}' if self.period else ''}{over}"


class IndexValue(_Data):
    """The index that other rules, of that kind, make of the areas."""

    index: Id

    def __str__(self) -> str:
        return f"index {self.index}"


def _kind_of_subject(value: Any) -> str:
    """Which of the three a subject is: incidents have a dataset, an index its name."""
    names = value if isinstance(value, dict) else getattr(value, "__dict__", {})
    return "incidents" if "dataset" in names else "index" if "index" in names else "measure"


Subject = Annotated[
    Annotated[Incidents, Tag("incidents")]
    | Annotated[Measure, Tag("measure")]
    | Annotated[IndexValue, Tag("index")],
    Discriminator(_kind_of_subject),
]


class Test(_Data):
    """What a value must be for a flag."""

    of: Subject
    kind: Literal["threshold", "top", "top_share", "change"]
    at_least: Number | None = None
    at_most: Number | None = None
    n: Annotated[int, Field(ge=1, le=100_000)] | None = None
    percent: Annotated[float, Field(gt=0, le=100)] | None = None
    lowest: bool = False

    @model_validator(mode="after")
    def _fits(self) -> Self:
        takes = {
            "threshold": ("at_least", "at_most"),
            "top": ("n",),
            "top_share": ("percent",),
            "change": ("at_least",),
        }[self.kind]
        members = ("at_least", "at_most", "n", "percent")
        stated = [name for name in members if getattr(self, name) is not None]
        if len(stated) != 1 or stated[0] not in takes:
            raise ValueError(f"{self.kind} takes {' or '.join(takes)}, got {stated or 'none'}")
        is_count = isinstance(self.of, Incidents)
        if is_count and (self.at_most is not None or self.lowest):
            raise ValueError("at_most and lowest are for measures, not for incidents")
        if self.kind == "change" and not is_count:
            raise ValueError("change is of incidents, not of measures")
        if is_count and self.at_least is not None and self.kind != "change" and self.at_least <= 0:
            raise ValueError(f"at_least must be above 0, got {self.at_least:g}")
        return self

    def line(self) -> str:
        """What is asked, in words."""
        if self.kind == "change":
            return f"change by at least {self.at_least:g} % since the period before"
        if self.kind == "threshold":
            limit = self.at_least if self.at_most is None else self.at_most
            return f"{'at least' if self.at_most is None else 'at most'} {limit:g}"
        end = "lowest" if self.lowest else "highest"
        return f"{end} {self.n}" if self.kind == "top" else f"{end} {self.percent:g} %"


class Contains(_Data):
    """That an area contains areas of another layer for which a test holds."""

    kind: Literal["contains"]
    layer: LayerId
    test: Test
    at_least: Annotated[int, Field(ge=1, le=10_000)] = 1


class Criterion(_Data):
    """A flag: its id, its title, and what it is given for.

    `covers` names the area (``layer:code``) for which there are data: of areas elsewhere it is not
    known whether they have the flag.
    """

    id: Id
    title: Name
    when: Annotated[Test | Contains, Field(discriminator="kind")]
    covers: Name | None = None

    @property
    def test(self) -> Test:
        """Of the areas, or of those that they contain."""
        return self.when.test if isinstance(self.when, Contains) else self.when

    def __str__(self) -> str:
        text = f"{self.test.of}: {self.test.line()}"
        if isinstance(self.when, Contains):
            return f"contains {self.when.at_least} or more of {self.when.layer} with {text}"
        return text


class Part(_Data):
    """A part of an index: a rate or a measure, against the mean of the county."""

    id: Id
    title: Name
    of: Subject

    @model_validator(mode="after")
    def _is_rate(self) -> Self:
        if isinstance(self.of, IndexValue):
            raise ValueError("a part is of incidents or of a measure, not of another index")
        if isinstance(self.of, Incidents) and self.of.denominator is None:
            raise ValueError("incidents need a denominator: an index is of rates")
        return self

    def __str__(self) -> str:
        return f"{self.of}, against the mean"


class Band(_Data):
    """The risk from a total, or an index, upwards."""

    risk: Name
    at_least: Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Judgement(_Data):
    """What a professional says of an area: shown beside the rules, never part of their result."""

    area: Name
    concern: Words
    level: Annotated[str, Field(max_length=60)] = ""
    by: Annotated[str, Field(max_length=200)] = ""
    date: datetime.date | None = None


class _Rules(_Data):
    """What all files of rules hold."""

    id: Id
    title: Name
    version: Annotated[str, Field(min_length=1, max_length=40)]
    source: Words = ""
    note: Words = ""
    layer: LayerId
    within: Name | None = None
    to: Month | None = None
    bands: Annotated[tuple[Band, ...], Field(min_length=1, max_length=10)]
    judgements: Annotated[tuple[Judgement, ...], Field(max_length=MAX_JUDGEMENTS)] = ()

    @model_validator(mode="after")
    def _bands_in_order(self) -> Self:
        limits = [band.at_least for band in self.bands]
        if limits[0] != 0 or sorted(set(limits)) != limits:
            raise ValueError("bands ascend from at_least 0")
        areas = [judgement.area for judgement in self.judgements]
        repeated = sorted({area for area in areas if areas.count(area) > 1})
        if repeated:
            raise ValueError(f"judgements name areas twice: {', '.join(repeated[:5])}")
        return self

    def risk(self, score: float) -> str:
        """The risk of a total or an index."""
        return [band.risk for band in self.bands if score >= band.at_least][-1]


BANDS: Final = (
    Band(risk="Low", at_least=0),
    Band(risk="Medium", at_least=1),
    Band(risk="High", at_least=3),
)


class FlagRules(_Rules):
    """Flags: the risk of an area is the band of how many it has."""

    kind: Literal["flags"] = "flags"
    criteria: Annotated[tuple[Criterion, ...], Field(min_length=1, max_length=MAX_CRITERIA)]
    bands: Annotated[tuple[Band, ...], Field(min_length=1, max_length=10)] = BANDS

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        _check_distinct([criterion.id for criterion in self.criteria], is_index=False)
        return self


class IndexRules(_Rules):
    """An index: the mean of the parts, each 100 times the area's over the county's mean.

    `reference` names the area (``layer:code``) of which the means are; by default all areas of
    the layer.
    """

    kind: Literal["index"]
    parts: Annotated[tuple[Part, ...], Field(min_length=1, max_length=MAX_CRITERIA)]
    threshold: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 200.0
    reference: Name | None = None
    bands: Annotated[tuple[Band, ...], Field(min_length=1, max_length=10)] = (
        Band(risk="Not vulnerable", at_least=0),
        Band(risk="Vulnerable", at_least=200),
    )

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        _check_distinct([part.id for part in self.parts], is_index=True)
        return self


Rules = FlagRules | IndexRules


def parsed_rules(text: str | bytes, *, label: str) -> Rules:
    """The rules in a text.

    Parameters
    ----------
    text : str or bytes
        JSON.
    label : str
        Names the text in the error.

    Returns
    -------
    FlagRules or IndexRules
        Checked.

    Raises
    ------
    InvalidRulesError
        If they do not match the model; it says where.
    """
    try:
        content = TypeAdapter(dict[str, Any]).validate_json(text)
        model = IndexRules if content.get("kind") == "index" else FlagRules
        return model.model_validate_json(text)
    except ValidationError as error:
        faults = [
            f"{'.'.join(map(str, fault['loc'])) or 'the whole'}: {fault['msg']}"
            for fault in error.errors()
        ]
        raise InvalidRulesError(label, "; ".join(faults[:5]), kind="flag rules") from None


def month_number(text: str) -> int:
    """Months since the year 0 of a month such as 2024-01."""
    year, month = re.split("-", text)
    return int(year) * 12 + int(month) - 1


def matrix_columns(flag_id: str, *, is_index: bool) -> tuple[str, ...]:
    """The columns of a flag in the matrix.

    Parameters
    ----------
    flag_id : str
        Of a criterion, or of a part of an index.
    is_index : bool
        Whether it is a part of an index.

    Returns
    -------
    tuple of str
        Status, value, index of a part, probability and periods in a row.
    """
    middle = (f"{flag_id}_index",) if is_index else ()
    return (flag_id, f"{flag_id}_value", *middle, f"{flag_id}_probability", f"{flag_id}_in_a_row")


def _check_distinct(ids: list[str], *, is_index: bool) -> None:
    """Raise ValueError if two columns of the matrix would have the same name."""
    columns = [name for flag in ids for name in matrix_columns(flag, is_index=is_index)]
    columns += MATRIX_COLUMNS
    repeated = sorted({name for name in columns if columns.count(name) > 1})
    if repeated:
        raise ValueError(
            f"two columns of the matrix would be {', '.join(repeated)}: take other ids"
        )
