"""The plan of an assessment: its template with the place, the periods and what is loaded put in.

A plan names every answer that stands in the assessment by its address, and says of everything
else why it is not in it. To make one computes nothing.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from service.analyses.resources import Resources
from service.model.errors import NothingToAssessError
from service.reports.loaded import LoadedDataset, loaded_datasets, loaded_layers
from service.reports.months import YEAR, Month
from service.reports.places import Place, place_of
from service.reports.template import Request, Section, Template
from service.reports.values import LackingError, Values, dataset_values, place_values
from service.sentences.numbers import capital

LEAD, TIMED = "lead", "timed"
_LETTERS: Final = re.compile(r"[^a-z0-9]+")
_PLACES: Final = re.compile(r"\{(\w+)\??\}")


@dataclass(frozen=True)
class PlannedRequest:
    """An answer that stands in an assessment, or the reason why it does not.

    Attributes
    ----------
    request : Request
        Of the template.
    address : str
        With its places filled; empty where one has no value.
    caption : str
        Likewise.
    lacking : str
        Why there is no answer; empty where it is to be asked.
    """

    request: Request
    address: str = ""
    caption: str = ""
    lacking: str = ""


@dataclass(frozen=True)
class PlannedSection:
    """A section with its answers.

    Attributes
    ----------
    key, title, prompt : str
        Its place for words, its heading, and what belongs there.
    level : int
        Of the heading.
    makes : str
        As in `Section`.
    lacking : str
        Why there is no such section; empty where there is.
    """

    key: str
    title: str
    level: int
    prompt: str
    makes: str
    requests: tuple[PlannedRequest, ...] = ()
    lacking: str = ""


@dataclass(frozen=True)
class Plan:
    """What stands in an assessment.

    Attributes
    ----------
    template : Template
        That it is made from.
    place : Place
        Of it.
    to : Month
        Last month.
    sections : tuple of PlannedSection
        In their order.
    """

    template: Template
    place: Place
    to: Month
    sections: tuple[PlannedSection, ...]

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every answer that is to be asked, in their order."""
        return tuple(
            request.address
            for section in self.sections
            for request in section.requests
            if not request.lacking
        )

    @property
    def prompts(self) -> dict[str, str]:
        """What the analyst may write, by the key of the place."""
        return {part.key: part.prompt for part in self.sections if part.prompt}


def plan_of(
    template: Template, resources: Resources, *, within: str | None, to: str | None
) -> Plan:
    """The plan of an assessment of a place.

    Parameters
    ----------
    template : Template
        Which sections.
    resources : Resources
        The stores, as the audience sees them.
    within : str or None
        The place, see `place_of`.
    to : str or None
        Last month, ISO; None: the last that the dataset covers which the assessment is about.

    Raises
    ------
    UnknownPlaceError, UnknownAreaError
        See `place_of`.
    NothingToAssessError
        If no dataset has data of the year to that month.
    """
    place = place_of(resources.layers, within, template.area)
    datasets = loaded_datasets(resources)
    current = [part for part in datasets if to is None or _is_current(part, Month.from_text(to))]
    if not current:
        raise NothingToAssessError(_nothing_of(datasets, to))
    lead = next((part for part in current if part.dataset_id == template.lead), current[0])
    end = lead.last if to is None else Month.from_text(to)
    values = place_values(template, place, loaded_layers(resources))
    rules = {part.rules_id: part.title for part in resources.flag_rules.all()}
    planner = _Planner(template, values, end, datasets, lead, rules)
    return Plan(template, place, end, tuple(planner.sections()))


def _is_current(dataset: LoadedDataset, to: Month) -> bool:
    """Whether a dataset has data of the year to a month."""
    return dataset.first <= to and dataset.last >= to.later(1 - YEAR)


def _nothing_of(datasets: tuple[LoadedDataset, ...], to: str | None) -> str:
    if not datasets:
        return "there is no dataset to assess: none is imported, or none that you may see"
    known = ", ".join(f"{part.dataset_id} ({part.first} to {part.last})" for part in datasets)
    return f"no dataset has data of the year to {to}: {known}"


