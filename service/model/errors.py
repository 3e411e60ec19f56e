"""Errors of a question that was understood but has no answer: never an HTTP status.

AnalysisError
├── UnknownCategoryError    a category that the dataset does not have
├── UnknownValueError       a value of a further column that no incident has
├── NotStatedError          a condition on what no record states
├── NoDaysError             a question about days of records that know the month only
├── NoHarmMatchError        a harm index that has none of the offences of a dataset
├── NotCoveredError         a period of which the data cover no day
├── CutMonthError           a date inside a month of which records are known only to the month
├── InvalidWithinError      no area, circle or polygon to stay within
├── InvalidAreaError        a drawn area that is none, or that lies elsewhere
├── AreaTooSmallError       an area with too few residents, or too little ground, for a profile
├── NotAdmittedError        a question that is not open to whoever asks it
├── StoppedDatasetError     a dataset whose agreement or retention has ended
├── UnknownStatisticError   a choice that exists, but not here or not yet
├── TooMuchWorkError        more cells, permutations or rows than one request may ask for
├── OverBudgetError         more seconds or memory, by estimate, than one request may take
├── StaleVersionError       an address that names a version no longer held
├── UnknownJobError         a long answer that nobody asked for, or that has expired
├── JobNotDoneError         a long answer that is not there yet
├── InvalidRulesError       a file of rules that cannot be used
├── UnknownCollectionError  a collection of features that there is not
├── UnknownFeatureError     a feature that the collection does not have
├── UnknownTableError       an address of no table, or with parameters that are not its own
├── UnknownTemplateError    an assessment that there is no template of
├── InvalidTemplateError    a template, or its file of words, that cannot be used
├── UnknownPlaceError       a name that no area has, or several have
├── NothingToAssessError    no data of the year that is to be assessed
├── UnknownGlyphsError      letters of a font, or of a range, that there are not
└── NoStudyAreaError        nothing that says where the study area is
"""

from typing import ClassVar

MOST_VALUES = 100  # in an error that lists them


class AnalysisError(Exception):
    """A question without an answer, and why."""

    code: ClassVar[str] = "analysis-error"


class UnknownCategoryError(AnalysisError):
    """The dataset has no incidents of that category."""

    code = "unknown-category"

    def __init__(self, dataset: str, category: str, allowed: tuple[str, ...]) -> None:
        super().__init__(dataset, category, allowed)
        self.dataset = dataset
        self.category = category
        self.allowed = allowed

    def __str__(self) -> str:
        return (
            f"category {self.category!r} is not one of dataset {self.dataset!r}: "
            f"{'; '.join(self.allowed)}"
        )


class UnknownValueError(AnalysisError):
    """No incident of the dataset has that value."""

    code = "unknown-value"

    def __init__(self, dataset: str, name: str, value: str, allowed: tuple[str, ...]) -> None:
        super().__init__(dataset, name, value, allowed)
        self.dataset = dataset
        self.name = name
        self.value = value
        self.allowed = allowed

    def __str__(self) -> str:
        values = "; ".join(self.allowed[:MOST_VALUES]) or "none"
        rest = len(self.allowed) - MOST_VALUES
        return (
            f"{self.name} {self.value!r} is not one of dataset {self.dataset!r}: {values}"
            f"{f'; and {rest:,} more' if rest > 0 else ''}"
        )


class NotStatedError(AnalysisError):
    """No record says what a condition asks: that is not the same as none meeting it."""

    code = "not-stated"

    def __init__(self, dataset: str, subject: str, records: int) -> None:
        super().__init__(dataset, subject, records)
        self.dataset = dataset
        self.subject = subject
        self.records = records

    def __str__(self) -> str:
        return (
            f"none of the {self.records:,} records of dataset {self.dataset!r} in the period and "
            f"categories states its {self.subject}: whether they meet the condition is not known"
        )


class NoDaysError(AnalysisError):
    """Days are compared, and the records say the month only."""

    code = "no-days"

    def __init__(self, dataset: str, records: int) -> None:
        super().__init__(dataset, records)
        self.dataset = dataset
        self.records = records

    def __str__(self) -> str:
        return (
            f"of the dates of the {self.records:,} records selected of dataset {self.dataset!r} "
            "only the month is known, and this analysis compares days: ask a dataset with days, "
            "or what counts by month, such as the trend or emerging hot spots"
        )


class NotAdmittedError(AnalysisError):
    """The question asks for more than is published to whoever asks."""

    code = "not-admitted"

    def __init__(self, reason: str, dataset: str = "", cells: str = "") -> None:
        super().__init__(reason, dataset, cells)
        self.reason = reason
        self.dataset = dataset
        self.cells = cells

    def __str__(self) -> str:
        if not self.dataset:
            return self.reason
        return (
            f"of dataset {self.dataset!r} only counts by {self.cells} are published: {self.reason}"
        )


