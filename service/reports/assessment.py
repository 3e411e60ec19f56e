"""Makes an assessment: asks what its plan names, and sets the answers in order as a report."""

import dataclasses
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from service.access.admission import Question
from service.analyses.resources import Resources
from service.model.answers import Provenance, Table
from service.model.errors import InvalidTemplateError
from service.model.provenance import SOFTWARE, credited, short_digest
from service.model.report import (
    Block,
    Column,
    Figure,
    Heading,
    Items,
    Note,
    Paragraph,
    Picture,
    Report,
    ReportTable,
    WordsPlace,
)
from service.render.maps.printed.formats import MAP_FORMATS
from service.render.tables.formats import FORMATS
from service.reports.answers import REASONS, Asker
from service.reports.pictures import MEDIA_TYPES, logo_picture, svg_picture
from service.reports.plan import Plan, PlannedRequest, PlannedSection
from service.reports.printed_tables import cell_text, printed_table
from service.reports.values import LackingError
from service.runtime.budget import Work, foresee
from service.runtime.cancellation import check_cancelled
from service.sentences.findings.finding import finding_of
from service.sentences.numbers import capital

SECONDS_PER_ANSWER: Final = 1.0  # measured: the demonstration county on one processor
SYNTHETIC: Final = "Synthetic data: not of any real place"
MOST_SENTENCES: Final = 4  # of one answer; the rest is in its figure and its table
Progress = Callable[[str, float], None]


def no_progress(description: str, share: float) -> None:
    """Tell nobody."""


