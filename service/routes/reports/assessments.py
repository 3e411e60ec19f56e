"""Assessments: what their templates are, what stands in one, and the documents themselves."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any, TypedDict

import orjson
from fastapi import APIRouter, Query, Response
from starlette.concurrency import run_in_threadpool

from service.access.admission import Question
from service.http.answer_spec import AnswerSpec
from service.http.openapi import type_schema
from service.http.responder import Responder, ResponderDep
from service.http.security_headers import CONTENT_POLICY, report_policy
from service.http.table_routes import document_spec
from service.http.urls import JSON, responses
from service.model.answers import Document
from service.model.errors import AnalysisError
from service.model.provenance import short_digest
from service.model.queries import NoQuery
from service.model.report import Report
from service.queries.reports.assessments import AssessmentQuery
from service.render.attribution import file_name
from service.render.documents import provenance_text
from service.render.reports.web import style_sha256
from service.reports.addresses import question_of
from service.reports.assessment import Assessment
from service.reports.formats import REPORT_FORMATS, ReportSuffix
from service.reports.plan import Plan, plan_of
from service.reports.sources import Sources, data_version, named_sources
from service.reports.template import read_template, template_files
from service.runtime.data_state import DataVersion
from service.runtime.lanes import Cost

router = APIRouter(prefix="/v1/assessments", tags=["assessments"])

# Words may be edited without any folder changing: an answer is not repeated by its address alone.
_VARIES = {"Vary": "Authorization"}


class TemplateEntry(TypedDict):
    """A template of assessments."""

    id: str
    title: str
    sections: list[str]


class TemplateList(TypedDict):
    """Every template."""

    templates: list[TemplateEntry]


class PlannedAnswer(TypedDict):
    """An answer in an assessment: its address, or why it is not in it."""

    caption: str
    address: str | None
    missing: str | None


class OutlineSection(TypedDict):
    """A section of an assessment; `key` names its place in the file of words."""

    key: str
    title: str
    level: int
    missing: str | None
    answers: list[PlannedAnswer]


class Outline(TypedDict):
    """What will stand in an assessment."""

    template: str
    title: str
    place: str
    to: str
    sections: list[OutlineSection]


def _documents() -> dict[int | str, dict[str, Any]]:
    """The answers of a document, which may be of any of its formats."""
    stated = responses(REPORT_FORMATS["docx"].media_type)
    stated[200]["content"] = {each.media_type: {} for each in REPORT_FORMATS.values()}
    return stated


@router.get(
    "",
    responses=responses(JSON, type_schema(TemplateList)),
    operation_id="readAssessmentTemplates",
)
async def read_assessment_templates(
    query: Annotated[NoQuery, Query()], respond: ResponderDep
) -> Response:
    """Every template of assessments with its sections."""
    templates = await run_in_threadpool(_templates, respond.resources.settings.data_dir)

    def compute() -> Document:
        return Document(kind="assessment-templates", content={"templates": templates})

    version = short_digest(orjson.dumps(templates).decode())
    spec = document_spec(query, version, compute, cost=Cost.QUICK, is_shared=False)
    return await respond(replace(spec, headers=_VARIES))


@router.get(
    "/{template}.{suffix}",
    response_class=Response,
    responses=_documents(),
    operation_id="readAssessmentAs",
)
async def read_assessment_as(
    template: str,
    suffix: ReportSuffix,
    query: Annotated[AssessmentQuery, Query()],
    respond: ResponderDep,
) -> Response:
    """The assessment of a place as a document, or every table of it as a spreadsheet.

    Made by a template; sections that cannot be made say why. It usually takes longer than a
    client waits, and becomes a job (202).
    """
    sources, plan = await _planned(respond, ".{suffix}", template, query)
    _admit_parts(respond, plan)
    report_format = REPORT_FORMATS[suffix]
    return await respond(
        AnswerSpec(
            query=query,
            version=DataVersion.of(_version, sources.digest, respond.resources),
            compute=partial(_report, respond, sources, plan),
            render=report_format.render,
            media_type=report_format.media_type,
            filename=file_name(f"{template}-{plan.place.name}-{plan.to}", suffix, {}),
            describe=lambda released: provenance_text(released.answer.provenance),
            cost=Cost.HEAVY,
            headers=await run_in_threadpool(_headers, respond, suffix),
        )
    )


@router.get(
    "/{template}",
    responses=responses(JSON, type_schema(Outline)),
    operation_id="readAssessment",
)
async def read_assessment(
    template: str, query: Annotated[AssessmentQuery, Query()], respond: ResponderDep
) -> Response:
    """What will stand in the assessment of a place: each answer by its address."""
    sources, plan = await _planned(respond, "", template, query)

    def compute() -> Document:
        return Document(kind="assessment-outline", content=_outline(template, plan))

    version = DataVersion.of(_version, sources.digest, respond.resources)
    spec = document_spec(query, version, compute, is_shared=False)
    return await respond(replace(spec, headers=_VARIES))


def _templates(data_dir: Path) -> list[TemplateEntry]:
    """Every template, read from its file."""
    return [
        {
            "id": name,
            "title": template.title,
            "sections": [section.title for section in template.sections],
        }
        for name, path in template_files(data_dir).items()
        for template in [read_template(path)]
    ]


def _headers(respond: Responder, suffix: str) -> Mapping[str, str]:
    """Beside the usual ones; the style sheet is read with the first document."""
    if suffix != "html":
        return _VARIES
    policy = report_policy(respond.resources.settings, style_sha256=style_sha256())
    return {**_VARIES, CONTENT_POLICY: policy}


async def _planned(
    respond: Responder, ending: str, template: str, query: AssessmentQuery
) -> tuple[Sources, Plan]:
    """The template with its words, and what stands in the assessment, for who may ask for it."""
    question = Question(f"/v1/assessments/{{template}}{ending}", {"template": template}, query)
    respond.context.gates.admit(question, respond.resources.audience)
    return await run_in_threadpool(_plan, respond, template, query)


def _plan(respond: Responder, template: str, query: AssessmentQuery) -> tuple[Sources, Plan]:
    """Reads the template, its words, and what is loaded."""
    resources = respond.resources
    sources = named_sources(resources.settings.data_dir, template)
    return sources, plan_of(sources.template, resources, within=query.within, to=query.to)


def _admit_parts(respond: Responder, plan: Plan) -> None:
    """Have each answer counted that may be asked; why others may not the assessment says."""
    for address in plan.addresses:
        try:
            question = question_of(address)
            respond.context.gates.admit(question, respond.resources.audience)
        except AnalysisError:
            continue
        respond.admit_question(question)


def _report(respond: Responder, sources: Sources, plan: Plan) -> Report:
    """The report; in a worker thread."""
    words = dict(sources.words)
    return Assessment(respond.resources, plan, words, sources.folder).report()


def _version(digest: str, resources: Any) -> str:
    return short_digest(digest, data_version(resources))


def _outline(template: str, plan: Plan) -> Outline:
    return {
        "template": template,
        "title": plan.template.title,
        "place": plan.place.name,
        "to": str(plan.to),
        "sections": [
            {
                "key": section.key,
                "title": section.title,
                "level": section.level,
                "missing": section.lacking or None,
                "answers": [
                    {
                        "caption": request.caption,
                        "address": request.address or None,
                        "missing": request.lacking or None,
                    }
                    for request in section.requests
                ],
            }
            for section in plan.sections
        ],
    }
