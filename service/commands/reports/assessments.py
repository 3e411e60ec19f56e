"""The command that makes an assessment."""

from pathlib import Path
from typing import Annotated

import typer

from service.access.admission import Question
from service.commands import terminal
from service.commands.answers.query_options import with_query
from service.queries.reports.assessments import AssessmentQuery


@with_query(AssessmentQuery)
def assess(
    query: AssessmentQuery,
    out: Annotated[
        list[Path],
        typer.Option(
            help="File to write: .docx to be edited, .pdf, .html, or .xlsx. May be given several "
            "times. A spreadsheet of every table is written beside the first."
        ),
    ],
    template: Annotated[
        str, typer.Option(help="Name of a template, or a file of one (.json).")
    ] = "strategic-assessment",
    words: Annotated[
        Path | None,
        typer.Option(
            help="File with the analyst's words (Markdown). Places that it lacks are added to "
            "it; it is made where there is none. By default the one beside the template, if "
            "there is one."
        ),
    ] = None,
) -> None:
    """An assessment of a place: --within ltla24:E07000008, or its name, --to 2024-12."""
    import service.assembly.app  # noqa: F401 - its routes say which answers there are
    from service.reports.assessment import Assessment
    from service.reports.formats import REPORT_FORMATS
    from service.reports.plan import plan_of
    from service.reports.sources import sources_of, words_file
    from service.reports.template import template_file

    suffixes = [path.suffix.lower().removeprefix(".") for path in out]
    for path, suffix in zip(out, suffixes, strict=True):
        if suffix not in REPORT_FORMATS:
            allowed = ", ".join(f".{name}" for name in REPORT_FORMATS)
            terminal.fail(f"--out must end in one of {allowed}, got {path.name!r}")
    resources = terminal.resources()
    data_dir = resources.settings.data_dir
    question = Question("assess", {}, query)
    with terminal.report_errors():
        is_file = template.lower().endswith(".json")
        file = Path(template) if is_file else template_file(data_dir, template)
        sources = sources_of(file, words or words_file(data_dir, file))
        plan = plan_of(sources.template, resources, within=query.within, to=query.to)
        if words is not None:
            _complete(words, plan.prompts)
    with terminal.report_errors(), terminal.progress_bar() as progress:
        assessment = Assessment(resources, plan, dict(sources.words), sources.folder, progress)
        released = resources.gates.answer(question, resources.audience, assessment.report)
        files = dict(zip(out, suffixes, strict=True))
        if "xlsx" not in suffixes:
            files[out[0].with_suffix(".xlsx")] = "xlsx"
        bodies = []
        for path, suffix in files.items():
            progress(f"writing {path.name}", 1.0)
            bodies.append((path, REPORT_FORMATS[suffix].render(released)))
    terminal.note_damage(resources)
    for path, body in bodies:
        terminal.write(body, path)


def _complete(words: Path, prompts: dict[str, str]) -> None:
    """Add the places that a file of words lacks."""
    from service.reports.words import completed_words

    text = words.read_text("utf-8") if words.exists() else ""
    completed = completed_words(text, prompts)
    if completed != text:
        terminal.write(completed.encode(), words)