@dataclass
class Assessment:
    """An assessment while it is made.

    Attributes
    ----------
    resources : Resources
        Of the audience that it is made for.
    plan : Plan
        What stands in it.
    words : mapping
        The analyst's paragraphs, by the key of their place.
    folder : Path
        Of the template, where its logo is.
    progress : callable
        Told what is made, and the share of all that has been.
    """

    resources: Resources
    plan: Plan
    words: Mapping[str, tuple[str, ...]]
    folder: Path
    progress: Progress = no_progress
    tables: list[Table] = field(default_factory=list)
    summary: dict[str, str] = field(default_factory=dict)
    lacking: dict[str, list[str]] = field(default_factory=dict)
    provenances: list[Provenance] = field(default_factory=list)
    notes: dict[str, dict[str, None]] = field(default_factory=dict)
    said: set[tuple[str, str]] = field(default_factory=set)
    figures: int = 0
    printed: int = 0
    asked: int = 0

    def report(self) -> Report:
        """The report.

        Raises
        ------
        InvalidTemplateError
            If there are words for a place that the assessment has not, or the logo is no picture.
        """
        self._check_words()
        foresee(_work(self.plan))
        bodies = {part.key: list(self._body(part)) for part in self.plan.sections}
        blocks = tuple(self._blocks(bodies))
        return self._report(blocks)

    def _check_words(self) -> None:
        keys = [section.key for section in self.plan.sections]
        unknown = [key for key, texts in self.words.items() if texts and key not in keys]
        if unknown:
            raise InvalidTemplateError(
                "the file of words",
                f"there is no place {', '.join(unknown)}; places are {', '.join(keys)}",
            )

    def _body(self, section: PlannedSection) -> Iterator[Block]:
        """What was asked for a section."""
        if section.lacking:
            self._lack(section.lacking, section.title)
        for request in section.requests:
            yield from self._answered(section, request)

    def _answered(self, section: PlannedSection, request: PlannedRequest) -> Iterator[Block]:
        """The blocks of one answer, or a note of why there is none."""
        if request.lacking:
            self._lack(request.lacking, _named(section, request))
            return
        check_cancelled()
        self.progress(section.title, self.asked / max(len(self.plan.addresses), 1))
        self.asked += 1
        try:
            yield from list(self._shown(section, request))
        except (*REASONS, LackingError) as error:
            self._lack(str(error), _named(section, request))

    def _shown(self, section: PlannedSection, request: PlannedRequest) -> Iterator[Block]:
        """An answer in the forms that the template asks for."""
        asker = Asker(self.resources)
        if "map" in request.request.show:
            released_map = asker.map(request.address)
            self._note(section, released_map.answer.provenance)
            yield self._figure(MAP_FORMATS["svg"].render(released_map), request)
            return
        released = asker.table(request.address)
        table = released.answer
        for form in request.request.show:
            if form == "sentences":
                yield from self._sentences(section, table)
            elif form == "chart" and len(table):
                yield self._figure(FORMATS["svg"].render(released), request)
            elif form == "table":
                yield self._table(table, request)
        self.tables.append(table)
        self._note(section, table.provenance)

    def _note(self, section: PlannedSection, provenance: Provenance) -> None:
        """Keep what an answer was made from, and its notes with the section that they are of."""
        self.provenances.append(provenance)
        for note in provenance.notes:
            self.notes.setdefault(note, {})[section.title] = None

    def _sentences(self, section: PlannedSection, table: Table) -> Iterator[Block]:
        finding = finding_of(table)
        text = " ".join(finding.findings[:MOST_SENTENCES])
        if not text or (section.key, text) in self.said:
            return
        self.said.add((section.key, text))
        is_named = section.title.casefold() in finding.headline.casefold()
        self.summary.setdefault(
            section.key, finding.headline if is_named else f"{section.title}: {finding.headline}"
        )
        yield Paragraph(text, "finding")

    def _figure(self, svg: bytes, request: PlannedRequest) -> Figure:
        picture, text = svg_picture(svg)
        self.figures += 1
        caption = request.caption
        return Figure(self.figures, picture, caption, text or caption, address=request.address)

    def _table(self, table: Table, request: PlannedRequest) -> ReportTable:
        printed = printed_table(
            table,
            request.request,
            number=self.printed + 1,
            caption=request.caption,
            address=request.address,
        )
        self.printed += 1
        return printed

    def _lack(self, reason: str, what: str) -> None:
        self.lacking.setdefault(reason, []).append(what)

    def _blocks(self, bodies: Mapping[str, list[Block]]) -> Iterator[Block]:
        """The sections in their order, without those that have nothing to say."""
        sections = self.plan.sections
        for position, section in enumerate(sections):
            body = [*bodies[section.key], *self._made(section)]
            children = _children(sections, position)
            is_empty = not (body or self.words.get(section.key) or section.makes != "requests")
            if is_empty and not any(bodies[child.key] for child in children):
                continue
            yield Heading(section.title, section.level, section.key)
            yield from self._words(section)
            yield from body

    def _words(self, section: PlannedSection) -> Iterator[Block]:
        """What the analyst wrote, or the place for it."""
        texts = self.words.get(section.key, ())
        for text in texts:
            yield Paragraph(text, "analyst")
        if section.prompt and not texts:
            yield WordsPlace(section.key, section.prompt)

    def _made(self, section: PlannedSection) -> Iterator[Block]:
        """What is made from the other sections."""
        if section.makes == "summary":
            texts = tuple(_sentence(text) for text in self.summary.values())
            yield Items(texts) if texts else Note("Nothing can be said of this period.")
        elif section.makes == "reconciliation":
            yield from self._reconciliation()
        elif section.makes == "methods":
            texts = tuple(
                note if len(titles) > 1 else f"{next(iter(titles))}: {note}"
                for note, titles in self.notes.items()
            )
            if texts:
                yield Items(texts)
        elif section.makes == "missing":
            texts = tuple(
                f"{_sentence(reason)} Not made for that reason: {'; '.join(dict.fromkeys(what))}."
                for reason, what in self.lacking.items()
            )
            yield Items(texts) if texts else Note("All sections of the template could be made.")

    def _reconciliation(self) -> Iterator[Block]:
        """That the records of each dataset add up."""
        catalogue = self.resources.catalogue
        released = self.resources.gates.answer(
            Question("/v1/datasets"), self.resources.audience, catalogue.datasets
        )
        columns = ("records", "located", "unlocated", "outside")
        rows = tuple(
            (
                str(entry["title"]),
                *(cell_text(entry.get(name)) for name in columns),
                f"{entry['from'] or ''} to {entry['to'] or ''}",
            )
            for entry in released.answer.content["datasets"]
        )
        if not rows:
            return
        self.printed += 1
        labels = ("Imported", "With a place", "Without a place", "Of those with one, outside")
        yield ReportTable(
            self.printed,
            "Records of each dataset: imported = with a place + without a place",
            (
                Column("Dataset", is_header=True),
                *(Column(label, is_number=True) for label in labels),
                Column("Months"),
            ),
            rows,
            address="/v1/datasets",
        )

    def _report(self, blocks: tuple[Block, ...]) -> Report:
        template, plan = self.plan.template, self.plan
        provenance = self._provenance()
        synthetic = SYNTHETIC if provenance.synthetic else ""
        return Report(
            kind="assessment",
            title=template.title,
            subtitle=f"{capital(plan.place.name)}, the year to {plan.to.in_words}",
            author=template.author,
            logo=self._logo(),
            logo_text=template.logo_text,
            summary=f"{template.title}: {plan.place.name}, to {plan.to.in_words}",
            date=plan.to.in_words,
            blocks=blocks,
            credits=credited(provenance.sources),
            marking=" · ".join(text for text in (template.marking, synthetic) if text),
            digest=_digest(blocks),
            provenance=provenance,
            tables=tuple(self.tables),
        )

    def _provenance(self) -> Provenance:
        """What all answers were made from."""
        sources: dict[str, Any] = {}
        for part in self.provenances:
            for name, source in part.sources.items():
                if isinstance(source, Mapping) and source.get("source"):
                    sources.setdefault(f"{name} {source.get('id', '')}".strip(), source)
        template = self.plan.template
        return Provenance(
            sources=sources,
            filter={"within": self.plan.place.within, "to": str(self.plan.to)},
            method={
                "name": "assessment",
                "template": short_digest(template.model_dump_json()),
                "words": short_digest(*sorted(self.words.items())),
            },
            counts={},
            synthetic=any(part.synthetic for part in self.provenances),
            software=SOFTWARE,
        )

    def _logo(self) -> Picture | None:
        name = self.plan.template.logo
        if not name:
            return None
        path = self.folder / Path(name).name
        media_type = MEDIA_TYPES.get(path.suffix.lower())
        try:
            content = path.read_bytes()
        except OSError as error:
            raise InvalidTemplateError(name, f"the logo: {error.strerror}") from None
        if media_type is None:
            raise InvalidTemplateError(name, f"the logo is none of {', '.join(MEDIA_TYPES)}")
        return logo_picture(content, media_type, name)


def _children(sections: tuple[PlannedSection, ...], position: int) -> Iterator[PlannedSection]:
    """The sections below one."""
    for section in sections[position + 1 :]:
        if section.level <= sections[position].level:
            return
        yield section


def _named(section: PlannedSection, request: PlannedRequest) -> str:
    """What is missing, in words."""
    subject = request.caption.partition(":")[0]
    return subject if section.title in subject else f"{section.title}: {subject}"


def _work(plan: Plan) -> Work:
    number = len(plan.addresses)
    return Work(
        seconds=number * SECONDS_PER_ANSWER,
        memory_bytes=0.0,
        what=f"{number:,} answers of an assessment",
        advice="take a template with fewer sections",
    )


def _sentence(text: str) -> str:
    """A reason as a sentence."""
    return f"{capital(text.rstrip('.'))}."


def _digest(blocks: tuple[Block, ...]) -> str:
    """A digest of all that is printed."""
    digest = hashlib.sha256()
    for block in blocks:
        for name, value in dataclasses.asdict(block).items():
            digest.update(f"{name}={value!r};".encode())
    return digest.hexdigest()[:12]