@dataclass(frozen=True)
class _Planner:
    template: Template
    values: Values
    to: Month
    datasets: tuple[LoadedDataset, ...]
    lead: LoadedDataset
    rules: Mapping[str, str]
    keys: set[str] = field(default_factory=set)

    def sections(self) -> Iterator[PlannedSection]:
        for section in self.template.sections:
            try:
                yield from self._planned(section)
            except LackingError as error:
                title = _PLACES.sub("", section.title).strip()
                yield PlannedSection(
                    section.key, title, 1, section.words, section.makes, lacking=str(error)
                )

    def _planned(self, section: Section) -> Iterator[PlannedSection]:
        """A section, with one below it for each thing that it is repeated for."""
        values = self._values_of(section)
        if not section.each:
            yield self._filled(section, section.key, section.title, 1, values)
            return
        parts = list(self._parts(section, values))
        if not any(not part.lacking for part in parts):
            raise LackingError(next((part.lacking for part in parts), self._none_of(section)))
        yield PlannedSection(section.key, section.title, 1, section.words, "requests")
        yield from parts

    def _values_of(self, section: Section) -> Values:
        if not section.dataset:
            return self._of(self.lead) if section.makes == "requests" else self.values
        if section.dataset == LEAD:
            return self._of(self.lead)
        if section.dataset == TIMED:
            timed = [part for part in self.datasets if part.is_timed]
            if not timed:
                raise LackingError("no dataset has the time of day of its records")
            return self._of(next((part for part in timed if part is self.lead), timed[0]))
        dataset = next((p for p in self.datasets if p.dataset_id == section.dataset), None)
        if dataset is None:
            raise LackingError(f"there is no dataset {section.dataset}")
        return self._of(dataset)

    def _of(self, dataset: LoadedDataset) -> Values:
        if not _is_current(dataset, self.to):
            raise LackingError(
                f"{dataset.title} has no data of the year to {self.to.in_words}: it is covered "
                f"from {dataset.first.in_words} to {dataset.last.in_words}"
            )
        return dataset_values(self.values, dataset, self.to, self.template.years)

    def _parts(self, section: Section, values: Values) -> Iterator[PlannedSection]:
        """What a section is repeated for."""
        if section.each == "dataset":
            named = {part.dataset for part in self.template.sections}
            for dataset in self.datasets[: section.most + 1]:
                if dataset is self.lead or dataset.dataset_id in named:
                    continue
                key = self._key(section.key, dataset.dataset_id)
                try:
                    of_dataset = self._of(dataset)
                except LackingError as error:
                    yield PlannedSection(key, dataset.title, 2, "", "requests", (), str(error))
                else:
                    yield self._filled(section, key, dataset.title, 2, of_dataset)
            return
        for name, title in self._names(section, values)[: section.most]:
            key = self._key(section.key, name)
            part = values.more(**{section.each: name, f"{section.each}_title": title})
            yield self._filled(section, key, title, 2, part)

    def _names(self, section: Section, values: Values) -> list[tuple[str, str]]:
        """What a section is repeated for, as it is asked and as it is called."""
        if section.each == "rules":
            return list(self.rules.items())
        dataset = self._named(values)
        names = dataset.categories if section.each == "category" else dataset.markers
        return [(name, capital(name)) for name in names]

    def _named(self, values: Values) -> LoadedDataset:
        return next(p for p in self.datasets if p.dataset_id == values.known["dataset"])

    def _none_of(self, section: Section) -> str:
        nouns = {
            "dataset": "no other dataset is imported",
            "category": "the records have no categories",
            "marker": "the records have no markers",
            "rules": "no rules of flags are imported",
        }
        return nouns[section.each]

    def _filled(
        self, section: Section, key: str, title: str, level: int, values: Values
    ) -> PlannedSection:
        requests = tuple(self._request(request, values) for request in section.requests)
        prompt = section.words if level == 1 else ""
        heading = values.text(title) if level == 1 else title
        return PlannedSection(key, heading, level, prompt, section.makes, requests)

    def _request(self, request: Request, values: Values) -> PlannedRequest:
        try:
            caption = capital(values.text(request.caption))
            return PlannedRequest(request, values.address(request.ask), caption)
        except LackingError as error:
            subject = request.caption.partition(":")[0]
            known = _PLACES.sub(lambda place: values.known.get(place[1], ""), subject)
            caption = capital(" ".join(known.split()))
            return PlannedRequest(request, caption=caption, lacking=str(error))

    def _key(self, key: str, name: str) -> str:
        """A key for a part of a section, different from all others."""
        letters = _LETTERS.sub("-", name.lower()).strip("-")[:40].strip("-") or "part"
        number, text = 1, f"{key}-{letters}"
        while text in self.keys:
            number += 1
            text = f"{key}-{letters}-{number}"
        self.keys.add(text)
        return text