class StoppedDatasetError(AnalysisError):
    """The dataset is shown to its owner only, since its agreement or its retention has ended."""

    code = "dataset-stopped"

    def __init__(self, dataset: str, reason: str) -> None:
        super().__init__(dataset, reason)
        self.dataset = dataset
        self.reason = reason

    def __str__(self) -> str:
        return f"dataset {self.dataset!r} is shown to its owner only: {self.reason}"


class NoHarmMatchError(AnalysisError):
    """The harm index has none of the offences of a dataset."""

    code = "no-harm-match"

    def __init__(
        self,
        dataset: str,
        column: str,
        values: tuple[str, ...],
        index_id: str,
        offences: tuple[str, ...],
    ) -> None:
        super().__init__(dataset, column, values, index_id, offences)
        self.dataset = dataset
        self.column = column
        self.values = values
        self.index_id = index_id
        self.offences = offences

    def __str__(self) -> str:
        stated = f"it has {self.values[0]!r}" if self.values else "no record states it"
        return (
            f"no {self.column} of dataset {self.dataset!r} is an offence of harm index "
            f"{self.index_id!r}: {stated}, the index has {self.offences[0]!r}. Name the column "
            "with the offences: harm_column=category, subcategory or attribute:NAME"
        )


class NotCoveredError(AnalysisError):
    """The data cover no day of the period: that is no data, not zero incidents."""

    code = "period-not-covered"

    def __init__(self, dataset: str, period: str, covered: str) -> None:
        super().__init__(dataset, period, covered)
        self.dataset = dataset
        self.period = period
        self.covered = covered

    def __str__(self) -> str:
        return (
            f"dataset {self.dataset!r} has no data of {self.period}: it covers {self.covered}; "
            "that is not the same as no incidents"
        )


class CutMonthError(AnalysisError):
    """A date falls inside a month of which some records know no more than the month."""

    code = "date-cuts-month"

    def __init__(self, parameter: str, date: str, records: int, allowed: tuple[str, ...]) -> None:
        super().__init__(parameter, date, records, allowed)
        self.parameter = parameter
        self.date = date
        self.records = records
        self.allowed = allowed

    def __str__(self) -> str:
        return (
            f"{self.parameter}={self.date} cuts through a month of which {self.records} records "
            f"know the month only; give {' or '.join(self.allowed)}"
        )


class InvalidWithinError(AnalysisError):
    """What to stay within is no area, circle or polygon as they are written."""

    code = "invalid-within"

    def __init__(self, within: str, reason: str = "") -> None:
        super().__init__(within, reason)
        self.within = within
        self.reason = reason

    def __str__(self) -> str:
        text = self.within if len(self.within) <= 80 else f"{self.within[:80]}..."
        return self.reason or (
            "within must be written layer:code, such as district:E07000008, "
            f"circle:easting,northing,radius or polygon:easting,northing,..., got {text!r}"
        )


class InvalidAreaError(AnalysisError):
    """A drawn area is none, or lies where there are no data."""

    code = "invalid-area"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return (
            f"{self.reason}; an area is a GeoJSON polygon or multipolygon, or a feature with one, "
            "in longitude and latitude or in the CRS that its crs member names"
        )


class AreaTooSmallError(AnalysisError):
    """An area is too small for a profile: chance and persons would show, not a place."""

    code = "area-too-small"

    def __init__(self, area: str, what: str, least: str) -> None:
        super().__init__(area, what, least)
        self.area = area
        self.what = what
        self.least = least

    def __str__(self) -> str:
        return (
            f"{self.area} has {self.what}; a profile needs at least {self.least} "
            "(settings PROFILE__LEAST_RESIDENTS, PROFILE__LEAST_HECTARES): take a larger area"
        )


class UnknownStatisticError(AnalysisError):
    """A choice that is not available for what was asked."""

    code = "not-available"

    def __init__(self, parameter: str, value: str, allowed: tuple[str, ...]) -> None:
        super().__init__(parameter, value, allowed)
        self.parameter = parameter
        self.value = value
        self.allowed = allowed

    def __str__(self) -> str:
        return f"{self.parameter} must be one of {', '.join(self.allowed)}, got {self.value!r}"


class _LimitError(AnalysisError):
    """More than a limit allows; refused, never shortened in silence."""

    def __init__(self, what: str, asked: int, allowed: int, advice: str) -> None:
        super().__init__(what, asked, allowed, advice)
        self.what = what
        self.asked = asked
        self.allowed = allowed
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.asked} {self.what} are more than the {self.allowed} allowed: {self.advice}"


class TooMuchWorkError(_LimitError):
    """More cells, permutations or rows than one request may ask for."""

    code = "too-much-work"


class OverBudgetError(_LimitError):
    """More seconds or memory, by estimate, than one request may take: whatever part needs them."""

    code = "over-budget"


class StaleVersionError(AnalysisError):
    """The address names a version of the data that is no longer held."""

    code = "stale-version"

    def __init__(self, asked: str, current: str) -> None:
        super().__init__(asked, current)
        self.asked = asked
        self.current = current

    def __str__(self) -> str:
        return (
            f"version {self.asked!r} of the data is no longer available: they have changed, and "
            f"are of version {self.current!r} now. Without v the address gives the answer from "
            "them; of tiles, read the TileJSON or the first page again"
        )


class UnknownJobError(AnalysisError):
    """There is no such job, or it has expired."""

    code = "unknown-job"

    def __init__(self, job: str) -> None:
        super().__init__(job)
        self.job = job

    def __str__(self) -> str:
        return f"there is no job {self.job!r}, or it has expired: ask the question again"


class JobNotDoneError(AnalysisError):
    """A job has no result yet, or will have none."""

    code = "job-not-done"

    def __init__(self, job: str, status: str) -> None:
        super().__init__(job, status)
        self.job = job
        self.status = status

    def __str__(self) -> str:
        return f"job {self.job} has no result: it is {self.status}"


class InvalidRulesError(AnalysisError):
    """A file of rules, of priorities or of flags, that cannot be used."""

    code = "invalid-rules"

    def __init__(self, path: str, reason: str, kind: str = "priority rules") -> None:
        super().__init__(path, reason, kind)
        self.path = path
        self.reason = reason
        self.kind = kind

    def __str__(self) -> str:
        return f"the {self.kind} in {self.path} cannot be used: {self.reason}"


class UnknownCollectionError(AnalysisError):
    """There is no such collection of features."""

    code = "unknown-collection"

    def __init__(self, collection: str, allowed: tuple[str, ...]) -> None:
        super().__init__(collection, allowed)
        self.collection = collection
        self.allowed = allowed

    def __str__(self) -> str:
        there = ", ".join(self.allowed) or "none, because nothing is imported yet"
        return f"there is no collection {self.collection!r}; there are {there}"


class UnknownFeatureError(AnalysisError):
    """The collection, as it was asked for, has no such feature."""

    code = "unknown-feature"

    def __init__(self, collection: str, feature: str) -> None:
        super().__init__(collection, feature)
        self.collection = collection
        self.feature = feature

    def __str__(self) -> str:
        return f"collection {self.collection!r} has no feature {self.feature!r}"


class UnknownTableError(AnalysisError):
    """The address is of no table, or has parameters that are not those of the table."""

    code = "unknown-table"

    def __init__(self, address: str, reason: str, allowed: tuple[str, ...]) -> None:
        super().__init__(address, reason, allowed)
        self.address = address
        self.reason = reason
        self.allowed = allowed

    def __str__(self) -> str:
        allowed = f"; tables are {', '.join(self.allowed)}" if self.allowed else ""
        return f"table {self.address[:200]!r}: {self.reason}{allowed}"


class UnknownTemplateError(AnalysisError):
    """There is no template of an assessment with that name."""

    code = "unknown-template"

    def __init__(self, name: str, allowed: tuple[str, ...]) -> None:
        super().__init__(name, allowed)
        self.name = name
        self.allowed = allowed

    def __str__(self) -> str:
        return f"there is no template {self.name!r}; templates are {', '.join(self.allowed)}"


class InvalidTemplateError(AnalysisError):
    """A template of an assessment, or its file of words, cannot be used."""

    code = "invalid-template"

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(name, reason)
        self.name = name
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.name}: {self.reason}"


class UnknownPlaceError(AnalysisError):
    """No area has that name, or several have it."""

    code = "unknown-place"

    def __init__(self, name: str, candidates: tuple[str, ...], is_repeated: bool) -> None:
        super().__init__(name, candidates, is_repeated)
        self.name = name
        self.candidates = candidates
        self.is_repeated = is_repeated

    def __str__(self) -> str:
        places = ", ".join(self.candidates)
        if self.is_repeated:
            return f"several areas are called {self.name!r}: within must be one of {places}"
        similar = f"; similar are {places}" if places else ""
        return f"no area is called {self.name!r}: name one, or write layer:code{similar}"


class NothingToAssessError(AnalysisError):
    """No dataset has data of the year that is to be assessed."""

    code = "nothing-to-assess"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


class UnknownGlyphsError(AnalysisError):
    """The background has no font of that name, or no such range of code points."""

    code = "unknown-glyphs"

    def __init__(self, font: str, codes: str, allowed: tuple[str, ...]) -> None:
        super().__init__(font, codes, allowed)
        self.font, self.codes, self.allowed = font, codes, allowed

    def __str__(self) -> str:
        fonts = f"there are no letters {self.codes!r} of {self.font!r}: {', '.join(self.allowed)}"
        return f"{fonts}; 256 code points each, 0-255 to 65280-65535"


class NoStudyAreaError(AnalysisError):
    """No boundary layer is imported and none is named, so there is no study area."""

    code = "no-study-area"

    def __str__(self) -> str:
        return (
            "there is no study area: import a boundary layer "
            "(hotspots import boundaries FILE ...) or set HOTSPOTS_STUDY_AREA=layer[:code]"
        )
